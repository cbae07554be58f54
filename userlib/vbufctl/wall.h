/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Times of events, which are the host's CLOCK_MONOTONIC, as a clock on the wall
 * shows them.
 */
#ifndef VBUFCTL_WALL_H
#define VBUFCTL_WALL_H

#include <stdint.h>

/* Bytes of "12:34:56.789", and of "2026-01-02T12:34:56.789+01:00". */
#define WALL_TIME_ROOM 16
#define WALL_DATE_ROOM 64

/* To be called before the others. */
void wall_init(void);

/* As an event of this moment would have it. */
uint64_t wall_now_ns(void);

const char *wall_time(char room[WALL_TIME_ROOM], uint64_t ns);
const char *wall_date(char room[WALL_DATE_ROOM], uint64_t ns);

#endif /* VBUFCTL_WALL_H */
