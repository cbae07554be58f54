#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The examples, and the README's, build against an installed copy, as a user
# builds them. What they do is tested where there is a module.

cd "$(dirname "$0")" || exit 2
. ./tap.sh

install_to "$scratch/root" > "$scratch/log" 2>&1 || {
	sed 's/^/# /' "$scratch/log"
	echo "Bail out! make install failed"
	exit 1
}
use_installed "$scratch/root"

builds() {
	"$CC" -std=gnu11 -Wall -Wextra -Werror -O2 -o "$scratch/example" "$1" \
		"${cflags[@]}" "${libs[@]}"
}
for example in ../examples/*.c; do
	try "$(basename "$example") builds" builds "$example"
done

readme() {
	sed -n '/^\x60\{3\}c$/,/^\x60\{3\}$/{/^\x60/d;p}' ../../README.md > "$scratch/readme.c"
	[ -s "$scratch/readme.c" ] && builds "$scratch/readme.c"
}
try "the README's program builds" readme

shown() {
	sed -n '/^#include <stdio.h>/,/^}/p' ../man/libvbuf.3 > "$scratch/page.c"
	[ -s "$scratch/page.c" ] &&
	sed 1,2d ../examples/hello.c | diff -u - "$scratch/page.c"
}
try "libvbuf(3) shows hello.c as it is" shown

# The program in libvbuf-ctl(3).
looks() {
	sed -n '/^#include <stdio.h>/,/^}/{s/\\e/\\/g;p}' ../man/libvbuf-ctl.3 \
		> "$scratch/look.c"
	use_installed "$scratch/root" libvbuf-ctl
	[ -s "$scratch/look.c" ] && builds "$scratch/look.c"
}
try "the program in libvbuf-ctl(3) builds" looks

finish
