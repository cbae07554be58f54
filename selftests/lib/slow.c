// SPDX-License-Identifier: GPL-2.0
/*
 * How much longer tests may take than they say: by the factor TIMEOUT_SCALE, and
 * by the STRESS_SECONDS that the stress programs run.
 */
#include "vbuf_test.h"

#include <sys/time.h>

static double number_of(const char *name, double otherwise)
{
	const char *env = getenv(name);

	return env ? atof(env) : otherwise;
}

/* How long to wait for what takes so long on a kernel that is not slow. */
unsigned int vt_scaled(unsigned int msec)
{
	return msec * number_of("TIMEOUT_SCALE", 1);
}

/* alarm() is this in the tests, for kselftest_harness.h sets its limits by it. */
unsigned int vt_alarm(unsigned int seconds)
{
	double scaled = seconds * number_of("TIMEOUT_SCALE", 1);
	struct itimerval timer = {
		.it_value.tv_sec = (time_t)scaled + (seconds && scaled < 1) };

	/* No seconds end the limit that there was. */
	if (seconds)
		timer.it_value.tv_sec += (time_t)number_of("STRESS_SECONDS", 0);
	if (setitimer(ITIMER_REAL, &timer, NULL))
		vt_die("setitimer");
	return 0;
}
