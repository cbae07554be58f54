/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_THREADS_H
#define VBUF_THREADS_H

#include <linux/jump_label.h>
#include <linux/types.h>

#include "thread.h"

struct file;
struct task_struct;
struct vbuf_channel;
struct vbuf_endpoint;

/**
 * DOC: The accounts of threads
 *
 * While somebody asks, each thread that calls on a file of /dev/vbuf, by ioctl(),
 * read() or write(), has an account (thread.h) from then on, until it ends. Nobody asks
 * but trace sessions (sessions.h): while there are none, all this costs one instruction
 * that does nothing a call, one a wait, and one a message received.
 *
 * To begin: the probes are attached, then accounts may begin, then threads come to
 * look whether they have one. To end: threads look no more, none begins, the probes
 * are detached and run nowhere any more, and all accounts are freed.
 */

/**
 * struct vbuf_thread_place - how far somebody has looked
 * @bucket: among accounts of this hash
 * @id: up to this one
 */
struct vbuf_thread_place {
	u32 bucket;
	u64 id;
};

/**
 * struct vbuf_thread_look - what is to be seen of an account at one moment
 * @tid: the thread's number in the asker's pid namespace
 * @pid: its process's
 * @comm: its name
 * @sums: what the account says
 */
struct vbuf_thread_look {
	pid_t tid;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	struct vbuf_thread_sums sums;
};

DECLARE_STATIC_KEY_FALSE(vbuf_threads_asked);

int vbuf_threads_get(void);
void vbuf_threads_put(bool rest);
bool vbuf_threads_next(struct vbuf_thread_place *place,
		       struct vbuf_thread_look *look);

void vbuf_threads_called(const struct file *file, bool receives);
void vbuf_threads_wait(enum vbuf_thread_time sleep,
		       const struct vbuf_channel *ch);
void vbuf_threads_waited(struct vbuf_endpoint *ep);

/* What follows is for probes. */
struct vbuf_thread *vbuf_threads_find(const struct task_struct *task);
void vbuf_threads_switch(const struct task_struct *next,
			 enum vbuf_thread_stop stop);
void vbuf_threads_exit(void);

/* Whether somebody asks. */
static __always_inline bool vbuf_threads_are_asked(void)
{
#ifdef VBUF_NO_TRACE
	return false;
#else
	return static_branch_unlikely(&vbuf_threads_asked);
#endif
}

/* The caller calls on a file of /dev/vbuf; it may receive a message if @receives. */
static __always_inline void vbuf_threads_enter(const struct file *file,
					       bool receives)
{
	if (vbuf_threads_are_asked())
		vbuf_threads_called(file, receives);
}

/* The caller is about to wait for what @sleep says. */
static __always_inline void vbuf_threads_note_wait(enum vbuf_thread_time sleep,
						   const struct vbuf_channel *ch)
{
	if (vbuf_threads_are_asked())
		vbuf_threads_wait(sleep, ch);
}

/* The caller waits no more, by @ep. */
static __always_inline void vbuf_threads_note_waited(struct vbuf_endpoint *ep)
{
	if (vbuf_threads_are_asked())
		vbuf_threads_waited(ep);
}

#endif /* VBUF_THREADS_H */
