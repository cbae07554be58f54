#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vbufctl monitor: what it tells of what happens, and that whoever reads it ends with
# what is there, also where events are lost. Runs as root with vbuf loaded, in the end
# again from $VBUF_MODULE.

# shellcheck source-path=SCRIPTDIR source=lib/vbufctl.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib/vbufctl.bash"
on_one_machine

nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --)

# has PATTERN [FILE]: a line of what was told is like that
has()
{
	grep -Eq "$1" "${2-told}"
}

# listens [FILE]: makes channels until the monitor tells of one.
listens()
{
	local i

	for ((i = 0; i < 200; i++)); do
		vbufctl create "probe$i" --slots 1 --slot-size 1 --mode 0666
		vbufctl rm "probe$i"
		has probe "${1-told}" && return
		sleep 0.05
	done
	echo 'does not listen'
	return 1
}

# monitor [OPTION...]: in the background, into "told", and listening.
monitor()
{
	env --default-signal=INT vbufctl monitor "$@" >told 2>errors &
	monitor_pid=$!
	listens
}

# monitor_ended STATUS
monitor_ended()
{
	local got=0

	wait "$monitor_pid" || got=$?
	[ $got -eq "$1" ] || { echo "status $got, not $1"; return 1; }
}

# until_told NAME: all that came before that channel has been told.
until_told()
{
	vbufctl create "$1" --slots 1 --slot-size 1 --mode 0666
	soon has "created.*\<$1\>"
	vbufctl rm "$1"
	soon has "removed.*\<$1\>"
}

time='^[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}  '

comes_and_goes()
{
	vbufctl create before
	monitor
	vbufctl create jobs
	vbufctl recv jobs --count 1 >received &
	soon is jobs receivers=1
	echo one | vbufctl send jobs
	soon has '  went .* to receive'
	vbufctl rm jobs
	until_told end
	grep -v probe told >lines
	has "${time}created   jobs              by uid 0\$" lines
	has "${time}came      jobs              endpoint #[0-9]+ to receive, of uid 0\$" lines
	has "${time}came      jobs              endpoint #[0-9]+ to send, of uid 0\$" lines
	has "${time}went      jobs              endpoint #[0-9]+ to send, of uid 0\$" lines
	has "${time}unlinked  jobs              is #[0-9]+ from now on\$" lines
	has "${time}removed   #[0-9]+ +was jobs\$" lines
	not has before lines
	[ "$(awk '/jobs/ { print $2 }' lines | sed -n '1p;$p' | xargs)" = \
		'created removed' ]
	kill -INT $monitor_pid
	monitor_ended 130
	[ ! -s errors ]
}

# A channel that lost its name goes by its id.
loses_its_name()
{
	local id

	vbufctl create jobs
	monitor
	id=$(vbufctl show jobs --json | sed 's/.*"id":\([0-9]*\).*/\1/')
	vbufctl recv jobs >received &
	soon is jobs receivers=1
	# The receiver ends: nobody can come any more to send.
	vbufctl rm jobs
	until_told end
	has "unlinked  jobs              is #$id from now on\$"
	has "went      #$id +endpoint .* to receive, of uid 0\$"
	has "removed   #$id +was jobs\$"
	kill -TERM $monitor_pid
	monitor_ended 143
}

# Two channels' trouble: one has a receiver that dies holding a message.
dies_stalls_and_flows()
{
	monitor
	endpoint '
fd = create()
os.write(fd, b"x")
room = ctypes.create_string_buffer(100)
msg = bytearray(struct.pack("=5Q6I", ctypes.addressof(room), 0, 0, 0, 0, 100,
                            0, 0, 0, 0, 0))
VBUF_HOLD = 4
assert ctypes.CDLL("libvbuf.so.1").vbuf_recvv(
    fd, (ctypes.c_char * len(msg)).from_buffer(msg), 1, VBUF_HOLD, None) == 1' &
	ended 0
	soon has 'died      #[0-9]+ +endpoint #[0-9]+, of uid 0, held 1 messages$'
	soon has 'went      #[0-9]+ +endpoint #[0-9]+ to send and receive, of uid 0$'
	vbufctl create jobs --slots 1
	(echo one; echo two) | vbufctl send jobs &
	soon has 'stalled   jobs +1 wait to send, the first for [0-9.]+ s$'
	vbufctl recv jobs --count 2 >received
	soon has 'flows     jobs$'
}

limit_hit()
{
	monitor
	vbufctl limits user_channels=0
	status 1 "${nobody[@]}" vbufctl create jobs
	soon has 'limit     user_channels=0   refused uid 65534$'
	restore_limits
}

json_lines()
{
	monitor --json
	vbufctl create jobs --slots 1
	(echo one; echo two) | vbufctl send jobs &
	soon has '"stalled"'
	vbufctl recv jobs --count 2 >received
	soon has '"flows"'
	vbufctl limits user_channels=0
	status 1 "${nobody[@]}" vbufctl create more
	restore_limits
	vbufctl rm jobs
	until_told end
	python '
import json, time
from datetime import datetime
now = time.time()
lines = [json.loads(line) for line in open("told")]
for line in lines:
    assert line["resync"] is False, line
    assert abs(datetime.fromisoformat(line["time"]).timestamp() - now) < 600, line
    assert line["time_ns"] > 0, line
jobs = [line for line in lines if line.get("name") == "jobs"]
assert len({line["channel"] for line in jobs}) == 1, jobs
by = {}
for line in jobs:
    by.setdefault(line["event"], []).append(line)
    for key in ("time", "time_ns", "channel", "name", "resync"):
        del line[key]
assert by["created"] == [{"event": "created", "uid": 0}], by
assert by["removed"] == [{"event": "removed", "uid": 0}], by
assert len(by["came"]) == 2 and len(by["went"]) == 3, by
for line in by["came"] + by["went"]:
    assert line["endpoint"] > 0 and line["uid"] == 0, line
    assert line["send"] != line["receive"], line
stall = by["stalled"][0]
assert stall["blocked_senders"] == 1 and stall["blocked_since_ns"] > 0, stall
assert by["flows"], by
limit = [line for line in lines if line["event"] == "limit"]
for key in ("time", "time_ns"):
    del limit[0][key]
assert limit == [{"event": "limit", "uid": 65534, "limit": "user_channels",
    "scope": "user", "resource": "channels", "value": 0, "resync": False}], limit'
}

# The wall's time, whatever this time namespace's clocks say.
other_clocks()
{
	unshare -T --monotonic 1000000 --boottime 1000000 --fork --kill-child \
		vbufctl monitor --json >told 2>errors &
	listens
	python '
import json, time
from datetime import datetime
for line in open("told"):
    told = datetime.fromisoformat(json.loads(line)["time"]).timestamp()
    assert abs(told - time.time()) < 600, line'
}

# By whoever opened it: what others may not see, it is not told.
sees_what_it_may()
{
	vbufctl monitor >all 2>errors &
	listens all
	"${nobody[@]}" vbufctl monitor >told 2>errors &
	listens
	vbufctl create secret
	vbufctl create public --mode 0666
	status 1 vbufctl create x --slots 1048576 --slot-size 16M
	vbufctl rm secret
	until_told end
	soon has 'removed .*end' all
	has 'removed .*secret' all
	has 'limit +max_bytes=.* refused uid 0' all
	has 'created +public' told
	not has 'secret|limit' told
}

# churn SECONDS: channels come and go, by root, and some stay.
churn()
{
	python '
import fcntl, os, struct, sys, time
OPEN, UNLINK, PERSIST = 0xf700, 0xf703, 1
kept, n, end = [], 0, time.monotonic() + float(sys.argv[1])
def create(name):
    fd = os.open("/dev/vbuf", os.O_RDWR)
    fcntl.ioctl(fd, OPEN, struct.pack("=II64s6I", 96, 3, name, PERSIST, 1, 1, 0o666, 0, 0))
    os.close(fd)
def unlink(name):
    fd = os.open("/dev/vbuf", os.O_RDWR)
    fcntl.ioctl(fd, UNLINK, struct.pack("=II64s", 72, 0, name))
    os.close(fd)
while time.monotonic() < end:
    n += 1
    name = b"churn%d" % n
    create(name)
    if n % 10 == 0:
        kept.append(name)
    else:
        unlink(name)
    if len(kept) > 20:
        unlink(kept.pop(0))' "$1"
}

# What the lines make of the list before is the list after.
replay='
import json, sys
before, after = ({c["id"]: c.get("name") for c in json.load(open(f)) if not c["hidden"]}
                 for f in ("before", "after"))
there, lost, found = dict(before), 0, 0
for line in map(json.loads, open("told")):
    if line.get("name", "").startswith("probe"):
        continue
    if line["event"] == "lost":
        lost += 1
        assert line["resync"] is True and line["channels"] >= 0, line
        continue
    found += line["resync"]
    if line["event"] == "created":
        assert line["channel"] not in there, line
        there[line["channel"]] = line["name"]
    elif line["event"] == "removed":
        del there[line["channel"]]
    elif line["event"] != "limit":
        assert line["channel"] in there, line
assert there == after, (there, after)
print(lost, "losses,", found, "found by looking again")
assert lost and found, (lost, found)'

# It is stopped again and again, as long as channels come and go: with less room than
# root has, it loses what happens.
loses_and_looks_again()
{
	local i pids churning

	for ((i = 0; i < 10; i++)); do
		vbufctl create "old$i" --slots 1 --slot-size 1 --mode 0666
	done
	"${nobody[@]}" vbufctl ls --json --interval 0 >before
	"${nobody[@]}" vbufctl monitor --json >told 2>errors &
	pids=$!
	"${nobody[@]}" vbufctl monitor >text 2>errors &
	pids="$pids $!"
	listens
	listens text
	churn 4 &
	churning=$!
	for ((i = 0; i < 3; i++)); do
		# shellcheck disable=SC2086
		kill -STOP $pids
		sleep 0.8
		# shellcheck disable=SC2086
		kill -CONT $pids
		vbufctl rm "old$i"
		sleep 0.2
	done
	wait $churning
	until_told end
	"${nobody[@]}" vbufctl ls --json --interval 0 >after
	python "$replay"
	has "${time}lost      events were lost; looked again: [0-9]+ channels now\$" text
	has "${time}created   churn[0-9]+ +found by looking again\$" text
}

# Its reader has had enough: it does not wait for the next event to end.
reader_goes()
{
	local reader

	rm -f pipe ended
	mkfifo pipe
	(set +e; vbufctl monitor >pipe; echo $? >ended) &
	cat pipe >told &
	reader=$!
	listens
	status 0 vbufctl create last --mode 0666
	status 0 vbufctl rm last
	soon has 'removed .*last'
	# Nothing happens any more.
	kill $reader
	soon test -s ended
	[ "$(cat ended)" = 141 ]
}

said()
{
	vbufctl create probe --mode 0666
	vbufctl rm probe
	[ -s errors ]
}

output_fails()
{
	vbufctl monitor >/dev/full 2>errors &
	soon said
	ended 1
	says '^vbufctl: standard output: '
}

# on_terminal FILE NO_COLOR: a limit refuses somebody, and is told of on a terminal.
on_terminal()
{
	TERM=xterm NO_COLOR=$2 script -qefc 'vbufctl monitor' "$1" >screen &
	listens "$1"
	vbufctl limits user_channels=0
	status 1 "${nobody[@]}" vbufctl create jobs
	soon has user_channels "$1"
	restore_limits
}

colours()
{
	on_terminal red ''
	has $'\033\\[31mlimit   \033\\[0m' red
	soon has '  removed   ' red
	on_terminal plain 1
	not has $'\033' plain
}

module_goes()
{
	local got=0

	monitor
	rmmod vbuf
	monitor_ended 1 || got=1
	insmod "$VBUF_MODULE"
	[ $got -eq 0 ]
	says '^vbufctl: the module was unloaded$'
}

check 'what comes and goes, until SIGINT' comes_and_goes
check 'a channel that lost its name goes by its id' loses_its_name
check 'what dies, stalls and flows' dies_stalls_and_flows
check 'a limit that refuses somebody' limit_hit
check 'JSON: an object a line, with stable keys' json_lines
check 'times are right in a time namespace' other_clocks
check 'nobody is told of what is not theirs' sees_what_it_may
check 'what is lost is made up for by looking again' loses_and_looks_again
check 'its reader goes: so does it' reader_goes
check 'its output fails: so does it' output_fails
check 'trouble is red on a terminal, and without NO_COLOR' colours
if [ -n "${VBUF_MODULE-}" ]; then
	check 'the module goes: so does it, and says so' module_goes
else
	skip 'the module goes: so does it, and says so' \
		'no VBUF_MODULE to load again'
fi
finish
