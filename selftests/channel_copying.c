// SPDX-License-Identifier: GPL-2.0
/*
 * In the middle of a copy: the slot is owned by who copies, nobody else waits
 * for it, and what happens to the channel, or to the copying process, loses
 * nothing. A page fault that the test answers stops the copy.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

FIXTURE(channel) {
	char name[VBUF_NAME_SIZE];
	struct vt_trap trap;
	struct vt_call call;
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_name(self->name, "copying");
	self->rx = vt_create(self->name, vt_attr(2, 64), VT_RECV);
	self->tx = vt_open(self->name, VT_SEND);
	ASSERT_LE(0, self->rx);
	ASSERT_LE(0, self->tx);
	vt_trap_set(&self->trap);
	self->call.arg = self->trap.page;
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx < 0 ? self->tx : self->rx));
}

static void start_slow_send(struct vt_call *call, struct vt_trap *trap, int tx)
{
	vt_start_send(call, tx, 0);
	vt_trap_wait(trap);
}

static void start_slow_recv(struct vt_call *call, struct vt_trap *trap, int rx)
{
	vt_start_recv(call, rx);
	vt_trap_wait(trap);
}

TEST_F(channel, a_message_is_not_there_before_it_is_whole)
{
	struct vt_channel info;

	start_slow_send(&self->call, &self->trap, self->tx);
	info = vt_look(self->rx);
	EXPECT_EQ(1U, info.sending);
	EXPECT_EQ(1U, info.free);
	EXPECT_EQ(0U, info.sent);
	EXPECT_TRUE(vt_balanced(&info));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	EXPECT_EQ(0U, vt_poll(self->rx, POLLIN));
	vt_trap_fill(&self->trap, 's');
	EXPECT_EQ(0, vt_join(&self->call));
	EXPECT_EQ('s', vt_take(self->rx));
}

TEST_F(channel, a_slow_sender_keeps_nobody_waiting)
{
	int i;

	start_slow_send(&self->call, &self->trap, self->tx);
	for (i = 0; i < 5; i++) {
		EXPECT_EQ(0, vt_put(self->tx, 'a' + i));
		EXPECT_EQ('a' + i, vt_take(self->rx));
	}
	vt_trap_fill(&self->trap, 's');
	EXPECT_EQ(0, vt_join(&self->call));
	EXPECT_EQ('s', vt_take(self->rx));
}

/* The number is taken when the message enters the queue, not before. */
TEST_F(channel, a_slow_message_queues_where_it_was_finished)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	start_slow_send(&self->call, &self->trap, self->tx);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	vt_trap_fill(&self->trap, 's');
	ASSERT_EQ(0, vt_join(&self->call));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_INFO));
	EXPECT_EQ('a', byte);
	EXPECT_EQ(0U, msg.seq);
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_INFO));
	EXPECT_EQ('s', byte);
	EXPECT_EQ(1U, msg.seq);
}

TEST_F(channel, a_slow_receiver_keeps_nobody_waiting)
{
	struct vt_channel info;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	start_slow_recv(&self->call, &self->trap, self->rx);
	info = vt_look(self->rx);
	EXPECT_EQ(1U, info.receiving);
	EXPECT_EQ(0U, info.received);
	EXPECT_TRUE(vt_balanced(&info));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ(0, vt_put(self->tx, 'c'));
	EXPECT_EQ('c', vt_take(self->rx));
	vt_trap_fill(&self->trap, 0);
	EXPECT_EQ(1, vt_join(&self->call));
	EXPECT_EQ('a', self->trap.page[0]);
}

/* The child inherits the trapped page, and dies at it. */
static pid_t slow_process(struct __test_metadata *_metadata, int fd,
			  unsigned long cmd, __u32 slots_in_transit)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		struct vt_trap trap;

		vt_trap_set(&trap);
		if (cmd == VBUF_IOC_SEND)
			vt_send(fd, trap.page, 1, 0);
		else
			vt_recv(fd, trap.page, 64, 0);
		_exit(0);
	}
	while (vt_look(fd).sending + vt_look(fd).receiving < slots_in_transit)
		usleep(1000);
	EXPECT_TRUE(vt_sleeps(pid));
	return pid;
}

TEST_F(channel, the_slot_of_a_killed_sender_is_free_again)
{
	pid_t pid = slow_process(_metadata, self->tx, VBUF_IOC_SEND, 1);

	kill(pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, vt_reap(pid));
	EXPECT_EQ(2U, vt_look(self->rx).free);
	EXPECT_EQ(0U, vt_look(self->rx).sent);
}

TEST_F(channel, the_slot_of_a_killed_sender_goes_to_who_waits)
{
	struct vt_call send = { 0 };
	pid_t pid = slow_process(_metadata, self->tx, VBUF_IOC_SEND, 1);

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	vt_start_send(&send, self->tx, 'b');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	kill(pid, SIGKILL);
	vt_reap(pid);
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, the_message_of_a_killed_receiver_is_at_the_head_again)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };
	pid_t pid;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	pid = slow_process(_metadata, self->rx, VBUF_IOC_RECV, 1);
	kill(pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, vt_reap(pid));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_INFO));
	EXPECT_EQ('a', byte);
	EXPECT_EQ(1U, msg.deliveries);
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, the_message_of_a_killed_receiver_goes_to_who_waits)
{
	struct vt_call recv = { 0 };
	pid_t pid;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	pid = slow_process(_metadata, self->rx, VBUF_IOC_RECV, 1);
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	kill(pid, SIGKILL);
	vt_reap(pid);
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

TEST_F(channel, the_last_receiver_goes_in_the_middle)
{
	start_slow_send(&self->call, &self->trap, self->tx);
	close(self->rx);
	self->rx = -1;
	vt_trap_fill(&self->trap, 's');
	EXPECT_EQ(-EPIPE, vt_join(&self->call));
	EXPECT_EQ(0U, vt_look(self->tx).sent);
	EXPECT_EQ(-EPIPE, vt_put(self->tx, 'a'));
}

/* By the time the message is whole there is somebody for it. */
TEST_F(channel, the_last_receiver_is_replaced_in_the_middle)
{
	start_slow_send(&self->call, &self->trap, self->tx);
	close(self->rx);
	self->rx = vt_open(self->name, VT_RECV);
	vt_trap_fill(&self->trap, 's');
	EXPECT_EQ(0, vt_join(&self->call));
	EXPECT_EQ('s', vt_take(self->rx));
}

static long op_sendv(struct vt_call *call)
{
	return vt_sendv(call->fd, call->arg, call->len, 0);
}

static long op_write(struct vt_call *call)
{
	return vt_write(call->fd, call->arg, 1);
}

/* Receivers have been told that nothing comes any more. */
TEST_F(channel, a_sender_is_shut_down_in_the_middle)
{
	start_slow_send(&self->call, &self->trap, self->tx);
	EXPECT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
	vt_trap_fill(&self->trap, 's');
	EXPECT_EQ(-EPIPE, vt_join(&self->call));
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
	EXPECT_EQ(0U, vt_look(self->rx).sent);
}

TEST_F(channel, a_vector_is_shut_down_in_the_middle)
{
	struct vbuf_msg msgs[2] = {
		{ .buf = (uintptr_t)"a", .len = 1 },
		{ .buf = (uintptr_t)self->trap.page, .len = 1 },
	};
	struct vt_call send = {
		.op = op_sendv, .fd = self->tx, .arg = msgs, .len = 2 };

	vt_start(&send);
	vt_trap_wait(&self->trap);
	EXPECT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
	vt_trap_fill(&self->trap, 's');
	EXPECT_EQ(-EPIPE, vt_join(&send));
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
	EXPECT_EQ(2U, vt_look(self->rx).free);
}

TEST_F(channel, a_write_is_shut_down_in_the_middle)
{
	self->call.op = op_write;
	self->call.fd = self->tx;
	vt_start(&self->call);
	vt_trap_wait(&self->trap);
	EXPECT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	vt_trap_fill(&self->trap, 's');
	EXPECT_EQ(-EPIPE, vt_join(&self->call));
	EXPECT_EQ(0U, vt_look(self->rx).sent);
}

TEST_F(channel, a_receiver_is_shut_down_in_the_middle)
{
	long ret;
	int other = vt_reopen(self->rx, VT_RECV);

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_slow_recv(&self->call, &self->trap, self->rx);
	EXPECT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	vt_trap_fill(&self->trap, 0);
	ret = vt_join(&self->call);
	EXPECT_TRUE(ret == 1 || ret == -EPIPE);
	EXPECT_EQ(ret == 1 ? 1U : 0U, vt_look(other).received);
	EXPECT_EQ(ret == 1 ? -EAGAIN : 'a', vt_take(other));
	close(other);
}

TEST_F(channel, the_last_sender_goes_in_the_middle_of_a_receive)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_slow_recv(&self->call, &self->trap, self->rx);
	close(self->tx);
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
	vt_trap_fill(&self->trap, 0);
	EXPECT_EQ(1, vt_join(&self->call));
}

/* What is being filled is not queued, and so not there to be dropped. */
TEST(a_lossy_sender_waits_while_all_slots_are_being_filled)
{
	struct vt_call slow = { 0 }, send = { .flags = VBUF_DROP_OLDEST };
	struct vbuf_attr attr = vt_attr(1, 64);
	struct vt_trap trap;
	int rx, tx;

	attr.flags = VBUF_LOSSY;
	vt_pair(&rx, &tx, attr);
	vt_trap_set(&trap);
	slow.arg = trap.page;
	start_slow_send(&slow, &trap, tx);
	EXPECT_EQ(-EAGAIN, vt_send(tx, "d", 1,
				   VBUF_DROP_OLDEST | VBUF_DONTWAIT));
	vt_start_send(&send, tx, 'd');
	ASSERT_TRUE(vt_blocked(rx, 1, 0));
	vt_trap_fill(&trap, 's');
	EXPECT_EQ(0, vt_join(&slow));
	vt_take(rx);
	EXPECT_EQ(0, vt_join(&send));
	vt_take(rx);
	EXPECT_TRUE(vt_settled(rx));
}

TEST_HARNESS_MAIN
