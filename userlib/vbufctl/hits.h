/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which limit a call hit. Its errno does not say, but the module counts: so look
 * before the call, and again after it failed.
 */
#ifndef VBUFCTL_HITS_H
#define VBUFCTL_HITS_H

#include <stdbool.h>
#include <stdint.h>

#include "limit.h"

/**
 * struct hits - how often each limit was hit
 * @known: that could be looked up
 * @count: of each
 */
struct hits {
	bool known;
	uint64_t count[LIMIT_SCOPES][LIMIT_RESOURCES];
};

void hits_look(struct hits *hits);
bool hits_report(const char *name, const struct hits *before);

#endif /* VBUFCTL_HITS_H */
