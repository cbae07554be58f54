// SPDX-License-Identifier: GPL-2.0
/*
 * A sender that is handed a slot may be left asleep a moment, while the queue
 * has enough for its receiver, and so may a receiver that is handed a message,
 * while it has no CPU but its sender's. What they wait for is their own at once
 * all the same, and whatever happens in that moment, they wake and nothing is
 * lost.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define SLOTS 8

FIXTURE(channel) {
	struct vt_call send;
	int rx;
	int tx;
	int other;		/* what the sender sends through */
};

FIXTURE_SETUP(channel)
{
	int i;

	vt_one_cpu();
	vt_catch(SIGUSR1, 0);
	vt_pair(&self->rx, &self->tx, vt_attr(SLOTS, 64));
	self->other = vt_reopen(self->tx, VT_SEND);
	for (i = 0; i < SLOTS; i++)
		ASSERT_EQ(0, vt_put(self->tx, 'a' + i));
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->tx));
}

/* Blocks @send in the other endpoint, and hands it a slot. */
static void hand(struct __test_metadata *_metadata,
		 FIXTURE_DATA(channel) *self)
{
	vt_start_send(&self->send, self->other, 'z');
	ASSERT_TRUE(vt_blocked(self->tx, 1, 0));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
}

static const char *rest(int rx)
{
	static char bytes[2 * SLOTS + 1];
	long byte;
	int i = 0;

	while (i < 2 * SLOTS && (byte = vt_take(rx)) > 0)
		bytes[i++] = byte;
	bytes[i] = '\0';
	return bytes;
}

TEST_F(channel, it_has_the_slot_at_once)
{
	struct vt_channel info;

	hand(_metadata, self);
	info = vt_look(self->rx);
	EXPECT_EQ(1U, info.sending);
	EXPECT_EQ(0U, info.free);
	EXPECT_EQ(0U, info.blocked_senders);
	EXPECT_EQ(-EAGAIN, vt_put(self->tx, 'y'));
	vt_free_cpu();
	EXPECT_EQ(0, vt_join(&self->send));
	EXPECT_STREQ("bcdefghz", rest(self->rx));
}

/* Nobody calls again to remember it. */
TEST_F(channel, it_wakes_by_itself)
{
	hand(_metadata, self);
	vt_free_cpu();
	EXPECT_EQ(0, vt_join(&self->send));
}

static long op_send_in_real_time(struct vt_call *call)
{
	struct sched_param param = { .sched_priority = 2 };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		vt_die("sched_setscheduler");
	return vt_op_send(call);
}

/* It runs before who handed it the slot returns. */
TEST_F(channel, a_real_time_one_is_not_left_asleep)
{
	struct vt_call send = { .op = op_send_in_real_time, .fd = self->other,
				.len = 1, .data = "r" };

	vt_start(&send);
	ASSERT_TRUE(vt_blocked(self->tx, 1, 0));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_TRUE(vt_done(&send));
	vt_free_cpu();
	EXPECT_EQ(0, vt_join(&send));
}

TEST_F(channel, a_signal_does_not_take_the_slot_away)
{
	hand(_metadata, self);
	syscall(SYS_tgkill, getpid(), self->send.tid, SIGUSR1);
	vt_free_cpu();
	EXPECT_EQ(0, vt_join(&self->send));
	EXPECT_EQ(1, vt_caught());
	EXPECT_STREQ("bcdefghz", rest(self->rx));
}

TEST_F(channel, death_does_not_lose_the_slot)
{
	struct vt_call *victim = vt_shared_calls(1);

	*victim = (struct vt_call) {
		.op = vt_op_send, .fd = self->tx, .len = 1, .data = "v" };
	vt_start_process(victim);
	ASSERT_TRUE(vt_blocked(self->tx, 1, 0));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
	kill(victim->tid, SIGKILL);
	vt_free_cpu();
	EXPECT_EQ(-ECHILD, vt_join(victim));
	EXPECT_EQ((__u32)SLOTS,
		  vt_look(self->rx).free + vt_look(self->rx).depth);
}

/* Its message is sent before it stops: who has the slot keeps nobody waiting. */
TEST_F(channel, a_stopped_one_has_sent)
{
	struct vt_call *stopped = vt_shared_calls(1);
	int status;

	*stopped = (struct vt_call) {
		.op = vt_op_send, .fd = self->tx, .len = 1, .data = "s" };
	vt_start_process(stopped);
	ASSERT_TRUE(vt_blocked(self->tx, 1, 0));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
	kill(stopped->tid, SIGSTOP);
	vt_free_cpu();
	ASSERT_EQ(stopped->tid, waitpid(stopped->tid, &status, WUNTRACED));
	EXPECT_TRUE(WIFSTOPPED(status));
	EXPECT_STREQ("bcdefghs", rest(self->rx));
	kill(stopped->tid, SIGCONT);
	EXPECT_EQ(0, vt_join(stopped));
}

TEST_F(channel, shutdown_takes_the_slot_back)
{
	hand(_metadata, self);
	EXPECT_EQ(0, vt_shutdown(self->other, VT_SEND));
	vt_free_cpu();
	EXPECT_EQ(-EPIPE, vt_join(&self->send));
	EXPECT_EQ(1U, vt_look(self->rx).free);
	EXPECT_STREQ("bcdefgh", rest(self->rx));
}

/* It has the slot, but has not sent when the end comes. */
TEST_F(channel, the_last_receivers_end_takes_the_slot_back)
{
	hand(_metadata, self);
	close(self->rx);
	vt_free_cpu();
	EXPECT_EQ(-EPIPE, vt_join(&self->send));
	EXPECT_EQ(SLOTS - 1U, vt_look(self->tx).depth);
	EXPECT_EQ(1U, vt_look(self->tx).free);
}

TEST_F(channel, all_who_are_handed_slots_wake)
{
	struct vt_call send[3] = { 0 };
	char bytes[3];
	struct vbuf_msg msgs[3];
	int i;

	for (i = 0; i < 3; i++) {
		msgs[i] = (struct vbuf_msg) {
			.buf = (uintptr_t)&bytes[i], .size = 1 };
		vt_start_send(&send[i], self->other, 'z');
		ASSERT_TRUE(vt_blocked(self->tx, i + 1, 0));
	}
	vt_hold_cpu();
	EXPECT_EQ(3, vt_recvv(self->rx, msgs, 3, 0));
	EXPECT_EQ(0U, vt_look(self->rx).blocked_senders);
	vt_free_cpu();
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, vt_join(&send[i]));
	EXPECT_STREQ("defghzzz", rest(self->rx));
}

/* A receiver that empties the queue must not wait for who sleeps. */
TEST_F(channel, a_receiver_that_would_wait_wakes_them_first)
{
	struct vt_call recv = { 0 };
	int i;

	vt_start_send(&self->send, self->other, 'z');
	ASSERT_TRUE(vt_blocked(self->tx, 1, 0));
	for (i = 0; i < SLOTS; i++)
		EXPECT_EQ('a' + i, vt_take(self->rx));
	vt_start_recv(&recv, self->rx);
	EXPECT_EQ(0, vt_join(&self->send));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('z', recv.data[0]);
}

/* A receiver waits on an empty channel that a sender had filled. */
static void start_recv_in_flow(struct __test_metadata *_metadata,
			       FIXTURE_DATA(channel) *self,
			       struct vt_call *recv)
{
	int i;

	vt_start_send(&self->send, self->other, 'z');
	ASSERT_TRUE(vt_blocked(self->tx, 1, 0));
	for (i = 0; i < SLOTS; i++)
		ASSERT_EQ('a' + i, vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&self->send));
	ASSERT_EQ('z', vt_take(self->rx));
	vt_start_recv(recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
}

TEST_F(channel, a_receiver_has_its_message_at_once)
{
	struct vt_call recv = { 0 };
	struct vt_channel info;

	start_recv_in_flow(_metadata, self, &recv);
	vt_hold_cpu();
	EXPECT_EQ(0, vt_put(self->tx, 'm'));
	EXPECT_EQ(0, vt_put(self->tx, 'n'));
	info = vt_look(self->rx);
	EXPECT_EQ(1U, info.receiving);
	EXPECT_EQ(1U, info.depth);
	EXPECT_EQ(0U, info.blocked_receivers);
	EXPECT_EQ('n', vt_take(self->rx));
	vt_free_cpu();
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('m', recv.data[0]);
}

TEST_F(channel, a_receiver_wakes_by_itself)
{
	struct vt_call recv = { 0 };

	start_recv_in_flow(_metadata, self, &recv);
	EXPECT_EQ(0, vt_put(self->tx, 'm'));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('m', recv.data[0]);
}

TEST_F(channel, a_signal_does_not_take_the_message_away)
{
	struct vt_call recv = { 0 };

	start_recv_in_flow(_metadata, self, &recv);
	vt_hold_cpu();
	EXPECT_EQ(0, vt_put(self->tx, 'm'));
	syscall(SYS_tgkill, getpid(), recv.tid, SIGUSR1);
	vt_free_cpu();
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('m', recv.data[0]);
	EXPECT_EQ(1, vt_caught());
}

/* A sender that fills the queue must not wait for who sleeps. */
TEST_F(channel, a_sender_that_would_wait_wakes_the_receiver_first)
{
	struct vt_call recv = { 0 };
	int i;

	start_recv_in_flow(_metadata, self, &recv);
	for (i = 0; i < SLOTS; i++)
		EXPECT_EQ(0, vt_put(self->tx, '0' + i));
	/* One of them is the receiver's: there is room for one more. */
	vt_start_send(&self->send, self->other, 'z');
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('0', recv.data[0]);
	EXPECT_EQ(0, vt_join(&self->send));
	EXPECT_STREQ("1234567z", rest(self->rx));
}

TEST_HARNESS_MAIN
