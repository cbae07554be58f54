#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each installed header stands alone, in C and C++ and under strict warnings.

cd "$(dirname "$0")" || exit 2
. ./tap.sh

install_to "$scratch/root" > "$scratch/log" 2>&1 || {
	sed 's/^/# /' "$scratch/log"
	echo "Bail out! make install failed"
	exit 1
}
include=$scratch/root/usr/include

# Twice: the second must add nothing. Tags and functions of one name coexist.
cat > "$scratch/vbuf.c" <<'END'
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
cat > "$scratch/vbuf-ctl.c" <<'END'
#include <vbuf-ctl.h>
#include <vbuf-ctl.h>
int use(struct vbuf_ctl *ctl);
int use(struct vbuf_ctl *ctl)
{
	struct vbuf_ctl_channel *channel;

	if (vbuf_ctl_get_channel(ctl, 1, &channel))
		return -1;
	return channel->hidden || channel->state & VBUF_STATE_UNLINKED ||
	       channel->flags & VBUF_PERSIST;
}
END
printf '#include <%s>\n' vbuf.h vbuf-ctl.h vbuf.h > "$scratch/both.c"
for file in vbuf vbuf-ctl both; do
	cp "$scratch/$file.c" "$scratch/$file.cc"
done

compiles() {
	compiler=$1 standard=$2 extension=$3
	for file in vbuf vbuf-ctl both; do
		"$compiler" -std="$standard" -isystem /nonexistent \
			-I"$include" -Wall -Wextra -Wpedantic -Wconversion \
			-Wundef -Werror -c -o "$scratch/alone.o" \
			"$scratch/$file.$extension" || return 1
	done
}

# $CC may have arguments; the C++ compiler beside it has not to be it.
for standard in c11 gnu11 c17 gnu2x; do
	try "they compile as $standard" compiles "$CC" $standard c
done
for compiler in g++ clang++; do
	for standard in c++11 c++17 gnu++20; do
		promise="they compile as $standard with $compiler"
		if command -v $compiler > /dev/null; then
			try "$promise" compiles $compiler $standard cc
		else
			skip "$promise" "there is no $compiler"
		fi
	done
done

# Linked from C++, where a name without extern "C" would not be found.
links_from_c_plus_plus() {
	cat > "$scratch/link.cc" <<'END'
#include <vbuf-ctl.h>
#include <vbuf.h>
int main()
{
	vbuf_ctl_close(nullptr);
	return vbuf_shutdown(-1, 0) == -1 ? 0 : 1;
}
END
	read -ra nl < <(pkg-config --libs libnl-genl-3.0)
	g++ -I"$include" -o "$scratch/link" "$scratch/link.cc" \
		"$build/libvbuf.a" "$build/libvbuf-ctl.a" "${nl[@]}" &&
	"$scratch/link"
}
if command -v g++ > /dev/null; then
	try "C++ links with the libraries" links_from_c_plus_plus
else
	skip "C++ links with the libraries" "there is no g++"
fi

kernel_doc=
for script in /usr/lib/linux-kbuild-*/scripts/kernel-doc; do
	[ ! -x "$script" ] || kernel_doc=$script
done
documented() {
	"$kernel_doc" -none -Werror "../include/$1" || return 1
	for name in $(header_functions "$1"); do
		"$kernel_doc" -rst -function "$name" "../include/$1" |
			grep -q "c:function:: .*$name" || { echo "$name"; return 1; }
	done
}
for header in vbuf.h vbuf-ctl.h; do
	promise="each function of $header has kernel-doc that is well formed"
	if [ -n "$kernel_doc" ]; then
		try "$promise" documented $header
	else
		skip "$promise" \
			"there is no kernel-doc; it is in Debian's linux-kbuild package"
	fi
done

finish
