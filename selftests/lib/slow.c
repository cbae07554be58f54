// SPDX-License-Identifier: GPL-2.0
/* How much longer tests may take than they say: TIMEOUT_SCALE, default 1. */
#include "vbuf_test.h"

#include <sys/time.h>

/* alarm() is this in the tests, for kselftest_harness.h sets its limits by it. */
unsigned int vt_alarm(unsigned int seconds)
{
	const char *env = getenv("TIMEOUT_SCALE");
	double scaled = seconds * (env ? atof(env) : 1.0);
	struct itimerval timer = {
		.it_value.tv_sec = (time_t)scaled + (seconds && scaled < 1) };

	if (setitimer(ITIMER_REAL, &timer, NULL))
		vt_die("setitimer");
	return 0;
}
