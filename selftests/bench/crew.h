/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DOC: A crew
 *
 * A few processes that pass messages, and go from phase to phase together. One
 * process that sends to itself is a crew of one. A worker that fails ends its
 * crew; a crew that does not end in time is ended, and that is a failure.
 */
#ifndef VBUF_BENCH_CREW_H
#define VBUF_BENCH_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define CREW_MAX 4
/* Wall clock, and far more than any crew needs under emulation. */
#define CREW_SECONDS 300

struct worker {
	uint64_t start;
	uint64_t end;
	uint64_t switches;	/* between the two */
	uint64_t check;		/* checksum of what it sent or received */
};

struct crew {
	pthread_barrier_t barrier;
	unsigned int size;
	struct worker workers[CREW_MAX];
};

typedef int crew_work(struct crew *crew, unsigned int self, void *arg);

struct crew *crew_new(unsigned int size);
void crew_free(struct crew *crew);
int crew_run(struct crew *crew, crew_work *work, void *arg);
void crew_meet(struct crew *crew);
void crew_start(struct crew *crew, unsigned int self);
void crew_stop(struct crew *crew, unsigned int self);
uint64_t crew_elapsed(const struct crew *crew);
uint64_t crew_switches(const struct crew *crew);
void crew_set_pinned(bool pinned);
void crew_set_bystanders(bool wanted);

uint64_t now_ns(void);

#endif
