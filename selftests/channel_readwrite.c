// SPDX-License-Identifier: GPL-2.0
/* read() and write(), readv() and writev(): one message a call. */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#include <sys/inotify.h>
#include <sys/stat.h>

FIXTURE(channel) {
	char buf[64];
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(2, 64));
	memset(self->buf, VT_POISON, sizeof(self->buf));
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
}

static long vectored(ssize_t (*call)(int, const struct iovec *, int), int fd,
		     const struct iovec *iov, int count)
{
	ssize_t ret = call(fd, iov, count);

	return ret < 0 ? -errno : ret;
}

TEST_F(channel, write_sends_and_read_receives_one_message)
{
	EXPECT_EQ(5, vt_write(self->tx, "hello", 5));
	EXPECT_EQ(3, vt_write(self->tx, "you", 3));
	EXPECT_EQ(5, vt_read(self->rx, self->buf, 64));
	EXPECT_EQ(0, memcmp(self->buf, "hello\xcc", 6));
	EXPECT_EQ(3, vt_read(self->rx, self->buf, 64));
	EXPECT_EQ(0, memcmp(self->buf, "youlo", 5));
}

TEST_F(channel, they_mix_with_the_ioctls)
{
	EXPECT_EQ(1, vt_write(self->tx, "a", 1));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(1, vt_read(self->rx, self->buf, 64));
	EXPECT_EQ('b', self->buf[0]);
}

TEST_F(channel, write_of_no_bytes_is_a_message)
{
	EXPECT_EQ(0, vt_write(self->tx, "", 0));
	EXPECT_EQ(1U, vt_look(self->rx).depth);
	EXPECT_EQ(0, vt_read(self->rx, self->buf, 64));
	EXPECT_EQ(0U, vt_look(self->rx).depth);
}

TEST_F(channel, read_returns_0_at_hang_up)
{
	ASSERT_EQ(1, vt_write(self->tx, "a", 1));
	close(self->tx);
	EXPECT_EQ(1, vt_read(self->rx, self->buf, 64));
	EXPECT_EQ(0, vt_read(self->rx, self->buf, 64));
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
}

TEST_F(channel, read_that_blocks_returns_0_at_hang_up)
{
	struct vt_call reader = { .op = vt_op_read, .fd = self->rx, .len = 64 };

	vt_start(&reader);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	close(self->tx);
	EXPECT_EQ(0, vt_join(&reader));
}

TEST_F(channel, read_blocks_until_written)
{
	struct vt_call reader = { .op = vt_op_read, .fd = self->rx, .len = 64 };

	vt_start(&reader);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(1, vt_write(self->tx, "a", 1));
	EXPECT_EQ(1, vt_join(&reader));
}

TEST_F(channel, write_blocks_until_read)
{
	struct vt_call writer = { .op = vt_op_write, .fd = self->tx, .len = 1 };

	ASSERT_EQ(1, vt_write(self->tx, "a", 1));
	ASSERT_EQ(1, vt_write(self->tx, "b", 1));
	vt_start(&writer);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	ASSERT_EQ(1, vt_read(self->rx, self->buf, 64));
	EXPECT_EQ(1, vt_join(&writer));
}

TEST_F(channel, read_eagain)
{
	ASSERT_EQ(0, fcntl(self->rx, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, vt_read(self->rx, self->buf, 64));
}

TEST_F(channel, write_eagain)
{
	ASSERT_EQ(0, fcntl(self->tx, F_SETFL, O_NONBLOCK));
	ASSERT_EQ(1, vt_write(self->tx, "a", 1));
	ASSERT_EQ(1, vt_write(self->tx, "b", 1));
	EXPECT_EQ(-EAGAIN, vt_write(self->tx, "c", 1));
}

TEST_F(channel, write_emsgsize)
{
	char message[65] = { 0 };

	EXPECT_EQ(-EMSGSIZE, vt_write(self->tx, message, 65));
	EXPECT_EQ(64, vt_write(self->tx, message, 64));
}

TEST_F(channel, write_epipe)
{
	int other = vt_reopen(self->tx, VT_SEND);

	ASSERT_EQ(0, vt_shutdown(other, VT_SEND));
	vt_catch(SIGPIPE, 0);
	EXPECT_EQ(-EPIPE, vt_write(other, "a", 1));
	EXPECT_EQ(0, vt_caught());
	close(other);
}

TEST_F(channel, write_efault)
{
	EXPECT_EQ(-EFAULT, vt_write(self->tx, VT_UNMAPPED, 1));
	EXPECT_EQ(2U, vt_look(self->rx).free);
}

TEST_F(channel, read_efault)
{
	ASSERT_EQ(1, vt_write(self->tx, "a", 1));
	EXPECT_EQ(-EFAULT, vt_read(self->rx, VT_UNMAPPED, 64));
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_F(channel, read_ebadf)
{
	EXPECT_EQ(-EBADF, vt_read(self->tx, self->buf, 1));
}

TEST_F(channel, write_ebadf)
{
	EXPECT_EQ(-EBADF, vt_write(self->rx, "a", 1));
}

TEST(read_and_write_enotconn)
{
	int fd = vt_device();
	char byte;

	EXPECT_EQ(-ENOTCONN, vt_read(fd, &byte, 1));
	EXPECT_EQ(-ENOTCONN, vt_write(fd, "a", 1));
}

TEST_F(channel, writev_gathers_one_message)
{
	struct iovec iov[4] = {
		{ (char *)"he", 2 }, { NULL, 0 }, { (char *)"l", 1 },
		{ (char *)"lo", 2 } };

	EXPECT_EQ(5, vectored(writev, self->tx, iov, 4));
	EXPECT_EQ(1U, vt_look(self->rx).depth);
	EXPECT_EQ(5, vt_read(self->rx, self->buf, 64));
	EXPECT_EQ(0, memcmp(self->buf, "hello\xcc", 6));
}

TEST_F(channel, readv_scatters_one_message)
{
	struct iovec iov[3] = {
		{ self->buf, 2 }, { self->buf + 10, 1 }, { self->buf + 20, 9 },
	};

	ASSERT_EQ(5, vt_write(self->tx, "hello", 5));
	ASSERT_EQ(1, vt_write(self->tx, "x", 1));
	EXPECT_EQ(5, vectored(readv, self->rx, iov, 3));
	EXPECT_EQ(0, memcmp(self->buf, "he\xcc", 3));
	EXPECT_EQ(0, memcmp(self->buf + 10, "l\xcc", 2));
	EXPECT_EQ(0, memcmp(self->buf + 20, "lo\xcc", 3));
	EXPECT_EQ('x', vt_take(self->rx));
}

TEST_F(channel, readv_emsgsize)
{
	struct iovec iov[2] = { { self->buf, 2 }, { self->buf + 2, 2 } };

	ASSERT_EQ(5, vt_write(self->tx, "hello", 5));
	EXPECT_EQ(-EMSGSIZE, vectored(readv, self->rx, iov, 2));
	EXPECT_EQ((char)VT_POISON, self->buf[0]);
	iov[1].iov_len = 3;
	EXPECT_EQ(5, vectored(readv, self->rx, iov, 2));
}

TEST_F(channel, writev_emsgsize)
{
	struct iovec iov[2] = { { self->buf, 64 }, { self->buf, 1 } };

	EXPECT_EQ(-EMSGSIZE, vectored(writev, self->tx, iov, 2));
	EXPECT_EQ(64, vectored(writev, self->tx, iov, 1));
}

TEST_F(channel, vectors_of_no_bytes_do_nothing)
{
	struct iovec iov[2] = { { self->buf, 0 }, { self->buf, 0 } };

	EXPECT_EQ(0, vectored(writev, self->tx, iov, 2));
	EXPECT_EQ(0, vectored(writev, self->tx, NULL, 0));
	EXPECT_EQ(0U, vt_look(self->rx).sent);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(0, vectored(readv, self->rx, iov, 2));
	EXPECT_EQ(0, vectored(readv, self->rx, NULL, 0));
	EXPECT_EQ(1U, vt_look(self->rx).depth);
}

TEST_F(channel, writev_efault)
{
	struct iovec iov[2] = { { self->buf, 8 }, { VT_UNMAPPED, 8 } };

	EXPECT_EQ(-EFAULT, vectored(writev, self->tx, iov, 2));
	EXPECT_EQ(0U, vt_look(self->rx).sent);
	EXPECT_EQ(2U, vt_look(self->rx).free);
}

TEST_F(channel, readv_efault)
{
	struct iovec iov[2] = { { self->buf, 2 }, { VT_UNMAPPED, 8 } };

	ASSERT_EQ(5, vt_write(self->tx, "hello", 5));
	EXPECT_EQ(-EFAULT, vectored(readv, self->rx, iov, 2));
	EXPECT_EQ(5, vt_read(self->rx, self->buf, 64));
	EXPECT_EQ(0, memcmp(self->buf, "hello", 5));
}

/* The rights are the endpoint's; only read() and write() heed the file's. */
TEST_F(channel, the_open_mode_binds_read_and_write_alone)
{
	struct vbuf_reopen reopen = {
		.size = sizeof(reopen), .rights = VT_SEND, .fd = self->tx };
	int fd = open("/dev/vbuf", O_RDONLY);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vt_ioctl(fd, VBUF_IOC_REOPEN, &reopen));
	EXPECT_EQ(-EBADF, vt_write(fd, "a", 1));
	EXPECT_EQ(0, vt_put(fd, 'b'));
	EXPECT_EQ('b', vt_take(self->rx));
	close(fd);
}

/* Who watches the device node learns of no message. */
TEST_F(channel, messages_are_no_events_of_the_device_node)
{
	int fd = inotify_init1(IN_NONBLOCK), other = vt_device();
	struct inotify_event event;

	ASSERT_LE(0, inotify_add_watch(fd, "/dev/vbuf",
				       IN_ACCESS | IN_MODIFY | IN_ATTRIB));
	EXPECT_EQ(1, vt_write(self->tx, "a", 1));
	EXPECT_EQ(1, vt_read(self->rx, self->buf, 64));
	EXPECT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ(-EAGAIN, vt_read(fd, &event, sizeof(event)));
	/* The watch does see what it is to see. */
	ASSERT_EQ(0, fchmod(other, 0666));
	ASSERT_EQ((long)sizeof(event), vt_read(fd, &event, sizeof(event)));
	EXPECT_EQ((__u32)IN_ATTRIB, event.mask);
	close(other);
	close(fd);
}

TEST_HARNESS_MAIN
