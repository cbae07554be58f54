/* SPDX-License-Identifier: GPL-2.0 */
/* One-way rate: what a message costs from send to receive, many under way. */
#ifndef VBUF_BENCH_RATE_H
#define VBUF_BENCH_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "count.h"
#include "queue.h"
#include "session.h"

/**
 * struct rate - one thing to measure
 * @subject: how
 * @size: bytes a message
 * @depth: messages that the queue holds
 * @pairs: senders, and as many receivers; 0: one process is both
 * @touch: what is done with each message
 * @session: the trace session that is open meanwhile
 * @messages: how many to time; 0 until rate_calibrate(), unless it was told
 */
struct rate {
	const struct subject *subject;
	size_t size;
	unsigned int depth;
	unsigned int pairs;
	enum touch touch;
	enum session session;
	uint64_t messages;
};

struct rate_sample {
	uint64_t ns;
	uint64_t switches;
	struct counts counts;	/* where they were open */
	struct session_count told;
};

bool rate_possible(const struct rate *r);
int rate_calibrate(struct rate *r, uint64_t budget_ns, unsigned int tries);
int rate_run(const struct rate *r, struct rate_sample *sample);

#endif
