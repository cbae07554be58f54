/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's own trace events: Documentation/events.rst tells what each means.
 *
 * Those of slots come with the channel's lock held, so that what a trace shows of
 * a channel is in the order in which it happened.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vbuf

#if !defined(VBUF_TRACEPOINTS_H) || defined(TRACE_HEADER_MULTI_READ)
#define VBUF_TRACEPOINTS_H

#include <linux/tracepoint.h>

#include "channel.h"
#include "endpoint.h"
#include "waiter.h"

#ifndef VBUF_TRACE_NAMES
#define VBUF_TRACE_NAMES

/* What a thread waits for, or is handed: a line's alert. */
#define vbuf_trace_what(_alert)				\
	__print_symbolic(_alert,			\
			 { VBUF_ALERT_SLOT, "slot" },	\
			 { VBUF_ALERT_MESSAGE, "message" }, \
			 { VBUF_ALERT_DRAIN, "drain" })

#endif /* VBUF_TRACE_NAMES */

/* A slot that holds no message. */
DECLARE_EVENT_CLASS(vbuf_slot,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot),
	TP_ARGS(ep, slot),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u64, endpoint)
		__field(u32, slot)
		__field(u32, depth)
	),
	TP_fast_assign(
		__entry->channel = ep->channel->id;
		__entry->endpoint = ep->id;
		__entry->slot = slot;
		__entry->depth = ep->channel->queue.count;
	),
	TP_printk("channel=%llu endpoint=%llu slot=%u depth=%u",
		  __entry->channel, __entry->endpoint, __entry->slot,
		  __entry->depth)
);

DEFINE_EVENT(vbuf_slot, vbuf_reserve,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot),
	TP_ARGS(ep, slot)
);

DEFINE_EVENT(vbuf_slot, vbuf_discard,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot),
	TP_ARGS(ep, slot)
);

/* A slot that holds a message. */
DECLARE_EVENT_CLASS(vbuf_message,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot),
	TP_ARGS(ep, slot),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u64, endpoint)
		__field(u64, seq)
		__field(u32, slot)
		__field(u32, len)
		__field(u32, depth)
	),
	TP_fast_assign(
		__entry->channel = ep->channel->id;
		__entry->endpoint = ep->id;
		__entry->seq = ep->channel->pool.slot[slot].seq;
		__entry->slot = slot;
		__entry->len = ep->channel->pool.slot[slot].len;
		__entry->depth = ep->channel->queue.count;
	),
	TP_printk("channel=%llu endpoint=%llu slot=%u seq=%llu len=%u depth=%u",
		  __entry->channel, __entry->endpoint, __entry->slot,
		  __entry->seq, __entry->len, __entry->depth)
);

DEFINE_EVENT(vbuf_message, vbuf_send,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot),
	TP_ARGS(ep, slot)
);

DEFINE_EVENT(vbuf_message, vbuf_commit,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot),
	TP_ARGS(ep, slot)
);

DEFINE_EVENT(vbuf_message, vbuf_acquire,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot),
	TP_ARGS(ep, slot)
);

DEFINE_EVENT(vbuf_message, vbuf_receive,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot),
	TP_ARGS(ep, slot)
);

DEFINE_EVENT(vbuf_message, vbuf_release,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot),
	TP_ARGS(ep, slot)
);

DEFINE_EVENT(vbuf_message, vbuf_redeliver,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot),
	TP_ARGS(ep, slot)
);

DEFINE_EVENT(vbuf_message, vbuf_undo,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot),
	TP_ARGS(ep, slot)
);

TRACE_EVENT(vbuf_drop,
	TP_PROTO(const struct vbuf_endpoint *ep, u32 slot, const u64 *counter),
	TP_ARGS(ep, slot, counter),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u64, endpoint)
		__field(u64, seq)
		__field(u32, slot)
		__field(u32, len)
		__field(u32, depth)
		__field(u32, reason)
	),
	TP_fast_assign(
		__entry->channel = ep->channel->id;
		__entry->endpoint = ep->id;
		__entry->seq = ep->channel->pool.slot[slot].seq;
		__entry->slot = slot;
		__entry->len = ep->channel->pool.slot[slot].len;
		__entry->depth = ep->channel->queue.count;
		__entry->reason = counter == &ep->channel->dropped_oldest ? 0 :
				  counter == &ep->channel->dropped_holder ? 1 : 2;
	),
	TP_printk("channel=%llu endpoint=%llu slot=%u seq=%llu len=%u depth=%u reason=%s",
		  __entry->channel, __entry->endpoint, __entry->slot,
		  __entry->seq, __entry->len, __entry->depth,
		  __print_symbolic(__entry->reason, { 0, "oldest" },
				   { 1, "holder" }, { 2, "deliveries" }))
);

TRACE_EVENT(vbuf_handoff,
	TP_PROTO(const struct vbuf_waiter *waiter, u32 what),
	TP_ARGS(waiter, what),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u64, endpoint)
		__field(u64, seq)
		__field(u32, slot)
		__field(u32, len)
		__field(u32, depth)
		__field(u32, what)
		__field(pid_t, pid)
	),
	TP_fast_assign(
		const struct vbuf_channel *ch = waiter->ep->channel;
		const struct vbuf_slot *slot = &ch->pool.slot[waiter->slot];
		bool full = what == VBUF_ALERT_MESSAGE;

		__entry->channel = ch->id;
		__entry->endpoint = waiter->ep->id;
		__entry->seq = full ? slot->seq : VBUF_NO_SEQ;
		__entry->slot = waiter->slot;
		__entry->len = full ? slot->len : 0;
		__entry->depth = ch->queue.count;
		__entry->what = what;
		__entry->pid = waiter->task->pid;
	),
	TP_printk("channel=%llu endpoint=%llu slot=%u seq=%lld len=%u depth=%u what=%s pid=%d",
		  __entry->channel, __entry->endpoint, __entry->slot,
		  __entry->seq, __entry->len, __entry->depth,
		  vbuf_trace_what(__entry->what), __entry->pid)
);

TRACE_EVENT(vbuf_block,
	TP_PROTO(const struct vbuf_waiter *waiter, const struct vbuf_line *line),
	TP_ARGS(waiter, line),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u64, endpoint)
		__field(u32, depth)
		__field(u32, what)
		__field(u32, waiting)
	),
	TP_fast_assign(
		__entry->channel = waiter->ep->channel->id;
		__entry->endpoint = waiter->ep->id;
		__entry->depth = waiter->ep->channel->queue.count;
		__entry->what = line->alert;
		__entry->waiting = line->count;
	),
	TP_printk("channel=%llu endpoint=%llu depth=%u what=%s waiting=%u",
		  __entry->channel, __entry->endpoint, __entry->depth,
		  vbuf_trace_what(__entry->what), __entry->waiting)
);

TRACE_EVENT(vbuf_wake,
	TP_PROTO(const struct vbuf_waiter *waiter),
	TP_ARGS(waiter),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u64, endpoint)
		__field(pid_t, pid)
		__field(int, result)
	),
	TP_fast_assign(
		__entry->channel = waiter->ep->channel->id;
		__entry->endpoint = waiter->ep->id;
		__entry->pid = waiter->task->pid;
		__entry->result = waiter->result;
	),
	TP_printk("channel=%llu endpoint=%llu pid=%d result=%d",
		  __entry->channel, __entry->endpoint, __entry->pid,
		  __entry->result)
);

TRACE_EVENT(vbuf_resume,
	TP_PROTO(const struct vbuf_waiter *waiter, const struct vbuf_line *line,
		 int result),
	TP_ARGS(waiter, line, result),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u64, endpoint)
		__field(u32, what)
		__field(int, result)
	),
	TP_fast_assign(
		__entry->channel = waiter->ep->channel->id;
		__entry->endpoint = waiter->ep->id;
		__entry->what = line->alert;
		__entry->result = result;
	),
	TP_printk("channel=%llu endpoint=%llu what=%s result=%d",
		  __entry->channel, __entry->endpoint,
		  vbuf_trace_what(__entry->what), __entry->result)
);

TRACE_EVENT(vbuf_notify,
	TP_PROTO(const struct vbuf_channel *ch, u32 in, u32 out, u32 hup),
	TP_ARGS(ch, in, out, hup),
	TP_STRUCT__entry(
		__field(u64, channel)
		__field(u32, in)
		__field(u32, out)
		__field(u32, hup)
	),
	TP_fast_assign(
		__entry->channel = ch->id;
		__entry->in = in;
		__entry->out = out;
		__entry->hup = hup;
	),
	TP_printk("channel=%llu in=%u out=%u hup=%s", __entry->channel,
		  __entry->in, __entry->out,
		  __entry->hup ? __print_flags(__entry->hup, "|",
			{ VBUF_RIGHT_RECV, "receive" },
			{ VBUF_RIGHT_SEND, "send" }) : "none")
);

#endif /* VBUF_TRACEPOINTS_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE tracepoints
#include <trace/define_trace.h>
