// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic goes on, and no message is lost or comes twice, while the threads that
 * make it are moved from processor to processor, and while a processor comes and
 * goes.
 */
#include "kselftest_harness.h"
#include "stress.h"

#define WORKERS		10U
#define SLOTS		4U

/* Every way to send, and to receive: one for each worker. */
static const crossing sends[] = {
	cross_send, cross_write, cross_writev, cross_sendv, cross_move_in };
static const crossing receives[] = {
	cross_recv, cross_readv, cross_hold, cross_recvv, cross_move_out };

#define SENDERS		(sizeof(sends) / sizeof(sends[0]))

struct world {
	struct stress *stress;
	struct tally *tally;
	struct tally_channel *counts;
	atomic_bool *over;
	int fd;
};

FIXTURE(cpus) {
	struct world world;
	struct crew crew;
	__u64 rnd;
};

static void send_all(const struct tally_flow *flow, const struct world *world)
{
	long ret;

	while (!atomic_load(world->over)) {
		ret = tally_send(flow, sends[flow->who]);
		if (ret <= 0)
			vt_die("sender %u: %ld", flow->who, ret);
		stress_did(world->stress, 1);
	}
}

static void receive_all(const struct tally_flow *flow, const struct world *world)
{
	crossing receive = receives[flow->who - SENDERS];
	long ret;

	while ((ret = tally_receive(flow, receive)) > 0)
		stress_did(world->stress, 1);
	if (ret != -EPIPE)
		vt_die("receiver %u: %ld", flow->who, ret);
}

static void work(unsigned int born, void *ctx)
{
	const struct world *world = ctx;
	bool sends_some = born < SENDERS;
	struct tally_flow flow = {
		.tally = world->tally, .counts = world->counts, .who = born,
		.batch = CROSS_BATCH,
		.fd = vt_reopen(world->fd, sends_some ? VT_SEND : VT_RECV) };

	close(world->fd);
	if (sends_some)
		send_all(&flow, world);
	else
		receive_all(&flow, world);
}

FIXTURE_SETUP(cpus)
{
	struct world *world = &self->world;

	world->stress = stress_begin(2);
	world->tally = storm_shared(sizeof(*world->tally));
	world->counts = storm_shared(sizeof(*world->counts));
	world->over = storm_shared(sizeof(*world->over));
	world->fd = vt_create(NULL, vt_attr(SLOTS, VT_PAGE), VT_BOTH);
	ASSERT_LE(0, world->fd);
	self->rnd = world->stress->seed;
	self->crew = (struct crew){
		.size = WORKERS, .work = work, .ctx = world };
}

/* If a test fails, the next finds all processors; run_tests sees to who is killed. */
FIXTURE_TEARDOWN(cpus)
{
	close(self->world.fd);
	if (!access(STORM_CPU1, F_OK))
		storm_set_cpu1(true);
}

/* Returns when something has been received. */
static void wait_for_progress(const struct world *world)
{
	__u64 before = atomic_load(&world->counts->received.ended);

	while (atomic_load(&world->counts->received.ended) == before)
		usleep(200);
}

/* One processor, or any; one that is not there, or not now, is refused. */
static void move(pid_t pid, int cpu, int cpus)
{
	cpu_set_t set;
	int i;

	CPU_ZERO(&set);
	for (i = 0; i < cpus; i++)
		if (cpu == cpus || i == cpu)
			CPU_SET(i, &set);
	if (sched_setaffinity(pid, sizeof(set), &set) && errno != EINVAL)
		vt_die("sched_setaffinity");
}

static void move_one(FIXTURE_DATA(cpus) *self, int cpus)
{
	move(self->crew.pid[storm_below(&self->rnd, WORKERS)],
	     storm_below(&self->rnd, cpus + 1), cpus);
	stress_did(self->world.stress, 1);
	wait_for_progress(&self->world);
}

/* Lets all come to their end; then no count may differ from another. */
static bool ends_exactly(FIXTURE_DATA(cpus) *self)
{
	const struct tally_channel *counts = self->world.counts;
	struct vt_channel info;
	int fd = self->world.fd, bad = 0;
	unsigned int i;

	atomic_store(self->world.over, true);
	for (i = 0; i < SENDERS; i++)
		bad += vt_reap(self->crew.pid[i]) != 0;
	if (vt_shutdown(fd, VT_SEND))
		vt_die("shutdown");
	for (; i < WORKERS; i++)
		bad += vt_reap(self->crew.pid[i]) != 0;
	info = vt_look(fd);
	return !bad && vt_settled(fd) && info.free == SLOTS &&
	       info.sent == info.received &&
	       atomic_load(&counts->sent.begun) ==
			atomic_load(&counts->sent.ended) &&
	       tally_fits(&counts->sent, info.sent) &&
	       atomic_load(&counts->received.begun) ==
			atomic_load(&counts->received.ended) &&
	       tally_fits(&counts->received, info.received);
}

TEST_F_TIMEOUT(cpus, threads_move, 60)
{
	int cpus = sysconf(_SC_NPROCESSORS_CONF);

	crew_begin(&self->crew);
	while (stress_goes_on(self->world.stress))
		move_one(self, cpus);
	EXPECT_TRUE(ends_exactly(self));
	stress_report(self->world.stress);
}

TEST_F_TIMEOUT(cpus, a_processor_goes_and_comes, 60)
{
	int cpus = sysconf(_SC_NPROCESSORS_CONF);
	unsigned int times = 0;
	bool online = true;

	if (cpus < 2 || access(STORM_CPU1, W_OK))
		SKIP(return, "no second processor that can go");
	crew_begin(&self->crew);
	while (stress_goes_on(self->world.stress)) {
		online = !online;
		storm_set_cpu1(online);
		times++;
		move_one(self, cpus);
		move_one(self, cpus);
	}
	EXPECT_TRUE(ends_exactly(self));
	stress_did(self->world.stress, times);
	TH_LOG("cpu1 went or came %u times", times);
	stress_report(self->world.stress);
}

TEST_HARNESS_MAIN
