# SPDX-License-Identifier: GPL-2.0
#
# Test cases in TAP, for scripts that source this file and set tap_log to the file
# whose lines tell more of a case that failed.

cases=0
failed=0

# tap_result PROMISE STATUS: a case held if the status is 0
tap_result()
{
	cases=$((cases + 1))
	if [ "$2" = 0 ]; then
		echo "ok $cases - $1"
		return
	fi
	sed 's/^/# /' "$tap_log"
	echo "not ok $cases - $1"
	failed=$((failed + 1))
}

# tap_end: the plan; its status is the script's
tap_end()
{
	echo "1..$cases"
	[ $failed = 0 ]
}
