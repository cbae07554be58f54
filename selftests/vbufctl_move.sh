#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vbufctl send and recv with --move, and create --open-view: what holds where
# messages are copied holds where they are moved, and no slot is kept from others
# that is not needed. Runs as root with vbuf loaded; timeout: 600.

# shellcheck source-path=SCRIPTDIR source=lib/vbufctl.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib/vbufctl.bash"

# Has that process mapped a region?
moving()
{
	grep -q 'vbuf-region' "/proc/$1/maps"
}

copying()
{
	not moving "$1"
}

# random SIZE FILE
random()
{
	head -c "$1" /dev/urandom >"$2"
}

wrong_usage()
{
	status 2 vbufctl send --move a; says '--move is for --raw'
	status 2 vbufctl recv --move a; says '--move is for --raw'
	status 2 vbufctl send --raw --move --copy a; says 'exclude each other'
	status 2 vbufctl recv --raw --copy --move a; says 'exclude each other'
	status 0 vbufctl create jobs
	echo one | status 0 vbufctl send --copy --no-wait jobs
	status 0 vbufctl recv --copy --count 1 jobs
	[ "$(cat output)" = one ]
}

create_open_view()
{
	status 0 vbufctl create strict
	is strict open_view=false
	status 0 vbufctl create jobs --open-view
	is jobs open_view=true persistent=true redeliver=false lossy=false
	status 0 vbufctl show jobs
	grep -q '^channel    jobs (#[0-9]*), persistent, open view$' output
	vbufctl ls --json --interval 0 | grep -q '"name":"jobs".*"open_view":true'
}

# crosses SLOTS SLOT_SIZE SENDER RECEIVER: what goes in comes out
crosses()
{
	vbufctl send --raw "$3" --slots "$1" --slot-size "$2" jobs want &
	soon is jobs 'depth=[1-9]*'
	vbufctl recv --raw "$4" jobs | cmp - want
	ended 0
	gone jobs
}

sizes()
{
	random 300001 want
	crosses 3 4096 --move --move
	crosses 1 300001 --move --move
	random 2500001 want
	crosses 2 2M --move --move
	rm want
}

with_copies()
{
	random 500001 want
	crosses 4 100000 --copy --move
	crosses 4 100000 --move --copy
}

receiver_first()
{
	random 2000001 want
	vbufctl recv --raw --move --slots 4 --slot-size 256K jobs >got &
	soon is jobs blocked_receivers=1
	moving $!
	status 0 vbufctl send --raw --move jobs want
	ended 0
	cmp want got
	gone jobs
}

tar_by_pipes()
{
	mkdir tree there
	cp -r /usr/include/linux/netfilter* tree/
	random 1000000 tree/random
	tar c tree | vbufctl send --raw --move jobs &
	soon is jobs 'depth=[1-9]*'
	vbufctl recv --raw --move jobs | tar x -C there
	ended 0
	diff -r tree there/tree
}

pieces()
{
	random 100001 want
	status 0 vbufctl create jobs --slots 20 --slot-size 8K
	status 0 vbufctl send --no-wait --raw --move jobs want
	is jobs depth=13 sent_bytes=100001 free=7 sending=0
	status 0 vbufctl recv --raw --move --count 4 jobs
	head -c 32768 want | cmp - output
	is jobs depth=9 receiving=0 received=4
	vbufctl recv --raw --move --count 9 jobs | cmp - <(tail -c +32769 want)
}

# Each sends lines of a page, which is a slot.
many_to_many()
{
	local i receivers=()

	vbufctl create --transient --slots 8 --slot-size 4096 jobs 2>/dev/null &
	local holder=$!

	soon vbufctl show jobs
	for i in $(seq 200); do printf '%04095d\n' "$i"; done >want
	split -l 50 want part.
	for i in part.*; do
		vbufctl send --raw --move jobs "$i" &
	done
	soon is jobs senders=4 blocked_senders=4 sending=0
	for i in 1 2 3 4; do
		vbufctl recv --raw --move jobs >received.$i &
		receivers+=($!)
	done
	wait "${receivers[@]}"
	kill $holder
	sort received.* | cmp - want
}

one_held()
{
	random 100000 want
	status 0 vbufctl create jobs --slots 4 --slot-size 8K --held-max 1
	vbufctl send --raw --move jobs want &
	vbufctl recv --raw --move --count 13 jobs | cmp - want
	ended 0
}

# What comes slowly goes on at once, and while nothing comes no slot is taken.
slow_input()
{
	coproc vbufctl recv --raw --move --slots 1 --slot-size 4096 jobs
	local i line

	soon vbufctl show jobs
	exec 3> >(vbufctl send --raw --move jobs)
	for i in 1 2 3; do
		echo "line $i" >&3
		read -r -t 10 line <&"${COPROC[0]}"
		[ "$line" = "line $i" ]
	done
	soon is jobs free=1 sending=0 receiving=0 senders=1
	echo another | vbufctl send --raw --move jobs &
	read -r -t 10 line <&"${COPROC[0]}"
	[ "$line" = another ]
	exec 3>&-
	ended 0
}

# Neither where it comes first, nor where the channel is full by then.
end_needs_no_slot()
{
	random 16384 two
	: >nothing
	status 0 vbufctl create jobs --slots 2 --slot-size 8K
	status 0 timeout 20 vbufctl send --no-wait --raw --move jobs two
	is jobs depth=2 free=0
	status 0 timeout 20 vbufctl send --no-wait --raw --move jobs nothing
	status 0 timeout 20 vbufctl send --no-wait --raw --move jobs /dev/null
	: | status 0 timeout 20 vbufctl send --no-wait --raw --move jobs
	vbufctl recv --raw --count 2 jobs | cmp - two
	# shellcheck disable=SC2002
	cat two | status 0 timeout 20 vbufctl send --no-wait --raw --move jobs
	is jobs 'depth=[12]' sent_bytes=32768
}

waits_for_slot()
{
	random 24576 three
	status 0 vbufctl create jobs --slots 2 --slot-size 8K
	vbufctl send --no-wait --raw --move jobs three &
	soon is jobs depth=2 blocked_senders=1
	moving $!
	vbufctl recv --raw --move --count 3 jobs | cmp - three
	ended 0
}

# Who took all may go before the sender has seen that there is no more.
all_taken()
{
	random 24576 three
	status 0 vbufctl create jobs --slots 4 --slot-size 8K
	vbufctl send --raw --move jobs three &
	vbufctl recv --raw --move --count 3 jobs | cmp - three
	ended 0
}

empty_input()
{
	vbufctl recv --raw --move jobs >got &
	soon vbufctl show jobs
	status 0 vbufctl send --raw --move jobs </dev/null
	ended 0
	[ ! -s got ]
}

# sends KIND [OPTION...]: does a sender move or copy a file of a slot and more?
sends()
{
	local kind=$1

	shift
	vbufctl send --raw "$@" jobs input &
	soon is jobs depth=1 blocked_senders=1
	"$kind" $!
	kill $!
	wait $! || true
	vbufctl recv --raw --count 1 jobs | cmp - <(head -c "$(slot_size)" input)
}

slot_size()
{
	vbufctl show jobs --json | sed 's/.*"slot_size":\([0-9]*\),.*/\1/'
}

# receives KIND [OPTION...]
receives()
{
	local kind=$1

	shift
	vbufctl recv --raw "$@" jobs >/dev/null &
	soon is jobs blocked_receivers=1
	"$kind" $!
	kill $!
	wait $! || true
}

left_to_choose()
{
	random 300000 input
	status 0 vbufctl create jobs --slots 1 --slot-size 128K
	sends moving
	receives moving
	receives copying --copy
	status 0 vbufctl rm jobs
	status 0 vbufctl create jobs --slots 1 --slot-size 131071
	sends copying
	sends moving --move
	receives copying
}

lines_are_copied()
{
	seq 20000 >want
	status 0 vbufctl create jobs --slots 64 --slot-size 256K
	vbufctl send jobs want &
	soon is jobs blocked_senders=1
	copying $!
	vbufctl recv --count 20000 jobs >got &
	wait
	cmp want got
	vbufctl recv jobs >/dev/null &
	soon is jobs blocked_receivers=1
	copying $!
}

# from_pipe KIND [OPTION...]: does a sender move or copy from the pipe that is
# descriptor 3?
from_pipe()
{
	local kind=$1

	shift
	echo "$*" >&3
	vbufctl send --raw "$@" jobs <&3 &
	soon is jobs depth=1
	"$kind" $!
	kill $!
	wait $! || true
	[ "$(vbufctl recv --raw --count 1 jobs)" = "$*" ]
}

# A pipe brings no more at a time than it has room for.
left_to_choose_by_pipe()
{
	status 0 vbufctl create jobs --slots 4 --slot-size 128K
	mkfifo pipe
	exec 3<>pipe
	from_pipe copying
	from_pipe moving --move
	python 'import fcntl; fcntl.fcntl(3, 1031, 1 << 17)'
	from_pipe moving
	from_pipe copying --copy
}

# packet_to COMMAND...: with a packet of 150,000 bytes, want's, as its input
packet_to()
{
	python '
import os, socket, sys
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
if not os.fork():
    os.dup2(b.fileno(), 0)
    a.close()
    os.execvp(sys.argv[1], sys.argv[1:])
b.close()
a.send(open("want", "rb").read())
a.close()
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))' "$@"
}

# A message that is longer than a slot would be cut off there.
left_to_choose_by_socket()
{
	status 0 vbufctl create jobs --slots 4 --slot-size 128K
	random 150000 want
	packet_to vbufctl send --raw --no-wait jobs
	is jobs depth=2 sent_bytes=150000
	vbufctl recv --raw --count 2 jobs | cmp - want
}

packets_are_not_moved()
{
	status 0 vbufctl create jobs --slots 4 --slot-size 8K
	random 150000 want
	status 1 packet_to vbufctl send --raw --move --no-wait jobs
	says 'comes in messages, which may be longer than a slot: use --copy'
	is jobs free=4 sent=0
}

open_view()
{
	random 300001 want
	status 0 vbufctl create jobs --open-view --slots 4 --slot-size 128K
	status 1 vbufctl send --raw --move --no-wait jobs want
	says 'receivers see all of it (--open-view), so senders have to copy'
	is jobs sent=0 free=4
	vbufctl send --raw jobs want &
	soon is jobs depth=3
	copying $!
	vbufctl recv --raw --count 3 jobs | cmp - want
	ended 0
	receives moving
	random 1001 want
	status 0 vbufctl create small --open-view --slots 11 --slot-size 100
	status 0 vbufctl send --raw --no-wait small want
	vbufctl recv --raw --move --count 11 small | cmp - want
	is small free=11 received=11
}

short_slots()
{
	status 0 vbufctl create jobs --slot-size 4095
	echo one | status 1 vbufctl send --raw --move --no-wait jobs
	says 'shorter than a page.*--slot-size of 4K'
	status 1 vbufctl recv --raw --move jobs; says 'shorter than a page.*use --copy'
	echo one | status 0 vbufctl send --raw --no-wait jobs
	status 0 vbufctl recv --raw --count 1 jobs
	[ "$(cat output)" = one ]
	status 1 timeout 20 vbufctl send --raw --move --slot-size 100 new /dev/null
	gone new
}

nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --)

# The accounts of a window to send from are bytes of the user's.
beyond_limit()
{
	random 300000 want
	status 0 "${nobody[@]}" vbufctl create jobs --slots 8 --slot-size 128K
	vbufctl limits user_bytes=4096
	status 1 "${nobody[@]}" vbufctl send --raw --move --no-wait jobs <want
	says 'the limit user_bytes (4K) is reached'
	status 0 "${nobody[@]}" vbufctl send --raw --no-wait jobs <want
	vbufctl recv --raw --move --count 3 jobs | cmp - want
}

receivers_gone()
{
	local sender

	yes | vbufctl send --raw --move jobs 2>sender-errors &
	sender=$!
	status 0 vbufctl recv --raw --move --count 1 jobs
	wait "$sender" && false
	cp sender-errors errors
	says 'there is no receiver any more; [0-9]* messages were sent'
}

removed_while_waiting()
{
	local sender

	vbufctl recv --raw --move jobs &
	soon is jobs blocked_receivers=1
	status 0 vbufctl rm jobs
	ended 0
	random 100000 want
	vbufctl send --raw --move --slots 2 --slot-size 8K jobs want 2>sender-errors &
	sender=$!
	soon is jobs blocked_senders=1
	status 0 vbufctl rm jobs
	wait "$sender" && false
	cp sender-errors errors
	says 'no receiver any more; 2 messages were sent, the rest was not'
}

# A device that cannot tell whether there is more is read all the same.
device()
{
	local sender

	vbufctl send --raw --move --slots 2 --slot-size 8K jobs /dev/zero 2>/dev/null &
	sender=$!
	soon is jobs 'depth=[1-9]*'
	vbufctl recv --raw --move --count 20 jobs | cmp - <(head -c 163840 /dev/zero)
	wait "$sender" && false
	gone jobs
}

input_fails()
{
	status 0 vbufctl create jobs --slots 4 --slot-size 8K
	status 1 vbufctl send --raw --move jobs /; says 'Is a directory'
	status 1 sh -c 'vbufctl send --raw --move jobs <&-'
	says 'standard input: Bad file descriptor'
	is jobs free=4 depth=0
}

sender_killed()
{
	local i sender

	status 0 vbufctl create jobs --slots 4 --slot-size 1M
	vbufctl recv --raw --move jobs >/dev/null &
	for i in 1 3 5 7; do
		yes | vbufctl send --raw --move jobs &
		sender=$!
		yes no | vbufctl send --raw --move jobs &
		soon is jobs senders=2
		sleep 0.0$i
		kill -KILL $! "$sender" || true
		wait $! "$sender" || true
		soon is jobs senders=0 sending=0 depth=0 receiving=0 free=4
	done
}

# A receiver that waits in a write of the first of five messages.
hold_one()
{
	for i in $(seq 5); do printf '%0131071d\n' "$i"; done >five
	vbufctl send --raw --move jobs five 2>sender-errors &
	sender=$!
	soon is jobs depth=5
	rm -f unread
	mkfifo unread
	vbufctl recv --raw --move jobs >unread &
	exec 3<unread
	soon is jobs receiving=1 depth=4 blocked_receivers=0
	moving $!
}

receiver_killed()
{
	local sender

	vbufctl create --transient --redeliver --slot-size 128K jobs 2>/dev/null &
	soon vbufctl show jobs
	hold_one
	kill -KILL $!
	vbufctl recv --raw --move jobs | cmp - five
	wait "$sender"
}

receiver_killed_drops()
{
	local sender

	status 0 vbufctl create jobs --slot-size 128K
	hold_one
	kill -KILL $!
	soon is jobs dropped_holder=1 depth=4 receiving=0
	status 0 vbufctl recv --raw --move --count 4 jobs
	tail -n 4 five | cmp - output
	wait "$sender" && false
	cp sender-errors errors
	says '1 messages were taken and then dropped'
}

stopped_while_waiting()
{
	status 0 vbufctl create jobs --slot-size 8K
	vbufctl recv --raw --move jobs >got &
	echo one | status 0 vbufctl send --raw --move jobs
	soon is jobs blocked_receivers=1
	is jobs receiving=0 received=1
	kill -TERM $!
	ended 143
	[ "$(cat got)" = one ]
	is jobs receivers=0 receiving=0 depth=0
}

stopped_while_writing()
{
	local sender

	status 0 vbufctl create jobs --slot-size 128K
	hold_one
	kill -TERM $!
	ended 143
	is jobs depth=5 receiving=0 received=0
	cat <&3 >got
	[ -s got ]
	head -c "$(stat -c %s got)" five | cmp - got
	[ "$(stat -c %s got)" -lt 131072 ]
	vbufctl recv --raw --move --count 5 jobs | cmp - five
	wait "$sender"
}

output_full()
{
	random 30000 want
	status 0 vbufctl create jobs --slots 4 --slot-size 8K
	status 0 vbufctl send --raw --move --no-wait jobs want
	status 1 sh -c 'vbufctl recv --raw --move jobs >/dev/full'
	says 'No space left on device; 1 messages not written went back to jobs'
	is jobs depth=4 received=0 receiving=0
	vbufctl recv --raw --move --count 4 jobs | cmp - want
}

output_closed()
{
	random 30000 want
	status 0 vbufctl create jobs --slots 4 --slot-size 8K
	status 0 vbufctl send --raw --move --no-wait jobs want
	rm -f unread
	mkfifo unread
	: <unread &
	status 1 sh -c 'vbufctl recv --raw --move jobs >unread'
	says 'Broken pipe'
	is jobs depth=4
}

delivered_too_often()
{
	local sender

	random 30000 want
	status 0 vbufctl create jobs --slots 4 --slot-size 8K --max-deliveries 2
	vbufctl send --raw --move jobs want 2>sender-errors &
	sender=$!
	soon is jobs depth=4
	status 1 sh -c 'vbufctl recv --raw --move jobs >/dev/full'
	says ' 1 messages not written went back to jobs'
	not grep dropped errors
	is jobs depth=4 dropped_deliveries=0
	status 1 sh -c 'vbufctl recv --raw --move jobs >/dev/full'
	says ' 0 messages not written went back to jobs'
	says '1 messages not written were dropped: they had been delivered 2 times'
	is jobs depth=3 dropped_deliveries=1
	vbufctl recv --raw --move --count 3 jobs | cmp - <(tail -c +8193 want)
	wait "$sender" && false
	cp sender-errors errors
	says '1 messages were taken and then dropped'
}

# pinning FILE: serves a file that pins the memory that it is read into and
# written from, as FUSE's own direct_io does, which a region does not allow.
pinning()
{
	: >"$1"
	python '
import ctypes, os, struct, sys
fuse = os.open("/dev/fuse", os.O_RDWR)
data = bytearray()
if ctypes.CDLL(None, use_errno=True).mount(b"test", sys.argv[1].encode(), b"fuse", 0,
        b"fd=%d,rootmode=100644,user_id=0,group_id=0" % fuse):
    raise OSError(ctypes.get_errno(), "mount")
def attributes(_):
    return struct.pack("=QII6Q3I7I", 0, 0, 0, 1, len(data), 0, 0, 0, 0, 0, 0, 0,
                       0o100644, 1, 0, 0, 0, 4096, 0)
def change(arg):
    if struct.unpack_from("=I", arg)[0] & 8:
        del data[struct.unpack_from("=Q", arg, 16)[0]:]
    return attributes(arg)
def read(arg):
    at, size = struct.unpack_from("=QI", arg, 8)
    return data[at:at + size]
def write(arg):
    at, size = struct.unpack_from("=QI", arg, 8)
    data[at:at + size] = arg[40:40 + size]
    return struct.pack("=II", size, 0)
calls = {
    3: attributes, 4: change, 15: read, 16: write,
    14: lambda _: struct.pack("=QII", 0, 1, 0),
    18: lambda _: b"", 25: lambda _: b"",
    26: lambda _: struct.pack("=IIIIHHIIHHI7I", 7, 31, 0, 0, 16, 12, 131072, 1, 0, 0, 0, *[0] * 7),
}
while True:
    request = os.read(fuse, 1 << 20)
    length, call, unique = struct.unpack_from("=IIQ", request)
    if call in (2, 36, 42):
        continue
    answer = calls[call](request[40:]) if call in calls else b""
    os.write(fuse, struct.pack("=IiQ", 16 + len(answer), 0 if call in calls else -38, unique) + answer)
' "$1" &
	soon grep -q "/$1 fuse " /proc/mounts
}

input_pins()
{
	pinning source
	random 1000001 want
	cat want >source
	cmp want source
	status 0 vbufctl create jobs --slots 4 --slot-size 256K
	status 1 vbufctl send --raw --move --no-wait jobs source
	says 'source: cannot be read straight into a slot: use --copy'
	is jobs free=4 sent=0
	status 0 timeout 60 vbufctl send --raw --no-wait jobs source
	vbufctl recv --raw --count 4 jobs | cmp - want
	# The slot that was to be read into is there for the copies, too.
	status 0 vbufctl rm jobs
	status 0 vbufctl create jobs --slots 1 --slot-size 256K
	timeout 60 vbufctl send --raw jobs source &
	vbufctl recv --raw --count 4 jobs | cmp - want
	ended 0
	umount source
}

output_pins()
{
	pinning target
	random 1000001 want
	status 0 vbufctl create jobs --slots 4 --slot-size 256K
	status 0 vbufctl send --raw --no-wait jobs want
	status 1 sh -c 'vbufctl recv --raw --move --count 4 jobs >target'
	says 'cannot be written from where a message stands: use --copy'
	says '1 messages not written went back to jobs'
	is jobs depth=4
	vbufctl recv --raw --count 4 jobs >target
	cmp want target
	umount target
}

check 'wrong usage ends with status 2' wrong_usage
check 'create --open-view, and where it shows' create_open_view
check 'slots of every size' sizes
check 'one end copies' with_copies
check 'receiver first' receiver_first
check 'tar by pipes' tar_by_pipes
check 'pieces of the slot size, and --count' pieces
check 'four senders, four receivers: each piece once' many_to_many
check 'an endpoint that may own one slot' one_held
check 'send: slow input goes on at once, and keeps no slot' slow_input
check 'send: the end of input needs no slot' end_needs_no_slot
check 'send: waits for a slot' waits_for_slot
check 'send: all is taken, and the receiver gone' all_taken
check 'send, recv: empty input' empty_input
check 'send, recv: move long messages' left_to_choose
check 'send, recv: copy lines' lines_are_copied
check 'send: moves from pipes that hold long messages' left_to_choose_by_pipe
check 'send: copies what comes in messages' left_to_choose_by_socket
check 'send: moves nothing that comes in messages' packets_are_not_moved
check 'open view: recv moves, send copies' open_view
check 'slots shorter than a page: what to do' short_slots
check 'send: beyond the limit on bytes' beyond_limit
check 'send: the receivers have gone' receivers_gone
check 'recv, send: the channel is removed while they wait' removed_while_waiting
check 'send: a device' device
check 'send: input that cannot be read' input_fails
check 'send: killed, and every slot is back' sender_killed
check 'recv: killed, another takes what it held' receiver_killed
check 'recv: killed, what it held is dropped' receiver_killed_drops
check 'recv: stopped while it waits' stopped_while_waiting
check 'recv: stopped while it writes' stopped_while_writing
check 'recv: no space for output' output_full
check 'recv: nobody reads the output' output_closed
check 'recv: messages were delivered too often' delivered_too_often
modprobe fuse 2>/dev/null
if [ -e /dev/fuse ]; then
	check 'send: input that pins memory is copied' input_pins
	check 'recv: output that pins memory is copied' output_pins
else
	skip 'send: input that pins memory is copied' 'there is no FUSE'
	skip 'recv: output that pins memory is copied' 'there is no FUSE'
fi
finish
