#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The examples build against an installed copy. What they do is tested where
# there is a module, with the programs that this leaves in build/examples/.

cd "$(dirname "$0")" || exit 2
. ./tap.sh

install_to "$scratch/root" > "$scratch/log" 2>&1 || {
	sed 's/^/# /' "$scratch/log"
	echo "Bail out! make install failed"
	exit 1
}
use_installed "$scratch/root"

mkdir -p "$build/examples"

# builds NAME [SOURCE]
builds() {
	rm -f "$build/examples/$1"
	$CC -std=gnu11 -Wall -Wextra -Werror -O2 -o "$build/examples/$1" \
		"${2:-../examples/$1.c}" "${cflags[@]}" "${libs[@]}"
}

# The program in a page, as it stands there.
page_builds() {
	sed -n '/^#include <stdio.h>/,/^}/p' "../man/$1" > "$scratch/page.c"
	[ -s "$scratch/page.c" ] && builds "$1" "$scratch/page.c"
}

for example in producer_consumer worker_pool; do
	try "$example builds" builds $example
done
try "the program in libvbuf(3) builds" page_builds libvbuf.3

finish
