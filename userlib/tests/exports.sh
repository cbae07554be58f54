#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the libraries show is what their headers declare.

cd "$(dirname "$0")" || exit 2
. ./tap.sh

same() { diff -u "$1" "$2"; }

# look_at LIBRARY FOLDER VERSION HEADER: into files, what it exports and should
look_at() {
	library=$1 shared=$build/$1.so.1
	header_functions "$4" > "$scratch/header"
	sed "s/\$/@@$3/" "$scratch/header" > "$scratch/versioned"
	sed -n 's/^\t\(vbuf_[a-z_]*\);$/\1/p' "../$2/$1.map" > "$scratch/map"
	nm -D --with-symbol-versions --defined-only "$shared" |
		sed -n 's/.* T //p' | sort > "$scratch/shared"
}

count() { [ "$(wc -l < "$scratch/header")" -eq "$1" ]; }

soname() { readelf -d "$shared" | grep -q "SONAME.*\[$library\.so\.1\]"; }

needs() {
	readelf -d "$shared" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
		sort > "$scratch/needed"
	printf '%s\n' "$@" > "$scratch/wanted"
	same "$scratch/wanted" "$scratch/needed"
}

no_data() { ! nm --defined-only "$shared" | grep ' [BD] '; }

prefixed() {
	nm -g --defined-only "$build/$library.a" | sed -n 's/^[0-9a-f]* . //p' |
		grep -v '^vbuf_' | { ! grep .; }
}

# look_right FUNCTIONS VERSION: what holds for each library
look_right() {
	try "the header of $library declares $1 functions" count "$1"
	try "$library.map lists them, in order" \
		same "$scratch/header" "$scratch/map"
	try "$library.so.1 exports them at $2, and nothing else" \
		same "$scratch/versioned" "$scratch/shared"
	try "its soname is $library.so.1" soname
	try "it keeps no state" no_data
	try "all global names of $library.a begin with vbuf_" prefixed
}

look_at libvbuf src VBUF_1.0 vbuf.h
look_right 26 VBUF_1.0
try "it needs nothing but the C library" needs libc.so.6

look_at libvbuf-ctl ctl VBUF_CTL_1.0 vbuf-ctl.h
look_right 19 VBUF_CTL_1.0
try "it needs libnl and the C library" \
	needs libc.so.6 libnl-3.so.200 libnl-genl-3.so.200

# A program may be linked with both, in whichever order.
distinct() {
	nm -g --defined-only "$build/libvbuf.a" "$build/libvbuf-ctl.a" |
		sed -n 's/^[0-9a-f]* . //p' | sort | uniq -d | { ! grep .; }
}
try "the two have no name in common" distinct

finish
