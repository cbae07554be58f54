// SPDX-License-Identifier: GPL-2.0
/*
 * Nobody sees a byte that was not sent to it: a reserved slot shows zeros, or
 * what its own endpoint put there, whatever others put there before and however;
 * and behind a message there are zeros up to the end of its last page.
 */
#include "kselftest_harness.h"
#include "edge.h"

/* One slot, so that who uses it next uses the same. */
#define SLOTS	1U

/* What the two senders write, and nobody else. */
#define OWN	'o'
#define SECRET	's'

FIXTURE(channel) {
	int rx;
	int tx;
	int other;
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
	self->other = vt_reopen(self->tx, VT_SEND);
	vt_map_send(self->tx);
	vt_map_send(self->other);
	vt_map_receive(self->rx);
	self->room = malloc(variant->size);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	free(self->room);
	close(self->rx);
	close(self->tx);
	if (self->other >= 0)
		close(self->other);
}

static char *reserved(int tx, size_t len)
{
	char *at;

	if (vt_reserve(tx, len, VBUF_DONTWAIT, &at))
		vt_die("reserve");
	return at;
}

/* Receives what is there, by move or by copy. */
static void receive(FIXTURE_DATA(channel) *self, size_t room, bool move)
{
	struct vbuf_msg msg;
	long ret;

	if (!move) {
		ret = vt_recv(self->rx, self->room, room, VBUF_DONTWAIT);
	} else {
		ret = vt_acquire(self->rx, VBUF_DONTWAIT, &msg);
		if (ret == 0)
			ret = vt_release_at(self->rx, vt_at(&msg), 0);
	}
	if (ret < 0)
		vt_die("receive: %ld", ret);
}

/* Fills the slot with a letter, by RESERVE, and sends it or gives it back. */
static void use(int tx, size_t len, char letter, bool send)
{
	char *at = reserved(tx, len);

	memset(at, letter, len);
	if (send ? vt_commit(tx, at, len) : vt_discard(tx, at))
		vt_die("commit or discard");
}

static void send_copy(int tx, const char *room, size_t len)
{
	if (vt_send(tx, room, len, VBUF_DONTWAIT))
		vt_die("send");
}

/* None but zeros and its own letter are in the first @len bytes of the slot. */
static bool is_clean(int tx, size_t len)
{
	char *at = reserved(tx, len);
	size_t pages = (len + VT_PAGE - 1) & -VT_PAGE, page;
	bool clean = true;

	for (page = 0; clean && page < pages; page += VT_PAGE)
		clean = !memchr(at + page, SECRET, VT_PAGE) &&
			(vt_all(at + page, VT_PAGE, 0) ||
			 memchr(at + page, OWN, VT_PAGE));
	return vt_discard(tx, at) == 0 && clean;
}

TEST_F(channel, a_new_slot_shows_zeros)
{
	char *at = reserved(self->tx, variant->size);

	EXPECT_TRUE(vt_all(at, variant->size, 0));
	EXPECT_EQ(0, vt_discard(self->tx, at));
}

TEST_F(channel, after_anothers_send)
{
	memset(self->room, SECRET, variant->size);
	send_copy(self->other, self->room, variant->size);
	receive(self, variant->size, false);
	EXPECT_TRUE(is_clean(self->tx, variant->size));
}

TEST_F(channel, after_anothers_commit)
{
	use(self->other, variant->size, SECRET, true);
	receive(self, variant->size, true);
	EXPECT_TRUE(is_clean(self->tx, variant->size));
}

TEST_F(channel, after_anothers_discard)
{
	use(self->other, variant->size, SECRET, false);
	EXPECT_TRUE(is_clean(self->tx, variant->size));
}

/* Between two uses of its own, nothing of another's in the middle is seen. */
TEST_F(channel, after_own_use_and_then_anothers)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		use(self->tx, variant->size, OWN, i & 1);
		if (i & 1)
			receive(self, variant->size, true);
		use(self->other, variant->size, SECRET, i & 2);
		if (i & 2)
			receive(self, variant->size, false);
		EXPECT_TRUE(is_clean(self->tx, variant->size))
			TH_LOG("round %u", i);
	}
}

TEST_F(channel, after_own_use_and_then_anothers_send)
{
	use(self->tx, variant->size, OWN, true);
	receive(self, variant->size, true);
	memset(self->room, SECRET, variant->size);
	send_copy(self->other, self->room, variant->size);
	receive(self, variant->size, true);
	EXPECT_TRUE(is_clean(self->tx, variant->size));
}

/* What was reserved and given back has no message's number, not even the first. */
TEST_F(channel, after_own_discard_and_then_the_first_message)
{
	use(self->tx, variant->size, OWN, false);
	memset(self->room, SECRET, variant->size);
	send_copy(self->other, self->room, variant->size);
	receive(self, variant->size, false);
	EXPECT_TRUE(is_clean(self->tx, variant->size));
}

/* Longer than what the copy reached, and shorter, and of one page at a time. */
TEST_F(channel, after_anothers_use_of_a_part)
{
	size_t len;

	for (len = variant->size; len; len /= 3) {
		use(self->tx, variant->size, OWN, true);
		receive(self, variant->size, true);
		use(self->other, len, SECRET, true);
		receive(self, len, false);
		EXPECT_TRUE(is_clean(self->tx, len));
		EXPECT_TRUE(is_clean(self->tx, variant->size));
	}
}

/* The larger reservation shows more of the slot than the smaller looked after. */
TEST_F(channel, of_a_larger_reserve_after_a_smaller)
{
	use(self->other, variant->size, SECRET, true);
	receive(self, variant->size, false);
	EXPECT_TRUE(is_clean(self->tx, 1));
	EXPECT_TRUE(is_clean(self->tx, variant->size / 2));
	EXPECT_TRUE(is_clean(self->tx, variant->size));
}

TEST_F(channel, of_a_larger_reserve_after_a_smaller_commit)
{
	use(self->other, variant->size, SECRET, true);
	receive(self, variant->size, false);
	use(self->tx, 1, OWN, true);
	receive(self, 1, false);
	EXPECT_TRUE(is_clean(self->tx, variant->size));
}

/* A SEND that met the end of memory, half way: its first half stays behind. */
TEST_F(channel, after_anothers_send_that_failed_half_way)
{
	size_t half = variant->size / 2;
	char *buf = edge_to_nothing(half < 1 << 20 ? half : 1 << 20);
	unsigned int i;

	memset(buf, SECRET, half < 1 << 20 ? half : 1 << 20);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(-EFAULT, vt_send(self->other, buf, variant->size,
					   VBUF_DONTWAIT));
		EXPECT_TRUE(is_clean(self->tx, variant->size));
		use(self->tx, variant->size, OWN, true);
		receive(self, variant->size, i & 1);
	}
}

TEST_F(channel, after_anothers_vector_that_failed_half_way)
{
	size_t half = variant->size / 2 < 1 << 20 ? variant->size / 2 : 1 << 20;
	struct vbuf_msg msg = { .len = variant->size };
	struct iovec iov[2] = { { NULL, half }, { VT_UNMAPPED, half } };
	char *buf = edge_to_nothing(half);

	memset(buf, SECRET, half);
	use(self->tx, variant->size, OWN, true);
	receive(self, variant->size, true);
	msg.buf = (uintptr_t)buf;
	EXPECT_EQ(-EFAULT, vt_sendv(self->other, &msg, 1, VBUF_DONTWAIT));
	EXPECT_TRUE(is_clean(self->tx, variant->size));
	use(self->tx, variant->size, OWN, true);
	receive(self, variant->size, true);
	iov[0].iov_base = buf;
	EXPECT_EQ(-1, writev(self->other, iov, 2));
	EXPECT_TRUE(is_clean(self->tx, variant->size));
}

/* Its own SEND that failed leaves its own bytes. */
TEST_F(channel, after_own_send_that_failed_half_way)
{
	size_t half = variant->size / 2 < 1 << 20 ? variant->size / 2 : 1 << 20;
	char *buf = edge_to_nothing(half);

	use(self->other, variant->size, SECRET, true);
	receive(self, variant->size, true);
	memset(buf, OWN, half);
	EXPECT_EQ(-EFAULT, vt_send(self->tx, buf, variant->size,
				   VBUF_DONTWAIT));
	EXPECT_TRUE(is_clean(self->tx, variant->size));
}

TEST_F(channel, after_anothers_end)
{
	memset(reserved(self->other, variant->size), SECRET, variant->size);
	close(self->other);
	self->other = -1;
	EXPECT_TRUE(is_clean(self->tx, variant->size));
}

TEST_F(channel, after_own_use_and_then_anothers_end)
{
	use(self->tx, variant->size, OWN, true);
	receive(self, variant->size, true);
	memset(reserved(self->other, variant->size), SECRET, variant->size);
	ASSERT_EQ(0, vt_shutdown(self->other, VT_SEND));
	EXPECT_TRUE(is_clean(self->tx, variant->size));
}

/* Its endpoint is another, in the same process. */
TEST_F(channel, after_its_own_process_used_another_endpoint)
{
	int fresh;

	use(self->tx, variant->size, SECRET, true);
	receive(self, variant->size, true);
	close(self->tx);
	fresh = vt_reopen(self->other, VT_SEND);
	vt_map_send(fresh);
	EXPECT_TRUE(is_clean(fresh, variant->size));
	self->tx = fresh;
}

/* Unmapped and mapped, it is the same endpoint still, and not the other. */
TEST_F(channel, after_its_window_was_mapped_anew)
{
	int fresh = vt_reopen(self->tx, VT_SEND);
	char *base = vt_map_send(fresh);

	use(fresh, variant->size, OWN, true);
	receive(self, variant->size, true);
	vt_unmap(fresh, base);
	use(self->other, variant->size, SECRET, true);
	receive(self, variant->size, true);
	vt_map_send(fresh);
	EXPECT_TRUE(is_clean(fresh, variant->size));
	close(fresh);
}

/* The rest of the last page of the next message, acquired. */
static bool ends_in_zeros(FIXTURE_DATA(channel) *self, size_t len)
{
	size_t rest = -len & (VT_PAGE - 1);
	struct vbuf_msg msg;
	bool zeros;

	if (vt_acquire(self->rx, VBUF_DONTWAIT, &msg) || msg.len != len)
		vt_die("acquire %zu bytes", len);
	zeros = vt_all(vt_at(&msg) + len, rest, 0) &&
		(!len || vt_at(&msg)[len - 1] != 0);
	return vt_release_at(self->rx, vt_at(&msg), 0) == 0 && zeros;
}

/* Lengths that end in the middle of a page, near and far. */
static size_t next_length(size_t len)
{
	return len < 8 ? len + 1 : len + len / 2 + 1;
}

/* Written behind the message's end, in what was reserved. */
TEST_F(channel, zeros_follow_what_was_committed)
{
	size_t len;
	char *at;

	for (len = 1; len <= variant->size; len = next_length(len)) {
		at = reserved(self->tx, variant->size);
		memset(at, SECRET, variant->size);
		ASSERT_EQ(0, vt_commit(self->tx, at, len));
		EXPECT_TRUE(ends_in_zeros(self, len)) TH_LOG("%zu bytes", len);
	}
}

/* Written behind what was reserved, for a page is there as a whole. */
TEST_F(channel, zeros_follow_what_was_reserved)
{
	size_t len, end;
	char *at;

	for (len = 1; len <= variant->size; len = next_length(len)) {
		at = reserved(self->tx, len);
		end = (len + VT_PAGE - 1) & -VT_PAGE;
		memset(at, SECRET, end);
		ASSERT_EQ(0, vt_commit(self->tx, at, len));
		EXPECT_TRUE(ends_in_zeros(self, len)) TH_LOG("%zu bytes", len);
	}
}

TEST_F(channel, zeros_follow_what_was_sent)
{
	size_t len;

	memset(self->room, SECRET, variant->size);
	for (len = 1; len <= variant->size; len = next_length(len)) {
		send_copy(self->other, self->room, variant->size);
		receive(self, variant->size, false);
		send_copy(self->tx, self->room, len);
		EXPECT_TRUE(ends_in_zeros(self, len)) TH_LOG("%zu bytes", len);
	}
}

TEST_F(channel, zeros_follow_what_was_sent_where_another_had_moved)
{
	size_t len;

	memset(self->room, SECRET, variant->size);
	for (len = 1; len <= variant->size; len = next_length(len)) {
		use(self->other, variant->size, SECRET, true);
		receive(self, variant->size, true);
		send_copy(self->tx, self->room, len);
		EXPECT_TRUE(ends_in_zeros(self, len)) TH_LOG("%zu bytes", len);
	}
}

/* What is held and seen in the window as well, and what is mapped only then. */
TEST_F(channel, zeros_follow_what_is_held)
{
	struct vbuf_msg msg = {
		.buf = (uintptr_t)self->room, .size = variant->size };
	int rx = vt_reopen(self->rx, VT_RECV);
	char *base;

	memset(self->room, SECRET, variant->size);
	send_copy(self->other, self->room, variant->size);
	receive(self, variant->size, false);
	send_copy(self->tx, self->room, 5);
	ASSERT_EQ(1, vt_recvv(rx, &msg, 1, VBUF_HOLD));
	base = vt_map_receive(rx);
	EXPECT_TRUE(vt_all(base, 5, SECRET));
	EXPECT_TRUE(vt_all(base + 5, VT_PAGE - 5, 0));
	EXPECT_EQ(0, vt_release_at(rx, base, 0));
	close(rx);
}

/* The slot's own end is in the middle of a page. */
TEST(zeros_follow_a_slot_that_does_not_fill_its_page)
{
	int rx, tx;
	struct vbuf_msg msg;
	char *at;

	vt_pair(&rx, &tx, vt_attr(1, VT_PAGE + 904));
	vt_map_send(tx);
	vt_map_receive(rx);
	at = reserved(tx, VT_PAGE + 904);
	memset(at, SECRET, 2 * VT_PAGE);
	ASSERT_EQ(0, vt_commit(tx, at, VT_PAGE + 904));
	ASSERT_EQ(0, vt_acquire(rx, 0, &msg));
	EXPECT_TRUE(vt_all(vt_at(&msg), VT_PAGE + 904, SECRET));
	EXPECT_TRUE(vt_all(vt_at(&msg) + VT_PAGE + 904, VT_PAGE - 904, 0));
	EXPECT_EQ(0, vt_release_at(rx, vt_at(&msg), 0));
	EXPECT_TRUE(vt_settled(rx));
}

TEST_HARNESS_MAIN
