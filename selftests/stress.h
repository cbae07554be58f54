/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the stress programs share: how long they run, what they did, and the
 * messages that they sent and received, counted by themselves.
 */
#ifndef _VBUF_STRESS_H
#define _VBUF_STRESS_H

#include <stdatomic.h>

#include "storm.h"

/* lib/stress.c: in memory that outlives a killed child */
struct stress {
	__u64 seed;
	__u64 end;
	__u64 patience;			/* until when, after it was */
	unsigned long seen;		/* so many operations */
	atomic_ulong operations;
	atomic_ulong kills;
	atomic_ulong faults;
};

struct stress *stress_begin(unsigned int parts);
bool stress_goes_on(struct stress *stress);
void stress_did(struct stress *stress, unsigned int operations);
void stress_wait_for(struct stress *stress, unsigned int operations);
void stress_step_back(void);
void stress_kill(struct stress *stress, struct crew *crew, unsigned int which);
void stress_crew_end(struct crew *crew);
void stress_wait_for_strangers(void);
long stress_look(void);
void stress_report(const struct stress *stress);

/*
 * lib/tally.c: messages counted from outside the module
 *
 * Who is killed in a call cannot say whether that still moved messages: so a
 * call is counted when it begins, by as many as it may move, and corrected when
 * it returns. What the module counts is between the two numbers, and is both of
 * them where nobody was killed. Each kill takes them apart; so now and then all
 * are killed, and what the module counts by then is settled; and in the end
 * nobody is killed for a while, all stop by themselves, and it must be exact.
 */
#define TALLY_SENDERS	64U
#define TALLY_WINDOW	1024U

struct tally_side {
	atomic_ulong begun;
	atomic_ulong ended;
};

struct tally_channel {
	struct tally_side sent;
	struct tally_side received;
};

/* The numbers that senders gave, and the last of each that was received. */
struct tally {
	atomic_uint next[TALLY_SENDERS];
	atomic_uint seen[TALLY_SENDERS][TALLY_WINDOW];
};

void tally_begin(struct tally_side *side, unsigned int n);
void tally_end(struct tally_side *side, unsigned int n, long moved);
bool tally_fits(const struct tally_side *side, __u64 count);
bool tally_exact(const struct tally_side *side, __u64 count);
void tally_settle(struct tally_side *side, __u64 count);
void tally_fill(struct tally *tally, __u32 who, void *buf, size_t len);
bool tally_whole(const void *buf, size_t len);
bool tally_once(struct tally *tally, const struct storm_msg *msg);

/*
 * Some messages on one channel: who sends them, by which of its endpoints, and
 * how many at the most in a call of one of cross_*(), which these then make,
 * counting and checking what it moves. They return what it returned.
 */
struct tally_flow {
	struct tally *tally;
	struct tally_channel *counts;
	__u32 who;
	int fd;
	unsigned int batch;
};

long tally_send(const struct tally_flow *flow, crossing send);
long tally_receive(const struct tally_flow *flow, crossing receive);
long tally_hold(const struct tally_flow *flow, useconds_t most_us, __u64 *rnd);
long tally_hold_there(const struct tally_flow *flow, useconds_t most_us,
		      __u64 *rnd);
long tally_rest(struct tally *tally, int fd);

#endif /* _VBUF_STRESS_H */
