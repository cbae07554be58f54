// SPDX-License-Identifier: GPL-2.0
/*
 * A process whose memory takes for ever to fault in, in the middle of a copy:
 * it blocks nobody else, and when it is killed there, its slot comes back as
 * if the call had never been made.
 */
#include "kselftest_harness.h"
#include "storm.h"

#define SLOTS		3U
#define SIZE		64U

/* Each way to cross, with the trap's page, or half of it, as the message. */
static long op_sendv(struct vt_call *call)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)call->arg, .len = SIZE };

	return vt_sendv(call->fd, &msg, 1, 0);
}

static long op_writev(struct vt_call *call)
{
	struct iovec iov[] = { { call->data, SIZE / 2 },
			       { call->arg, SIZE / 2 } };
	ssize_t ret = writev(call->fd, iov, 2);

	return ret < 0 ? -errno : ret;
}

static long op_recvv(struct vt_call *call)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)call->arg, .size = SIZE };

	return vt_recvv(call->fd, &msg, 1, 0);
}

static long op_hold(struct vt_call *call)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)call->arg, .size = SIZE };
	long ret = vt_recvv(call->fd, &msg, 1, VBUF_HOLD);

	return ret == 1 ? vt_release(call->fd, msg.cookie, 0) : ret;
}

static long op_readv(struct vt_call *call)
{
	struct iovec iov[] = { { call->data, SIZE / 2 },
			       { call->arg, SIZE / 2 } };
	ssize_t ret = readv(call->fd, iov, 2);

	return ret < 0 ? -errno : ret;
}

FIXTURE(slow) {
	int rx, tx;
	struct vt_trap trap;
	struct vt_call call;
};

FIXTURE_VARIANT(slow) {
	long (*op)(struct vt_call *call);
	bool sends;
};

FIXTURE_VARIANT_ADD(slow, send) { vt_op_send, true };
FIXTURE_VARIANT_ADD(slow, sendv) { op_sendv, true };
FIXTURE_VARIANT_ADD(slow, writev) { op_writev, true };
FIXTURE_VARIANT_ADD(slow, recv) { vt_op_recv, false };
FIXTURE_VARIANT_ADD(slow, recvv) { op_recvv, false };
FIXTURE_VARIANT_ADD(slow, hold) { op_hold, false };
FIXTURE_VARIANT_ADD(slow, readv) { op_readv, false };

/* For a receiver, there is something to receive. */
FIXTURE_SETUP(slow)
{
	char msg[SIZE];

	vt_pair(&self->rx, &self->tx, vt_attr(SLOTS, SIZE));
	memset(msg, 'r', SIZE);
	if (!variant->sends)
		ASSERT_EQ(0, vt_send(self->tx, msg, SIZE, 0));
}

FIXTURE_TEARDOWN(slow)
{
	struct vt_channel info;

	EXPECT_TRUE(vt_settled(self->rx));
	info = vt_look(self->rx);
	EXPECT_EQ(SLOTS, info.free);
	close(self->rx);
	close(self->tx);
}

/* Returns when the variant's call is in the trap, in a thread of the caller. */
static void spring(FIXTURE_DATA(slow) *self, const FIXTURE_VARIANT(slow) *how)
{
	vt_trap_set(&self->trap);
	memset(self->call.data, 's', SIZE);
	self->call.op = how->op;
	self->call.fd = how->sends ? self->tx : self->rx;
	self->call.len = SIZE;
	self->call.arg = self->trap.page;
	vt_start(&self->call);
	vt_trap_wait(&self->trap);
}

/* All that others do on the channel works, without waiting. */
static bool others_go_on(FIXTURE_DATA(slow) *self)
{
	struct vt_channel info;
	unsigned int i;

	for (i = 0; i < 5 * SLOTS; i++) {
		info = vt_look(self->rx);
		if (!vt_balanced(&info) || vt_put(self->tx, i) ||
		    vt_take(self->rx) != (char)i)
			return false;
	}
	return vt_put(self->tx, 'a') == 0 && vt_put(self->tx, 'b') == 0 &&
	       vt_take(self->rx) == 'a' && vt_take(self->rx) == 'b';
}

/* The next message is of SIZE bytes, the last of them @byte; it is taken. */
static bool next_is(int fd, char byte)
{
	struct vbuf_msg msg = { .size = SIZE };
	char room[SIZE];

	vt_poison(&room);
	msg.buf = (uintptr_t)room;
	return vt_recvv(fd, &msg, 1, VBUF_DONTWAIT | VBUF_INFO) == 1 &&
	       msg.len == SIZE && msg.deliveries == 1 && !msg.flags &&
	       room[SIZE - 1] == byte;
}

TEST_F(slow, blocks_nobody)
{
	spring(self, variant);
	EXPECT_TRUE(others_go_on(self));
	EXPECT_FALSE(vt_done(&self->call));
	vt_trap_fill(&self->trap, 't');
	EXPECT_LE(0, vt_join(&self->call));
	if (variant->sends) {
		EXPECT_TRUE(next_is(self->rx, 't'));
	} else {
		EXPECT_EQ('r', self->trap.page[0]);
		EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	}
}

TEST_F(slow, killed_leaves_no_trace)
{
	int ready[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(ready));
	pid = vt_fork();
	if (!pid) {
		spring(self, variant);
		if (write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	EXPECT_TRUE(others_go_on(self));
	ASSERT_EQ(0, vt_put(self->tx, 'l'));
	EXPECT_EQ(-SIGKILL, storm_kill(pid));
	if (!variant->sends)
		EXPECT_TRUE(next_is(self->rx, 'r'));
	EXPECT_EQ('l', vt_take(self->rx));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
}

/* Its right goes meanwhile: the call succeeds, or all is as before it. */
TEST_F(slow, shut_down_meanwhile)
{
	__u32 right = variant->sends ? VT_SEND : VT_RECV;
	int other = vt_reopen(variant->sends ? self->tx : self->rx, right);
	long ret;

	ASSERT_LE(0, other);
	spring(self, variant);
	ASSERT_EQ(0, vt_shutdown(self->call.fd, right));
	EXPECT_FALSE(vt_done(&self->call));
	vt_trap_fill(&self->trap, 't');
	ret = vt_join(&self->call);
	EXPECT_TRUE(ret >= 0 || ret == -EPIPE);
	if (variant->sends && ret >= 0)
		EXPECT_TRUE(next_is(self->rx, 't'));
	if (!variant->sends && ret < 0)
		EXPECT_TRUE(next_is(other, 'r'));
	EXPECT_EQ(-EAGAIN, vt_take(variant->sends ? self->rx : other));
	close(other);
}

TEST_HARNESS_MAIN
