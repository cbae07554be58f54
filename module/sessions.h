/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_SESSIONS_H
#define VBUF_SESSIONS_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <linux/vbuf_trace.h>

#include "thread.h"

struct task_struct;
struct vbuf_endpoint;
struct vbuf_session;
struct vbuf_trace;

/**
 * DOC: Trace sessions
 *
 * Who opens one asks for accounts, and gets records of what they are made from, as far
 * as it may see whom they are about, through a channel:
 *
 *   probe ------> the processor's buffer ------> worker -----> channel ------> reader
 *   writes,       (a ring of records)            looks every   SEND with
 *   and no more                                  10 ms         DONTWAIT
 *
 * Probes run within the scheduler, and within the wake-ups that a SEND makes: so they
 * write to memory of their own processor and wake nobody. A buffer has one writer,
 * with interrupts off, and one reader, the session's worker: no lock, a head and a
 * tail. If the channel is full, records stay in the buffers; if a buffer is full they
 * are lost, and the next one that is not is preceded by their number.
 *
 * The channel is one as others are, but for what sends into it: an endpoint without a
 * file. The session ends with the file that was opened for it; other receivers of its
 * channel meet the hang-up.
 */

/* Bytes of a record that all kinds have, from the first on. */
#define VBUF_RECORD_HEAD	offsetof(struct vbuf_trace_record, seq)

/**
 * struct vbuf_record - what all sessions are told, each as it may see it
 * @told: all but @tid and @pid; @by in the initial pid namespace. What is behind the
 *	head is there in those kinds alone that have something there
 * @task: the thread that it is about, which cannot go meanwhile
 * @by_whose: whose @by is, if there is that
 * @netns: the cookie of the network namespace of the channel that it names, if it does
 */
struct vbuf_record {
	struct vbuf_trace_record told;
	struct task_struct *task;
	struct vbuf_owner by_whose;
	u64 netns;
};

int vbuf_session_check(struct vbuf_trace *arg);
struct vbuf_session *vbuf_session_create(const struct vbuf_trace *arg);
int vbuf_session_begin(struct vbuf_session *session, struct vbuf_endpoint *ep);
struct vbuf_endpoint *vbuf_session_end(struct vbuf_session *session);
void vbuf_session_destroy(struct vbuf_session *session);

extern unsigned long vbuf_sessions_types;
extern bool vbuf_sessions_ask_whose;

void vbuf_sessions_tell(const struct vbuf_record *record);

/* Whether any session wants records of @type: else none needs to be made. */
static inline bool vbuf_sessions_want(enum vbuf_trace_type type)
{
	return READ_ONCE(vbuf_sessions_types) & BIT(type);
}

#endif /* VBUF_SESSIONS_H */
