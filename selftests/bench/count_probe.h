/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events of our own: probes on two functions of which the kernel has no
 * event. One counts calls, as any event does. Of the other the arguments are
 * wanted, which a histogram of the kernel's sums up.
 */
#ifndef VBUF_BENCH_COUNT_PROBE_H
#define VBUF_BENCH_COUNT_PROBE_H

#include <stdbool.h>
#include <stdint.h>

/* The event of vmf_insert_pfn_pmd(), by whichever name this kernel has it. */
#define COUNT_PROBE_LARGE "vbuf_bench/large"

int count_probe_open(void);
void count_probe_close(void);
bool count_probe_has_zeroed(void);
void count_probe_on(void);
void count_probe_off(void);
int count_probe_zeroed(uint64_t *bytes);

#endif
