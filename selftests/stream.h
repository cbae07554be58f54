/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A trace session of a test's own, and the records that came by it: lib/stream.c.
 * A message that is not as linux/vbuf_trace.h says ends the test, and so does all
 * other trouble.
 */
#ifndef _VBUF_STREAM_H
#define _VBUF_STREAM_H

#include <linux/vbuf_trace.h>

#include "vbuf_test.h"

#define STREAM_BIT(type)	(1ULL << VBUF_TRACE_##type)
#define STREAM_ALL		((2ULL << VBUF_TRACE_MAX) - STREAM_BIT(LOST))
/* Without those that come often, and have nothing to do with channels. */
#define STREAM_STORY \
	(STREAM_ALL & ~(STREAM_BIT(IRQ) | STREAM_BIT(IRQ_END) | STREAM_BIT(FAULT)))

/* @nr counts those of its processor, as they came. */
struct stream_record {
	struct vbuf_trace_record is;
	__u32 cpu;
	__u32 nr;
};

struct stream {
	int fd;
	__u64 types;			/* of those asked for, which there are */
	struct stream_record *records;	/* by time, once it has caught up */
	unsigned int count;
	unsigned int room;
	__u64 lost;			/* that were said to be */
	__u32 nr[1024];			/* by processor */

	/* A channel of its own, whose messages show how far it has come. */
	int mark_rx;
	int mark_tx;
	__u64 mark;			/* its id */
	__u64 marks;			/* that were made */
};

/* What a session is asked for, and the asking: a descriptor or -errno. */
struct vbuf_trace stream_args(__u64 types);
int stream_ask(struct vbuf_trace *trace);

/*
 * A session that records @types and messages; and one as @trace says. Then all that
 * happened before is in @records, whatever processor it happened on; the calling
 * thread has to be one that the session tells of.
 */
struct stream *stream_begin(__u64 types);
struct stream *stream_begin_as(struct vbuf_trace trace);
void stream_catch_up(struct stream *stream);
void stream_end(struct stream *stream);

/* Those that have come by now, without waiting. */
void stream_take(struct stream *stream);

/*
 * The first record of a thread and type behind @after, or from the first on; of any
 * thread, or of any type, where that is 0. NULL if there is none.
 */
const struct stream_record *stream_next(const struct stream *stream,
					const struct stream_record *after,
					__u32 tid, __u16 type);
unsigned int stream_count(const struct stream *stream, __u32 tid, __u16 type);

/* Of no thread and processor does the time go back; of no thread it stands still. */
bool stream_is_in_order(const struct stream *stream);

/* Of a thread, or of all: 0; in the test's output. */
void stream_show(const struct stream *stream, __u32 tid);

#endif /* _VBUF_STREAM_H */
