// SPDX-License-Identifier: GPL-2.0
/*
 * Deadlines are absolute: a call does not end before, does end after, and a
 * restarted one does not wait longer.
 */
#include "ns.h"
#include "kselftest_harness.h"

#define SHORT_MSEC	50
#define LONG_AGO	1ULL

/* What a namespace's monotonic clock is ahead of ours. */
#define AHEAD_SEC	1000000LL

FIXTURE(channel) {
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_one_cpu();
	vt_pair(&self->rx, &self->tx, vt_attr(1, 64));
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

static void pass_deadline(struct vt_call *call)
{
	while (vt_now() < call->deadline_ns + VT_NSEC_PER_MSEC)
		;
}

/*
 * Holds the CPU from shortly before the deadline of @call, which waits; not
 * for long, as the scheduler takes it from who holds it for a second. Where
 * the machine was too slow for that, the call is over, and the caller's to
 * start again.
 */
static bool held_before_deadline(struct vt_call *call)
{
	struct vt_channel info;

	while (vt_now() + 100 * VT_NSEC_PER_MSEC < call->deadline_ns)
		usleep(1000);
	vt_hold_cpu();
	info = vt_look(call->fd);
	if (info.blocked_senders + info.blocked_receivers == 1 &&
	    vt_now() + 50 * VT_NSEC_PER_MSEC < call->deadline_ns)
		return true;
	vt_free_cpu();
	vt_join(call);
	return false;
}

static void start_recv_and_hold(struct vt_call *recv, int rx)
{
	do {
		*recv = (struct vt_call) { .deadline_ns = vt_in(500) };
		vt_start_recv(recv, rx);
	} while (!held_before_deadline(recv));
}

TEST_F(channel, recv_etimedout)
{
	__u64 deadline = vt_in(SHORT_MSEC);
	char byte;

	EXPECT_EQ(-ETIMEDOUT, vt_recv_until(self->rx, &byte, 1, deadline));
	EXPECT_LE(deadline, vt_now());
}

TEST_F(channel, send_etimedout)
{
	__u64 deadline;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	deadline = vt_in(SHORT_MSEC);
	EXPECT_EQ(-ETIMEDOUT, vt_send_until(self->tx, "b", 1, deadline));
	EXPECT_LE(deadline, vt_now());
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
}

TEST_F(channel, recvv_etimedout)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };
	struct vbuf_vector vector = {
		.msgs = (uintptr_t)&msg, .count = 1,
		.deadline_ns = vt_in(SHORT_MSEC) };

	EXPECT_EQ(-ETIMEDOUT,
		  vt_vector(self->rx, VBUF_IOC_RECVV, &vector));
	EXPECT_LE(vector.deadline_ns, vt_now());
}

TEST_F(channel, sendv_etimedout)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)"b", .len = 1 };
	struct vbuf_vector vector = { .msgs = (uintptr_t)&msg, .count = 1 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	vector.deadline_ns = vt_in(SHORT_MSEC);
	EXPECT_EQ(-ETIMEDOUT,
		  vt_vector(self->tx, VBUF_IOC_SENDV, &vector));
	EXPECT_LE(vector.deadline_ns, vt_now());
}

/* What was sent by then counts; trying the rest meets the error. */
TEST_F(channel, sendv_returns_what_was_done_by_the_deadline)
{
	struct vbuf_msg msgs[] = { { .buf = (uintptr_t)"a", .len = 1 },
				   { .buf = (uintptr_t)"b", .len = 1 } };
	struct vbuf_vector vector = { .msgs = (uintptr_t)msgs, .count = 2 };

	vector.deadline_ns = vt_in(SHORT_MSEC);
	EXPECT_EQ(1, vt_vector(self->tx, VBUF_IOC_SENDV, &vector));
	EXPECT_LE(vector.deadline_ns, vt_now());
	vector.msgs += sizeof(msgs[0]);
	vector.count = 1;
	EXPECT_EQ(-ETIMEDOUT,
		  vt_vector(self->tx, VBUF_IOC_SENDV, &vector));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
}

TEST_F(channel, a_past_deadline_is_no_error_with_nothing_to_wait_for)
{
	char byte;

	EXPECT_EQ(0, vt_send_until(self->tx, "a", 1, LONG_AGO));
	EXPECT_EQ(1, vt_recv_until(self->rx, &byte, 1, LONG_AGO));
}

TEST_F(channel, recv_etimedout_long_ago)
{
	char byte;

	EXPECT_EQ(-ETIMEDOUT, vt_recv_until(self->rx, &byte, 1, LONG_AGO));
}

TEST_F(channel, send_etimedout_long_ago)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-ETIMEDOUT, vt_send_until(self->tx, "b", 1, LONG_AGO));
}

TEST_F(channel, a_served_call_has_no_deadline_any_more)
{
	struct vt_call recv = { .deadline_ns = vt_in(3600 * 1000) };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
}

/* More than the kernel's signed clock can hold must not turn into the past. */
TEST_F(channel, a_deadline_at_the_end_of_time_is_waited_for)
{
	static const __u64 far[] = { INT64_MAX, 1ULL << 63, UINT64_MAX };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(far); i++) {
		struct vt_call recv = { .deadline_ns = far[i] };

		vt_start_recv(&recv, self->rx);
		ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
		EXPECT_TRUE(vt_sleeps(recv.tid));
		ASSERT_EQ(0, vt_put(self->tx, 'a'));
		EXPECT_EQ(1, vt_join(&recv));
	}
}

TEST_F(channel, who_times_out_leaves_the_line)
{
	struct vt_call hasty = { .deadline_ns = vt_in(SHORT_MSEC) };
	struct vt_call recv = { 0 };

	vt_start_recv(&hasty, self->rx);
	vt_start_recv(&recv, self->rx);
	EXPECT_EQ(-ETIMEDOUT, vt_join(&hasty));
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
}

/* Handed before the deadline, noticed after it. */
TEST_F(channel, what_was_handed_over_stays_when_the_deadline_passes)
{
	struct vt_call recv;

	start_recv_and_hold(&recv, self->rx);
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	pass_deadline(&recv);
	vt_free_cpu();
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

/* Woken by its deadline, but served before it could leave the line. */
TEST_F(channel, who_is_served_before_leaving_keeps_it)
{
	struct vt_call recv;

	start_recv_and_hold(&recv, self->rx);
	pass_deadline(&recv);
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	vt_free_cpu();
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

TEST_F(channel, a_slot_handed_over_stays_when_the_deadline_passes)
{
	struct vt_call send;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	do {
		send = (struct vt_call) { .deadline_ns = vt_in(500) };
		vt_start_send(&send, self->tx, 'b');
	} while (!held_before_deadline(&send));
	EXPECT_EQ('a', vt_take(self->rx));
	pass_deadline(&send);
	vt_free_cpu();
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('b', vt_take(self->rx));
}

/* Interrupted again and again, a call that counted anew would never end. */
TEST_F(channel, a_restarted_call_does_not_wait_longer)
{
	struct vt_call recv = { .deadline_ns = vt_in(500) };

	vt_catch(SIGUSR1, SA_RESTART);
	vt_start_recv(&recv, self->rx);
	while (!vt_done(&recv)) {
		syscall(SYS_tgkill, getpid(), recv.tid, SIGUSR1);
		usleep(20000);
	}
	EXPECT_EQ(-ETIMEDOUT, vt_join(&recv));
	EXPECT_LE(recv.deadline_ns, vt_now());
	EXPECT_LT(0, vt_caught());
}

static long recv_soon(struct vt_call *call)
{
	long ret;

	call->deadline_ns = vt_in(SHORT_MSEC);
	ret = vt_op_recv(call);
	return vt_now() < call->deadline_ns ? -ETIME : ret;
}

TEST_F(channel, a_deadline_is_of_the_callers_time_namespace)
{
	struct vt_call *recv = vt_shared_calls(1);
	__u64 before = vt_now();

	ns_time_ahead(AHEAD_SEC);
	*recv = (struct vt_call) {
		.op = recv_soon, .fd = self->rx, .len = 64 };
	vt_start_process(recv);
	EXPECT_EQ(-ETIMEDOUT, vt_join(recv));
	EXPECT_LE(before + AHEAD_SEC * VT_NSEC_PER_SEC, recv->deadline_ns);
}

static long recv_passed_outside(struct vt_call *call)
{
	call->deadline_ns = vt_now() - VT_NSEC_PER_SEC;
	return vt_op_recv(call);
}

TEST_F(channel, a_deadline_passed_in_the_namespace_has_passed)
{
	struct vt_call *recv = vt_shared_calls(1);

	ns_time_ahead(AHEAD_SEC);
	*recv = (struct vt_call) {
		.op = recv_passed_outside, .fd = self->rx, .len = 64 };
	vt_start_process(recv);
	EXPECT_EQ(-ETIMEDOUT, vt_join(recv));
}

/* The host's time of a deadline is later than the namespace's, if this is behind. */
TEST_F(channel, the_end_of_time_is_waited_for_in_a_namespace_that_is_behind)
{
	struct vt_call *recv = vt_shared_calls(1);

	ns_time_ahead(-1);
	*recv = (struct vt_call) {
		.op = vt_op_recv, .fd = self->rx, .len = 64,
		.deadline_ns = UINT64_MAX };
	vt_start_process(recv);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_TRUE(vt_sleeps(recv->tid));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(recv));
}

TEST_HARNESS_MAIN
