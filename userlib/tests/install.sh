#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make install puts everything in its place, and pkg-config finds it there.

cd "$(dirname "$0")" || exit 2
. ./tap.sh

root=$scratch/root
files() { (cd "$1" && find . ! -type d | sort); }

try "make install succeeds" install_to "$root"

all_there() {
	cat > "$scratch/wanted" <<'END'
./usr/bin/vbufctl
./usr/include/linux/vbuf.h
./usr/include/linux/vbuf_netlink.h
./usr/include/linux/vbuf_trace.h
./usr/include/vbuf-ctl.h
./usr/include/vbuf.h
./usr/lib/libvbuf-ctl.a
./usr/lib/libvbuf-ctl.so
./usr/lib/libvbuf-ctl.so.1
./usr/lib/libvbuf-ctl.so.1.0.0
./usr/lib/libvbuf.a
./usr/lib/libvbuf.so
./usr/lib/libvbuf.so.1
./usr/lib/libvbuf.so.1.0.0
./usr/lib/pkgconfig/libvbuf-ctl.pc
./usr/lib/pkgconfig/libvbuf.pc
./usr/share/bash-completion/completions/vbufctl
./usr/share/doc/vbuf/examples/70-vbuf.rules
./usr/share/doc/vbuf/examples/modprobe.conf
./usr/share/doc/vbuf/examples/modules-load.conf
./usr/share/doc/vbuf/examples/vbuf-metrics.service
./usr/share/doc/vbuf/examples/vbuf-metrics.timer
./usr/share/zsh/site-functions/_vbufctl
END
	files "$root" | grep -v /man/ | LC_ALL=C sort | diff -u "$scratch/wanted" -
}
try "it installs just libraries, headers, pkg-config files, tool, completion, examples" all_there

cat > "$scratch/program.c" <<'END'
#include <errno.h>
#include <vbuf.h>

/* Bad arguments: fails alike with and without the module. */
int main(void)
{
	return vbuf_open("", O_RDONLY) == -1 && errno == EINVAL ? 0 : 1;
}
END

use_installed "$root"
links_shared() {
	$CC -o "$scratch/program" "$scratch/program.c" \
		"${cflags[@]}" "${libs[@]}" &&
	readelf -d "$scratch/program" | grep 'NEEDED.*\[libvbuf\.so\.1\]' &&
	"$scratch/program"
}
try "a program links with what pkg-config says, and runs" links_shared

links_static() {
	$CC -o "$scratch/program" "$scratch/program.c" \
		"${cflags[@]}" "$root/usr/lib/libvbuf.a" &&
	! readelf -d "$scratch/program" | grep 'NEEDED.*libvbuf' &&
	"$scratch/program"
}
try "a program links with libvbuf.a, and runs" links_static

cat > "$scratch/look.c" <<'END'
#include <vbuf-ctl.h>

int main(void)
{
	vbuf_ctl_close(vbuf_ctl_open());
	return 0;
}
END

looks_shared() {
	use_installed "$root" libvbuf-ctl
	$CC -o "$scratch/look" "$scratch/look.c" "${cflags[@]}" "${libs[@]}" &&
	readelf -d "$scratch/look" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
		diff -u <(printf '%s\n' libvbuf-ctl.so.1 libc.so.6) - &&
	"$scratch/look"
}
try "one that looks links with libvbuf-ctl, and not itself with libnl" \
	looks_shared

# What pkg-config says of libnl is for the folder too, where it is not.
looks_static() {
	read -ra nl < <(PKG_CONFIG_SYSROOT_DIR='' pkg-config --libs libnl-genl-3.0)
	$CC -o "$scratch/look" "$scratch/look.c" "${cflags[@]}" \
		"$root/usr/lib/libvbuf-ctl.a" "${nl[@]}" &&
	! readelf -d "$scratch/look" | grep 'NEEDED.*libvbuf' &&
	pkg-config --static --libs libvbuf-ctl | grep -e -lnl-genl-3 &&
	"$scratch/look"
}
try "or with libvbuf-ctl.a and libnl" looks_static

says() {
	[ "$(pkg-config --modversion libvbuf)" = 1.0.0 ] &&
	[ "$(pkg-config --modversion libvbuf-ctl)" = 1.0.0 ]
}
try "pkg-config tells version 1.0.0" says

places() {
	install_to "$scratch/other" PREFIX=/opt/vbuf LIBDIR=/opt/vbuf/lib/arch \
		INCLUDEDIR=/headers MANDIR=/man DOCDIR=/doc \
		BASHCOMPDIR=/bash ZSHCOMPDIR=/zsh &&
	[ -f "$scratch/other/headers/vbuf.h" ] &&
	[ -f "$scratch/other/headers/vbuf-ctl.h" ] &&
	[ -f "$scratch/other/man/man4/vbuf.4" ] &&
	[ -f "$scratch/other/bash/vbufctl" ] &&
	[ -f "$scratch/other/zsh/_vbufctl" ] &&
	grep -q '^ExecStart=/opt/vbuf/bin/vbufctl ' \
		"$scratch/other/doc/examples/vbuf-metrics.service" &&
	for library in libvbuf libvbuf-ctl; do
		file=$scratch/other/opt/vbuf/lib/arch/pkgconfig/$library.pc
		printf '%s=%s\n' prefix /opt/vbuf libdir "\${prefix}/lib/arch" \
			includedir /headers |
			diff -u - <(grep '=' "$file") || return 1
	done
}
try "PREFIX, and each folder that is told, are honoured" places

# The run-time linker's cache is the machine's, not that of a staged copy.
mkdir "$scratch/bin"
printf '#!/bin/sh\ntouch "%s/ran"\n' "$scratch" > "$scratch/bin/ldconfig"
chmod +x "$scratch/bin/ldconfig"
staged() {
	rm -f "$scratch/ran"
	PATH=$scratch/bin:$PATH install_to "$scratch/staged" &&
	[ ! -e "$scratch/ran" ]
}
direct() {
	rm -f "$scratch/ran"
	PATH=$scratch/bin:$PATH install_to "" PREFIX="$scratch/direct" \
		> "$scratch/said" &&
	[ -f "$scratch/direct/lib/libvbuf.so.1" ] && [ -e "$scratch/ran" ] &&
	grep "LD_LIBRARY_PATH=$scratch/direct/lib" "$scratch/said"
}
try "with DESTDIR ldconfig is not run" staged
try "without it is, and what it does not find is said" direct

again() { install_to "$root" && all_there; }
try "installing again changes nothing" again

gone() {
	"$MAKE" -s -C "$userlib" uninstall OUT="$build" DESTDIR="$root" \
		PREFIX=/usr &&
	files "$root" | { ! grep .; }
}
try "make uninstall removes all of it" gone

finish
