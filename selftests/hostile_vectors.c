// SPDX-License-Identifier: GPL-2.0
/*
 * Vectors with a bad address somewhere in them: what stands before it crosses,
 * what stands behind it does not, and the number done says which is which.
 */
#include <stddef.h>

#include "kselftest_harness.h"
#include "edge.h"

#define MESSAGES	40U
#define SLOTS		(3 * MESSAGES)
#define ENTRY		sizeof(struct vbuf_msg)
#define PAGE		4096
#define LONG		200		/* is not copied word by word */

/* A channel, and a vector to send on it. */
struct stage {
	int rx, tx;
	char bytes[MESSAGES];
	struct vbuf_msg msgs[MESSAGES];
};

/* A vector of messages of a byte, or of room for them. */
static void describe(struct vbuf_msg *msgs, char *bytes)
{
	unsigned int i;

	memset(msgs, 0, MESSAGES * ENTRY);
	for (i = 0; i < MESSAGES; i++) {
		msgs[i].buf = (uintptr_t)&bytes[i];
		msgs[i].len = msgs[i].size = 1;
		msgs[i].tag = i;
	}
}

static void set_up(struct stage *stage)
{
	unsigned int i;

	vt_pair(&stage->rx, &stage->tx, vt_attr(SLOTS, 8));
	for (i = 0; i < MESSAGES; i++)
		stage->bytes[i] = i;
	describe(stage->msgs, stage->bytes);
}

static bool clear_away(struct stage *stage)
{
	bool clean = vt_settled(stage->rx) && !vt_look(stage->rx).receiving;

	close(stage->rx);
	close(stage->tx);
	return clean;
}

/* Exactly messages @first to @end are queued, as new; takes them. */
static bool queued(int fd, unsigned int first, unsigned int end)
{
	struct vbuf_msg msg = { .size = 1 };
	char byte;

	for (; first < end; first++) {
		byte = VT_POISON;
		msg.buf = (uintptr_t)&byte;
		if (vt_recvv(fd, &msg, 1, VBUF_DONTWAIT | VBUF_INFO) != 1 ||
		    byte != (char)first || msg.tag != first || msg.flags ||
		    msg.deliveries != 1)
			return false;
	}
	return vt_take(fd) == -EAGAIN;
}

FIXTURE(send) {
	struct stage stage;
};

FIXTURE_SETUP(send)
{
	set_up(&self->stage);
}

FIXTURE_TEARDOWN(send)
{
	EXPECT_TRUE(clear_away(&self->stage));
}

static void sendv_stops(struct __test_metadata *_metadata, struct stage *stage,
			void *bad)
{
	unsigned int at;
	long n;

	for (at = 0; at < MESSAGES; at++) {
		describe(stage->msgs, stage->bytes);
		stage->msgs[at].buf = (uintptr_t)bad;
		n = vt_sendv(stage->tx, stage->msgs, MESSAGES, 0);
		EXPECT_EQ(at ? (long)at : -EFAULT, n)
			TH_LOG("entry %u has %p", at, bad);
		EXPECT_EQ(-EFAULT, vt_sendv(stage->tx, &stage->msgs[at],
					    MESSAGES - at, 0));
		EXPECT_TRUE(queued(stage->rx, 0, at));
	}
}

TEST_F(send, sendv_stops_at_a_bad_payload)
{
	unsigned int i;

	for (i = 0; i < EDGE_BADS; i++)
		sendv_stops(_metadata, &self->stage, edge_bad[i]);
}

TEST_F(send, sendv_stops_at_a_missing_entry)
{
	size_t readable;
	void *vec;
	long n;

	for (readable = 0; readable < MESSAGES * ENTRY; readable += 13) {
		vec = edge_to_nothing(readable);
		memcpy(vec, self->stage.msgs, readable);
		n = vt_sendv(self->stage.tx, vec, MESSAGES, 0);
		EXPECT_TRUE(n == -EFAULT || n > 0);
		EXPECT_GE((long)((readable + ENTRY - 1) / ENTRY), n);
		EXPECT_TRUE(queued(self->stage.rx, 0, n > 0 ? n : 0));
	}
}

FIXTURE(recv) {
	struct stage stage;
};

FIXTURE_VARIANT(recv) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(recv, plain) { 0 };
FIXTURE_VARIANT_ADD(recv, info) { VBUF_INFO };
FIXTURE_VARIANT_ADD(recv, hold) { VBUF_HOLD };
FIXTURE_VARIANT_ADD(recv, hold_info) { VBUF_HOLD | VBUF_INFO };

FIXTURE_SETUP(recv)
{
	set_up(&self->stage);
}

FIXTURE_TEARDOWN(recv)
{
	EXPECT_TRUE(clear_away(&self->stage));
}

/* Receives all with the vector, of which no more than @most can be received. */
static bool recv_stops(struct stage *stage, struct vbuf_msg *vec,
		       unsigned int most, __u32 flags)
{
	unsigned int done, i;
	long n;

	if (vt_sendv(stage->tx, stage->msgs, MESSAGES, 0) != MESSAGES)
		return false;
	n = vt_recvv(stage->rx, vec, MESSAGES, flags);
	done = n > 0 ? n : 0;
	if (n != -EFAULT && (n <= 0 || done > most))
		return false;
	if (vt_look(stage->rx).receiving != (flags & VBUF_HOLD ? done : 0))
		return false;
	for (i = 0; flags & VBUF_HOLD && i < done; i++)
		if (vt_release(stage->rx, vec[i].cookie, 0))
			return false;
	return queued(stage->rx, done, MESSAGES);
}

TEST_F(recv, recvv_stops_at_a_bad_payload)
{
	struct vbuf_msg vec[MESSAGES];
	char room[MESSAGES];
	unsigned int at;

	for (at = 0; at < MESSAGES; at++) {
		describe(vec, room);
		vec[at].buf = (uintptr_t)edge_bad[at % EDGE_BADS];
		ASSERT_TRUE(recv_stops(&self->stage, vec, at, variant->flags))
			TH_LOG("entry %u has %p", at, edge_bad[at % EDGE_BADS]);
	}
}

TEST_F(recv, recvv_stops_at_a_missing_entry)
{
	struct vbuf_msg vec[MESSAGES];
	char room[MESSAGES];
	size_t writable;
	void *edge;

	describe(vec, room);
	for (writable = 0; writable < MESSAGES * ENTRY; writable += 13) {
		edge = edge_to_nothing(writable);
		memcpy(edge, vec, writable);
		ASSERT_TRUE(recv_stops(&self->stage, edge, (writable + ENTRY - 1) / ENTRY,
				       variant->flags));
	}
}

TEST_F(recv, recvv_stops_at_a_read_only_entry)
{
	struct vbuf_msg vec[MESSAGES];
	char room[MESSAGES];
	size_t writable;
	void *edge;

	describe(vec, room);
	for (writable = 0; writable < MESSAGES * ENTRY; writable += 37) {
		edge = edge_copy(vec, sizeof(vec), writable, PROT_READ);
		ASSERT_TRUE(recv_stops(&self->stage, edge, (writable + ENTRY - 1) / ENTRY,
				       variant->flags));
	}
}

/* What follows the cookie is written first, and can be. */
TEST_F(send, recvv_efault_cookie_read_only)
{
	struct vbuf_msg msg = { .size = 1 };
	char byte;

	msg.buf = (uintptr_t)&byte;
	ASSERT_EQ(0, vt_put(self->stage.tx, 0));
	EXPECT_EQ(-EFAULT, vt_recvv(self->stage.rx,
				    edge_tail(&msg, ENTRY,
					      offsetof(struct vbuf_msg, cookie) +
					      sizeof(msg.cookie)),
				    1, VBUF_HOLD));
	EXPECT_EQ(0U, vt_look(self->stage.rx).receiving);
	EXPECT_EQ(0, vt_take(self->stage.rx));
}

/* Waits for a message with nowhere to put it; the next in line gets it. */
TEST_F(send, waiting_receiver_passes_on)
{
	struct vt_call bad = { .arg = VT_UNMAPPED, .fd = self->stage.rx, .len = 8 };
	struct vt_call good = { 0 };

	bad.op = vt_op_recv;
	vt_start(&bad);
	ASSERT_TRUE(vt_blocked(self->stage.rx, 0, 1));
	vt_start_recv(&good, self->stage.rx);
	ASSERT_TRUE(vt_blocked(self->stage.rx, 0, 2));
	ASSERT_EQ(0, vt_put(self->stage.tx, 'x'));
	EXPECT_EQ(-EFAULT, vt_join(&bad));
	EXPECT_EQ(1, vt_join(&good));
	EXPECT_EQ('x', good.data[0]);
}

/* Waits for a slot with nothing to put into it; the next in line gets it. */
TEST_F(send, waiting_sender_passes_on)
{
	struct vt_call bad = { .arg = VT_UNMAPPED, .fd = self->stage.tx, .len = 1 };
	struct vt_call good = { 0 };
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		ASSERT_EQ(0, vt_put(self->stage.tx, 'x'));
	bad.op = vt_op_send;
	vt_start(&bad);
	ASSERT_TRUE(vt_blocked(self->stage.tx, 1, 0) || vt_done(&bad));
	vt_start_send(&good, self->stage.tx, 'y');
	ASSERT_TRUE(vt_blocked(self->stage.tx, 2, 0) || vt_done(&bad));
	EXPECT_EQ('x', vt_take(self->stage.rx));
	EXPECT_EQ(-EFAULT, vt_join(&bad));
	EXPECT_EQ(0, vt_join(&good));
	for (i = 1; i < SLOTS; i++)
		EXPECT_EQ('x', vt_take(self->stage.rx));
	EXPECT_EQ('y', vt_take(self->stage.rx));
}

/* Nor can what is too long to be copied word by word come from, or go, there. */
TEST(long_messages_stop_at_a_bad_payload)
{
	char bytes[LONG] = { 0 };
	struct vbuf_msg vec[2] = {
		{ .buf = (uintptr_t)bytes, .len = LONG, .size = LONG },
		{ .len = LONG, .size = LONG } };
	unsigned int i;
	int rx, tx;

	vt_pair(&rx, &tx, vt_attr(2, LONG));
	for (i = 0; i < EDGE_BADS; i++) {
		vec[1].buf = (uintptr_t)edge_bad[i];
		EXPECT_EQ(1, vt_sendv(tx, vec, 2, 0));
		ASSERT_EQ(0, vt_send(tx, bytes, LONG, VBUF_DONTWAIT));
		EXPECT_EQ(1, vt_recvv(rx, vec, 2, 0))
			TH_LOG("at %p", edge_bad[i]);
		EXPECT_EQ(LONG, vt_recv(rx, bytes, LONG, VBUF_DONTWAIT));
	}
	EXPECT_TRUE(vt_settled(rx));
}

static long op_recvv(struct vt_call *call)
{
	return vt_recvv(call->fd, call->arg, 2, 0);
}

/* The second entry goes while the first message, a long one, is being copied. */
TEST(recvv_stops_at_an_entry_that_goes)
{
	char room[LONG];
	struct vt_call recv = { .op = op_recvv };
	struct vbuf_msg *vec;
	struct vt_trap trap;
	char *pages;
	int rx, tx;

	pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, pages);
	memset(room, 0, sizeof(room));
	vt_pair(&rx, &tx, vt_attr(2, LONG));
	ASSERT_EQ(0, vt_send(tx, room, LONG, 0));
	ASSERT_EQ(0, vt_send(tx, room, LONG, 0));
	vt_trap_set(&trap);
	vec = (void *)(pages + PAGE - ENTRY);
	vec[0] = (struct vbuf_msg) { .buf = (uintptr_t)trap.page, .size = LONG };
	vec[1] = (struct vbuf_msg) { .buf = (uintptr_t)room, .size = LONG };
	recv.fd = rx;
	recv.arg = vec;
	vt_start(&recv);
	vt_trap_wait(&trap);
	ASSERT_EQ(0, munmap(pages + PAGE, PAGE));
	vt_trap_fill(&trap, 0);
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ((__u32)LONG, vec[0].len);
	EXPECT_EQ(1, vt_look(rx).depth);
	EXPECT_EQ(LONG, vt_recv(rx, room, LONG, VBUF_DONTWAIT));
	EXPECT_TRUE(vt_settled(rx));
}

TEST_HARNESS_MAIN
