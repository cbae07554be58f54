// SPDX-License-Identifier: GPL-2.0
/* libvbuf's functions that create, open and remove channels. */
#include <sys/stat.h>
#include <vbuf.h>

#include "vbuf_test.h"
#include "kselftest_harness.h"

#define NOBODY 65534

FIXTURE(channel) {
	char name[VBUF_NAME_SIZE];
	struct vbuf_attr attr;
	int fd;
};

FIXTURE_SETUP(channel)
{
	vt_name(self->name, "open");
	self->attr = vt_attr(2, 64);
	self->fd = vbuf_create(self->name, &self->attr, O_RDWR);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(channel)
{
	close(self->fd);
}

/* What a libvbuf call returned, or -errno. */
static long result(long ret)
{
	return ret == -1 ? -errno : ret;
}

/* The endpoint's rights: what another one of the channel may be given by it. */
static unsigned int rights(int fd)
{
	int rx = vbuf_reopen(fd, O_RDONLY), tx = vbuf_reopen(fd, O_WRONLY);
	unsigned int may = 0;

	if (rx >= 0)
		may |= VBUF_RIGHT_RECV;
	if (tx >= 0)
		may |= VBUF_RIGHT_SEND;
	close(rx);
	close(tx);
	return may;
}

static bool close_on_exec(int fd)
{
	return fcntl(fd, F_GETFD) == FD_CLOEXEC;
}

static bool nonblocking(int fd)
{
	return fcntl(fd, F_GETFL) & O_NONBLOCK;
}

/* Runs @call in a process of another user, with no capabilities. */
static long as_nobody(long (*call)(const char *name), const char *name)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		if (setresgid(NOBODY, NOBODY, NOBODY) ||
		    setresuid(NOBODY, NOBODY, NOBODY))
			vt_die("become another user");
		_exit(-call(name));
	}
	return -vt_reap(pid);
}

TEST(oflags_are_the_endpoint_s_rights)
{
	static const int oflags[] = { O_RDONLY, O_WRONLY, O_RDWR };
	static const unsigned int wanted[] = { VT_RECV, VT_SEND, VT_BOTH };
	struct vbuf_attr attr = vt_attr(2, 64);
	char name[VBUF_NAME_SIZE];
	int fds[4], i, j;

	vt_name(name, "rights");
	for (i = 0; i < 3; i++) {
		fds[0] = vbuf_create(name, &attr, oflags[i]);
		fds[1] = vbuf_open(name, oflags[i]);
		fds[2] = vbuf_ensure(name, &attr, oflags[i]);
		fds[3] = vbuf_reopen(fds[0], oflags[i]);
		for (j = 0; j < 4; j++) {
			EXPECT_EQ(wanted[i], rights(fds[j]));
			EXPECT_TRUE(close_on_exec(fds[j]));
			EXPECT_FALSE(nonblocking(fds[j]));
			close(fds[j]);
		}
	}
}

TEST(o_nonblock_is_the_descriptor_s)
{
	struct vbuf_attr attr = vt_attr(2, 64);
	char name[VBUF_NAME_SIZE], byte;
	int fds[6], i;

	vt_name(name, "nonblock");
	fds[0] = vbuf_create(name, &attr, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	fds[1] = vbuf_open(name, O_RDWR | O_NONBLOCK);
	fds[2] = vbuf_ensure(name, &attr, O_RDWR | O_NONBLOCK);
	fds[3] = vbuf_reopen(fds[0], O_RDWR | O_NONBLOCK);
	ASSERT_EQ(0, vbuf_pair(fds + 4, &attr, O_NONBLOCK));
	for (i = 0; i < 6; i++) {
		EXPECT_TRUE(nonblocking(fds[i]));
		EXPECT_TRUE(close_on_exec(fds[i]));
	}
	for (i = 0; i < 5; i++)
		EXPECT_EQ(-EAGAIN, result(vbuf_recv(fds[i], &byte, 1, 0)));
	for (i = 0; i < 6; i++)
		close(fds[i]);
}

TEST(a_pair_receives_first_and_sends_second)
{
	struct vbuf_attr attr = vt_attr(2, 64);
	struct vt_channel info;
	char text[64];
	int fds[2];

	ASSERT_EQ(0, vbuf_pair(fds, &attr, 0));
	EXPECT_EQ(VT_RECV, rights(fds[0]));
	EXPECT_EQ(VT_SEND, rights(fds[1]));
	EXPECT_TRUE(close_on_exec(fds[0]) && close_on_exec(fds[1]));
	info = vt_look(fds[0]);
	EXPECT_EQ(1U, info.senders);
	EXPECT_EQ(1U, info.receivers);
	EXPECT_EQ(0, info.name[0]);
	EXPECT_EQ(6, vbuf_send(fds[1], "hello", 6, 0));
	close(fds[1]);
	EXPECT_EQ(6, vbuf_recv(fds[0], text, sizeof(text), 0));
	EXPECT_STREQ("hello", text);
	EXPECT_EQ(-EPIPE, result(vbuf_recv(fds[0], text, sizeof(text), 0)));
	close(fds[0]);
}

TEST(pair_einval)
{
	struct vbuf_attr attr = vt_attr(2, 64);
	int fds[2] = { -7, -7 };

	attr.flags = VBUF_PERSIST;
	EXPECT_EQ(-EINVAL, result(vbuf_pair(fds, &attr, 0)));
	attr = vt_attr(0, 64);
	EXPECT_EQ(-EINVAL, result(vbuf_pair(fds, &attr, 0)));
	EXPECT_EQ(-EINVAL, result(vbuf_pair(fds, NULL, 0)));
	EXPECT_EQ(-7, fds[0]);
	EXPECT_EQ(-7, fds[1]);
}

TEST_F(channel, create_einval)
{
	struct vbuf_attr attr = vt_attr(2, 64);
	char name[VBUF_NAME_SIZE + 1] = "";

	memset(name, 'n', VBUF_NAME_SIZE);
	EXPECT_EQ(-EINVAL, result(vbuf_create(name, &attr, O_RDWR)));
	EXPECT_EQ(-EINVAL, result(vbuf_create("a/b", &attr, O_RDWR)));
	EXPECT_EQ(-EINVAL, result(vbuf_create("", &attr, O_RDWR)));
	attr.slot_size = 0;
	EXPECT_EQ(-EINVAL, result(vbuf_create(NULL, &attr, O_RDWR)));
	attr = vt_attr(2, 64);
	attr.mode = 01000;
	EXPECT_EQ(-EINVAL, result(vbuf_create(NULL, &attr, O_RDWR)));
	attr = vt_attr(2, 64);
	attr.flags = VBUF_PERSIST;
	EXPECT_EQ(-EINVAL, result(vbuf_create(NULL, &attr, O_RDWR)));
}

TEST_F(channel, create_eexist)
{
	EXPECT_EQ(-EEXIST, result(vbuf_create(self->name, &self->attr, O_RDWR)));
}

TEST_F(channel, create_edquot)
{
	struct vbuf_attr attr = vt_attr(VBUF_MAX_SLOTS, VBUF_MAX_SLOT_SIZE);

	EXPECT_EQ(-EDQUOT, result(vbuf_create(NULL, &attr, O_RDWR)));
}

TEST(create_with_a_name_of_63_bytes)
{
	struct vbuf_attr attr = vt_attr(2, 64), got;
	char name[VBUF_NAME_SIZE] = "";
	int fd, other;

	memset(name, 'n', VBUF_NAME_SIZE - 1);
	fd = vbuf_create(name, &attr, O_WRONLY);
	ASSERT_LE(0, fd);
	other = vbuf_open(name, O_RDONLY);
	ASSERT_LE(0, other);
	EXPECT_EQ(0, vbuf_getattr(other, &got));
	close(fd);
	close(other);
	EXPECT_EQ(-ENOENT, result(vbuf_open(name, O_RDONLY)));
}

static long open_for_sending(const char *name)
{
	return result(vbuf_open(name, O_WRONLY));
}

static long open_for_receiving(const char *name)
{
	int fd = vbuf_open(name, O_RDONLY);

	return fd < 0 ? -errno : 0;
}

static long unlink_it(const char *name)
{
	return result(vbuf_unlink(name));
}

static long ensure_for_sending(const char *name)
{
	struct vbuf_attr attr = vt_attr(2, 64);

	return result(vbuf_ensure(name, &attr, O_WRONLY));
}

TEST_F(channel, open_enoent_einval)
{
	EXPECT_EQ(-ENOENT, result(vbuf_open("no-such-channel", O_RDWR)));
	EXPECT_EQ(-EINVAL, result(vbuf_open("a/b", O_RDWR)));
	EXPECT_EQ(-EINVAL, result(vbuf_open(NULL, O_RDWR)));
}

TEST(open_eacces)
{
	struct vbuf_attr attr = vt_attr(2, 64);
	char name[VBUF_NAME_SIZE];
	int fd;

	umask(0);
	attr.mode = 0644;
	vt_name(name, "eacces");
	fd = vbuf_create(name, &attr, O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, as_nobody(open_for_receiving, name));
	EXPECT_EQ(-EACCES, as_nobody(open_for_sending, name));
	EXPECT_EQ(-EACCES, as_nobody(ensure_for_sending, name));
	EXPECT_EQ(-EACCES, as_nobody(unlink_it, name));
	close(fd);
}

TEST_F(channel, reopen_eacces)
{
	int rx = vbuf_reopen(self->fd, O_RDONLY);

	ASSERT_LE(0, rx);
	EXPECT_EQ(-EACCES, result(vbuf_reopen(rx, O_WRONLY)));
	EXPECT_EQ(-EACCES, result(vbuf_reopen(rx, O_RDWR)));
	close(rx);
}

TEST_F(channel, reopen_ebadf_enotconn)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), device = vt_device();

	EXPECT_EQ(-EBADF, result(vbuf_reopen(-1, O_RDONLY)));
	EXPECT_EQ(-EBADF, result(vbuf_reopen(null, O_RDONLY)));
	EXPECT_EQ(-ENOTCONN, result(vbuf_reopen(device, O_RDONLY)));
	close(null);
	close(device);
}

TEST_F(channel, an_unlinked_name_is_free_at_once)
{
	char byte = 0;
	int fd;

	EXPECT_EQ(0, vbuf_unlink(self->name));
	EXPECT_EQ(-ENOENT, result(vbuf_unlink(self->name)));
	EXPECT_EQ(-ENOENT, result(vbuf_open(self->name, O_RDWR)));
	fd = vbuf_create(self->name, &self->attr, O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, vbuf_send(self->fd, "a", 1, 0));
	EXPECT_EQ(-EAGAIN, result(vbuf_recv(fd, &byte, 1, VBUF_DONTWAIT)));
	EXPECT_EQ(1, vbuf_recv(self->fd, &byte, 1, 0));
	EXPECT_EQ('a', byte);
	close(fd);
}

TEST(getattr_tells_what_was_created_less_the_umask)
{
	struct vbuf_attr attr = {
		.flags = VBUF_REDELIVER | VBUF_LOSSY, .slots = 3,
		.slot_size = 100, .mode = 0666, .held_max = 2,
		.max_deliveries = 5 };
	struct vbuf_attr got;
	int fd;

	umask(027);
	fd = vbuf_create(NULL, &attr, O_RDONLY);
	ASSERT_LE(0, fd);
	vt_poison(&got);
	EXPECT_EQ(0, vbuf_getattr(fd, &got));
	attr.mode = 0640;
	EXPECT_EQ(0, memcmp(&attr, &got, sizeof(got)));
	close(fd);
}

TEST(getattr_enotconn_enotty_ebadf)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), device = vt_device();
	struct vbuf_attr got;

	EXPECT_EQ(-ENOTCONN, result(vbuf_getattr(device, &got)));
	EXPECT_EQ(-ENOTTY, result(vbuf_getattr(null, &got)));
	EXPECT_EQ(-EBADF, result(vbuf_getattr(-1, &got)));
	close(null);
	close(device);
}

TEST_HARNESS_MAIN
