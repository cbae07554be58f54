// SPDX-License-Identifier: GPL-2.0
/*
 * Who runs when. With all of a test on one CPU, and the caller above the
 * others there, what the caller wakes does not run before the caller lets it:
 * so a test can act between a hand-off and the moment its receiver notices.
 */
#include "vbuf_test.h"

/* Before any thread is made: they inherit it. */
void vt_one_cpu(void)
{
	cpu_set_t cpus;
	int cpu = sched_getcpu();

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		vt_die("sched_setaffinity");
}

static void schedule_as(int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, policy, &param))
		vt_die("sched_setscheduler");
}

void vt_hold_cpu(void)
{
	schedule_as(SCHED_FIFO, 1);
}

void vt_free_cpu(void)
{
	schedule_as(SCHED_OTHER, 0);
}
