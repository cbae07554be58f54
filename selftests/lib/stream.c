// SPDX-License-Identifier: GPL-2.0
/* Trace sessions: asking for one, and reading it with a critical eye. */
#include "stream.h"

#define SLOT_SIZE	65536U
#define PATIENCE_MSEC	20000U

struct vbuf_trace stream_args(__u64 types)
{
	return (struct vbuf_trace) {
		.size = sizeof(struct vbuf_trace), .slots = 256,
		.slot_size = SLOT_SIZE, .buffer = 65536, .types = types };
}

int stream_ask(struct vbuf_trace *trace)
{
	int fd = vt_device();
	long ret = vt_ioctl(fd, VBUF_IOC_TRACE, trace);

	if (!ret)
		return fd;
	close(fd);
	return ret;
}

/* What is taken out of it is what it is marked with, and marks nothing twice. */
static void make_mark(struct stream *stream)
{
	struct vbuf_attr attr = vt_attr(2, 8);

	vt_pair(&stream->mark_rx, &stream->mark_tx, attr);
	stream->mark = vt_getattr(stream->mark_rx).id;
}

struct stream *stream_begin_as(struct vbuf_trace trace)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		vt_die("memory for a trace");
	stream->fd = stream_ask(&trace);
	if (stream->fd < 0)
		vt_die("a trace session: %d", stream->fd);
	stream->types = trace.types;
	make_mark(stream);
	return stream;
}

struct stream *stream_begin(__u64 types)
{
	return stream_begin_as(stream_args(types | STREAM_BIT(MESSAGE)));
}

void stream_end(struct stream *stream)
{
	close(stream->fd);
	close(stream->mark_rx);
	close(stream->mark_tx);
	free(stream->records);
	free(stream);
}

static void check_header(const struct stream *stream,
			 const struct vbuf_trace_header *header, size_t len)
{
	if (header->version != VBUF_TRACE_VERSION ||
	    header->record_size != sizeof(struct vbuf_trace_record))
		vt_die("version %u, records of %u", header->version,
		       header->record_size);
	if (header->cpu >= sizeof(stream->nr) / sizeof(stream->nr[0]) ||
	    header->cpu >= (__u32)sysconf(_SC_NPROCESSORS_CONF))
		vt_die("processor %u", header->cpu);
	if (!header->count || len != sizeof(*header) +
				     header->count * header->record_size)
		vt_die("%u records in %zu bytes", header->count, len);
}

static bool is_context(__u16 context, bool may_be_none)
{
	return context ? context <= VBUF_TRACE_SOFTIRQ : may_be_none;
}

static bool is_clear_behind(const struct vbuf_trace_record *record, size_t at)
{
	const char *bytes = (const char *)record;

	while (at < sizeof(*record))
		if (bytes[at++])
			return false;
	return true;
}

/* Behind what its type has there is nothing: no byte of the kernel's. */
static bool is_clear(const struct vbuf_trace_record *record)
{
	size_t name = offsetof(struct vbuf_trace_record, comm);

	switch (record->type) {
	case VBUF_TRACE_MESSAGE:
		return true;
	case VBUF_TRACE_LOST:
		return is_clear_behind(record, name + sizeof(record->count));
	case VBUF_TRACE_THREAD:
		return is_clear_behind(record, name + strnlen(record->comm, 16));
	default:
		return is_clear_behind(record, name);
	}
}

/* Whether its fields are such as its type may have. */
static bool makes_sense(const struct vbuf_trace_record *record)
{
	bool is_of_none = record->type == VBUF_TRACE_LOST;

	if (!record->time_ns || !record->tid != is_of_none || !is_clear(record))
		return false;
	switch (record->type) {
	case VBUF_TRACE_LOST:
		return record->count;
	case VBUF_TRACE_THREAD:
		return record->pid && memchr(record->comm, 0, 16);
	case VBUF_TRACE_STOP:
		return record->state && record->state <= VBUF_TRACE_ASLEEP &&
		       (!record->channel || record->state == VBUF_TRACE_IN_SEND ||
			record->state == VBUF_TRACE_IN_RECV);
	case VBUF_TRACE_WAKE:
		return is_context(record->context, false) &&
		       (!record->by || record->context == VBUF_TRACE_TASK);
	case VBUF_TRACE_IRQ:
	case VBUF_TRACE_IRQ_END:
		return is_context(record->context, false) &&
		       record->context != VBUF_TRACE_TASK;
	case VBUF_TRACE_FAULT:
		return record->kernel <= 1;
	case VBUF_TRACE_MESSAGE:
		return record->channel && is_context(record->context, true);
	default:
		return record->type <= VBUF_TRACE_MAX;
	}
}

static void show(const struct stream_record *record);

static void add(struct stream *stream, const char *bytes, __u32 cpu)
{
	struct stream_record *record;

	if (stream->count == stream->room) {
		stream->room = stream->room ? 2 * stream->room : 4096;
		stream->records = realloc(stream->records, stream->room *
					  sizeof(*stream->records));
		if (!stream->records)
			vt_die("memory for records");
	}
	record = &stream->records[stream->count++];
	memcpy(&record->is, bytes, sizeof(record->is));
	record->cpu = cpu;
	record->nr = stream->nr[cpu]++;
	if (record->is.type == VBUF_TRACE_LOST)
		stream->lost += record->is.count;
	if (!makes_sense(&record->is)) {
		show(record);
		vt_die("a record of no sense");
	}
}

/* False if there is no message now. */
static bool take_one(struct stream *stream)
{
	static char bytes[SLOT_SIZE];
	struct vbuf_trace_header header;
	long len;
	__u32 i;

	len = vt_recv(stream->fd, bytes, sizeof(bytes), VBUF_DONTWAIT);
	if (len == -EAGAIN)
		return false;
	if (len < (long)sizeof(header))
		vt_die("a message of the trace: %ld", len);
	memcpy(&header, bytes, sizeof(header));
	check_header(stream, &header, len);
	for (i = 0; i < header.count; i++)
		add(stream, bytes + sizeof(header) + i * header.record_size,
		    header.cpu);
	return true;
}

void stream_take(struct stream *stream)
{
	while (take_one(stream))
		;
}

static int by_time(const void *a, const void *b)
{
	const struct stream_record *x = a, *y = b;

	if (x->is.time_ns != y->is.time_ns)
		return x->is.time_ns < y->is.time_ns ? -1 : 1;
	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? -1 : 1;
	return x->nr < y->nr ? -1 : 1;
}

static int by_thread(const void *a, const void *b)
{
	const struct stream_record *x = a, *y = b;

	if (x->is.tid != y->is.tid)
		return x->is.tid < y->is.tid ? -1 : 1;
	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? -1 : 1;
	return x->nr < y->nr ? -1 : 1;
}

static void sort(const struct stream *stream,
		 int (*by)(const void *a, const void *b))
{
	if (stream->count)
		qsort(stream->records, stream->count, sizeof(*stream->records),
		      by);
}

/* Whether the message that was just sent and received there has come. */
static bool has_come(const struct stream *stream, __u32 cpu)
{
	const struct vbuf_trace_record *record;
	unsigned int i;

	for (i = stream->count; i--; ) {
		record = &stream->records[i].is;
		if (record->type == VBUF_TRACE_MESSAGE &&
		    record->channel == stream->mark &&
		    record->seq + 1 == stream->marks)
			return stream->records[i].cpu == cpu;
	}
	return false;
}

static void mark(struct stream *stream)
{
	stream->marks++;
	if (vt_put(stream->mark_tx, 'm') || vt_take(stream->mark_rx) != 'm')
		vt_die("mark a trace");
}

/* A mark may be lost, where much is, so there is more than one. */
static void catch_up_on(struct stream *stream, __u32 cpu)
{
	__u64 end = vt_in(vt_scaled(PATIENCE_MSEC));
	int tries;

	while (vt_now() < end) {
		mark(stream);
		for (tries = 0; tries < 10; tries++) {
			vt_poll(stream->fd, POLLIN);
			stream_take(stream);
			if (has_come(stream, cpu))
				return;
			usleep(10000);
		}
	}
	stream_show(stream, gettid());
	vt_die("the trace of processor %u does not come", cpu);
}

void stream_catch_up(struct stream *stream)
{
	cpu_set_t before, one;
	int cpu;

	if (sched_getaffinity(0, sizeof(before), &before))
		vt_die("sched_getaffinity");
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!sched_setaffinity(0, sizeof(one), &one))
			catch_up_on(stream, cpu);
	}
	if (sched_setaffinity(0, sizeof(before), &before))
		vt_die("sched_setaffinity");
	sort(stream, by_time);
}

const struct stream_record *stream_next(const struct stream *stream,
					const struct stream_record *after,
					__u32 tid, __u16 type)
{
	const struct stream_record *end = stream->records + stream->count;
	const struct stream_record *at = after ? after + 1 : stream->records;

	for (; at < end; at++)
		if ((!tid || at->is.tid == tid) && (!type || at->is.type == type))
			return at;
	return NULL;
}

unsigned int stream_count(const struct stream *stream, __u32 tid, __u16 type)
{
	const struct stream_record *at = NULL;
	unsigned int count = 0;

	while ((at = stream_next(stream, at, tid, type)))
		count++;
	return count;
}

/* Told by one processor, one after the other, or at one time by whichever. */
static bool is_in_order(const struct stream_record *x,
			const struct stream_record *y)
{
	if (x->is.tid != y->is.tid || x->is.time_ns < y->is.time_ns ||
	    x->is.type == VBUF_TRACE_LOST)
		return true;
	if (x->cpu != y->cpu && x->is.time_ns != y->is.time_ns)
		return true;
	show(x);
	show(y);
	return false;
}

/* Whether all that follow one another are, as they are sorted now. */
static bool are_in_order(const struct stream *stream)
{
	bool is_right = true;
	unsigned int i;

	for (i = 1; i < stream->count; i++)
		is_right &= is_in_order(&stream->records[i - 1],
					&stream->records[i]);
	return is_right;
}

static int by_thread_and_time(const void *a, const void *b)
{
	const struct stream_record *x = a, *y = b;

	if (x->is.tid != y->is.tid)
		return x->is.tid < y->is.tid ? -1 : 1;
	return by_time(a, b);
}

bool stream_is_in_order(const struct stream *stream)
{
	bool is_right;

	sort(stream, by_thread);
	is_right = are_in_order(stream);
	sort(stream, by_thread_and_time);
	is_right &= are_in_order(stream);
	sort(stream, by_time);
	return is_right;
}

static const char *const types[] = {
	[VBUF_TRACE_LOST] = "LOST", [VBUF_TRACE_THREAD] = "THREAD",
	[VBUF_TRACE_EXIT] = "EXIT", [VBUF_TRACE_RUN] = "RUN",
	[VBUF_TRACE_STOP] = "STOP", [VBUF_TRACE_WAKE] = "WAKE",
	[VBUF_TRACE_MIGRATE] = "MIGRATE", [VBUF_TRACE_IRQ] = "IRQ",
	[VBUF_TRACE_IRQ_END] = "IRQ_END", [VBUF_TRACE_FAULT] = "FAULT",
	[VBUF_TRACE_MESSAGE] = "MESSAGE",
};

static const char *type_of(const struct vbuf_trace_record *record)
{
	bool is_known = record->type && record->type <= VBUF_TRACE_MAX;

	return is_known ? types[record->type] : "?";
}

/* What all have, in their order; then what only some have. */
static void show(const struct stream_record *record)
{
	const struct vbuf_trace_record *is = &record->is;

	fprintf(stderr, "# %llu.%09llu [%u] %s %u: %u, context %u, by %u, channel %llu",
		is->time_ns / VT_NSEC_PER_SEC, is->time_ns % VT_NSEC_PER_SEC,
		record->cpu, type_of(is), is->tid, is->source, is->context,
		is->by, is->channel);
	if (is->type == VBUF_TRACE_LOST)
		fprintf(stderr, ", %llu lost", is->count);
	else if (is->type == VBUF_TRACE_THREAD)
		fprintf(stderr, ", %.16s", is->comm);
	else if (is->type == VBUF_TRACE_MESSAGE)
		fprintf(stderr, ", seq %llu, queued %llu, waking %llu, receiving %llu",
			is->seq, is->queued_ns, is->waking_ns,
			is->receiving_ns);
	fputs("\n", stderr);
}

void stream_show(const struct stream *stream, __u32 tid)
{
	const struct stream_record *at = NULL;

	while ((at = stream_next(stream, at, tid, 0)))
		show(at);
}
