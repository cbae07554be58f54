/* SPDX-License-Identifier: GPL-2.0-only */
/* Something done in rounds, at even times, for as long as somebody wants it. */
#ifndef VBUFCTL_ROUNDS_H
#define VBUFCTL_ROUNDS_H

#include <stdint.h>

/**
 * struct rounds - when the next one is due
 * @interval: from one to the next, in ms
 * @due: in ms of CLOCK_MONOTONIC
 */
struct rounds {
	uint64_t interval;
	uint64_t due;
};

void rounds_begin(struct rounds *rounds, uint64_t interval);
int rounds_wait(struct rounds *rounds);

#endif /* VBUFCTL_ROUNDS_H */
