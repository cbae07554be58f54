// SPDX-License-Identifier: GPL-2.0
/*
 * A message moves: reserved, filled where it stands, committed, acquired, read
 * where it stands, released. Its bytes arrive, and every step counts.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define SLOTS	2U

FIXTURE(channel) {
	int rx;
	int tx;
	char *send;
	char *receive;
};

FIXTURE_VARIANT(channel) {
	size_t size;
};

FIXTURE_VARIANT_ADD(channel, page) { .size = VT_PAGE };
FIXTURE_VARIANT_ADD(channel, three_pages) { .size = 3 * VT_PAGE };
FIXTURE_VARIANT_ADD(channel, kib64) { .size = 64 << 10 };
FIXTURE_VARIANT_ADD(channel, mib1) { .size = 1 << 20 };
FIXTURE_VARIANT_ADD(channel, mib2) { .size = 2 << 20 };
FIXTURE_VARIANT_ADD(channel, mib5) { .size = 5 << 20 };
FIXTURE_VARIANT_ADD(channel, mib16) { .size = 16 << 20 };

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(SLOTS, variant->size));
	self->send = vt_map_send(self->tx);
	self->receive = vt_map_receive(self->rx);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	EXPECT_EQ(SLOTS, vt_look(self->rx).free);
	close(self->rx);
	close(self->tx);
}

static char *reserved(int tx, size_t len)
{
	char *at;
	long ret = vt_reserve(tx, len, VBUF_DONTWAIT, &at);

	if (ret)
		vt_die("reserve: %ld", ret);
	return at;
}

static struct vbuf_msg acquired(int rx)
{
	struct vbuf_msg msg;
	long ret = vt_acquire(rx, VBUF_DONTWAIT, &msg);

	if (ret)
		vt_die("acquire: %ld", ret);
	return msg;
}

/* Sends a message of @len bytes that tell of @seed. */
static long sent(int tx, size_t len, __u64 seed)
{
	char *at = reserved(tx, len);

	vt_fill(at, len, seed);
	return vt_commit(tx, at, len);
}

/* Receives it, if it is that. */
static bool arrives(int rx, size_t len, __u64 seed)
{
	struct vbuf_msg msg = acquired(rx);
	bool same = msg.len == len && vt_filled(vt_at(&msg), len, seed);

	return vt_release_at(rx, vt_at(&msg), 0) == 0 && same;
}

TEST_F(channel, bytes_arrive)
{
	EXPECT_EQ(0, sent(self->tx, variant->size, 1));
	EXPECT_TRUE(arrives(self->rx, variant->size, 1));
}

TEST_F(channel, the_slots_are_used_again_and_again)
{
	size_t len = variant->size;
	unsigned int i;

	for (i = 0; i < 3 * SLOTS + 1; i++, len -= len / 3) {
		EXPECT_EQ(0, sent(self->tx, len, i));
		EXPECT_TRUE(arrives(self->rx, len, i));
	}
}

TEST_F(channel, messages_arrive_in_the_order_of_commits)
{
	char *first = reserved(self->tx, variant->size);
	char *second = reserved(self->tx, variant->size);

	vt_fill(first, variant->size, 1);
	vt_fill(second, variant->size, 2);
	EXPECT_EQ(0, vt_commit(self->tx, second, variant->size));
	EXPECT_EQ(0, vt_commit(self->tx, first, variant->size));
	EXPECT_TRUE(arrives(self->rx, variant->size, 2));
	EXPECT_TRUE(arrives(self->rx, variant->size, 1));
}

TEST_F(channel, messages_are_released_in_any_order)
{
	struct vbuf_msg first, second;

	EXPECT_EQ(0, sent(self->tx, variant->size, 1));
	EXPECT_EQ(0, sent(self->tx, variant->size, 2));
	first = acquired(self->rx);
	second = acquired(self->rx);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&first), 0));
	EXPECT_TRUE(vt_filled(vt_at(&second), variant->size, 2));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&second), 0));
}

TEST_F(channel, every_step_counts)
{
	char *at = reserved(self->tx, variant->size);
	struct vt_channel info = vt_look(self->rx);
	struct vbuf_msg msg;

	EXPECT_EQ(1U, info.sending);
	EXPECT_EQ(0U, info.sent);
	EXPECT_EQ(0, vt_commit(self->tx, at, variant->size));
	info = vt_look(self->rx);
	EXPECT_EQ(0U, info.sending);
	EXPECT_EQ(1U, info.depth);
	EXPECT_EQ(1U, info.sent);
	EXPECT_EQ(variant->size, info.sent_bytes);
	EXPECT_EQ((int)variant->size, vt_fionread(self->rx));
	msg = acquired(self->rx);
	info = vt_look(self->rx);
	EXPECT_EQ(0U, info.depth);
	EXPECT_EQ(1U, info.receiving);
	EXPECT_EQ(0U, info.received);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	info = vt_look(self->rx);
	EXPECT_EQ(0U, info.receiving);
	EXPECT_EQ(1U, info.received);
	EXPECT_EQ(variant->size, info.received_bytes);
}

TEST_F(channel, a_message_may_be_shorter_than_what_was_reserved)
{
	static const unsigned int parts[] = { 1, 2, 3, 4096 };
	unsigned int i;
	size_t len;
	char *at;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		len = variant->size / parts[i] - (parts[i] == 1);
		at = reserved(self->tx, variant->size);
		vt_fill(at, variant->size, i);
		ASSERT_EQ(0, vt_commit(self->tx, at, len));
		EXPECT_TRUE(arrives(self->rx, len, i));
	}
	EXPECT_EQ(0U, vt_look(self->rx).depth);
}

TEST_F(channel, as_much_is_there_as_was_reserved)
{
	size_t len;
	char *at;

	for (len = 1; len <= variant->size; len *= 2) {
		at = reserved(self->tx, len);
		EXPECT_EQ(VT_THERE, vt_poke(at, 'x'));
		EXPECT_EQ(VT_THERE, vt_poke(at + len - 1, 'x'));
		EXPECT_EQ(0, vt_discard(self->tx, at));
	}
}

TEST_F(channel, a_message_of_no_bytes_is_a_message)
{
	char *at = reserved(self->tx, 0);
	struct vbuf_msg msg;

	EXPECT_TRUE(vt_gone(at));
	EXPECT_EQ(0, vt_commit(self->tx, at, 0));
	EXPECT_EQ(1U, vt_look(self->rx).depth);
	msg = acquired(self->rx);
	EXPECT_EQ(0U, msg.len);
	EXPECT_TRUE(vt_gone(vt_at(&msg)));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_EQ(1U, vt_look(self->rx).received);
}

TEST_F(channel, what_was_reserved_can_be_sent_as_nothing)
{
	char *at = reserved(self->tx, variant->size);

	vt_fill(at, variant->size, 1);
	EXPECT_EQ(0, vt_commit(self->tx, at, 0));
	EXPECT_TRUE(arrives(self->rx, 0, 0));
}

TEST_F(channel, discard_gives_the_slot_back)
{
	char *first = reserved(self->tx, variant->size);
	char *second = reserved(self->tx, variant->size), *at;

	EXPECT_EQ(-EAGAIN, vt_reserve(self->tx, 1, VBUF_DONTWAIT, &at));
	EXPECT_EQ(0, vt_discard(self->tx, first));
	EXPECT_EQ(0U, vt_look(self->rx).sent);
	EXPECT_EQ(first, reserved(self->tx, variant->size));
	EXPECT_EQ(0, vt_discard(self->tx, first));
	EXPECT_EQ(0, vt_discard(self->tx, second));
}

TEST_F(channel, slots_stand_a_stride_apart_in_both_windows)
{
	struct vbuf_region_info info = vt_region(self->tx);
	char *slots[SLOTS];
	struct vbuf_msg msg;
	unsigned int i;

	EXPECT_LE(variant->size, info.stride);
	EXPECT_EQ(0U, info.stride % VT_PAGE);
	EXPECT_EQ(SLOTS * info.stride, info.bytes);
	for (i = 0; i < SLOTS; i++)
		slots[i] = reserved(self->tx, variant->size);
	EXPECT_EQ(info.stride, (__u64)labs(slots[1] - slots[0]));
	EXPECT_EQ(self->send, slots[0] < slots[1] ? slots[0] : slots[1]);
	for (i = 0; i < SLOTS; i++) {
		EXPECT_EQ(0, vt_commit(self->tx, slots[i], 1));
		msg = acquired(self->rx);
		EXPECT_EQ(slots[i] - self->send, vt_at(&msg) - self->receive);
		EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	}
}

/* So that what stands there is its own already. */
TEST_F(channel, an_endpoint_reserves_the_slot_that_it_filled_last)
{
	int other = vt_reopen(self->tx, VT_SEND);
	char *own = reserved(self->tx, variant->size), *others;
	struct vbuf_msg first, second;
	unsigned int i;

	vt_map_send(other);
	others = reserved(other, variant->size);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, vt_commit(self->tx, own, variant->size));
		ASSERT_EQ(0, vt_commit(other, others, variant->size));
		first = acquired(self->rx);
		second = acquired(self->rx);
		vt_release_at(self->rx, vt_at(i & 1 ? &first : &second), 0);
		vt_release_at(self->rx, vt_at(i & 1 ? &second : &first), 0);
		EXPECT_EQ(own, reserved(self->tx, variant->size));
		EXPECT_EQ(others, reserved(other, variant->size));
	}
	EXPECT_EQ(0, vt_discard(self->tx, own));
	close(other);
}

TEST_F(channel, an_endpoint_may_move_to_itself)
{
	int both = vt_create(NULL, vt_attr(1, variant->size), VT_BOTH);

	ASSERT_LE(0, both);
	vt_map_send(both);
	vt_map_receive(both);
	EXPECT_EQ(0, sent(both, variant->size, 7));
	EXPECT_TRUE(arrives(both, variant->size, 7));
	EXPECT_TRUE(vt_settled(both));
	close(both);
}

/* Of several receivers each has its own message, and sees it. */
TEST_F(channel, receivers_acquire_side_by_side)
{
	int other = vt_reopen(self->rx, VT_RECV);
	struct vbuf_msg mine, its;

	vt_map_receive(other);
	EXPECT_EQ(0, sent(self->tx, variant->size, 1));
	EXPECT_EQ(0, sent(self->tx, variant->size, 2));
	mine = acquired(self->rx);
	its = acquired(other);
	EXPECT_TRUE(vt_filled(vt_at(&mine), variant->size, 1));
	EXPECT_TRUE(vt_filled(vt_at(&its), variant->size, 2));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&mine), 0));
	EXPECT_TRUE(vt_filled(vt_at(&its), variant->size, 2));
	EXPECT_EQ(0, vt_release_at(other, vt_at(&its), 0));
	close(other);
}

TEST_HARNESS_MAIN
