/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of the module root can set: the host's limits, by netlink, and its other
 * parameters, in sysfs: lib/param.c. From any network namespace. Any trouble ends
 * the test.
 */
#ifndef _VBUF_PARAM_H
#define _VBUF_PARAM_H

#include "vbuf_test.h"

/* The limits first. */
enum param {
	MAX_CHANNELS, MAX_ENDPOINTS, MAX_BYTES,
	USER_CHANNELS, USER_ENDPOINTS, USER_BYTES,
	MAX_SLOT_SIZE, USER_SLOT_SIZE,
	LIMITS,
	SPIN_NS = LIMITS,
	STALL_MS,
	PARAMS
};

/* What they were, and how often each limit had been hit. */
struct params {
	__u64 value[PARAMS];
	__u64 hits[LIMITS];
};

void param_save(struct params *params);
void param_restore(const struct params *params);
void param_set(enum param which, __u64 value);
__u64 param_hits(const struct params *since, enum param which);

/* As param_set(), of a limit, from the network namespace of the caller: 0 or -errno. */
long param_try_limit(enum param which, __u64 value);

/* lib/room.c: changes the limits in total */
bool room_within(unsigned long limit);
unsigned long room_needed(void);

#endif /* _VBUF_PARAM_H */
