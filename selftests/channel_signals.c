// SPDX-License-Identifier: GPL-2.0
/*
 * Signals against calls that block: EINTR, or a restart under SA_RESTART; what
 * was handed over is kept, and only death passes it on.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

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

static void poke(struct vt_call *call)
{
	if (syscall(SYS_tgkill, getpid(), call->tid, SIGUSR1))
		vt_die("tgkill");
}

static long op_recvv(struct vt_call *call)
{
	struct vbuf_msg msg = {
		.buf = (uintptr_t)call->data, .size = call->len };

	return vt_recvv(call->fd, &msg, 1, 0);
}

/* Two messages, the bytes of @data. */
static long op_sendv(struct vt_call *call)
{
	struct vbuf_msg msgs[2] = {
		{ .buf = (uintptr_t)call->data, .len = 1 },
		{ .buf = (uintptr_t)call->data + 1, .len = 1 },
	};

	return vt_sendv(call->fd, msgs, 2, 0);
}

/* Interrupts a call that waits to receive, and says what it returned. */
static long interrupted_receiver(int rx, long (*op)(struct vt_call *call))
{
	struct vt_call call = { .op = op, .fd = rx, .len = 64 };

	vt_catch(SIGUSR1, 0);
	vt_start(&call);
	if (!vt_blocked(rx, 0, 1))
		return 1;
	poke(&call);
	return vt_join(&call);
}

static long interrupted_sender(int tx, long (*op)(struct vt_call *call))
{
	struct vt_call call = { .op = op, .fd = tx, .len = 1, .data = "bc" };

	vt_catch(SIGUSR1, 0);
	vt_put(tx, 'a');
	vt_start(&call);
	if (!vt_blocked(tx, 1, 0))
		return 1;
	poke(&call);
	return vt_join(&call);
}

TEST_F(channel, recv_eintr)
{
	EXPECT_EQ(-EINTR, interrupted_receiver(self->rx, vt_op_recv));
}

TEST_F(channel, recvv_eintr)
{
	EXPECT_EQ(-EINTR, interrupted_receiver(self->rx, op_recvv));
}

TEST_F(channel, read_eintr)
{
	EXPECT_EQ(-EINTR, interrupted_receiver(self->rx, vt_op_read));
}

TEST_F(channel, send_eintr)
{
	EXPECT_EQ(-EINTR, interrupted_sender(self->tx, vt_op_send));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
}

TEST_F(channel, sendv_eintr)
{
	EXPECT_EQ(-EINTR, interrupted_sender(self->tx, op_sendv));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
}

TEST_F(channel, write_eintr)
{
	EXPECT_EQ(-EINTR, interrupted_sender(self->tx, vt_op_write));
}

/* Interrupts twice, then sends; a call that was restarted receives that. */
static long restarted_receiver(int rx, int tx, long (*op)(struct vt_call *))
{
	struct vt_call call = { .op = op, .fd = rx, .len = 64 };
	int i;

	vt_catch(SIGUSR1, SA_RESTART);
	vt_start(&call);
	for (i = 0; i < 2; i++) {
		if (!vt_blocked(rx, 0, 1))
			return -EDEADLK;
		vt_interrupt(&call, SIGUSR1);
	}
	if (!vt_blocked(rx, 0, 1))
		return -EDEADLK;
	vt_put(tx, 'a');
	return vt_join(&call);
}

static long restarted_sender(int rx, int tx, long (*op)(struct vt_call *))
{
	struct vt_call call = { .op = op, .fd = tx, .len = 1, .data = "b" };

	vt_catch(SIGUSR1, SA_RESTART);
	vt_put(tx, 'a');
	vt_start(&call);
	if (!vt_blocked(rx, 1, 0))
		return -EDEADLK;
	vt_interrupt(&call, SIGUSR1);
	if (!vt_blocked(rx, 1, 0) || vt_take(rx) != 'a')
		return -EDEADLK;
	return vt_join(&call);
}

TEST_F(channel, recv_restarts)
{
	EXPECT_EQ(1, restarted_receiver(self->rx, self->tx, vt_op_recv));
}

TEST_F(channel, recvv_restarts)
{
	EXPECT_EQ(1, restarted_receiver(self->rx, self->tx, op_recvv));
}

TEST_F(channel, read_restarts)
{
	EXPECT_EQ(1, restarted_receiver(self->rx, self->tx, vt_op_read));
}

TEST_F(channel, send_restarts)
{
	EXPECT_EQ(0, restarted_sender(self->rx, self->tx, vt_op_send));
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, write_restarts)
{
	EXPECT_EQ(1, restarted_sender(self->rx, self->tx, vt_op_write));
	EXPECT_EQ('b', vt_take(self->rx));
}

/* After a part is through, a restart would send that part twice. */
TEST_F(channel, sendv_returns_its_part_even_under_sa_restart)
{
	struct vt_call send = { .op = op_sendv, .fd = self->tx, .data = "ab" };

	vt_catch(SIGUSR1, SA_RESTART);
	vt_start(&send);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_interrupt(&send, SIGUSR1);
	EXPECT_EQ(1, vt_join(&send));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
}

TEST_F(channel, a_message_handed_over_is_kept_whatever_signal_comes)
{
	struct vt_call recv = { 0 };

	vt_catch(SIGUSR1, 0);
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_hold_cpu();
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	poke(&recv);
	vt_free_cpu();
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
	EXPECT_EQ(1, vt_caught());
}

/* Woken by the signal, but served before it could leave the line. */
TEST_F(channel, a_message_handed_to_who_is_about_to_leave_is_kept)
{
	struct vt_call recv = { 0 };

	vt_catch(SIGUSR1, 0);
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_hold_cpu();
	poke(&recv);
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	vt_free_cpu();
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

TEST_F(channel, a_slot_handed_over_is_kept_whatever_signal_comes)
{
	struct vt_call send = { 0 };

	vt_catch(SIGUSR1, 0);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	vt_start_send(&send, self->tx, 'b');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
	poke(&send);
	vt_free_cpu();
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('b', vt_take(self->rx));
}

/* Hands @tx's message to a process, and kills it before it runs. */
static void hand_and_kill(struct vt_call *victim, int tx)
{
	vt_hold_cpu();
	if (vt_put(tx, 'a'))
		vt_die("send");
	kill(victim->tid, SIGKILL);
	vt_free_cpu();
	vt_join(victim);
}

static struct vt_call *victim_of(int fd, long (*op)(struct vt_call *))
{
	struct vt_call *victim = vt_shared_calls(1);

	*victim = (struct vt_call) {
		.op = op, .fd = fd, .len = 1, .data = "v" };
	vt_start_process(victim);
	return victim;
}

TEST_F(channel, a_message_that_dies_with_its_receiver_goes_to_the_next)
{
	struct vt_call *victim = victim_of(self->rx, vt_op_recv);
	struct vt_call recv = { 0 };

	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	hand_and_kill(victim, self->tx);
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

TEST_F(channel, a_message_that_dies_with_its_receiver_is_queued_again)
{
	struct vt_call *victim = victim_of(self->rx, vt_op_recv);

	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	hand_and_kill(victim, self->tx);
	EXPECT_EQ(1U, vt_look(self->rx).depth);
	EXPECT_EQ('a', vt_take(self->rx));
}

/* A dying sender's message may be sent yet, but whole, and then its slot comes. */
TEST_F(channel, a_slot_handed_to_a_dying_sender_keeps_nobody_waiting)
{
	struct vt_call send = { 0 };
	struct vt_call *victim;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	victim = victim_of(self->tx, vt_op_send);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_start_send(&send, self->tx, 'b');
	ASSERT_TRUE(vt_blocked(self->rx, 2, 0));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
	kill(victim->tid, SIGKILL);
	vt_free_cpu();
	EXPECT_EQ(-ECHILD, vt_join(victim));
	if (vt_look(self->rx).blocked_senders)
		EXPECT_EQ('v', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
}

TEST_F(channel, a_slot_handed_to_a_dying_sender_is_not_lost)
{
	struct vt_call *victim;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	victim = victim_of(self->tx, vt_op_send);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
	kill(victim->tid, SIGKILL);
	vt_free_cpu();
	EXPECT_EQ(-ECHILD, vt_join(victim));
	EXPECT_EQ(1U, vt_look(self->rx).free + vt_look(self->rx).depth);
}

TEST_F(channel, a_killed_waiter_leaves_the_line)
{
	struct vt_call *victim = victim_of(self->rx, vt_op_recv);

	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_kill(victim);
	EXPECT_TRUE(vt_blocked(self->rx, 0, 0));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_HARNESS_MAIN
