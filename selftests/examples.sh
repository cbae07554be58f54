#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The library's examples, and the README's, do what they say.

set -u
userlib=$(cd "$(dirname "$0")/../userlib" && pwd)
built=$userlib/build/examples
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failures=0

# example NUMBER PROMISE PROGRAM [SCRIPT]: it succeeds, and prints what standard
# input has; sed has run the script over it
example() {
	cat > "$scratch/wanted"
	if LD_LIBRARY_PATH=$userlib/build timeout 60 \
		"$3" > "$scratch/told" 2> "$scratch/log" &&
	   sed -i "${4-}" "$scratch/told" &&
	   diff -u "$scratch/wanted" "$scratch/told" >> "$scratch/log"; then
		echo "ok $1 $2"
	else
		sed 's/^/# /' "$scratch/log"
		echo "not ok $1 $2"
		failures=$((failures + 1))
	fi
}

# The program in the README, as somebody would type it in.
readme() {
	sed -n '/^\x60\{3\}c$/,/^\x60\{3\}$/{/^\x60/d;p}' "$userlib/../README.md" \
		> "$scratch/readme.c"
	cc -O0 -I"$userlib/include" -I"$userlib/../uapi" -o "$scratch/readme" \
		"$scratch/readme.c" -L"$userlib/build" -lvbuf
}

echo "TAP version 13"
echo "1..5"

example 1 "hello: a message goes through a pair" "$built/hello" <<'END'
hello
END
example 2 "producer_consumer: every line arrives, in order" \
	"$built/producer_consumer" <<'END'
received 1000 of 1000 lines, in order
END
example 3 "worker_pool: the killed worker's job is done by another" \
	"$built/worker_pool" <<'END'
job 42 was redelivered
100 of 100 jobs done exactly once, 1 redelivered
1 of 4 workers was killed
END
example 4 "camera: every frame arrives once, as it was" "$built/camera" \
	's/^\(consumer [12]: \)[0-9]* /\1some /' <<'END'
consumer 1: some frames of 1048576 bytes, every pixel as it was rendered
consumer 2: some frames of 1048576 bytes, every pixel as it was rendered
60 of 60 frames came, 60 of them different
END
readme
example 5 "README.md: what it shows says hello" "$scratch/readme" <<'END'
hello
END

[ "$failures" -eq 0 ]
