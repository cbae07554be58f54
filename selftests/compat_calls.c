// SPDX-License-Identifier: GPL-2.0
/*
 * A 32-bit program on a 64-bit kernel: every structure has the size that the
 * kernel knows, every command works, addresses are not cut, and messages are
 * exchanged with a 64-bit program.
 */
#include "kselftest_harness.h"
#include "vbuf_test.h"

_Static_assert(sizeof(struct vbuf_create) == 96, "create");
_Static_assert(sizeof(struct vbuf_open) == 72, "open");
_Static_assert(sizeof(struct vbuf_reopen) == 16, "reopen");
_Static_assert(sizeof(struct vbuf_unlink) == 72, "unlink");
_Static_assert(sizeof(struct vbuf_getattr) == 104, "getattr");
_Static_assert(sizeof(struct vbuf_xfer) == 32, "xfer");
_Static_assert(sizeof(struct vbuf_msg) == 64, "msg");
_Static_assert(sizeof(struct vbuf_vector) == 32, "vector");
_Static_assert(sizeof(struct vbuf_release) == 96, "release");
_Static_assert(sizeof(struct vbuf_drain) == 16, "drain");
_Static_assert(sizeof(struct vbuf_shutdown) == 8, "shutdown");
_Static_assert(sizeof(struct vbuf_info) == 24, "info");

#define HIGH	0x100000000ULL

FIXTURE(compat) {
	char name[VBUF_NAME_SIZE];
	int rx, tx;
};

FIXTURE_SETUP(compat)
{
	struct vbuf_attr attr = vt_attr(4, 64);

	attr.flags = VBUF_LOSSY | VBUF_REDELIVER;
	attr.held_max = 3;
	attr.max_deliveries = 5;
	vt_name(self->name, "compat");
	self->rx = vt_create(self->name, attr, VT_RECV);
	ASSERT_LE(0, self->rx);
	self->tx = vt_open(self->name, VT_SEND);
	ASSERT_LE(0, self->tx);
}

FIXTURE_TEARDOWN(compat)
{
	EXPECT_TRUE(vt_settled(self->tx));
	EXPECT_EQ(4U, vt_look(self->tx).free);
	close(self->tx);
	close(self->rx);
}

TEST(is_a_32_bit_program)
{
	EXPECT_EQ(4U, sizeof(void *));
}

TEST_F(compat, attributes_arrive_whole)
{
	struct vbuf_getattr got = vt_getattr(self->tx);

	EXPECT_EQ(0, strcmp(self->name, got.name));
	EXPECT_EQ(4U, got.attr.slots);
	EXPECT_EQ(64U, got.attr.slot_size);
	EXPECT_EQ((__u32)(VBUF_LOSSY | VBUF_REDELIVER), got.attr.flags);
	EXPECT_EQ(0600U, got.attr.mode);
	EXPECT_EQ(3U, got.attr.held_max);
	EXPECT_EQ(5U, got.attr.max_deliveries);
}

TEST_F(compat, messages_by_every_call)
{
	struct iovec out[] = { { "io", 2 }, { "vec", 3 } }, in[2];
	char room[64];

	EXPECT_EQ(0, vt_send(self->tx, "send", 4, 0));
	EXPECT_EQ(5, vt_write(self->tx, "write", 5));
	EXPECT_EQ(5, writev(self->tx, out, 2));
	EXPECT_EQ(4, vt_fionread(self->rx));
	EXPECT_NE(0U, vt_poll(self->rx, POLLIN) & POLLIN);
	EXPECT_EQ(4, vt_read(self->rx, room, sizeof(room)));
	EXPECT_EQ(0, memcmp(room, "send", 4));
	EXPECT_EQ(5, vt_recv(self->rx, room, sizeof(room), 0));
	EXPECT_EQ(0, memcmp(room, "write", 5));
	in[0] = (struct iovec){ room, 3 };
	in[1] = (struct iovec){ room + 32, 32 };
	EXPECT_EQ(5, readv(self->rx, in, 2));
	EXPECT_EQ(0, memcmp(room, "iov", 3) + memcmp(room + 32, "ec", 2));
}

TEST_F(compat, vector_with_everything)
{
	struct vbuf_msg out[2] = { { 0 } }, in[2] = { { 0 } };
	char room[2][64];
	int i;

	for (i = 0; i < 2; i++) {
		out[i].buf = (uintptr_t)"ab" + i;
		out[i].len = 1;
		out[i].tag = HIGH * 0xabcd + i;
		in[i].buf = (uintptr_t)room[i];
		in[i].size = sizeof(room[i]);
	}
	ASSERT_EQ(2, vt_sendv(self->tx, out, 2, 0));
	ASSERT_EQ(2, vt_recvv(self->rx, in, 2, VBUF_HOLD | VBUF_INFO));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ("ab"[i], room[i][0]);
		EXPECT_EQ(1U, in[i].len);
		EXPECT_EQ(HIGH * 0xabcd + i, in[i].tag);
		EXPECT_EQ((__u64)i, in[i].seq);
		EXPECT_GE(vt_now(), in[i].time_ns);
		EXPECT_EQ((__u32)getpid(), in[i].pid);
		EXPECT_EQ(geteuid(), in[i].uid);
		EXPECT_EQ(1U, in[i].deliveries);
	}
	EXPECT_EQ(0, vt_release(self->rx, in[0].cookie, 0));
	EXPECT_EQ(0, vt_release(self->rx, in[1].cookie, VBUF_REQUEUE));
	EXPECT_EQ(-EINVAL, vt_release(self->rx, in[1].cookie, 0));
	ASSERT_EQ(1, vt_recvv(self->rx, in, 1, VBUF_INFO));
	EXPECT_EQ('b', room[0][0]);
	EXPECT_EQ(VBUF_MSG_REDELIVERED, in[0].flags);
	EXPECT_EQ(2U, in[0].deliveries);
}

/* The upper half of an address counts: nothing is there in this program. */
TEST_F(compat, send_efault_high_address)
{
	char byte = 'x';
	struct vbuf_xfer xfer = { .size = sizeof(xfer), .len = 1,
				  .buf = HIGH | (uintptr_t)&byte };
	struct vbuf_msg msg = { .buf = xfer.buf, .len = 1, .size = 1 };
	struct vbuf_vector vector = {
		.size = sizeof(vector), .count = 1, .msg_size = sizeof(msg),
		.msgs = HIGH | (uintptr_t)&msg };

	EXPECT_EQ(-EFAULT, vt_ioctl(self->tx, VBUF_IOC_SEND, &xfer));
	EXPECT_EQ(-EFAULT, vt_sendv(self->tx, &msg, 1, 0));
	EXPECT_EQ(-EFAULT, vt_vector(self->tx, VBUF_IOC_SENDV, &vector));
	EXPECT_EQ(0, vt_put(self->tx, 'y'));
	EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, VBUF_IOC_RECV, &xfer));
	EXPECT_EQ(-EFAULT, vt_recvv(self->rx, &msg, 1, 0));
	EXPECT_EQ(-EFAULT, vt_vector(self->rx, VBUF_IOC_RECVV, &vector));
	EXPECT_EQ('x', byte);
	EXPECT_EQ('y', vt_take(self->rx));
}

/* So does that of a length. */
TEST_F(compat, send_emsgsize_high_length)
{
	char byte = 'x';
	struct vbuf_xfer xfer = { .size = sizeof(xfer), .len = HIGH | 1,
				  .buf = (uintptr_t)&byte };

	EXPECT_EQ(-EMSGSIZE, vt_ioctl(self->tx, VBUF_IOC_SEND, &xfer));
}

TEST_F(compat, deadlines_are_64_bits)
{
	char byte;

	EXPECT_EQ(-ETIMEDOUT, vt_recv_until(self->rx, &byte, 1, vt_in(20)));
	EXPECT_EQ(-ETIMEDOUT, vt_recv_until(self->rx, &byte, 1, 1));
	EXPECT_EQ(0, vt_put(self->tx, 'x'));
	EXPECT_EQ(1, vt_recv_until(self->rx, &byte, 1, ~0ULL >> 1));
	EXPECT_EQ(0, vt_drain(self->tx, 1));
}

TEST_F(compat, endpoints_and_looks)
{
	struct vt_endpoint endpoint[4];
	int other = vt_reopen(self->tx, VT_SEND);
	struct vt_channel info;

	ASSERT_LE(0, other);
	info = vt_look(other);
	EXPECT_EQ(2U, info.senders);
	EXPECT_EQ(0, strcmp(self->name, info.name));
	ASSERT_EQ(3, vt_endpoints(info.id, endpoint, 4));
	EXPECT_EQ((__u32)getpid(), endpoint[2].pid);
	EXPECT_EQ(VT_SEND, endpoint[2].rights);
	EXPECT_EQ(0, vt_shutdown(other, VT_SEND));
	EXPECT_EQ(-EPIPE, vt_put(other, 'x'));
	close(other);
	EXPECT_EQ(0, vt_unlink(self->name));
	EXPECT_EQ(-ENOENT, vt_open(self->name, VT_SEND));
}

TEST_F(compat, info_tells_the_limits)
{
	struct vbuf_info info = { .size = sizeof(info) };

	ASSERT_EQ(0, vt_ioctl(self->rx, VBUF_IOC_INFO, &info));
	EXPECT_EQ(VBUF_MAX_VECTOR, info.max_vector);
	EXPECT_EQ(VBUF_MAX_SLOTS, info.max_slots);
	EXPECT_EQ(VBUF_MAX_SLOT_SIZE, info.max_slot_size);
	EXPECT_EQ(0U, info.features);
}

/* vbufctl is a 64-bit program, and found first in PATH in the VM. */
TEST_F(compat, to_a_64_bit_program)
{
	char command[128], line[64];
	FILE *output;

	snprintf(command, sizeof(command), "vbufctl recv --count 2 %s",
		 self->name);
	output = popen(command, "r");
	ASSERT_NE(NULL, output);
	ASSERT_EQ(0, vt_send(self->tx, "one", 3, 0));
	ASSERT_EQ(0, vt_send(self->tx, "two", 3, 0));
	ASSERT_NE(NULL, fgets(line, sizeof(line), output));
	EXPECT_EQ(0, strcmp(line, "one\n"));
	ASSERT_NE(NULL, fgets(line, sizeof(line), output));
	EXPECT_EQ(0, strcmp(line, "two\n"));
	EXPECT_EQ(0, pclose(output));
}

TEST_F(compat, from_a_64_bit_program)
{
	char command[128], room[64];
	FILE *input;

	snprintf(command, sizeof(command), "vbufctl send %s", self->name);
	input = popen(command, "w");
	ASSERT_NE(NULL, input);
	fputs("one\ntwo\n", input);
	fflush(input);
	EXPECT_EQ(3, vt_recv(self->rx, room, sizeof(room), 0));
	EXPECT_EQ(0, memcmp(room, "one", 3));
	EXPECT_EQ(3, vt_recv(self->rx, room, sizeof(room), 0));
	EXPECT_EQ(0, memcmp(room, "two", 3));
	EXPECT_EQ(0, pclose(input));
}

TEST_HARNESS_MAIN
