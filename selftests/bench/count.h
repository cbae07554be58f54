/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System calls and wake-ups of a crew, counted by the kernel's own trace
 * events. Counting costs, so what is counted is not timed.
 */
#ifndef VBUF_BENCH_COUNT_H
#define VBUF_BENCH_COUNT_H

#include <stdint.h>

/* By this name the events tell workers from the rest of the system. */
#define COUNT_COMM "bench-worker"

struct counts {
	uint64_t syscalls;
	uint64_t wakeups;
};

int count_open(void);
void count_close(void);
void count_on(void);
void count_off(void);
int count_read(struct counts *counts);

#endif
