// SPDX-License-Identifier: GPL-2.0
/*
 * What a trace session tells: two threads that exchange messages, and all that
 * happens to them, in order; what was not asked for, and what found no room.
 */
#include "stream.h"
#include "kselftest_harness.h"

#include <sys/prctl.h>

#define MESSAGES	20U

/* As they were sent, and received. */
struct exchange {
	int rx;
	int tx;
	__u64 id;
	struct vt_call receiver;
	struct vt_call sender;
	struct vbuf_msg got[MESSAGES];
	unsigned int received;		/* atomic */
};

static long receive_all(struct vt_call *call)
{
	struct exchange *exchange = call->arg;
	unsigned int n;
	char byte;

	prctl(PR_SET_NAME, "receives");
	for (n = 0; n < MESSAGES; n++) {
		exchange->got[n] = (struct vbuf_msg) {
			.buf = (uintptr_t)&byte, .size = 1 };
		if (vt_recvv(exchange->rx, &exchange->got[n], 1,
			     VBUF_INFO) != 1)
			return -EIO;
		__atomic_store_n(&exchange->received, n + 1, __ATOMIC_SEQ_CST);
	}
	return 0;
}

/* Each once the receiver sleeps for it. */
static long send_all(struct vt_call *call)
{
	struct exchange *exchange = call->arg;
	unsigned int n;

	for (n = 0; n < MESSAGES; n++) {
		while (__atomic_load_n(&exchange->received,
				       __ATOMIC_SEQ_CST) < n)
			usleep(1000);
		if (!vt_blocked(exchange->rx, 0, 1) ||
		    !vt_sleeps(exchange->receiver.tid))
			return -EIO;
		if (vt_put(exchange->tx, 'm'))
			return -EIO;
	}
	return 0;
}

static struct exchange *run_exchange(void)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	vt_pair(&exchange->rx, &exchange->tx, vt_attr(4, 8));
	exchange->id = vt_getattr(exchange->rx).id;
	exchange->receiver.op = receive_all;
	exchange->receiver.arg = exchange;
	exchange->sender.op = send_all;
	exchange->sender.arg = exchange;
	vt_start(&exchange->receiver);
	vt_start(&exchange->sender);
	if (vt_join(&exchange->sender) || vt_join(&exchange->receiver))
		vt_die("exchange messages");
	return exchange;
}

static void end_exchange(struct exchange *exchange)
{
	close(exchange->rx);
	close(exchange->tx);
	free(exchange);
}

FIXTURE(story) {
	struct stream *stream;
	struct exchange *exchange;
	__u32 receiver;
	__u32 sender;
};

FIXTURE_SETUP(story)
{
	self->stream = stream_begin(STREAM_STORY);
	self->exchange = run_exchange();
	self->receiver = self->exchange->receiver.tid;
	self->sender = self->exchange->sender.tid;
	stream_catch_up(self->stream);
	EXPECT_EQ(0U, self->stream->lost);
}

FIXTURE_TEARDOWN(story)
{
	end_exchange(self->exchange);
	stream_end(self->stream);
}

/* The messages of the exchange, by number. */
static const struct stream_record *message(FIXTURE_DATA(story) *self, __u64 seq)
{
	const struct stream_record *at = NULL;

	while ((at = stream_next(self->stream, at, self->receiver,
				 VBUF_TRACE_MESSAGE)))
		if (at->is.channel == self->exchange->id && at->is.seq == seq)
			return at;
	return NULL;
}

TEST_F(story, threads_are_named)
{
	const struct stream_record *at;

	at = stream_next(self->stream, NULL, self->receiver, 0);
	ASSERT_NE(NULL, at);
	EXPECT_EQ(VBUF_TRACE_THREAD, at->is.type);
	EXPECT_EQ((__u32)getpid(), at->is.pid);
	EXPECT_STREQ("receives", at->is.comm);
	at = stream_next(self->stream, NULL, self->sender, 0);
	ASSERT_NE(NULL, at);
	EXPECT_EQ(VBUF_TRACE_THREAD, at->is.type);
	EXPECT_EQ((__u32)getpid(), at->is.pid);
}

/* The receiver slept for the channel, was woken by the sender, ran, all before it had it. */
static bool tells_how(FIXTURE_DATA(story) *self,
		      const struct stream_record *after,
		      const struct stream_record *message)
{
	const struct stream_record *stop = after, *wake, *run;

	while ((stop = stream_next(self->stream, stop, self->receiver,
				   VBUF_TRACE_STOP)) && stop < message) {
		if (stop->is.state != VBUF_TRACE_IN_RECV ||
		    stop->is.channel != self->exchange->id)
			continue;
		wake = stream_next(self->stream, stop, self->receiver,
				   VBUF_TRACE_WAKE);
		run = stream_next(self->stream, wake, self->receiver,
				  VBUF_TRACE_RUN);
		if (run && wake && run < message &&
		    wake->is.context == VBUF_TRACE_TASK && !wake->is.source &&
		    wake->is.by == self->sender)
			return true;
	}
	return false;
}

TEST_F(story, of_each_message)
{
	const struct stream_record *at, *before = NULL;
	unsigned int slept = 0;
	__u64 seq;

	for (seq = 0; seq < MESSAGES; seq++, before = at) {
		at = message(self, seq);
		ASSERT_NE(NULL, at) {
			stream_show(self->stream, self->receiver);
		}
		/* Preempted on its way to sleep, it seems to sleep, and is not woken. */
		if (!at->is.context)
			continue;
		slept++;
		EXPECT_TRUE(tells_how(self, before, at)) {
			stream_show(self->stream, self->receiver);
		}
	}
	EXPECT_LE(MESSAGES / 2, slept);
}

TEST_F(story, of_a_messages_time)
{
	const struct stream_record *at;
	const struct vbuf_msg *got;
	__u64 seq;

	for (seq = 0; seq < MESSAGES; seq++) {
		at = message(self, seq);
		got = &self->exchange->got[seq];
		ASSERT_NE(NULL, at);
		EXPECT_EQ(1U, at->is.len);
		EXPECT_EQ(got->seq, at->is.seq);
		EXPECT_EQ(at->is.time_ns - got->time_ns,
			  at->is.queued_ns + at->is.waking_ns +
			  at->is.receiving_ns);
		EXPECT_EQ(!at->is.context, !at->is.by);
	}
}

/* The last time before that it was woken as it waited for one. */
static const struct stream_record *served(FIXTURE_DATA(story) *self,
					  const struct stream_record *message)
{
	const struct stream_record *at = NULL, *wake = NULL;
	bool waits = false;

	while ((at = stream_next(self->stream, at, self->receiver, 0)) &&
	       at < message) {
		if (at->is.type == VBUF_TRACE_WAKE && waits)
			wake = at;
		if (at->is.type == VBUF_TRACE_STOP)
			waits = at->is.state == VBUF_TRACE_IN_RECV;
	}
	return wake;
}

/* As the records say it, too; unless another processor's clock was behind. */
TEST_F(story, waking_is_from_wake_to_run)
{
	const struct stream_record *at, *wake, *run;
	__u64 seq;

	for (seq = 0; seq < MESSAGES; seq++) {
		at = message(self, seq);
		ASSERT_NE(NULL, at);
		if (!at->is.context)
			continue;
		wake = served(self, at);
		ASSERT_NE(NULL, wake);
		run = stream_next(self->stream, wake, self->receiver,
				  VBUF_TRACE_RUN);
		ASSERT_NE(NULL, run);
		if (at->is.queued_ns)
			EXPECT_EQ(run->is.time_ns - wake->is.time_ns,
				  at->is.waking_ns);
		EXPECT_EQ(wake->is.by, at->is.by);
	}
}

/* At which a thread is; it runs as its account begins. */
enum at { RUNS, IS_READY, SLEEPS };

static bool may_be(const struct vbuf_trace_record *record, enum at *at)
{
	enum at before = *at;

	switch (record->type) {
	case VBUF_TRACE_RUN:
		*at = RUNS;
		return before == IS_READY;
	case VBUF_TRACE_STOP:
		*at = record->state == VBUF_TRACE_READY ? IS_READY : SLEEPS;
		return before == RUNS;
	case VBUF_TRACE_WAKE:
		*at = IS_READY;
		return before == SLEEPS;
	case VBUF_TRACE_MESSAGE:
	case VBUF_TRACE_EXIT:
		return before == RUNS;
	default:
		return true;
	}
}

static bool is_lifelike(const struct stream *stream, __u32 tid)
{
	const struct stream_record *record = NULL;
	enum at at = RUNS;

	while ((record = stream_next(stream, record, tid, 0))) {
		if (may_be(&record->is, &at))
			continue;
		fprintf(stderr, "# at %llu:\n", record->is.time_ns);
		stream_show(stream, tid);
		return false;
	}
	return true;
}

TEST_F(story, threads_run_and_stop_by_turns)
{
	EXPECT_TRUE(is_lifelike(self->stream, self->receiver));
	EXPECT_TRUE(is_lifelike(self->stream, self->sender));
}

TEST_F(story, no_time_goes_back)
{
	EXPECT_TRUE(stream_is_in_order(self->stream));
}

TEST_F(story, ends_with_the_thread)
{
	__u32 tids[] = { self->receiver, self->sender };
	const struct stream_record *at;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tids); i++) {
		at = stream_next(self->stream, NULL, tids[i], VBUF_TRACE_EXIT);
		ASSERT_NE(NULL, at);
		EXPECT_EQ(NULL, stream_next(self->stream, at, tids[i], 0));
	}
}

TEST(who_waits_for_a_slot)
{
	struct stream *stream = stream_begin(STREAM_STORY);
	const struct stream_record *at;
	struct vt_call call = { 0 };
	int rx, tx;
	__u64 id;

	vt_pair(&rx, &tx, vt_attr(1, 8));
	id = vt_getattr(rx).id;
	ASSERT_EQ(0, vt_put(tx, 'a'));
	vt_start_send(&call, tx, 'b');
	ASSERT_TRUE(vt_blocked(rx, 1, 0));
	ASSERT_TRUE(vt_sleeps(call.tid));
	ASSERT_EQ('a', vt_take(rx));
	ASSERT_EQ(0, vt_join(&call));
	stream_catch_up(stream);
	at = stream_next(stream, NULL, call.tid, VBUF_TRACE_STOP);
	while (at && at->is.state != VBUF_TRACE_IN_SEND)
		at = stream_next(stream, at, call.tid, VBUF_TRACE_STOP);
	ASSERT_NE(NULL, at);
	EXPECT_EQ(id, at->is.channel);
	at = stream_next(stream, at, call.tid, VBUF_TRACE_WAKE);
	ASSERT_NE(NULL, at);
	EXPECT_EQ(VBUF_TRACE_TASK, at->is.context);
	EXPECT_EQ((__u32)gettid(), at->is.by);
	close(rx);
	close(tx);
	stream_end(stream);
}

/* Found in the queue: nobody slept for it. */
TEST(a_message_that_waits)
{
	struct stream *stream = stream_begin(0);
	const struct stream_record *at;
	struct vbuf_msg msg;
	char byte;
	int rx, tx;

	vt_pair(&rx, &tx, vt_attr(1, 8));
	ASSERT_EQ(0, vt_put(tx, 'a'));
	usleep(10000);
	msg = (struct vbuf_msg) { .buf = (uintptr_t)&byte, .size = 1 };
	ASSERT_EQ(1, vt_recvv(rx, &msg, 1, VBUF_INFO));
	stream_catch_up(stream);
	at = stream_next(stream, NULL, gettid(), VBUF_TRACE_MESSAGE);
	while (at && at->is.channel != vt_getattr(rx).id)
		at = stream_next(stream, at, gettid(), VBUF_TRACE_MESSAGE);
	ASSERT_NE(NULL, at);
	EXPECT_LE(10000000ULL, at->is.queued_ns);
	EXPECT_EQ(0U, at->is.waking_ns);
	EXPECT_EQ(0U, at->is.context);
	EXPECT_EQ(0U, at->is.by);
	EXPECT_EQ(at->is.time_ns - msg.time_ns,
		  at->is.queued_ns + at->is.receiving_ns);
	close(rx);
	close(tx);
	stream_end(stream);
}

/* Which an exchange makes, for sure. */
#define SURE	(STREAM_BIT(THREAD) | STREAM_BIT(EXIT) | STREAM_BIT(RUN) | \
		 STREAM_BIT(STOP) | STREAM_BIT(WAKE) | STREAM_BIT(MESSAGE))

FIXTURE(types) {
};

FIXTURE_SETUP(types)
{
	(void)self;
}

FIXTURE_TEARDOWN(types)
{
	(void)self;
}

/* That nobody asked for; by messages it is known how far a stream has come. */
static unsigned int count_others(const struct stream *stream, __u16 type)
{
	const struct stream_record *at = NULL;
	unsigned int n = 0;

	while ((at = stream_next(stream, at, 0, 0)))
		n += at->is.type != type && at->is.type != VBUF_TRACE_MESSAGE &&
		     at->is.type != VBUF_TRACE_LOST;
	return n;
}

TEST_F_TIMEOUT(types, only_what_was_asked_for, 120)
{
	struct exchange *exchange;
	struct stream *stream;
	__u16 type;

	for (type = VBUF_TRACE_THREAD; type <= VBUF_TRACE_MAX; type++) {
		stream = stream_begin(1ULL << type);
		exchange = run_exchange();
		stream_catch_up(stream);
		EXPECT_EQ(0U, count_others(stream, type));
		if (SURE >> type & 1)
			EXPECT_LT(0U, stream_count(stream,
						   exchange->receiver.tid,
						   type));
		end_exchange(exchange);
		stream_end(stream);
	}
}

TEST(nothing_if_nothing_was_asked_for)
{
	struct vbuf_trace trace = stream_args(0);
	int fd = stream_ask(&trace);

	ASSERT_LE(0, fd);
	end_exchange(run_exchange());
	usleep(200000);
	EXPECT_EQ(0U, vt_poll(fd, POLLIN));
	close(fd);
}

/* Two see the same, whatever the other one asked for. */
TEST(sessions_do_not_mix)
{
	struct stream *one = stream_begin(STREAM_STORY);
	struct stream *other = stream_begin(STREAM_BIT(EXIT));
	struct exchange *exchange = run_exchange();
	__u32 tid = exchange->receiver.tid;

	stream_catch_up(one);
	stream_catch_up(other);
	EXPECT_EQ(MESSAGES, stream_count(one, tid, VBUF_TRACE_MESSAGE));
	EXPECT_EQ(MESSAGES, stream_count(other, tid, VBUF_TRACE_MESSAGE));
	EXPECT_EQ(1U, stream_count(one, tid, VBUF_TRACE_EXIT));
	EXPECT_EQ(1U, stream_count(other, tid, VBUF_TRACE_EXIT));
	EXPECT_EQ(0U, stream_count(other, tid, VBUF_TRACE_RUN));
	end_exchange(exchange);
	stream_end(other);
	stream_end(one);
}

#define ROUND	1000U
#define ROUNDS	4U

/* A session that soon has no room: 64 records, and eight messages of one each. */
static struct stream *begin_small(void)
{
	struct vbuf_trace trace = stream_args(STREAM_BIT(MESSAGE));

	trace.buffer = 64;
	trace.slots = 8;
	trace.slot_size = VBUF_TRACE_MIN_SLOT_SIZE;
	return stream_begin_as(trace);
}

static void exchange_with_self(int rx, int tx, unsigned int count)
{
	while (count--)
		if (vt_put(tx, 'm') || vt_take(rx) != 'm')
			vt_die("exchange a message");
}

/* Until nothing more comes, as far as can be seen. */
static void take_what_there_is(struct stream *stream)
{
	unsigned int before;

	do {
		before = stream->count;
		usleep(50000);
		stream_take(stream);
	} while (stream->count != before);
}

/*
 * Of the messages of one channel, on one processor: each was told, or is among those
 * said to be lost just there.
 */
static bool add_up(const struct stream *stream, __u64 channel)
{
	const struct stream_record *at = NULL;
	__u64 lost = 0, next = 0;

	while ((at = stream_next(stream, at, 0, 0))) {
		if (at->is.type == VBUF_TRACE_LOST)
			lost += at->is.count;
		if (at->is.channel != channel)
			continue;
		if (at->is.seq != next + lost)
			return false;
		next = at->is.seq + 1;
		lost = 0;
	}
	return true;
}

TEST(what_finds_no_room_is_counted_in_its_place)
{
	unsigned int round;
	struct stream *stream;
	int rx, tx;

	vt_one_cpu();
	stream = begin_small();
	vt_pair(&rx, &tx, vt_attr(1, 8));
	for (round = 0; round < ROUNDS; round++) {
		exchange_with_self(rx, tx, ROUND);
		take_what_there_is(stream);
	}
	stream_catch_up(stream);
	EXPECT_LE(ROUND, stream->lost);
	EXPECT_LE(ROUNDS, stream_count(stream, 0, VBUF_TRACE_LOST));
	EXPECT_TRUE(add_up(stream, vt_getattr(rx).id)) {
		stream_show(stream, 0);
	}
	EXPECT_EQ(ROUNDS * ROUND + stream->marks,
		  stream_count(stream, 0, VBUF_TRACE_MESSAGE) + stream->lost);
	close(rx);
	close(tx);
	stream_end(stream);
}

TEST_HARNESS_MAIN
