#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each function has a page, and the pages tell the errors that the header tells.

cd "$(dirname "$0")" || exit 2
. ./tap.sh

man=$scratch/root/usr/share/man
install_to "$scratch/root" > "$scratch/log" 2>&1 || {
	sed 's/^/# /' "$scratch/log"
	echo "Bail out! make install failed"
	exit 1
}

# Which manuals this machine has is not the pages' fault.
lint() {
	mandoc -Tlint "$@" 2> /dev/null | grep -v 'referenced manual not found' |
		{ ! grep .; }
}
if command -v mandoc > /dev/null; then
	try "mandoc has nothing to say" lint ../man/*.[134]
else
	skip "mandoc has nothing to say" "there is no mandoc"
fi

# A page of its own, or one that points to the page that names it.
has_page() {
	page=$man/man3/$1.3
	target=$(sed -n 's/^\.so //p' "$page")
	grep -q "^\.Nm $1\( ,\)\?\$" "$man/${target:-man3/$1.3}"
}
pages() {
	for name in $(header_functions vbuf.h vbuf-ctl.h); do
		has_page "$name" || { echo "$name has no page"; return 1; }
	done
}
try "each function has a page in section 3" pages

no_dangling() {
	grep -rl '^\.so ' "$man" | while read -r page; do
		[ -f "$man/$(sed -n 's/^\.so //p' "$page")" ] || exit 1
	done
}
try "each link leads to a page" no_dangling

# The synopsis, as the compiler sees it: a page's prototypes must not conflict.
synopsis() {
	{
		printf '#include <%s>\n' vbuf.h vbuf-ctl.h
		for page in ../man/vbuf_*.3; do
			sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' "$page" | awk '
			/^\.Ft / { type = substr($0, 5) }
			/^\.Fn / { n = split($0, part, "\"")
				sub(/^\.Fn /, "", part[1])
				out = type " " part[1] "("
				for (i = 2; i < n; i += 2)
					out = out (i > 2 ? ", " : "") part[i]
				print out ");" }
			/^\.Fo / { out = type " " substr($0, 5) "("; comma = "" }
			/^\.Fa / && out { gsub(/^\.Fa |"/, "")
				out = out comma $0; comma = ", " }
			/^\.Fc/ { print out ");"; out = "" }'
		done
	} > "$scratch/synopsis.c"
	[ "$(grep -c '^[a-z].*vbuf_[a-z_]* *(' "$scratch/synopsis.c")" -eq \
		"$(header_functions vbuf.h vbuf-ctl.h | wc -l)" ] || {
		cat "$scratch/synopsis.c"
		return 1
	}
	$CC -Werror -I"$scratch/root/usr/include" -c -o "$scratch/synopsis.o" \
		"$scratch/synopsis.c"
}
try "each synopsis agrees with its header" synopsis

# The errors of the functions of one page, in the header: those that a function
# lists, and those of the functions and of the head of the file that it names.
header_errors() {
	awk '
	function take(line) {
		while (match(line, /%E[A-Z0-9]+/)) {
			print group " " substr(line, RSTART + 1, RLENGTH - 1)
			line = substr(line, RSTART + RLENGTH)
		}
	}
	/^ \* Functions that return/ { group = "device" }
	/^ \* Functions that take a/ { group = "descriptor" }
	/^ \* Functions that ask/ { group = "asking" }
	/^#ifndef/ { group = "" }
	/^\/\*\*/ { getline; group = $2; list = 0 }
	/Return:/ { list = 1 }
	/^ \*\// { list = 0 }
	list && /^ \* \* those/ {
		if (/opening/) print group " +device"
		else if (/a descriptor/) print group " +descriptor"
		else if (/asking/) print group " +asking"
		else while (match($0, /vbuf_[a-z_]+/)) {
			print group " +" substr($0, RSTART, RLENGTH)
			$0 = substr($0, RSTART + RLENGTH)
		}
		next
	}
	list && /^ \* \* the others of/ {
		print group " +vbuf_open"; print group " +vbuf_create"
		next
	}
	group ~ /^(device|descriptor|asking)$/ || list { take($0) }
	' "$userlib"/include/*.h
}

# resolve GROUP: its errors, those of the groups that it names included
resolve() {
	sed -n "s/^$1 \(E.*\)/\1/p" "$scratch/errors"
	sed -n "s/^$1 +\(.*\)/\1/p" "$scratch/errors" |
		while read -r group; do resolve "$group"; done
}

header_errors > "$scratch/errors"
errors() {
	page=$1
	sed -n '/^\.Nd/q; s/^\.Nm \([a-z_]*\).*/\1/p' "$page" |
		while read -r name; do resolve "$name"; done |
		sort -u > "$scratch/wanted"
	sed -n 's/^\.It Bq Er //p' "$page" | sort -u > "$scratch/told"
	[ -s "$scratch/wanted" ] && diff -u "$scratch/wanted" "$scratch/told"
}
for page in ../man/vbuf_*.3; do
	try "$(basename "$page") lists the errors that the header lists" \
		errors "$page"
done

finish
