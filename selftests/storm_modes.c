// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once: processes of two threads each do whatever there is to do
 * with eight channels, in random order, and are killed at random. At every look
 * each channel accounts for its slots and messages, no message is ever damaged,
 * and at the end what should be gone is gone.
 */
#include "kselftest_harness.h"
#include "storm.h"

#define WORKERS		5U
#define CHANNELS	8U
#define FILES		12U
#define KILLS		120U
#define BATCH		4U
#define LOOK		64U

/* What the two threads of a worker share: endpoints, some of them closed. */
static int files[FILES];

struct state {
	__u64 rnd;
	__u32 who;
	__u32 nr;
	/* Messages held, and where. */
	int held_in;
	__u32 held;
	struct vbuf_msg vec[BATCH];
	struct storm_msg msgs[BATCH];
};

static __u32 any(struct state *st, __u32 n)
{
	return storm_below(&st->rnd, n);
}

static int any_file(struct state *st)
{
	return __atomic_load_n(&files[any(st, FILES)], __ATOMIC_SEQ_CST);
}

static const char *any_name(struct state *st)
{
	static const char *const names[CHANNELS] = {
		"m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7" };

	return names[any(st, CHANNELS)];
}

/* A file that a thread of ours uses may be closed: that is part of it. */
static void put_file(struct state *st, int fd)
{
	int old = fd;

	if (fd >= 0) {
		if (!any(st, 3))
			fcntl(fd, F_SETFL, any(st, 2) ? O_ASYNC : O_NONBLOCK);
		old = __atomic_exchange_n(&files[any(st, FILES)], fd,
					  __ATOMIC_SEQ_CST);
	}
	if (old >= 0)
		close(old);
}

static void do_create(struct state *st)
{
	struct vbuf_attr attr = vt_attr(1 + any(st, 6),
					sizeof(struct storm_msg) + any(st, 99));

	attr.flags = any(st, 8);
	attr.held_max = any(st, 4);
	attr.max_deliveries = any(st, 4);
	put_file(st, vt_create(any_name(st), attr, 1 + any(st, 3)));
}

static void do_open(struct state *st)
{
	put_file(st, vt_open(any_name(st), 1 + any(st, 3)));
}

static void do_reopen(struct state *st)
{
	put_file(st, vt_reopen(any_file(st), 1 + any(st, 3)));
}

static void do_unlink(struct state *st)
{
	if (!any(st, 4))
		vt_unlink(any_name(st));
}

static void do_shutdown(struct state *st)
{
	if (!any(st, 3))
		vt_shutdown(any_file(st), 1 + any(st, 3));
}

static void do_drain(struct state *st)
{
	vt_drain(any_file(st), vt_in(any(st, 3)));
}

/* Once in a while, wait for ever: there are kills. */
static __u64 deadline(struct state *st)
{
	return any(st, 64) ? vt_in(any(st, 4)) : 0;
}

static void do_send(struct state *st)
{
	struct storm_msg *msg = st->msgs;

	storm_fill(msg, st->who, st->nr++);
	if (any(st, 2))
		vt_send_until(any_file(st), msg, sizeof(*msg), deadline(st));
	else
		vt_send(any_file(st), msg, sizeof(*msg),
			VBUF_DONTWAIT | VBUF_DROP_OLDEST);
}

static void do_sendv(struct state *st)
{
	struct vbuf_vector arg = {
		.size = sizeof(arg), .count = 1 + any(st, BATCH),
		.msgs = (uintptr_t)st->vec, .msg_size = sizeof(st->vec[0]),
		.flags = any(st, 2) ? VBUF_DROP_OLDEST : 0,
		.deadline_ns = deadline(st) };
	__u32 i;

	for (i = 0; i < BATCH; i++)
		storm_fill(&st->msgs[i], st->who, st->nr++);
	storm_vector(st->vec, st->msgs, BATCH);
	vt_vector(any_file(st), VBUF_IOC_SENDV, &arg);
}

static void check(const struct storm_msg *msg)
{
	if (!storm_whole(msg))
		vt_die("a damaged message");
}

static void do_recv(struct state *st)
{
	struct storm_msg *msg = st->msgs;
	int fd = any_file(st);
	long ret;

	vt_poison(msg);
	if (any(st, 2))
		ret = vt_recv_until(fd, msg, sizeof(*msg), deadline(st));
	else if (vt_fionread(fd) > 0 && vt_poll(fd, POLLIN) & POLLIN)
		ret = vt_read(fd, msg, sizeof(*msg));
	else
		ret = vt_recv(fd, msg, sizeof(*msg), VBUF_DONTWAIT);
	if (ret > 0)
		check(msg);
}

static void let_go(struct state *st)
{
	while (st->held)
		vt_release(st->held_in, st->vec[--st->held].cookie,
			   any(st, 2) ? VBUF_REQUEUE : 0);
}

static void do_recvv(struct state *st)
{
	struct vbuf_vector arg = {
		.size = sizeof(arg), .count = 1 + any(st, BATCH),
		.msgs = (uintptr_t)st->vec, .msg_size = sizeof(st->vec[0]),
		.flags = VBUF_INFO | (any(st, 2) ? VBUF_HOLD : 0),
		.deadline_ns = deadline(st) };
	int fd = any_file(st);
	long ret, i;

	storm_vector(st->vec, st->msgs, BATCH);
	memset(st->msgs, VT_POISON, sizeof(st->msgs));
	ret = vt_vector(fd, VBUF_IOC_RECVV, &arg);
	for (i = 0; i < ret; i++)
		check(&st->msgs[i]);
	if (ret <= 0 || !(arg.flags & VBUF_HOLD))
		return;
	st->held = ret;
	st->held_in = fd;
	if (any(st, 4))
		let_go(st);
}

/* Every channel accounts for its slots and messages; how many there are. */
static int look_at_all(struct vt_channel *info)
{
	long found = vt_channels(info, LOOK), i;

	if (found > (long)LOOK)
		found = LOOK;
	for (i = 0; i < found; i++)
		if (!vt_balanced(&info[i]))
			vt_die("channel %s is out of balance", info[i].name);
	return found;
}

static void do_look(struct state *st)
{
	struct vt_endpoint endpoints[LOOK];
	struct vt_channel info[LOOK];
	int found = look_at_all(info);

	if (found > 0)
		vt_endpoints(info[any(st, found)].id, endpoints, LOOK);
}

static void *work_for_ever(void *arg)
{
	static void (*const doings[])(struct state *st) = {
		do_create, do_open, do_open, do_reopen, do_unlink, do_shutdown,
		do_drain, do_look, do_send, do_send, do_send, do_sendv,
		do_sendv, do_recv, do_recv, do_recv, do_recvv, do_recvv,
	};
	struct state st = { .rnd = *(__u64 *)arg };

	st.who = st.rnd;
	for (;;) {
		let_go(&st);
		doings[any(&st, sizeof(doings) / sizeof(doings[0]))](&st);
	}
	return NULL;
}

static void work(unsigned int born, void *ctx)
{
	__u64 seeds[2] = { *(__u64 *)ctx + born, ~(*(__u64 *)ctx + born) };
	pthread_t thread;

	memset(files, -1, sizeof(files));
	/* O_ASYNC sends it to nobody yet, but the lists are kept. */
	signal(SIGIO, SIG_IGN);
	if (pthread_create(&thread, NULL, work_for_ever, &seeds[1]))
		vt_die("pthread_create");
	work_for_ever(&seeds[0]);
}

TEST(damage_is_seen)
{
	struct storm_msg msg;
	pid_t pid;

	storm_fill(&msg, 1, 2);
	check(&msg);
	msg.words[3] ^= 1;
	pid = vt_fork();
	if (!pid)
		check(&msg);
	EXPECT_EQ(-SIGABRT, vt_reap(pid));
}

FIXTURE(modes) {
	struct crew crew;
	__u64 seed;
};

/* In a network namespace of its own, where every channel is the storm's. */
FIXTURE_SETUP(modes)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	self->seed = storm_seed();
	self->crew = (struct crew){
		.size = WORKERS, .work = work, .ctx = &self->seed };
}

FIXTURE_TEARDOWN(modes)
{
}

TEST_F_TIMEOUT(modes, storm_ends_in_balance, 90)
{
	struct vt_channel info[LOOK];
	unsigned int kills = storm_scale(KILLS);
	__u64 rnd = self->seed;
	int left, i;

	crew_begin(&self->crew);
	while (kills--) {
		usleep(storm_below(&rnd, 15000));
		ASSERT_LE(0, look_at_all(info));
		ASSERT_EQ(-SIGKILL, crew_kill(&self->crew,
					      storm_below(&rnd, WORKERS)));
	}
	crew_end(&self->crew);
	left = look_at_all(info);
	ASSERT_LE(0, left);
	for (i = 0; i < left; i++) {
		EXPECT_TRUE(info[i].attr.flags & VBUF_PERSIST);
		EXPECT_EQ(0U, info[i].senders + info[i].receivers);
		EXPECT_EQ(0U, info[i].sending + info[i].receiving);
		EXPECT_EQ(0U, info[i].blocked_senders +
			      info[i].blocked_receivers);
		EXPECT_EQ(0, vt_unlink(info[i].name));
	}
	EXPECT_EQ(0, look_at_all(info));
	TH_LOG("%d persistent channels were left", left);
}

TEST_HARNESS_MAIN
