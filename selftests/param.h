/* SPDX-License-Identifier: GPL-2.0 */
/* The module's parameters: lib/param.c. Any trouble ends the test. */
#ifndef _VBUF_PARAM_H
#define _VBUF_PARAM_H

#include "vbuf_test.h"

/* The limits first, in the order of the parameter limit_hits. */
enum param {
	MAX_CHANNELS, MAX_ENDPOINTS, MAX_BYTES,
	USER_CHANNELS, USER_ENDPOINTS, USER_BYTES,
	LIMITS,
	SPIN_NS = LIMITS,
	STALL_MS,
	PARAMS
};

/* What they were, and how often each limit had been hit. */
struct params {
	unsigned long value[PARAMS];
	unsigned long hits[LIMITS];
};

void param_save(struct params *params);
void param_restore(const struct params *params);
void param_set(enum param which, unsigned long value);
unsigned long param_hits(const struct params *since, enum param which);

/* lib/room.c: changes the parameters of the limits in total */
bool room_within(unsigned long limit);
unsigned long room_needed(void);

#endif /* _VBUF_PARAM_H */
