#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The examples build against an installed copy. What they do is tested where
# there is a module.

cd "$(dirname "$0")" || exit 2
. ./tap.sh

install_to "$scratch/root" > "$scratch/log" 2>&1 || {
	sed 's/^/# /' "$scratch/log"
	echo "Bail out! make install failed"
	exit 1
}
use_installed "$scratch/root"

builds() {
	$CC -std=gnu11 -Wall -Wextra -Werror -O2 -o "$scratch/example" "$1" \
		$(pkg-config --cflags --libs libvbuf)
}

# The example in a page, taken out of its source.
page_program() {
	sed -n '/^#include <stdio.h>/,/^}/p' "$1" > "$scratch/page.c"
	[ -s "$scratch/page.c" ] && builds "$scratch/page.c"
}

for example in ../examples/*.c; do
	try "$(basename "$example") builds" builds "$example"
done
try "the program in libvbuf(3) builds" page_program ../man/libvbuf.3

finish
