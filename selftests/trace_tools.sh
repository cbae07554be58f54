#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# perf and bpftrace find the trace events by themselves, and show what happens. Runs
# as root with vbuf loaded.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib/vbufctl.bash
. "$here/lib/vbufctl.bash"
on_one_machine

# What is watched: three messages are queued, and then received.
cat >cross <<'END'
printf 'hello\nthere\nagain\n' | vbufctl send tools &
until vbufctl show tools --json | grep -q '"depth": *3'; do
	sleep 0.1
done
vbufctl recv tools --count 3
wait
END

# A thread with an account that sleeps and wakes, with a session open that is told.
cat >switches <<END
. '$here/lib/vbufctl.bash'
endpoint '
told = session(0x7fe)
fd = create()
for _ in range(100):
    os.write(fd, b"x")
    os.read(fd, 10)
    time.sleep(0.01)'
END

prepare()
{
	vbufctl create tools --slots 4 --slot-size 64
}

perf_lists_them()
{
	perf list 'vbuf:*' >told
	grep -q 'vbuf:vbuf_send .*\[Tracepoint event\]' told
	grep -q 'vbuf:vbuf_resume .*\[Tracepoint event\]' told
}

perf_counts()
{
	prepare
	timeout 120 perf stat -x, -o told -a \
		-e vbuf:vbuf_send -e vbuf:vbuf_release -e vbuf:vbuf_commit \
		bash cross
	cat told
	grep -q '^3,,vbuf:vbuf_send,' told
	grep -q '^3,,vbuf:vbuf_release,' told
	grep -q '^0,,vbuf:vbuf_commit,' told
}

perf_records()
{
	local fields='channel=[0-9]+ endpoint=[0-9]+ slot=[0-9]+'

	prepare
	timeout 120 perf record -q -o recorded -a -e 'vbuf:*' bash cross
	perf script -i recorded -F comm,event,trace >told
	cat told
	grep -Eq "vbufctl +vbuf:vbuf_send: +$fields seq=2 len=5 depth=[0-2]" told
	grep -Eq "vbufctl +vbuf:vbuf_release: +$fields seq=2 len=5 depth=0" told
}

bpftrace_sums()
{
	prepare
	timeout 240 bpftrace -q -c '/bin/bash cross' -e '
		tracepoint:vbuf:vbuf_send {
			@sent[comm] = sum(args->len);
			@at[args->channel, args->seq] = nsecs;
		}
		tracepoint:vbuf:vbuf_release /@at[args->channel, args->seq]/ {
			@owned = count();
			delete(@at[args->channel, args->seq]);
		}' >told
	cat told
	grep -q '^@sent\[vbufctl\]: 15$' told
	grep -q '^@owned: 3$' told
	not grep '^@at' told
}

# The example of Documentation/events.rst, as it stands there, for a moment.
bpftrace_reads_the_example()
{
	local page=$here/../Documentation/events.rst

	prepare
	sed -n "/^\tbpftrace -e '/,/'\$/p" "$page" |
		sed "1d; s/'\$//" >example.bt
	[ -s example.bt ]
	timeout 240 bpftrace -q -c '/bin/bash cross' example.bt >told
	cat told
	grep -q '^@queued_us\[[0-9]*\]:' told
	not grep '^@sent' told
}

# What a tracer does in a function that is called with an account locked, such as to
# read a user's memory that is not there, is no reason to lock it again. If it were, this
# would be the machine's end.
bpftrace_reads_amid_an_account()
{
	timeout 240 bpftrace -q -c '/bin/bash switches' -e '
		kprobe:vbuf_sessions_tell {
			@read = *uptr((uint64*)4096);
			@told = count();
		}' >told
	cat told
	grep -Eq '^@told: [1-9]' told
}

check 'perf lists the events' perf_lists_them
check 'perf counts them' perf_counts
check 'perf records them, with their fields' perf_records
check 'bpftrace does what the documentation shows' bpftrace_reads_the_example
check 'bpftrace sums fields up, and follows messages' bpftrace_sums
check 'bpftrace reads what is not there amid an account' \
	bpftrace_reads_amid_an_account
finish
