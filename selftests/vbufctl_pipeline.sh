#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vbufctl send and recv: what goes in comes out, pipelines end whoever starts
# first, and no error or signal loses a message. Runs as root with vbuf loaded.

# shellcheck source-path=SCRIPTDIR source=lib/vbufctl.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib/vbufctl.bash"

lines_sender_first()
{
	seq 100000 | vbufctl send jobs &
	soon is jobs 'depth=[1-9]*'
	vbufctl recv jobs | cmp - <(seq 100000)
	ended 0
	gone jobs
}

lines_receiver_first()
{
	vbufctl recv jobs >got &
	soon is jobs blocked_receivers=1
	seq 100000 >want
	status 0 vbufctl send jobs want
	ended 0
	cmp want got
	gone jobs
}

lines_as_they_are()
{
	printf 'a\n\n\0b\0\n\xff\xfe\r\n  last without newline' >want
	vbufctl recv jobs >got &
	status 0 vbufctl send jobs want
	ended 0
	echo >>want
	cmp want got
}

line_of_a_whole_slot()
{
	(printf '%070000d\n' 1; printf '%070000d' 2) >want
	vbufctl recv jobs --slot-size 70000 >got &
	soon vbufctl show jobs
	status 0 vbufctl send jobs - <want
	ended 0
	echo >>want
	cmp want got
}

line_too_long()
{
	(seq 10; printf '%070000d\n' 1; echo never) >input
	vbufctl recv jobs >got &
	status 1 vbufctl send jobs input
	ended 0
	seq 10 | cmp - got
	says 'input: line 11 has 70000 bytes, a slot of jobs holds 65536'
	says '--slot-size 70000'
}

line_without_end()
{
	vbufctl recv jobs >got &
	soon vbufctl show jobs
	status 1 vbufctl send jobs /dev/zero
	says 'line 1 has more than 16777216 bytes'
	ended 0
	[ ! -s got ]
}

make_tree()
{
	mkdir tree
	cp -r /usr/include/linux tree/
	head -c 3000000 /dev/urandom >tree/random
	ln -s random tree/link
}

tar_sender_first()
{
	tar c tree | vbufctl send --raw jobs &
	soon is jobs 'depth=[1-9]*'
	mkdir first
	vbufctl recv --raw jobs | tar x -C first
	ended 0
	diff -r --no-dereference tree first/tree
	gone jobs
}

tar_receiver_first()
{
	mkdir second
	vbufctl recv --raw jobs | tar x -C second &
	soon vbufctl show jobs
	tar c tree | vbufctl send --raw jobs
	ended 0
	diff -r --no-dereference tree second/tree
}

raw_pieces()
{
	head -c 100001 /dev/urandom >want
	status 0 vbufctl create jobs --slots 2000 --slot-size 100
	status 0 vbufctl send --no-wait --raw jobs want
	is jobs depth=1001 sent_bytes=100001
	vbufctl recv --raw --count 1001 jobs | cmp - want
}

large_slots()
{
	head -c 40000000 /dev/urandom >want
	vbufctl recv --raw --slots 2 --slot-size 16M jobs >got &
	soon vbufctl show jobs
	status 0 vbufctl send --raw jobs want
	ended 0
	cmp want got
	rm want got
}

many_to_many()
{
	local i receivers=()

	vbufctl create --transient jobs 2>/dev/null &
	local holder=$!

	soon vbufctl show jobs
	seq 8000 >want
	split -n l/4 want part.
	for i in part.*; do
		vbufctl send jobs "$i" &
	done
	soon is jobs senders=4 blocked_senders=4
	for i in 1 2 3 4; do
		vbufctl recv jobs >received.$i &
		receivers+=($!)
	done
	wait "${receivers[@]}"
	kill $holder
	sort -n received.* | cmp - want
}

empty_sender_first()
{
	vbufctl send jobs </dev/null &
	soon vbufctl show jobs
	status 0 vbufctl recv jobs
	[ ! -s output ]
	ended 0
	gone jobs
}

empty_receiver_first()
{
	vbufctl recv jobs >got &
	soon vbufctl show jobs
	status 0 vbufctl send jobs </dev/null
	ended 0
	[ ! -s got ]
}

empty_until_removed()
{
	vbufctl send jobs </dev/null &
	soon vbufctl show jobs
	status 0 vbufctl rm jobs
	ended 0
}

empty_persistent()
{
	status 0 vbufctl create jobs
	status 0 vbufctl send jobs </dev/null
}

input_fails()
{
	status 1 vbufctl send jobs missing-file; says 'missing-file: No such file'
	gone jobs
	status 1 vbufctl send jobs /; says 'Is a directory'
}

# What was sent stays in a channel that keeps it, so there is nothing to wait for.
input_fails_persistent()
{
	(echo one; printf '%070000d\n' 2) >input
	status 0 vbufctl create jobs
	status 1 timeout 20 vbufctl send jobs input; says 'line 2 has 70000 bytes'
	is jobs depth=1
}

# With standard error closed the channel would be descriptor 2.
input_fails_unheard()
{
	status 0 vbufctl create jobs
	(echo one; printf '%070000d\n' 2) >input
	status 1 sh -c 'vbufctl send jobs input <&- >&- 2>&-'
	is jobs depth=1
	status 1 sh -c 'vbufctl send jobs <&-'
	says 'standard input: Bad file descriptor'
	is jobs depth=1
	status 1 sh -c 'vbufctl ls >&-'; says 'standard output: Bad file descriptor'
}

channel_is_different()
{
	status 0 vbufctl create jobs --slots 7
	echo one | status 0 vbufctl send --no-wait --slots 7 jobs
	[ ! -s errors ]
	echo two | status 0 vbufctl send --no-wait --slots 5 jobs
	says 'jobs is there already, with --slots 7: it does not become 5'
	status 0 vbufctl recv --count 2 --slot-size 1K --mode 0644 jobs
	says 'with --slot-size 65536: it does not become 1024'
	says 'with --mode 0600: it does not become 0644'
	printf 'one\ntwo\n' | cmp - output
}

receive_count()
{
	status 0 vbufctl create jobs
	seq 10 | status 0 vbufctl send --no-wait jobs
	status 0 vbufctl recv --count 3 jobs
	seq 3 | cmp - output
	is jobs depth=7 received=3
}

send_without_waiting()
{
	status 1 vbufctl send --no-wait jobs </dev/null; says 'no such channel'
	vbufctl recv jobs &
	soon vbufctl show jobs
	echo lost | status 1 vbufctl send --no-wait jobs; says 'persistent'
	ended 0
}

send_waits()
{
	status 0 vbufctl create jobs
	seq 3 | vbufctl send jobs &
	soon is jobs depth=3
	status 0 vbufctl recv --count 2 jobs
	sleep 0.3
	kill -0 $!
	status 0 vbufctl recv --count 1 jobs
	ended 0
}

receivers_gone()
{
	local sender

	yes | vbufctl send jobs 2>sender-errors &
	sender=$!
	status 0 vbufctl recv --count 1 jobs
	wait "$sender" && false
	cp sender-errors errors
	says 'there is no receiver any more; [0-9]* messages were sent'
}

# A receiver that holds all of twenty messages, in a pipe that nobody reads.
hold_twenty()
{
	mkfifo "$1"
	soon is jobs depth=20
	vbufctl recv jobs >"$1" &
	exec 3<"$1"
	soon is jobs receiving=20
}

send_twenty()
{
	for i in $(seq 20); do printf '%05000d\n' "$i"; done >twenty
	vbufctl send jobs twenty 2>errors &
	sender=$!
}

receiver_killed()
{
	local sender

	send_twenty
	hold_twenty killed
	kill -KILL $!
	wait "$sender" && false
	says 'messages are left that nobody received'
}

receiver_killed_drops()
{
	local sender

	status 0 vbufctl create jobs
	send_twenty
	hold_twenty killed-dropping
	kill -KILL $!
	wait "$sender" && false
	says '20 messages were taken and then dropped'
	is jobs depth=0 dropped_holder=20
}

receiver_killed_next_takes()
{
	local sender

	vbufctl create --transient --redeliver jobs 2>/dev/null &
	soon vbufctl show jobs
	send_twenty
	hold_twenty killed-first
	kill -KILL $!
	vbufctl recv jobs | cmp - twenty
	wait "$sender"
}

# Also from where they were put back once too often.
delivered_too_often()
{
	local sender

	status 0 vbufctl create jobs --max-deliveries 1
	send_twenty
	soon is jobs depth=20
	status 1 sh -c 'vbufctl recv --count 20 jobs >/dev/full 2>full-errors'
	wait "$sender" && false
	says '20 messages were taken and then dropped'
	cp full-errors errors
	says '0 messages not written went back'
	says '20 messages not written were dropped: they had been delivered 1 times'
	is jobs depth=0 dropped_deliveries=20
}

prompt_output()
{
	coproc vbufctl recv jobs
	local i line

	exec 3> >(vbufctl send jobs)
	for i in 1 2 3; do
		echo "line $i" >&3
		read -r -t 10 line <&"${COPROC[0]}"
		[ "$line" = "line $i" ]
	done
	exec 3>&-
}

removed_while_waiting()
{
	local sender

	vbufctl recv jobs &
	soon is jobs blocked_receivers=1
	status 0 vbufctl rm jobs
	ended 0
	yes | vbufctl send jobs 2>sender-errors &
	sender=$!
	soon is jobs blocked_senders=1
	status 0 vbufctl rm jobs
	wait "$sender" && false
	cp sender-errors errors
	says 'no receiver any more; 64 messages were sent, the rest was not'
}

stopped_while_waiting()
{
	status 0 vbufctl create jobs
	vbufctl recv jobs >got &
	echo one | status 0 vbufctl send jobs
	soon is jobs blocked_receivers=1
	kill -TERM $!
	ended 143
	[ "$(cat got)" = one ]
	is jobs receivers=0 receiving=0
}

# A signal while it writes to a full pipe: what is written is gone, what is not
# written is in the channel, and one message at the most is in both.
stopped_while_writing()
{
	local receiver

	mkfifo pipe
	status 0 vbufctl create jobs --slots 200 --slot-size 1000
	for i in $(seq 200); do printf '%0999d\n' "$i"; done >want
	status 0 vbufctl send --no-wait jobs want
	vbufctl recv jobs >pipe &
	receiver=$!
	exec 3<pipe
	soon is jobs 'receiving=[1-9]*' blocked_receivers=0
	sleep 0.5
	kill -TERM $receiver
	ended 143
	cat <&3 >got
	head -n "$(wc -l <got)" want >whole
	head -c "$(stat -c %s whole)" got | cmp - whole
	is jobs "depth=$((200 - $(wc -l <got)))"
	is jobs 'depth=[1-9]*'
	vbufctl recv --count $((200 - $(wc -l <got))) jobs |
		cat whole - | cmp - want
}

output_full()
{
	status 0 vbufctl create jobs
	seq 50 | status 0 vbufctl send --no-wait jobs
	status 1 sh -c 'vbufctl recv --count 50 jobs >/dev/full'
	says 'No space left on device; [1-9][0-9]* messages not written went back to jobs'
	is jobs depth=50 received=0
	status 0 vbufctl recv --count 50 jobs
	seq 50 | cmp - output
	status 1 sh -c 'vbufctl ls >/dev/full'; says 'standard output: No space'
}

output_closed()
{
	status 0 vbufctl create jobs
	seq 50 | status 0 vbufctl send --no-wait jobs
	mkfifo unread
	: <unread &
	status 1 sh -c 'vbufctl recv jobs >unread'
	says 'Broken pipe'
	is jobs depth=50
}

killed_receiver_redelivers()
{
	status 0 vbufctl create jobs --redeliver --slots 200 --slot-size 1000
	mkfifo kill-pipe
	for i in $(seq 200); do printf '%0999d\n' "$i"; done >want
	status 0 vbufctl send --no-wait jobs want
	vbufctl recv jobs >kill-pipe &
	exec 3<kill-pipe
	soon is jobs 'receiving=[1-9]*' blocked_receivers=0
	sleep 0.5
	kill -KILL $!
	ended 137
	exec 3<&-
	is jobs receiving=0 dropped_holder=0 'depth=[1-9]*'
	is jobs "received=$((200 - $(vbufctl ls --interval 0 |
		sed -n 's/^jobs *\([0-9]*\).*/\1/p')))"
}

make_tree
check 'lines, sender first' lines_sender_first
check 'lines, receiver first' lines_receiver_first
check 'lines: empty, binary, without newline' lines_as_they_are
check 'lines: as long as a slot' line_of_a_whole_slot
check 'lines: too long' line_too_long
check 'lines: one that never ends' line_without_end
check 'tar, sender first' tar_sender_first
check 'tar, receiver first' tar_receiver_first
check 'raw: pieces of the slot size' raw_pieces
check 'raw: slots of 16 MiB' large_slots
check 'four senders, four receivers: each line once' many_to_many
check 'empty input, sender first' empty_sender_first
check 'empty input, receiver first' empty_receiver_first
check 'empty input, until the channel is removed' empty_until_removed
check 'empty input, persistent channel' empty_persistent
check 'send: input that cannot be read' input_fails
check 'send --no-wait' send_without_waiting
check 'send: waits until all is received' send_waits
check 'send: the receivers have gone' receivers_gone
check 'send: input that ends in an error, persistent channel' input_fails_persistent
check 'send: the only receiver was killed' receiver_killed
check 'send: a killed receiver took messages along' receiver_killed_drops
check 'send: another receiver takes what a killed one held' receiver_killed_next_takes
check 'send: messages were delivered too often' delivered_too_often
check 'send: no error becomes a message' input_fails_unheard
check 'send, recv: a channel that is not as was asked' channel_is_different
check 'recv --count' receive_count
check 'recv: prints at once' prompt_output
check 'recv, send: the channel is removed while they wait' removed_while_waiting
check 'recv: stopped while it waits' stopped_while_waiting
check 'recv: stopped while it writes' stopped_while_writing
check 'recv: no space for output' output_full
check 'recv: nobody reads the output' output_closed
check 'recv: killed, what it held is redelivered' killed_receiver_redelivers
finish
