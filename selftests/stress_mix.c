// SPDX-License-Identifier: GPL-2.0
/*
 * 32 threads do whatever there is to do with eight channels of different kinds,
 * in processes that are killed at random and replaced: each call returns what
 * it may, each message is whole and is received for good once at the most, and
 * at every look and in the end the numbers add up; where nobody was killed they
 * are exactly those that the threads counted.
 */
#include "kselftest_harness.h"
#include "mix.h"

#define PROCESSES	8U
#define THREADS		4U
#define PAUSE_US	20000U
#define KILLS		24U		/* before all are, and it is counted */
#define CALM		2000U		/* operations in the end without any */

#define SHORT_SLOT	sizeof(struct storm_msg)

static const struct vbuf_attr attrs[MIX_CHANNELS] = {
	{ 0, 1, SHORT_SLOT, 0666, 0, 0 },
	{ 0, 4, 64, 0666, 0, 0 },
	{ VBUF_REDELIVER, 8, 256, 0666, 2, 0 },
	{ VBUF_REDELIVER, 3, VT_PAGE, 0666, 0, 2 },
	{ VBUF_LOSSY, 4, SHORT_SLOT, 0666, 0, 0 },
	{ VBUF_LOSSY | VBUF_REDELIVER, 16, 300, 0666, 5, 3 },
	{ VBUF_PERSIST, 40, 5000, 0666, 0, 0 },
	{ VBUF_PERSIST | VBUF_LOSSY | VBUF_REDELIVER, 64, MIX_ROOM, 0666, 3, 5 },
};

/* Of a process: its threads, and the endpoints that they share. */
static struct mix threads[THREADS];
static pid_t tids[THREADS];
static struct mix_end shared[MIX_CHANNELS];

/* A sibling is interrupted in what it does, perhaps; in a child there is none. */
static void do_signal(struct mix *mix)
{
	pid_t tid = __atomic_load_n(&tids[mix_any(mix, THREADS)],
				    __ATOMIC_SEQ_CST);

	if (tid && syscall(SYS_tgkill, getpid(), tid, SIGUSR1) && errno != ESRCH)
		vt_die("tgkill");
}

static void do_something(struct mix *mix);

/* Its parent's regions are not there, nor can it have others. */
static void be_child(struct mix *mix)
{
	unsigned int channel;

	mix->is_child = true;
	for (channel = 0; channel < MIX_CHANNELS; channel++) {
		mix->own[channel].tx = NULL;
		mix->own[channel].rx = NULL;
	}
}

/*
 * A child has its parent's endpoints, which get over its end. Not in the end, for
 * no signal would tell it that it is.
 */
static void do_fork(struct mix *mix)
{
	unsigned int n = mix_any(mix, 8);
	pid_t pid;
	int status;

	if (mix->world->calm || mix_any(mix, 8))
		return;
	mix_let_go(mix);
	pid = vt_fork();
	if (!pid) {
		be_child(mix);
		while (n--)
			do_something(mix);
		mix_let_go(mix);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			vt_die("waitpid");
	if (status)
		vt_die("a child ended with %#x", status);
}

static void do_something(struct mix *mix)
{
	static void (*const doings[])(struct mix *mix) = {
		mix_send, mix_send, mix_send, mix_send, mix_send, mix_send,
		mix_receive, mix_receive, mix_receive, mix_receive, mix_receive,
		mix_move_in, mix_move_in, mix_move_in, mix_move_out, mix_move_out,
		mix_let_go, mix_fault, mix_create, mix_open, mix_unlink,
		mix_pair, mix_change, mix_change, mix_reopen, mix_shutdown,
		mix_drain, mix_ask, mix_list, do_signal, do_fork,
	};

	doings[mix_any(mix, sizeof(doings) / sizeof(doings[0]))](mix);
	stress_did(mix->world->stress, 1);
}

static void *work_until_over(void *arg)
{
	struct mix *mix = arg;

	__atomic_store_n(&tids[mix - threads], syscall(SYS_gettid),
			 __ATOMIC_SEQ_CST);
	while (!atomic_load(mix->world->over))
		do_something(mix);
	mix_let_go(mix);
	return NULL;
}

/* Whoever waits for what does not come is interrupted, until it sees the end. */
static void end_others(const pthread_t *thread)
{
	unsigned int i;

	for (i = 1; i < THREADS; i++)
		while (pthread_tryjoin_np(thread[i], NULL)) {
			pthread_kill(thread[i], SIGUSR1);
			usleep(1000);
		}
}

static void prepare(struct mix *mix, const struct mix_world *world,
		    unsigned int number)
{
	unsigned int channel;

	mix->world = world;
	mix->rnd = world->stress->seed + number;
	mix->who = number % TALLY_SENDERS;
	mix->shared = shared;
	for (channel = 0; channel < MIX_CHANNELS; channel++)
		mix_open_end(mix, &mix->own[channel], channel);
}

static void work(unsigned int born, void *ctx)
{
	const struct mix_world *world = ctx;
	pthread_t thread[THREADS];
	unsigned int i;

	stress_step_back();
	vt_catch(SIGUSR1, born & 1 && !world->calm ? SA_RESTART : 0);
	for (i = 0; i < THREADS; i++)
		prepare(&threads[i], world, born * THREADS + i);
	for (i = 0; i < MIX_CHANNELS; i++)
		mix_open_end(&threads[0], &shared[i], i);
	for (i = 1; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, work_until_over, &threads[i]))
			vt_die("pthread_create");
	work_until_over(&threads[0]);
	end_others(thread);
}

FIXTURE(mix) {
	struct mix_world world;
	struct crew crew;
	int keeper[MIX_CHANNELS];
};

/*
 * In a network namespace of its own, where every channel is ours. Of every other
 * channel the test is neither sender nor receiver: so there are hang-ups.
 */
FIXTURE_SETUP(mix)
{
	unsigned int i;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	self->world = (struct mix_world){
		.stress = stress_begin(1), .attrs = attrs,
		.tally = storm_shared(sizeof(struct tally)),
		.counts = storm_shared(MIX_CHANNELS *
				       sizeof(struct tally_channel)),
		.over = storm_shared(sizeof(atomic_bool)) };
	self->crew = (struct crew){
		.size = PROCESSES, .work = work, .ctx = &self->world };
	for (i = 0; i < MIX_CHANNELS; i++) {
		self->keeper[i] = vt_create(mix_name(i), attrs[i], VT_BOTH);
		ASSERT_LE(0, self->keeper[i]);
		if (i & 1)
			ASSERT_EQ(0, vt_shutdown(self->keeper[i], VT_BOTH));
	}
}

FIXTURE_TEARDOWN(mix)
{
	unsigned int i;

	for (i = 0; i < MIX_CHANNELS; i++) {
		EXPECT_EQ(0, vt_unlink(mix_name(i)));
		close(self->keeper[i]);
	}
	EXPECT_EQ(0, stress_look());
}

/* How many are left, each whole, and none received before. */
static unsigned int take_what_is_left(const struct mix_world *world,
				      unsigned int channel)
{
	int fd = vt_open(mix_name(channel), VT_RECV);
	struct storm_msg msg;
	char room[MIX_ROOM];
	unsigned int n;
	long len;

	for (n = 0; (len = vt_recv(fd, room, MIX_ROOM, VBUF_DONTWAIT)) >= 0; n++) {
		memcpy(&msg, room, sizeof(msg));
		if (!tally_whole(room, len) || !tally_once(world->tally, &msg))
			vt_die("what was left is damaged, or came twice");
	}
	close(fd);
	return n;
}

static bool is_counted(const struct mix_world *world,
		       const struct tally_side *side, __u64 count)
{
	return world->calm ? tally_exact(side, count) : tally_fits(side, count);
}

/*
 * All are dead: nothing is on its way, nothing held, and every slot is back. What
 * was counted until now is settled.
 */
static bool adds_up(const struct mix_world *world, unsigned int channel, int fd)
{
	struct tally_channel *counts = &world->counts[channel];
	__u32 flags = attrs[channel].flags;
	struct vt_channel info = vt_look(fd);
	unsigned int queued = info.depth, left;

	left = take_what_is_left(world, channel);
	if (!vt_settled(fd) || info.receiving || left != queued ||
	    info.senders != !(channel & 1) || info.receivers != info.senders)
		return false;
	info = vt_look(fd);
	if (!is_counted(world, &counts->sent, info.sent) ||
	    !is_counted(world, &counts->received, info.received - left))
		return false;
	tally_settle(&counts->sent, info.sent);
	tally_settle(&counts->received, info.received);
	return info.free == attrs[channel].slots &&
	       (flags & VBUF_LOSSY || !info.dropped_oldest) &&
	       (!(flags & VBUF_REDELIVER) || !info.dropped_holder) &&
	       (attrs[channel].max_deliveries || !info.dropped_deliveries);
}

static bool all_add_up(FIXTURE_DATA(mix) *self)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < MIX_CHANNELS; i++)
		good &= adds_up(&self->world, i, self->keeper[i]);
	return good;
}

/* Some kills, and then that of all. */
static void storm(FIXTURE_DATA(mix) *self, __u64 *rnd)
{
	struct stress *stress = self->world.stress;
	unsigned int i;

	crew_begin(&self->crew);
	for (i = 0; i < KILLS && stress_goes_on(stress); i++) {
		usleep(storm_below(rnd, PAUSE_US));
		if (stress_look() < (long)MIX_CHANNELS)
			vt_die("a channel is missing");
		stress_kill(stress, &self->crew, storm_below(rnd, PROCESSES));
	}
	stress_crew_end(&self->crew);
	stress_wait_for_strangers();
}

static void reap(pid_t pid)
{
	int status;
	pid_t ret;

	while (!(ret = waitpid(pid, &status, WNOHANG))) {
		kill(pid, SIGUSR1);
		usleep(1000);
	}
	if (ret != pid || status)
		vt_die("a process ended with %#x", status);
}

/* A while without kills, at whose end each stops by itself. */
static void calm_down(FIXTURE_DATA(mix) *self)
{
	unsigned int i;

	self->world.calm = true;
	crew_begin(&self->crew);
	stress_wait_for(self->world.stress, CALM);
	atomic_store(self->world.over, true);
	for (i = 0; i < PROCESSES; i++)
		reap(self->crew.pid[i]);
}

TEST_F_TIMEOUT(mix, ends_in_balance, 60)
{
	struct stress *stress = self->world.stress;
	__u64 rnd = stress->seed;

	while (stress_goes_on(stress)) {
		storm(self, &rnd);
		EXPECT_TRUE(all_add_up(self));
	}
	calm_down(self);
	EXPECT_TRUE(all_add_up(self));
	mix_unlink_all();
	EXPECT_EQ(MIX_CHANNELS, stress_look());
	stress_report(stress);
}

TEST_HARNESS_MAIN
