#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What bash and zsh complete after vbufctl: commands and options as --help tells
# them, and names as they are. Runs as root with vbuf loaded.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib/vbufctl.bash
. "$here/lib/vbufctl.bash"
on_one_machine

files=$here/../userlib/vbufctl/completion

in_bash()
{
	bash "$here/lib/complete.bash" "$files/vbufctl.bash" "$@"
}

in_zsh()
{
	zsh -f "$here/lib/complete.zsh" "$files" "$@"
}

# What the tool's own help says after "vbufctl ", and after "vbufctl VERB --".
told_by_help()
{
	local verb

	vbufctl --help | awk '/^  [a-z]/ { print $1 }'
	printf '%s\n' --help --version ''
	for verb in $verbs; do
		vbufctl "$verb" --help | grep -oE '^  (-h, )?--[a-z-]+' |
			sed 's/.* //'
		echo
	done
}

# like_help SHELL
like_help()
{
	local verb verbs lines=('vbufctl ')

	verbs=$(vbufctl --help | awk '/^  [a-z]/ { print $1 }')
	for verb in $verbs; do
		lines+=("vbufctl $verb --")
	done
	told_by_help >wanted
	[ "$(wc -l <wanted)" -gt 40 ]
	"$1" "${lines[@]}" | diff -u wanted -
}

like_help_in_bash() { like_help in_bash; }
like_help_in_zsh() { like_help in_zsh; }

# as_wanted SHELL: standard input has lines that are typed, a tab after each, and
# what is offered then, with spaces between. A ~ in a line is a space.
as_wanted()
{
	local line words lines=()

	while IFS=$'\t' read -r line words; do
		lines+=("${line//\~/ }")
		[ -z "$words" ] || tr ' ' '\n' <<<"$words"
		echo
	done >wanted
	"$1" "${lines[@]}" | diff -u wanted -
}

some_channels()
{
	status 0 vbufctl create jobs
	status 0 vbufctl create a:b
	endpoint 'fd = create(); time.sleep(600)' &
	soon listed 3
	id=$(vbufctl ls --interval 0 | sed -n 's/^#\([0-9]*\) .*/\1/p')
}

# names_as_wanted SHELL: so does it with the lines that are the same in every shell,
# and with those of standard input, which are of this one.
names_as_wanted()
{
	{
		cat <<-END
		vbufctl~rm~	jobs a:b
		vbufctl~rm~jobs~a	a:b
		vbufctl~send~j	jobs
		vbufctl~send~--raw~--slots~
		vbufctl~send~--raw~--slots~4~	jobs a:b
		vbufctl~send~jobs~	FILES
		vbufctl~recv~jobs~
		vbufctl~metrics~--output~	FILES
		vbufctl~show~	jobs a:b \\#$id
		vbufctl~show~'	jobs a:b #$id
		vbufctl~show~jobs~
		vbufctl~create~
		vbufctl~ls~
		vbufctl~no
		vbufctl~no~
		vbufctl~--help~
		vbufctl~limits~user_bytes=	none
		END
		cat
	} | as_wanted "$1"
	"$1" 'vbufctl limits ' | sed '/^$/d; s/=$//' |
		diff -u <(vbufctl limits | awk 'NR > 1 { print $1 }') -
}

names_in_bash()
{
	local id

	some_channels
	names_as_wanted in_bash <<-END
	vbufctl~rm~a:	b
	vbufctl~recv~jobs~>~	FILES
	vbufctl~recv~jobs~2>>~o	FILES
	vbufctl~recv~jobs~>o	FILES
	vbufctl~recv~>o~j	jobs
	vbufctl~recv~>~o~j	jobs
	vbufctl~send~--a/x/;1e:>ran;#~	jobs a:b
	vbufctl~show~'a:	a:b
	vbufctl~show~\\#	\\#$id
	vbufctl~limits~user_b	user_bytes=
	vbufctl~limits~--json~max_s	max_slot_size=
	END
	[ ! -e ran ]
}

names_in_zsh()
{
	local id

	some_channels
	names_as_wanted in_zsh <<-END
	vbufctl~rm~a:	a:b
	vbufctl~send~--a/x~	jobs a:b
	vbufctl~limits~user_b	user_bytes
	END
}

check 'bash: commands and options are those that --help tells' like_help_in_bash
check 'bash: names, ids, limits, and nothing where nothing is known' names_in_bash
check 'zsh: commands and options are those that --help tells' like_help_in_zsh
check 'zsh: names, ids, limits, and nothing where nothing is known' names_in_zsh
finish
