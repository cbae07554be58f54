// SPDX-License-Identifier: GPL-2.0
/*
 * Trace events on every CPU, counted and not recorded. Workers inherit the
 * descriptors, and so one of them can switch the counters on and off for all.
 */
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "count.h"
#include "count_probe.h"

#define COUNT_CPUS 64
/* What has an event that is counted; the rest is the histogram's. */
#define COUNT_EVENTS COUNT_ZEROED

/*
 * COMM is the running thread's name, comm the one that is woken. Of a TLB's
 * flushes, 2 and 3 are those of the own processor that its page tables ask for,
 * 4 is that others are told. The barrier at the end of a phase and getrusage()
 * are counted as well; they are few beside the messages of a phase.
 */
#define OWN "COMM == \"" COUNT_COMM "\""

static const struct {
	const char *name;
	const char *event;
	const char *filter;
} events[COUNTS] = {
	[COUNT_SYSCALLS] = { "syscalls", "raw_syscalls/sys_enter", OWN },
	[COUNT_WAKEUPS] = { "wakeups", "sched/sched_wakeup", "comm == \"" COUNT_COMM "\"" },
	[COUNT_FAULTS] = { "faults", "exceptions/page_fault_user", OWN },
	[COUNT_FLUSHES] = { "flushes", "tlb/tlb_flush",
			    OWN " && (reason == 2 || reason == 3)" },
	[COUNT_IPIS] = { "ipis", "tlb/tlb_flush", OWN " && reason == 4" },
	[COUNT_LARGE] = { "large", COUNT_PROBE_LARGE, OWN },
	[COUNT_ZEROED] = { "zeroed", NULL, NULL },
};

static int fds[COUNT_EVENTS][COUNT_CPUS];
static int cpus;

static int event_id(const char *event, unsigned long long *id)
{
	char path[128];
	FILE *file;
	int got;

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/id", event);
	file = fopen(path, "re");
	if (!file)
		return -1;
	got = fscanf(file, "%llu", id);
	fclose(file);
	return got == 1 ? 0 : -1;
}

static int event_open(int event, int cpu)
{
	struct perf_event_attr attr;
	unsigned long long id;
	int fd;

	if (event_id(events[event].event, &id))
		return -1;
	memset(&attr, 0, sizeof(attr));
	attr.type = PERF_TYPE_TRACEPOINT;
	attr.size = sizeof(attr);
	attr.config = id;
	attr.disabled = 1;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd >= 0 && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, events[event].filter)) {
		close(fd);
		return -1;
	}
	return fd;
}

int count_open(void)
{
	int event, cpu;
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	if (online > COUNT_CPUS || count_probe_open())
		return -1;
	for (cpu = 0; cpu < online; cpu++, cpus++) {
		for (event = 0; event < COUNT_EVENTS; event++) {
			fds[event][cpu] = event_open(event, cpu);
			if (fds[event][cpu] >= 0)
				continue;
			while (event--)
				close(fds[event][cpu]);
			count_close();
			return -1;
		}
	}
	return 0;
}

static void count_all(unsigned long request)
{
	int event, cpu;

	for (cpu = 0; cpu < cpus; cpu++)
		for (event = 0; event < COUNT_EVENTS; event++)
			ioctl(fds[event][cpu], request, 0);
}

void count_close(void)
{
	int event, cpu;

	for (cpu = 0; cpu < cpus; cpu++)
		for (event = 0; event < COUNT_EVENTS; event++)
			close(fds[event][cpu]);
	cpus = 0;
	count_probe_close();
}

/* As the output has it; NULL if it is not counted here. */
const char *count_name(enum count what)
{
	if (what == COUNT_ZEROED && !count_probe_has_zeroed())
		return NULL;
	return events[what].name;
}

/*
 * Two instructions that do nothing, and that no compiler makes: by them
 * profiler/insns.c knows the phase.
 */
static inline void mark_start(void)
{
#ifdef __x86_64__
	__asm__ volatile("xchg %bx, %bx");
#endif
}

static inline void mark_stop(void)
{
#ifdef __x86_64__
	__asm__ volatile("xchg %cx, %cx");
#endif
}

/* Where the counters are not open, just marks: then the phase is timed. */
void count_on(void)
{
	count_all(PERF_EVENT_IOC_RESET);
	count_probe_on();
	count_all(PERF_EVENT_IOC_ENABLE);
	mark_start();
}

void count_off(void)
{
	mark_stop();
	count_all(PERF_EVENT_IOC_DISABLE);
	count_probe_off();
}

int count_read(struct counts *counts)
{
	int event, cpu;

	memset(counts, 0, sizeof(*counts));
	for (cpu = 0; cpu < cpus; cpu++) {
		for (event = 0; event < COUNT_EVENTS; event++) {
			uint64_t value;

			if (read(fds[event][cpu], &value, sizeof(value)) != sizeof(value))
				return -1;
			counts->value[event] += value;
		}
	}
	return count_probe_zeroed(&counts->value[COUNT_ZEROED]);
}
