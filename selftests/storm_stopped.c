// SPDX-License-Identifier: GPL-2.0
/*
 * Waiters that SIGSTOP or the cgroup freezer stops: they leave the line, block
 * nobody while they stand still, and rejoin it at its tail.
 */
#include <stdatomic.h>

#include "kselftest_harness.h"
#include "cgroup.h"
#include "storm.h"

#define SENDERS		4U
#define WORKERS		8U
#define STOPS		200U
#define PROGRESS	8U

/* What the senders of the storm sent, and its receivers got, added up. */
struct sums {
	atomic_bool over;
	atomic_uint sent[SENDERS];
	atomic_uint got[SENDERS];
	atomic_ullong got_sum[SENDERS];
	atomic_uint total;
};

FIXTURE(stopped) {
	int fd;
	struct vt_call *calls;
	struct crew crew;
	struct sums *sums;
};

FIXTURE_VARIANT(stopped) {
	bool freezer;
};

FIXTURE_VARIANT_ADD(stopped, by_signal) { false };
FIXTURE_VARIANT_ADD(stopped, by_freezer) { true };

static const char *group_of(unsigned int which)
{
	static const char *const names[WORKERS] = {
		"vbuf0", "vbuf1", "vbuf2", "vbuf3",
		"vbuf4", "vbuf5", "vbuf6", "vbuf7",
	};

	return names[which];
}

/* Stops a process, and returns when it stands still; or lets it go on. */
static void stop(bool freezer, unsigned int which, pid_t pid, bool halt)
{
	siginfo_t info;

	if (freezer) {
		cgroup_freeze(group_of(which), halt);
		return;
	}
	kill(pid, halt ? SIGSTOP : SIGCONT);
	if (halt && waitid(P_PID, pid, &info, WSTOPPED))
		vt_die("waitid");
}

FIXTURE_SETUP(stopped)
{
	unsigned int i;

	self->fd = vt_create(NULL, vt_attr(1, sizeof(struct storm_msg)),
			     VT_BOTH);
	ASSERT_LE(0, self->fd);
	self->calls = vt_shared_calls(3);
	if (!variant->freezer)
		return;
	cgroup_mount();
	for (i = 0; i < WORKERS; i++)
		cgroup_make(group_of(i));
}

FIXTURE_TEARDOWN(stopped)
{
	unsigned int i;

	close(self->fd);
	for (i = 0; variant->freezer && i < WORKERS; i++)
		cgroup_remove(group_of(i));
}

/* Starts call @which, the @nth to wait, in a process that may be stopped. */
static void begin(FIXTURE_DATA(stopped) *self, bool freezer,
		  unsigned int which, char byte)
{
	struct vt_call *call = &self->calls[which];

	call->op = byte ? vt_op_send : vt_op_recv;
	call->fd = self->fd;
	call->data[0] = byte;
	call->len = 1;
	vt_start_process(call);
	if (freezer)
		cgroup_enter(group_of(which), call->tid);
}

TEST_F(stopped, sender_rejoins_at_the_tail)
{
	struct vt_call *a = &self->calls[0];

	ASSERT_EQ(0, vt_put(self->fd, 'x'));
	begin(self, variant->freezer, 0, 'a');
	ASSERT_TRUE(vt_blocked(self->fd, 1, 0));
	begin(self, variant->freezer, 1, 'b');
	ASSERT_TRUE(vt_blocked(self->fd, 2, 0));
	stop(variant->freezer, 0, a->tid, true);
	ASSERT_TRUE(vt_blocked(self->fd, 1, 0));
	begin(self, variant->freezer, 2, 'c');
	ASSERT_TRUE(vt_blocked(self->fd, 2, 0));
	stop(variant->freezer, 0, a->tid, false);
	ASSERT_TRUE(vt_blocked(self->fd, 3, 0));
	EXPECT_EQ('x', vt_take(self->fd));
	EXPECT_EQ(0, vt_join(&self->calls[1]));
	EXPECT_EQ('b', vt_take(self->fd));
	EXPECT_EQ(0, vt_join(&self->calls[2]));
	EXPECT_EQ('c', vt_take(self->fd));
	EXPECT_EQ(0, vt_join(a));
	EXPECT_EQ('a', vt_take(self->fd));
	EXPECT_TRUE(vt_settled(self->fd));
}

TEST_F(stopped, receiver_rejoins_at_the_tail)
{
	struct vt_call *a = &self->calls[0];

	begin(self, variant->freezer, 0, 0);
	ASSERT_TRUE(vt_blocked(self->fd, 0, 1));
	begin(self, variant->freezer, 1, 0);
	ASSERT_TRUE(vt_blocked(self->fd, 0, 2));
	stop(variant->freezer, 0, a->tid, true);
	ASSERT_TRUE(vt_blocked(self->fd, 0, 1));
	begin(self, variant->freezer, 2, 0);
	ASSERT_TRUE(vt_blocked(self->fd, 0, 2));
	stop(variant->freezer, 0, a->tid, false);
	ASSERT_TRUE(vt_blocked(self->fd, 0, 3));
	ASSERT_EQ(0, vt_put(self->fd, '1'));
	EXPECT_EQ(1, vt_join(&self->calls[1]));
	ASSERT_EQ(0, vt_put(self->fd, '2'));
	EXPECT_EQ(1, vt_join(&self->calls[2]));
	ASSERT_EQ(0, vt_put(self->fd, '3'));
	EXPECT_EQ(1, vt_join(a));
	EXPECT_EQ('1', self->calls[1].data[0]);
	EXPECT_EQ('2', self->calls[2].data[0]);
	EXPECT_EQ('3', a->data[0]);
	EXPECT_TRUE(vt_settled(self->fd));
}

TEST_F(stopped, all_others_go_on)
{
	struct vt_call *a = &self->calls[0];

	ASSERT_EQ(0, vt_put(self->fd, 'x'));
	begin(self, variant->freezer, 0, 'a');
	ASSERT_TRUE(vt_blocked(self->fd, 1, 0));
	stop(variant->freezer, 0, a->tid, true);
	ASSERT_TRUE(vt_blocked(self->fd, 0, 0));
	EXPECT_EQ(-EAGAIN, vt_put(self->fd, 'y'));
	EXPECT_EQ('x', vt_take(self->fd));
	EXPECT_EQ(0, vt_put(self->fd, 'y'));
	EXPECT_EQ('y', vt_take(self->fd));
	EXPECT_FALSE(vt_done(a));
	EXPECT_TRUE(vt_settled(self->fd));
	stop(variant->freezer, 0, a->tid, false);
	EXPECT_EQ(0, vt_join(a));
	EXPECT_EQ('a', vt_take(self->fd));
	EXPECT_TRUE(vt_settled(self->fd));
}

static void storm_send(FIXTURE_DATA(stopped) *self, unsigned int who)
{
	int fd = vt_reopen(self->fd, VT_SEND);
	struct storm_msg msg;
	__u32 nr = 0;

	while (!atomic_load(&self->sums->over)) {
		storm_fill(&msg, who, nr++);
		if (vt_send(fd, &msg, sizeof(msg), 0))
			_exit(1);
		atomic_store(&self->sums->sent[who], nr);
	}
}

static void storm_receive(FIXTURE_DATA(stopped) *self)
{
	struct sums *sums = self->sums;
	struct storm_msg msg;
	long ret;

	while ((ret = vt_recv(self->fd, &msg, sizeof(msg), 0)) > 0) {
		if (!storm_whole(&msg) || msg.who >= SENDERS)
			_exit(1);
		atomic_fetch_add(&sums->got[msg.who], 1);
		atomic_fetch_add(&sums->got_sum[msg.who], msg.nr);
		atomic_fetch_add(&sums->total, 1);
	}
	if (ret != -EPIPE)
		_exit(1);
}

static void storm_work(unsigned int born, void *ctx)
{
	if (born < SENDERS)
		storm_send(ctx, born);
	else
		storm_receive(ctx);
}

/* Returns when @more messages have been received. */
static void progress(struct sums *sums, unsigned int more)
{
	unsigned int until = atomic_load(&sums->total) + more;

	while (atomic_load(&sums->total) < until)
		usleep(1000);
}

/* One sender and one receiver are never stopped, and never stop for others. */
TEST_F_TIMEOUT(stopped, storm_loses_nothing, 90)
{
	bool halted[WORKERS] = { false };
	__u64 rnd = storm_seed(), n, got, sum;
	unsigned int i, which;

	self->sums = storm_shared(sizeof(*self->sums));
	self->crew = (struct crew){
		.size = WORKERS, .work = storm_work, .ctx = self };
	crew_begin(&self->crew);
	for (i = 0; variant->freezer && i < WORKERS; i++)
		cgroup_enter(group_of(i), self->crew.pid[i]);
	for (i = 0; i < storm_scale(STOPS); i++) {
		which = 1 + storm_below(&rnd, WORKERS - 2);
		halted[which] = !halted[which];
		stop(variant->freezer, which, self->crew.pid[which],
		     halted[which]);
		progress(self->sums, 1 + storm_below(&rnd, PROGRESS));
	}
	for (i = 0; i < WORKERS; i++)
		if (halted[i])
			stop(variant->freezer, i, self->crew.pid[i], false);
	atomic_store(&self->sums->over, true);
	for (i = 0; i < SENDERS; i++)
		EXPECT_EQ(0, vt_reap(self->crew.pid[i]));
	ASSERT_EQ(0, vt_drain(self->fd, 0));
	ASSERT_EQ(0, vt_shutdown(self->fd, VT_SEND));
	for (; i < WORKERS; i++)
		EXPECT_EQ(0, vt_reap(self->crew.pid[i]));
	for (i = 0; i < SENDERS; i++) {
		n = atomic_load(&self->sums->sent[i]);
		got = atomic_load(&self->sums->got[i]);
		sum = atomic_load(&self->sums->got_sum[i]);
		EXPECT_EQ(n, got);
		EXPECT_EQ(n * (n - 1) / 2, sum);
	}
	EXPECT_TRUE(vt_settled(self->fd));
}

TEST_HARNESS_MAIN
