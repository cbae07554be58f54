/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vbuf: what comes by the channel of a trace session (VBUF_IOC_TRACE).
 */
#ifndef _UAPI_LINUX_VBUF_TRACE_H
#define _UAPI_LINUX_VBUF_TRACE_H

#include <linux/types.h>

/**
 * DOC: The trace stream
 *
 * Each message of a trace session's channel is a header (struct vbuf_trace_header)
 * and the records (struct vbuf_trace_record) of one processor that follow what it
 * told before; so each processor's come in their order. What happened on several is
 * put in order by the time, which is of one clock, CLOCK_MONOTONIC of the initial
 * time namespace as ktime_get_mono_fast_ns() gives it: two processors may differ by
 * some tens of ns. Of one thread, no two
 * records have the same time, and what happened later has the later one.
 *
 * Numbers are in the byte order of the machine. A reader skips by
 * @record_size, so that records can grow, and skips types that it does not know. A
 * @version that it does not know it cannot read.
 *
 * Threads, processes and channels are told by their numbers: threads and processes as
 * the opener's pid namespace has them, channels as the netlink family does. What the
 * opener may not know is 0: the number of a thread that woke another, if it is not one
 * that the opener may see; without %CAP_PERFMON in the initial user namespace, the number
 * of an interrupt that woke one; and a channel of another network namespace than that of
 * the opener, of whose messages nothing is told.
 */

#define VBUF_TRACE_VERSION	1U

/**
 * struct vbuf_trace_header - what a message begins with
 * @version: %VBUF_TRACE_VERSION
 * @record_size: bytes from one record to the next
 * @cpu: the processor whose records these are
 * @count: how many follow
 */
struct vbuf_trace_header {
	__u32 version;
	__u32 record_size;
	__u32 cpu;
	__u32 count;
};

/**
 * enum vbuf_trace_type - what a record tells
 * @VBUF_TRACE_LOST: @count records of this processor, between the record before and
 *	the next one, found no room. Comes whatever was asked for; @tid is 0
 * @VBUF_TRACE_THREAD: thread @tid of process @pid has an account from now on, or
 *	another name: @comm. Of those that had one as the session began,
 *	%VBUF_CMD_THREAD_GET tells. A thread that calls execve() gets its process's
 *	number: if that was not its own before, there is no more of the old one
 * @VBUF_TRACE_EXIT: thread @tid ends, and its account does
 * @VBUF_TRACE_RUN: thread @tid runs from now on
 * @VBUF_TRACE_STOP: thread @tid does not run any more; it is in @state, and, where it
 *	waits in SEND or RECV, of @channel
 * @VBUF_TRACE_WAKE: thread @tid, which slept, is ready from now on: it was woken in
 *	@context, of which @source is the number, by thread @by if that is a thread's
 * @VBUF_TRACE_MIGRATE: thread @tid is to run on processor @to
 * @VBUF_TRACE_IRQ: an interrupt begins on top of thread @tid: @context and @source
 * @VBUF_TRACE_IRQ_END: it ends
 * @VBUF_TRACE_FAULT: thread @tid has a page fault, in the mode that @kernel tells
 * @VBUF_TRACE_MESSAGE: thread @tid has received a message: its account. Of one that it
 *	could not keep, as its endpoint was shut down meanwhile, it may come, too
 */
enum vbuf_trace_type {
	VBUF_TRACE_LOST = 1,
	VBUF_TRACE_THREAD,
	VBUF_TRACE_EXIT,
	VBUF_TRACE_RUN,
	VBUF_TRACE_STOP,
	VBUF_TRACE_WAKE,
	VBUF_TRACE_MIGRATE,
	VBUF_TRACE_IRQ,
	VBUF_TRACE_IRQ_END,
	VBUF_TRACE_FAULT,
	VBUF_TRACE_MESSAGE,

	/* private: */
	__VBUF_TRACE_MAX,
	VBUF_TRACE_MAX = __VBUF_TRACE_MAX - 1
};

/**
 * enum vbuf_trace_state - what a thread does that does not run
 * @VBUF_TRACE_READY: waits for a processor
 * @VBUF_TRACE_IN_SEND: waits for a slot
 * @VBUF_TRACE_IN_RECV: waits for a message
 * @VBUF_TRACE_ASLEEP: sleeps otherwise
 */
enum vbuf_trace_state {
	VBUF_TRACE_READY = 1,
	VBUF_TRACE_IN_SEND,
	VBUF_TRACE_IN_RECV,
	VBUF_TRACE_ASLEEP,
};

/**
 * enum vbuf_trace_context - in which context something happens
 * @VBUF_TRACE_TASK: a thread's own
 * @VBUF_TRACE_HARDIRQ: a device's interrupt; its number is that of /proc/interrupts
 * @VBUF_TRACE_VECTOR: an interrupt that has no such number: of the local timer, or
 *	from another processor; its number is the processor's vector
 * @VBUF_TRACE_SOFTIRQ: a softirq; its number is the place of its name in
 *	/proc/softirqs, from 0
 */
enum vbuf_trace_context {
	VBUF_TRACE_TASK = 1,
	VBUF_TRACE_HARDIRQ,
	VBUF_TRACE_VECTOR,
	VBUF_TRACE_SOFTIRQ,
};

/**
 * struct vbuf_trace_record - one thing that happened
 * @time_ns: when
 * @type: what, &enum vbuf_trace_type
 * @tid: the thread that it happened to
 * @count: records that were lost
 * @pid: the thread's process
 * @comm: the thread's name, NUL-terminated
 * @state: &enum vbuf_trace_state
 * @kernel: the fault was in the kernel's mode, else in the thread's
 * @to: a processor
 * @context: &enum vbuf_trace_context; of a message, in which its receiver was woken,
 *	0 if it had not slept
 * @source: the number of an interrupt; 0 if it is not known
 * @by: the thread that woke; 0 if none did, or if it is not told
 * @channel: the channel's id
 * @seq: the message's number in its channel
 * @queued_ns: from its sending until the receiver called for it, or, if that slept for
 *	it, was woken; 0 if the receiver was called before and did not sleep
 * @waking_ns: from then until the receiver ran, if it slept
 * @receiving_ns: from then until it had the message. The three add up to @time_ns less
 *	the time of sending, and are exact to what the clocks of two processors differ
 * @len: bytes of the message
 */
struct vbuf_trace_record {
	__u64 time_ns;
	__u16 type;
	__u16 context;
	__u32 tid;
	__u32 by;
	union {
		__u32 source;
		__u32 state;
		__u32 kernel;
		__u32 to;
		__u32 pid;
		__u32 len;
	};
	__u64 channel;
	union {
		__extension__ struct {
			__u64 seq;
			__u64 queued_ns;
			__u64 waking_ns;
			__u64 receiving_ns;
		};
		__u64 count;
		char comm[16];
	};
};

#endif /* _UAPI_LINUX_VBUF_TRACE_H */
