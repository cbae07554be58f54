// SPDX-License-Identifier: GPL-2.0
/* Deadlines become nanoseconds, and 0 is left to mean none. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "../src/deadline.h"
#include "tap.h"

/* The largest time_t, of whatever size. */
#define TIME_MAX ((time_t)((UINT64_C(1) << (8 * sizeof(time_t) - 1)) - 1))

static __u64 converted(time_t seconds, long nanoseconds)
{
	struct timespec deadline = { seconds, nanoseconds };
	__u64 ns = 0xcccccccccccccccc;

	EXPECT(vbuf_deadline_ns(&deadline, &ns) == 0);
	return ns;
}

static void refused(time_t seconds, long nanoseconds)
{
	struct timespec deadline = { seconds, nanoseconds };
	__u64 ns;

	errno = 0;
	EXPECT(vbuf_deadline_ns(&deadline, &ns) == -1);
	EXPECT(errno == EINVAL);
}

static void none(void)
{
	__u64 ns = 7;

	EXPECT(vbuf_deadline_ns(NULL, &ns) == 0);
	EXPECT(ns == 0);
}

static void ordinary(void)
{
	EXPECT(converted(0, 1) == 1);
	EXPECT(converted(0, 999999999) == 999999999);
	EXPECT(converted(1, 0) == 1000000000);
	EXPECT(converted(12345, 678) == 12345000000678);
	/* 2^32 nanoseconds and 2^32 seconds. */
	EXPECT(converted(4, 294967296) == 4294967296);
	if (sizeof(time_t) > 4)
		EXPECT(converted((time_t)INT64_C(4294967296), 5) ==
		       4294967296000000005);
}

static void zero(void)
{
	EXPECT(converted(0, 0) == 1);
}

static void far_away(void)
{
	if (sizeof(time_t) < 8) {
		tap_skip("no time_t of this size is too large");
		return;
	}
	EXPECT(converted((time_t)9223372036, 854775806) == INT64_MAX - 1);
	EXPECT(converted((time_t)9223372036, 854775807) == INT64_MAX);
	EXPECT(converted((time_t)9223372036, 854775808) == INT64_MAX);
	EXPECT(converted((time_t)9223372037, 0) == INT64_MAX);
	/* These wrap around to something small if multiplied first. */
	EXPECT(converted((time_t)18446744074, 0) == INT64_MAX);
	EXPECT(converted((time_t)36893488148, 0) == INT64_MAX);
	EXPECT(converted(TIME_MAX, 0) == INT64_MAX);
	EXPECT(converted(TIME_MAX, 999999999) == INT64_MAX);
}

static void no_time(void)
{
	refused(-1, 0);
	refused(-1, 999999999);
	refused(-TIME_MAX - 1, 0);
	refused(0, -1);
	refused(5, -1);
	refused(0, 1000000000);
	refused(5, 1000000000);
	refused(TIME_MAX, 1000000000);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "NULL is no deadline", none },
		{ "seconds and nanoseconds add up", ordinary },
		{ "the zero time is a deadline, not none", zero },
		{ "what is too far away becomes the last time", far_away },
		{ "negative times and parts over a second are EINVAL", no_time },
	};

	return TAP_RUN(cases);
}
