// SPDX-License-Identifier: GPL-2.0
/*
 * The account of a thread says for which channels it waited, and for how long: each
 * for itself, and together as long as it waited at all.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"

#define CHANNELS	20U

/* A thread that waits where it is told to. */
FIXTURE(waits) {
	int session;
	int fds[CHANNELS];
	int told[2];
	struct vt_call call;
	struct nl nl;
};

struct order {
	int fd;
	long (*op)(int fd);
};

static long receive(int fd)
{
	char byte;

	return vt_recv(fd, &byte, 1, 0);
}

static long send_one(int fd)
{
	return vt_send(fd, "x", 1, 0);
}

static long drain(int fd)
{
	return vt_drain(fd, 0);
}

static long op_obey(struct vt_call *call)
{
	struct order order;

	while (read(call->fd, &order, sizeof(order)) == sizeof(order))
		if (order.op(order.fd) < 0)
			return -EIO;
	return 0;
}

FIXTURE_SETUP(waits)
{
	unsigned int i;

	self->session = vt_session();
	self->nl = nl_open();
	for (i = 0; i < CHANNELS; i++) {
		self->fds[i] = vt_create(NULL, vt_attr(1, 8), VT_BOTH);
		ASSERT_LE(0, self->fds[i]);
	}
	ASSERT_EQ(0, pipe(self->told));
	self->call = (struct vt_call) { .op = op_obey, .fd = self->told[0] };
	vt_start(&self->call);
}

FIXTURE_TEARDOWN(waits)
{
	close(self->told[1]);
	EXPECT_EQ(0, vt_join(&self->call));
	nl_close(&self->nl);
	close(self->session);
}

/* The thread waits in @op until @end lets it go on. */
static void wait_in(FIXTURE_DATA(waits) *self, struct order order, size_t part,
		    long (*end)(int fd))
{
	if (write(self->told[1], &order, sizeof(order)) != sizeof(order))
		vt_die("write to a pipe");
	vt_account_comes_in(self->call.tid, part);
	if (end(order.fd) < 0)
		vt_die("let it go on");
	vt_account_comes_in(self->call.tid, VT_PART(asleep));
}

static void wait_to_receive(FIXTURE_DATA(waits) *self, int fd)
{
	wait_in(self, (struct order) { fd, receive }, VT_PART(in_recv), send_one);
}

/* Of its message, too, nothing is left. */
static void wait_to_send(FIXTURE_DATA(waits) *self, int fd)
{
	if (vt_put(fd, 'x'))
		vt_die("put");
	wait_in(self, (struct order) { fd, send_one }, VT_PART(in_send), receive);
	if (vt_take(fd) < 0)
		vt_die("take");
}

/* Once nobody asks. */
static void wait_unseen(FIXTURE_DATA(waits) *self, int fd)
{
	struct order order = { fd, receive };

	if (write(self->told[1], &order, sizeof(order)) != sizeof(order))
		vt_die("write to a pipe");
	if (!vt_blocked(fd, 0, 1) || !vt_sleeps(self->call.tid) ||
	    send_one(fd) || !vt_blocked(fd, 0, 0))
		vt_die("let it receive");
}

static __u64 id_of(int fd)
{
	return vt_getattr(fd).id;
}

TEST_F(waits, are_told_by_channel)
{
	struct vt_account account;
	const struct vt_waits *waits = account.waits;

	wait_to_receive(self, self->fds[0]);
	wait_to_send(self, self->fds[1]);
	wait_to_receive(self, self->fds[1]);
	wait_to_send(self, self->fds[0]);
	account = nl_account(&self->nl, self->call.tid);
	ASSERT_EQ(2U, account.channels);
	EXPECT_EQ(id_of(self->fds[0]), waits[0].channel);
	EXPECT_EQ(id_of(self->fds[1]), waits[1].channel);
	EXPECT_NE(0U, waits[0].in_send);
	EXPECT_NE(0U, waits[0].in_recv);
	EXPECT_NE(0U, waits[1].in_send);
	EXPECT_NE(0U, waits[1].in_recv);
	EXPECT_EQ(account.in_send, waits[0].in_send + waits[1].in_send);
	EXPECT_EQ(account.in_recv, waits[0].in_recv + waits[1].in_recv);
}

/* No other thread has called on them. */
TEST_F(waits, of_its_threads_are_an_endpoints)
{
	struct vt_account account;
	struct vt_endpoint end;
	unsigned int i;

	wait_to_receive(self, self->fds[0]);
	wait_to_send(self, self->fds[1]);
	wait_to_receive(self, self->fds[0]);
	account = nl_account(&self->nl, self->call.tid);
	ASSERT_EQ(2U, account.channels);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(1, vt_endpoints(account.waits[i].channel, &end, 1));
		EXPECT_EQ(account.waits[i].in_send, end.in_send);
		EXPECT_EQ(account.waits[i].in_recv, end.in_recv);
	}
	/* They stay with the endpoint. */
	close(self->session);
	self->session = -1;
	wait_unseen(self, self->fds[0]);
	ASSERT_EQ(1, vt_endpoints(account.waits[0].channel, &end, 1));
	EXPECT_EQ(account.waits[0].in_recv, end.in_recv);
}

/* One for the other, while it lasts. */
TEST_F(waits, grow_while_it_waits)
{
	struct order order = { self->fds[0], receive };
	struct vt_account before, after;

	ASSERT_EQ((ssize_t)sizeof(order),
		  write(self->told[1], &order, sizeof(order)));
	before = vt_account_comes_in(self->call.tid, VT_PART(in_recv));
	usleep(1000);
	after = nl_account(&self->nl, self->call.tid);
	ASSERT_EQ(1U, before.channels);
	ASSERT_EQ(1U, after.channels);
	EXPECT_LT(before.waits[0].in_recv, after.waits[0].in_recv);
	EXPECT_EQ(after.in_recv, after.waits[0].in_recv);
	EXPECT_EQ(0U, after.waits[0].in_send);
	EXPECT_EQ(0, send_one(order.fd));
}

/* The first sixteen that it came to wait for; the rest is in the sum alone. */
TEST_F(waits, are_told_of_sixteen_channels)
{
	struct vt_account account, later;
	__u64 in_recv = 0;
	unsigned int i;

	for (i = 0; i < CHANNELS; i++)
		wait_to_receive(self, self->fds[i]);
	account = nl_account(&self->nl, self->call.tid);
	ASSERT_EQ(NL_WAITS, account.channels);
	for (i = 0; i < NL_WAITS; i++) {
		EXPECT_EQ(id_of(self->fds[i]), account.waits[i].channel);
		EXPECT_NE(0U, account.waits[i].in_recv);
		EXPECT_EQ(0U, account.waits[i].in_send);
		in_recv += account.waits[i].in_recv;
	}
	EXPECT_LT(in_recv, account.in_recv);
	/* One of these still counts for itself. */
	wait_to_receive(self, self->fds[NL_WAITS]);
	wait_to_receive(self, self->fds[NL_WAITS - 1]);
	later = nl_account(&self->nl, self->call.tid);
	EXPECT_LT(account.waits[NL_WAITS - 1].in_recv,
		  later.waits[NL_WAITS - 1].in_recv);
	EXPECT_EQ(0, memcmp(account.waits, later.waits,
			    sizeof(account.waits) - sizeof(account.waits[0])));
}

TEST_F(waits, are_told_when_the_channel_is_gone)
{
	__u64 id = id_of(self->fds[0]);
	struct vt_account account;

	wait_to_receive(self, self->fds[0]);
	close(self->fds[0]);
	account = nl_account(&self->nl, self->call.tid);
	ASSERT_EQ(1U, account.channels);
	EXPECT_EQ(id, account.waits[0].channel);
	EXPECT_EQ(account.in_recv, account.waits[0].in_recv);
}

/* Who drains waits for no slot, and for no message. */
TEST_F(waits, are_not_told_of_who_drains)
{
	int fd = self->fds[0];
	struct vt_account account;

	ASSERT_EQ(0, vt_put(fd, 'x'));
	wait_in(self, (struct order) { fd, drain }, VT_PART(asleep), receive);
	account = nl_account(&self->nl, self->call.tid);
	EXPECT_EQ(0U, account.in_recv + account.in_send);
	EXPECT_EQ(0U, account.channels);
}

/* Channels have numbers in their own network namespace alone. */
TEST_F(waits, are_told_in_the_channels_namespace)
{
	struct vt_account account;
	int home = ns_net_self(), fd;
	struct nl away;

	wait_to_receive(self, self->fds[0]);
	close(ns_net_new());
	away = nl_open();
	fd = vt_create(NULL, vt_attr(1, 8), VT_BOTH);
	ASSERT_LE(0, fd);
	wait_to_receive(self, fd);
	account = nl_account(&away, self->call.tid);
	ASSERT_EQ(1U, account.channels);
	EXPECT_EQ(id_of(fd), account.waits[0].channel);
	EXPECT_LT(account.waits[0].in_recv, account.in_recv);
	ns_net_enter(home);
	account = nl_account(&self->nl, self->call.tid);
	ASSERT_EQ(1U, account.channels);
	EXPECT_EQ(id_of(self->fds[0]), account.waits[0].channel);
	nl_close(&away);
}

TEST_HARNESS_MAIN
