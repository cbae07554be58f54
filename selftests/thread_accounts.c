// SPDX-License-Identifier: GPL-2.0
/*
 * The account of a thread: at each moment its time goes into one part, that of what
 * the thread does, and the parts add up to the whole.
 */
#include "kselftest_harness.h"
#include "netlink.h"

#include <linux/futex.h>

#define PAUSE_US	20000U
#define PAUSE_NS	(PAUSE_US * 1000ULL)

static int word;
static int pipe_fds[2];

static long futex(int op)
{
	long ret = syscall(SYS_futex, &word, op, op == FUTEX_WAKE, NULL);

	return ret < 0 ? -errno : ret;
}

static long op_readv(struct vt_call *call)
{
	struct iovec iov[] = { { call->data, 1 }, { call->data + 1, 1 } };

	return readv(call->fd, iov, 2);
}

static long op_writev(struct vt_call *call)
{
	struct iovec iov[] = { { call->data, 1 }, { call->data + 1, 1 } };

	return writev(call->fd, iov, 2);
}

static struct vbuf_msg one_message(struct vt_call *call)
{
	return (struct vbuf_msg) {
		.buf = (uintptr_t)call->data, .size = 1, .len = 1 };
}

static long op_recvv(struct vt_call *call)
{
	struct vbuf_msg msg = one_message(call);

	return vt_recvv(call->fd, &msg, 1, 0);
}

static long op_sendv(struct vt_call *call)
{
	struct vbuf_msg msg = one_message(call);

	return vt_sendv(call->fd, &msg, 1, 0);
}

static long op_recv_in_time(struct vt_call *call)
{
	call->deadline_ns = vt_in(1000000);
	return vt_op_recv(call);
}

static long op_send_in_time(struct vt_call *call)
{
	call->deadline_ns = vt_in(1000000);
	return vt_op_send(call);
}

/* These do nothing with the channel but to call on it once. */
static long op_poll(struct vt_call *call)
{
	struct pollfd pollfd = { .fd = call->fd, .events = POLLIN };

	vt_fionread(call->fd);
	return poll(&pollfd, 1, -1);
}

static long op_pipe(struct vt_call *call)
{
	vt_fionread(call->fd);
	return read(pipe_fds[0], call->data, 1);
}

static long op_futex(struct vt_call *call)
{
	vt_fionread(call->fd);
	return futex(FUTEX_WAIT);
}

static long op_nanosleep(struct vt_call *call)
{
	struct timespec ts = { .tv_sec = 1000 };

	vt_fionread(call->fd);
	return nanosleep(&ts, NULL) && errno == EINTR ? 0 : -EIO;
}

/* What a thread does first; then it waits for the pipe. */
static long (*first)(struct vt_call *call);

static long op_first(struct vt_call *call)
{
	long ret = first(call);
	char byte;

	return ret < 0 || read(pipe_fds[0], &byte, 1) == 1 ? ret : -EIO;
}

/* A thread in a call that ends as the test lets it. */
FIXTURE(thread) {
	int session;
	int rx;
	int tx;
	struct vt_call call;
};

static void wake_by_message(FIXTURE_DATA(thread) *self)
{
	if (vt_put(self->tx, 'x'))
		vt_die("put");
}

static void wake_by_room(FIXTURE_DATA(thread) *self)
{
	if (vt_take(self->rx) != 'x')
		vt_die("take");
}

static void wake_by_pipe(FIXTURE_DATA(thread) *self)
{
	(void)self;
	if (write(pipe_fds[1], "x", 1) != 1)
		vt_die("write to a pipe");
}

static void wake_by_futex(FIXTURE_DATA(thread) *self)
{
	(void)self;
	futex(FUTEX_WAKE);
}

static void wake_by_signal(FIXTURE_DATA(thread) *self)
{
	vt_interrupt(&self->call, SIGUSR1);
}

FIXTURE_VARIANT(thread) {
	size_t part;
	unsigned int queued;		/* so many messages before the call */
	long (*op)(struct vt_call *call);
	void (*wake)(FIXTURE_DATA(thread) *self);
};

#define SLOTS	2U
#define RECEIVES(_name, _op)						\
	FIXTURE_VARIANT_ADD(thread, _name) {				\
		VT_PART(in_recv), 0, _op, wake_by_message }
#define SENDS(_name, _op)						\
	FIXTURE_VARIANT_ADD(thread, _name) {				\
		VT_PART(in_send), SLOTS, _op, wake_by_room }
#define SLEEPS(_name, _queued, _op, _wake)				\
	FIXTURE_VARIANT_ADD(thread, _name) {				\
		VT_PART(asleep), _queued, _op, _wake }

RECEIVES(recv, vt_op_recv);
RECEIVES(recv_with_deadline, op_recv_in_time);
RECEIVES(recvv, op_recvv);
RECEIVES(read, vt_op_read);
RECEIVES(readv, op_readv);
RECEIVES(acquire, vt_op_acquire);
SENDS(send, vt_op_send);
SENDS(send_with_deadline, op_send_in_time);
SENDS(sendv, op_sendv);
SENDS(write, vt_op_write);
SENDS(writev, op_writev);
SENDS(reserve, vt_op_reserve);
SLEEPS(drain, 1, vt_op_drain, wake_by_room);
SLEEPS(poll, 0, op_poll, wake_by_message);
SLEEPS(pipe, 0, op_pipe, wake_by_pipe);
SLEEPS(futex, 0, op_futex, wake_by_futex);
SLEEPS(nanosleep, 0, op_nanosleep, wake_by_signal);

static bool sends(size_t part)
{
	return part == VT_PART(in_send);
}

FIXTURE_SETUP(thread)
{
	unsigned int i;

	vt_catch(SIGUSR1, 0);
	ASSERT_EQ(0, pipe(pipe_fds));
	self->session = vt_session();
	vt_pair(&self->rx, &self->tx, vt_attr(SLOTS, VT_PAGE));
	vt_map_send(self->tx);
	vt_map_receive(self->rx);
	first = variant->op;
	for (i = 0; i < variant->queued; i++)
		ASSERT_EQ(0, vt_put(self->tx, 'x'));
	self->call = (struct vt_call) {
		.op = op_first, .len = 1,
		.fd = sends(variant->part) || variant->op == vt_op_drain ?
		      self->tx : self->rx };
	vt_start(&self->call);
}

FIXTURE_TEARDOWN(thread)
{
	close(self->rx);
	close(self->tx);
	close(self->session);
}

/* Not a moment of it goes anywhere else, nor is anything counted. */
static void look_at_sleep(struct __test_metadata *_metadata, pid_t tid, size_t part)
{
	struct vt_account before, after, since;

	before = vt_account_comes_in(tid, part);
	usleep(PAUSE_US);
	after = vt_account(tid);
	since = vt_account_since(&after, &before);
	EXPECT_TRUE(vt_account_adds_up(&after));
	EXPECT_TRUE(vt_account_all_in(&since, part));
	EXPECT_LE(PAUSE_NS, vt_account_whole(&since));
	EXPECT_EQ(before.began, after.began);
	EXPECT_NE(0U, after.voluntary);
	/* Where it sleeps may change: it need not leave the processor's queue. */
	EXPECT_EQ(0U, since.voluntary + since.involuntary + since.hardirqs +
		      since.softirqs + since.user_faults + since.kernel_faults);
}

/* And what comes after it is no part of it. */
TEST_F(thread, sleeps_in_one_part)
{
	pid_t tid = self->call.tid;
	struct vt_account during, after;

	look_at_sleep(_metadata, tid, variant->part);
	during = vt_account(tid);
	variant->wake(self);
	look_at_sleep(_metadata, tid, VT_PART(asleep));
	after = vt_account(tid);
	EXPECT_LE(during.in_send, after.in_send);
	EXPECT_LE(during.in_recv, after.in_recv);
	EXPECT_EQ(sends(variant->part), after.in_send != 0);
	EXPECT_EQ(variant->part == VT_PART(in_recv), after.in_recv != 0);
	wake_by_pipe(self);
	EXPECT_LE(0, vt_join(&self->call));
}

/* One thread, and the test's own, on one processor. */
FIXTURE(processor) {
	int session;
	int rx;
	int tx;
	struct vt_call call;
};

FIXTURE_SETUP(processor)
{
	vt_one_cpu();
	self->session = vt_session();
	vt_pair(&self->rx, &self->tx, vt_attr(SLOTS, 8));
}

FIXTURE_TEARDOWN(processor)
{
	close(self->rx);
	close(self->tx);
	close(self->session);
}

static void burn(unsigned int msec)
{
	__u64 end = vt_in(msec);

	while (vt_now() < end)
		continue;
}

/* What comes to a woken thread's account while it is kept from running. */
static struct vt_account keep_waiting(FIXTURE_DATA(processor) *self)
{
	struct vt_account before, after;

	vt_account_comes_in(self->call.tid, VT_PART(in_recv));
	vt_hold_cpu();
	if (vt_put(self->tx, 'x'))
		vt_die("put");
	/* It may be woken a little later. */
	burn(5);
	before = vt_account(self->call.tid);
	burn(20);
	after = vt_account(self->call.tid);
	vt_free_cpu();
	return vt_account_since(&after, &before);
}

static long op_recv_for_ever(struct vt_call *call)
{
	long ret;

	while (!(ret = vt_recv(call->fd, call->data, 1, 0)) || ret == 1)
		continue;
	return ret;
}

/* The test itself may have slept, for a lock; but not each time. */
TEST_F(processor, is_waited_for)
{
	struct vt_account since = { .tid = 0 };
	int tries = 20;

	self->call = (struct vt_call) { .op = op_recv_for_ever, .fd = self->rx };
	vt_start(&self->call);
	while (tries-- && !vt_account_all_in(&since, VT_PART(ready)))
		since = keep_waiting(self);
	EXPECT_TRUE(vt_account_all_in(&since, VT_PART(ready)));
	EXPECT_EQ(0U, since.involuntary + since.voluntary);
	vt_shutdown(self->tx, VT_SEND);
	EXPECT_EQ(-EPIPE, vt_join(&self->call));
}

static long op_burn(struct vt_call *call)
{
	volatile int *stop = call->arg;

	vt_fionread(call->fd);
	while (!*stop)
		continue;
	return 0;
}

TEST_F(processor, is_used)
{
	struct vt_account before, after, since;
	volatile int stop = 0;

	self->call = (struct vt_call) {
		.op = op_burn, .fd = self->rx, .arg = (void *)&stop };
	vt_start(&self->call);
	while (!vt_account(self->call.tid).tid)
		usleep(1000);
	before = vt_account(self->call.tid);
	do {
		usleep(PAUSE_US);
		after = vt_account(self->call.tid);
		since = vt_account_since(&after, &before);
	} while (since.running < PAUSE_NS);
	stop = 1;
	EXPECT_TRUE(vt_account_adds_up(&after));
	EXPECT_EQ(0U, since.in_send + since.in_recv + since.asleep);
	EXPECT_EQ(0U, since.voluntary);
	/* The test's own looks had the processor meanwhile. */
	EXPECT_NE(0U, since.involuntary);
	EXPECT_NE(0U, since.ready);
	vt_join(&self->call);
}

/* What comes to it while the test, too, wants the processor all the time. */
static struct vt_account compete(FIXTURE_DATA(processor) *self)
{
	struct vt_account before = vt_account(self->call.tid), after;

	burn(20);
	after = vt_account(self->call.tid);
	return vt_account_since(&after, &before);
}

/*
 * The page comes when the test says. With a signal that it does not come to see in the
 * kernel, the thread tries to sleep until then, and may not: again and again.
 */
TEST_F(processor, is_wanted_by_whom_a_signal_keeps_from_sleep)
{
	struct vt_account since;
	struct vt_trap trap;
	int tries = 20;

	vt_catch(SIGUSR1, 0);
	vt_trap_set(&trap);
	self->call = (struct vt_call) {
		.op = vt_op_send, .fd = self->tx, .len = 1, .arg = trap.page };
	vt_start(&self->call);
	vt_trap_wait(&trap);
	ASSERT_EQ(0, syscall(SYS_tgkill, getpid(), self->call.tid, SIGUSR1));
	/* It may be some time before it has the signal, and may sleep for a lock. */
	do {
		since = compete(self);
	} while ((!since.involuntary || since.voluntary || since.asleep) &&
		 --tries);
	EXPECT_NE(0, tries)
		vt_account_print(&since);
	EXPECT_NE(0U, since.ready);
	EXPECT_EQ(0, vt_caught());
	vt_trap_fill(&trap, 'x');
	EXPECT_EQ(0, vt_join(&self->call));
	EXPECT_EQ(1, vt_caught());
}

/* Who finds a slot, or a message, waits for neither. */
TEST_F(processor, is_all_that_calls_take_that_do_not_wait)
{
	struct vt_account account;
	int i;

	for (i = 0; i < 1000; i++) {
		ASSERT_EQ(0, vt_send(self->tx, "x", 1, 0));
		ASSERT_EQ(1, vt_recv(self->rx, &(char) { 0 }, 1, 0));
		ASSERT_EQ(-EAGAIN, vt_take(self->rx));
	}
	account = vt_account(gettid());
	EXPECT_TRUE(vt_account_adds_up(&account));
	EXPECT_LT(0U, account.running);
	EXPECT_EQ(0U, account.in_send + account.in_recv);
}

/* Unless it comes too late for that, it waits. */
TEST_F(processor, is_left_to_others_until_a_deadline)
{
	struct vt_account account = { .tid = 0 };
	int tries = 20;

	while (tries-- && !account.in_recv) {
		EXPECT_EQ(-ETIMEDOUT, vt_recv_until(self->rx, &account, 1,
						    vt_in(20)));
		account = vt_account(gettid());
	}
	EXPECT_NE(0U, account.in_recv);
	EXPECT_TRUE(vt_account_adds_up(&account));
}

/* Two threads that pass messages on to each other for ever. */
FIXTURE(exchange) {
	int session;
	int fds[2][2];
	struct vt_call calls[2];
};

static long op_pass_on(struct vt_call *call)
{
	const int *fds = call->arg;
	char byte;

	while (vt_recv(fds[0], &byte, 1, 0) == 1 &&
	       !vt_send(fds[1], &byte, 1, 0))
		continue;
	return 0;
}

FIXTURE_SETUP(exchange)
{
	int i;

	self->session = vt_session();
	vt_pair(&self->fds[0][0], &self->fds[1][1], vt_attr(SLOTS, 8));
	vt_pair(&self->fds[1][0], &self->fds[0][1], vt_attr(SLOTS, 8));
	for (i = 0; i < 2; i++) {
		self->calls[i] = (struct vt_call) {
			.op = op_pass_on, .arg = self->fds[i] };
		vt_start(&self->calls[i]);
	}
	ASSERT_EQ(0, vt_put(self->fds[0][1], 'x'));
}

FIXTURE_TEARDOWN(exchange)
{
	int i;

	for (i = 0; i < 2; i++)
		vt_shutdown(self->fds[i][1], VT_SEND);
	for (i = 0; i < 2; i++)
		vt_join(&self->calls[i]);
	close(self->session);
}

/* Whether each number is what it was, or more. */
static bool has_only_grown(const struct vt_account *account,
			   const struct vt_account *earlier)
{
	const __u64 *number = &account->until, *from = &earlier->until;

	for (; number <= &account->kernel_faults; number++)
		if (*number < *from++)
			return false;
	return account->began == earlier->began;
}

TEST_F_TIMEOUT(exchange, adds_up_whenever_one_looks, 60)
{
	struct vt_account account, earlier = vt_account(self->calls[0].tid);
	struct nl nl = nl_open();
	int i;

	for (i = 0; i < 500; i++) {
		account = nl_account(&nl, self->calls[0].tid);
		ASSERT_EQ((__u32)self->calls[0].tid, account.tid);
		ASSERT_TRUE(vt_account_adds_up(&account));
		ASSERT_TRUE(has_only_grown(&account, &earlier));
		earlier = account;
	}
	EXPECT_NE(0U, account.in_recv);
	EXPECT_NE(0U, account.running);
	EXPECT_NE(0U, account.voluntary);
	nl_close(&nl);
}

TEST_HARNESS_MAIN
