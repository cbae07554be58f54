// SPDX-License-Identifier: GPL-2.0
/*
 * VBUF_NEXT: commit and reserve, release and acquire, in one call. The first
 * part is done whatever becomes of the second, which is then just not there.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define SIZE	(3 * VT_PAGE)

FIXTURE(channel) {
	int rx;
	int tx;
};

FIXTURE_VARIANT(channel) {
	__u32 slots;
};

FIXTURE_VARIANT_ADD(channel, one_slot) { .slots = 1 };
FIXTURE_VARIANT_ADD(channel, two_slots) { .slots = 2 };

FIXTURE_SETUP(channel)
{
	struct vbuf_attr attr = vt_attr(variant->slots, SIZE);

	attr.flags = VBUF_LOSSY;
	vt_pair(&self->rx, &self->tx, attr);
	vt_map_send(self->tx);
	vt_map_receive(self->rx);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

static char *reserved(int tx, char byte)
{
	char *at;

	if (vt_reserve(tx, SIZE, VBUF_DONTWAIT, &at))
		vt_die("reserve");
	memset(at, byte, SIZE);
	return at;
}

static struct vbuf_msg acquired(int rx)
{
	struct vbuf_msg msg;

	if (vt_acquire(rx, VBUF_DONTWAIT, &msg))
		vt_die("acquire");
	return msg;
}

/* Until no more than one slot is free. */
static void leave_one_free(FIXTURE_DATA(channel) *self)
{
	while (vt_look(self->rx).free > 1)
		if (vt_put(self->tx, 'f'))
			vt_die("send");
}

static void take_all(int rx)
{
	char room[SIZE];

	while (vt_recv(rx, room, SIZE, VBUF_DONTWAIT) >= 0)
		continue;
}

/* Commits what is at @arg, and waits for a slot as long as @deadline_ns says. */
static long op_commit_next(struct vt_call *call)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg), .flags = VBUF_NEXT,
		.addr = (uintptr_t)call->arg, .len = SIZE, .next_len = SIZE,
		.deadline_ns = call->deadline_ns };
	long ret;

	vt_poison(&arg.next_addr);
	ret = vt_ioctl(call->fd, VBUF_IOC_COMMIT, &arg);
	call->arg = (void *)(uintptr_t)arg.next_addr;
	return ret;
}

static long op_release_next(struct vt_call *call)
{
	struct vbuf_release arg = {
		.size = sizeof(arg), .flags = VBUF_NEXT,
		.addr = (uintptr_t)call->arg,
		.deadline_ns = call->deadline_ns };
	long ret;

	vt_poison(&arg.next);
	ret = vt_ioctl(call->fd, VBUF_IOC_RELEASE, &arg);
	call->arg = vt_at(&arg.next);
	return ret;
}

/* A COMMIT that has sent its message, and waits for the next slot. */
static void start_commit(struct vt_call *call, FIXTURE_DATA(channel) *self)
{
	*call = (struct vt_call) { .op = op_commit_next, .fd = self->tx };
	leave_one_free(self);
	call->arg = reserved(self->tx, 'a');
	vt_start(call);
	if (!vt_blocked(self->tx, 1, 0))
		vt_die("COMMIT does not wait");
}

/* A RELEASE that has given its slot back, and waits for the next message. */
static void start_release(struct vt_call *call, FIXTURE_DATA(channel) *self)
{
	struct vbuf_msg msg;

	*call = (struct vt_call) { .op = op_release_next, .fd = self->rx };
	if (vt_commit(self->tx, reserved(self->tx, 'a'), SIZE))
		vt_die("commit");
	msg = acquired(self->rx);
	call->arg = vt_at(&msg);
	vt_start(call);
	if (!vt_blocked(self->rx, 0, 1))
		vt_die("RELEASE does not wait");
}

TEST_F(channel, commit_of_a_full_channel_has_no_next)
{
	char *at;

	leave_one_free(self);
	at = reserved(self->tx, 'a');
	ASSERT_EQ(0, vt_commit_next(self->tx, &at, SIZE, SIZE, VBUF_DONTWAIT));
	EXPECT_EQ(NULL, at);
	EXPECT_EQ(variant->slots, vt_look(self->rx).depth);
	EXPECT_EQ(0U, vt_look(self->rx).sending);
	EXPECT_EQ(-EAGAIN, vt_reserve(self->tx, SIZE, VBUF_DONTWAIT, &at));
	take_all(self->rx);
}

TEST_F(channel, o_nonblock_is_as_good)
{
	struct vbuf_msg msg;
	char *at;

	ASSERT_EQ(0, fcntl(self->tx, F_SETFL, O_NONBLOCK));
	ASSERT_EQ(0, fcntl(self->rx, F_SETFL, O_NONBLOCK));
	leave_one_free(self);
	at = reserved(self->tx, 'a');
	ASSERT_EQ(0, vt_commit_next(self->tx, &at, SIZE, SIZE, 0));
	EXPECT_EQ(NULL, at);
	while (vt_take(self->rx) == 'f')
		continue;
	msg = acquired(self->rx);
	ASSERT_EQ(0, vt_release_next(self->rx, vt_at(&msg), 0, &msg));
	EXPECT_EQ(0U, msg.buf);
}

TEST_F(channel, commit_waits_for_the_next)
{
	struct vt_call call;

	start_commit(&call, self);
	EXPECT_EQ(variant->slots, vt_look(self->rx).depth);
	EXPECT_EQ(variant->slots == 1 ? -EMSGSIZE : 'f', vt_take(self->rx));
	if (variant->slots == 1)
		take_all(self->rx);
	EXPECT_EQ(0, vt_join(&call));
	ASSERT_NE(NULL, call.arg);
	EXPECT_EQ(VT_THERE, vt_poke(call.arg, 'x'));
	EXPECT_EQ(0, vt_discard(self->tx, call.arg));
	take_all(self->rx);
}

TEST_F(channel, a_signal_ends_commits_wait_without_a_next)
{
	struct vt_call call;

	vt_catch(SIGUSR1, 0);
	start_commit(&call, self);
	vt_interrupt(&call, SIGUSR1);
	EXPECT_EQ(0, vt_join(&call));
	EXPECT_EQ(NULL, call.arg);
	EXPECT_EQ(variant->slots, vt_look(self->rx).depth);
	take_all(self->rx);
}

/* A restart would commit what is not there any more. */
TEST_F(channel, sa_restart_makes_no_difference)
{
	struct vt_call call;

	vt_catch(SIGUSR1, SA_RESTART);
	start_commit(&call, self);
	vt_interrupt(&call, SIGUSR1);
	EXPECT_EQ(0, vt_join(&call));
	EXPECT_EQ(NULL, call.arg);
	take_all(self->rx);
	start_release(&call, self);
	vt_interrupt(&call, SIGUSR1);
	EXPECT_EQ(0, vt_join(&call));
	EXPECT_EQ(NULL, call.arg);
	EXPECT_EQ(variant->slots, vt_look(self->rx).free);
}

TEST_F(channel, a_deadline_ends_the_wait_without_a_next)
{
	struct vt_call call = { .fd = self->tx, .deadline_ns = 1 };
	struct vbuf_msg msg;

	leave_one_free(self);
	call.arg = reserved(self->tx, 'a');
	EXPECT_EQ(0, op_commit_next(&call));
	EXPECT_EQ(NULL, call.arg);
	while (vt_take(self->rx) == 'f')
		continue;
	msg = acquired(self->rx);
	call.fd = self->rx;
	call.arg = vt_at(&msg);
	EXPECT_EQ(0, op_release_next(&call));
	EXPECT_EQ(NULL, call.arg);
}

TEST_F(channel, the_last_receivers_end_ends_commits_wait)
{
	struct vt_call call;

	start_commit(&call, self);
	close(self->rx);
	EXPECT_EQ(0, vt_join(&call));
	EXPECT_EQ(NULL, call.arg);
	EXPECT_EQ(variant->slots, vt_look(self->tx).depth);
	self->rx = dup(self->tx);
}

TEST_F(channel, the_last_senders_end_ends_releases_wait)
{
	struct vt_call call;

	start_release(&call, self);
	close(self->tx);
	EXPECT_EQ(0, vt_join(&call));
	EXPECT_EQ(NULL, call.arg);
	self->tx = dup(self->rx);
}

TEST_F(channel, release_waits_for_the_next)
{
	struct vt_call call;

	start_release(&call, self);
	EXPECT_EQ(1U, vt_look(self->rx).received);
	EXPECT_EQ(0, vt_commit(self->tx, reserved(self->tx, 'b'), SIZE));
	EXPECT_EQ(0, vt_join(&call));
	ASSERT_NE(NULL, call.arg);
	EXPECT_TRUE(vt_all(call.arg, SIZE, 'b'));
	EXPECT_EQ(0, vt_release_at(self->rx, call.arg, 0));
}

/* The very slot that is released brings what comes next. */
TEST_F(channel, release_serves_the_sender_that_serves_it)
{
	struct vt_call send = { 0 };
	struct vbuf_msg msg[2] = { 0 };
	__u32 i;

	for (i = 0; i < variant->slots; i++) {
		EXPECT_EQ(0, vt_commit(self->tx, reserved(self->tx, 'a'), SIZE));
		msg[i] = acquired(self->rx);
	}
	vt_start_send(&send, self->tx, 'b');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	ASSERT_EQ(0, vt_release_next(self->rx, vt_at(&msg[0]), 0, &msg[0]));
	EXPECT_EQ(0, vt_join(&send));
	ASSERT_NE(0U, msg[0].buf);
	EXPECT_EQ('b', *vt_at(&msg[0]));
	EXPECT_EQ(1U, msg[0].len);
	for (i = 0; i < variant->slots; i++)
		EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg[i]), 0));
}

TEST_F(channel, release_of_the_last_message_has_no_next)
{
	struct vbuf_msg msg;

	EXPECT_EQ(0, vt_commit(self->tx, reserved(self->tx, 'a'), SIZE));
	msg = acquired(self->rx);
	ASSERT_EQ(0, vt_release_next(self->rx, vt_at(&msg), VBUF_DONTWAIT,
				     &msg));
	EXPECT_EQ(0U, msg.buf);
	EXPECT_EQ(1U, vt_look(self->rx).received);
}

/* Put back at the head, it is what comes next. */
TEST_F(channel, release_to_the_queue_acquires_the_same_again)
{
	struct vbuf_msg msg, again;

	EXPECT_EQ(0, vt_commit(self->tx, reserved(self->tx, 'a'), SIZE));
	msg = acquired(self->rx);
	ASSERT_EQ(0, vt_release_next(self->rx, vt_at(&msg),
				     VBUF_REQUEUE | VBUF_INFO | VBUF_DONTWAIT,
				     &again));
	EXPECT_EQ(msg.buf, again.buf);
	EXPECT_NE(msg.cookie, again.cookie);
	EXPECT_EQ(2U, again.deliveries);
	EXPECT_EQ(VBUF_MSG_REDELIVERED, again.flags);
	EXPECT_TRUE(vt_all(vt_at(&again), SIZE, 'a'));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&again), 0));
}

TEST_F(channel, release_by_cookie_acquires_the_next)
{
	struct vbuf_release arg = {
		.size = sizeof(arg), .flags = VBUF_NEXT | VBUF_DONTWAIT };
	struct vbuf_msg msg;

	EXPECT_EQ(0, vt_commit(self->tx, reserved(self->tx, 'a'), SIZE));
	msg = acquired(self->rx);
	arg.cookie = msg.cookie;
	vt_poison(&arg.next);
	ASSERT_EQ(0, vt_ioctl(self->rx, VBUF_IOC_RELEASE, &arg));
	EXPECT_EQ(0U, arg.next.buf);
	EXPECT_TRUE(vt_gone(vt_at(&msg)));
	EXPECT_EQ(1U, vt_look(self->rx).received);
}

/* What was just sent may be the oldest. */
TEST_F(channel, commit_may_drop_the_oldest_for_the_next)
{
	char *at;

	leave_one_free(self);
	at = reserved(self->tx, 'a');
	ASSERT_EQ(0, vt_commit_next(self->tx, &at, SIZE, SIZE,
				    VBUF_DROP_OLDEST));
	ASSERT_NE(NULL, at);
	EXPECT_EQ(1U, vt_look(self->rx).dropped_oldest);
	EXPECT_EQ(variant->slots - 1, vt_look(self->rx).depth);
	EXPECT_EQ(0, vt_discard(self->tx, at));
	take_all(self->rx);
}

TEST(what_is_next_comes_with_the_first)
{
	struct vbuf_msg msg;
	char *at, *first;
	int rx, tx;

	vt_pair(&rx, &tx, vt_attr(2, SIZE));
	vt_map_send(tx);
	vt_map_receive(rx);
	first = reserved(tx, 'a');
	at = first;
	ASSERT_EQ(0, vt_commit_next(tx, &at, SIZE, SIZE, VBUF_DONTWAIT));
	ASSERT_NE(NULL, at);
	EXPECT_NE(first, at);
	EXPECT_TRUE(vt_gone(first));
	memset(at, 'b', SIZE);
	EXPECT_EQ(0, vt_commit(tx, at, SIZE));
	msg = acquired(rx);
	EXPECT_TRUE(vt_all(vt_at(&msg), SIZE, 'a'));
	ASSERT_EQ(0, vt_release_next(rx, vt_at(&msg), 0, &msg));
	ASSERT_NE(0U, msg.buf);
	EXPECT_TRUE(vt_all(vt_at(&msg), SIZE, 'b'));
	EXPECT_EQ(0, vt_release_at(rx, vt_at(&msg), 0));
	EXPECT_TRUE(vt_settled(rx));
}

TEST(commit_reserves_as_much_as_is_asked_for)
{
	int rx, tx;
	char *at;

	vt_pair(&rx, &tx, vt_attr(2, SIZE));
	vt_map_send(tx);
	at = reserved(tx, 'a');
	ASSERT_EQ(0, vt_commit_next(tx, &at, 1, VT_PAGE + 1, VBUF_DONTWAIT));
	EXPECT_EQ(VT_THERE, vt_poke(at + VT_PAGE, 'x'));
	EXPECT_TRUE(vt_gone(at + 2 * VT_PAGE));
	EXPECT_EQ(-EMSGSIZE, vt_commit(tx, at, VT_PAGE + 2));
	EXPECT_EQ(0, vt_discard(tx, at));
	EXPECT_TRUE(vt_settled(rx));
}

/* What it commits does not count for the next. */
TEST(held_max_is_met_after_the_first_part)
{
	struct vbuf_attr attr = vt_attr(3, SIZE);
	struct vbuf_msg msg;
	int both, tx;
	char *at;

	attr.held_max = 1;
	both = vt_create(NULL, attr, VT_BOTH);
	tx = vt_reopen(both, VT_SEND);
	vt_map_send(tx);
	vt_map_receive(both);
	at = reserved(tx, 'a');
	EXPECT_EQ(0, vt_commit_next(tx, &at, SIZE, SIZE, VBUF_DONTWAIT));
	EXPECT_NE(NULL, at);
	EXPECT_EQ(0, vt_commit(tx, at, SIZE));
	msg = acquired(both);
	EXPECT_EQ(0, vt_release_next(both, vt_at(&msg), VBUF_DONTWAIT, &msg));
	EXPECT_NE(0U, msg.buf);
	EXPECT_EQ(0, vt_release_at(both, vt_at(&msg), 0));
	EXPECT_TRUE(vt_settled(both));
}

TEST_HARNESS_MAIN
