#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What modinfo tells of the module, its parameters at load and later, and those
# that make no sense. Runs as root with vbuf loaded from $VBUF_MODULE.

. "$(dirname "${BASH_SOURCE[0]}")/lib/vbufctl.bash"

limits='max_channels max_endpoints max_bytes max_slot_size user_channels
	user_endpoints user_bytes user_slot_size'
writable='spin_ns stall_ms'
parameters="$limits $writable"
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
	for name in $limits; do
		grep -qx "$name 444" modes
		not eval "echo 7 >$folder/$name" 2>errors
	done
	[ "$(wc -l <modes)" -eq "$(wc -w <<<"$parameters")" ]
}

# shown KEY=VALUE...: so the parameters say.
shown()
{
	local limit

	for limit; do
		[ "$(<"$folder/${limit%%=*}")" = "${limit#*=}" ]
	done
}

parameters_apply_at_load()
{
	unload
	load max_channels=2 spin_ns=0
	shown spin_ns=0
	vbufctl create one
	vbufctl create two
	status 1 vbufctl create three
	vbufctl rm one two
	unload
	load
}

# What limits begin with, each in its place; no other may be set by it.
limits_begin_with_parameters()
{
	local given='max_channels=11 max_endpoints=12 max_bytes=13
		max_slot_size=14 user_channels=15 user_endpoints=16
		user_bytes=17 user_slot_size=18'

	unload
	# Word splitting is what separates the parameters.
	# shellcheck disable=SC2086
	load $given
	# shellcheck disable=SC2086
	limits_are $given
	# shellcheck disable=SC2086
	shown $given
	[ "$(limits_now | wc -l)" -eq 8 ]
	unload
	load
	[ "$(limits_now)" = "$limits_before" ]
}

# The default, which is 0, is a quarter of the memory; what is set later is not.
no_bytes_are_a_quarter_of_memory()
{
	local kilobytes

	kilobytes=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
	shown max_bytes=0
	limits_are max_bytes=$((kilobytes * 1024 / 4))
	vbufctl limits max_bytes=0
	limits_are max_bytes=0
	status 1 vbufctl create none
}

# The defaults go on standing there.
limits_leave_parameters()
{
	vbufctl limits user_channels=6 max_slot_size=1K
	limits_are user_channels=6 max_slot_size=1024
	shown user_channels=1024 max_slot_size=16777216
}

nonsense_is_refused_at_load()
{
	local value

	unload
	for value in {max,user}_{channels,endpoints,bytes,slot_size}=-1 \
		max_bytes=many {spin_ns,stall_ms}={-1,many,4294967296}; do
		not insmod "$VBUF_MODULE" "$value" 2>errors
		[ -s errors ]
		[ ! -e /sys/module/vbuf ]
	done
	load
}

# What cannot be set later cannot be begun with; the log says what that was.
long_slots_are_refused_at_load()
{
	local name

	unload
	for name in max_slot_size user_slot_size; do
		dmesg -C
		not insmod "$VBUF_MODULE" $name=16777217 2>errors
		says 'Invalid parameters\|Invalid argument'
		dmesg | grep -q "vbuf: $name=16777217 is more than .* 16777216"
		[ ! -e /sys/module/vbuf ]
	done
	load max_slot_size=16777216 user_slot_size=16777216
	unload
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

check 'modinfo tells everything' modinfo_is_complete
check 'parameters have their modes' parameters_have_their_modes
check 'parameters apply at load' parameters_apply_at_load
check 'limits begin with parameters' limits_begin_with_parameters
check 'no bytes are a quarter of memory' no_bytes_are_a_quarter_of_memory
check 'limits leave parameters' limits_leave_parameters
check 'nonsense is refused at load' nonsense_is_refused_at_load
check 'long slots are refused at load' long_slots_are_refused_at_load
check 'nonsense is refused later' nonsense_is_refused_later
finish
