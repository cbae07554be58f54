#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The example files for administrators do what they say: they are read by what they
# are for. Runs as root with vbuf loaded from $VBUF_MODULE.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib/vbufctl.bash
. "$here/lib/vbufctl.bash"
on_one_machine

files=$here/../userlib/admin
metrics_folder=/var/lib/prometheus/node-exporter

module_is_named()
{
	[ "$(sed '/^#/d' "$files/modules-load.conf")" = \
		"$(modinfo -F name "$VBUF_MODULE")" ]
}

# The module loads with all that modprobe would say to it.
options_apply()
{
	local option options
	local parameters=/sys/module/vbuf/parameters

	mkdir -p modprobe.d
	cp "$files/modprobe.conf" modprobe.d/vbuf.conf
	options=$(modprobe -C modprobe.d -c | sed -n 's/^options vbuf //p' | xargs)
	[ "$(wc -w <<<"$options")" -ge 8 ]
	rmmod vbuf
	# shellcheck disable=SC2086
	insmod "$VBUF_MODULE" $options || {
		insmod "$VBUF_MODULE"
		return 1
	}
	for option in $options; do
		echo "$option" "$(<"$parameters/${option%%=*}")"
	done >told
	rmmod vbuf
	insmod "$VBUF_MODULE"
	awk '{ split($1, option, "="); if (option[2] != $2) exit 1 }' told
	vbufctl limits --json >/dev/null
}

# Asked about the device, udev gives it what its rules say.
rule_applies()
{
	local rules=/run/udev/rules.d got=0

	grep -q '^vbuf:' /etc/group || echo vbuf:x:4242: >>/etc/group
	[ "$(stat -c '%a %g' /dev/vbuf)" = '666 0' ]
	mkdir -p "$rules"
	cp "$files/70-vbuf.rules" "$rules"
	udevadm test /sys/class/misc/vbuf >told 2>&1 &&
		[ "$(stat -c '%a %U %g' /dev/vbuf)" = '660 root 4242' ] || got=1
	rm "$rules/70-vbuf.rules"
	chgrp 0 /dev/vbuf
	chmod 666 /dev/vbuf
	cat told
	not grep -iE '70-vbuf.*(unknown|invalid|ignor)' told
	return $got
}

units_are_valid()
{
	mkdir -p units
	sed 's|=/usr/local/bin/vbufctl|='"$(command -v vbufctl)"'|' \
		"$files/vbuf-metrics.service" >units/vbuf-metrics.service
	cp "$files/vbuf-metrics.timer" units
	systemd-analyze --man=no verify "$PWD"/units/* >said 2>&1 || {
		cat said
		return 1
	}
	cat said
	[ ! -s said ]
}

# What the service may do is enough for what it does.
service_is_able()
{
	local line

	line=$(sed -n 's/^ExecStart=[^ ]*//p' "$files/vbuf-metrics.service")
	mkdir -p "$metrics_folder"
	chown 65534 "$metrics_folder"
	status 0 setpriv --reuid=65534 --clear-groups vbufctl create jobs --mode 0600
	# shellcheck disable=SC2086
	status 0 setpriv --no-new-privs --inh-caps=-all \
		--bounding-set=-all,+ipc_owner,+dac_override vbufctl $line
	grep -q '^vbuf_channel_slots{.*name="jobs"} 64$' "$metrics_folder/vbuf.prom"
}

# Not systemd, which could not make it writable, but the program, which tells of it.
service_misses_folder()
{
	local line

	line=$(sed -n 's/^ExecStart=[^ ]*//p' "$files/vbuf-metrics.service")
	grep -qx "ReadWritePaths=-$metrics_folder" "$files/vbuf-metrics.service"
	status 1 unshare -m sh -c "mount -t tmpfs none /var && vbufctl $line"
	says "$metrics_folder/vbuf.prom: .*: No such file or directory"
}

check 'modules-load.conf names the module' module_is_named
check 'modprobe.conf: all parameters are there, and apply' options_apply
if command -v udevadm >/dev/null; then
	check 'udev: mode and group come from the rule' rule_applies
else
	skip 'udev: mode and group come from the rule' 'there is no udevadm'
fi
if command -v systemd-analyze >/dev/null; then
	check 'systemd has nothing to say about the units' units_are_valid
else
	skip 'systemd has nothing to say about the units' 'there is no systemd'
fi
check 'the service: where its folder is missing, it says so' service_misses_folder
check 'the service sees all channels, and writes its file' service_is_able
finish
