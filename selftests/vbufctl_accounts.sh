#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vbufctl show, while a trace session is open: where the time of a channel's messages
# goes, and that of the threads that use it. Runs as root with vbuf loaded.

# shellcheck source-path=SCRIPTDIR source=lib/vbufctl.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib/vbufctl.bash"
on_one_machine

nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --)

# A trace session of accounts alone, in the background: its process is $session.
session()
{
	endpoint '
fd = session(0)
open("session", "w").close()
time.sleep(600)' &
	session=$!
	soon test -e session
	rm session
}

end_session()
{
	kill "$session"
	wait "$session" || true
}

# user PYTHON: a process, $user, of a channel, $channel, which it made and tells.
user()
{
	rm -f channel
	endpoint '
def tell(fd):
    told = bytearray(struct.pack("=IIQ", 104, 0, 0) + bytes(88))
    fcntl.ioctl(fd, 0xf704, told)
    open("channel.new", "w").write("#%d" % struct.unpack_from("=Q", told, 8))
    os.rename("channel.new", "channel")
'"$1
time.sleep(600)" &
	user=$!
	soon test -e channel
	channel=$(<channel)
}

# moves MESSAGES: such a user, which has put messages in and taken them out.
moves()
{
	user "
fd = create()
for _ in range($1):
    os.write(fd, b'x')
    os.read(fd, 10)
tell(fd)"
}

# shown CHANNEL PYTHON [ARGUMENT...]: that holds of its JSON, c
shown()
{
	local channel=$1 code=$2

	shift 2
	vbufctl show "$channel" --json | python '
import json, sys
c, = json.load(sys.stdin)
times = [c.get("time_" + name) for name in ("queued", "waking", "receiving")]
sums = [sum(histogram or []) for histogram in times]
threads = {t["tid"]: t for t in c.get("threads", [])}
'"$code" "$@"
}

nothing='assert times == [None] * 3 and "threads" not in c, c'

no_session()
{
	moves 3
	shown "$channel" "$nothing"
	status 0 vbufctl show "$channel"
	not grep -Eq '^(TIME|THREAD)' output
	# What was received before is not told later on, and who called is not either.
	session
	shown "$channel" "$nothing"
	end_session
}

counts()
{
	session
	moves 5
	shown "$channel" '
assert sums == [5, 0, 5], c
assert [len(histogram) for histogram in times] == [40] * 3, c'
	status 0 vbufctl show "$channel"
	grep -Eq '^TIME +MESSAGES +50% +90% +99% +ALL$' output
	grep -Eq '^queued +5( +(0|[<>][0-9.]+[a-z]+)){4}$' output
	grep -Eq '^waking +0( +-){4}$' output
	grep -Eq '^receiving +5( +(0|[<>][0-9.]+[a-z]+)){4}$' output
	# They stay with the channel.
	end_session
	shown "$channel" 'assert sums == [5, 0, 5] and not threads, c'
	status 0 vbufctl show "$channel"
	grep -q '^queued  *5 ' output
	not grep -q '^THREAD' output
}

digits()
{
	session
	moves 10001
	status 0 vbufctl show "$channel"
	grep -q '^queued  *10.0k ' output
	status 0 vbufctl show "$channel" --bytes
	grep -q '^queued  *10001 ' output
	end_session
}

# waits_in CHANNEL TID: it slept in RECV there, and nowhere else
waits_in()
{
	shown "$1" '
t = threads[int(sys.argv[1])]
parts = ("running", "ready", "in_send", "in_recv", "asleep", "hardirq", "softirq")
assert sum(t[part + "_ns"] for part in parts) == t["until_ns"] - t["began_ns"], t
assert set(t) == {part + "_ns" for part in parts} | {
    "tid", "pid", "comm", "began_ns", "until_ns", "voluntary", "involuntary",
    "migrations", "hardirqs", "softirqs", "user_faults", "kernel_faults", "waits"}, t
assert t["pid"] == t["tid"] and t["comm"] == "vbufctl", t
assert t["voluntary"] > 0, t
w, = t["waits"]
assert w["channel"] == c["id"] and not w["in_send_ns"], t
assert 0 < w["in_recv_ns"] == t["in_recv_ns"], t
e, = [e for e in c["endpoints"] if e["pid"] == t["pid"]]
assert 0 < e["in_recv_ns"] <= w["in_recv_ns"] and not e["in_send_ns"], e' "$2"
}

# The receiver sleeps for the message, and is woken for it.
sleeps()
{
	local receiver other

	status 0 vbufctl create jobs
	status 0 vbufctl create other
	session
	vbufctl recv jobs >got &
	receiver=$!
	vbufctl recv other >got-others &
	other=$!
	soon is jobs blocked_receivers=1
	soon is other blocked_receivers=1
	echo one | vbufctl send --no-wait jobs
	soon is jobs received=1
	shown jobs 'assert sums == [1, 1, 1], c'
	soon is jobs blocked_receivers=1
	waits_in jobs $receiver
	shown jobs 'assert int(sys.argv[1]) not in threads, c' $other
	shown other 'assert int(sys.argv[1]) not in threads, c' $receiver
	status 0 vbufctl show jobs
	grep -Eq '^THREAD +PID +COMMAND +FOR +RUNNING +READY +IN-SEND +IN-RECV +HERE +ASLEEP +IRQ +SWITCHES +FAULTS$' output
	grep -Eq "^$receiver +$receiver +vbufctl +[0-9.]+(us|ms|s|min)( +[0-9.]+%){7} +[0-9]+ +[0-9]+\$" output
	not grep -Eq "^$other +$other " output
	end_session
	shown jobs 'assert not threads and sums == [1, 1, 1], c'
}

# It has an endpoint of the channel, and never slept for it.
never_slept()
{
	session
	moves 1
	shown "$channel" '
t = threads[int(sys.argv[1])]
assert t["waits"] == [] and t["in_recv_ns"] == t["in_send_ns"] == 0, t' $user
	status 0 vbufctl show "$channel"
	grep -Eq "^$user +$user +python3 +[0-9.]+[a-z]+( +[0-9.]+%){4} +- +([0-9.]+% +){2}[0-9]+ +[0-9]+\$" output
	end_session
}

# A child that inherited the endpoint: what tells of it is what it sleeps for.
child()
{
	local child

	session
	user '
fd = create()
tell(fd)
if not os.fork():
    name(b"a\"b\\\n\xff")
    os.read(fd, 10)'
	soon is "$channel" blocked_receivers=1
	shown "$channel" '
child, = [t for t in threads.values() if t["pid"] != int(sys.argv[1])]
assert child["comm"] == "a\"b\\\n\ufffd", c
w, = child["waits"]
assert w["channel"] == c["id"] and w["in_recv_ns"] > 0, c
print(child["tid"])' $user >child
	child=$(<child)
	status 0 vbufctl show "$channel"
	grep -Eq "^$child +$child +a\"b.\?\? +[0-9.]+[a-z]+( +[0-9.]+%){7} " output
	end_session
}

others_threads()
{
	local own roots

	status 0 vbufctl create jobs --mode 0666
	session
	vbufctl recv jobs >got &
	roots=$!
	"${nobody[@]}" vbufctl recv jobs >got-nobodys &
	own=$!
	soon is jobs blocked_receivers=2
	seq 2 | vbufctl send --no-wait jobs
	soon is jobs received=2
	"${nobody[@]}" vbufctl show jobs --json | python '
import json, sys
c, = json.load(sys.stdin)
roots, own = map(int, sys.argv[1:])
told = {t["pid"] for t in c["threads"]}
assert own in told and roots not in told, c
assert sum(c["time_queued"]) == 2, c' $roots $own
	shown jobs 'assert set(map(int, sys.argv[1:])) <= set(threads), c' $roots $own
	end_session
}

check 'nothing of it without a session, nor of what was before' no_session
check 'times of messages, that stay with the channel' counts
check 'times of messages: --bytes' digits
check 'threads that sleep for the channel' sleeps
check 'a thread of a process that opened the channel' never_slept
check 'a thread that inherited an endpoint, with an odd name' child
check "others' threads are not told" others_threads
finish
