// SPDX-License-Identifier: GPL-2.0
/*
 * Take, then acknowledge: what is received with VBUF_HOLD keeps its slot until
 * it is released, or put back at the head of the queue.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

FIXTURE(channel) {
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(3, 64));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	ASSERT_EQ(0, vt_put(self->tx, 'c'));
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

/* The entry of the next message, held; its first byte in @byte. */
static struct vbuf_msg hold(int rx, char *byte)
{
	struct vbuf_msg msg;
	long ret;

	vt_poison(&msg);
	msg.buf = (uintptr_t)byte;
	msg.size = 1;
	ret = vt_recvv(rx, &msg, 1, VBUF_HOLD | VBUF_INFO | VBUF_DONTWAIT);
	if (ret != 1)
		vt_die("receive with VBUF_HOLD: %ld", ret);
	return msg;
}

static __u64 held(int rx)
{
	char byte;

	return hold(rx, &byte).cookie;
}

TEST_F(channel, a_held_message_keeps_its_slot_until_released)
{
	struct vt_channel info;
	char byte;
	struct vbuf_msg msg = hold(self->rx, &byte);

	EXPECT_EQ('a', byte);
	EXPECT_EQ(1U, msg.len);
	info = vt_look(self->rx);
	EXPECT_EQ(1U, info.receiving);
	EXPECT_EQ(0U, info.received);
	EXPECT_EQ(-EAGAIN, vt_put(self->tx, 'd'));
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, 0));
	info = vt_look(self->rx);
	EXPECT_EQ(0U, info.receiving);
	EXPECT_EQ(1U, info.received);
	EXPECT_EQ(0, vt_put(self->tx, 'd'));
}

TEST_F(channel, a_cookie_is_given_without_info_too)
{
	char byte;
	struct vbuf_msg msg;

	vt_poison(&msg);
	msg.buf = (uintptr_t)&byte;
	msg.size = 1;
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_HOLD));
	EXPECT_NE(VT_POISON64, msg.cookie);
	EXPECT_EQ(VT_POISON64, msg.seq);
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, 0));
}

TEST_F(channel, release_hands_the_slot_to_who_waits)
{
	struct vt_call send = { 0 };
	__u64 cookie = held(self->rx);

	vt_start_send(&send, self->tx, 'd');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ(0, vt_release(self->rx, cookie, 0));
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ(3U, vt_look(self->rx).depth);
}

TEST_F(channel, messages_are_released_in_any_order)
{
	__u64 a = held(self->rx), b = held(self->rx), c = held(self->rx);

	EXPECT_EQ(0, vt_release(self->rx, b, 0));
	EXPECT_EQ(0, vt_release(self->rx, c, 0));
	EXPECT_EQ(0, vt_release(self->rx, a, 0));
	EXPECT_EQ(3U, vt_look(self->rx).free);
}

TEST_F(channel, release_einval_twice)
{
	__u64 cookie = held(self->rx);

	ASSERT_EQ(0, vt_release(self->rx, cookie, 0));
	EXPECT_EQ(-EINVAL, vt_release(self->rx, cookie, 0));
	EXPECT_EQ(-EINVAL, vt_release(self->rx, cookie, VBUF_REQUEUE));
}

TEST_F(channel, release_einval_after_requeue)
{
	__u64 cookie = held(self->rx);

	ASSERT_EQ(0, vt_release(self->rx, cookie, VBUF_REQUEUE));
	EXPECT_EQ(-EINVAL, vt_release(self->rx, cookie, 0));
	EXPECT_EQ(3U, vt_look(self->rx).depth);
}

/* The slot is used again, by a message that an old cookie must not name. */
TEST_F(channel, release_einval_stale)
{
	__u64 stale = held(self->rx), fresh;

	ASSERT_EQ(0, vt_release(self->rx, stale, VBUF_REQUEUE));
	fresh = held(self->rx);
	EXPECT_EQ(-EINVAL, vt_release(self->rx, stale, 0));
	EXPECT_EQ(1U, vt_look(self->rx).receiving);
	EXPECT_EQ(0, vt_release(self->rx, fresh, 0));
}

TEST_F(channel, release_einval_from_another_endpoint)
{
	int other = vt_reopen(self->rx, VT_RECV);
	__u64 cookie = held(self->rx);

	EXPECT_EQ(-EINVAL, vt_release(other, cookie, 0));
	EXPECT_EQ(-EINVAL, vt_release(self->tx, cookie, 0));
	EXPECT_EQ(1U, vt_look(self->rx).receiving);
	EXPECT_EQ(0, vt_release(self->rx, cookie, 0));
	close(other);
}

TEST_F(channel, release_einval_nonsense)
{
	static const __u64 nonsense[] = { 0, 1, 2, 3, 4, 1ULL << 31, 1ULL << 32,
					  1ULL << 63, UINT64_MAX };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nonsense); i++)
		EXPECT_EQ(-EINVAL, vt_release(self->rx, nonsense[i], 0));
	EXPECT_EQ(3U, vt_look(self->rx).depth);
}

/* What was received without VBUF_HOLD is nobody's any more. */
TEST_F(channel, release_einval_of_what_was_not_held)
{
	__u64 cookie = held(self->rx);
	char byte;

	ASSERT_EQ(0, vt_release(self->rx, cookie, VBUF_REQUEUE));
	ASSERT_EQ(1, vt_recv(self->rx, &byte, 1, 0));
	EXPECT_EQ(-EINVAL, vt_release(self->rx, cookie, 0));
}

TEST_F(channel, release_einval_flags)
{
	__u64 cookie = held(self->rx);

	EXPECT_EQ(-EINVAL, vt_release(self->rx, cookie, VBUF_HOLD));
	EXPECT_EQ(-EINVAL, vt_release(self->rx, cookie, 1U << 31));
	EXPECT_EQ(0, vt_release(self->rx, cookie, 0));
}

TEST_F(channel, a_forked_child_may_release)
{
	__u64 cookie = held(self->rx);
	pid_t pid = vt_fork();

	if (pid == 0)
		_exit(vt_release(self->rx, cookie, 0) == 0 ? 0 : 1);
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_EQ(0U, vt_look(self->rx).receiving);
}

TEST_F(channel, requeue_puts_at_the_head)
{
	__u64 a = held(self->rx);

	EXPECT_EQ(0, vt_release(self->rx, a, VBUF_REQUEUE));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ('c', vt_take(self->rx));
}

TEST_F(channel, what_is_requeued_last_is_first)
{
	__u64 a = held(self->rx), b = held(self->rx);

	EXPECT_EQ(0, vt_release(self->rx, a, VBUF_REQUEUE));
	EXPECT_EQ(0, vt_release(self->rx, b, VBUF_REQUEUE));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ('c', vt_take(self->rx));
}

TEST_F(channel, requeue_goes_to_who_waits)
{
	__u64 a = held(self->rx);
	struct vt_call recv = { 0 };

	ASSERT_EQ('b', vt_take(self->rx));
	ASSERT_EQ('c', vt_take(self->rx));
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(0, vt_release(self->rx, a, VBUF_REQUEUE));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

TEST_F(channel, what_was_requeued_says_so)
{
	char byte;
	struct vbuf_msg first = hold(self->rx, &byte), again;

	EXPECT_EQ(0U, first.flags);
	EXPECT_EQ(1U, first.deliveries);
	ASSERT_EQ(0, vt_release(self->rx, first.cookie, VBUF_REQUEUE));
	again = hold(self->rx, &byte);
	EXPECT_EQ('a', byte);
	EXPECT_EQ(VBUF_MSG_REDELIVERED, again.flags);
	EXPECT_EQ(2U, again.deliveries);
	EXPECT_EQ(first.seq, again.seq);
	EXPECT_EQ(first.time_ns, again.time_ns);
	EXPECT_EQ(0, vt_release(self->rx, again.cookie, 0));
	again = hold(self->rx, &byte);
	EXPECT_EQ(0U, again.flags);
	EXPECT_EQ(0, vt_release(self->rx, again.cookie, 0));
}

TEST_F(channel, what_was_put_back_does_not_count_as_received)
{
	__u64 a = held(self->rx);
	struct vt_channel info;

	ASSERT_EQ(0, vt_release(self->rx, a, VBUF_REQUEUE));
	info = vt_look(self->rx);
	EXPECT_EQ(0U, info.received);
	EXPECT_EQ(0U, info.received_bytes);
	EXPECT_EQ(3U, info.sent);
	ASSERT_EQ('a', vt_take(self->rx));
	info = vt_look(self->rx);
	EXPECT_EQ(1U, info.received);
	EXPECT_EQ(1U, info.received_bytes);
}

TEST_F(channel, a_vector_is_held_message_by_message)
{
	char bytes[3];
	struct vbuf_msg msgs[3];
	int i;

	for (i = 0; i < 3; i++)
		msgs[i] = (struct vbuf_msg) {
			.buf = (uintptr_t)&bytes[i], .size = 1 };
	ASSERT_EQ(3, vt_recvv(self->rx, msgs, 3, VBUF_HOLD));
	EXPECT_EQ(3U, vt_look(self->rx).receiving);
	EXPECT_EQ(0, vt_release(self->rx, msgs[1].cookie, VBUF_REQUEUE));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ(0, vt_release(self->rx, msgs[0].cookie, 0));
	EXPECT_EQ(0, vt_release(self->rx, msgs[2].cookie, 0));
}

TEST_F(channel, recv_einval_hold)
{
	char byte;

	EXPECT_EQ(-EINVAL, vt_recv(self->rx, &byte, 1, VBUF_HOLD));
	EXPECT_EQ(3U, vt_look(self->rx).depth);
}

TEST_HARNESS_MAIN
