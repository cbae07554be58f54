/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes of kernel memory that things take. */
#ifndef VBUF_BENCH_MEMORY_H
#define VBUF_BENCH_MEMORY_H

#include <stdbool.h>

/**
 * struct memory_thing - something to make many of
 * @name: as the tables have it
 * @module: needs vbuf.ko
 * @count: how many to make
 * @each: bytes of slots that each is made with, which are not counted
 * @begin: what all of them need, made before the count begins; may be NULL
 * @make: makes one; what it made goes with the process
 */
struct memory_thing {
	const char *name;
	bool module;
	unsigned int count;
	unsigned int each;
	int (*begin)(void);
	int (*make)(void);
};

struct memory_sample {
	double charged;		/* to the memory cgroup, a thing */
	double system;		/* missing from the whole system, a thing */
};

extern const struct memory_thing memory_things[];
extern const unsigned int memory_things_count;

int memory_run(const struct memory_thing *thing, struct memory_sample *sample);

#endif
