// SPDX-License-Identifier: GPL-2.0
/*
 * An endpoint is an open file: dup(), fork() and SCM_RIGHTS share it, and it
 * ends with its last descriptor.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#include <sys/socket.h>

FIXTURE(endpoint) {
	int rx;
	int tx;
};

FIXTURE_SETUP(endpoint)
{
	vt_pair(&self->rx, &self->tx, vt_attr(2, 64));
}

FIXTURE_TEARDOWN(endpoint)
{
	EXPECT_TRUE(vt_settled(self->rx));
}

union fd_message {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void pass(int socket, int fd)
{
	union fd_message control = {
		.header.cmsg_level = SOL_SOCKET,
		.header.cmsg_type = SCM_RIGHTS,
		.header.cmsg_len = CMSG_LEN(sizeof(int)) };
	struct iovec byte = { (char *)"", 1 };
	struct msghdr msg = {
		.msg_iov = &byte, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(socket, &msg, 0) != 1)
		vt_die("pass a descriptor");
}

static int passed(int socket)
{
	union fd_message control;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control) };
	int fd;

	if (recvmsg(socket, &msg, 0) != 1 || msg.msg_controllen == 0)
		vt_die("receive a descriptor");
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

TEST_F(endpoint, dup_is_the_same_endpoint)
{
	int copy = dup(self->rx);
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	EXPECT_EQ(1U, vt_look(self->rx).receivers);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_HOLD));
	EXPECT_EQ(0, vt_release(copy, msg.cookie, 0));
	close(copy);
}

TEST_F(endpoint, dup_keeps_it_alive)
{
	int copy = dup(self->tx);

	close(self->tx);
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	EXPECT_EQ(0, vt_put(copy, 'a'));
	close(copy);
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
}

TEST_F(endpoint, fork_shares_it)
{
	pid_t pid = vt_fork();

	if (pid == 0)
		_exit(vt_put(self->tx, 'a') == 0 ? 0 : 1);
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(1U, vt_look(self->rx).senders);
}

TEST_F(endpoint, what_a_dead_child_held_is_held_still)
{
	__u64 *cookie = mmap(NULL, sizeof(*cookie), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	pid = vt_fork();
	if (pid == 0) {
		char byte;
		struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

		if (vt_recvv(self->rx, &msg, 1, VBUF_HOLD) != 1)
			_exit(1);
		*cookie = msg.cookie;
		_exit(0);
	}
	ASSERT_EQ(0, vt_reap(pid));
	EXPECT_EQ(1U, vt_look(self->rx).receiving);
	EXPECT_EQ(0, vt_release(self->rx, *cookie, 0));
}

/* The channel's ends may be all that two processes have in common. */
TEST_F(endpoint, scm_rights_carries_it)
{
	int sockets[2];
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	pid = vt_fork();
	if (pid == 0) {
		int tx;

		close(self->rx);
		close(self->tx);
		if (setresuid(1234, 1234, 1234))
			_exit(1);
		tx = passed(sockets[1]);
		_exit(vt_put(tx, 'a') == 0 ? 0 : 2);
	}
	pass(sockets[0], self->tx);
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_F(endpoint, in_flight_it_lives)
{
	int sockets[2], tx;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	pass(sockets[0], self->tx);
	close(self->tx);
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	tx = passed(sockets[1]);
	EXPECT_EQ(0, vt_put(tx, 'a'));
	EXPECT_EQ('a', vt_take(self->rx));
	close(tx);
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
}

TEST_F(endpoint, it_ends_with_the_socket_that_carried_it)
{
	struct vt_call recv = { 0 };
	int sockets[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	pass(sockets[0], self->tx);
	close(self->tx);
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	close(sockets[0]);
	close(sockets[1]);
	EXPECT_EQ(-EPIPE, vt_join(&recv));
}

/* No process has it, and yet it is there. */
TEST_F(endpoint, a_channel_lives_while_an_endpoint_is_in_flight)
{
	struct vt_channel info;
	__u64 id = vt_getattr(self->rx).id;
	int sockets[2], rx = self->rx;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	pass(sockets[0], self->rx);
	close(self->tx);
	self->rx = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	close(rx);
	EXPECT_TRUE(vt_find(id, &info));
	close(sockets[0]);
	close(sockets[1]);
	EXPECT_FALSE(vt_find(id, &info));
}

TEST_F(endpoint, exec_closes_what_is_close_on_exec)
{
	pid_t pid;

	ASSERT_NE(0, fcntl(self->tx, F_GETFD) & FD_CLOEXEC);
	pid = vt_fork();
	if (pid == 0) {
		execl("/bin/sleep", "sleep", "1000", NULL);
		_exit(127);
	}
	close(self->tx);
	while (vt_take(self->rx) == -EAGAIN)
		usleep(1000);
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(-SIGKILL, vt_reap(pid));
}

TEST_HARNESS_MAIN
