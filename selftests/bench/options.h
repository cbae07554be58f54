/* SPDX-License-Identifier: GPL-2.0 */
/* The command line of bench: lists of what to cross with what. */
#ifndef VBUF_BENCH_OPTIONS_H
#define VBUF_BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "queue.h"
#include "session.h"

#define OPTIONS_MOST 16

struct options {
	const struct subject *subjects[OPTIONS_MOST];
	size_t sizes[OPTIONS_MOST];
	unsigned int pairs[OPTIONS_MOST];	/* 0: the same process */
	unsigned int nr_subjects;
	unsigned int nr_sizes;
	unsigned int nr_pairs;
	unsigned int repeat;
	unsigned int depth;			/* 0: by size */
	enum touch touch;
	bool touch_said;
	enum session session;
	bool session_said;
	unsigned long number;			/* trips, or queues */
	unsigned long messages;			/* 0: by the budget */
	unsigned long budget_ns;
	unsigned int tries;
	bool count;
	bool pin;
	bool bystander;
};

int options_parse(struct options *o, int argc, char **argv);
void options_usage(void);

#endif
