# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For the test scripts: a scratch folder, cases told as TAP, an installed copy.

set -u
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES
CC=${CC:-cc}
MAKE=${MAKE:-make}
userlib=$(cd .. && pwd)
build=${OUT:-$userlib/build}
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
cases=0 failures=0
# The folder of libnl's own pkg-config file, which libvbuf-ctl's asks for.
libnl=$(pkg-config --variable=pcfiledir libnl-genl-3.0)

# try PROMISE COMMAND [ARGUMENT...]: the promise holds if the command succeeds
try() {
	promise=$1
	shift
	cases=$((cases + 1))
	if "$@" > "$scratch/log" 2>&1; then
		echo "ok $cases - $promise"
	else
		sed 's/^/# /' "$scratch/log"
		echo "not ok $cases - $promise"
		failures=$((failures + 1))
	fi
}

# skip PROMISE WHY
skip() {
	cases=$((cases + 1))
	echo "ok $cases - $1 # SKIP $2"
}

# To be the last command of a script.
finish() {
	echo "1..$cases"
	[ "$failures" -eq 0 ]
}

# install_to FOLDER [VARIABLE=VALUE...]: an installed copy, prefix /usr
install_to() {
	folder=$1
	shift
	"$MAKE" -s -C "$userlib" install OUT="$build" DESTDIR="$folder" \
		PREFIX=/usr "$@"
}

# use_installed FOLDER [LIBRARY]: pkg-config finds the copy there, and nothing
# else; what it says of libvbuf or LIBRARY is in $cflags and $libs
use_installed() {
	export PKG_CONFIG_SYSROOT_DIR="$1" PKG_CONFIG_PATH=
	export PKG_CONFIG_LIBDIR="$1/usr/lib/pkgconfig:$libnl"
	# For the system's own directories pkg-config would leave these out.
	export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
	export LD_LIBRARY_PATH="$1/usr/lib"
	read -ra cflags < <(pkg-config --cflags "${2-libvbuf}")
	read -ra libs < <(pkg-config --libs "${2-libvbuf}")
	export cflags libs
}

# header_functions [HEADER]...: the functions that they declare, one a line; those
# of libvbuf if none is named
header_functions() {
	[ $# -gt 0 ] || set -- vbuf.h
	(cd "$userlib/include" &&
		sed -n 's/^[a-z].*[ *]\(vbuf_[a-z_]*\)(.*/\1/p' "$@" | sort)
}
