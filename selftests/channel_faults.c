// SPDX-License-Identifier: GPL-2.0
/*
 * Bad pointers: EFAULT, and the slot is back where it was. Nothing is lost,
 * nothing duplicated, and who waits does not wait for it.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

FIXTURE(channel) {
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(2, 8192));
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

/* The next message, which must be the first delivery of itself. */
static char fresh(struct __test_metadata *_metadata, int rx)
{
	char byte = 0;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	EXPECT_EQ(1, vt_recvv(rx, &msg, 1, VBUF_INFO | VBUF_DONTWAIT));
	EXPECT_EQ(1U, msg.deliveries);
	EXPECT_EQ(0U, msg.flags);
	return byte;
}

/* A page that can be read but not written, a copy of @bytes. */
static void *read_only(const void *bytes, size_t len)
{
	size_t size = sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		vt_die("mmap");
	memcpy(page, bytes, len);
	mprotect(page, size, PROT_READ);
	return page;
}

TEST_F(channel, send_efault)
{
	struct vt_channel info;

	EXPECT_EQ(-EFAULT, vt_send(self->tx, VT_UNMAPPED, 1, 0));
	EXPECT_EQ(-EFAULT, vt_send(self->tx, VT_KERNEL, 1, 0));
	EXPECT_EQ(-EFAULT, vt_send(self->tx, NULL, 8192, 0));
	info = vt_look(self->rx);
	EXPECT_EQ(2U, info.free);
	EXPECT_EQ(0U, info.sent);
	EXPECT_EQ(0U, info.sent_bytes);
}

TEST_F(channel, send_efault_in_the_middle)
{
	char *buf = vt_guarded(100);

	EXPECT_EQ(-EFAULT, vt_send(self->tx, buf, 101, 0));
	EXPECT_EQ(-EFAULT, vt_send(self->tx, buf, 8192, 0));
	EXPECT_EQ(2U, vt_look(self->rx).free);
	EXPECT_EQ(0, vt_send(self->tx, buf, 100, 0));
	EXPECT_EQ(1U, vt_look(self->rx).depth);
}

TEST_F(channel, send_efault_leaves_the_slot_to_the_next_waiter)
{
	struct vt_call bad = { .arg = VT_UNMAPPED }, send = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	vt_start_send(&bad, self->tx, 0);
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_start_send(&send, self->tx, 'c');
	ASSERT_TRUE(vt_blocked(self->rx, 2, 0));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EFAULT, vt_join(&bad));
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ('c', vt_take(self->rx));
}

TEST_F(channel, recv_efault)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(-EFAULT, vt_recv(self->rx, VT_UNMAPPED, 64, 0));
	EXPECT_EQ(-EFAULT, vt_recv(self->rx, VT_KERNEL, 64, 0));
	EXPECT_EQ(-EFAULT, vt_recv(self->rx, NULL, 1, 0));
	EXPECT_EQ(2U, vt_look(self->rx).depth);
	EXPECT_EQ('a', fresh(_metadata, self->rx));
	EXPECT_EQ('b', fresh(_metadata, self->rx));
}

TEST_F(channel, recv_efault_in_the_middle)
{
	char message[200] = "whole", *buf = vt_guarded(100);

	ASSERT_EQ(0, vt_send(self->tx, message, 200, 0));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(-EFAULT, vt_recv(self->rx, buf, 200, 0));
	EXPECT_EQ(0U, vt_look(self->rx).received);
	EXPECT_EQ(200, vt_recv(self->rx, message, 200, 0));
	EXPECT_STREQ("whole", message);
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, recv_efault_into_what_cannot_be_written)
{
	void *page = read_only("x", 1);

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EFAULT, vt_recv(self->rx, page, 64, 0));
	EXPECT_EQ('a', fresh(_metadata, self->rx));
}

TEST_F(channel, recv_efault_passes_the_message_to_the_next_waiter)
{
	struct vt_call bad = { .arg = VT_UNMAPPED }, recv = { 0 };

	vt_start_recv(&bad, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EFAULT, vt_join(&bad));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

TEST_F(channel, recv_efault_of_a_waiter_queues_the_message)
{
	struct vt_call bad = { .arg = VT_UNMAPPED };

	vt_start_recv(&bad, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EFAULT, vt_join(&bad));
	EXPECT_EQ((unsigned int)POLLIN, vt_poll(self->rx, POLLIN));
	EXPECT_EQ('a', fresh(_metadata, self->rx));
}

/* The message is no use to who cannot be told its length. */
TEST_F(channel, recvv_efault_in_the_entry)
{
	char byte = VT_POISON;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };
	struct vbuf_msg *entry = read_only(&msg, sizeof(msg));

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EFAULT, vt_recvv(self->rx, entry, 1, 0));
	EXPECT_EQ(-EFAULT, vt_recvv(self->rx, entry, 1, VBUF_INFO));
	EXPECT_EQ('a', fresh(_metadata, self->rx));
}

/* Nor to who cannot be told its cookie, and so never could release it. */
TEST_F(channel, recvv_efault_in_the_cookie)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };
	struct vbuf_msg *entry = read_only(&msg, sizeof(msg));

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EFAULT, vt_recvv(self->rx, entry, 1, VBUF_HOLD));
	EXPECT_EQ(0U, vt_look(self->rx).receiving);
	EXPECT_EQ('a', fresh(_metadata, self->rx));
}

TEST_F(channel, recvv_efault_in_the_array)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EFAULT, vt_recvv(self->rx, VT_UNMAPPED, 1, 0));
	EXPECT_EQ(-EFAULT, vt_recvv(self->rx, VT_KERNEL, 1, 0));
	EXPECT_EQ('a', fresh(_metadata, self->rx));
}

TEST_F(channel, sendv_efault_in_the_array)
{
	EXPECT_EQ(-EFAULT, vt_sendv(self->tx, VT_UNMAPPED, 1, 0));
	EXPECT_EQ(-EFAULT, vt_sendv(self->tx, VT_KERNEL, 1, 0));
	EXPECT_EQ(2U, vt_look(self->rx).free);
}

/* Its first entry is the last thing that can be read. */
TEST_F(channel, sendv_sends_what_can_be_read_of_the_array)
{
	struct vbuf_msg *msgs = (void *)vt_guarded(sizeof(*msgs));

	*msgs = (struct vbuf_msg) { .buf = (uintptr_t)"a", .len = 1 };
	EXPECT_EQ(1, vt_sendv(self->tx, msgs, 2, 0));
	EXPECT_EQ(-EFAULT, vt_sendv(self->tx, msgs + 1, 1, 0));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(2U, vt_look(self->rx).free);
}

TEST_F(channel, recvv_receives_what_can_be_told_in_the_array)
{
	struct vbuf_msg *msgs = (void *)vt_guarded(sizeof(*msgs));
	char byte;

	*msgs = (struct vbuf_msg) { .buf = (uintptr_t)&byte, .size = 1 };
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(1, vt_recvv(self->rx, msgs, 2, 0));
	EXPECT_EQ('a', byte);
	EXPECT_EQ('b', fresh(_metadata, self->rx));
}

TEST_F(channel, recvv_hold_stops_before_a_bad_entry)
{
	char bytes[2];
	struct vbuf_msg msgs[2] = {
		{ .buf = (uintptr_t)&bytes[0], .size = 1 },
		{ .buf = (uintptr_t)VT_UNMAPPED, .size = 1 },
	};

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(1, vt_recvv(self->rx, msgs, 2, VBUF_HOLD));
	EXPECT_EQ(1U, vt_look(self->rx).receiving);
	EXPECT_EQ(0, vt_release(self->rx, msgs[0].cookie, 0));
	EXPECT_EQ('b', fresh(_metadata, self->rx));
}

TEST_F(channel, recv_that_cannot_tell_the_length_leaves_the_message)
{
	struct vbuf_xfer xfer = { .size = sizeof(xfer), .len = 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_GT(0, vt_ioctl(self->rx, VBUF_IOC_RECV,
			      read_only(&xfer, sizeof(xfer))));
	EXPECT_EQ('a', fresh(_metadata, self->rx));
}

TEST_F(channel, calls_that_answer_efault)
{
	struct vbuf_getattr attr = { .size = sizeof(attr) };
	struct vbuf_info info = { .size = sizeof(info) };

	EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, VBUF_IOC_GETATTR,
				    read_only(&attr, sizeof(attr))));
	EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, VBUF_IOC_INFO,
				    read_only(&info, sizeof(info))));
}

/* What cannot be sent drops nothing. */
TEST(drop_oldest_efault)
{
	struct vbuf_attr attr = vt_attr(2, 64);
	struct vbuf_msg msg = { .buf = (uintptr_t)VT_UNMAPPED, .len = 1 };
	int rx, tx;

	attr.flags = VBUF_LOSSY;
	vt_pair(&rx, &tx, attr);
	ASSERT_EQ(0, vt_put(tx, 'a'));
	ASSERT_EQ(0, vt_put(tx, 'b'));
	EXPECT_EQ(-EFAULT, vt_send(tx, VT_UNMAPPED, 1, VBUF_DROP_OLDEST));
	EXPECT_EQ(-EFAULT, vt_sendv(tx, &msg, 1, VBUF_DROP_OLDEST));
	EXPECT_EQ(0U, vt_look(rx).dropped_oldest);
	EXPECT_EQ('a', vt_take(rx));
	EXPECT_EQ('b', vt_take(rx));
	EXPECT_TRUE(vt_settled(rx));
}

TEST_HARNESS_MAIN
