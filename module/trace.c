// SPDX-License-Identifier: GPL-2.0
/*
 * The trace events, and what is called where one happens that somebody traces.
 */
#include "channel.h"
#include "endpoint.h"
#include "trace.h"
#include "waiter.h"

#define CREATE_TRACE_POINTS
#include "tracepoints.h"

void vbuf_traced_reserve(const struct vbuf_endpoint *ep, u32 n)
{
	trace_vbuf_reserve(ep, n);
}

void vbuf_traced_discard(const struct vbuf_endpoint *ep, u32 n)
{
	trace_vbuf_discard(ep, n);
}

void vbuf_traced_send(const struct vbuf_endpoint *ep, u32 n)
{
	trace_vbuf_send(ep, n);
}

void vbuf_traced_commit(const struct vbuf_endpoint *ep, u32 n)
{
	trace_vbuf_commit(ep, n);
}

void vbuf_traced_acquire(const struct vbuf_endpoint *ep, u32 n)
{
	trace_vbuf_acquire(ep, n);
}

void vbuf_traced_receive(const struct vbuf_endpoint *ep, u32 n)
{
	trace_vbuf_receive(ep, n);
}

void vbuf_traced_release(const struct vbuf_endpoint *ep, u32 n)
{
	trace_vbuf_release(ep, n);
}

void vbuf_traced_redeliver(const struct vbuf_endpoint *ep, u32 n)
{
	trace_vbuf_redeliver(ep, n);
}

void vbuf_traced_undo(const struct vbuf_endpoint *ep, u32 n)
{
	trace_vbuf_undo(ep, n);
}

void vbuf_traced_drop(const struct vbuf_endpoint *ep, u32 n,
		      const u64 *counter)
{
	trace_vbuf_drop(ep, n, counter);
}

void vbuf_traced_handoff(const struct vbuf_waiter *waiter, u32 what)
{
	trace_vbuf_handoff(waiter, what);
}

void vbuf_traced_block(const struct vbuf_waiter *waiter,
		       const struct vbuf_line *line)
{
	trace_vbuf_block(waiter, line);
}

void vbuf_traced_wake(const struct vbuf_waiter *waiter)
{
	trace_vbuf_wake(waiter);
}

void vbuf_traced_resume(const struct vbuf_waiter *waiter,
			const struct vbuf_line *line, int result)
{
	trace_vbuf_resume(waiter, line, result);
}

void vbuf_traced_notify(const struct vbuf_channel *ch, u32 in, u32 out,
			u32 hup)
{
	trace_vbuf_notify(ch, in, out, hup);
}

/* Each slot of a chain; its lock is held, which is at most VBUF_BATCH long. */
void vbuf_traced_chain(void (*traced)(const struct vbuf_endpoint *ep, u32 n),
		       const struct vbuf_endpoint *ep,
		       const struct vbuf_chain *chain)
{
	const struct vbuf_slot *slot = ep->channel->pool.slot;
	u32 n = chain->head, i;

	for (i = 0; i < chain->count; i++) {
		traced(ep, n);
		n = slot[n].next;
	}
}
