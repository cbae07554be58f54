#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# complete.bash FILE LINE...: what the completion of vbufctl in FILE makes of each
# line: the words, a line each, and after them an empty one.

# shellcheck disable=SC1090
. "$1"
shift
[ "$(complete -p vbufctl)" = 'complete -F _vbufctl vbufctl' ] || exit 1

# Whether files are offered is readline's to do.
compopt()
{
	[[ $* != *default* ]] || echo FILES
}

for line; do
	COMP_LINE=$line
	COMP_POINT=${#line}
	_vbufctl
	[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
	echo
done
