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

# looks PAGE LIBRARY: the program in the page, which needs the library
looks() {
	sed -n '/^#include <\(errno\|stdio\).h>/,/^\.Ed/{/^\.Ed/d;s/\\e/\\/g;s/\\-/-/g;p}' \
		"../man/$1.3" > "$scratch/example.c"
	use_installed "$scratch/root" "$2"
	[ -s "$scratch/example.c" ] && builds "$scratch/example.c"
}
for page in libvbuf-ctl vbuf_ctl_open_monitor; do
	try "the program in $page(3) builds" looks $page libvbuf-ctl
done
try "the program in vbuf_trace_open(3) builds" looks vbuf_trace_open libvbuf

finish
