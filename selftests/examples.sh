#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The library's examples do what they say. They are built against an installed
# copy, as a user builds them: here, unless the library's own tests just did it.

set -u
userlib=$(cd "$(dirname "$0")/../userlib" && pwd)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

echo "TAP version 13"
echo "1..3"

built=$userlib/build/examples
for example in producer_consumer.c worker_pool.c libvbuf.3; do
	source=$(ls "$userlib"/examples/$example "$userlib"/man/$example \
		2> /dev/null)
	if ! [ "$built/${example%.c}" -nt "$source" ] ||
	   ! [ "$built/${example%.c}" -nt "$userlib/build/libvbuf.so" ]; then
		echo "# building the examples"
		"$userlib/tests/examples.sh" | sed 's/^/# /'
		break
	fi
done

failures=0

# example NUMBER PROMISE NAME: it succeeds, and prints what is in $scratch/wanted
example() {
	if LD_LIBRARY_PATH=$userlib/build timeout 60 "$built/$3" \
		> "$scratch/told" 2> "$scratch/log" &&
	   diff -u "$scratch/wanted" "$scratch/told" >> "$scratch/log"; then
		echo "ok $1 $2"
	else
		sed 's/^/# /' "$scratch/log"
		echo "not ok $1 $2"
		failures=$((failures + 1))
	fi
}

echo "received 1000 of 1000 lines, in order" > "$scratch/wanted"
example 1 "producer and consumer: every line arrives, in order" \
	producer_consumer

cat > "$scratch/wanted" <<'END'
job 42 was redelivered
100 of 100 jobs done exactly once, 1 redelivered
1 of 4 workers was killed
END
example 2 "worker pool: the killed worker's job is done by another" worker_pool

echo hello > "$scratch/wanted"
example 3 "libvbuf(3): the ten lines say hello" libvbuf.3

[ "$failures" -eq 0 ]
