// SPDX-License-Identifier: LGPL-2.1-or-later
/* Knows how a timespec becomes nanoseconds. */
#include <errno.h>
#include <stdint.h>

#include "deadline.h"

#define NSEC_PER_SEC 1000000000L

/* The kernel's own times end here, 292 years after boot. */
#define LAST_NS ((__u64)INT64_MAX)

/**
 * vbuf_deadline_ns - convert a deadline
 * @deadline: absolute CLOCK_MONOTONIC time; NULL for none
 * @ns: out: the same in nanoseconds; 0 for none
 *
 * The zero time is a deadline that has passed, and must not become none. What
 * is too large to express becomes the last time that the kernel can tell.
 *
 * Return: 0, or -1 and %EINVAL for what is no time.
 */
int vbuf_deadline_ns(const struct timespec *deadline, __u64 *ns)
{
	__u64 seconds, rest;

	if (!deadline) {
		*ns = 0;
		return 0;
	}
	if (deadline->tv_sec < 0 || deadline->tv_nsec < 0 ||
	    deadline->tv_nsec >= NSEC_PER_SEC) {
		errno = EINVAL;
		return -1;
	}
	seconds = (__u64)deadline->tv_sec;
	rest = (__u64)deadline->tv_nsec;
	if (seconds > (LAST_NS - rest) / NSEC_PER_SEC)
		*ns = LAST_NS;
	else
		*ns = seconds * NSEC_PER_SEC + rest;
	if (*ns == 0)
		*ns = 1;
	return 0;
}
