/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the storms share: their size and seed, memory that outlives a killed
 * child, messages that tell whether they are whole, and crews of processes
 * whose members are killed and replaced.
 */
#ifndef _VBUF_STORM_H
#define _VBUF_STORM_H

#include "vbuf_test.h"

/* lib/storm.c */
unsigned int storm_scale(unsigned int n);
unsigned int storm_few(unsigned int n, unsigned int few);
__u64 storm_seed(void);
__u32 storm_below(__u64 *state, __u32 n);
/* The second processor, which goes and comes as the kernel is told by this file. */
#define STORM_CPU1	"/sys/devices/system/cpu/cpu1/online"
void storm_set_cpu1(bool online);
void *storm_shared(size_t size);
int storm_kill(pid_t pid);

/* A numbered message; @sum tells a torn or foreign one. */
#define STORM_WORDS	5

struct storm_msg {
	__u32 who;
	__u32 nr;
	__u64 words[STORM_WORDS];
	__u64 sum;
};

void storm_fill(struct storm_msg *msg, __u32 who, __u32 nr);
bool storm_whole(const struct storm_msg *msg);
void storm_vector(struct vbuf_msg *vec, struct storm_msg *msgs, unsigned int n);

/*
 * lib/cross.c: every way for messages to cross
 *
 * Moves at least one of the @n messages, CROSS_BATCH at the most, and returns
 * how many, or -errno; a receiver at the end of the stream has -EPIPE.
 */
#define CROSS_BATCH	8U

typedef long (*crossing)(int fd, struct storm_msg *msgs, unsigned int n);

long cross_send(int fd, struct storm_msg *msgs, unsigned int n);
long cross_write(int fd, struct storm_msg *msgs, unsigned int n);
long cross_writev(int fd, struct storm_msg *msgs, unsigned int n);
long cross_sendv(int fd, struct storm_msg *msgs, unsigned int n);
long cross_recv(int fd, struct storm_msg *msgs, unsigned int n);
long cross_read(int fd, struct storm_msg *msgs, unsigned int n);
long cross_readv(int fd, struct storm_msg *msgs, unsigned int n);
long cross_recvv(int fd, struct storm_msg *msgs, unsigned int n);
long cross_hold(int fd, struct storm_msg *msgs, unsigned int n);
long cross_move_in(int fd, struct storm_msg *msgs, unsigned int n);
long cross_move_out(int fd, struct storm_msg *msgs, unsigned int n);

/*
 * lib/crew.c: worker processes that are killed and replaced
 *
 * Each member that was ever born has a number of its own, by which it finds its
 * place in shared memory. @work runs in the member, which exits 0 after it.
 */
#define CREW_MAX	10U

struct crew {
	unsigned int size;
	unsigned int born;
	void (*work)(unsigned int born, void *ctx);
	void *ctx;
	pid_t pid[CREW_MAX];
};

void crew_begin(struct crew *crew);
int crew_kill(struct crew *crew, unsigned int which);
void crew_end(struct crew *crew);
int crew_wait(struct crew *crew);

/* lib/module.c */
unsigned int storm_reload(struct crew *crew, const unsigned int *done,
			  unsigned int rounds);

#endif /* _VBUF_STORM_H */
