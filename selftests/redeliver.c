// SPDX-License-Identifier: GPL-2.0
/*
 * What a receiver held when it ended: dropped, and counted; or, on a
 * VBUF_REDELIVER channel, back at the head of the queue, in order.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

FIXTURE(channel) {
	int rx;
	int tx;
};

FIXTURE_VARIANT(channel) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(channel, redeliver) { .flags = VBUF_REDELIVER };
FIXTURE_VARIANT_ADD(channel, drop) { .flags = 0 };

FIXTURE_SETUP(channel)
{
	struct vbuf_attr attr = vt_attr(5, 64);
	int i;

	attr.flags = variant->flags;
	vt_pair(&self->rx, &self->tx, attr);
	for (i = 0; i < 5; i++)
		ASSERT_EQ(0, vt_put(self->tx, 'a' + i));
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
}

/* The next @count messages, held by @fd; their bytes in a string of its own. */
static void hold(int fd, unsigned int count, struct vbuf_msg *msgs)
{
	static char bytes[8];
	unsigned int i;

	for (i = 0; i < count; i++)
		msgs[i] = (struct vbuf_msg) {
			.buf = (uintptr_t)&bytes[i], .size = 1 };
	if (vt_recvv(fd, msgs, count, VBUF_HOLD | VBUF_DONTWAIT) != count)
		vt_die("receive with VBUF_HOLD");
}

/* The rest of the queue, as a string. */
static const char *rest(int fd)
{
	static char bytes[9];
	long byte;
	int i = 0;

	while (i < 8 && (byte = vt_take(fd)) > 0)
		bytes[i++] = byte;
	bytes[i] = '\0';
	return bytes;
}

TEST_F(channel, by_close)
{
	int worker = vt_reopen(self->rx, VT_RECV);
	struct vbuf_msg msgs[3];

	hold(worker, 3, msgs);
	close(worker);
	EXPECT_EQ(variant->flags ? 0U : 3U, vt_look(self->rx).dropped_holder);
	EXPECT_STREQ(variant->flags ? "abcde" : "de", rest(self->rx));
}

/* Of a call that is not over yet the messages would go back, and not count. */
TEST_F(channel, by_kill)
{
	int worker = vt_reopen(self->rx, VT_RECV), over[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(over));
	pid = vt_fork();
	if (pid == 0) {
		struct vbuf_msg msgs[2];

		hold(worker, 2, msgs);
		if (write(over[1], "x", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(worker);
	EXPECT_EQ(1, read(over[0], &byte, 1));
	close(over[0]);
	close(over[1]);
	kill(pid, SIGKILL);
	vt_reap(pid);
	EXPECT_EQ(0U, vt_look(self->rx).receiving);
	EXPECT_EQ(variant->flags ? 0U : 2U, vt_look(self->rx).dropped_holder);
	EXPECT_STREQ(variant->flags ? "abcde" : "cde", rest(self->rx));
}

TEST_F(channel, by_shutdown)
{
	int worker = vt_reopen(self->rx, VT_RECV);
	struct vbuf_msg msgs[2];

	hold(worker, 2, msgs);
	ASSERT_EQ(0, vt_shutdown(worker, VT_RECV));
	EXPECT_EQ(-EINVAL, vt_release(worker, msgs[0].cookie, 0));
	EXPECT_STREQ(variant->flags ? "abcde" : "cde", rest(self->rx));
	close(worker);
}

TEST_F(channel, what_was_released_in_time_is_received)
{
	int worker = vt_reopen(self->rx, VT_RECV);
	struct vbuf_msg msgs[3];

	hold(worker, 3, msgs);
	ASSERT_EQ(0, vt_release(worker, msgs[1].cookie, 0));
	close(worker);
	EXPECT_EQ(1U, vt_look(self->rx).received);
	EXPECT_STREQ(variant->flags ? "acde" : "de", rest(self->rx));
}

/* In the order in which they were received, however they were. */
TEST_F(channel, after_some_were_put_back_and_taken_again)
{
	int worker = vt_reopen(self->rx, VT_RECV);
	struct vbuf_msg msgs[3], again[1];

	hold(worker, 3, msgs);
	ASSERT_EQ(0, vt_release(worker, msgs[0].cookie, VBUF_REQUEUE));
	hold(worker, 1, again);
	close(worker);
	EXPECT_STREQ(variant->flags ? "bcade" : "de", rest(self->rx));
}

TEST_F(channel, of_two_endpoints_the_last_to_end_is_first)
{
	int one = vt_reopen(self->rx, VT_RECV);
	int two = vt_reopen(self->rx, VT_RECV);
	struct vbuf_msg msgs[2], others[2];

	hold(one, 2, msgs);
	hold(two, 2, others);
	close(one);
	close(two);
	EXPECT_STREQ(variant->flags ? "cdabe" : "e", rest(self->rx));
}

TEST_F(channel, another_endpoints_end_is_nothing_to_a_holder)
{
	int worker = vt_reopen(self->rx, VT_RECV);
	int other = vt_reopen(self->rx, VT_RECV);
	struct vbuf_msg msgs[2];

	hold(worker, 2, msgs);
	close(other);
	EXPECT_EQ(2U, vt_look(self->rx).receiving);
	EXPECT_EQ(0, vt_release(worker, msgs[0].cookie, 0));
	EXPECT_EQ(0, vt_release(worker, msgs[1].cookie, 0));
	close(worker);
}

TEST_F(channel, they_say_that_they_were_delivered_before)
{
	int worker = vt_reopen(self->rx, VT_RECV);
	struct vbuf_msg msgs[2], msg;
	char byte;

	hold(worker, 2, msgs);
	close(worker);
	msg = (struct vbuf_msg) { .buf = (uintptr_t)&byte, .size = 1 };
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_INFO));
	EXPECT_EQ(variant->flags ? VBUF_MSG_REDELIVERED : 0U, msg.flags);
	EXPECT_EQ(variant->flags ? 2U : 1U, msg.deliveries);
	EXPECT_EQ(variant->flags ? 0U : 2U, msg.seq);
}

TEST_F(channel, they_go_to_who_waits_in_order)
{
	int worker = vt_reopen(self->rx, VT_RECV);
	struct vt_call recv[2] = { 0 };
	struct vbuf_msg msgs[5];
	int i;

	hold(worker, 5, msgs);
	for (i = 0; i < 2; i++) {
		vt_start_recv(&recv[i], self->rx);
		ASSERT_TRUE(vt_blocked(self->rx, 0, i + 1));
	}
	close(worker);
	if (!variant->flags) {
		ASSERT_EQ(0, vt_put(self->tx, 'a'));
		ASSERT_EQ(0, vt_put(self->tx, 'b'));
	}
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(1, vt_join(&recv[i]));
		EXPECT_EQ('a' + i, recv[i].data[0]);
	}
	EXPECT_STREQ(variant->flags ? "cde" : "", rest(self->rx));
}

TEST_F(channel, the_slots_of_the_dropped_go_to_who_waits)
{
	int worker = vt_reopen(self->rx, VT_RECV);
	struct vt_call send = { 0 };
	struct vbuf_msg msgs[2];

	hold(worker, 2, msgs);
	vt_start_send(&send, self->tx, 'z');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	close(worker);
	if (variant->flags)
		EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_STREQ(variant->flags ? "bcdez" : "cdez", rest(self->rx));
}

/* The last receiver's end is a hang-up, and what it held waits for the next. */
TEST_F(channel, by_the_last_receivers_end)
{
	struct vbuf_msg msgs[2];
	struct vt_channel info;

	hold(self->rx, 2, msgs);
	close(self->rx);
	EXPECT_EQ(-EPIPE, vt_put(self->tx, 'z'));
	info = vt_look(self->tx);
	EXPECT_EQ(variant->flags ? 5U : 3U, info.depth);
	EXPECT_EQ(0U, info.receiving);
	self->rx = self->tx;
}

/* More than is moved under one hold of any lock. */
#define MANY 1000

FIXTURE(many) {
	struct vbuf_msg msgs[MANY];
	__u16 numbers[MANY];
	int rx;
	int worker;		/* holds messages 0 to MANY - 1 */
};

FIXTURE_SETUP(many)
{
	struct vbuf_attr attr = vt_attr(MANY, 2);
	int tx, i;

	attr.flags = VBUF_REDELIVER;
	vt_pair(&self->rx, &tx, attr);
	self->worker = vt_reopen(self->rx, VT_RECV);
	for (i = 0; i < MANY; i++) {
		self->numbers[i] = i;
		self->msgs[i] = (struct vbuf_msg) {
			.buf = (uintptr_t)&self->numbers[i],
			.len = 2, .size = 2 };
	}
	ASSERT_EQ(MANY, vt_sendv(tx, self->msgs, MANY, 0));
	ASSERT_EQ(MANY, vt_recvv(self->worker, self->msgs, MANY, VBUF_HOLD));
	memset(self->numbers, VT_POISON, sizeof(self->numbers));
}

FIXTURE_TEARDOWN(many)
{
	EXPECT_TRUE(vt_settled(self->rx));
}

TEST_F(many, return_in_order)
{
	int i;

	close(self->worker);
	ASSERT_EQ(MANY, vt_recvv(self->rx, self->msgs, MANY, 0));
	for (i = 0; i < MANY; i++) {
		ASSERT_EQ(i, self->numbers[i]);
		ASSERT_EQ(VBUF_MSG_REDELIVERED, self->msgs[i].flags);
	}
}

/* Those who wait have the first; behind them nothing changes places. */
TEST_F(many, return_in_order_behind_who_waits)
{
	enum { WAITERS = 40 };
	struct vt_call recv[WAITERS] = { 0 };
	__u16 number;
	int i;

	for (i = 0; i < WAITERS; i++) {
		vt_start_recv(&recv[i], self->rx);
		ASSERT_TRUE(vt_blocked(self->rx, 0, i + 1));
	}
	close(self->worker);
	for (i = 0; i < WAITERS; i++) {
		ASSERT_EQ(2, vt_join(&recv[i]));
		memcpy(&number, recv[i].data, 2);
		EXPECT_EQ(i, number);
	}
	ASSERT_EQ(MANY - WAITERS,
		  vt_recvv(self->rx, self->msgs, MANY, VBUF_DONTWAIT));
	for (i = 0; i < MANY - WAITERS; i++)
		ASSERT_EQ(WAITERS + i, self->numbers[i]);
}

static long op_come_and_go(struct vt_call *call)
{
	int *stop = call->arg;

	while (!__atomic_load_n(stop, __ATOMIC_ACQUIRE))
		close(vt_reopen(call->fd, VT_RECV));
	return 0;
}

#define HELD	2048U

/* The last sender, which holds all messages. */
static int last_sender(struct vbuf_attr attr, int *rx)
{
	int both = vt_create(NULL, attr, VT_BOTH);
	struct vbuf_msg msgs[8];
	unsigned int done;

	*rx = vt_reopen(both, VT_RECV);
	if (both < 0 || *rx < 0)
		vt_die("create");
	for (done = 0; done < HELD; done++)
		if (vt_put(both, 'a'))
			vt_die("put");
	for (done = 0; done < HELD; done += 8)
		hold(both, 8, msgs);
	return both;
}

/*
 * Its end is a hang-up, but not before what it held is back: also where others
 * come and go meanwhile, who waits gets a message, not the end.
 */
TEST(a_hang_up_comes_after_what_was_held)
{
	struct vbuf_attr attr = vt_attr(HELD, 1);
	int both, rx, stop, try;

	attr.flags = VBUF_REDELIVER;
	for (try = 0; try < 20; try++) {
		struct vt_call recv = { 0 }, other = {
			.op = op_come_and_go, .arg = &stop };

		stop = 0;
		both = last_sender(attr, &rx);
		other.fd = rx;
		vt_start_recv(&recv, rx);
		ASSERT_TRUE(vt_blocked(rx, 0, 1));
		vt_start(&other);
		close(both);
		EXPECT_EQ(1, vt_join(&recv));
		__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
		EXPECT_EQ(0, vt_join(&other));
		close(rx);
	}
}

TEST_HARNESS_MAIN
