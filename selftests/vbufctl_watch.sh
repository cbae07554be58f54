#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vbufctl ls --watch, how it ends, and what the tool prints for eyes: --bytes,
# colours, pictures on a terminal. Runs as root with vbuf loaded, in the end again
# from $VBUF_MODULE.

# shellcheck source-path=SCRIPTDIR source=lib/vbufctl.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib/vbufctl.bash"
on_one_machine

# lines_of FILE LINES: it has that many
lines_of()
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

# on_terminal LINES COLUMNS COMMAND: its output on a terminal of that size, and
# colours, but for what COMMAND says otherwise, to "screen"
on_terminal()
{
	local got=0

	TERM=xterm NO_COLOR='' script -qefc "stty rows $1 cols $2 -onlcr -echo &&
		exec env --default-signal=INT $3" screen >script-log || got=$?
	sed -i -e '1d' -e '/^Script done/d' screen
	return $got
}

# watch_on_terminal LINES COLUMNS PATTERN COMMAND: the same of one that goes on,
# until the screen shows the pattern three times, and Ctrl-C is typed
watch_on_terminal()
{
	local got=0

	rm -f screen missing
	{
		soon shows_thrice "$3" || touch missing
		printf '\003'
	} | on_terminal "$1" "$2" "$4" || got=$?
	[ $got -eq 130 ] && [ ! -e missing ]
}

shows_thrice()
{
	[ "$(grep -aoe "$1" screen | wc -l)" -ge 3 ]
}

tables()
{
	status 0 vbufctl create first --slots 5
	# Whoever runs this may have it ignore SIGINT.
	env --default-signal=INT vbufctl ls --watch --interval 50 >rounds &
	soon lines_of rounds 8
	kill -INT $!
	ended 130
	awk -v RS='' '$1 == "NAME" && $10 == "first" && $11 == "0/5" { n++ }
		      NR == 1 && $16 == "-" { n++ }
		      NR > 1 && $16 == "0" { n++ }
		      END { exit NR < 3 || n != 2 * NR }' rounds
	not grep -q $'\033' rounds
}

# The rates are those between two rounds, whatever was before.
documents()
{
	status 0 vbufctl create jobs
	seq 5 | vbufctl send --no-wait jobs
	vbufctl ls --watch --json --interval 300 >rounds &
	soon lines_of rounds 2
	seq 7 | vbufctl send --no-wait jobs
	soon grep -q '"sent":12,' rounds
	kill -TERM $!
	ended 143
	python '
import json
rounds = [json.loads(line)[0] for line in open("rounds")]
assert "sent_per_second" not in rounds[0], rounds[0]
before = rounds[0]
for now in rounds[1:]:
    assert (now["sent_per_second"] > 0) == (now["sent"] > before["sent"]), now
    assert now["sent"] > before["sent"] or not now["sent_per_second"], now
    before = now'
}

come_and_go()
{
	status 0 vbufctl create one
	vbufctl ls --watch --json --interval 50 >rounds &
	soon lines_of rounds 1
	status 0 vbufctl create two
	soon grep -q '"two"' rounds
	status 0 vbufctl rm one
	soon grep -q '^\[{[^{]*"two"[^{]*}\]$' rounds
	status 0 vbufctl rm two
	soon grep -qx '\[\]' rounds
	kill $!
	ended 143
}

# A reader that has gone is noticed at once, not when the next round is due.
output_closed()
{
	local statuses=

	timeout 60 vbufctl ls --watch --interval 3600000 |
		head -n 1 >first || statuses=${PIPESTATUS[*]}
	[ "$statuses" = '141 0' ]
	grep -q ^NAME first
	timeout 60 env --ignore-signal=PIPE vbufctl ls --watch --interval 3600000 \
		2>errors | head -n 1 >first || statuses=${PIPESTATUS[*]}
	[ "$statuses" = '1 0' ]
	says 'standard output: its reader has gone'
	status 1 timeout 60 sh -c 'vbufctl ls --watch --interval 10 >/dev/full'
	says 'standard output: No space left'
}

# Each picture begins at the top, is cut where the terminal ends, and clears what
# was there before.
picture()
{
	endpoint 'fds = [create() for _ in range(8)]; time.sleep(600)' &
	soon listed 8
	watch_on_terminal 6 40 'and 5 more' 'vbufctl ls --watch --interval 100'
	python '
import re
pictures = open("screen").read().rstrip("^C\n").split("\033[H")
assert len(pictures) > 2, pictures
assert pictures[0] == 6 * "\n", pictures[0]
for picture in pictures[1:]:
    assert picture.endswith("\033[J"), picture
    lines = picture[:-3].split("\n")
    assert lines.pop() == "" and len(lines) == 5, lines
    for line in lines:
        assert line.startswith("\033[K"), line
        assert len(re.sub("\033\\[[0-9]*[mK]", "", line)) <= 40, line
    assert re.match("\033\\[K\033\\[1mNAME .*\033\\[0m", lines[0]), lines[0]
    assert lines[1].startswith("\033[K#"), lines
    assert lines[4] == "\033[Kand 5 more", lines'
	watch_on_terminal 10 100 NAME 'vbufctl ls --watch --interval 100'
	not grep -q 'more$' screen
	[ "$(awk -v RS='\033\\[H' 'NR == 3' screen | grep -c '1/1 .* 0/0$')" = 8 ]
}

no_picture()
{
	status 0 vbufctl create jobs
	watch_on_terminal 24 80 ^jobs \
		'TERM=dumb vbufctl ls --watch --interval 100'
	grep -qx '' screen
	not grep -q $'\033' screen
	watch_on_terminal 24 80 '"jobs".*}\]$' \
		'vbufctl ls --watch --json --interval 100'
	not grep -q $'\033' screen
}

# Trouble is red: senders that wait, receivers that have gone, a limit reached.
colours()
{
	local verb

	status 0 vbufctl create jobs --slots 1
	vbufctl limits max_channels=1
	seq 2 | vbufctl send jobs &
	soon is jobs blocked_senders=1
	on_terminal 24 100 'vbufctl ls --interval 0'
	grep -q $'\033\[1mNAME.*BLOCKED\033\[0m$' screen
	grep -q $'^jobs .* 1/0 .*\033\[31m1/0\033\[0m$' screen
	on_terminal 24 100 'vbufctl show jobs'
	grep -q $'^blocked    \033\[31m1 sending\033\[0m, 0 receiving$' screen
	grep -q $'\033\[31m1 to send for .*\033\[0m$' screen
	on_terminal 24 100 'vbufctl limits'
	grep -q $'^max_channels  *1  *1  *\033\[31m1\033\[0m  ' screen
	for verb in 'ls --interval 0' 'show jobs' limits; do
		on_terminal 24 100 "NO_COLOR=1 vbufctl $verb"
		not grep -q $'\033' screen
		on_terminal 24 100 "TERM=dumb vbufctl $verb"
		not grep -q $'\033' screen
	done
	vbufctl recv --count 2 jobs >messages
	ended 0
	status 0 vbufctl rm jobs
	restore_limits

	# An endpoint that was shut down to receive, and waits for nothing.
	endpoint '
fd = create()
fcntl.ioctl(fd, 0xf70b, struct.pack("=II", 8, 1))
time.sleep(600)' &
	soon listed 1
	on_terminal 24 100 'vbufctl ls --interval 0'
	grep -q $'^#.* \033\[31m1/0\033\[0m  .* 0/0$' screen
}

bytes()
{
	status 0 vbufctl create jobs --slots 2 --slot-size 64K
	seq 10001 30000 | vbufctl send jobs &
	vbufctl recv jobs --count 20000 >messages
	ended 0
	status 0 vbufctl ls --interval 0
	grep -Eq '^jobs +0/2 +64K +0/0 +20.0k +20.0k ' output
	status 0 vbufctl ls --interval 0 --bytes
	grep -Eq '^jobs +0/2 +65536 +0/0 +20000 +20000 ' output
	awk '{ width[length($0)] } END { exit length(width) != 1 }' output
	status 0 vbufctl show jobs
	grep -q '^room       2 slots of 64K = 128K$' output
	grep -q '^sent       20000 messages, 97.7K bytes$' output
	status 0 vbufctl show jobs --bytes
	grep -q '^room       2 slots of 65536 = 131072$' output
	grep -q '^memory     [0-9]* bytes$' output
	grep -q '^sent       20000 messages, 100000 bytes$' output
}

no_module()
{
	local got=0

	vbufctl ls --watch --json --interval 50 >rounds 2>errors &
	soon lines_of rounds 2
	rmmod vbuf
	ended 1 || got=1
	insmod "$VBUF_MODULE"
	[ $got -eq 0 ]
	says 'list of channels: .*: modprobe vbuf'
}

check 'tables, an empty line between them, until SIGINT' tables
check 'JSON, a line a round, rates between rounds, until SIGTERM' documents
check 'channels that come and go' come_and_go
check 'output that nobody reads, or that fails' output_closed
check 'a terminal: pictures, cut to its size' picture
check 'no pictures where the cursor does not move, nor of JSON' no_picture
check 'ls, show, limits: trouble is red on a terminal only' colours
check 'ls, show: --bytes' bytes
if [ -n "${VBUF_MODULE-}" ]; then
	check 'the module goes: what to do' no_module
else
	skip 'the module goes: what to do' 'no VBUF_MODULE to load again'
fi
finish
