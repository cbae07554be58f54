# SPDX-License-Identifier: GPL-2.0
#
# For tests of vbufctl, which source this file: test cases in TAP, in a working
# directory of their own, and what they ask of processes and channels.

set -u

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

cases=0
failed=0

# case_shell FUNCTION: in a shell of its own, which ends at the first command that
# fails, and leaves no process behind: with -m each job is a process group.
case_shell()
(
	local job

	BASH_XTRACEFD=9
	set -emxo pipefail
	trap 'for job in $(jobs -p); do kill -KILL -- "-$job" || true; done' EXIT
	"$1"
)

# check DESCRIPTION FUNCTION
check()
{
	local status

	case_shell "$2" >log 2>&1 9>trace
	status=$?
	cases=$((cases + 1))
	if [ $status -eq 0 ]; then
		echo "ok $cases - $1"
	else
		failed=$((failed + 1))
		tail -n 20 trace | cat log - | sed 's/^/# /'
		echo "not ok $cases - $1 ($2, status $status)"
	fi
	restore_limits
	remove_channels
}

# skip DESCRIPTION WHY
skip()
{
	cases=$((cases + 1))
	echo "ok $cases - $1 # SKIP $2"
}

# One KEY=VALUE a line. Here and below without the help of programs, each of which
# takes a twentieth of a second to start in a virtual machine.
limits_now()
{
	local told name value

	told=$(vbufctl limits --bytes)
	{
		read -r _
		while read -r name value _; do
			echo "$name=$value"
		done
	} <<<"$told"
}

restore_limits()
{
	[ "$(limits_now)" != "$limits_before" ] || return 0
	# Word splitting is what separates the limits.
	# shellcheck disable=SC2086
	vbufctl limits $limits_before
}

# limits_are KEY=VALUE...: they, and maybe others, are in force.
limits_are()
{
	local limit

	limits_now >limits_now
	for limit; do
		grep -qx "$limit" limits_now || {
			echo "not $limit:"
			cat limits_now
			return 1
		}
	done
}

remove_channels()
{
	local told name names=()

	told=$(vbufctl ls --interval 0)
	{
		read -r _
		while read -r name _; do
			[[ $name == \#* ]] || names+=("$name")
		done
	} <<<"$told"
	[ ${#names[@]} -eq 0 ] || vbufctl rm "${names[@]}"
}

# status WANTED COMMAND...: it ends with that status; its errors are in "errors".
status()
{
	local wanted=$1 got=0

	shift
	"$@" >output 2>errors || got=$?
	if [ $got -ne "$wanted" ]; then
		echo "status $got, not $wanted: $*"
		cat errors
		return 1
	fi
}

# ended WANTED: the last process in the background ends with that status.
ended()
{
	local got=0

	wait $! || got=$?
	[ $got -eq "$1" ] || { echo "status $got, not $1"; return 1; }
}

# soon COMMAND...: it succeeds within ten seconds.
soon()
{
	local i

	for ((i = 0; i < 200; i++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.05
	done
	echo "did not come true: $*"
	return 1
}

# is CHANNEL KEY=PATTERN...: so says its JSON, in which lists stand last.
is()
{
	local channel=$1 json wanted

	shift
	json=$(vbufctl show "$channel" --json)
	for wanted; do
		# shellcheck disable=SC2053
		if ! [[ $json =~ \"${wanted%%=*}\":\"?([^,\"}]*) &&
			${BASH_REMATCH[1]} == ${wanted#*=} ]]; then
			echo "not $wanted: $json"
			return 1
		fi
	done
}

# python CODE [ARGUMENT...]: without what makes its start slow.
python()
{
	python3 -ISc "$@"
}

# not COMMAND...: it fails. A "!" would not end the case.
not()
{
	if "$@"; then
		echo "did not fail: $*"
		return 1
	fi
}

gone()
{
	not vbufctl show "$1"
}

listed()
{
	[ "$(vbufctl ls --interval 0 | wc -l)" -eq $(($1 + 1)) ]
}

says()
{
	grep -qe "$1" errors || { echo "does not say '$1':"; cat errors; return 1; }
}

# endpoint PYTHON: runs that with create(), which makes an anonymous channel, and
# session(), which opens a trace session.
endpoint()
{
	exec python3 -ISc '
import ctypes, fcntl, os, struct, sys, time
def create():
    fd = os.open("/dev/vbuf", os.O_RDWR)
    fcntl.ioctl(fd, 0xf700, struct.pack("=II64s6I", 96, 3, b"", 0, 8, 100, 0o600, 0, 0))
    return fd
def session(types):
    fd = os.open("/dev/vbuf", os.O_RDWR)
    fcntl.ioctl(fd, 0xf713, struct.pack("=6IQ", 32, 0, 4, 4096, 0, 0, types))
    return fd
def name(comm):
    ctypes.CDLL(None).prctl(15, comm, 0, 0, 0)
'"$1"
}

# For a program that takes long and would find the same on any kernel: it runs on
# one machine of all those that check starts, and on any that names no kernel.
on_one_machine()
{
	[ "${VBUF_KERNEL-6.1}" != 6.1 ] || [ "$(nproc)" -lt 2 ] || return 0
	echo '1..0 # SKIP just on 6.1 with more than one processor'
	exit 0
}

# Ends the test program.
finish()
{
	echo "1..$cases"
	[ $failed -eq 0 ]
}

echo TAP version 13
limits_before=$(limits_now)
remove_channels
