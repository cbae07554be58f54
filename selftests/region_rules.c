// SPDX-License-Identifier: GPL-2.0
/*
 * A message that moves obeys its channel's rules as any other does: what it
 * tells of itself, how often it is delivered, who may keep how much, what is
 * dropped, and what poll() and DRAIN say.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"
#include "edge.h"

#define SLOTS		3U
#define SIZE		(2 * VT_PAGE)

FIXTURE(channel) {
	int rx;
	int tx;
};

/* Each variant is a kind of channel that some of the rules are about. */
FIXTURE_VARIANT(channel) {
	struct vbuf_attr attr;
};

FIXTURE_VARIANT_ADD(channel, plain) {
	.attr = { 0, SLOTS, SIZE, 0600, 0, 0 } };
FIXTURE_VARIANT_ADD(channel, redeliver) {
	.attr = { VBUF_REDELIVER, SLOTS, SIZE, 0600, 0, 0 } };
FIXTURE_VARIANT_ADD(channel, lossy) {
	.attr = { VBUF_LOSSY, SLOTS, SIZE, 0600, 0, 0 } };
FIXTURE_VARIANT_ADD(channel, held_max) {
	.attr = { 0, SLOTS, SIZE, 0600, 2, 0 } };
FIXTURE_VARIANT_ADD(channel, max_deliveries) {
	.attr = { 0, SLOTS, SIZE, 0600, 0, 2 } };

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, variant->attr);
	vt_map_send(self->tx);
	vt_map_receive(self->rx);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

/* A message whose bytes are all @byte. */
static void move(int tx, char byte)
{
	char *at;

	if (vt_reserve(tx, SIZE, VBUF_DONTWAIT, &at))
		vt_die("reserve");
	memset(at, byte, SIZE);
	if (vt_commit(tx, at, SIZE))
		vt_die("commit");
}

/* The next message, acquired; its byte, if they are all the same. */
static struct vbuf_msg acquired(int rx, char *byte)
{
	struct vbuf_msg msg;

	if (vt_acquire(rx, VBUF_INFO | VBUF_DONTWAIT, &msg))
		vt_die("acquire");
	*byte = msg.len == SIZE && vt_all(vt_at(&msg), SIZE, *vt_at(&msg)) ?
		*vt_at(&msg) : '?';
	return msg;
}

/* Acquires and releases one message; its byte. */
static char taken(int rx)
{
	char byte;
	struct vbuf_msg msg = acquired(rx, &byte);

	if (vt_release_at(rx, vt_at(&msg), 0))
		vt_die("release");
	return byte;
}

TEST_F(channel, info_is_filled_in_when_asked_for)
{
	struct vbuf_commit commit = {
		.size = sizeof(commit), .len = 5, .tag = 0x1122334455667788ULL };
	__u64 before = vt_now();
	struct vbuf_msg msg;
	char *at;

	ASSERT_EQ(0, vt_reserve(self->tx, SIZE, 0, &at));
	commit.addr = (uintptr_t)at;
	ASSERT_EQ(0, vt_ioctl(self->tx, VBUF_IOC_COMMIT, &commit));
	ASSERT_EQ(0, vt_acquire(self->rx, VBUF_INFO, &msg));
	EXPECT_EQ(5U, msg.len);
	EXPECT_EQ(0x1122334455667788ULL, msg.tag);
	EXPECT_EQ(0U, msg.seq);
	EXPECT_LE(before, msg.time_ns);
	EXPECT_GE(vt_now(), msg.time_ns);
	EXPECT_EQ((__u32)getpid(), msg.pid);
	EXPECT_EQ(geteuid(), msg.uid);
	EXPECT_EQ(1U, msg.deliveries);
	EXPECT_EQ(0U, msg.flags);
	EXPECT_EQ(VT_POISON32, msg.size);
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, 0));
}

TEST_F(channel, what_is_not_asked_for_is_left_alone)
{
	struct vbuf_msg msg;

	move(self->tx, 'a');
	ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
	EXPECT_NE(VT_POISON64, msg.buf);
	EXPECT_NE(VT_POISON64, msg.cookie);
	EXPECT_EQ(SIZE, msg.len);
	EXPECT_EQ(0U, msg.flags);
	EXPECT_EQ(VT_POISON64, msg.tag);
	EXPECT_EQ(VT_POISON64, msg.seq);
	EXPECT_EQ(VT_POISON64, msg.time_ns);
	EXPECT_EQ(VT_POISON32, msg.pid);
	EXPECT_EQ(VT_POISON32, msg.uid);
	EXPECT_EQ(VT_POISON32, msg.deliveries);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
}

TEST_F(channel, a_commit_without_a_tag_has_none)
{
	struct vbuf_commit commit = {
		.size = sizeof(commit), .tag = VT_POISON64 };
	struct vbuf_msg msg;
	char byte, *at;

	ASSERT_EQ(0, vt_reserve(self->tx, SIZE, 0, &at));
	commit.addr = (uintptr_t)at;
	ASSERT_EQ(0, vt_ioctl(self->tx, VBUF_IOC_COMMIT, &commit));
	ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
	ASSERT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	move(self->tx, 'a');
	msg = acquired(self->rx, &byte);
	EXPECT_EQ(0U, msg.tag);
	EXPECT_EQ(1U, msg.seq);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
}

TEST_F(channel, poll_tells_of_free_slots_and_messages)
{
	char *at[SLOTS];
	unsigned int i;

	EXPECT_EQ(POLLOUT, vt_poll(self->tx, POLLOUT));
	for (i = 0; i < SLOTS; i++)
		if (vt_reserve(self->tx, SIZE, VBUF_DONTWAIT, &at[i]))
			break;
	EXPECT_EQ(i == SLOTS ? 0U : POLLOUT, vt_poll(self->tx, POLLOUT));
	EXPECT_EQ(0U, vt_poll(self->rx, POLLIN));
	while (i-- > 0)
		EXPECT_EQ(0, vt_discard(self->tx, at[i]));
	EXPECT_EQ(POLLOUT, vt_poll(self->tx, POLLOUT));
	move(self->tx, 'a');
	EXPECT_EQ(POLLIN, vt_poll(self->rx, POLLIN));
	EXPECT_EQ('a', taken(self->rx));
	EXPECT_EQ(0U, vt_poll(self->rx, POLLIN));
}

TEST_F(channel, drain_waits_for_what_is_acquired_not_for_what_is_reserved)
{
	struct vbuf_msg msg;
	char *at, byte;

	ASSERT_EQ(0, vt_reserve(self->tx, SIZE, 0, &at));
	EXPECT_EQ(0, vt_drain(self->rx, 1));
	EXPECT_EQ(0, vt_commit(self->tx, at, SIZE));
	EXPECT_EQ(-ETIMEDOUT, vt_drain(self->rx, 1));
	msg = acquired(self->rx, &byte);
	EXPECT_EQ(-ETIMEDOUT, vt_drain(self->rx, 1));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_EQ(0, vt_drain(self->rx, 1));
}

TEST_F(channel, requeue_puts_at_the_head_and_takes_the_pages_away)
{
	struct vbuf_msg msg, again;
	char byte;

	move(self->tx, 'a');
	move(self->tx, 'b');
	msg = acquired(self->rx, &byte);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), VBUF_REQUEUE));
	EXPECT_TRUE(vt_gone(vt_at(&msg)));
	EXPECT_EQ(-EINVAL, vt_release_at(self->rx, vt_at(&msg), 0));
	again = acquired(self->rx, &byte);
	EXPECT_EQ('a', byte);
	EXPECT_EQ(VBUF_MSG_REDELIVERED, again.flags);
	EXPECT_EQ(2U, again.deliveries);
	EXPECT_EQ(msg.seq, again.seq);
	EXPECT_NE(msg.cookie, again.cookie);
	EXPECT_EQ(-EINVAL, vt_release(self->rx, msg.cookie, 0));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&again), 0));
	EXPECT_EQ('b', taken(self->rx));
}

TEST_F(channel, what_was_delivered_too_often_is_dropped)
{
	bool limited = variant->attr.max_deliveries;
	struct vbuf_msg msg;
	unsigned int i;
	char byte;

	move(self->tx, 'a');
	for (i = 0; i < 2; i++) {
		msg = acquired(self->rx, &byte);
		EXPECT_EQ('a', byte);
		EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), VBUF_REQUEUE));
	}
	EXPECT_EQ(limited, vt_look(self->rx).dropped_deliveries);
	EXPECT_TRUE(vt_gone(vt_at(&msg)));
	if (!limited)
		EXPECT_EQ('a', taken(self->rx));
	EXPECT_EQ(-EAGAIN, vt_acquire(self->rx, VBUF_DONTWAIT, &msg));
}

TEST_F(channel, acquired_messages_count_for_held_max)
{
	int worker = vt_reopen(self->rx, VT_RECV);
	struct vbuf_msg msg[3];
	long third = variant->attr.held_max ? -EDQUOT : 0;

	vt_map_receive(worker);
	move(self->tx, 'a');
	move(self->tx, 'b');
	move(self->tx, 'c');
	EXPECT_EQ(0, vt_acquire(worker, VBUF_DONTWAIT, &msg[0]));
	EXPECT_EQ(0, vt_acquire(worker, VBUF_DONTWAIT, &msg[1]));
	EXPECT_EQ(third, vt_acquire(worker, VBUF_DONTWAIT, &msg[2]));
	EXPECT_EQ(0, vt_release_at(worker, vt_at(&msg[0]), 0));
	EXPECT_EQ(third ? 0 : -EAGAIN,
		  vt_acquire(worker, VBUF_DONTWAIT, &msg[0]));
	EXPECT_EQ(0, vt_release_at(worker, vt_at(&msg[1]), 0));
	close(worker);
}

TEST_F(channel, reserved_slots_count_for_held_max)
{
	char *at[SLOTS], *none;
	bool limited = variant->attr.held_max;
	unsigned int i, n = limited ? variant->attr.held_max : SLOTS;

	for (i = 0; i < n; i++)
		ASSERT_EQ(0, vt_reserve(self->tx, SIZE, VBUF_DONTWAIT, &at[i]));
	EXPECT_EQ(limited ? -EDQUOT : -EAGAIN,
		  vt_reserve(self->tx, SIZE, VBUF_DONTWAIT, &none));
	EXPECT_EQ(limited ? -EDQUOT : -EAGAIN, vt_put(self->tx, 'x'));
	for (i = 0; i < n; i++)
		EXPECT_EQ(0, vt_discard(self->tx, at[i]));
}

TEST_F(channel, a_full_lossy_one_loses_its_oldest_to_reserve)
{
	__u32 lossy = variant->attr.flags & VBUF_LOSSY;
	struct vt_channel info;
	char *at;

	move(self->tx, 'a');
	move(self->tx, 'b');
	move(self->tx, 'c');
	EXPECT_EQ(lossy ? 0 : -EINVAL,
		  vt_reserve(self->tx, SIZE, VBUF_DROP_OLDEST, &at));
	info = vt_look(self->rx);
	EXPECT_EQ(lossy ? 1U : 0U, info.dropped_oldest);
	EXPECT_EQ(lossy ? 2U : 3U, info.depth);
	if (!lossy)
		return;
	memset(at, 'd', SIZE);
	EXPECT_EQ(0, vt_commit(self->tx, at, SIZE));
	EXPECT_EQ('b', taken(self->rx));
	EXPECT_EQ('c', taken(self->rx));
	EXPECT_EQ('d', taken(self->rx));
}

/* An address that could not be told is worth no message. */
TEST_F(channel, a_reserve_that_cannot_be_told_drops_nothing)
{
	struct vbuf_reserve arg = { .size = sizeof(arg), .len = SIZE };

	if (variant->attr.flags & VBUF_LOSSY)
		arg.flags = VBUF_DROP_OLDEST;
	else
		arg.flags = VBUF_DONTWAIT;
	move(self->tx, 'a');
	move(self->tx, 'b');
	move(self->tx, 'c');
	EXPECT_EQ(-EFAULT, vt_ioctl(self->tx, VBUF_IOC_RESERVE,
				    edge_copy(&arg, sizeof(arg), 0,
					      PROT_READ)));
	EXPECT_EQ(0U, vt_look(self->rx).dropped_oldest);
	EXPECT_EQ('a', taken(self->rx));
	EXPECT_EQ('b', taken(self->rx));
	EXPECT_EQ('c', taken(self->rx));
}

/* What a receiver has acquired is not there to be dropped. */
TEST_F(channel, what_is_acquired_is_not_dropped)
{
	struct vbuf_msg msg;
	char byte, *at;

	move(self->tx, 'a');
	msg = acquired(self->rx, &byte);
	if (variant->attr.flags & VBUF_LOSSY) {
		ASSERT_EQ(0, vt_reserve(self->tx, SIZE, 0, &at));
		EXPECT_EQ(0, vt_put(self->tx, 'b'));
		EXPECT_EQ(0, vt_send(self->tx, "c", 1, VBUF_DROP_OLDEST));
		EXPECT_EQ(0, vt_discard(self->tx, at));
		EXPECT_EQ(1U, vt_look(self->rx).dropped_oldest);
	}
	EXPECT_TRUE(vt_all(vt_at(&msg), SIZE, 'a'));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
}

/* In their order, and whole. */
TEST_F(channel, what_an_endpoint_acquired_ends_with_it_or_goes_back)
{
	bool back = variant->attr.flags & VBUF_REDELIVER;
	int worker = vt_reopen(self->rx, VT_RECV);
	struct vbuf_msg msg;

	vt_map_receive(worker);
	move(self->tx, 'a');
	move(self->tx, 'b');
	move(self->tx, 'c');
	ASSERT_EQ(0, vt_acquire(worker, 0, &msg));
	ASSERT_EQ(0, vt_acquire(worker, 0, &msg));
	close(worker);
	EXPECT_EQ(back ? 0U : 2U, vt_look(self->rx).dropped_holder);
	if (back) {
		EXPECT_EQ('a', taken(self->rx));
		EXPECT_EQ('b', taken(self->rx));
	}
	EXPECT_EQ('c', taken(self->rx));
	EXPECT_EQ(SLOTS, vt_look(self->rx).free);
}

TEST_F(channel, what_an_endpoint_reserved_is_free_when_it_ends)
{
	int worker = vt_reopen(self->tx, VT_SEND);
	char *at;

	vt_map_send(worker);
	ASSERT_EQ(0, vt_reserve(worker, SIZE, 0, &at));
	ASSERT_EQ(0, vt_reserve(worker, SIZE, 0, &at));
	EXPECT_EQ(2U, vt_look(self->rx).sending);
	close(worker);
	EXPECT_EQ(SLOTS, vt_look(self->rx).free);
	EXPECT_EQ(0U, vt_look(self->rx).sent);
}

TEST(what_is_acquired_and_what_is_reserved_count_together)
{
	struct vbuf_attr attr = vt_attr(SLOTS, SIZE);
	char *at, *none;
	struct vbuf_msg msg;
	int both;

	attr.held_max = 2;
	both = vt_create(NULL, attr, VT_BOTH);
	vt_map_send(both);
	vt_map_receive(both);
	move(both, 'a');
	ASSERT_EQ(0, vt_acquire(both, 0, &msg));
	ASSERT_EQ(0, vt_reserve(both, SIZE, 0, &at));
	EXPECT_EQ(-EDQUOT, vt_reserve(both, SIZE, 0, &none));
	EXPECT_EQ(-EDQUOT, vt_put(both, 'x'));
	EXPECT_EQ(0, vt_release_at(both, vt_at(&msg), 0));
	EXPECT_EQ(0, vt_put(both, 'x'));
	EXPECT_EQ(0, vt_discard(both, at));
	EXPECT_TRUE(vt_settled(both));
}

/* Reserved still, and seen; the next receiver gets it. */
TEST(a_commit_after_the_last_receiver_has_gone_keeps_the_slot)
{
	char name[VBUF_NAME_SIZE], *at;
	int rx, tx;

	vt_name(name, "keeps");
	rx = vt_create(name, vt_attr(1, SIZE), VT_RECV);
	tx = vt_open(name, VT_SEND);
	vt_map_send(tx);
	ASSERT_EQ(0, vt_reserve(tx, SIZE, 0, &at));
	memset(at, 'k', SIZE);
	close(rx);
	EXPECT_EQ(-EPIPE, vt_commit(tx, at, SIZE));
	EXPECT_TRUE(vt_all(at, SIZE, 'k'));
	EXPECT_EQ(1U, vt_look(tx).sending);
	EXPECT_EQ(0U, vt_look(tx).sent);
	rx = vt_open(name, VT_RECV);
	vt_map_receive(rx);
	EXPECT_EQ(0, vt_commit(tx, at, SIZE));
	EXPECT_EQ('k', taken(rx));
	EXPECT_TRUE(vt_settled(rx));
}

/* What is acquired stays acquired; what is queued is still delivered. */
TEST(the_last_senders_end_takes_nothing_from_a_receiver)
{
	struct vbuf_msg msg;
	int rx, tx;
	char byte;

	vt_pair(&rx, &tx, vt_attr(SLOTS, SIZE));
	vt_map_send(tx);
	vt_map_receive(rx);
	move(tx, 'a');
	move(tx, 'b');
	msg = acquired(rx, &byte);
	close(tx);
	EXPECT_TRUE(vt_all(vt_at(&msg), SIZE, 'a'));
	EXPECT_EQ('b', taken(rx));
	EXPECT_EQ(0, vt_release_at(rx, vt_at(&msg), 0));
	EXPECT_EQ(-EPIPE, vt_acquire(rx, 0, &msg));
	EXPECT_TRUE(vt_settled(rx));
}

TEST_HARNESS_MAIN
