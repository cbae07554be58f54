// SPDX-License-Identifier: GPL-2.0
/*
 * Who waits is served in order of arrival, by hand-off: a newcomer never
 * overtakes, and only who is served wakes. Messages keep their order too.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#include <sys/resource.h>

#define WAITERS 4

FIXTURE(channel) {
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_one_cpu();
	vt_pair(&self->rx, &self->tx, vt_attr(1, 64));
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

static void line_up_receivers(struct __test_metadata *_metadata, int fd,
			      struct vt_call *recv)
{
	unsigned int i;

	for (i = 0; i < WAITERS; i++) {
		vt_start_recv(&recv[i], fd);
		ASSERT_TRUE(vt_blocked(fd, 0, i + 1));
	}
}

static void line_up_senders(struct __test_metadata *_metadata, int fd,
			    struct vt_call *send)
{
	unsigned int i;

	for (i = 0; i < WAITERS; i++) {
		vt_start_send(&send[i], fd, 'a' + i);
		ASSERT_TRUE(vt_blocked(fd, i + 1, 0));
	}
}

TEST(messages_leave_in_the_order_in_which_they_came)
{
	int rx, tx, i;

	vt_pair(&rx, &tx, vt_attr(5, 8));
	for (i = 0; i < 23; i++) {
		ASSERT_EQ(0, vt_put(tx, 'a' + i));
		if (i < 4)
			continue;
		ASSERT_EQ('a' + i - 4, vt_take(rx));
	}
	EXPECT_TRUE(vt_settled(rx));
}

TEST(messages_of_two_senders_leave_in_the_order_in_which_they_came)
{
	int rx, tx, other;

	vt_pair(&rx, &tx, vt_attr(4, 8));
	other = vt_reopen(tx, VT_SEND);
	ASSERT_EQ(0, vt_put(tx, 'a'));
	ASSERT_EQ(0, vt_put(other, 'b'));
	ASSERT_EQ(0, vt_put(other, 'c'));
	ASSERT_EQ(0, vt_put(tx, 'd'));
	EXPECT_EQ('a', vt_take(rx));
	EXPECT_EQ('b', vt_take(rx));
	EXPECT_EQ('c', vt_take(rx));
	EXPECT_EQ('d', vt_take(rx));
	EXPECT_TRUE(vt_settled(rx));
}

TEST_F(channel, receivers_are_served_in_order_of_arrival)
{
	struct vt_call recv[WAITERS] = { 0 };
	int i;

	line_up_receivers(_metadata, self->rx, recv);
	for (i = 0; i < WAITERS; i++) {
		ASSERT_EQ(0, vt_put(self->tx, 'a' + i));
		ASSERT_EQ(1, vt_join(&recv[i]));
		EXPECT_EQ('a' + i, recv[i].data[0]);
	}
}

/* All of them handed before any of them runs. */
TEST_F(channel, receivers_served_at_once_each_get_their_own)
{
	struct vt_call recv[WAITERS] = { 0 };
	int i, rx, tx;

	vt_pair(&rx, &tx, vt_attr(WAITERS, 64));
	line_up_receivers(_metadata, rx, recv);
	vt_hold_cpu();
	for (i = 0; i < WAITERS; i++)
		ASSERT_EQ(0, vt_put(tx, 'a' + i));
	vt_free_cpu();
	for (i = 0; i < WAITERS; i++) {
		EXPECT_EQ(1, vt_join(&recv[i]));
		EXPECT_EQ('a' + i, recv[i].data[0]);
	}
	EXPECT_TRUE(vt_settled(rx));
}

TEST_F(channel, receivers_line_up_across_endpoints)
{
	int other = vt_reopen(self->rx, VT_RECV);
	struct vt_call recv[3] = { 0 };
	int i;

	for (i = 0; i < 3; i++) {
		vt_start_recv(&recv[i], i == 1 ? other : self->rx);
		ASSERT_TRUE(vt_blocked(self->rx, 0, i + 1));
	}
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, vt_put(self->tx, 'a' + i));
		ASSERT_EQ(1, vt_join(&recv[i]));
		EXPECT_EQ('a' + i, recv[i].data[0]);
	}
	close(other);
}

TEST_F(channel, senders_are_served_in_order_of_arrival)
{
	struct vt_call send[WAITERS] = { 0 };
	int i;

	ASSERT_EQ(0, vt_put(self->tx, 'z'));
	line_up_senders(_metadata, self->tx, send);
	EXPECT_EQ('z', vt_take(self->rx));
	for (i = 0; i < WAITERS; i++) {
		ASSERT_EQ(0, vt_join(&send[i]));
		ASSERT_TRUE(vt_blocked(self->rx, WAITERS - 1 - i, 0));
		EXPECT_EQ('a' + i, vt_take(self->rx));
	}
}

TEST_F(channel, a_new_receiver_does_not_overtake)
{
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_hold_cpu();
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	vt_free_cpu();
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

TEST_F(channel, a_new_sender_does_not_overtake)
{
	struct vt_call send = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	vt_start_send(&send, self->tx, 'b');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EAGAIN, vt_put(self->tx, 'c'));
	vt_free_cpu();
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('b', vt_take(self->rx));
}

/* The hand-off is at once, and not when the waiter gets round to it. */
TEST_F(channel, the_hand_off_leaves_no_trace_of_waiting)
{
	struct vt_channel info;
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_hold_cpu();
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	info = vt_look(self->rx);
	vt_free_cpu();
	EXPECT_EQ(0U, info.blocked_receivers);
	EXPECT_EQ(0U, info.depth);
	EXPECT_EQ(1U, info.receiving);
	EXPECT_TRUE(vt_balanced(&info));
	EXPECT_EQ(1, vt_join(&recv));
}

static long counting_switches(struct vt_call *call)
{
	struct rusage before, after;
	long ret;

	getrusage(RUSAGE_THREAD, &before);
	ret = vt_op_recv(call);
	getrusage(RUSAGE_THREAD, &after);
	call->deadline_ns = after.ru_nvcsw - before.ru_nvcsw;
	return ret;
}

/* Woken for each message of the others, it would sleep once more for each. */
TEST_F(channel, only_who_is_served_wakes)
{
	enum { OTHERS = 30 };
	struct vt_call recv[OTHERS + 1] = { 0 };
	int i;

	for (i = 0; i <= OTHERS; i++) {
		recv[i].fd = self->rx;
		recv[i].len = sizeof(recv[i].data);
		recv[i].op = counting_switches;
		vt_start(&recv[i]);
		ASSERT_TRUE(vt_blocked(self->rx, 0, i + 1));
	}
	for (i = 0; i <= OTHERS; i++) {
		ASSERT_EQ(0, vt_put(self->tx, 'a'));
		ASSERT_EQ(1, vt_join(&recv[i]));
	}
	EXPECT_GT((__u64)OTHERS / 2, recv[OTHERS].deadline_ns);
}

TEST_F(channel, who_is_interrupted_rejoins_at_the_tail)
{
	struct vt_call recv[2] = { 0 };

	vt_catch(SIGUSR1, SA_RESTART);
	vt_start_recv(&recv[0], self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_start_recv(&recv[1], self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	vt_interrupt(&recv[0], SIGUSR1);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_join(&recv[1]));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	ASSERT_EQ(1, vt_join(&recv[0]));
	EXPECT_EQ('a', recv[1].data[0]);
	EXPECT_EQ('b', recv[0].data[0]);
}

TEST_F(channel, who_is_stopped_leaves_the_line_and_rejoins_at_the_tail)
{
	struct vt_call *stopped = vt_shared_calls(1);
	struct vt_call recv = { 0 };

	*stopped = (struct vt_call) {
		.op = vt_op_recv, .fd = self->rx, .len = 64 };
	vt_start_process(stopped);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	ASSERT_EQ(0, kill(stopped->tid, SIGSTOP));
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, kill(stopped->tid, SIGCONT));
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_join(&recv));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	ASSERT_EQ(1, vt_join(stopped));
	EXPECT_EQ('a', recv.data[0]);
	EXPECT_EQ('b', stopped->data[0]);
}

TEST_F(channel, who_is_stopped_keeps_nobody_waiting)
{
	struct vt_call *stopped = vt_shared_calls(1);

	*stopped = (struct vt_call) {
		.op = vt_op_recv, .fd = self->rx, .len = 64 };
	vt_start_process(stopped);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, kill(stopped->tid, SIGSTOP));
	ASSERT_TRUE(vt_blocked(self->rx, 0, 0));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ('a', vt_take(self->rx));
	vt_kill(stopped);
}

TEST_HARNESS_MAIN
