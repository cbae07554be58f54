#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The library's examples do what they say.

set -u
userlib=$(cd "$(dirname "$0")/../userlib" && pwd)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failures=0

# example NUMBER PROMISE NAME: it succeeds, and prints what standard input has
example() {
	cat > "$scratch/wanted"
	if LD_LIBRARY_PATH=$userlib/build timeout 60 \
		"$userlib/build/examples/$3" > "$scratch/told" 2> "$scratch/log" &&
	   diff -u "$scratch/wanted" "$scratch/told" >> "$scratch/log"; then
		echo "ok $1 $2"
	else
		sed 's/^/# /' "$scratch/log"
		echo "not ok $1 $2"
		failures=$((failures + 1))
	fi
}

echo "TAP version 13"
echo "1..3"

example 1 "hello: a message goes through a pair" hello <<'END'
hello
END
example 2 "producer_consumer: every line arrives, in order" \
	producer_consumer <<'END'
received 1000 of 1000 lines, in order
END
example 3 "worker_pool: the killed worker's job is done by another" \
	worker_pool <<'END'
job 42 was redelivered
100 of 100 jobs done exactly once, 1 redelivered
1 of 4 workers was killed
END

[ "$failures" -eq 0 ]
