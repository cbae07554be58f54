// SPDX-License-Identifier: GPL-2.0
/*
 * poll(), select() and epoll on a channel: what is ready, what wakes a poller,
 * and that an edge is a message entering the queue or a slot becoming free.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#include <sys/epoll.h>
#include <sys/select.h>

#define ALL (POLLIN | POLLOUT)

FIXTURE(channel) {
	char name[VBUF_NAME_SIZE];
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_name(self->name, "poll");
	self->rx = vt_create(self->name, vt_attr(2, 64), VT_RECV);
	self->tx = vt_open(self->name, VT_SEND);
	ASSERT_LE(0, self->rx);
	ASSERT_LE(0, self->tx);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx < 0 ? self->tx : self->rx));
}

static int watch(int fd, unsigned int events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		vt_die("epoll");
	return epoll;
}

/* What is new since the last look, 0 for nothing. */
static unsigned int news(int epoll)
{
	struct epoll_event event = { 0 };
	int n = epoll_wait(epoll, &event, 1, 0);

	if (n < 0)
		vt_die("epoll_wait");
	return n ? event.events : 0;
}

static long op_poll(struct vt_call *call)
{
	struct pollfd pollfd = { .fd = call->fd, .events = call->flags };

	if (poll(&pollfd, 1, -1) != 1)
		return -errno;
	return pollfd.revents;
}

/* Lets a thread sleep in poll(). */
static void start_poll(struct vt_call *call, int fd, short events)
{
	call->op = op_poll;
	call->fd = fd;
	call->flags = events;
	vt_start(call);
	if (!vt_sleeps(call->tid))
		vt_die("poll() does not sleep");
}

TEST_F(channel, pollin_while_the_queue_is_not_empty)
{
	EXPECT_EQ(0U, vt_poll(self->rx, ALL));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ((unsigned int)POLLIN, vt_poll(self->rx, ALL));
	EXPECT_EQ((unsigned int)POLLIN, vt_poll(self->rx, ALL));
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0U, vt_poll(self->rx, ALL));
}

TEST_F(channel, pollin_for_a_message_of_no_bytes)
{
	ASSERT_EQ(0, vt_send(self->tx, NULL, 0, 0));
	EXPECT_EQ((unsigned int)POLLIN, vt_poll(self->rx, POLLIN));
	ASSERT_EQ(0, vt_recv(self->rx, NULL, 0, 0));
}

TEST_F(channel, pollout_while_a_slot_is_free)
{
	EXPECT_EQ((unsigned int)POLLOUT, vt_poll(self->tx, ALL));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ((unsigned int)POLLOUT, vt_poll(self->tx, ALL));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(0U, vt_poll(self->tx, ALL));
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ((unsigned int)POLLOUT, vt_poll(self->tx, ALL));
}

TEST_F(channel, an_endpoint_with_both_rights_polls_for_both)
{
	int both = vt_open(self->name, VT_BOTH);

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ((unsigned int)ALL, vt_poll(both, ALL));
	close(both);
}

TEST_F(channel, no_pollout_while_all_messages_are_held)
{
	char bytes[2];
	struct vbuf_msg msgs[2] = {
		{ .buf = (uintptr_t)&bytes[0], .size = 1 },
		{ .buf = (uintptr_t)&bytes[1], .size = 1 },
	};

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	ASSERT_EQ(2, vt_recvv(self->rx, msgs, 2, VBUF_HOLD));
	EXPECT_EQ(0U, vt_poll(self->tx, ALL));
	EXPECT_EQ(0U, vt_poll(self->rx, ALL));
	ASSERT_EQ(0, vt_release(self->rx, msgs[0].cookie, 0));
	EXPECT_EQ((unsigned int)POLLOUT, vt_poll(self->tx, ALL));
	ASSERT_EQ(0, vt_release(self->rx, msgs[1].cookie, VBUF_REQUEUE));
	EXPECT_EQ((unsigned int)POLLIN, vt_poll(self->rx, ALL));
}

TEST_F(channel, pollhup_when_the_last_sender_has_gone)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	close(self->tx);
	EXPECT_EQ((unsigned int)(POLLIN | POLLHUP), vt_poll(self->rx, ALL));
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ((unsigned int)POLLHUP, vt_poll(self->rx, ALL));
	self->tx = vt_open(self->name, VT_SEND);
	EXPECT_EQ(0U, vt_poll(self->rx, ALL));
}

TEST_F(channel, pollerr_when_the_last_receiver_has_gone)
{
	close(self->rx);
	self->rx = -1;
	EXPECT_EQ((unsigned int)POLLERR, vt_poll(self->tx, ALL) & ~POLLOUT);
	self->rx = vt_open(self->name, VT_RECV);
	EXPECT_EQ((unsigned int)POLLOUT, vt_poll(self->tx, ALL));
}

TEST_F(channel, no_pollhup_before_the_first_sender)
{
	char name[VBUF_NAME_SIZE];
	int rx, tx;

	vt_name(name, "first");
	rx = vt_create(name, vt_attr(1, 1), VT_RECV);
	EXPECT_EQ(0U, vt_poll(rx, ALL));
	close(rx);
	tx = vt_create(name, vt_attr(1, 1), VT_SEND);
	EXPECT_EQ((unsigned int)POLLOUT, vt_poll(tx, ALL));
	close(tx);
}

TEST_F(channel, a_message_wakes_who_polls)
{
	struct vt_call poller = { 0 };

	start_poll(&poller, self->rx, POLLIN);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(POLLIN, vt_join(&poller));
}

TEST_F(channel, a_free_slot_wakes_who_polls)
{
	struct vt_call poller = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	start_poll(&poller, self->tx, POLLOUT);
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(POLLOUT, vt_join(&poller));
}

TEST_F(channel, the_last_senders_end_wakes_who_polls)
{
	struct vt_call poller = { 0 };

	start_poll(&poller, self->rx, POLLIN);
	close(self->tx);
	EXPECT_EQ(POLLHUP, vt_join(&poller));
}

TEST_F(channel, the_last_receivers_end_wakes_who_polls)
{
	struct vt_call poller = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	start_poll(&poller, self->tx, POLLOUT);
	close(self->rx);
	self->rx = -1;
	EXPECT_EQ(POLLERR, vt_join(&poller));
}

TEST_F(channel, select_tells_the_same)
{
	int top = (self->rx > self->tx ? self->rx : self->tx) + 1;
	struct timeval now = { 0 };
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(self->rx, &in);
	FD_SET(self->tx, &out);
	EXPECT_EQ(1, select(top, &in, &out, NULL, &now));
	EXPECT_FALSE(FD_ISSET(self->rx, &in));
	EXPECT_TRUE(FD_ISSET(self->tx, &out));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	FD_SET(self->rx, &in);
	EXPECT_EQ(1, select(top, &in, &out, NULL, &now));
	EXPECT_TRUE(FD_ISSET(self->rx, &in));
	EXPECT_FALSE(FD_ISSET(self->tx, &out));
}

TEST_F(channel, level_triggered_epoll_tells_again)
{
	int epoll = watch(self->rx, EPOLLIN);

	EXPECT_EQ(0U, news(epoll));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ((unsigned int)EPOLLIN, news(epoll));
	EXPECT_EQ((unsigned int)EPOLLIN, news(epoll));
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0U, news(epoll));
}

TEST_F(channel, each_message_that_enters_the_queue_is_an_edge)
{
	int epoll = watch(self->rx, EPOLLIN | EPOLLET);

	EXPECT_EQ(0U, news(epoll));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ((unsigned int)EPOLLIN, news(epoll));
	EXPECT_EQ(0U, news(epoll));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ((unsigned int)EPOLLIN, news(epoll));
	EXPECT_EQ(0U, news(epoll));
}

TEST_F(channel, a_message_that_leaves_the_queue_is_no_edge)
{
	int epoll;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	epoll = watch(self->rx, EPOLLIN | EPOLLET);
	ASSERT_EQ((unsigned int)EPOLLIN, news(epoll));
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0U, news(epoll));
}

/*
 * Watched for both, an endpoint where one of the two is ready shows any wake-up
 * at all as an edge.
 */
TEST_F(channel, a_message_handed_over_is_no_edge)
{
	int both = vt_open(self->name, VT_BOTH);
	int epoll = watch(both, ALL | EPOLLET);
	struct vt_call recv = { 0 };

	vt_one_cpu();
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ((unsigned int)EPOLLOUT, news(epoll));
	vt_hold_cpu();
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(0U, news(epoll));
	vt_free_cpu();
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ((unsigned int)EPOLLOUT, news(epoll));
	close(both);
}

TEST_F(channel, a_slot_handed_over_is_no_edge)
{
	int both = vt_open(self->name, VT_BOTH);
	int epoll = watch(both, ALL | EPOLLET);
	struct vt_call send = { 0 };

	vt_one_cpu();
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	vt_start_send(&send, self->tx, 'c');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	ASSERT_EQ((unsigned int)EPOLLIN, news(epoll));
	vt_hold_cpu();
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0U, news(epoll));
	vt_free_cpu();
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ((unsigned int)EPOLLIN, news(epoll));
	close(both);
}

TEST_F(channel, each_slot_that_becomes_free_is_an_edge)
{
	int epoll;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	epoll = watch(self->tx, EPOLLOUT | EPOLLET);
	EXPECT_EQ(0U, news(epoll));
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ((unsigned int)EPOLLOUT, news(epoll));
	EXPECT_EQ(0U, news(epoll));
	ASSERT_EQ('b', vt_take(self->rx));
	EXPECT_EQ((unsigned int)EPOLLOUT, news(epoll));
	EXPECT_EQ(0U, news(epoll));
}

TEST_F(channel, a_slot_that_is_taken_is_no_edge)
{
	int epoll = watch(self->tx, EPOLLOUT | EPOLLET);

	ASSERT_EQ((unsigned int)EPOLLOUT, news(epoll));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(0U, news(epoll));
}

TEST_F(channel, a_message_put_back_is_an_edge)
{
	int epoll = watch(self->rx, EPOLLIN | EPOLLET);
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_HOLD));
	news(epoll);
	ASSERT_EQ(0U, news(epoll));
	ASSERT_EQ(0, vt_release(self->rx, msg.cookie, VBUF_REQUEUE));
	EXPECT_EQ((unsigned int)EPOLLIN, news(epoll));
	EXPECT_EQ(0U, news(epoll));
}

/* The state would be lost to who waits for edges only. */
TEST_F(channel, a_hang_up_is_an_edge)
{
	int in = watch(self->rx, EPOLLIN | EPOLLET);

	ASSERT_EQ(0U, news(in));
	close(self->tx);
	EXPECT_EQ((unsigned int)EPOLLHUP, news(in));
	EXPECT_EQ(0U, news(in));
}

static long op_epoll(struct vt_call *call)
{
	struct epoll_event event = { 0 };

	if (epoll_wait(call->fd, &event, 1, -1) != 1)
		return -errno;
	return event.events;
}

TEST_F(channel, a_message_wakes_one_of_the_exclusive)
{
	struct vt_call waiter[2] = { 0 };
	unsigned int told;
	int i;

	for (i = 0; i < 2; i++) {
		waiter[i].fd = watch(self->rx, EPOLLIN | EPOLLEXCLUSIVE);
		waiter[i].op = op_epoll;
		vt_start(&waiter[i]);
		ASSERT_TRUE(vt_sleeps(waiter[i].tid));
	}
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	while (!vt_done(&waiter[0]) && !vt_done(&waiter[1]))
		usleep(1000);
	told = (news(waiter[0].fd) != 0) + (news(waiter[1].fd) != 0);
	EXPECT_EQ(1U, told);
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(EPOLLIN, vt_join(&waiter[0]));
	EXPECT_EQ(EPOLLIN, vt_join(&waiter[1]));
}

/* One that was shut down stands there still, but can take nothing. */
TEST_F(channel, a_message_wakes_the_exclusive_beside_one_shut_down)
{
	const unsigned int events = EPOLLIN | EPOLLET | EPOLLEXCLUSIVE;
	int shut = vt_reopen(self->rx, VT_RECV), i;
	struct vt_call waiter[2] = { 0 };

	waiter[0].fd = watch(shut, events);
	waiter[1].fd = watch(self->rx, events);
	ASSERT_EQ(0, vt_shutdown(shut, VT_RECV));
	for (i = 0; i < 2; i++) {
		news(waiter[i].fd);
		waiter[i].op = op_epoll;
		vt_start(&waiter[i]);
		ASSERT_TRUE(vt_sleeps(waiter[i].tid));
	}
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(EPOLLIN, vt_join(&waiter[1]));
	EXPECT_EQ(EPOLLIN | EPOLLHUP, vt_join(&waiter[0]) | EPOLLIN);
	ASSERT_EQ('a', vt_take(self->rx));
}

/* Between two polls nobody watches, and what comes in then is there at once. */
TEST_F(channel, a_message_wakes_who_polls_again)
{
	struct vt_call poller = {
		.op = op_poll, .fd = self->rx, .flags = POLLIN };
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, vt_put(self->tx, 'a'));
		EXPECT_EQ((unsigned int)POLLIN, vt_poll(self->rx, POLLIN));
		ASSERT_EQ('a', vt_take(self->rx));
		ASSERT_EQ(0, vt_put(self->tx, 'b'));
		ASSERT_EQ('b', vt_take(self->rx));
		vt_start(&poller);
		ASSERT_TRUE(vt_sleeps(poller.tid));
		ASSERT_EQ(0, vt_put(self->tx, 'c'));
		EXPECT_EQ(POLLIN, vt_join(&poller));
		ASSERT_EQ('c', vt_take(self->rx));
		poller.tid = 0;
		poller.done = 0;
	}
}

TEST_HARNESS_MAIN
