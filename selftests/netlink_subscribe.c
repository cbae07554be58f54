// SPDX-License-Identifier: GPL-2.0
/*
 * Subscribing to events: how often, how many sockets, for how long, and that it is
 * the socket that has subscribed, and not its number.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"

#include <sys/socket.h>
#include <sys/stat.h>

/* Of one user. */
#define SOCKETS_MAX	64

static const struct ns_user user = { 5001, 5001, 5001 };
static const struct ns_user another = { 5002, 5002, 5002 };

static int create(__u32 mode)
{
	struct vbuf_attr attr = vt_attr(1, 64);

	attr.mode = mode;
	return vt_create(NULL, attr, VT_BOTH);
}

TEST(nothing_from_before_is_heard)
{
	int fd = create(0600);
	struct nl nl = nl_subscribed();

	ASSERT_LE(0, fd);
	EXPECT_TRUE(nl_is_silent(&nl));
	close(fd);
	EXPECT_EQ(VBUF_EVENT_WENT, nl_next_event(&nl).kind);
	EXPECT_EQ(VBUF_EVENT_REMOVED, nl_next_event(&nl).kind);
	nl_close(&nl);
}

static void make_events(int fd)
{
	int i;

	for (i = 0; i < 20; i++)
		close(vt_reopen(fd, VT_SEND));
}

/* Who is slower than events come still gets to their end. */
TEST(who_is_slow_is_told_once)
{
	struct nl_answer answer = { .over = false };
	int fd = create(0600), room = 4096, i;
	struct nl nl = nl_subscribed();

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, setsockopt(nl.fd, SOL_SOCKET, SO_RCVBUF, &room,
				sizeof(room)));
	make_events(fd);
	EXPECT_FALSE(nl_is_silent(&nl));
	EXPECT_EQ(-ENOBUFS, nl_receive(&nl, &answer, NULL, NULL));
	/* It has room for some more than that. */
	for (i = 0; i < 3; i++) {
		make_events(fd);
		EXPECT_FALSE(nl_is_silent(&nl));
		EXPECT_EQ(0, nl_receive(&nl, &answer, NULL, NULL));
	}
	nl_close(&nl);
	close(fd);
}

TEST(twice_is_once)
{
	struct nl nl = nl_subscribed();

	EXPECT_EQ(0, nl_subscribe(&nl));
	close(create(0600));
	EXPECT_EQ(VBUF_EVENT_CREATED, nl_next_event(&nl).kind);
	EXPECT_EQ(VBUF_EVENT_WENT, nl_next_event(&nl).kind);
	EXPECT_EQ(VBUF_EVENT_REMOVED, nl_next_event(&nl).kind);
	EXPECT_TRUE(nl_is_silent(&nl));
	nl_close(&nl);
}

TEST(attributes_are_refused)
{
	struct nl nl = nl_open();
	struct nl_request request;
	struct nl_answer answer;

	nl_begin(&request, VBUF_CMD_EVENT_SUBSCRIBE, 0);
	nl_put_u32(&request, VBUF_A_EVENT_KIND, 0);
	answer = nl_ask(&nl, &request, NULL, NULL);
	EXPECT_EQ(-EINVAL, answer.error);
	EXPECT_NE(0U, answer.at);
	nl.seq = 0;
	close(create(0600));
	EXPECT_TRUE(nl_is_silent(&nl));
	nl_close(&nl);
}

/* As @fd has it, or another if @port is not 0. */
static __u32 port_of(int fd, __u32 port)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_pid = port };
	socklen_t len = sizeof(addr);

	if (port && bind(fd, (void *)&addr, sizeof(addr)))
		return 0;
	if (getsockname(fd, (void *)&addr, &len))
		vt_die("getsockname");
	return addr.nl_pid;
}

static long hears_as_port(void *arg)
{
	struct nl nl = { .fd = nl_socket() };
	__u32 port = *(__u32 *)arg;

	if (port_of(nl.fd, port) != port || nl_resolve(&nl))
		return -1;
	nl.seq = 0;
	close(create(0600));
	return !nl_is_silent(&nl);
}

TEST(the_next_one_with_the_number_hears_nothing)
{
	struct nl nl = nl_subscribed();
	__u32 port = port_of(nl.fd, 0);

	nl_close(&nl);
	EXPECT_EQ(0, ns_as(another, hears_as_port, &port));
}

/* SOCKETS_MAX, less as many of its sockets as may subscribe, of that many more. */
static long more_subscribe(void *arg)
{
	int most = SOCKETS_MAX + *(int *)arg, n;
	struct nl nl;
	long ret = 0;

	for (n = 0; n < most && !ret; n += !ret) {
		nl = nl_open();
		ret = nl_subscribe(&nl);
	}
	if (ret && ret != -EDQUOT)
		return ret;
	/* One that has it already stays, and one that goes makes room. */
	if (ret) {
		close(nl.fd - 1);
		if (nl_subscribe(&nl))
			return -1;
	}
	return SOCKETS_MAX - n;
}

TEST(event_subscribe_edquot)
{
	static const struct ns_user root = { 0, 0, 0 };
	int more = 10;

	EXPECT_EQ(0, ns_as(user, more_subscribe, &more));
	/* They were forgotten as they were closed. */
	EXPECT_EQ(0, ns_as(user, more_subscribe, &more));
	EXPECT_EQ(-more, ns_as(root, more_subscribe, &more));
}

/* A child in a user namespace of @user's that has all that it may have. */
static pid_t one_that_has_all(int *ready, int *go)
{
	int to[2], from[2], i;
	char byte = 0;
	pid_t pid;

	if (pipe(to) || pipe(from))
		vt_die("pipe");
	pid = ns_user_fork(user.uid, 0);
	if (!pid) {
		close(from[1]);
		for (i = 0; i < SOCKETS_MAX; i++)
			nl_subscribed();
		if (write(to[1], &byte, 1) != 1 || read(from[0], &byte, 1) != 0)
			vt_die("a pipe");
		_exit(0);
	}
	close(to[1]);
	close(from[0]);
	*ready = to[0];
	*go = from[1];
	return pid;
}

TEST(user_namespaces_do_not_multiply_them)
{
	int more = 0, ready, go;
	pid_t first = one_that_has_all(&ready, &go), second;
	struct nl nl;
	char byte;

	ASSERT_EQ(1, read(ready, &byte, 1));
	second = ns_user_fork(user.uid, 0);
	if (!second) {
		nl = nl_open();
		_exit(-nl_subscribe(&nl));
	}
	EXPECT_EQ(EDQUOT, vt_reap(second));
	EXPECT_EQ(0, ns_as(another, more_subscribe, &more));
	close(go);
	EXPECT_EQ(0, vt_reap(first));
}

TEST_HARNESS_MAIN
