// SPDX-License-Identifier: GPL-2.0
/* libvbuf's functions that send, receive, acknowledge and end. */
#include <sys/socket.h>
#include <vbuf.h>

#include "vbuf_test.h"
#include "kselftest_harness.h"

FIXTURE(channel) {
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	struct vbuf_attr attr = vt_attr(3, 64);
	int fds[2];

	attr.held_max = 2;
	ASSERT_EQ(0, vbuf_pair(fds, &attr, 0));
	self->rx = fds[0];
	self->tx = fds[1];
}

FIXTURE_TEARDOWN(channel)
{
	close(self->rx);
	close(self->tx);
}

/* What a libvbuf call returned, or -errno. */
static long result(long ret)
{
	return ret == -1 ? -errno : ret;
}

static long put(int fd, char byte)
{
	return result(vbuf_send(fd, &byte, 1, VBUF_DONTWAIT));
}

static long take(int fd)
{
	char byte;
	long ret = result(vbuf_recv(fd, &byte, 1, VBUF_DONTWAIT));

	return ret == 1 ? byte : ret;
}

/* So many milliseconds from now. */
static struct timespec in(unsigned int msec)
{
	__u64 ns = vt_in(msec);

	return (struct timespec) { ns / VT_NSEC_PER_SEC,
				   ns % VT_NSEC_PER_SEC };
}

/* The next message, held: its cookie. */
static __u64 hold(int fd, struct vbuf_msg *msg)
{
	static char room[64];

	vt_poison(msg);
	msg->buf = (uintptr_t)room;
	msg->size = sizeof(room);
	if (vbuf_recvv(fd, msg, 1, VBUF_HOLD | VBUF_INFO | VBUF_DONTWAIT,
		       NULL) != 1)
		vt_die("vbuf_recvv");
	return msg->cookie;
}

TEST_F(channel, send_and_recv_return_the_length)
{
	char room[64];

	EXPECT_EQ(5, vbuf_send(self->tx, "hello", 5, 0));
	EXPECT_EQ(0, vbuf_send(self->tx, NULL, 0, 0));
	memset(room, VT_POISON, sizeof(room));
	EXPECT_EQ(5, vbuf_recv(self->rx, room, sizeof(room), 0));
	EXPECT_EQ(0, memcmp(room, "hello\xcc", 6));
	EXPECT_EQ(0, vbuf_recv(self->rx, room, 0, 0));
}

TEST_F(channel, einval_for_flags_that_are_not_for_the_call)
{
	char byte = 0;

	EXPECT_EQ(-EINVAL, result(vbuf_send(self->tx, "a", 1, VBUF_HOLD)));
	EXPECT_EQ(-EINVAL,
		  result(vbuf_send(self->tx, "a", 1, VBUF_DROP_OLDEST)));
	EXPECT_EQ(1, put(self->tx, 'a'));
	EXPECT_EQ(-EINVAL, result(vbuf_recv(self->rx, &byte, 1, VBUF_HOLD)));
	EXPECT_EQ(-EINVAL, result(vbuf_recv(self->rx, &byte, 1, VBUF_INFO)));
	EXPECT_EQ('a', take(self->rx));
}

TEST_F(channel, emsgsize_tells_by_fionread_what_would_fit)
{
	char message[65] = "0123456789", room[10];
	int length = 0;

	EXPECT_EQ(-EMSGSIZE, result(vbuf_send(self->tx, message, 65, 0)));
	EXPECT_EQ(10, vbuf_send(self->tx, message, 10, 0));
	EXPECT_EQ(-EMSGSIZE, result(vbuf_recv(self->rx, room, 9, 0)));
	EXPECT_EQ(0, ioctl(self->rx, FIONREAD, &length));
	EXPECT_EQ(10, length);
	EXPECT_EQ(10, vbuf_recv(self->rx, room, length, 0));
}

TEST_F(channel, eagain)
{
	EXPECT_EQ(-EAGAIN, take(self->rx));
	EXPECT_EQ(1, put(self->tx, 'a'));
	EXPECT_EQ(1, put(self->tx, 'b'));
	EXPECT_EQ(1, put(self->tx, 'c'));
	EXPECT_EQ(-EAGAIN, put(self->tx, 'd'));
}

TEST_F(channel, ebadf_for_the_wrong_direction)
{
	struct vbuf_msg msg = { 0 };

	EXPECT_EQ(-EBADF, put(self->rx, 'a'));
	EXPECT_EQ(-EBADF, take(self->tx));
	EXPECT_EQ(-EBADF, result(vbuf_sendv(self->rx, &msg, 1, 0, NULL)));
	EXPECT_EQ(-EBADF, result(vbuf_recvv(self->tx, &msg, 1, 0, NULL)));
	EXPECT_EQ(-EBADF, result(vbuf_shutdown(self->rx, SHUT_WR)));
	EXPECT_EQ(-EBADF, result(vbuf_shutdown(self->tx, SHUT_RDWR)));
}

TEST_F(channel, efault_loses_nothing)
{
	EXPECT_EQ(-EFAULT, result(vbuf_send(self->tx, VT_UNMAPPED, 1, 0)));
	EXPECT_EQ(1, put(self->tx, 'a'));
	EXPECT_EQ(-EFAULT, result(vbuf_recv(self->rx, VT_UNMAPPED, 1, 0)));
	EXPECT_EQ('a', take(self->rx));
	EXPECT_EQ(-EAGAIN, take(self->rx));
}

TEST_F(channel, epipe_when_the_other_side_has_gone)
{
	close(self->rx);
	EXPECT_EQ(-EPIPE, put(self->tx, 'a'));
	self->rx = -1;
}

/* Every call on an endpoint must fail with that error. */
static bool all_fail(int fd, int error)
{
	struct vbuf_msg msg = { 0 };
	char byte = 0;

	return result(vbuf_send(fd, &byte, 1, 0)) == error &&
	       result(vbuf_recv(fd, &byte, 1, 0)) == error &&
	       result(vbuf_timedsend(fd, &byte, 1, 0, NULL)) == error &&
	       result(vbuf_timedrecv(fd, &byte, 1, 0, NULL)) == error &&
	       result(vbuf_sendv(fd, &msg, 1, 0, NULL)) == error &&
	       result(vbuf_recvv(fd, &msg, 1, 0, NULL)) == error &&
	       result(vbuf_ack(fd, 1, 0)) == error &&
	       result(vbuf_drain(fd, NULL)) == error &&
	       result(vbuf_shutdown(fd, SHUT_RD)) == error;
}

TEST(enotconn_enotty_ebadf)
{
	int device = vt_device(), null = open("/dev/null", O_RDWR | O_CLOEXEC);

	EXPECT_TRUE(all_fail(device, -ENOTCONN));
	EXPECT_TRUE(all_fail(null, -ENOTTY));
	EXPECT_TRUE(all_fail(-1, -EBADF));
	close(device);
	close(null);
}

static long recv_op(struct vt_call *call)
{
	return result(vbuf_recv(call->fd, call->data, call->len, 0));
}

/* A thread that blocks in vbuf_recv(). */
static void start_recv(struct vt_call *call, int fd)
{
	call->op = recv_op;
	call->fd = fd;
	call->len = sizeof(call->data);
	vt_start(call);
	if (!vt_sleeps(call->tid))
		vt_die("vbuf_recv does not sleep");
}

TEST_F(channel, eintr_unless_sa_restart)
{
	struct vt_call call = { 0 };

	vt_catch(SIGUSR1, 0);
	start_recv(&call, self->rx);
	vt_interrupt(&call, SIGUSR1);
	EXPECT_EQ(-EINTR, vt_join(&call));
}

TEST_F(channel, sa_restart_goes_on_waiting)
{
	struct vt_call call = { 0 };

	vt_catch(SIGUSR1, SA_RESTART);
	start_recv(&call, self->rx);
	vt_interrupt(&call, SIGUSR1);
	EXPECT_TRUE(vt_sleeps(call.tid));
	EXPECT_EQ(1, put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&call));
	EXPECT_EQ('a', call.data[0]);
}

static __u64 ns_of(const struct timespec *time)
{
	return time->tv_sec * VT_NSEC_PER_SEC + time->tv_nsec;
}

TEST_F(channel, timed_calls_wait_until_the_deadline)
{
	struct timespec deadline = in(50);
	char byte;

	EXPECT_EQ(-ETIMEDOUT, result(vbuf_timedrecv(self->rx, &byte, 1, 0,
						    &deadline)));
	EXPECT_LE(ns_of(&deadline), vt_now());
	while (put(self->tx, 'a') == 1)
		;
	deadline = in(50);
	EXPECT_EQ(-ETIMEDOUT, result(vbuf_timedsend(self->tx, "b", 1, 0,
						    &deadline)));
	EXPECT_LE(ns_of(&deadline), vt_now());
}

/* Were the zero time none, the first of these would wait for ever. */
TEST_F(channel, a_deadline_that_has_passed)
{
	struct timespec zero = { 0, 0 }, negative = { -1, 0 };
	char byte;

	EXPECT_EQ(-ETIMEDOUT,
		  result(vbuf_timedrecv(self->rx, &byte, 1, 0, &zero)));
	EXPECT_EQ(1, vbuf_timedsend(self->tx, "a", 1, 0, &zero));
	EXPECT_EQ(-EINVAL,
		  result(vbuf_timedrecv(self->rx, &byte, 1, 0, &negative)));
	EXPECT_EQ(1, vbuf_timedrecv(self->rx, &byte, 1, 0, &zero));
	EXPECT_EQ('a', byte);
}

static long timedrecv_op(struct vt_call *call)
{
	return result(vbuf_timedrecv(call->fd, call->data, call->len, 0,
				     call->arg));
}

TEST_F(channel, the_last_time_there_is_has_not_passed)
{
	struct timespec last = { (time_t)((1ULL << (8 * sizeof(time_t) - 1)) - 1),
				 999999999 };
	struct vt_call call = { .fd = self->rx, .arg = &last, .len = 64,
				.op = timedrecv_op };

	vt_start(&call);
	EXPECT_TRUE(vt_sleeps(call.tid));
	EXPECT_EQ(1, put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&call));
}

TEST_F(channel, vectors_carry_tags_and_tell_about_messages)
{
	char room[2][64];
	struct vbuf_msg out[2] = {
		{ .buf = (uintptr_t)"one", .len = 3, .tag = 1111 },
		{ .buf = (uintptr_t)"three", .len = 5, .tag = 3333 } };
	struct vbuf_msg in[2];
	int i;

	EXPECT_EQ(2, vbuf_sendv(self->tx, out, 2, 0, NULL));
	vt_poison(&in);
	for (i = 0; i < 2; i++) {
		in[i].buf = (uintptr_t)room[i];
		in[i].size = 64;
	}
	EXPECT_EQ(2, vbuf_recvv(self->rx, in, 2, VBUF_INFO, NULL));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(out[i].len, in[i].len);
		EXPECT_EQ(out[i].tag, in[i].tag);
		EXPECT_EQ((__u64)i, in[i].seq);
		EXPECT_EQ((__u32)getpid(), in[i].pid);
		EXPECT_EQ(geteuid(), in[i].uid);
		EXPECT_EQ(1U, in[i].deliveries);
		EXPECT_EQ(0U, in[i].flags);
		EXPECT_EQ(VT_POISON64, in[i].cookie);
	}
	EXPECT_EQ(0, memcmp(room[1], "three", 5));
}

TEST_F(channel, a_vector_that_does_not_fit_is_sent_in_part)
{
	struct vbuf_msg msgs[5] = { 0 };
	struct timespec zero = { 0, 0 };

	EXPECT_EQ(3, vbuf_sendv(self->tx, msgs, 5, VBUF_DONTWAIT, NULL));
	EXPECT_EQ(-EAGAIN, result(vbuf_sendv(self->tx, msgs + 3, 2,
					     VBUF_DONTWAIT, NULL)));
	EXPECT_EQ(-ETIMEDOUT,
		  result(vbuf_sendv(self->tx, msgs + 3, 2, 0, &zero)));
	EXPECT_EQ(-EINVAL, result(vbuf_sendv(self->tx, msgs, 0, 0, NULL)));
	EXPECT_EQ(-EINVAL, result(vbuf_sendv(self->tx, msgs,
					     VBUF_MAX_VECTOR + 1, 0, NULL)));
	EXPECT_EQ(-EINVAL, result(vbuf_recvv(self->rx, msgs, 0, 0, NULL)));
}

TEST_F(channel, ack_gives_the_slot_back)
{
	struct vbuf_msg msg;
	__u64 cookie;

	EXPECT_EQ(1, put(self->tx, 'a'));
	cookie = hold(self->rx, &msg);
	EXPECT_EQ(1U, vt_look(self->rx).receiving);
	EXPECT_EQ(0, vbuf_ack(self->rx, cookie, 0));
	EXPECT_EQ(0U, vt_look(self->rx).receiving);
	EXPECT_EQ(-EINVAL, result(vbuf_ack(self->rx, cookie, 0)));
	EXPECT_EQ(-EINVAL, result(vbuf_ack(self->rx, cookie, 0x80)));
}

TEST_F(channel, ack_with_requeue_delivers_again)
{
	struct vbuf_msg msg;

	EXPECT_EQ(1, put(self->tx, 'a'));
	EXPECT_EQ(1, put(self->tx, 'b'));
	EXPECT_EQ(0, vbuf_ack(self->rx, hold(self->rx, &msg), VBUF_REQUEUE));
	EXPECT_EQ(0, vbuf_ack(self->rx, hold(self->rx, &msg), 0));
	EXPECT_EQ(VBUF_MSG_REDELIVERED, msg.flags);
	EXPECT_EQ(2U, msg.deliveries);
	EXPECT_EQ(0U, msg.seq);
	EXPECT_EQ('b', take(self->rx));
}

TEST_F(channel, edquot_at_held_max)
{
	struct vbuf_msg msg;
	char i;

	for (i = 0; i < 3; i++)
		EXPECT_EQ(1, put(self->tx, i));
	hold(self->rx, &msg);
	hold(self->rx, &msg);
	EXPECT_EQ(-EDQUOT, take(self->rx));
	EXPECT_EQ(0, vbuf_ack(self->rx, msg.cookie, 0));
	EXPECT_EQ(2, take(self->rx));
}

TEST(drop_oldest_on_a_lossy_channel)
{
	struct vbuf_attr attr = vt_attr(2, 64);
	int fds[2];
	char i;

	attr.flags = VBUF_LOSSY;
	ASSERT_EQ(0, vbuf_pair(fds, &attr, 0));
	for (i = 0; i < 5; i++)
		EXPECT_EQ(1, vbuf_send(fds[1], &i, 1, VBUF_DROP_OLDEST));
	EXPECT_EQ(3, take(fds[0]));
	EXPECT_EQ(4, take(fds[0]));
	EXPECT_EQ(-EAGAIN, take(fds[0]));
	close(fds[0]);
	close(fds[1]);
}

static long drain_op(struct vt_call *call)
{
	return result(vbuf_drain(call->fd, NULL));
}

TEST_F(channel, drain_waits_for_the_acknowledgement)
{
	struct vt_call call = { .fd = self->tx, .op = drain_op };
	struct timespec zero = { 0, 0 }, bad = { 0, -1 };
	struct vbuf_msg msg;

	EXPECT_EQ(0, vbuf_drain(self->tx, &zero));
	EXPECT_EQ(-EINVAL, result(vbuf_drain(self->tx, &bad)));
	EXPECT_EQ(1, put(self->tx, 'a'));
	EXPECT_EQ(-ETIMEDOUT, result(vbuf_drain(self->tx, &zero)));
	hold(self->rx, &msg);
	EXPECT_EQ(-ETIMEDOUT, result(vbuf_drain(self->tx, &zero)));
	vt_start(&call);
	EXPECT_TRUE(vt_sleeps(call.tid));
	EXPECT_EQ(0, vbuf_ack(self->rx, msg.cookie, 0));
	EXPECT_EQ(0, vt_join(&call));
}

TEST_F(channel, drain_epipe)
{
	EXPECT_EQ(1, put(self->tx, 'a'));
	EXPECT_EQ(0, vbuf_shutdown(self->rx, SHUT_RD));
	EXPECT_EQ(-EPIPE, result(vbuf_drain(self->tx, NULL)));
}

TEST_F(channel, shutdown_ends_one_direction_for_both_sides)
{
	EXPECT_EQ(1, put(self->tx, 'a'));
	EXPECT_EQ(0, vbuf_shutdown(self->tx, SHUT_WR));
	EXPECT_EQ(0, vbuf_shutdown(self->tx, SHUT_WR));
	EXPECT_EQ(-EPIPE, put(self->tx, 'b'));
	EXPECT_EQ('a', take(self->rx));
	EXPECT_EQ(-EPIPE, take(self->rx));
	EXPECT_EQ(-EINVAL, result(vbuf_shutdown(self->rx, 3)));
}

TEST_F(channel, shutdown_wakes_who_blocks)
{
	struct vt_call call = { 0 };

	start_recv(&call, self->rx);
	EXPECT_EQ(0, vbuf_shutdown(self->rx, SHUT_RD));
	EXPECT_EQ(-EPIPE, vt_join(&call));
}

TEST(shutdown_of_both_directions)
{
	struct vbuf_attr attr = vt_attr(2, 64);
	int fd = vbuf_create(NULL, &attr, O_RDWR);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, vbuf_shutdown(fd, SHUT_RDWR));
	EXPECT_EQ(-EPIPE, put(fd, 'a'));
	EXPECT_EQ(-EPIPE, take(fd));
	close(fd);
}

TEST_HARNESS_MAIN
