#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the libraries show is what the header declares.

cd "$(dirname "$0")" || exit 2
. ./tap.sh

shared=$build/libvbuf.so.1

same() { diff -u "$1" "$2"; }

versions() {
	nm -D --with-symbol-versions --defined-only "$shared" |
		sed -n 's/.* T //p' | sort
}

header_functions > "$scratch/header"
sed 's/$/@@VBUF_1.0/' "$scratch/header" > "$scratch/versioned"
sed -n 's/^\t\(vbuf_[a-z_]*\);$/\1/p' ../src/libvbuf.map > "$scratch/map"
versions > "$scratch/shared"

count() { [ "$(wc -l < "$scratch/header")" -eq 25 ]; }
try "the header declares 25 functions" count
try "libvbuf.map lists them, in order" same "$scratch/header" "$scratch/map"
try "libvbuf.so.1 exports them at VBUF_1.0, and nothing else" \
	same "$scratch/versioned" "$scratch/shared"

soname() { readelf -d "$shared" | grep -q 'SONAME.*\[libvbuf\.so\.1\]'; }
try "its soname is libvbuf.so.1" soname

needs_libc() {
	readelf -d "$shared" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' > "$scratch/n"
	echo libc.so.6 > "$scratch/libc"
	same "$scratch/libc" "$scratch/n"
}
try "it needs nothing but the C library" needs_libc

no_data() { ! nm --defined-only "$shared" | grep ' [BD] '; }
try "it keeps no state" no_data

prefixed() {
	nm -g --defined-only "$build/libvbuf.a" | sed -n 's/^[0-9a-f]* . //p' |
		grep -v '^vbuf_' | { ! grep .; }
}
try "all global names of libvbuf.a begin with vbuf_" prefixed

finish
