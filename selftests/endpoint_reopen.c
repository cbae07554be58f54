// SPDX-License-Identifier: GPL-2.0
/*
 * REOPEN: another endpoint on the same channel, with no more rights than the
 * one it is made from, and nothing else in common.
 */
#include "param.h"
#include "kselftest_harness.h"

FIXTURE(endpoint) {
	int both;
	int rx;
	int tx;
};

FIXTURE_SETUP(endpoint)
{
	self->both = vt_create(NULL, vt_attr(2, 64), VT_BOTH);
	ASSERT_LE(0, self->both);
	self->rx = vt_reopen(self->both, VT_RECV);
	self->tx = vt_reopen(self->both, VT_SEND);
	ASSERT_LE(0, self->rx);
	ASSERT_LE(0, self->tx);
}

FIXTURE_TEARDOWN(endpoint)
{
	EXPECT_TRUE(vt_settled(self->both));
}

TEST_F(endpoint, is_on_the_same_channel)
{
	EXPECT_EQ(vt_getattr(self->both).id, vt_getattr(self->rx).id);
	EXPECT_EQ(2U, vt_look(self->both).receivers);
	EXPECT_EQ(2U, vt_look(self->both).senders);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ('a', vt_take(self->rx));
	ASSERT_EQ(0, vt_put(self->both, 'b'));
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(endpoint, has_the_rights_it_was_made_with)
{
	int fd = vt_reopen(self->both, VT_BOTH);

	EXPECT_EQ(0, vt_put(fd, 'a'));
	EXPECT_EQ('a', vt_take(fd));
	EXPECT_EQ(-EBADF, vt_take(self->tx));
	EXPECT_EQ(-EBADF, vt_put(self->rx, 'b'));
	close(fd);
}

TEST_F(endpoint, reopen_eacces)
{
	EXPECT_EQ(-EACCES, vt_reopen(self->rx, VT_SEND));
	EXPECT_EQ(-EACCES, vt_reopen(self->rx, VT_BOTH));
	EXPECT_EQ(-EACCES, vt_reopen(self->tx, VT_RECV));
	EXPECT_EQ(-EACCES, vt_reopen(self->tx, VT_BOTH));
	EXPECT_EQ(2U, vt_look(self->both).receivers);
	EXPECT_EQ(2U, vt_look(self->both).senders);
}

TEST_F(endpoint, reopen_eacces_even_with_open_permission)
{
	char name[VBUF_NAME_SIZE];
	int rx, tx;

	vt_name(name, "reopen");
	rx = vt_create(name, vt_attr(1, 1), VT_RECV);
	EXPECT_EQ(-EACCES, vt_reopen(rx, VT_SEND));
	tx = vt_open(name, VT_SEND);
	EXPECT_LE(0, tx);
	close(rx);
	close(tx);
}

TEST_F(endpoint, reopen_ebadf_of_nothing)
{
	int closed = fcntl(self->rx, F_DUPFD, 500);

	close(closed);
	EXPECT_EQ(-EBADF, vt_reopen(-1, VT_RECV));
	EXPECT_EQ(-EBADF, vt_reopen(closed, VT_RECV));
	EXPECT_EQ(-EBADF, vt_reopen(1 << 20, VT_RECV));
}

TEST_F(endpoint, reopen_ebadf_of_other_files)
{
	int null = open("/dev/null", O_RDWR), pipes[2];
	int path = open("/dev/vbuf", O_PATH);

	ASSERT_EQ(0, pipe(pipes));
	EXPECT_EQ(-EBADF, vt_reopen(null, VT_RECV));
	EXPECT_EQ(-EBADF, vt_reopen(pipes[0], VT_RECV));
	EXPECT_EQ(-EBADF, vt_reopen(path, VT_RECV));
}

TEST_F(endpoint, reopen_enotconn_of_itself)
{
	struct vbuf_reopen reopen = {
		.size = sizeof(reopen), .rights = VT_RECV };

	reopen.fd = vt_device();
	EXPECT_EQ(-ENOTCONN, vt_ioctl(reopen.fd, VBUF_IOC_REOPEN, &reopen));
	close(reopen.fd);
}

TEST_F(endpoint, reopen_einval_reserved)
{
	struct vbuf_reopen reopen = {
		.size = sizeof(reopen), .rights = VT_RECV, .fd = self->rx,
		.reserved = 1 };
	int fd = vt_device();

	EXPECT_EQ(-EINVAL, vt_ioctl(fd, VBUF_IOC_REOPEN, &reopen));
	reopen.reserved = 0;
	EXPECT_EQ(0, vt_ioctl(fd, VBUF_IOC_REOPEN, &reopen));
	close(fd);
}

TEST_F(endpoint, reopen_edquot)
{
	struct params params;

	param_save(&params);
	param_set(MAX_ENDPOINTS, 1);
	EXPECT_EQ(-EDQUOT, vt_reopen(self->rx, VT_RECV));
	param_restore(&params);
	EXPECT_EQ(2U, vt_look(self->both).receivers);
}

TEST_F(endpoint, outlives_the_one_it_was_made_from)
{
	close(self->both);
	close(self->tx);
	self->both = self->rx;
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
	EXPECT_EQ(1U, vt_look(self->rx).receivers);
}

TEST_F(endpoint, has_its_own_o_nonblock)
{
	struct vt_call recv = { 0 };
	int fd;

	ASSERT_EQ(0, fcntl(self->rx, F_SETFL, O_NONBLOCK));
	fd = vt_reopen(self->rx, VT_RECV);
	vt_start_recv(&recv, fd);
	ASSERT_TRUE(vt_blocked(self->both, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
	close(fd);
}

TEST_F(endpoint, has_nothing_that_the_other_holds)
{
	int fd = vt_reopen(self->rx, VT_RECV);
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_HOLD));
	EXPECT_EQ(-EINVAL, vt_release(fd, msg.cookie, 0));
	close(fd);
	EXPECT_EQ(1U, vt_look(self->both).receiving);
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, 0));
}

TEST_F(endpoint, of_an_unlinked_channel_works)
{
	char name[VBUF_NAME_SIZE];
	int fd, other;

	vt_name(name, "unlinked");
	fd = vt_create(name, vt_attr(1, 1), VT_BOTH);
	ASSERT_EQ(0, vt_unlink(name));
	other = vt_reopen(fd, VT_BOTH);
	ASSERT_LE(0, other);
	EXPECT_EQ(0, vt_put(other, 'a'));
	EXPECT_EQ('a', vt_take(fd));
	close(fd);
	close(other);
}

/* The right was given with the descriptor; the mode has no say. */
TEST_F(endpoint, asks_for_no_permission)
{
	struct vbuf_attr attr = vt_attr(1, 1);
	char name[VBUF_NAME_SIZE];
	int fd;
	pid_t pid;

	attr.mode = 0;
	vt_name(name, "closed");
	fd = vt_create(name, attr, VT_BOTH);
	ASSERT_LE(0, fd);
	pid = vt_fork();
	if (pid == 0) {
		if (setresuid(1234, 1234, 1234))
			_exit(1);
		if (vt_open(name, VT_RECV) != -EACCES)
			_exit(2);
		_exit(vt_reopen(fd, VT_BOTH) < 0 ? 3 : 0);
	}
	EXPECT_EQ(0, vt_reap(pid));
	close(fd);
}

TEST_F(endpoint, of_a_channel_without_receivers_ends_that_state)
{
	int fd;

	close(self->rx);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	fd = self->both;
	self->both = vt_reopen(fd, VT_BOTH);
	ASSERT_EQ(0, vt_shutdown(fd, VT_RECV));
	EXPECT_EQ('a', vt_take(self->both));
	close(fd);
}

TEST_HARNESS_MAIN
