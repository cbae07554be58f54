// SPDX-License-Identifier: GPL-2.0
/*
 * held_max bounds the slots that one endpoint owns at a time, whichever way it
 * came to own them; other endpoints have bounds of their own.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

FIXTURE(channel) {
	struct vbuf_msg msgs[8];
	char bytes[8];
	int rx;
	int tx;
	int both;
};

FIXTURE_VARIANT(channel) {
	__u32 held_max;
};

FIXTURE_VARIANT_ADD(channel, one) { .held_max = 1 };
FIXTURE_VARIANT_ADD(channel, two) { .held_max = 2 };

FIXTURE_SETUP(channel)
{
	struct vbuf_attr attr = vt_attr(8, 64);
	int i;

	attr.held_max = variant->held_max;
	self->both = vt_create(NULL, attr, VT_BOTH);
	ASSERT_LE(0, self->both);
	self->rx = vt_reopen(self->both, VT_RECV);
	self->tx = vt_reopen(self->both, VT_SEND);
	for (i = 0; i < 8; i++) {
		self->bytes[i] = 'a' + i;
		self->msgs[i] = (struct vbuf_msg) {
			.buf = (uintptr_t)&self->bytes[i],
			.len = 1, .size = 1 };
	}
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
}

/* Makes @fd own as many as it may. */
static void hold_all(struct __test_metadata *_metadata, int fd, int tx,
		     struct vbuf_msg *msgs, __u32 held_max)
{
	ASSERT_EQ(4, vt_sendv(tx, msgs, 4, VBUF_DONTWAIT));
	ASSERT_EQ((long)held_max, vt_recvv(fd, msgs, held_max, VBUF_HOLD));
}

TEST_F(channel, recv_edquot)
{
	char byte = VT_POISON;

	hold_all(_metadata, self->rx, self->tx, self->msgs, variant->held_max);
	EXPECT_EQ(-EDQUOT, vt_recv(self->rx, &byte, 1, 0));
	EXPECT_EQ((char)VT_POISON, byte);
	EXPECT_EQ(4 - variant->held_max, vt_look(self->rx).depth);
	EXPECT_EQ(0, vt_release(self->rx, self->msgs[0].cookie, 0));
	EXPECT_EQ(1, vt_recv(self->rx, &byte, 1, 0));
}

TEST_F(channel, recvv_edquot)
{
	hold_all(_metadata, self->rx, self->tx, self->msgs, variant->held_max);
	EXPECT_EQ(-EDQUOT, vt_recvv(self->rx, self->msgs + 4, 1, VBUF_HOLD));
	EXPECT_EQ(-EDQUOT, vt_recvv(self->rx, self->msgs + 4, 1, 0));
}

TEST_F(channel, recvv_of_more_than_it_may_hold_returns_a_part)
{
	ASSERT_EQ(4, vt_sendv(self->tx, self->msgs, 4, VBUF_DONTWAIT));
	EXPECT_EQ((long)variant->held_max,
		  vt_recvv(self->rx, self->msgs, 4, VBUF_HOLD));
	EXPECT_EQ(variant->held_max, vt_look(self->rx).receiving);
}

TEST_F(channel, send_edquot)
{
	hold_all(_metadata, self->both, self->tx, self->msgs,
		 variant->held_max);
	EXPECT_EQ(-EDQUOT, vt_send(self->both, "z", 1, 0));
	EXPECT_EQ(0, vt_release(self->both, self->msgs[0].cookie, 0));
	EXPECT_EQ(0, vt_send(self->both, "z", 1, 0));
}

TEST_F(channel, sendv_edquot)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)"z", .len = 1 };

	hold_all(_metadata, self->both, self->tx, self->msgs,
		 variant->held_max);
	EXPECT_EQ(-EDQUOT, vt_sendv(self->both, &msg, 1, 0));
}

TEST_F(channel, another_endpoint_is_not_bound)
{
	hold_all(_metadata, self->rx, self->tx, self->msgs, variant->held_max);
	EXPECT_LT(0, vt_take(self->both));
}

/* Each of a vector's slots is given back before it owns too many. */
TEST_F(channel, vectors_may_be_longer)
{
	EXPECT_EQ(8, vt_sendv(self->tx, self->msgs, 8, 0));
	EXPECT_EQ(8, vt_recvv(self->rx, self->msgs, 8, 0));
}

TEST_F(channel, a_slot_that_a_sender_fills_counts)
{
	struct vt_call send[2] = { 0 };
	struct vt_trap trap[2];
	__u32 i;

	for (i = 0; i < variant->held_max; i++) {
		vt_trap_set(&trap[i]);
		send[i].arg = trap[i].page;
		vt_start_send(&send[i], self->tx, 0);
		vt_trap_wait(&trap[i]);
	}
	EXPECT_EQ(variant->held_max, vt_look(self->rx).sending);
	EXPECT_EQ(-EDQUOT, vt_put(self->tx, 'z'));
	for (i = 0; i < variant->held_max; i++) {
		vt_trap_fill(&trap[i], 'f');
		EXPECT_EQ(0, vt_join(&send[i]));
	}
	EXPECT_EQ(0, vt_put(self->tx, 'z'));
}

/* Both wait, and the first comes to own a slot: the second cannot have one. */
TEST_F(channel, send_edquot_in_turn)
{
	struct vt_call send[3] = { 0 };
	struct vt_trap trap[2];
	__u32 i, n = variant->held_max;

	ASSERT_EQ(8, vt_sendv(self->tx, self->msgs, 8, 0));
	for (i = 0; i <= n; i++) {
		if (i < n)
			vt_trap_set(&trap[i]);
		send[i].arg = i < n ? trap[i].page : NULL;
		vt_start_send(&send[i], self->tx, 'z');
		ASSERT_TRUE(vt_blocked(self->tx, i + 1, 0));
	}
	for (i = 0; i < n; i++) {
		EXPECT_EQ('a' + (int)i, vt_take(self->rx));
		vt_trap_wait(&trap[i]);
	}
	EXPECT_EQ('a' + (int)n, vt_take(self->rx));
	EXPECT_EQ(-EDQUOT, vt_join(&send[n]));
	for (i = 0; i < n; i++) {
		vt_trap_fill(&trap[i], 'f');
		EXPECT_EQ(0, vt_join(&send[i]));
	}
	EXPECT_EQ(1U, vt_look(self->rx).free);
}

TEST_F(channel, a_slot_that_a_receiver_empties_counts)
{
	struct vt_call recv[2] = { 0 };
	struct vt_trap trap[2];
	__u32 i;

	ASSERT_EQ(4, vt_sendv(self->tx, self->msgs, 4, 0));
	for (i = 0; i < variant->held_max; i++) {
		vt_trap_set(&trap[i]);
		recv[i].arg = trap[i].page;
		vt_start_recv(&recv[i], self->rx);
		vt_trap_wait(&trap[i]);
	}
	EXPECT_EQ(variant->held_max, vt_look(self->rx).receiving);
	EXPECT_EQ(-EDQUOT, vt_take(self->rx));
	for (i = 0; i < variant->held_max; i++) {
		vt_trap_fill(&trap[i], 'f');
		EXPECT_EQ(1, vt_join(&recv[i]));
	}
	EXPECT_LT(0, vt_take(self->rx));
}

/* More waiters in one endpoint than it may own: some fail, none is lost. */
TEST_F(channel, hand_offs_stay_within_it)
{
	struct vt_call recv[3] = { 0 };
	struct vt_channel info;
	int i, received = 0;

	vt_one_cpu();
	for (i = 0; i < 3; i++) {
		vt_start_recv(&recv[i], self->rx);
		ASSERT_TRUE(vt_blocked(self->rx, 0, i + 1));
	}
	vt_hold_cpu();
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, vt_put(self->tx, 'a'));
	info = vt_look(self->rx);
	vt_free_cpu();
	EXPECT_GE(variant->held_max, info.receiving);
	EXPECT_TRUE(vt_balanced(&info));
	for (i = 0; i < 3; i++) {
		if (vt_join(&recv[i]) == 1)
			received++;
		else
			EXPECT_EQ(-EDQUOT, recv[i].ret);
	}
	while (vt_take(self->rx) == 'a')
		received++;
	EXPECT_EQ(3, received);
}

TEST_HARNESS_MAIN
