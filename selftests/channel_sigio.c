// SPDX-License-Identifier: GPL-2.0
/*
 * Signal-driven I/O: O_ASYNC with F_SETOWN_EX and F_SETSIG, down to one thread;
 * a signal for each message that enters the queue, and each slot that becomes
 * free.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define SIG (SIGRTMIN + 3)

FIXTURE(channel) {
	sigset_t set;
	int rx;
	int tx;
};

/* Blocked in every thread, signals queue up to be counted. */
FIXTURE_SETUP(channel)
{
	sigemptyset(&self->set);
	sigaddset(&self->set, SIG);
	sigaddset(&self->set, SIGIO);
	pthread_sigmask(SIG_BLOCK, &self->set, NULL);
	vt_pair(&self->rx, &self->tx, vt_attr(2, 64));
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
}

static void own(int fd, pid_t tid, int sig)
{
	struct f_owner_ex owner = { .type = F_OWNER_TID, .pid = tid };

	if (fcntl(fd, F_SETOWN_EX, &owner) || fcntl(fd, F_SETSIG, sig) ||
	    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC))
		vt_die("fcntl");
}

/* The next pending signal of the calling thread, 0 for none. */
static int next_signal(const sigset_t *set, siginfo_t *info)
{
	struct timespec now = { 0 };

	memset(info, 0, sizeof(*info));
	return sigtimedwait(set, info, &now) < 0 ? 0 : info->si_signo;
}

TEST_F(channel, a_message_that_is_queued_signals)
{
	siginfo_t info;

	own(self->rx, gettid(), SIG);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(SIG, next_signal(&self->set, &info));
	EXPECT_EQ(POLL_IN, info.si_code);
	EXPECT_EQ(self->rx, info.si_fd);
	EXPECT_EQ(POLLIN | POLLRDNORM, info.si_band);
	EXPECT_EQ(0, next_signal(&self->set, &info));
}

TEST_F(channel, each_message_signals)
{
	siginfo_t info;

	own(self->rx, gettid(), SIG);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(SIG, next_signal(&self->set, &info));
	EXPECT_EQ(SIG, next_signal(&self->set, &info));
	EXPECT_EQ(0, next_signal(&self->set, &info));
}

TEST_F(channel, a_slot_that_becomes_free_signals)
{
	siginfo_t info;

	own(self->tx, gettid(), SIG);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, next_signal(&self->set, &info));
	ASSERT_EQ('a', vt_take(self->rx));
	ASSERT_EQ(SIG, next_signal(&self->set, &info));
	EXPECT_EQ(POLL_OUT, info.si_code);
	EXPECT_EQ(self->tx, info.si_fd);
	EXPECT_NE(0, info.si_band & POLLOUT);
	EXPECT_EQ(0, next_signal(&self->set, &info));
}

TEST_F(channel, a_receiver_hears_nothing_of_slots)
{
	siginfo_t info;

	own(self->rx, gettid(), SIG);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(SIG, next_signal(&self->set, &info));
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, next_signal(&self->set, &info));
}

TEST_F(channel, a_message_handed_over_does_not_signal)
{
	struct vt_call recv = { 0 };
	siginfo_t info;

	own(self->rx, gettid(), SIG);
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_join(&recv));
	EXPECT_EQ(0, next_signal(&self->set, &info));
}

TEST_F(channel, a_slot_handed_over_does_not_signal)
{
	struct vt_call send = { 0 };
	siginfo_t info;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	own(self->tx, gettid(), SIG);
	vt_start_send(&send, self->tx, 'c');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	ASSERT_EQ('a', vt_take(self->rx));
	ASSERT_EQ(0, vt_join(&send));
	EXPECT_EQ(0, next_signal(&self->set, &info));
}

/* Waits for the signal, as a thread that owns the descriptor. */
static long op_sigwait(struct vt_call *call)
{
	struct timespec patience = { .tv_sec = 20 };

	return sigtimedwait(call->arg, NULL, &patience);
}

TEST_F(channel, the_signal_goes_to_one_thread)
{
	struct vt_call owner = { .op = op_sigwait, .arg = &self->set };
	siginfo_t info;

	vt_start(&owner);
	own(self->rx, owner.tid, SIG);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(SIG, vt_join(&owner));
	EXPECT_EQ(0, next_signal(&self->set, &info));
}

TEST_F(channel, without_f_setsig_it_is_sigio)
{
	siginfo_t info;

	own(self->rx, gettid(), 0);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(SIGIO, next_signal(&self->set, &info));
}

TEST_F(channel, without_o_async_there_is_none)
{
	siginfo_t info;

	own(self->rx, gettid(), SIG);
	ASSERT_EQ(0, fcntl(self->rx, F_SETFL, 0));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(0, next_signal(&self->set, &info));
}

TEST_F(channel, each_endpoint_has_its_own)
{
	int other = vt_reopen(self->rx, VT_RECV);
	siginfo_t info;
	int sum;

	own(self->rx, gettid(), SIG);
	own(other, gettid(), SIG);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(SIG, next_signal(&self->set, &info));
	sum = info.si_fd;
	ASSERT_EQ(SIG, next_signal(&self->set, &info));
	EXPECT_EQ(self->rx + other, sum + info.si_fd);
	EXPECT_EQ(0, next_signal(&self->set, &info));
	close(other);
}

TEST_F(channel, a_closed_endpoint_signals_no_more)
{
	int other = vt_reopen(self->rx, VT_RECV);
	siginfo_t info;

	own(other, gettid(), SIG);
	close(other);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(0, next_signal(&self->set, &info));
}

TEST_F(channel, the_last_senders_end_signals)
{
	siginfo_t info;

	own(self->rx, gettid(), SIG);
	close(self->tx);
	ASSERT_EQ(SIG, next_signal(&self->set, &info));
	EXPECT_EQ(POLL_HUP, info.si_code);
	EXPECT_EQ(0, next_signal(&self->set, &info));
}

TEST_F(channel, the_last_receivers_end_signals)
{
	int peek = vt_reopen(self->rx, VT_RECV);
	siginfo_t info;

	own(self->tx, gettid(), SIG);
	close(peek);
	ASSERT_EQ(0, next_signal(&self->set, &info));
	ASSERT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	ASSERT_EQ(SIG, next_signal(&self->set, &info));
	EXPECT_EQ(POLL_ERR, info.si_code);
	EXPECT_EQ(0, next_signal(&self->set, &info));
}

/* Where others of its kind are left, a shutdown is nobody's edge. */
TEST_F(channel, a_shutdown_that_is_no_hang_up_does_not_signal)
{
	int rx = vt_reopen(self->rx, VT_RECV), tx = vt_reopen(self->tx, VT_SEND);
	siginfo_t info;

	own(self->rx, gettid(), SIG);
	own(self->tx, gettid(), SIG);
	ASSERT_EQ(0, vt_shutdown(rx, VT_RECV));
	ASSERT_EQ(0, vt_shutdown(tx, VT_SEND));
	EXPECT_EQ(0, next_signal(&self->set, &info));
	close(rx);
	close(tx);
}

TEST_HARNESS_MAIN
