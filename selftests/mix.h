/* SPDX-License-Identifier: GPL-2.0 */
/* What the threads of stress_mix have and do. */
#ifndef _VBUF_MIX_H
#define _VBUF_MIX_H

#include "stress.h"

#define MIX_CHANNELS	8U
#define MIX_BATCH	8U
#define MIX_ROOM	8192U

/* What all processes share. */
struct mix_world {
	struct stress *stress;
	struct tally *tally;
	struct tally_channel *counts;	/* one for each channel */
	const struct vbuf_attr *attrs;
	atomic_bool *over;		/* all stop by themselves */
	bool calm;			/* nobody is killed, so that they can */
};

struct mix_end {
	int fd;
	__u32 rights;
	char *tx;			/* its windows; or NULL */
	char *rx;
};

/*
 * A thread: a random state, an endpoint of its own on each channel, and one that
 * it shares with the others of its process; and messages that it holds, all in
 * one of its own.
 */
struct mix {
	const struct mix_world *world;
	__u64 rnd;
	__u32 who;
	struct mix_end own[MIX_CHANNELS];
	const struct mix_end *shared;
	bool is_child;			/* the regions are its parent's */

	unsigned int held_in;
	unsigned int held;
	__u64 cookies[MIX_BATCH];
	struct storm_msg ids[MIX_BATCH];

	struct vbuf_msg vec[MIX_BATCH];
	char room[MIX_BATCH][MIX_ROOM];
};

/* lib/mix.c: how messages cross */
__u32 mix_any(struct mix *mix, __u32 n);
const struct mix_end *mix_end(struct mix *mix, unsigned int channel);
__u64 mix_deadline(struct mix *mix);

/* Dies unless @ret is a success or one of these errnos, which a 0 ends. */
void mix_allow(const char *what, long ret, const int *errnos);

void mix_send(struct mix *mix);
void mix_receive(struct mix *mix);
void mix_move_in(struct mix *mix);
void mix_move_out(struct mix *mix);
void mix_let_go(struct mix *mix);
void mix_fault(struct mix *mix);

/* lib/mix_objects.c: names, endpoints, and questions */
const char *mix_name(unsigned int channel);
void mix_open_end(struct mix *mix, struct mix_end *end, unsigned int channel);
void mix_create(struct mix *mix);
void mix_open(struct mix *mix);
void mix_unlink(struct mix *mix);
void mix_pair(struct mix *mix);
void mix_change(struct mix *mix);
void mix_reopen(struct mix *mix);
void mix_shutdown(struct mix *mix);
void mix_drain(struct mix *mix);
void mix_ask(struct mix *mix);
void mix_list(struct mix *mix);
void mix_unlink_all(void);

#endif /* _VBUF_MIX_H */
