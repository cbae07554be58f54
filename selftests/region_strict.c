// SPDX-License-Identifier: GPL-2.0
/*
 * Each process sees just the messages that it owns, and of these no more than
 * their pages: any other touch is SIGBUS, in whom touches, at once after the
 * slot has changed its owner; a write to what was received is SIGSEGV.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define SLOTS	2U

FIXTURE(channel) {
	int rx;
	int tx;
	char *send;
	char *receive;
	__u64 stride;
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
	self->stride = vt_region(self->rx).stride;
}

FIXTURE_TEARDOWN(channel)
{
	close(self->rx);
	close(self->tx);
}

static char *reserved(int tx, size_t len)
{
	char *at;

	if (vt_reserve(tx, len, VBUF_DONTWAIT, &at))
		vt_die("reserve");
	return at;
}

static struct vbuf_msg acquired(int rx)
{
	struct vbuf_msg msg;

	if (vt_acquire(rx, VBUF_DONTWAIT, &msg))
		vt_die("acquire");
	return msg;
}

/* No page of @bytes from @at on is there. */
static bool all_gone(const char *at, __u64 bytes)
{
	return vt_all_peek(at, bytes, VT_NOT_OWNED) && vt_gone(at) &&
	       vt_gone(at + bytes - 1);
}

/* Every page of @bytes from @at on is there. */
static bool all_there(const char *at, __u64 bytes)
{
	return vt_all_peek(at, bytes, VT_THERE);
}

TEST_F(channel, nothing_is_there_before_reserve)
{
	EXPECT_TRUE(all_gone(self->send, SLOTS * self->stride));
	EXPECT_TRUE(all_gone(self->receive, SLOTS * self->stride));
}

TEST_F(channel, no_other_slot_is_there_than_the_reserved)
{
	char *at = reserved(self->tx, variant->size);
	char *other = at == self->send ? at + self->stride : self->send;

	EXPECT_TRUE(all_there(at, variant->size));
	EXPECT_TRUE(all_gone(other, self->stride));
	EXPECT_TRUE(all_gone(self->receive, SLOTS * self->stride));
}

TEST_F(channel, nothing_is_there_after_commit)
{
	char *at = reserved(self->tx, variant->size);

	vt_fill(at, variant->size, 1);
	ASSERT_EQ(0, vt_commit(self->tx, at, variant->size));
	EXPECT_TRUE(all_gone(at, self->stride));
	EXPECT_TRUE(all_gone(self->receive, SLOTS * self->stride));
}

/* Of a message that was never touched, too, and of one touched here and there. */
TEST_F(channel, nothing_is_there_after_commit_of_any_part)
{
	char *at = reserved(self->tx, variant->size);

	ASSERT_EQ(0, vt_commit(self->tx, at, variant->size));
	EXPECT_TRUE(all_gone(at, self->stride));
	at = reserved(self->tx, variant->size);
	vt_poke(at + variant->size - 1, 'x');
	ASSERT_EQ(0, vt_commit(self->tx, at, 0));
	EXPECT_TRUE(all_gone(at, self->stride));
}

TEST_F(channel, nothing_is_there_after_discard)
{
	char *at = reserved(self->tx, variant->size);

	vt_fill(at, variant->size, 1);
	ASSERT_EQ(0, vt_discard(self->tx, at));
	EXPECT_TRUE(all_gone(at, self->stride));
}

TEST_F(channel, nothing_is_there_after_release)
{
	struct vbuf_msg msg;

	ASSERT_EQ(0, vt_commit(self->tx, reserved(self->tx, variant->size),
			       variant->size));
	msg = acquired(self->rx);
	EXPECT_TRUE(all_there(vt_at(&msg), variant->size));
	ASSERT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_TRUE(all_gone(vt_at(&msg), self->stride));
}

/* What is beyond the slot's own bytes, up to the next, is nobody's. */
TEST_F(channel, no_page_beyond_what_was_reserved_is_there)
{
	size_t len, pages;
	char *at;

	for (len = 1; len <= variant->size; len = len * 3 + 1) {
		at = reserved(self->tx, len);
		pages = (len + VT_PAGE - 1) & -VT_PAGE;
		EXPECT_TRUE(all_there(at, pages));
		if (pages < self->stride)
			EXPECT_TRUE(all_gone(at + pages, self->stride - pages));
		ASSERT_EQ(0, vt_discard(self->tx, at));
	}
}

TEST_F(channel, no_page_beyond_the_message_is_there)
{
	size_t len, pages;
	struct vbuf_msg msg;
	char *at;

	for (len = 1; len <= variant->size; len = len * 3 + 1) {
		at = reserved(self->tx, variant->size);
		vt_fill(at, variant->size, 1);
		ASSERT_EQ(0, vt_commit(self->tx, at, len));
		msg = acquired(self->rx);
		pages = (len + VT_PAGE - 1) & -VT_PAGE;
		EXPECT_TRUE(all_there(vt_at(&msg), pages));
		if (pages < self->stride)
			EXPECT_TRUE(all_gone(vt_at(&msg) + pages,
					     self->stride - pages));
		ASSERT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	}
}

/* A short one after a full one, and the other way round. */
TEST_F(channel, what_is_there_is_the_message_that_is_there_now)
{
	size_t len[] = { variant->size, 1, variant->size, 0, VT_PAGE };
	struct vbuf_msg msg;
	unsigned int i;
	char *at;

	for (i = 0; i < ARRAY_SIZE(len); i++) {
		at = reserved(self->tx, variant->size);
		vt_fill(at, len[i], i);
		ASSERT_EQ(0, vt_commit(self->tx, at, len[i]));
		msg = acquired(self->rx);
		ASSERT_EQ(len[i], msg.len);
		EXPECT_TRUE(vt_filled(vt_at(&msg), len[i], i));
		if (len[i] + VT_PAGE <= self->stride)
			EXPECT_TRUE(vt_gone(vt_at(&msg) + self->stride - 1));
		ASSERT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	}
}

TEST_F(channel, what_was_received_cannot_be_written)
{
	char *at = reserved(self->tx, variant->size);
	struct vbuf_msg msg;

	vt_fill(at, variant->size, 1);
	ASSERT_EQ(0, vt_commit(self->tx, at, variant->size));
	msg = acquired(self->rx);
	EXPECT_EQ(VT_READ_ONLY, vt_poke(vt_at(&msg), 'x'));
	EXPECT_EQ(VT_READ_ONLY, vt_poke(vt_at(&msg) + msg.len - 1, 'x'));
	EXPECT_TRUE(vt_filled(vt_at(&msg), variant->size, 1));
	EXPECT_EQ(VT_READ_ONLY, vt_poke(vt_at(&msg), 'x'));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
}

/* Each endpoint has a region of its own. */
TEST_F(channel, another_endpoint_sees_nothing_of_it)
{
	int sender = vt_reopen(self->tx, VT_SEND);
	int receiver = vt_reopen(self->rx, VT_RECV);
	char *send = vt_map_send(sender), *receive = vt_map_receive(receiver);
	char *at = reserved(self->tx, variant->size);
	struct vbuf_msg msg;

	vt_fill(at, variant->size, 1);
	EXPECT_TRUE(all_gone(send, SLOTS * self->stride));
	ASSERT_EQ(0, vt_commit(self->tx, at, variant->size));
	msg = acquired(self->rx);
	EXPECT_TRUE(all_gone(send, SLOTS * self->stride));
	EXPECT_TRUE(all_gone(receive, SLOTS * self->stride));
	EXPECT_TRUE(all_gone(self->send, SLOTS * self->stride));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	close(sender);
	close(receiver);
}

TEST_F(channel, a_released_message_is_gone_while_others_stay)
{
	struct vbuf_msg first, second;
	unsigned int i;
	char *at;

	for (i = 0; i < 2; i++) {
		at = reserved(self->tx, variant->size);
		vt_fill(at, variant->size, i);
		ASSERT_EQ(0, vt_commit(self->tx, at, variant->size));
	}
	first = acquired(self->rx);
	second = acquired(self->rx);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&first), 0));
	EXPECT_TRUE(all_gone(vt_at(&first), self->stride));
	EXPECT_TRUE(vt_filled(vt_at(&second), variant->size, 1));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&second), 0));
}

TEST_F(channel, shutdown_takes_what_was_reserved)
{
	char *at = reserved(self->tx, variant->size);

	vt_fill(at, variant->size, 1);
	ASSERT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	EXPECT_TRUE(all_gone(self->send, SLOTS * self->stride));
	EXPECT_EQ(SLOTS, vt_look(self->rx).free);
}

TEST_F(channel, shutdown_takes_what_was_received)
{
	struct vbuf_msg msg;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	msg = acquired(self->rx);
	EXPECT_EQ(VT_THERE, vt_peek(vt_at(&msg)));
	ASSERT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_TRUE(all_gone(self->receive, SLOTS * self->stride));
	EXPECT_EQ(SLOTS, vt_look(self->tx).free);
}

/* Of an endpoint with both, the other window goes on. */
TEST_F(channel, shutdown_is_for_its_direction_only)
{
	int both = vt_create(NULL, vt_attr(SLOTS, variant->size), VT_BOTH);
	struct vbuf_msg msg;
	char *at;

	vt_map_send(both);
	vt_map_receive(both);
	ASSERT_EQ(0, vt_put(both, 'a'));
	at = reserved(both, variant->size);
	msg = acquired(both);
	ASSERT_EQ(0, vt_shutdown(both, VT_SEND));
	EXPECT_TRUE(vt_gone(at));
	EXPECT_EQ(VT_THERE, vt_peek(vt_at(&msg)));
	EXPECT_EQ(0, vt_release_at(both, vt_at(&msg), 0));
	EXPECT_TRUE(vt_settled(both));
	close(both);
}

/* The mapping is there still, and shows nothing; the slots are back. */
TEST_F(channel, close_takes_what_was_reserved)
{
	int other = vt_reopen(self->tx, VT_SEND);
	char *base = vt_map_send(other);
	char *at = reserved(other, variant->size);

	vt_fill(at, variant->size, 1);
	close(other);
	EXPECT_EQ(SLOTS, vt_look(self->rx).free);
	EXPECT_TRUE(all_gone(base, SLOTS * self->stride));
	EXPECT_EQ(0, munmap(base, SLOTS * self->stride));
	EXPECT_EQ(VT_NOT_MAPPED, vt_peek(base));
}

TEST_F(channel, close_takes_what_was_received)
{
	int other = vt_reopen(self->rx, VT_RECV);
	char *base = vt_map_receive(other);
	struct vbuf_msg msg;

	ASSERT_EQ(0, vt_commit(self->tx, reserved(self->tx, variant->size),
			       variant->size));
	msg = acquired(other);
	EXPECT_TRUE(all_there(vt_at(&msg), variant->size));
	close(other);
	EXPECT_EQ(SLOTS, vt_look(self->rx).free);
	EXPECT_TRUE(all_gone(base, SLOTS * self->stride));
}

/* The channel goes with its last endpoint, its memory too; the mapping stays. */
TEST_F(channel, the_channels_end_leaves_a_mapping_of_nothing)
{
	int both = vt_create(NULL, vt_attr(SLOTS, variant->size), VT_BOTH);
	char *send = vt_map_send(both), *receive = vt_map_receive(both);

	ASSERT_EQ(0, vt_put(both, 'a'));
	acquired(both);
	vt_fill(reserved(both, variant->size), variant->size, 1);
	close(both);
	EXPECT_TRUE(all_gone(send, SLOTS * self->stride));
	EXPECT_TRUE(all_gone(receive, SLOTS * self->stride));
}

TEST_HARNESS_MAIN
