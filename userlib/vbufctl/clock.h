/* SPDX-License-Identifier: GPL-2.0-only */
/* The clocks of this time namespace. */
#ifndef VBUFCTL_CLOCK_H
#define VBUFCTL_CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000000)	/* ns */

/* CLOCK_MONOTONIC, and CLOCK_REALTIME. */
uint64_t clock_monotonic_ns(void);
uint64_t clock_realtime_ns(void);

#endif /* VBUFCTL_CLOCK_H */
