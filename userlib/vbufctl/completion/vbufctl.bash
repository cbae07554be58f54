# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Completion of vbufctl for bash: commands and options as its own --help tells
# them, names of channels and of limits as there are.

# The words that fit what is typed, of those given. What bash takes for words of
# their own, as in a:b and key=value, is typed already and not repeated.
_vbufctl_reply()
{
	local word tail=$typed breaks=${COMP_WORDBREAKS//[!:=]/}

	[[ -z $breaks || -n $quote ]] || tail=${typed##*["$breaks"]}
	for word; do
		[[ -z $word || $word != "$typed"* ]] ||
			COMPREPLY+=("${word:${#typed} - ${#tail}}")
	done
}

_vbufctl_commands()
{
	vbufctl --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
}

_vbufctl_options()
{
	sed -n 's/^  \(-h, \)\{0,1\}\(--[a-z-]*\) .*/\2/p' <<<"$help"
}

# Whether the option $1 is followed by a value: what that is called. It becomes part of
# a script: a name of an option, and nothing else.
_vbufctl_value()
{
	sed -n "s/^  $1 \([A-Z][A-Z]*\) .*/\1/p" <<<"$help"
}

# The first column of a table: names, and ids with their '#'.
_vbufctl_column()
{
	vbufctl "$@" 2>/dev/null | sed -e 1d -e 's/ .*//'
}

# A '#' that is not quoted would begin a comment.
_vbufctl_channels()
{
	local channels

	mapfile -t channels < <(_vbufctl_column ls --interval 0)
	if [[ $1 != ids ]]; then
		channels=("${channels[@]/#\#*/}")
	elif [[ -z $quote ]]; then
		channels=("${channels[@]/#\#/\\#}")
	fi
	_vbufctl_reply "${channels[@]}"
}

_vbufctl_limits()
{
	local keys

	mapfile -t keys < <(_vbufctl_column limits)
	if [[ $typed == *=* ]]; then
		_vbufctl_reply "${typed%%=*}=none"
	else
		compopt -o nospace 2>/dev/null
		_vbufctl_reply "${keys[@]/%/=}"
	fi
}

_vbufctl_files()
{
	compopt -o bashdefault -o default 2>/dev/null
}

# An argument that is no option, after as many others of that kind.
_vbufctl_argument()
{
	case $verb:$1 in
	rm:*|send:0|recv:0) _vbufctl_channels names ;;
	show:0) _vbufctl_channels ids ;;
	send:1) _vbufctl_files ;;
	limits:*) _vbufctl_limits ;;
	esac
}

_vbufctl()
{
	local words options word verb help typed quote='' value='' others=0
	local redirection='^[0-9]?[<>]>?'
	local line=${COMP_LINE:0:COMP_POINT}

	COMPREPLY=()
	read -ra words <<<"$line"
	[[ $line != *[[:space:]] ]] || words+=('')
	typed=${words[-1]}
	if [[ $typed == [\'\"]* ]]; then
		quote=${typed:0:1}
		typed=${typed:1}
	fi
	if [[ ${#words[@]} -le 2 ]]; then
		mapfile -t options < <(_vbufctl_commands)
		_vbufctl_reply "${options[@]}" --help --version
		return
	fi

	verb=${words[1]}
	[[ $verb == [a-z]* ]] || return 0
	help=$(vbufctl "$verb" --help 2>/dev/null) || return 0
	if [[ $typed =~ $redirection || ${words[-2]} =~ $redirection$ ]]; then
		_vbufctl_files
		return
	fi
	for word in "${words[@]:2:${#words[@]} - 3}"; do
		if [[ $word =~ $redirection$ ]]; then
			value=FILE
		elif [[ $word =~ $redirection ]]; then
			continue
		elif [[ -n $value ]]; then
			value=''
		elif [[ $word =~ ^--[a-z-]+$ ]]; then
			value=$(_vbufctl_value "$word")
		elif [[ $word != -* ]]; then
			others=$((others + 1))
		fi
	done

	if [[ $value == FILE ]]; then
		_vbufctl_files
	elif [[ -n $value ]]; then
		return 0
	elif [[ $typed == -* ]]; then
		mapfile -t options < <(_vbufctl_options)
		_vbufctl_reply "${options[@]}"
	else
		_vbufctl_argument $others
	fi
}

complete -F _vbufctl vbufctl
