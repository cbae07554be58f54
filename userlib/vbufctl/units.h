/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as people read them, in at most UNITS_ROOM bytes. */
#ifndef VBUFCTL_UNITS_H
#define VBUFCTL_UNITS_H

#include <stdint.h>

#define UNITS_ROOM 32

void units_be_exact(void);

/* Strings in rooms that the caller gives, so that one printf may use several. */
const char *units_bytes(char room[UNITS_ROOM], uint64_t bytes);
const char *units_count(char room[UNITS_ROOM], uint64_t count);
const char *units_rate(char room[UNITS_ROOM], double rate);
const char *units_time(char room[UNITS_ROOM], uint64_t ns);
const char *units_span(char room[UNITS_ROOM], uint64_t ns);

#endif /* VBUFCTL_UNITS_H */
