#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What modinfo tells of the module, its parameters at load and later, and those
# that make no sense. Runs as root with vbuf loaded from $VBUF_MODULE.

. "$(dirname "${BASH_SOURCE[0]}")/lib/vbufctl.bash"

limits='max_channels max_endpoints max_bytes max_slot_size user_channels
	user_endpoints user_bytes user_slot_size'
writable="$limits spin_ns stall_ms"
parameters="$writable limit_hits"
folder=/sys/module/vbuf/parameters

load()
{
	insmod "$VBUF_MODULE" "$@"
	[ -c /dev/vbuf ]
}

unload()
{
	rmmod vbuf
	[ ! -e /dev/vbuf ]
}

modinfo_is_complete()
{
	local name

	[ "$(modinfo -F license "$VBUF_MODULE")" = GPL ]
	[ "$(modinfo -F author "$VBUF_MODULE")" = 'vbuf developers' ]
	[ -n "$(modinfo -F description "$VBUF_MODULE")" ]
	modinfo -F parm "$VBUF_MODULE" >told
	for name in $parameters; do
		grep -q "^$name:[A-Z][a-z]* ." told
	done
	[ "$(wc -l <told)" -eq "$(wc -w <<<"$parameters")" ]
}

parameters_have_their_modes()
{
	(cd $folder && stat -c '%n %a' -- *) >modes
	for name in $writable; do
		grep -qx "$name 644" modes
	done
	grep -qx 'limit_hits 444' modes
	[ "$(wc -l <modes)" -eq "$(wc -w <<<"$parameters")" ]
}

parameters_apply_at_load()
{
	unload
	load max_channels=2 spin_ns=0
	[ "$(<$folder/spin_ns)" = 0 ]
	vbufctl create one
	vbufctl create two
	status 1 vbufctl create three
	[ "$(<$folder/limit_hits)" = 1,0,0,0,0,0 ]
	unload
	load
}

nonsense_is_refused_at_load()
{
	local name value

	unload
	for name in $writable; do
		for value in -1 many; do
			not insmod "$VBUF_MODULE" "$name=$value" 2>errors
			[ -s errors ]
			[ ! -e /sys/module/vbuf ]
		done
	done
	not insmod "$VBUF_MODULE" spin_ns=4294967296 2>errors
	load
}

nonsense_is_refused_later()
{
	local name value before

	for name in $writable; do
		before=$(<$folder/"$name")
		for value in -1 many 99999999999999999999999 ''; do
			not eval "echo $value >$folder/$name" 2>errors
			[ -s errors ]
		done
		[ "$(<$folder/"$name")" = "$before" ]
	done
}

# They count from 0, whatever somebody says at load, who is told so or ignored.
counters_cannot_be_set()
{
	unload
	insmod "$VBUF_MODULE" limit_hits=7,7,7,7,7,7 || load
	[ "$(<$folder/limit_hits)" = 0,0,0,0,0,0 ]
}

check 'modinfo tells everything' modinfo_is_complete
check 'parameters have their modes' parameters_have_their_modes
check 'parameters apply at load' parameters_apply_at_load
check 'nonsense is refused at load' nonsense_is_refused_at_load
check 'nonsense is refused later' nonsense_is_refused_later
check 'counters cannot be set' counters_cannot_be_set
finish
