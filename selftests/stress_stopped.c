// SPDX-License-Identifier: GPL-2.0
/*
 * Processes stopped by SIGSTOP and by the cgroup freezer, and killed so, while
 * they hold messages, wait in line, or are in the middle of a vector: whoever is
 * not stopped goes on, and nothing is lost; where nobody was killed, what was
 * counted is exact.
 */
#include "kselftest_harness.h"
#include "cgroup.h"
#include "stress.h"

/*
 * In the line on a channel of one slot; or where those that may be stopped hold
 * all slots but one.
 */
enum role { LINE_SENDER, LINE_RECEIVER, HOLD_SENDER, HOLD_RECEIVER, ROLES };

/* How many of each may be stopped. */
#define OF_A_ROLE	(WORKERS / ROLES)

#define CHANNELS	2U
#define WORKERS		8U
#define HELD_MAX	2U
#define HELD_US		3000U
#define TURNS		100U		/* before all are killed, and it is counted */

/* How the processes come to an end by themselves: senders before receivers. */
enum { NOT_YET, SENDERS_END, ALL_END };

enum way { RUNNING, BY_SIGNAL, BY_FREEZER };

struct world {
	struct stress *stress;
	struct tally *tally;
	struct tally_channel *counts;
	int fd[CHANNELS];
	atomic_ulong *steady;		/* what each that is never stopped did */
	atomic_int *over;
	bool calm;			/* nobody is killed */
	bool replaces;			/* a process, which is to fill this place */
	unsigned int place;
};

FIXTURE(stopped) {
	struct world world;
	struct crew steady;
	struct crew workers;
	enum way how[WORKERS];
	unsigned long stops;
};

static void group_of(char name[16], unsigned int which)
{
	snprintf(name, 16, "stopped%u", which);
}

static void halt(pid_t pid, unsigned int which, enum way how)
{
	char group[16];
	siginfo_t info;

	group_of(group, which);
	if (how == BY_FREEZER)
		cgroup_freeze(group, true);
	else if (kill(pid, SIGSTOP) || waitid(P_PID, pid, &info, WSTOPPED))
		vt_die("stop");
}

static void resume(pid_t pid, unsigned int which, enum way how)
{
	char group[16];

	group_of(group, which);
	if (how == BY_FREEZER)
		cgroup_freeze(group, false);
	else if (kill(pid, SIGCONT))
		vt_die("continue");
}

static struct tally_flow flow_of(const struct world *world, enum role role,
				 __u32 who)
{
	unsigned int channel = role / 2;

	return (struct tally_flow){
		.tally = world->tally, .counts = &world->counts[channel],
		.who = who, .batch = 1,
		.fd = vt_reopen(world->fd[channel],
				role % 2 ? VT_RECV : VT_SEND) };
}

static bool is_over(const struct world *world, unsigned int place)
{
	return atomic_load(world->over) >= (place % 2 ? ALL_END : SENDERS_END);
}

/* One message after the other, each soon received for good. */
static void go_on_steadily(unsigned int place, void *ctx)
{
	const struct world *world = ctx;
	struct tally_flow flow = flow_of(world, place, place);

	while ((place % 2 ? tally_receive(&flow, cross_recv) :
			    tally_send(&flow, cross_send)) > 0) {
		atomic_fetch_add(&world->steady[place], 1);
		stress_did(world->stress, 1);
		if (is_over(world, place))
			return;
	}
	vt_die("role %u cannot go on", place);
}

static long work_once(struct tally_flow *flow, enum role role, __u64 *rnd)
{
	bool vector = storm_below(rnd, 2);

	flow->batch = 1;
	if (role == HOLD_RECEIVER && vector)
		return tally_hold_there(flow, HELD_US, rnd);
	if (role == HOLD_RECEIVER) {
		flow->batch = HELD_MAX;
		return tally_hold(flow, HELD_US, rnd);
	}
	/* On the line, a slot that is reserved and stopped would stop all. */
	if (role == HOLD_SENDER && storm_below(rnd, 2))
		return tally_send(flow, cross_move_in);
	if (vector)
		flow->batch = CROSS_BATCH;
	if (role == LINE_RECEIVER)
		return tally_receive(flow, vector ? cross_recvv : cross_read);
	return tally_send(flow, vector ? cross_sendv : cross_write);
}

/* No signal that stops is seen by a call, or by who makes it. */
static void work_until_killed(unsigned int born, void *ctx)
{
	const struct world *world = ctx;
	unsigned int place = world->replaces ? world->place : born % WORKERS;
	enum role role = place % ROLES;
	struct tally_flow flow = flow_of(world, role,
					 (ROLES + born) % TALLY_SENDERS);
	__u64 rnd = world->stress->seed + born;
	long ret;

	if (role == HOLD_RECEIVER)
		vt_map_receive(flow.fd);
	while ((ret = work_once(&flow, role, &rnd)) > 0) {
		stress_did(world->stress, 1);
		if (is_over(world, place))
			return;
	}
	vt_die("role %u: %ld", role, ret);
}

FIXTURE_SETUP(stopped)
{
	struct vbuf_attr line = vt_attr(1, sizeof(struct storm_msg)), hold = line;
	struct world *world = &self->world;
	char group[16];
	unsigned int i;

	world->stress = stress_begin(1);
	world->tally = storm_shared(sizeof(*world->tally));
	world->counts = storm_shared(CHANNELS * sizeof(*world->counts));
	world->over = storm_shared(sizeof(*world->over));
	world->steady = storm_shared(ROLES * sizeof(*world->steady));
	hold.slot_size = VT_PAGE;
	hold.flags = VBUF_REDELIVER;
	hold.held_max = HELD_MAX;
	hold.slots = HELD_MAX * OF_A_ROLE + OF_A_ROLE + 1;
	world->fd[0] = vt_create(NULL, line, VT_BOTH);
	world->fd[1] = vt_create(NULL, hold, VT_BOTH);
	ASSERT_LE(0, world->fd[0]);
	ASSERT_LE(0, world->fd[1]);
	self->steady = (struct crew){
		.size = ROLES, .work = go_on_steadily, .ctx = world };
	self->workers = (struct crew){
		.size = WORKERS, .work = work_until_killed, .ctx = world };
	cgroup_mount();
	for (i = 0; i < WORKERS; i++) {
		group_of(group, i);
		cgroup_make(group);
	}
}

FIXTURE_TEARDOWN(stopped)
{
	char group[16];
	unsigned int i;

	close(self->world.fd[0]);
	close(self->world.fd[1]);
	for (i = 0; i < WORKERS; i++) {
		group_of(group, i);
		cgroup_remove(group);
	}
}

/* Returns when each of those that are never stopped has done something. */
static void wait_for_progress(const struct world *world)
{
	unsigned long before[ROLES];
	unsigned int i;

	for (i = 0; i < ROLES; i++)
		before[i] = atomic_load(&world->steady[i]);
	for (i = 0; i < ROLES; i++)
		while (atomic_load(&world->steady[i]) == before[i])
			usleep(500);
}

static void enter_group(const struct crew *crew, unsigned int which)
{
	char group[16];

	group_of(group, which);
	cgroup_enter(group, crew->pid[which]);
}

/* Also one that stands still dies at once, and what it had goes to others. */
static void replace(FIXTURE_DATA(stopped) *self, unsigned int which)
{
	self->world.replaces = true;
	self->world.place = which;
	stress_kill(self->world.stress, &self->workers, which);
	if (self->how[which] == BY_FREEZER)
		resume(0, which, BY_FREEZER);
	enter_group(&self->workers, which);
	self->how[which] = RUNNING;
}

static void toggle(FIXTURE_DATA(stopped) *self, unsigned int which,
		   enum way how)
{
	pid_t pid = self->workers.pid[which];

	if (self->how[which] == RUNNING) {
		halt(pid, which, how);
		self->how[which] = how;
		self->stops++;
	} else {
		resume(pid, which, self->how[which]);
		self->how[which] = RUNNING;
	}
}

static bool is_counted(const struct world *world,
		       const struct tally_side *side, __u64 count)
{
	return world->calm ? tally_exact(side, count) : tally_fits(side, count);
}

/* All are dead: what was held is back, all counts agree, and are settled. */
static bool adds_up(const struct world *world, unsigned int channel)
{
	struct tally_channel *counts = &world->counts[channel];
	int fd = world->fd[channel];
	long left = tally_rest(world->tally, fd);
	struct vt_channel info = vt_look(fd);

	if (!is_counted(world, &counts->sent, info.sent) ||
	    !is_counted(world, &counts->received, info.received - left))
		return false;
	tally_settle(&counts->sent, info.sent);
	tally_settle(&counts->received, info.received);
	return vt_settled(fd) && info.free == info.attr.slots &&
	       !info.dropped_oldest && !info.dropped_deliveries &&
	       (channel ? !info.dropped_holder : !info.receiving);
}

/* Everybody works, each in a cgroup of its own. */
static void begin(FIXTURE_DATA(stopped) *self)
{
	unsigned int which;

	self->world.replaces = false;
	self->steady.born = 0;
	self->workers.born += WORKERS - self->workers.born % WORKERS;
	crew_begin(&self->steady);
	crew_begin(&self->workers);
	for (which = 0; which < WORKERS; which++)
		enter_group(&self->workers, which);
}

/* Stops and starts some, and kills others unless all is to be calm. */
static void turn(FIXTURE_DATA(stopped) *self, __u64 *rnd)
{
	unsigned int which = storm_below(rnd, WORKERS);

	if (self->world.calm || storm_below(rnd, 8))
		toggle(self, which, storm_below(rnd, 2) ? BY_SIGNAL : BY_FREEZER);
	else
		replace(self, which);
	wait_for_progress(&self->world);
}

static void resume_all(FIXTURE_DATA(stopped) *self)
{
	unsigned int which;

	for (which = 0; which < WORKERS; which++)
		if (self->how[which] != RUNNING)
			toggle(self, which, RUNNING);
}

static void storm(FIXTURE_DATA(stopped) *self, __u64 *rnd)
{
	unsigned int turns;

	begin(self);
	for (turns = 0; turns < TURNS && stress_goes_on(self->world.stress); turns++)
		turn(self, rnd);
	stress_crew_end(&self->workers);
	stress_crew_end(&self->steady);
	for (turns = 0; turns < WORKERS; turns++) {
		if (self->how[turns] == BY_FREEZER)
			resume(0, turns, BY_FREEZER);
		self->how[turns] = RUNNING;
	}
}

/* So that no receiver waits for what nobody sends any more. */
static long send_if_free(int fd, struct storm_msg *msgs, unsigned int n)
{
	(void)n;
	return vt_send(fd, msgs, sizeof(*msgs), VBUF_DONTWAIT) ? -EAGAIN : 1;
}

static void reap(const struct world *world, enum role role, pid_t pid)
{
	struct tally_flow flow = {
		.tally = world->tally, .counts = &world->counts[role / 2],
		.batch = 1, .fd = world->fd[role / 2] };
	int status;
	pid_t ret;

	while (!(ret = waitpid(pid, &status, WNOHANG))) {
		if (role % 2)
			tally_send(&flow, send_if_free);
		usleep(500);
	}
	if (ret != pid || status)
		vt_die("role %u ended with %#x", role, status);
}

static void reap_all(FIXTURE_DATA(stopped) *self, bool receivers)
{
	unsigned int i;

	for (i = receivers; i < ROLES; i += 2)
		reap(&self->world, i, self->steady.pid[i]);
	for (i = receivers; i < WORKERS; i += 2)
		reap(&self->world, i % ROLES, self->workers.pid[i]);
}

/* Nobody is killed, and each stops by itself. */
static void calm_down(FIXTURE_DATA(stopped) *self, __u64 *rnd)
{
	unsigned int turns;

	self->world.calm = true;
	begin(self);
	for (turns = 0; turns < TURNS; turns++)
		turn(self, rnd);
	resume_all(self);
	atomic_store(self->world.over, SENDERS_END);
	reap_all(self, false);
	atomic_store(self->world.over, ALL_END);
	reap_all(self, true);
}

TEST_F_TIMEOUT(stopped, who_is_not_goes_on, 60)
{
	struct stress *stress = self->world.stress;
	__u64 rnd = stress->seed;

	while (stress_goes_on(stress)) {
		storm(self, &rnd);
		EXPECT_TRUE(adds_up(&self->world, 0));
		EXPECT_TRUE(adds_up(&self->world, 1));
	}
	calm_down(self, &rnd);
	EXPECT_TRUE(adds_up(&self->world, 0));
	EXPECT_TRUE(adds_up(&self->world, 1));
	TH_LOG("%lu stops", self->stops);
	stress_report(stress);
}

TEST_HARNESS_MAIN
