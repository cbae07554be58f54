/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the module's limits a call hit. Its errno does not say, but the
 * module counts: so look before the call, and again after it failed.
 */
#ifndef VBUFCTL_LIMITS_H
#define VBUFCTL_LIMITS_H

#include <stdbool.h>

#define LIMITS_COUNT 6

/**
 * struct limits_hits - how often each limit was hit
 * @known: it could be read
 * @count: in the order of the module's parameter limit_hits
 */
struct limits_hits {
	bool known;
	unsigned long long count[LIMITS_COUNT];
};

void limits_look(struct limits_hits *hits);
bool limits_report(const char *name, const struct limits_hits *before);

#endif /* VBUFCTL_LIMITS_H */
