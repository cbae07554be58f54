// SPDX-License-Identifier: GPL-2.0
/*
 * Channels through io_uring: one message an operation; what would wait is
 * polled, and no worker thread sleeps for it.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#include <dirent.h>
#include <liburing.h>

FIXTURE(channel) {
	struct io_uring ring;
	char buf[64];
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	ASSERT_EQ(0, io_uring_queue_init(8, &self->ring, 0));
	vt_pair(&self->rx, &self->tx, vt_attr(2, 64));
	memset(self->buf, VT_POISON, sizeof(self->buf));
}

FIXTURE_TEARDOWN(channel)
{
	io_uring_queue_exit(&self->ring);
	EXPECT_TRUE(vt_settled(self->rx));
}

static void submit(struct io_uring *ring)
{
	int n = io_uring_submit(ring);

	if (n != 1)
		vt_die("io_uring_submit: %d", n);
}

static void start_read(FIXTURE_DATA(channel) *self, unsigned int room)
{
	io_uring_prep_read(io_uring_get_sqe(&self->ring), self->rx, self->buf,
			   room, 0);
	submit(&self->ring);
}

static void start_write(FIXTURE_DATA(channel) *self, const char *bytes,
			unsigned int len)
{
	io_uring_prep_write(io_uring_get_sqe(&self->ring), self->tx, bytes,
			    len, 0);
	submit(&self->ring);
}

/* What the one operation under way gave, within some seconds. */
static int result(struct io_uring *ring)
{
	struct __kernel_timespec patience = { .tv_sec = 20 };
	struct io_uring_cqe *cqe;
	int res;

	if (io_uring_wait_cqe_timeout(ring, &cqe, &patience))
		vt_die("the operation does not end");
	res = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return res;
}

static bool under_way(struct io_uring *ring)
{
	struct io_uring_cqe *cqe;

	return io_uring_peek_cqe(ring, &cqe) == -EAGAIN;
}

static int threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int n = 0;

	if (!dir)
		vt_die("/proc/self/task");
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;		/* "." and ".." */
}

TEST_F(channel, one_message_an_operation)
{
	start_write(self, "hello", 5);
	EXPECT_EQ(5, result(&self->ring));
	start_write(self, "you", 3);
	EXPECT_EQ(3, result(&self->ring));
	start_read(self, 64);
	EXPECT_EQ(5, result(&self->ring));
	EXPECT_EQ(0, memcmp(self->buf, "hello\xcc", 6));
	start_read(self, 64);
	EXPECT_EQ(3, result(&self->ring));
	EXPECT_EQ(0, memcmp(self->buf, "youlo", 5));
}

TEST_F(channel, vectors_make_one_message)
{
	struct iovec out[] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } };
	struct iovec in[] = { { self->buf, 1 }, { self->buf + 8, 8 } };

	io_uring_prep_writev(io_uring_get_sqe(&self->ring), self->tx, out, 3, 0);
	submit(&self->ring);
	EXPECT_EQ(5, result(&self->ring));
	io_uring_prep_readv(io_uring_get_sqe(&self->ring), self->rx, in, 2, 0);
	submit(&self->ring);
	EXPECT_EQ(5, result(&self->ring));
	EXPECT_EQ(0, memcmp(self->buf, "a\xcc", 2));
	EXPECT_EQ(0, memcmp(self->buf + 8, "bcde\xcc", 5));
}

TEST_F(channel, a_read_of_an_empty_channel_ends_with_the_next_message)
{
	start_read(self, 64);
	usleep(20000);
	EXPECT_TRUE(under_way(&self->ring));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, result(&self->ring));
	EXPECT_EQ('a', self->buf[0]);
}

TEST_F(channel, a_write_to_a_full_channel_ends_with_the_next_free_slot)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	start_write(self, "c", 1);
	usleep(20000);
	EXPECT_TRUE(under_way(&self->ring));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(1, result(&self->ring));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ('c', vt_take(self->rx));
}

TEST_F(channel, vectors_that_must_wait_do)
{
	struct iovec in = { self->buf, 64 };

	io_uring_prep_readv(io_uring_get_sqe(&self->ring), self->rx, &in, 1, 0);
	submit(&self->ring);
	usleep(20000);
	EXPECT_TRUE(under_way(&self->ring));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, result(&self->ring));
	EXPECT_EQ('a', self->buf[0]);
}

TEST_F(channel, no_thread_sleeps_for_what_waits)
{
	start_read(self, 64);
	usleep(20000);
	EXPECT_TRUE(under_way(&self->ring));
	EXPECT_EQ(1, threads());
	EXPECT_EQ(0U, vt_look(self->rx).blocked_receivers);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, result(&self->ring));
}

TEST_F(channel, who_waits_in_a_system_call_comes_first)
{
	struct vt_call recv = { 0 };

	start_read(self, 64);
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_join(&recv));
	EXPECT_TRUE(under_way(&self->ring));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(1, result(&self->ring));
	EXPECT_EQ('b', self->buf[0]);
}

TEST_F(channel, o_nonblock_makes_no_difference)
{
	ASSERT_EQ(0, fcntl(self->rx, F_SETFL, O_NONBLOCK));
	start_read(self, 64);
	usleep(20000);
	EXPECT_TRUE(under_way(&self->ring));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, result(&self->ring));
}

TEST_F(channel, rwf_nowait_fails_instead_of_waiting)
{
	struct iovec in = { self->buf, 64 };

	io_uring_prep_readv2(io_uring_get_sqe(&self->ring), self->rx, &in, 1, 0,
			     RWF_NOWAIT);
	submit(&self->ring);
	EXPECT_EQ(-EAGAIN, result(&self->ring));
}

TEST_F(channel, hang_up_ends_what_waits)
{
	start_read(self, 64);
	usleep(20000);
	close(self->tx);
	EXPECT_EQ(0, result(&self->ring));
}

TEST_F(channel, without_a_receiver_a_write_fails)
{
	int rx = vt_reopen(self->rx, VT_RECV);

	ASSERT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	close(rx);
	start_write(self, "a", 1);
	EXPECT_EQ(-EPIPE, result(&self->ring));
}

TEST_F(channel, what_is_too_long_or_nowhere_fails_and_stays)
{
	ASSERT_EQ(0, vt_send(self->tx, "hello", 5, 0));
	start_read(self, 4);
	EXPECT_EQ(-EMSGSIZE, result(&self->ring));
	start_write(self, self->buf, 65);
	EXPECT_EQ(-EMSGSIZE, result(&self->ring));
	start_write(self, VT_UNMAPPED, 1);
	EXPECT_EQ(-EFAULT, result(&self->ring));
	EXPECT_EQ(5, vt_fionread(self->rx));
	EXPECT_EQ(1U, vt_look(self->rx).depth);
}

TEST_F(channel, what_is_cancelled_takes_nothing)
{
	struct io_uring_sync_cancel_reg all = {
		.flags = IORING_ASYNC_CANCEL_ANY, .timeout = { -1, -1 } };

	start_read(self, 64);
	usleep(20000);
	ASSERT_LE(0, io_uring_register_sync_cancel(&self->ring, &all));
	EXPECT_EQ(-ECANCELED, result(&self->ring));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ('a', vt_take(self->rx));
}

/* Its endpoint ends as any does. */
TEST_F(channel, a_killed_process_takes_nothing)
{
	int own = vt_reopen(self->rx, VT_RECV);
	pid_t pid = vt_fork();

	if (pid == 0) {
		struct io_uring ring;

		if (io_uring_queue_init(8, &ring, 0))
			_exit(1);
		io_uring_prep_read(io_uring_get_sqe(&ring), own, self->buf, 64,
				   0);
		submit(&ring);
		kill(getpid(), SIGKILL);
	}
	close(own);
	EXPECT_EQ(-SIGKILL, vt_reap(pid));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_HARNESS_MAIN
