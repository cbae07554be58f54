/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages that a channel dropped while send waited for them to be received: to
 * DRAIN they are gone like others.
 */
#ifndef VBUFCTL_LOSSES_H
#define VBUFCTL_LOSSES_H

#include <stdint.h>

int losses_count(int channel, const char *name, uint64_t *count);
int losses_check(int channel, const char *name, uint64_t before);

#endif /* VBUFCTL_LOSSES_H */
