#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vbufctl metrics: Prometheus reads it, it says what show and limits say, and a
# file of it is replaced as a whole. Runs as root with vbuf loaded, in the end again
# from $VBUF_MODULE.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib/vbufctl.bash
. "$here/lib/vbufctl.bash"
on_one_machine

# What a reader makes of it: "NAME{LABELS} VALUE" a line, without the rest; each
# family stands together after its two lines, and no sample comes twice.
samples()
{
	python '
import re, sys
family, seen, types = "", set(), {}
for line in sys.stdin:
    line = line.rstrip("\n")
    meta = re.fullmatch(r"# (HELP|TYPE) (vbuf_[a-z_]+) (.+)", line)
    if meta:
        assert (meta[1] == "TYPE") == (meta[2] == family), line
        assert meta[1] == "HELP" or meta[3] in ("gauge", "counter"), line
        assert meta[2] not in types, line
        family = meta[2]
        if meta[1] == "TYPE":
            types[family] = meta[3]
        continue
    sample = re.fullmatch(r"(\w+)(\{[^}]+\})? ([0-9.e+-]+|\+Inf)", line)
    assert sample and sample[1] == family, line
    assert (types[family] == "counter") == family.endswith("_total"), line
    assert line.rsplit(" ")[0] not in seen, line
    seen.add(line.rsplit(" ")[0])
    print(line)'
}

# has SAMPLE...: a line of "told" each
has()
{
	local sample

	for sample; do
		grep -qxF "$sample" told || { echo "not: $sample"; return 1; }
	done
}

# Two channels with all that there can be, and two without a name, of which one
# has lost its receivers and one its senders.
make_some()
{
	status 0 vbufctl create jobs --slots 2 --slot-size 8 --lossy
	status 0 vbufctl create 'other:1' --redeliver
	seq 5 | vbufctl send jobs &
	soon is jobs blocked_senders=1
	[ "$(vbufctl recv --count 1 jobs)" = 1 ]
	soon is jobs sent=3 depth=2 blocked_senders=1
	endpoint '
for rights in 1, 2:
    fcntl.ioctl(create(), 0xf70b, struct.pack("=II", 8, rights))
time.sleep(600)' &
	soon shut_down 2
}

shut_down()
{
	[ "$(vbufctl ls --json --interval 0 | grep -o _gone\":true | wc -l)" = "$1" ]
}

promtool_is_content()
{
	make_some
	vbufctl metrics >output
	samples <output >told
	[ "$(wc -l <told)" -gt 60 ]
	"$here/build/promtool" check metrics <output >said 2>&1 || {
		cat said
		return 1
	}
	[ ! -s said ]
}

# Each number of show's JSON, under the name that it has here.
as_show_says()
{
	make_some
	vbufctl ls --json --interval 0 >channels
	vbufctl metrics | samples >told
	vbufctl ls --json --interval 0 | cmp - channels
	python '
import json
names = dict(slots="slots", slot_size="slot_size_bytes", bytes="memory_bytes",
    free="free_slots", sending="sending_slots", depth="queued_messages",
    max_depth="queued_messages_max", receiving="receiving_slots",
    senders="senders", receivers="receivers", senders_gone="senders_gone",
    receivers_gone="receivers_gone", blocked_senders="blocked_senders",
    blocked_receivers="blocked_receivers", sent="sent_messages_total",
    sent_bytes="sent_bytes_total", received="received_messages_total",
    received_bytes="received_bytes_total")
channels = json.load(open("channels"))
assert len(channels) == 4, channels
wanted = set()
for c in channels:
    labels = "id=\"%d\"" % c["id"]
    if "name" in c:
        labels += ",name=\"%s\"" % c["name"]
    for key, name in names.items():
        wanted.add("vbuf_channel_%s{%s} %d" % (name, labels, c[key]))
    for reason in "oldest", "holder", "deliveries":
        wanted.add("vbuf_channel_dropped_messages_total{%s,reason=\"%s\"} %d"
                   % (labels, reason, c["dropped_" + reason]))
told = {line.strip() for line in open("told")
        if line.startswith("vbuf_channel_") and "blocked_seconds" not in line}
assert told == wanted, (told - wanted, wanted - told)'
	has 'vbuf_channels 4' 'vbuf_hidden_channels 0'
}

blocked_seconds()
{
	make_some
	sleep 1.1
	vbufctl metrics | samples | grep _blocked_seconds >told
	awk '/name="jobs"/ && $2 >= 1 && $2 < 600 { n++ }
	     !/name="jobs"/ && $2 == 0 { n++ }
	     END { exit NR != 4 || n != 4 }' told
}

as_limits_say()
{
	status 0 vbufctl create jobs --slot-size 4K
	vbufctl limits max_channels=1 user_bytes=none user_endpoints=77 \
		max_slot_size=64K
	status 1 vbufctl create more
	vbufctl metrics | samples >told
	vbufctl limits --json | python '
import json, sys
def amount(n):
    return "+Inf" if n is None else str(n)
wanted = set()
for l in json.load(sys.stdin):
    scope, resource = "{scope=\"%s\"} " % l["scope"], l["resource"]
    name = "slot_size_bytes" if resource == "slot_size" else resource
    wanted.add("vbuf_limit_" + name + scope + amount(l.get("holds")))
    wanted.add("vbuf_limit_set_" + name + scope + amount(l.get("value")))
    if "use" in l:
        wanted.add("vbuf_limit_used_" + name + scope + str(l["use"]))
    wanted.add("vbuf_limit_hits_total{scope=\"%s\",resource=\"%s\"} %d"
               % (l["scope"], resource, l["hits"]))
told = {line.strip() for line in open("told")
        if line.startswith("vbuf_limit_")}
assert told == wanted, (told - wanted, wanted - told)'
	has 'vbuf_limit_channels{scope="total"} 1' \
		'vbuf_limit_used_channels{scope="total"} 1' \
		'vbuf_limit_set_bytes{scope="user"} +Inf' \
		'vbuf_limit_set_endpoints{scope="user"} 77' \
		'vbuf_limit_slot_size_bytes{scope="total"} 65536'
	restore_limits
}

# Of a channel that the asker may not look at there is just its being there.
hidden()
{
	local nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --)

	status 0 vbufctl create secret
	status 0 vbufctl create inbox --mode 0622
	"${nobody[@]}" vbufctl metrics | samples >told
	has 'vbuf_channels 1' 'vbuf_hidden_channels 1'
	grep -q 'name="inbox"' told
	not grep -q secret told
	[ "$(grep -c '^vbuf_channel_slots{' told)" = 1 ]
}

none()
{
	vbufctl metrics | samples >told
	has 'vbuf_channels 0' 'vbuf_hidden_channels 0'
	not grep -q '^vbuf_channel_' told
}

# files NAME...: those are in the folder, and no other
files()
{
	[ "$(ls folder)" = "$(printf '%s\n' "$@")" ]
}

output_file()
{
	status 0 vbufctl create jobs
	rm -rf folder
	mkdir folder
	(umask 077; status 0 vbufctl metrics --output folder/vbuf.prom)
	files vbuf.prom
	[ "$(stat -c %a folder/vbuf.prom)" = 644 ]
	samples <folder/vbuf.prom | sed '/_blocked_seconds/d' >first
	grep -q '^vbuf_channels 1$' first
	# Whoever has the old one open goes on reading it.
	exec 7<folder/vbuf.prom
	status 0 vbufctl create more
	status 0 vbufctl metrics --output folder/vbuf.prom
	[ ! -s output ]
	files vbuf.prom
	grep -q '^vbuf_channels 2$' folder/vbuf.prom
	samples <&7 | sed '/_blocked_seconds/d' | cmp - first
}

# The old file stays, and nothing else does.
output_fails()
{
	rm -rf folder
	mkdir folder
	echo old >folder/vbuf.prom
	status 2 vbufctl metrics more; says "no use for 'more'"
	status 1 vbufctl metrics --output missing/vbuf.prom
	says 'missing/vbuf.prom: no file can be made beside it: No such file'
	mount -t tmpfs -o size=4k,mode=755 none folder
	{
		echo old >folder/vbuf.prom
		status 1 vbufctl metrics --output folder/vbuf.prom &&
		says 'vbuf.prom: No space left .* there still' &&
		files vbuf.prom &&
		[ "$(<folder/vbuf.prom)" = old ]
	} || { umount folder; return 1; }
	umount folder
	ln -s vbuf.prom folder/link
	mkdir folder/below
	for path in folder/link folder/below /dev/null; do
		status 1 vbufctl metrics --output $path
		says 'no regular file'
	done
	[ -c /dev/null ]
	files below link vbuf.prom
	[ "$(<folder/vbuf.prom)" = old ]
	status 1 sh -c 'vbufctl metrics >/dev/full'
	says 'standard output: '
}

no_module()
{
	local got=0

	echo old >vbuf.prom
	rmmod vbuf
	{
		status 1 vbufctl metrics && says 'the metrics: .*: modprobe vbuf' &&
		[ ! -s output ] &&
		status 1 vbufctl metrics --output vbuf.prom &&
		[ "$(<vbuf.prom)" = old ]
	} || got=1
	insmod "$VBUF_MODULE"
	[ $got -eq 0 ]
}

check 'promtool has nothing to say' promtool_is_content
check 'channels: what show says' as_show_says
check 'channels: for how long somebody waits' blocked_seconds
check 'limits: what limits says' as_limits_say
check 'hidden channels are counted' hidden
check 'no channels' none
check '--output: a file for all to read, replaced as a whole' output_file
check '--output: failure leaves the old file, and nothing else' output_fails
if [ -n "${VBUF_MODULE-}" ]; then
	check 'no module: what to do' no_module
else
	skip 'no module: what to do' 'no VBUF_MODULE to load again'
fi
finish
