// SPDX-License-Identifier: GPL-2.0
/*
 * On one channel messages move and are copied side by side, each way in and
 * each way out, in one order.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define SLOTS	3U

FIXTURE(channel) {
	int rx;
	int tx;
	char *receive;
	char *room;
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
	vt_map_send(self->tx);
	self->receive = vt_map_receive(self->rx);
	self->room = malloc(variant->size);
	memset(self->room, VT_POISON, variant->size);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	EXPECT_EQ(SLOTS, vt_look(self->rx).free);
	close(self->rx);
	close(self->tx);
	free(self->room);
}

static long move(int tx, size_t len, __u64 seed)
{
	char *at;
	long ret = vt_reserve(tx, len, VBUF_DONTWAIT, &at);

	if (ret)
		return ret;
	vt_fill(at, len, seed);
	return vt_commit(tx, at, len);
}

static long copy(FIXTURE_DATA(channel) *self, size_t len, __u64 seed)
{
	vt_fill(self->room, len, seed);
	return vt_send(self->tx, self->room, len, VBUF_DONTWAIT);
}

static bool comes_by_move(FIXTURE_DATA(channel) *self, size_t len, __u64 seed)
{
	struct vbuf_msg msg;

	return vt_acquire(self->rx, VBUF_DONTWAIT, &msg) == 0 &&
	       msg.len == len && vt_filled(vt_at(&msg), len, seed) &&
	       vt_release_at(self->rx, vt_at(&msg), 0) == 0;
}

static bool comes_by_copy(FIXTURE_DATA(channel) *self, size_t len, __u64 seed)
{
	memset(self->room, VT_POISON, len);
	return vt_recv(self->rx, self->room, len, VBUF_DONTWAIT) == (long)len &&
	       vt_filled(self->room, len, seed);
}

/* A message taken by RECVV with VBUF_HOLD into @room. */
static struct vbuf_msg held(FIXTURE_DATA(channel) *self, size_t len)
{
	struct vbuf_msg msg = {
		.buf = (uintptr_t)self->room, .size = len };

	if (vt_recvv(self->rx, &msg, 1, VBUF_HOLD | VBUF_DONTWAIT) != 1)
		vt_die("receive with VBUF_HOLD");
	return msg;
}

/* Where in the window it is seen, for there may be no other: NULL if it is not. */
static char *seen(FIXTURE_DATA(channel) *self)
{
	__u64 stride = vt_region(self->rx).stride;
	char *found = NULL;
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		if (vt_peek(self->receive + i * stride) != VT_THERE)
			continue;
		if (found)
			vt_die("two messages are seen");
		found = self->receive + i * stride;
	}
	return found;
}

TEST_F(channel, what_is_moved_in_is_copied_out)
{
	EXPECT_EQ(0, move(self->tx, variant->size, 1));
	EXPECT_TRUE(comes_by_copy(self, variant->size, 1));
}

TEST_F(channel, what_is_copied_in_is_moved_out)
{
	EXPECT_EQ(0, copy(self, variant->size, 1));
	EXPECT_TRUE(comes_by_move(self, variant->size, 1));
}

TEST_F(channel, messages_keep_their_order_however_they_cross)
{
	unsigned int i;
	size_t len = variant->size - 3;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, move(self->tx, len, 1));
		EXPECT_EQ(0, copy(self, len, 2));
		EXPECT_EQ(0, move(self->tx, len, 3));
		EXPECT_TRUE(i & 1 ? comes_by_copy(self, len, 1) :
				    comes_by_move(self, len, 1));
		EXPECT_TRUE(i & 2 ? comes_by_copy(self, len, 2) :
				    comes_by_move(self, len, 2));
		EXPECT_TRUE(i & 1 ? comes_by_move(self, len, 3) :
				    comes_by_copy(self, len, 3));
	}
}

TEST_F(channel, read_and_write_mix_as_well)
{
	size_t len = variant->size;

	EXPECT_EQ(0, move(self->tx, len, 1));
	EXPECT_EQ((long)len, vt_read(self->rx, self->room, len));
	EXPECT_TRUE(vt_filled(self->room, len, 1));
	EXPECT_EQ((long)len, vt_write(self->tx, self->room, len));
	EXPECT_TRUE(comes_by_move(self, len, 1));
}

TEST_F(channel, a_held_message_is_seen_in_the_window)
{
	struct vbuf_msg msg;
	char *at;

	EXPECT_EQ(0, move(self->tx, variant->size, 1));
	EXPECT_EQ(NULL, seen(self));
	msg = held(self, variant->size);
	EXPECT_TRUE(vt_filled(self->room, variant->size, 1));
	at = seen(self);
	ASSERT_NE(NULL, at);
	EXPECT_TRUE(vt_filled(at, variant->size, 1));
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, 0));
	EXPECT_TRUE(vt_gone(at));
}

TEST_F(channel, a_held_message_is_released_by_its_address)
{
	struct vbuf_msg msg;
	char *at;

	EXPECT_EQ(0, copy(self, variant->size, 1));
	msg = held(self, variant->size);
	at = seen(self);
	ASSERT_NE(NULL, at);
	EXPECT_EQ(0, vt_release_at(self->rx, at, 0));
	EXPECT_TRUE(vt_gone(at));
	EXPECT_EQ(-EINVAL, vt_release(self->rx, msg.cookie, 0));
}

TEST_F(channel, an_acquired_message_is_released_by_its_cookie)
{
	struct vbuf_msg msg;

	EXPECT_EQ(0, copy(self, variant->size, 1));
	ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, 0));
	EXPECT_TRUE(vt_gone(vt_at(&msg)));
	EXPECT_EQ(-EINVAL, vt_release_at(self->rx, vt_at(&msg), 0));
}

/* The message may be received by any way again. */
TEST_F(channel, what_was_acquired_and_put_back_is_copied_out)
{
	struct vbuf_msg msg;

	EXPECT_EQ(0, copy(self, variant->size, 1));
	ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), VBUF_REQUEUE));
	EXPECT_TRUE(comes_by_copy(self, variant->size, 1));
}

TEST_F(channel, what_was_held_and_put_back_is_moved_out)
{
	struct vbuf_msg msg;

	EXPECT_EQ(0, move(self->tx, variant->size, 1));
	msg = held(self, variant->size);
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, VBUF_REQUEUE));
	EXPECT_EQ(NULL, seen(self));
	EXPECT_TRUE(comes_by_move(self, variant->size, 1));
}

/* In a window that is mapped only then, too. */
TEST_F(channel, what_was_held_before_is_seen_when_it_is_mapped)
{
	struct vbuf_msg msg;

	vt_unmap(self->rx, self->receive);
	EXPECT_EQ(0, copy(self, variant->size, 1));
	msg = held(self, variant->size);
	self->receive = vt_map_receive(self->rx);
	ASSERT_NE(NULL, seen(self));
	EXPECT_TRUE(vt_filled(seen(self), variant->size, 1));
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, 0));
}

/* The kernel reads and writes the windows as any memory. */
TEST_F(channel, a_message_is_sent_on_from_where_it_is_seen)
{
	struct vbuf_msg msg;

	EXPECT_EQ(0, move(self->tx, variant->size, 1));
	ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
	EXPECT_EQ(0, vt_send(self->tx, vt_at(&msg), msg.len, 0));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_TRUE(comes_by_move(self, variant->size, 1));
}

TEST_F(channel, a_message_is_received_into_a_reserved_slot)
{
	char *at;

	EXPECT_EQ(0, copy(self, variant->size, 1));
	ASSERT_EQ(0, vt_reserve(self->tx, variant->size, 0, &at));
	EXPECT_EQ((long)variant->size,
		  vt_recv(self->rx, at, variant->size, 0));
	EXPECT_EQ(0, vt_commit(self->tx, at, variant->size));
	EXPECT_TRUE(comes_by_move(self, variant->size, 1));
}

TEST_HARNESS_MAIN
