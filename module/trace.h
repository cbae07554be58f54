/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_TRACE_H
#define VBUF_TRACE_H

#include <linux/tracepoint-defs.h>
#include <linux/types.h>

struct vbuf_chain;
struct vbuf_channel;
struct vbuf_endpoint;
struct vbuf_line;
struct vbuf_waiter;

/**
 * DOC: Trace events
 *
 * tracepoints.h has them, Documentation/events.rst tells what they mean. Where one
 * happens stands vbuf_trace(): while nobody traces, that is one instruction which
 * does nothing, and in whose place a jump is put once somebody does. The rest is
 * called, so that the hot paths, which are inline, are no longer for it.
 *
 * A module built with VBUF_NO_TRACE has none of them, and of the accounts of threads
 * and messages (threads.h) none begins: so that what they cost can be measured.
 *
 * Those of slots happen with the channel's lock held: so a trace has what happened
 * to a channel in its order, and who traces pays by a longer holding.
 */

#ifdef VBUF_NO_TRACE
#define vbuf_trace_wanted(_event)	((void)sizeof(__tracepoint_vbuf_##_event), false)
#else
#define vbuf_trace_wanted(_event)	tracepoint_enabled(vbuf_##_event)
#endif

/* An event happens. */
#define vbuf_trace(_event, ...)						\
do {									\
	if (vbuf_trace_wanted(_event))				\
		vbuf_traced_##_event(__VA_ARGS__);			\
} while (0)

/* An event of a slot happens to each of a chain. */
#define vbuf_trace_chain(_event, _ep, _chain)				\
do {									\
	if (vbuf_trace_wanted(_event))				\
		vbuf_traced_chain(vbuf_traced_##_event, _ep, _chain);	\
} while (0)

DECLARE_TRACEPOINT(vbuf_reserve);
DECLARE_TRACEPOINT(vbuf_discard);
DECLARE_TRACEPOINT(vbuf_send);
DECLARE_TRACEPOINT(vbuf_commit);
DECLARE_TRACEPOINT(vbuf_acquire);
DECLARE_TRACEPOINT(vbuf_receive);
DECLARE_TRACEPOINT(vbuf_release);
DECLARE_TRACEPOINT(vbuf_redeliver);
DECLARE_TRACEPOINT(vbuf_undo);
DECLARE_TRACEPOINT(vbuf_drop);
DECLARE_TRACEPOINT(vbuf_handoff);
DECLARE_TRACEPOINT(vbuf_block);
DECLARE_TRACEPOINT(vbuf_wake);
DECLARE_TRACEPOINT(vbuf_resume);
DECLARE_TRACEPOINT(vbuf_notify);

void vbuf_traced_reserve(const struct vbuf_endpoint *ep, u32 n);
void vbuf_traced_discard(const struct vbuf_endpoint *ep, u32 n);
void vbuf_traced_send(const struct vbuf_endpoint *ep, u32 n);
void vbuf_traced_commit(const struct vbuf_endpoint *ep, u32 n);
void vbuf_traced_acquire(const struct vbuf_endpoint *ep, u32 n);
void vbuf_traced_receive(const struct vbuf_endpoint *ep, u32 n);
void vbuf_traced_release(const struct vbuf_endpoint *ep, u32 n);
void vbuf_traced_redeliver(const struct vbuf_endpoint *ep, u32 n);
void vbuf_traced_undo(const struct vbuf_endpoint *ep, u32 n);
void vbuf_traced_drop(const struct vbuf_endpoint *ep, u32 n,
		      const u64 *counter);
void vbuf_traced_handoff(const struct vbuf_waiter *waiter, u32 what);
void vbuf_traced_block(const struct vbuf_waiter *waiter,
		       const struct vbuf_line *line);
void vbuf_traced_wake(const struct vbuf_waiter *waiter);
void vbuf_traced_resume(const struct vbuf_waiter *waiter,
			const struct vbuf_line *line, int result);
void vbuf_traced_notify(const struct vbuf_channel *ch, u32 in, u32 out,
			u32 hup);

void vbuf_traced_chain(void (*traced)(const struct vbuf_endpoint *ep, u32 n),
		       const struct vbuf_endpoint *ep,
		       const struct vbuf_chain *chain);

#endif /* VBUF_TRACE_H */
