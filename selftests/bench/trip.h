/* SPDX-License-Identifier: GPL-2.0 */
/* Round trip: one message there and one back, two blocking processes. */
#ifndef VBUF_BENCH_TRIP_H
#define VBUF_BENCH_TRIP_H

#include <stdint.h>

#include "count.h"
#include "queue.h"
#include "session.h"

struct trip {
	const struct subject *subject;
	size_t size;
	enum touch touch;
	enum session session;
	uint64_t trips;
};

struct trip_sample {
	uint64_t ns;		/* of all */
	uint64_t p50;
	uint64_t p99;
	uint64_t p999;
	uint64_t worst;
	uint64_t switches;
	struct counts counts;
	struct session_count told;
};

int trip_run(const struct trip *t, struct trip_sample *sample);

#endif
