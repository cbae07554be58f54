#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The installed header stands alone, in C and C++ and under strict warnings.

cd "$(dirname "$0")" || exit 2
. ./tap.sh

install_to "$scratch/root" > "$scratch/log" 2>&1 || {
	sed 's/^/# /' "$scratch/log"
	echo "Bail out! make install failed"
	exit 1
}
include=$scratch/root/usr/include

# Twice: the second must add nothing. Tags and functions of one name coexist.
cat > "$scratch/alone.c" <<'END'
#include <vbuf.h>
#include <vbuf.h>
int use(void);
int use(void)
{
	struct vbuf_open arg;
	struct vbuf_attr attr;
	struct timespec deadline = { 0, 0 };

	arg.size = sizeof(arg);
	attr.slots = arg.size;
	return vbuf_open("name", O_RDONLY) + vbuf_create(NULL, &attr, O_RDWR) +
	       vbuf_drain(0, &deadline);
}
END
cp "$scratch/alone.c" "$scratch/alone.cc"

compiles() {
	compiler=$1 standard=$2 file=$3
	"$compiler" -std="$standard" -isystem /nonexistent -I"$include" \
		-Wall -Wextra -Wpedantic -Wconversion -Wundef -Werror -c \
		-o "$scratch/alone.o" "$scratch/$file"
}

# $CC may have arguments; the C++ compiler beside it has not to be it.
for standard in c11 gnu11 c17 gnu2x; do
	try "it compiles as $standard" compiles "$CC" $standard alone.c
done
for compiler in g++ clang++; do
	for standard in c++11 c++17 gnu++20; do
		promise="it compiles as $standard with $compiler"
		if command -v $compiler > /dev/null; then
			try "$promise" compiles $compiler $standard alone.cc
		else
			skip "$promise" "there is no $compiler"
		fi
	done
done

# Linked from C++, where a name without extern "C" would not be found.
links_from_c_plus_plus() {
	cat > "$scratch/link.cc" <<'END'
#include <vbuf.h>
int main() { return vbuf_shutdown(-1, 0) == -1 ? 0 : 1; }
END
	g++ -I"$include" -o "$scratch/link" "$scratch/link.cc" \
		"$build/libvbuf.a" && "$scratch/link"
}
if command -v g++ > /dev/null; then
	try "C++ links with the library" links_from_c_plus_plus
else
	skip "C++ links with the library" "there is no g++"
fi

kernel_doc=
for script in /usr/lib/linux-kbuild-*/scripts/kernel-doc; do
	[ ! -x "$script" ] || kernel_doc=$script
done
documented() {
	"$kernel_doc" -none -Werror ../include/vbuf.h || return 1
	for name in $(header_functions); do
		"$kernel_doc" -rst -function "$name" ../include/vbuf.h |
			grep -q "c:function:: .*$name" || { echo "$name"; return 1; }
	done
}
if [ -n "$kernel_doc" ]; then
	try "each function has kernel-doc that is well formed" documented
else
	skip "each function has kernel-doc that is well formed" \
		"there is no kernel-doc; it is in Debian's linux-kbuild package"
fi

finish
