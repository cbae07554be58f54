/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a crew does, counted by the kernel's own trace events. Counting costs,
 * so what is counted is not timed.
 */
#ifndef VBUF_BENCH_COUNT_H
#define VBUF_BENCH_COUNT_H

#include <stdint.h>

/* By this name the events tell workers from the rest of the system. */
#define COUNT_COMM "bench-worker"

/**
 * enum count - what is counted
 * @COUNT_SYSCALLS: system calls
 * @COUNT_WAKEUPS: times that a worker was woken
 * @COUNT_FAULTS: page faults in user space
 * @COUNT_FLUSHES: flushes of the own processor's TLB, but for those of switches
 * @COUNT_IPIS: times that other processors were told to flush theirs
 * @COUNT_LARGE: large mappings that were inserted
 * @COUNT_ZEROED: bytes of slots that vbuf cleared; only with the module
 */
enum count {
	COUNT_SYSCALLS,
	COUNT_WAKEUPS,
	COUNT_FAULTS,
	COUNT_FLUSHES,
	COUNT_IPIS,
	COUNT_LARGE,
	COUNT_ZEROED,
	COUNTS
};

struct counts {
	uint64_t value[COUNTS];
};

int count_open(void);
void count_close(void);
void count_on(void);
void count_off(void);
int count_read(struct counts *counts);
const char *count_name(enum count what);

#endif
