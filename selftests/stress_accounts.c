// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts add up, and each thread has one at the most, while threads are born, pass
 * messages on, and die or are killed; while sessions come and go; while a processor
 * comes and goes; and of many threads at once.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "stress.h"

#define WORKERS		3U
#define SLOTS		2U
#define MESSAGES	8U
#define THREADS		2000U
#define ROOM		4096U

/* Shared by all that work. */
struct world {
	struct stress *stress;
	int fd;
};

/* Not in memory that is shared: a worker is to close those that it was born with. */
static int sessions[2] = { -1, -1 };

FIXTURE(accounts) {
	struct world world;
	struct crew crew;
	struct vt_account *list;
	struct nl nl;
	__u64 rnd;
};

/* Each takes as many as it gives, so that all go on. */
static void *pass_on(void *arg)
{
	const struct world *world = arg;
	struct storm_msg msg;
	__u32 nr;

	for (nr = 0; nr < MESSAGES; nr++) {
		storm_fill(&msg, gettid(), nr);
		vt_send_until(world->fd, &msg, sizeof(msg), vt_in(2));
		if (vt_recv_until(world->fd, &msg, sizeof(msg), vt_in(2)) > 0 &&
		    !storm_whole(&msg))
			vt_die("a message that nobody sent");
	}
	stress_did(world->stress, MESSAGES);
	return NULL;
}

static void work(unsigned int born, void *ctx)
{
	pthread_t threads[2];
	unsigned int i;

	(void)born;
	close(sessions[0]);
	close(sessions[1]);
	for (;;) {
		for (i = 0; i < 2; i++)
			if (pthread_create(&threads[i], NULL, pass_on, ctx))
				vt_die("pthread_create");
		for (i = 0; i < 2; i++)
			pthread_join(threads[i], NULL);
		/* Who opens a session waits for every processor, many times. */
		usleep(2000);
	}
}

FIXTURE_SETUP(accounts)
{
	self->world.stress = stress_begin(2);
	self->world.fd = vt_create(NULL, vt_attr(SLOTS, VT_PAGE), VT_BOTH);
	ASSERT_LE(0, self->world.fd);
	self->rnd = self->world.stress->seed;
	self->list = storm_shared(ROOM * sizeof(*self->list));
	self->nl = nl_open();
	self->crew = (struct crew) {
		.size = WORKERS, .work = work, .ctx = &self->world };
}

/* If a test fails, the next finds all processors; run_tests sees to who is killed. */
FIXTURE_TEARDOWN(accounts)
{
	nl_close(&self->nl);
	close(self->world.fd);
	if (!access(STORM_CPU1, F_OK))
		storm_set_cpu1(true);
}

static int by_tid(const void *one, const void *other)
{
	const struct vt_account *a = one, *b = other;

	return (a->tid > b->tid) - (a->tid < b->tid);
}

/* How many there are: each adds up, and is of another thread. */
static unsigned int look(FIXTURE_DATA(accounts) *self)
{
	unsigned int n = nl_accounts(&self->nl, self->list, ROOM), i;

	if (n > ROOM)
		vt_die("%u accounts", n);
	qsort(self->list, n, sizeof(*self->list), by_tid);
	for (i = 0; i < n; i++)
		if (!vt_account_adds_up(&self->list[i]) ||
		    (i && self->list[i].tid == self->list[i - 1].tid))
			vt_die("the account of thread %u", self->list[i].tid);
	return n;
}

/* How many were seen; there may be none, also with a session, at some moments. */
static unsigned int look_often(FIXTURE_DATA(accounts) *self)
{
	unsigned int times = 1 + storm_below(&self->rnd, 20), seen = 0;

	stress_wait_for(self->world.stress, 1);
	while (times--)
		seen += look(self);
	return seen;
}

/* One of two, or both, or none is open afterwards. */
static bool open_or_close(FIXTURE_DATA(accounts) *self)
{
	int *session = &sessions[storm_below(&self->rnd, 2)];

	close(*session);
	*session = storm_below(&self->rnd, 3) ? vt_session() : -1;
	return *session >= 0;
}

TEST_F_TIMEOUT(accounts, of_sessions_that_come_and_go, 60)
{
	struct stress *stress = self->world.stress;
	unsigned int opened = 0;
	unsigned long seen = 0;

	crew_begin(&self->crew);
	while (stress_goes_on(stress) || opened < 2 || !seen) {
		opened += open_or_close(self);
		seen += look_often(self);
		stress_kill(stress, &self->crew,
			    storm_below(&self->rnd, WORKERS));
	}
	close(sessions[0]);
	close(sessions[1]);
	/* Who is just born may have them still. */
	stress_crew_end(&self->crew);
	vt_fionread(self->world.fd);
	EXPECT_EQ(0U, look(self));
	EXPECT_TRUE(vt_settled(self->world.fd));
	TH_LOG("%u sessions, %lu accounts seen", opened, seen);
	stress_report(stress);
}

TEST_F_TIMEOUT(accounts, while_a_processor_goes_and_comes, 60)
{
	struct stress *stress = self->world.stress;
	unsigned int times = 0;
	unsigned long seen = 0;
	bool online = true;
	int session;

	if (sysconf(_SC_NPROCESSORS_CONF) < 2 || access(STORM_CPU1, W_OK))
		SKIP(return, "no second processor that can go");
	session = vt_session();
	crew_begin(&self->crew);
	while (stress_goes_on(stress) || times < 2 || !seen) {
		online = !online;
		storm_set_cpu1(online);
		times++;
		seen += look_often(self);
	}
	stress_crew_end(&self->crew);
	EXPECT_TRUE(vt_settled(self->world.fd));
	close(session);
	TH_LOG("cpu1 went or came %u times, %lu accounts seen", times, seen);
	stress_report(stress);
}

static void *wait_for_end(void *arg)
{
	const struct world *world = arg;
	char byte;

	if (vt_recv(world->fd, &byte, 1, 0) != -EPIPE)
		vt_die("a message from nobody");
	return NULL;
}

static void start_threads(struct world *world, pthread_t *threads, unsigned int n)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	while (n--)
		if (pthread_create(threads++, &attr, wait_for_end, world))
			vt_die("pthread_create");
	pthread_attr_destroy(&attr);
}

/* They neither come nor go, so all are told, in the same order: that of threads. */
static bool all_wait(const struct vt_account *list, const struct vt_account *earlier,
		     unsigned int n)
{
	struct vt_account since;

	while (n--) {
		since = vt_account_since(list, earlier);
		if (list->tid != earlier->tid ||
		    (list->tid != (__u32)gettid() &&
		     !vt_account_all_in(&since, VT_PART(in_recv))))
			return false;
		list++;
		earlier++;
	}
	return true;
}

/* The first look may come before the last of them sleeps. */
TEST_F_TIMEOUT(accounts, of_many_threads, 60)
{
	unsigned int n = storm_scale(THREADS), i;
	struct vt_account *earlier = storm_shared(ROOM * sizeof(*earlier));
	pthread_t *threads = storm_shared(n * sizeof(*threads));
	int session = vt_session(), tries = 100;

	start_threads(&self->world, threads, n);
	ASSERT_TRUE(vt_blocked(self->world.fd, 0, n));
	do {
		ASSERT_EQ(n + 1, look(self));
		memcpy(earlier, self->list, (n + 1) * sizeof(*earlier));
		usleep(1000);
		ASSERT_EQ(n + 1, look(self));
	} while (!all_wait(self->list, earlier, n + 1) && --tries);
	EXPECT_NE(0, tries);
	EXPECT_EQ(0, vt_shutdown(self->world.fd, VT_SEND));
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	/* Joined, the last ones may not have ended yet. */
	while (look(self) > 1 && tries--)
		usleep(1000);
	EXPECT_EQ(1U, look(self));
	close(session);
	EXPECT_EQ(0U, look(self));
}

TEST_HARNESS_MAIN
