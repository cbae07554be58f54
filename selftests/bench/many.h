/* SPDX-License-Identifier: GPL-2.0 */
/* What it costs a message that there are many queues, and to make them. */
#ifndef VBUF_BENCH_MANY_H
#define VBUF_BENCH_MANY_H

#include <stdint.h>

#include "queue.h"

struct many_sample {
	double alone_ns;	/* a message, while there is one queue */
	double among_ns;	/* the same queue's, while there are all */
	double turns_ns;	/* a message through each in turn */
	uint64_t create_ns;	/* of all */
	uint64_t destroy_ns;
};

int many_run(const struct subject *subject, unsigned int count, struct many_sample *sample);

#endif
