// SPDX-License-Identifier: GPL-2.0
/*
 * Vectors: SENDV sends all of them, RECVV takes those that are there; after a
 * part, whatever ends the call, the part is what it returns.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define SLOTS 4

FIXTURE(channel) {
	struct vbuf_msg msgs[8];
	char bytes[8][64];
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	int i;

	vt_pair(&self->rx, &self->tx, vt_attr(SLOTS, 64));
	for (i = 0; i < 8; i++) {
		self->bytes[i][0] = 'a' + i;
		self->msgs[i] = (struct vbuf_msg) {
			.buf = (uintptr_t)self->bytes[i], .len = 1, .size = 64 };
	}
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

/* Sends, or receives, @len entries in a thread of its own. */
static long op_sendv(struct vt_call *call)
{
	return vt_sendv(call->fd, call->arg, call->len, call->flags);
}

static long op_recvv(struct vt_call *call)
{
	return vt_recvv(call->fd, call->arg, call->len, call->flags);
}

TEST_F(channel, sendv_keeps_the_order_of_the_entries)
{
	EXPECT_EQ(SLOTS, vt_sendv(self->tx, self->msgs, SLOTS, 0));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ('c', vt_take(self->rx));
	EXPECT_EQ('d', vt_take(self->rx));
}

TEST_F(channel, sendv_writes_nothing_into_the_entries)
{
	struct vbuf_msg msg;

	vt_poison(&msg);
	msg.buf = (uintptr_t)"a";
	msg.len = 1;
	msg.flags = 0;
	msg.tag = 7;
	ASSERT_EQ(1, vt_sendv(self->tx, &msg, 1, 0));
	EXPECT_EQ(VT_POISON64, msg.cookie);
	EXPECT_EQ(VT_POISON64, msg.seq);
	EXPECT_EQ(VT_POISON64, msg.time_ns);
	EXPECT_EQ(VT_POISON32, msg.size);
	EXPECT_EQ(VT_POISON32, msg.pid);
	EXPECT_EQ(VT_POISON32, msg.uid);
	EXPECT_EQ(VT_POISON32, msg.deliveries);
	EXPECT_EQ(7U, msg.tag);
	EXPECT_EQ(1U, msg.len);
}

TEST_F(channel, sendv_waits_until_all_are_sent)
{
	struct vt_call send = {
		.op = op_sendv, .fd = self->tx, .arg = self->msgs, .len = 6 };
	int i;

	vt_start(&send);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ((__u32)SLOTS, vt_look(self->rx).depth);
	EXPECT_EQ('a', vt_take(self->rx));
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ(6, vt_join(&send));
	for (i = 2; i < 6; i++)
		EXPECT_EQ('a' + i, vt_take(self->rx));
}

static void until_sent(int fd, __u64 count)
{
	while (vt_look(fd).sent < count)
		usleep(1000);
}

/* Who came while the vector waited for its next slot is served before it. */
TEST_F(channel, sendv_waits_anew_at_the_tail_for_the_rest)
{
	struct vt_call vector = {
		.op = op_sendv, .fd = self->tx, .arg = self->msgs, .len = 2 };
	static const __u32 waiting[] = { 2, 1, 0 };
	struct vt_call single = { 0 };
	int i;

	for (i = 0; i < SLOTS; i++)
		ASSERT_EQ(0, vt_put(self->tx, 'z'));
	vt_start(&vector);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_start_send(&single, self->tx, 's');
	ASSERT_TRUE(vt_blocked(self->rx, 2, 0));
	for (i = 1; i <= 3; i++) {
		EXPECT_EQ('z', vt_take(self->rx));
		until_sent(self->rx, SLOTS + i);
		ASSERT_TRUE(vt_blocked(self->rx, waiting[i - 1], 0));
	}
	EXPECT_EQ('z', vt_take(self->rx));
	EXPECT_EQ(2, vt_join(&vector));
	EXPECT_EQ(0, vt_join(&single));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ('s', vt_take(self->rx));
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, sendv_serves_as_many_receivers_as_wait)
{
	struct vt_call recv[3] = { 0 };
	int i;

	for (i = 0; i < 3; i++) {
		vt_start_recv(&recv[i], self->rx);
		ASSERT_TRUE(vt_blocked(self->rx, 0, i + 1));
	}
	EXPECT_EQ(4, vt_sendv(self->tx, self->msgs, 4, 0));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(1, vt_join(&recv[i]));
		EXPECT_EQ('a' + i, recv[i].data[0]);
	}
	EXPECT_EQ('d', vt_take(self->rx));
}

TEST_F(channel, recvv_takes_those_that_are_there)
{
	ASSERT_EQ(3, vt_sendv(self->tx, self->msgs, 3, 0));
	memset(self->bytes, VT_POISON, sizeof(self->bytes));
	EXPECT_EQ(3, vt_recvv(self->rx, self->msgs, 8, 0));
	EXPECT_EQ('a', self->bytes[0][0]);
	EXPECT_EQ('b', self->bytes[1][0]);
	EXPECT_EQ('c', self->bytes[2][0]);
	EXPECT_EQ((char)VT_POISON, self->bytes[0][1]);
	EXPECT_EQ((char)VT_POISON, self->bytes[3][0]);
}

TEST_F(channel, recvv_leaves_what_it_has_no_entry_for)
{
	ASSERT_EQ(3, vt_sendv(self->tx, self->msgs, 3, 0));
	EXPECT_EQ(2, vt_recvv(self->rx, self->msgs, 2, 0));
	EXPECT_EQ('c', vt_take(self->rx));
}

TEST_F(channel, recvv_waits_for_the_first_only)
{
	struct vt_call recv = {
		.op = op_recvv, .fd = self->rx, .arg = self->msgs, .len = 8 };

	vt_start(&recv);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'z'));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('z', self->bytes[0][0]);
}

/* Slots that a vector frees at once go to as many who wait. */
TEST_F(channel, recvv_serves_as_many_senders_as_wait)
{
	struct vt_call send[3] = { 0 };
	int i;

	ASSERT_EQ(SLOTS, vt_sendv(self->tx, self->msgs, SLOTS, 0));
	for (i = 0; i < 3; i++) {
		vt_start_send(&send[i], self->tx, 's' + i);
		ASSERT_TRUE(vt_blocked(self->rx, i + 1, 0));
	}
	EXPECT_LE(SLOTS, vt_recvv(self->rx, self->msgs, SLOTS, 0));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, vt_join(&send[i]));
	EXPECT_EQ(3U, vt_look(self->rx).depth);
}

TEST_F(channel, sendv_eagain)
{
	EXPECT_EQ(SLOTS, vt_sendv(self->tx, self->msgs, 8, VBUF_DONTWAIT));
	EXPECT_EQ(-EAGAIN, vt_sendv(self->tx, self->msgs + SLOTS, 4,
				    VBUF_DONTWAIT));
	EXPECT_EQ((__u32)SLOTS, vt_look(self->rx).depth);
}

TEST_F(channel, recvv_eagain)
{
	struct vbuf_msg before;

	vt_poison(&self->msgs[0]);
	self->msgs[0].buf = (uintptr_t)self->bytes[0];
	self->msgs[0].size = 64;
	before = self->msgs[0];
	EXPECT_EQ(-EAGAIN, vt_recvv(self->rx, self->msgs, 1, VBUF_DONTWAIT));
	EXPECT_EQ(0, memcmp(&before, self->msgs, sizeof(before)));
}

TEST_F(channel, sendv_stops_before_a_message_that_is_too_long)
{
	self->msgs[2].len = 65;
	EXPECT_EQ(2, vt_sendv(self->tx, self->msgs, 4, 0));
	EXPECT_EQ(-EMSGSIZE, vt_sendv(self->tx, self->msgs + 2, 2, 0));
	EXPECT_EQ(2U, vt_look(self->rx).sent);
}

TEST_F(channel, sendv_stops_before_an_entry_with_a_flag)
{
	self->msgs[1].flags = 1U << 31;
	EXPECT_EQ(1, vt_sendv(self->tx, self->msgs, 4, 0));
	EXPECT_EQ(-EINVAL, vt_sendv(self->tx, self->msgs + 1, 3, 0));
	EXPECT_EQ(1U, vt_look(self->rx).sent);
}

TEST_F(channel, sendv_stops_before_a_bad_pointer)
{
	self->msgs[1].buf = (uintptr_t)VT_UNMAPPED;
	EXPECT_EQ(1, vt_sendv(self->tx, self->msgs, 4, 0));
	EXPECT_EQ(-EFAULT, vt_sendv(self->tx, self->msgs + 1, 3, 0));
	EXPECT_EQ(1U, vt_look(self->rx).sent);
	EXPECT_EQ(3U, vt_look(self->rx).free);
}

TEST_F(channel, recvv_stops_before_a_message_that_does_not_fit)
{
	self->msgs[1].len = 9;
	ASSERT_EQ(3, vt_sendv(self->tx, self->msgs, 3, 0));
	self->msgs[1].size = 8;
	EXPECT_EQ(1, vt_recvv(self->rx, self->msgs, 3, 0));
	self->msgs[1].len = VT_POISON32;
	EXPECT_EQ(-EMSGSIZE, vt_recvv(self->rx, self->msgs + 1, 2, 0));
	EXPECT_EQ(9U, self->msgs[1].len);
	EXPECT_EQ(2U, vt_look(self->rx).depth);
}

TEST_F(channel, recvv_stops_before_a_bad_pointer)
{
	ASSERT_EQ(3, vt_sendv(self->tx, self->msgs, 3, 0));
	self->msgs[1].buf = (uintptr_t)VT_UNMAPPED;
	EXPECT_EQ(1, vt_recvv(self->rx, self->msgs, 3, 0));
	EXPECT_EQ(-EFAULT, vt_recvv(self->rx, self->msgs + 1, 2, 0));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ('c', vt_take(self->rx));
}

TEST_F(channel, recvv_writes_only_len_and_flags_unasked)
{
	struct vbuf_msg msg;

	ASSERT_EQ(0, vt_put(self->tx, 'z'));
	vt_poison(&msg);
	msg.buf = (uintptr_t)self->bytes[0];
	msg.size = 64;
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, 0));
	EXPECT_EQ(1U, msg.len);
	EXPECT_EQ(0U, msg.flags);
	EXPECT_EQ((uintptr_t)self->bytes[0], msg.buf);
	EXPECT_EQ(64U, msg.size);
	EXPECT_EQ(VT_POISON64, msg.tag);
	EXPECT_EQ(VT_POISON64, msg.cookie);
	EXPECT_EQ(VT_POISON64, msg.seq);
	EXPECT_EQ(VT_POISON64, msg.time_ns);
	EXPECT_EQ(VT_POISON32, msg.pid);
	EXPECT_EQ(VT_POISON32, msg.uid);
	EXPECT_EQ(VT_POISON32, msg.deliveries);
}

TEST(the_longest_vector)
{
	static struct vbuf_msg msgs[VBUF_MAX_VECTOR];
	static char bytes[VBUF_MAX_VECTOR], sent[VBUF_MAX_VECTOR];
	int rx, tx, i;

	vt_pair(&rx, &tx, vt_attr(VBUF_MAX_VECTOR, 1));
	for (i = 0; i < (int)VBUF_MAX_VECTOR; i++) {
		bytes[i] = i * 7;
		msgs[i] = (struct vbuf_msg) {
			.buf = (uintptr_t)&bytes[i], .len = 1, .size = 1 };
	}
	ASSERT_EQ((long)VBUF_MAX_VECTOR,
		  vt_sendv(tx, msgs, VBUF_MAX_VECTOR, 0));
	memcpy(sent, bytes, sizeof(sent));
	memset(bytes, VT_POISON, sizeof(bytes));
	ASSERT_EQ((long)VBUF_MAX_VECTOR,
		  vt_recvv(rx, msgs, VBUF_MAX_VECTOR, 0));
	EXPECT_EQ(0, memcmp(sent, bytes, sizeof(bytes)));
	EXPECT_TRUE(vt_settled(rx));
}

TEST_F(channel, sendv_einval_count)
{
	EXPECT_EQ(-EINVAL, vt_sendv(self->tx, self->msgs, 0, 0));
	EXPECT_EQ(-EINVAL, vt_sendv(self->tx, self->msgs,
				    VBUF_MAX_VECTOR + 1, 0));
	EXPECT_EQ(0U, vt_look(self->rx).sent);
}

TEST_F(channel, recvv_einval_count)
{
	ASSERT_EQ(0, vt_put(self->tx, 'z'));
	EXPECT_EQ(-EINVAL, vt_recvv(self->rx, self->msgs, 0, 0));
	EXPECT_EQ(-EINVAL, vt_recvv(self->rx, self->msgs,
				    VBUF_MAX_VECTOR + 1, 0));
	EXPECT_EQ('z', vt_take(self->rx));
}

TEST_HARNESS_MAIN
