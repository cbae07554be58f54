#!/bin/zsh -f
# SPDX-License-Identifier: GPL-2.0
#
# complete.zsh FOLDER LINE...: what the completion of vbufctl in FOLDER makes of each
# line, typed into a shell: the words, a line each, and after them an empty one.

zmodload zsh/zpty || exit 1
folder=$1
shift

# Of zsh's own functions just those that every completion needs are looked at, for
# the others take long. What is offered is printed instead.
cat >setup.zsh <<END
unset zle_bracketed_paste
stty -echo -onlcr
all=(\$fpath)
base=/usr/share/zsh/functions/Completion
fpath=($folder \$base \$base/Base)
autoload -Uz compinit
compinit -u -D
fpath=($folder \$all)
compadd()
{
	local -a offered

	if [[ " \${@[1,(i)--]} " != *' -'[OAD]' '* ]]; then
		builtin compadd -A offered "\$@"
		print -rl -- \$offered
	fi
	builtin compadd "\$@"
}
_files()
{
	print -r -- FILES
}
offer()
{
	print BEGIN
	_main_complete
	print END
	compstate[insert]=''
	compstate[list]=''
}
zle -C offer complete-word offer
bindkey '^I' offer
PS1='' PS2='' RPS1=''
END

# until_said WORD: what has come until then is in "said"
until_said()
{
	zpty -r -m shell said "*$1*" && return
	print -u2 -r -- "the shell did not say $1 within $patience s, but: $said"
	exit 1
}

patience=$((120 * ${TIMEOUT_SCALE:-1}))
zpty shell TERM=dumb timeout --foreground -s KILL $patience zsh -f -i
zpty -w shell '. ./setup.zsh; print REA""DY'
until_said READY
for line; do
	# What is left of the line before goes.
	zpty -w -n shell $'\C-u'"$line"$'\t'
	until_said END
	said=${${said#*BEGIN}%END*}
	print -rl -- ${${(f)said}%$'\r'} ''
done
zpty -d shell
