#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vbufctl create, rm, ls, show and limits: what they do and print, and the errors
# and exit statuses of all commands. Runs as root with vbuf loaded, in the end again
# from $VBUF_MODULE.

# shellcheck source-path=SCRIPTDIR source=lib/vbufctl.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib/vbufctl.bash"

help_and_version()
{
	local verb

	status 0 vbufctl --help
	grep -q '^  recv ' output
	status 0 vbufctl --version
	grep -Eq '^vbufctl [0-9]+\.[0-9]+' output
	for verb in create rm ls show send recv limits metrics monitor; do
		status 0 vbufctl $verb --help
		grep -q "^usage: vbufctl $verb " output
		[ ! -s errors ]
	done
}

wrong_usage()
{
	status 2 vbufctl
	status 2 vbufctl nonsense; says "no command 'nonsense'"
	status 2 vbufctl create; says 'give one NAME'
	status 2 vbufctl create a b
	status 2 vbufctl create a --nonsense; says 'Try .vbufctl create --help'
	status 2 vbufctl create a --slots 0; says 'from 1 to 1048576'
	status 2 vbufctl create a --slots 1048577
	status 2 vbufctl create a --slots 18446744073709551617
	status 2 vbufctl create a --slots -1
	status 2 vbufctl create a --slot-size 17M; says 'from 1 to 16M'
	status 2 vbufctl create a --slot-size 1G
	status 2 vbufctl create a --mode 1777; says 'octal'
	status 2 vbufctl create a --mode 8
	status 2 vbufctl create a --held-max 0
	status 2 vbufctl create a --max-deliveries x
	status 2 vbufctl rm
	status 2 vbufctl ls jobs
	status 2 vbufctl ls --interval soon
	status 2 vbufctl show
	status 2 vbufctl show '#x'
	status 2 vbufctl send; says 'give a NAME'
	status 2 vbufctl send a b c
	status 2 vbufctl recv
	status 2 vbufctl recv a --count 0
	status 2 vbufctl limits jobs; says "no limit 'jobs'"
	status 2 vbufctl limits =1
	status 2 vbufctl limits max_byte=1
	status 2 vbufctl limits max_bytes; says 'say how much: max_bytes=VALUE'
	status 2 vbufctl limits max_bytes=; says "nor 'none'"
	status 2 vbufctl limits max_bytes=-1
	status 2 vbufctl limits max_bytes=1T
	status 2 vbufctl limits max_bytes=1KK
	status 2 vbufctl limits max_bytes=18446744073709551615
	status 2 vbufctl limits max_bytes=17179869184G
	status 2 vbufctl limits --json max_bytes=1; says 'are for the list'
	status 2 vbufctl limits --bytes max_bytes=1
	status 2 vbufctl monitor jobs; says "no use for 'jobs'"
	status 2 vbufctl monitor --nonsense; says 'Try .vbufctl monitor --help'
	status 2 vbufctl monitor --json=yes
	# Nothing is set before all is understood.
	status 2 vbufctl limits user_channels=77 max_bytes=x
	[ "$(limits_now)" = "$limits_before" ]
	status 0 vbufctl ls --json --interval 0
	[ "$(cat output)" = '[]' ]
}

bad_names()
{
	local name

	for name in '' 'a/b' 'a b' 'ä' "$(printf '%064d' 0)"; do
		status 2 vbufctl create "$name"
		says 'A-Z a-z 0-9'
		status 2 vbufctl recv "$name"
	done
	status 0 vbufctl create "$(printf '%063d' 0)"
	status 0 vbufctl create a.B_9:-
	is a.B_9:- name=a.B_9:-
}

create_defaults()
{
	status 0 vbufctl create jobs
	[ ! -s output ]
	[ ! -s errors ]
	is jobs slots=64 slot_size=65536 mode=0600 held_max=0 max_deliveries=0
	is jobs persistent=true redeliver=false lossy=false open_view=false
	is jobs senders=0 receivers=0
}

create_options()
{
	(umask 077; vbufctl create jobs --slots 3 --slot-size 2K --mode 0666 \
		--redeliver --lossy --held-max 2 --max-deliveries 5)
	is jobs slots=3 slot_size=2048 mode=0666 held_max=2 max_deliveries=5
	is jobs persistent=true redeliver=true lossy=true
}

create_taken()
{
	status 0 vbufctl create jobs --slots 5
	status 1 vbufctl create jobs; says 'is taken'
	is jobs slots=5
}

nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --)

# limited LIMIT VALUE AS COMMAND...: with that limit, which is told as AS, it fails
# and says why.
limited()
{
	local limit=$1 value=$2 as=$3

	shift 3
	vbufctl limits "$limit=$value"
	status 1 "$@"
	says "limit $limit ($as) is reached: root .* by 'vbufctl limits $limit=VALUE'\$"
	restore_limits
}

beyond_limits()
{
	status 0 vbufctl create jobs --mode 0666
	limited max_channels 1 1 vbufctl create more
	limited max_endpoints 0 0 vbufctl recv jobs
	limited max_bytes 5000 5000 vbufctl create more
	limited max_bytes 0 0 vbufctl create more
	limited max_slot_size 8K 8K vbufctl create more
	limited user_channels 0 0 "${nobody[@]}" vbufctl recv more
	limited user_endpoints 0 0 "${nobody[@]}" vbufctl send jobs /dev/null
	limited user_bytes 4K 4K "${nobody[@]}" vbufctl create more
	limited user_slot_size 8K 8K "${nobody[@]}" vbufctl send more /dev/null
	gone more
}

# A limit of the host, met in a user namespace: its own were not hit.
beyond_limits_above()
{
	status 1 unshare -rn vbufctl create jobs --slots 1048576 --slot-size 16M
	says "user namespace above: 'vbufctl limits' tells what holds"
}

limits_in_table()
{
	status 0 vbufctl create jobs --slots 4 --slot-size 1M
	vbufctl limits max_channels=100000 user_bytes=none user_slot_size=1024K \
		max_endpoints=3
	status 1 vbufctl create more --slot-size 2M --slots 100000
	status 0 vbufctl limits
	awk 'NR == 1 && /^LIMIT +VALUE +HOLDS +USE +HITS$/ { n++ }
	     $1 == "max_channels" && $2 == 100000 && $3 == 100000 && $4 == 1 { n++ }
	     $1 == "max_endpoints" && $2 == 3 && $4 == 0 { n++ }
	     $1 == "max_bytes" && $4 ~ /^4\.[0-9]M$/ && $5 > 0 { n++ }
	     $1 == "user_bytes" && $2 == "none" && $3 != "none" { n++ }
	     $1 == "user_slot_size" && $2 == "1M" && $3 == "1M" && $4 == "-" { n++ }
	     { width[length($0)] }
	     END { exit n != 6 || NR != 9 || length(width) != 1 }' output
	status 0 vbufctl limits --bytes
	awk '$1 == "max_bytes" && $4 > 4194304 { n++ }
	     $1 == "user_bytes" && $2 == "none" { n++ }
	     $1 == "user_slot_size" && $2 == 1048576 { n++ }
	     END { exit n != 3 }' output
	restore_limits
}

limits_in_json()
{
	status 0 vbufctl create jobs
	vbufctl limits user_endpoints=none max_slot_size=16K
	vbufctl limits --json | python '
import json, sys
limits = json.load(sys.stdin)
assert [l["name"] for l in limits] == [
    scope + "_" + resource for scope in ("max", "user")
    for resource in ("channels", "endpoints", "bytes", "slot_size")], limits
assert [l["scope"] for l in limits] == 4 * ["total"] + 4 * ["user"], limits
for l in limits:
    assert l["name"].endswith("_" + l["resource"]), l
    assert ("use" in l) == (l["resource"] != "slot_size"), l
    assert l["hits"] >= 0 and "holds" in l, l
    assert ("value" in l) == (l["name"] != "user_endpoints"), l
assert limits[3]["value"] == limits[7]["holds"] == 16384, limits
assert limits[0]["use"] == 1 and limits[2]["use"] > 2**22, limits'
	restore_limits
}

# What is set is what the module heeds, and it says so where it is known.
limits_set()
{
	status 0 vbufctl limits max_channels=5 user_bytes=3K user_channels=4k \
		max_bytes=1G user_slot_size=1M
	[ ! -s output ]
	[ ! -s errors ]
	limits_are max_channels=5 user_bytes=3072 user_channels=4096 \
		max_bytes=1073741824 user_slot_size=1048576
	# Each is tried, whatever became of the others.
	status 1 vbufctl limits max_slot_size=16777217 max_channels=6
	says 'max_slot_size=16777217: .*: .*a slot has at most 16M'
	limits_are max_channels=6
	restore_limits
}

limits_refused()
{
	status 0 "${nobody[@]}" vbufctl limits
	status 1 "${nobody[@]}" vbufctl limits user_bytes=1G
	says 'user_bytes=1G: .*CAP_SYS_RESOURCE: it takes root'
	status 1 unshare -n vbufctl limits user_bytes=1G
	says 'user_bytes=1G: .*its first network namespace'
	[ "$(limits_now)" = "$limits_before" ]
}

# A container's root sets those of the container, below the host's.
limits_of_namespace()
{
	unshare -rn sh -c 'vbufctl limits max_channels=1 &&
		vbufctl create one && ! vbufctl create two 2>errors &&
		vbufctl limits --json >limits && vbufctl rm one'
	says "limit max_channels (1) is reached"
	python '
import json
limits = {l["name"]: l for l in json.load(open("limits"))}
assert limits["max_channels"] == {
    "name": "max_channels", "scope": "total", "resource": "channels",
    "value": 1, "holds": 1, "use": 1, "hits": 1}, limits
assert "value" not in limits["max_bytes"], limits
assert limits["max_bytes"]["holds"] > 0, limits'
	status 1 unshare -rn vbufctl limits user_bytes=1048576G
	says 'user_bytes=1048576G: .*more than .* tells what HOLDS'
	[ "$(limits_now)" = "$limits_before" ]
}

create_transient()
{
	local signal

	for signal in INT TERM HUP; do
		# Whoever runs this may have it ignore SIGINT.
		env --default-signal=INT vbufctl create --transient jobs \
			2>errors &
		soon is jobs persistent=false
		is jobs receivers=1 senders=0
		says 'until this process is interrupted'
		kill -$signal $!
		ended 0
		gone jobs
	done
}

transient_removed()
{
	vbufctl create --transient jobs 2>errors &
	soon vbufctl show jobs
	status 0 vbufctl rm jobs
	soon listed 0
	ended 0
}

transient_keeps_messages()
{
	vbufctl create --transient jobs 2>/dev/null &
	local holder=$!

	soon vbufctl show jobs
	seq 10 | vbufctl send jobs &
	soon is jobs depth=10
	[ "$(vbufctl recv jobs)" = "$(seq 10)" ]
	ended 0
	kill $holder
}

remove()
{
	status 0 vbufctl create a
	status 0 vbufctl create b
	status 1 vbufctl rm a missing b
	says 'missing: there is no such channel'
	gone a
	gone b
	vbufctl create --transient c 2>/dev/null &
	soon is c receivers=1
	status 0 vbufctl rm c
	gone c
	ended 0
}

list()
{
	status 0 vbufctl create first --slots 5 --slot-size 1000
	seq 3 | status 0 vbufctl send --no-wait first
	status 0 vbufctl create a-longer-name
	status 0 vbufctl ls --interval 0
	awk 'NR == 1 && /^NAME +QUEUED +SLOT +SEND\/RECV +SENT +RECEIVED +IN\/S +OUT\/S +BLOCKED$/ { n++ }
	     $1 == "first" && $2 == "3/5" && $3 == "1000" && $4 == "0/0" && $5 == 3 && $7 == "-" { n++ }
	     $1 == "a-longer-name" && $3 == "64K" && $9 == "0/0" { n++ }
	     { width[length($0)] }
	     END { exit n != 3 || length(width) != 1 }' output
	not grep -q $'\033' output
}

list_rates()
{
	local feeder

	yes | vbufctl send busy &
	feeder=$!
	vbufctl recv busy >/dev/null &
	soon is busy 'received=[1-9]*'
	vbufctl ls --json | python '
import json, sys
c, = json.load(sys.stdin)
assert c["name"] == "busy"
assert c["sent_per_second"] > 0 and c["received_per_second"] > 0, c'
	status 0 vbufctl ls --json --interval 0
	grep -q '"name":"busy"' output
	not grep -q per_second output
	kill $feeder
	ended 0
}

list_colour()
{
	export TERM=xterm
	script -qec 'vbufctl ls --interval 0' /dev/null >bold
	grep -q $'\033\[1mNAME' bold
	script -qec 'NO_COLOR=1 vbufctl ls --interval 0' /dev/null >plain
	grep -q NAME plain
	not grep -q $'\033' plain
}

anonymous_and_odd_names()
{
	endpoint 'fd = create(); os.write(fd, b"x"); name(b"a\"b\\\n\xff\xc3\xa4"); time.sleep(60)' &
	local id

	soon listed 1
	id=$(vbufctl ls --interval 0 | awk 'NR == 2 { print $1 }')
	[[ $id == '#'* ]]
	soon is "$id" "comm=a\\\\"
	vbufctl show "$id" --json | python '
import json, sys
c, = json.load(sys.stdin)
e, = c["endpoints"]
assert "name" not in c and e["comm"] == "a\"b\\\n\ufffd\u00e4", c
assert e["pid"] == int(sys.argv[1]) and e["sent"] == 1, c
assert e["send"] and e["receive"] and e["uid"] == 0, c' $!
	status 0 vbufctl show "$id"
	grep -q 'without a name' output
	grep -qF ' a"b\???? ' output
	kill $!
	wait $! || true
	status 1 vbufctl show "$id"; says 'no such channel'
}

show()
{
	status 0 vbufctl create jobs --slots 2 --slot-size 8 --redeliver
	seq 5 | vbufctl send jobs &
	soon is jobs depth=2 blocked_senders=1
	is jobs comm=vbufctl
	status 0 vbufctl show jobs
	grep -q '^channel    jobs (#[0-9]*), persistent, redelivers$' output
	grep -q '^slots      0 free, 0 being sent, 2 queued' output
	grep -q '^memory     [0-9.]*[KMGTPE]* bytes$' output
	grep -q 'vbufctl  *0  send .* 1 to send for [0-9]*\.[0-9] s$' output
	[ "$(vbufctl recv --count 5 jobs)" = "$(seq 5)" ]
	ended 0
	is jobs sent=5 received=5 sent_bytes=5 received_bytes=5 depth=0 max_depth=2
	is jobs free=2 sending=0 receiving=0 'endpoints=\[\]'
}

memory()
{
	status 0 vbufctl create small --slots 1 --slot-size 1
	status 0 vbufctl create large --slots 16 --slot-size 64K
	vbufctl ls --json --interval 0 | python '
import json, sys
small, large = json.load(sys.stdin)
assert 0 < small["bytes"] < 16 * 65536 < large["bytes"] < 2**21, (small, large)'
}

# A channel of 300 endpoints, and 300 more: the kernel tells them in several pieces.
many()
{
	local churn

	endpoint '
fds = [create() for _ in range(301)]
for _ in range(299):
    fds.append(os.open("/dev/vbuf", os.O_RDWR))
    fcntl.ioctl(fds[-1], 0xf702, struct.pack("=IIiI", 16, 1, fds[0], 0))
time.sleep(600)' &
	soon told_all 301 300

	# Those that were there all the time are told whatever comes and goes.
	endpoint '
while True:
    os.close(create())' &
	churn=$!
	for _ in 1 2 3; do
		told_all 301 300
	done
	kill $churn
	wait $churn || true
}

# told_all CHANNELS ENDPOINTS: at least so many channels, of which the first
# has so many endpoints; all in order of their ids
told_all()
{
	vbufctl ls --json --interval 0 >channels
	vbufctl show "#$(sed 's/^\[{"id":\([0-9]*\),.*/\1/' channels)" --json |
		python '
import json, sys
channels = [c["id"] for c in json.load(open("channels"))]
endpoints = [e["id"] for e in json.load(sys.stdin)[0]["endpoints"]]
assert len(channels) >= int(sys.argv[1]), channels
assert len(endpoints) == int(sys.argv[2]), endpoints
for ids in channels, endpoints:
    assert ids == sorted(set(ids)), ids' "$1" "$2"
}

# waiting SENDERS SINCE BEFORE: in the one endpoint of jobs that many threads wait,
# since a time after BEFORE and no later than now; what it is goes to "since", and
# is the same as SINCE if that is not empty.
waiting()
{
	vbufctl show jobs --json | python '
import json, sys, time
c, = json.load(sys.stdin)
e, = [e for e in c["endpoints"] if e["send"]]
senders, since, before = sys.argv[1:]
assert e["blocked_senders"] == int(senders), e
assert int(before) <= e["blocked_since_ns"] <= time.monotonic_ns(), e
assert since in ("", str(e["blocked_since_ns"])), e
print(e["blocked_since_ns"])' "$@" >since
}

# The kernel's clock, to a tick of 10 ms.
monotonic_tick()
{
	python 'import time; print(time.monotonic_ns() - 10000000)'
}

blocked_since()
{
	local before since

	status 0 vbufctl create jobs --slots 1
	echo one | status 0 vbufctl send --no-wait jobs
	not grep -q blocked_since_ns <(vbufctl show jobs --json)
	before=$(monotonic_tick)
	seq 2 3 | vbufctl send jobs &
	soon waiting 1 '' "$before"
	since=$(<since)
	sleep 1.2
	waiting 1 "$since" "$before"
	status 0 vbufctl show jobs
	grep -Eq '1 to send for ([1-9]|[1-9][0-9])\.[0-9] s$' output

	# It waits again, and that is another time.
	before=$(monotonic_tick)
	[ "$(vbufctl recv --count 1 jobs)" = one ]
	soon waiting 1 '' "$before"
	[ "$(<since)" -gt "$since" ]
	[ "$(vbufctl recv --count 2 jobs)" = "$(seq 2 3)" ]
	ended 0
}

permissions()
{
	status 0 vbufctl create secret
	status 0 vbufctl create inbox --mode 0622
	status 1 "${nobody[@]}" vbufctl recv secret </dev/null; says "mode does not allow"
	status 1 "${nobody[@]}" vbufctl rm inbox; says 'only its owner'
	status 1 "${nobody[@]}" vbufctl recv inbox; says '--mode'
	echo hello | status 0 "${nobody[@]}" vbufctl send --no-wait inbox
	"${nobody[@]}" vbufctl ls --json --interval 0 | python '
import json, sys
secret, inbox = json.load(sys.stdin)
assert secret["hidden"] and set(secret) == {"id", "hidden"}, secret
assert inbox["name"] == "inbox" and inbox["depth"] == 1, inbox'
	status 0 "${nobody[@]}" vbufctl ls --interval 0
	grep -Eq '^#[0-9]+( +-){8}$' output
	status 1 "${nobody[@]}" vbufctl show "#$(vbufctl show secret --json |
		sed 's/.*"id":\([0-9]*\),.*/\1/')"
	says 'hides it from all but its owner'
	status 1 "${nobody[@]}" vbufctl show secret; says 'hides it from all but'
	status 1 "${nobody[@]}" vbufctl create secret; says "is another user's"
	vbufctl show secret
}

namespaces()
{
	status 0 vbufctl create jobs
	[ "$(unshare -n vbufctl ls --json --interval 0)" = '[]' ]
	status 1 unshare -n vbufctl rm jobs
	vbufctl show jobs
}

# everywhere SHELL TEXT: every command that uses the device, begun by SHELL in an
# empty /dev of its own, fails and says TEXT.
everywhere()
{
	local verb

	for verb in 'create jobs' 'rm jobs' 'send jobs' 'recv jobs'; do
		status 1 unshare -m sh -c "exec 3</proc/version &&
			mount -t tmpfs none /dev && $1 vbufctl $verb <&3"
		says "$2"
	done
}

no_device()
{
	everywhere 'mount -t tmpfs none /sys/module &&' 'not loaded: modprobe vbuf'
	everywhere '' 'module is loaded, but .* given the device'
}

looks_need_no_device()
{
	status 0 vbufctl create jobs
	status 0 unshare -m sh -c 'mount -t tmpfs none /dev &&
		vbufctl ls --interval 0 && vbufctl show jobs && vbufctl limits && vbufctl metrics'
	grep -q '^jobs  *0/64 ' output
	grep -q '^channel    jobs ' output
	grep -q '^max_channels  *[0-9]' output
}

# confined ERRNO COMMAND...: in a sandbox, where socket(AF_NETLINK) fails like that
confined()
{
	python '
import ctypes, os, struct, sys
libc = ctypes.CDLL(None)
number = {"x86_64": 41, "aarch64": 198}[os.uname().machine]
LOAD, EQUAL, RETURN, FAIL, ALLOW = 0x20, 0x15, 6, 0x50000, 0x7fff0000
code = b"".join(struct.pack("=HBBI", *step) for step in (
    (LOAD, 0, 0, 0), (EQUAL, 0, 3, number), (LOAD, 0, 0, 16), (EQUAL, 0, 1, 16),
    (RETURN, 0, 0, FAIL | int(sys.argv[1])), (RETURN, 0, 0, ALLOW)))
room = ctypes.create_string_buffer(code)
assert not libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
assert not libc.prctl(22, 2, struct.pack("@HP", 6, ctypes.addressof(room)))
os.execvp(sys.argv[2], sys.argv[2:])' "$@"
}

no_netlink()
{
	local error verb

	for error in 1 13 97; do
		for verb in ls 'show jobs' limits 'limits max_channels=1' metrics monitor; do
			# shellcheck disable=SC2086
			status 1 confined $error vbufctl $verb
			says 'no netlink socket may be opened .* allow AF_NETLINK$'
		done
	done
	# What is not asked by netlink goes on.
	status 0 confined 1 vbufctl create jobs
}

no_module()
{
	local got=0

	rmmod vbuf
	{
		status 1 vbufctl ls && says 'list of channels: .*: modprobe vbuf' &&
		status 1 vbufctl show jobs && says 'jobs: .*not loaded: modprobe vbuf' &&
		status 1 vbufctl limits && says 'the limits: .*: modprobe vbuf' &&
		status 1 vbufctl limits max_channels=1 && says 'modprobe vbuf'
	} || got=1
	insmod "$VBUF_MODULE"
	[ $got -eq 0 ]
	status 0 vbufctl ls
}

closed_device()
{
	everywhere "mknod -m 600 /dev/vbuf c $(stat -c '%Hr %Lr' /dev/vbuf) &&
		${nobody[*]}" '/dev/vbuf may not be opened'
}

check 'help and version' help_and_version
check 'wrong usage ends with status 2 and makes nothing' wrong_usage
check 'bad names tell the alphabet' bad_names
check 'create: defaults' create_defaults
check 'create: every option, and a mode that is meant' create_options
check 'create: a name that is taken' create_taken
check 'create, send, recv: beyond each limit' beyond_limits
check "create: beyond a limit of a user namespace's host" beyond_limits_above
check 'limits: columns, units, bytes' limits_in_table
check 'limits: JSON' limits_in_json
check 'limits: set, several, all that can be' limits_set
check 'limits: who may not set them is told' limits_refused
check 'limits: of a user namespace' limits_of_namespace
check 'create --transient: until a signal' create_transient
check 'create --transient: until its channel is removed' transient_removed
check 'create --transient: keeps messages, lets receivers end' transient_keeps_messages
check 'rm: several, missing, in use' remove
check 'ls: columns' list
check 'ls: rates' list_rates
check 'ls: bold on a terminal only' list_colour
check 'ls, show: no name, odd command names, JSON escapes' anonymous_and_odd_names
check 'show: slots, counts, endpoints, who waits' show
check 'ls, show: the memory that a channel takes' memory
check 'show: since when an endpoint waits' blocked_since
check 'ls, show: hundreds of channels and endpoints' many
check 'permissions' permissions
check 'network namespaces' namespaces
check 'no device: what to do' no_device
check 'ls, show, limits: need no device' looks_need_no_device
check 'a device that may not be opened: what to do' closed_device
if [ -e /proc/sys/kernel/seccomp ]; then
	check 'a sandbox without netlink: what to do' no_netlink
else
	skip 'a sandbox without netlink: what to do' \
		'this kernel has no seccomp filters'
fi
if [ -n "${VBUF_MODULE-}" ]; then
	check 'ls, show, limits: no module: what to do' no_module
else
	skip 'ls, show, limits: no module: what to do' 'no VBUF_MODULE to load again'
fi
finish
