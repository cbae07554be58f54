// SPDX-License-Identifier: GPL-2.0
/*
 * RESERVE and ACQUIRE wait as SEND and RECV do, in one line with them: served in
 * order of arrival, by hand-off; ended by a deadline, a signal, a hang-up; and
 * what was handed over is kept.
 */
#include "edge.h"
#include "kselftest_harness.h"

#define SIZE	(2 * VT_PAGE)

FIXTURE(channel) {
	int rx;
	int tx;
	char *send;
	char *receive;
};

FIXTURE_SETUP(channel)
{
	vt_one_cpu();
	vt_pair(&self->rx, &self->tx, vt_attr(1, SIZE));
	self->send = vt_map_send(self->tx);
	self->receive = vt_map_receive(self->rx);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
}

static void start_reserve(struct vt_call *call, int tx)
{
	*call = (struct vt_call) {
		.op = vt_op_reserve, .fd = tx, .len = SIZE,
		.deadline_ns = call->deadline_ns };
	vt_start(call);
}

static void start_acquire(struct vt_call *call, int rx)
{
	*call = (struct vt_call) {
		.op = vt_op_acquire, .fd = rx,
		.deadline_ns = call->deadline_ns };
	vt_start(call);
}

static void poke(struct vt_call *call)
{
	if (syscall(SYS_tgkill, getpid(), call->tid, SIGUSR1))
		vt_die("tgkill");
}

/* What RESERVE returned, and the slot is there; it is given back. */
static long discarded(struct vt_call *reserve)
{
	long ret = vt_join(reserve);
	char *at = reserve->arg;

	if (ret)
		return ret;
	if (vt_poke(at, 'x') != VT_THERE || vt_poke(at + SIZE - 1, 'x') != VT_THERE)
		return -ENXIO;
	return vt_discard(reserve->fd, at);
}

/* The first byte of what ACQUIRE returned, which is released; or -errno. */
static long released(struct vt_call *acquire)
{
	long ret = vt_join(acquire);
	char byte;

	if (ret)
		return ret;
	if (vt_peek(acquire->arg) != VT_THERE)
		return -ENXIO;
	byte = *(char *)acquire->arg;
	ret = vt_release_at(acquire->fd, acquire->arg, 0);
	return ret ? ret : byte;
}

TEST_F(channel, reserve_waits_for_a_slot)
{
	struct vt_call reserve = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, discarded(&reserve));
}

TEST_F(channel, acquire_waits_for_a_message)
{
	struct vt_call acquire = { 0 };

	start_acquire(&acquire, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ('a', released(&acquire));
}

TEST_F(channel, commit_hands_the_message_to_who_waits)
{
	struct vt_call acquire = { 0 };
	char *at;

	start_acquire(&acquire, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_reserve(self->tx, SIZE, 0, &at));
	memset(at, 'a', SIZE);
	vt_hold_cpu();
	EXPECT_EQ(0, vt_commit(self->tx, at, SIZE));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	EXPECT_EQ(1U, vt_look(self->rx).receiving);
	vt_free_cpu();
	EXPECT_EQ('a', released(&acquire));
}

TEST_F(channel, discard_hands_the_slot_to_who_waits)
{
	struct vt_call reserve = { 0 };
	char *at;

	ASSERT_EQ(0, vt_reserve(self->tx, SIZE, 0, &at));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_hold_cpu();
	EXPECT_EQ(0, vt_discard(self->tx, at));
	EXPECT_EQ(-EAGAIN, vt_put(self->tx, 'x'));
	vt_free_cpu();
	EXPECT_EQ(0, discarded(&reserve));
}

TEST_F(channel, release_hands_the_slot_to_who_waits)
{
	struct vt_call reserve = { 0 };
	struct vbuf_msg msg;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_EQ(0, discarded(&reserve));
}

TEST_F(channel, reserve_comes_before_a_send_that_came_later)
{
	struct vt_call reserve = { 0 }, send = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_start_send(&send, self->tx, 'b');
	ASSERT_TRUE(vt_blocked(self->rx, 2, 0));
	EXPECT_EQ('a', vt_take(self->rx));
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_FALSE(vt_done(&send));
	EXPECT_EQ(0, discarded(&reserve));
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, send_comes_before_a_reserve_that_came_later)
{
	struct vt_call reserve = { 0 }, send = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	vt_start_send(&send, self->tx, 'b');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 2, 0));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&send));
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ(0, discarded(&reserve));
}

TEST_F(channel, acquire_and_recv_are_served_in_order_of_arrival)
{
	struct vt_call acquire[2] = { 0 }, recv = { 0 };

	start_acquire(&acquire[0], self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	start_acquire(&acquire[1], self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 3));
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ('a', released(&acquire[0]));
	EXPECT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('b', recv.data[0]);
	EXPECT_EQ(0, vt_put(self->tx, 'c'));
	EXPECT_EQ('c', released(&acquire[1]));
}

TEST_F(channel, a_new_reserve_does_not_overtake)
{
	struct vt_call send = { 0 };
	char *at;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	vt_start_send(&send, self->tx, 'b');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EAGAIN, vt_reserve(self->tx, SIZE, VBUF_DONTWAIT, &at));
	vt_free_cpu();
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, a_new_acquire_does_not_overtake)
{
	struct vt_call recv = { 0 };
	struct vbuf_msg msg;

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_hold_cpu();
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EAGAIN, vt_acquire(self->rx, VBUF_DONTWAIT, &msg));
	vt_free_cpu();
	EXPECT_EQ(1, vt_join(&recv));
}

TEST_F(channel, reserve_etimedout)
{
	struct vt_call reserve = { .deadline_ns = vt_in(20) };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_reserve(&reserve, self->tx);
	EXPECT_EQ(-ETIMEDOUT, vt_join(&reserve));
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_F(channel, acquire_etimedout)
{
	struct vt_call acquire = { .deadline_ns = vt_in(20) };

	start_acquire(&acquire, self->rx);
	EXPECT_EQ(-ETIMEDOUT, vt_join(&acquire));
}

TEST_F(channel, reserve_etimedout_at_once_where_the_deadline_has_passed)
{
	struct vt_call reserve = { .deadline_ns = 1 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_reserve(&reserve, self->tx);
	EXPECT_EQ(-ETIMEDOUT, vt_join(&reserve));
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_F(channel, a_deadline_that_has_passed_is_no_matter_where_nothing_waits)
{
	struct vt_call reserve = { .deadline_ns = 1 };
	struct vt_call acquire = { .deadline_ns = 1 };

	start_reserve(&reserve, self->tx);
	EXPECT_EQ(0, discarded(&reserve));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_acquire(&acquire, self->rx);
	EXPECT_EQ('a', released(&acquire));
}

TEST_F(channel, reserve_eintr)
{
	struct vt_call reserve = { 0 };

	vt_catch(SIGUSR1, 0);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	poke(&reserve);
	EXPECT_EQ(-EINTR, vt_join(&reserve));
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_F(channel, acquire_eintr)
{
	struct vt_call acquire = { 0 };

	vt_catch(SIGUSR1, 0);
	start_acquire(&acquire, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	poke(&acquire);
	EXPECT_EQ(-EINTR, vt_join(&acquire));
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_F(channel, reserve_restarts)
{
	struct vt_call reserve = { 0 };

	vt_catch(SIGUSR1, SA_RESTART);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_interrupt(&reserve, SIGUSR1);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, discarded(&reserve));
}

TEST_F(channel, acquire_restarts)
{
	struct vt_call acquire = { 0 };

	vt_catch(SIGUSR1, SA_RESTART);
	start_acquire(&acquire, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_interrupt(&acquire, SIGUSR1);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ('a', released(&acquire));
}

TEST_F(channel, a_slot_handed_over_is_kept_whatever_signal_comes)
{
	struct vt_call reserve = { 0 };

	vt_catch(SIGUSR1, 0);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
	poke(&reserve);
	vt_free_cpu();
	EXPECT_EQ(0, discarded(&reserve));
}

TEST_F(channel, a_message_handed_over_is_kept_whatever_signal_comes)
{
	struct vt_call acquire = { 0 };

	vt_catch(SIGUSR1, 0);
	start_acquire(&acquire, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_hold_cpu();
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	poke(&acquire);
	vt_free_cpu();
	EXPECT_EQ('a', released(&acquire));
	EXPECT_EQ(1, vt_caught());
}

TEST_F(channel, the_last_receivers_end_wakes_who_reserves)
{
	struct vt_call reserve = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	close(self->rx);
	EXPECT_EQ(-EPIPE, vt_join(&reserve));
	self->rx = self->tx;
}

TEST_F(channel, the_last_senders_end_wakes_who_acquires)
{
	struct vt_call acquire = { 0 };

	start_acquire(&acquire, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	close(self->tx);
	EXPECT_EQ(-EPIPE, vt_join(&acquire));
}

static long op_reserve_into(struct vt_call *call)
{
	return vt_ioctl(call->fd, VBUF_IOC_RESERVE, call->arg);
}

static long op_acquire_into(struct vt_call *call)
{
	return vt_ioctl(call->fd, VBUF_IOC_ACQUIRE, call->arg);
}

static long op_commit_into(struct vt_call *call)
{
	return vt_ioctl(call->fd, VBUF_IOC_COMMIT, call->arg);
}

/* While the call waits, an argument of @size bytes becomes one that can be read only. */
static void close_argument(struct vt_call *call, size_t size)
{
	if (mprotect((char *)call->arg + size - VT_PAGE, VT_PAGE, PROT_READ))
		vt_die("mprotect");
}

/* Nobody can be told of the slot that was waited for: the next in line has it. */
TEST_F(channel, reserve_efault_of_what_has_gone_meanwhile)
{
	struct vbuf_reserve arg = { .size = sizeof(arg), .len = SIZE };
	struct vt_call bad = {
		.op = op_reserve_into, .fd = self->tx,
		.arg = edge_copy(&arg, sizeof(arg), sizeof(arg), PROT_NONE) };
	struct vt_call good = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	vt_start(&bad);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	start_reserve(&good, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 2, 0));
	close_argument(&bad, sizeof(arg));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EFAULT, vt_join(&bad));
	EXPECT_EQ(0, discarded(&good));
}

/* Nor of the message. */
TEST_F(channel, acquire_efault_of_what_has_gone_meanwhile)
{
	struct vbuf_acquire arg = { .size = sizeof(arg) };
	struct vt_call bad = {
		.op = op_acquire_into, .fd = self->rx,
		.arg = edge_copy(&arg, sizeof(arg), sizeof(arg), PROT_NONE) };
	struct vt_call good = { 0 };

	vt_start(&bad);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	start_acquire(&good, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	close_argument(&bad, sizeof(arg));
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EFAULT, vt_join(&bad));
	EXPECT_EQ('a', released(&good));
}

/* What was committed is sent; the slot that was to be next is another's. */
TEST_F(channel, commit_is_done_where_the_next_cannot_be_told)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg), .flags = VBUF_NEXT, .len = 1,
		.next_len = SIZE };
	struct vt_call bad = { .op = op_commit_into, .fd = self->tx };
	struct vt_call good = { 0 };
	char *at;

	ASSERT_EQ(0, vt_reserve(self->tx, SIZE, 0, &at));
	*at = 'a';
	arg.addr = (uintptr_t)at;
	bad.arg = edge_copy(&arg, sizeof(arg), sizeof(arg), PROT_NONE);
	vt_start(&bad);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	start_reserve(&good, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 2, 0));
	close_argument(&bad, sizeof(arg));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&bad));
	EXPECT_EQ(0, discarded(&good));
}

TEST_F(channel, shutdown_wakes_who_reserves)
{
	struct vt_call reserve = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	EXPECT_EQ(-EPIPE, vt_join(&reserve));
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_F(channel, shutdown_wakes_who_acquires)
{
	struct vt_call acquire = { 0 };

	start_acquire(&acquire, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_EQ(-EPIPE, vt_join(&acquire));
}

/* Killed between the hand-over and its return. */
TEST_F(channel, what_was_handed_to_a_dying_process_goes_on)
{
	struct vt_call *victim = vt_shared_calls(1);
	struct vt_call recv = { 0 };
	int rx = vt_reopen(self->rx, VT_RECV);
	pid_t pid = vt_fork();

	if (pid == 0) {
		vt_map_receive(rx);
		victim->fd = rx;
		vt_op_acquire(victim);
		_exit(0);
	}
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	close(rx);
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	vt_hold_cpu();
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	kill(pid, SIGKILL);
	vt_free_cpu();
	EXPECT_EQ(-SIGKILL, vt_reap(pid));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

TEST_F(channel, a_slot_handed_to_a_dying_process_goes_on)
{
	int tx = vt_reopen(self->tx, VT_SEND);
	struct vt_call *victim = vt_shared_calls(1);
	struct vt_call reserve = { 0 };
	pid_t pid;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	pid = vt_fork();
	if (pid == 0) {
		vt_map_send(tx);
		victim->fd = tx;
		victim->len = SIZE;
		vt_op_reserve(victim);
		_exit(0);
	}
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	close(tx);
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 2, 0));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
	kill(pid, SIGKILL);
	vt_free_cpu();
	EXPECT_EQ(-SIGKILL, vt_reap(pid));
	EXPECT_EQ(0, discarded(&reserve));
}

/* A call that waits for what it could show nobody then; it leaves nothing behind. */
TEST_F(channel, the_window_may_go_while_reserve_waits)
{
	struct vt_call reserve = { 0 };
	char *base;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_unmap(self->tx, self->send);
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-ENXIO, vt_join(&reserve));
	EXPECT_EQ(1U, vt_look(self->rx).free);
	ASSERT_EQ(0, vt_map(self->tx, VBUF_MAP_SEND, &base));
	EXPECT_TRUE(vt_gone(base));
}

TEST_F(channel, the_window_may_go_while_acquire_waits)
{
	struct vt_call acquire = { 0 };
	struct vbuf_msg msg = { .size = 1 };
	char byte;

	start_acquire(&acquire, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_unmap(self->rx, self->receive);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-ENXIO, vt_join(&acquire));
	msg.buf = (uintptr_t)&byte;
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_INFO | VBUF_DONTWAIT));
	EXPECT_EQ('a', byte);
	EXPECT_EQ(1U, msg.deliveries);
}

/* In a child: maps the window that the parent has given up, and keeps it. */
static pid_t start_heir(int fd, __u64 window)
{
	int ready[2];
	pid_t pid;
	char *base;

	if (pipe(ready))
		vt_die("pipe");
	pid = vt_fork();
	if (pid == 0) {
		if (vt_map(fd, window, &base) || write(ready[1], "", 1) != 1)
			vt_die("map");
		pause();
	}
	close(ready[1]);
	if (read(ready[0], &base, 1) != 1)
		vt_die("the heir has mapped nothing");
	close(ready[0]);
	return pid;
}

static void end_heir(pid_t pid)
{
	kill(pid, SIGKILL);
	vt_reap(pid);
}

/* An address of another process's is none: it may be somebody's heap here. */
TEST_F(channel, the_window_may_become_anothers_while_reserve_waits)
{
	struct vt_call reserve = { 0 };
	pid_t heir;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_reserve(&reserve, self->tx);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_unmap(self->tx, self->send);
	heir = start_heir(self->tx, VBUF_MAP_SEND);
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EBUSY, vt_join(&reserve));
	EXPECT_EQ(1U, vt_look(self->rx).free);
	end_heir(heir);
}

TEST_F(channel, the_window_may_become_anothers_while_acquire_waits)
{
	struct vt_call acquire = { 0 };
	pid_t heir;

	start_acquire(&acquire, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_unmap(self->rx, self->receive);
	heir = start_heir(self->rx, VBUF_MAP_RECEIVE);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EBUSY, vt_join(&acquire));
	EXPECT_EQ('a', vt_take(self->rx));
	end_heir(heir);
}

TEST_HARNESS_MAIN
