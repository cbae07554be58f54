/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A trace session that is open while something is measured, and read by a thread of
 * its own all the while.
 */
#ifndef VBUF_BENCH_SESSION_H
#define VBUF_BENCH_SESSION_H

#include <stdint.h>

#include "crew.h"

/* What a session asks for: accounts alone, or all records, too. */
enum session {
	SESSION_NONE,
	SESSION_ACCOUNTS,
	SESSION_RECORDS,
	SESSIONS,
};

/* Between the first worker's start and its end. */
struct session_count {
	uint64_t records;
	uint64_t lost;
};

const char *session_name(enum session session);
int session_open(enum session session, const struct crew *crew);
void session_close(struct session_count *count);

#endif
