// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of every size, from none to a whole slot, arrive as they were; one
 * that is longer than a slot is refused.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define SLOTS 3

FIXTURE(channel) {
	unsigned char *out;
	unsigned char *in;
	int rx;
	int tx;
};

FIXTURE_VARIANT(channel) {
	__u32 slot_size;
};

FIXTURE_VARIANT_ADD(channel, b1) { .slot_size = 1 };
FIXTURE_VARIANT_ADD(channel, b7) { .slot_size = 7 };
FIXTURE_VARIANT_ADD(channel, b64) { .slot_size = 64 };
FIXTURE_VARIANT_ADD(channel, b1000) { .slot_size = 1000 };
FIXTURE_VARIANT_ADD(channel, b4095) { .slot_size = 4095 };
FIXTURE_VARIANT_ADD(channel, b4096) { .slot_size = 4096 };
FIXTURE_VARIANT_ADD(channel, b4097) { .slot_size = 4097 };
FIXTURE_VARIANT_ADD(channel, b12289) { .slot_size = 12289 };
FIXTURE_VARIANT_ADD(channel, b65536) { .slot_size = 65536 };
FIXTURE_VARIANT_ADD(channel, b1m) { .slot_size = 1 << 20 };
FIXTURE_VARIANT_ADD(channel, b16m) { .slot_size = VBUF_MAX_SLOT_SIZE };

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(SLOTS, variant->slot_size));
	self->out = malloc(variant->slot_size + 16);
	self->in = malloc(variant->slot_size + 16);
	ASSERT_NE(NULL, self->out);
	ASSERT_NE(NULL, self->in);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

/* Bytes that differ from message to message, and from page to page. */
static void pattern(unsigned char *buf, size_t len, unsigned int seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = (i + (i >> 8) + (i >> 12) * 31 + seed * 101) & 0xff;
}

static bool arrives(int tx, int rx, unsigned char *out, unsigned char *in,
		    size_t len)
{
	pattern(out, len, len);
	memset(in, VT_POISON, len + 16);
	if (vt_send(tx, out, len, 0) != 0)
		return false;
	if (vt_recv(rx, in, len, 0) != (long)len)
		return false;
	return memcmp(in, out, len) == 0 && in[len] == VT_POISON &&
	       in[len + 15] == VT_POISON;
}

TEST_F_TIMEOUT(channel, every_length_arrives_whole, 120)
{
	__u32 lengths[] = { 0, 1, 2, 8, 63, 64, 65, 4095, 4096, 4097, 8192,
			    variant->slot_size / 2, variant->slot_size - 1,
			    variant->slot_size };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		if (lengths[i] > variant->slot_size)
			continue;
		EXPECT_TRUE(arrives(self->tx, self->rx, self->out, self->in,
				    lengths[i]))
			TH_LOG("%u bytes", lengths[i]);
	}
}

TEST_F_TIMEOUT(channel, slots_do_not_overlap, 120)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		pattern(self->out, variant->slot_size, i);
		ASSERT_EQ(0, vt_send(self->tx, self->out, variant->slot_size,
				     VBUF_DONTWAIT));
	}
	for (i = 0; i < SLOTS; i++) {
		pattern(self->out, variant->slot_size, i);
		ASSERT_EQ((long)variant->slot_size,
			  vt_recv(self->rx, self->in, variant->slot_size, 0));
		EXPECT_EQ(0, memcmp(self->in, self->out, variant->slot_size));
	}
}

TEST_F(channel, send_emsgsize)
{
	EXPECT_EQ(-EMSGSIZE, vt_send(self->tx, self->out,
				     (size_t)variant->slot_size + 1, 0));
	EXPECT_EQ(-EMSGSIZE, vt_send(self->tx, self->out, 1ULL << 32, 0));
	EXPECT_EQ(-EMSGSIZE, vt_send(self->tx, self->out, 1ULL << 63, 0));
	EXPECT_EQ(-EMSGSIZE, vt_send(self->tx, self->out, UINT64_MAX, 0));
	EXPECT_EQ(0U, vt_look(self->rx).sent);
	EXPECT_EQ((__u32)SLOTS, vt_look(self->rx).free);
}

TEST_F(channel, sendv_emsgsize)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)self->out,
				.len = variant->slot_size + 1 };

	EXPECT_EQ(-EMSGSIZE, vt_sendv(self->tx, &msg, 1, 0));
	msg.len = UINT32_MAX;
	EXPECT_EQ(-EMSGSIZE, vt_sendv(self->tx, &msg, 1, 0));
	EXPECT_EQ(0U, vt_look(self->rx).sent);
}

/* What a slot held before must not show. */
TEST_F_TIMEOUT(channel, a_short_message_brings_nothing_of_a_longer_one, 120)
{
	int i;

	for (i = 0; i < 2 * SLOTS; i++) {
		memset(self->out, 'x', variant->slot_size);
		ASSERT_EQ(0, vt_send(self->tx, self->out, variant->slot_size,
				     0));
		ASSERT_EQ((long)variant->slot_size,
			  vt_recv(self->rx, self->in, variant->slot_size, 0));
	}
	memset(self->in, VT_POISON, variant->slot_size);
	ASSERT_EQ(0, vt_send(self->tx, "", 1, 0));
	EXPECT_EQ(1, vt_recv(self->rx, self->in, variant->slot_size, 0));
	EXPECT_EQ(0, self->in[0]);
	memset(self->out, VT_POISON, variant->slot_size);
	EXPECT_EQ(0, memcmp(self->in + 1, self->out, variant->slot_size - 1));
}

TEST_F(channel, a_message_of_no_bytes_is_a_message)
{
	EXPECT_EQ(0, vt_send(self->tx, NULL, 0, 0));
	EXPECT_EQ(0, vt_send(self->tx, "", 0, 0));
	EXPECT_EQ(2U, vt_look(self->rx).depth);
	EXPECT_EQ(0U, vt_look(self->rx).sent_bytes);
	EXPECT_EQ(0, vt_recv(self->rx, NULL, 0, VBUF_DONTWAIT));
	EXPECT_EQ(0, vt_recv(self->rx, self->in, 1, VBUF_DONTWAIT));
	EXPECT_EQ(-EAGAIN, vt_recv(self->rx, NULL, 0, VBUF_DONTWAIT));
}

TEST_F(channel, more_room_than_any_message_needs_is_no_error)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_recv(self->rx, self->in, 1ULL << 32, 0));
	EXPECT_EQ('a', self->in[0]);
}

TEST_F(channel, fionread_is_the_first_messages_length)
{
	EXPECT_EQ(0, vt_fionread(self->rx));
	ASSERT_EQ(0, vt_send(self->tx, self->out, variant->slot_size, 0));
	ASSERT_EQ(0, vt_send(self->tx, self->out, 0, 0));
	EXPECT_EQ((int)variant->slot_size, vt_fionread(self->rx));
	ASSERT_EQ((long)variant->slot_size,
		  vt_recv(self->rx, self->in, variant->slot_size, 0));
	EXPECT_EQ(0, vt_fionread(self->rx));
	ASSERT_EQ(0, vt_send(self->tx, self->out, 1, 0));
	ASSERT_EQ(0, vt_recv(self->rx, NULL, 0, 0));
	EXPECT_EQ(1, vt_fionread(self->rx));
}

TEST_HARNESS_MAIN
