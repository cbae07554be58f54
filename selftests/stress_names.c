// SPDX-License-Identifier: GPL-2.0
/*
 * Channels made, opened and unlinked by a few names, from network namespaces
 * that die in between, by processes that are killed: a name never leads into
 * another namespace, a descriptor works wherever it is used and outlives the
 * namespace, no message comes twice, and what died with a namespace is no longer
 * charged to anybody. All this is told in events, up to a namespace's death, to
 * listeners that do not read them.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "param.h"
#include "stress.h"

#define SPACES		3U
#define WORKERS		8U
#define NAMES		6U
#define FILES		6U
#define PAUSE_US	20000U
#define PATIENCE_MSEC	60000U

/* More than the namespaces that are still dying may have at a time. */
#define PLENTY		(1UL << 30)

static const char *const names[NAMES] = { "s0", "s1", "s2", "s3", "s4", "s5" };

/* A network namespace, with a number that its messages carry. */
struct space {
	int ns;
	__u32 id;
};

/* Those that the workers inherit; who makes more numbers them, too. */
struct world {
	struct stress *stress;
	struct tally *tally;
	atomic_uint *last_id;
	atomic_uint *last_nr;
	struct space spaces[SPACES];
};

/*
 * What a worker has: where it is, files on channels of other namespaces, and a socket
 * that has subscribed somewhere.
 */
struct worker {
	struct world *world;
	__u64 rnd;
	__u32 here;
	int own;			/* a namespace of its own, or -1 */
	int files[FILES];
	__u32 from[FILES];
	int listens;			/* or -1 */
};

static __u32 any(struct worker *worker, __u32 n)
{
	return storm_below(&worker->rnd, n);
}

static const char *any_name(struct worker *worker)
{
	return names[any(worker, NAMES)];
}

static void allow(const char *what, long ret, int one, int other)
{
	if (ret < 0 && ret != -one && ret != -other)
		vt_die("%s: %ld", what, ret);
}

/* Whatever comes out of a channel was sent into one of that namespace. */
static void use(struct worker *worker, unsigned int which)
{
	int fd = worker->files[which];
	struct storm_msg msg;
	long ret;

	if (any(worker, 2)) {
		storm_fill(&msg, worker->from[which],
			   atomic_fetch_add(worker->world->last_nr, 1) + 1);
		ret = vt_send(fd, &msg, sizeof(msg), VBUF_DONTWAIT);
		allow("send", ret, EAGAIN, EPIPE);
		return;
	}
	vt_poison(&msg);
	ret = vt_recv(fd, &msg, sizeof(msg), VBUF_DONTWAIT);
	allow("receive", ret, EAGAIN, EPIPE);
	if (ret < 0)
		return;
	if (!storm_whole(&msg) || msg.who != worker->from[which])
		vt_die("a message of namespace %u came in %u", msg.who,
		       worker->from[which]);
	if (!tally_once(worker->world->tally, &msg))
		vt_die("message %u came twice", msg.nr);
}

static void do_use(struct worker *worker)
{
	unsigned int which = any(worker, FILES);

	if (worker->files[which] >= 0)
		use(worker, which);
}

static void keep(struct worker *worker, int fd)
{
	unsigned int which = any(worker, FILES);

	if (fd < 0)
		return;
	if (worker->files[which] >= 0)
		close(worker->files[which]);
	worker->files[which] = fd;
	worker->from[which] = worker->here;
	use(worker, which);
}

static void do_create(struct worker *worker)
{
	struct vbuf_attr attr = vt_attr(1 + any(worker, 8),
					sizeof(struct storm_msg));
	int fd;

	attr.flags = any(worker, 2) ? VBUF_PERSIST : 0;
	/* The events of half of them are for everybody. */
	attr.mode = any(worker, 2) ? 0600 : 0666;
	fd = vt_create(any_name(worker), attr, VT_BOTH);
	allow("create", fd, EEXIST, EEXIST);
	keep(worker, fd);
}

static void do_open(struct worker *worker)
{
	int fd = vt_open(any_name(worker), VT_BOTH);

	allow("open", fd, ENOENT, ENOENT);
	keep(worker, fd);
}

static void do_unlink(struct worker *worker)
{
	allow("unlink", vt_unlink(any_name(worker)), ENOENT, ENOENT);
}

/*
 * A namespace that the worker leaves alone dies, but for its descriptors. Seldom:
 * making one takes long.
 */
static void do_move(struct worker *worker)
{
	const struct space *to = &worker->world->spaces[any(worker, SPACES)];
	int old = worker->own;

	if (any(worker, 16))
		return;
	if (any(worker, 2)) {
		worker->own = ns_net_new();
		worker->here = atomic_fetch_add(worker->world->last_id, 1) + 1;
	} else {
		ns_net_enter(to->ns);
		worker->own = -1;
		worker->here = to->id;
	}
	if (old >= 0)
		close(old);
}

/* An endpoint comes and goes, in whichever namespace, dead or alive. */
static void do_reopen(struct worker *worker)
{
	unsigned int which = any(worker, FILES);
	int fd;

	if (worker->files[which] < 0)
		return;
	fd = vt_reopen(worker->files[which], VT_BOTH);
	if (fd < 0)
		vt_die("reopen: %d", fd);
	close(fd);
}

static void do_listen(struct worker *worker)
{
	if (worker->listens >= 0)
		close(worker->listens);
	worker->listens = nl_subscribed().fd;
}

/* The list shows a channel to those in its namespace, and to nobody else. */
static void do_list(struct worker *worker)
{
	unsigned int which = any(worker, FILES);
	bool is_here = worker->from[which] == worker->here;
	struct vt_channel info;
	__u64 id;

	stress_look();
	if (worker->files[which] < 0)
		return;
	id = vt_getattr(worker->files[which]).id;
	if (vt_find(id, &info) != is_here)
		vt_die("seen from namespace %u: channel of %u", worker->here,
		       worker->from[which]);
}

static void work(unsigned int born, void *ctx)
{
	static void (*const doings[])(struct worker *worker) = {
		do_use, do_use, do_use, do_create, do_create, do_create,
		do_open, do_open, do_open, do_unlink, do_unlink, do_move,
		do_list, do_reopen, do_reopen, do_listen,
	};
	struct world *world = ctx;
	struct worker worker = {
		.world = world, .rnd = world->stress->seed + born, .own = -1,
		.listens = -1,
		.here = world->spaces[born % SPACES].id };

	stress_step_back();
	memset(worker.files, -1, sizeof(worker.files));
	ns_net_enter(world->spaces[born % SPACES].ns);
	for (;;) {
		doings[any(&worker, sizeof(doings) / sizeof(doings[0]))](&worker);
		stress_did(world->stress, 1);
	}
}

/* Returns at home; the namespace that was there dies with the last in it. */
static void renew(struct world *world, struct space *space, int home)
{
	if (space->ns > 0)
		close(space->ns);
	space->ns = ns_net_new();
	space->id = atomic_fetch_add(world->last_id, 1) + 1;
	ns_net_enter(home);
}

FIXTURE(names) {
	struct params params;
};

FIXTURE_SETUP(names)
{
	param_save(&self->params);
}

/* In the parent, so that no failure leaves them changed. */
FIXTURE_TEARDOWN_PARENT(names)
{
	param_restore(&self->params);
}

/* Kills workers, and now and then replaces a namespace; how many of these. */
static unsigned int storm(struct world *world, int home)
{
	struct stress *stress = world->stress;
	struct crew crew = { .size = WORKERS, .work = work, .ctx = world };
	__u64 rnd = stress->seed;
	unsigned int deaths = 0;

	crew_begin(&crew);
	while (stress_goes_on(stress)) {
		usleep(storm_below(&rnd, PAUSE_US));
		stress_kill(stress, &crew, storm_below(&rnd, WORKERS));
		if (storm_below(&rnd, 4))
			continue;
		renew(world, &world->spaces[storm_below(&rnd, SPACES)], home);
		deaths++;
	}
	stress_crew_end(&crew);
	return deaths;
}

/* All are dead: only channels that have a name are left, until that is gone. */
static bool only_named_are_left(int ns)
{
	unsigned int i;

	ns_net_enter(ns);
	if (vt_look_at_all(vt_at_rest) > NAMES)
		return false;
	for (i = 0; i < NAMES; i++)
		vt_unlink(names[i]);
	return !stress_look();
}

/* Namespaces die when they are ready to. */
static bool room_comes_back(unsigned long limit)
{
	__u64 end = vt_in(vt_scaled(PATIENCE_MSEC));

	while (!room_within(limit)) {
		if (vt_now() > end)
			return false;
		usleep(10000);
	}
	return true;
}

TEST_F_TIMEOUT(names, are_a_namespaces_own, 120)
{
	struct world world = { .stress = stress_begin(1) };
	unsigned long limit = room_needed();
	/* One is enough to have events made for everybody, wherever they are. */
	struct nl listener = nl_joined();
	int home = ns_net_self();
	unsigned int i, deaths;

	for (i = MAX_CHANNELS; i <= USER_BYTES; i++)
		param_set(i, PLENTY);
	world.tally = storm_shared(sizeof(*world.tally));
	world.last_id = storm_shared(sizeof(atomic_uint));
	world.last_nr = storm_shared(sizeof(atomic_uint));
	for (i = 0; i < SPACES; i++)
		renew(&world, &world.spaces[i], home);
	deaths = storm(&world, home);
	for (i = 0; i < SPACES; i++) {
		EXPECT_TRUE(only_named_are_left(world.spaces[i].ns));
		close(world.spaces[i].ns);
	}
	ns_net_enter(home);
	EXPECT_TRUE(room_comes_back(limit));
	nl_close(&listener);
	TH_LOG("%u shared namespaces died, and %u in all", deaths,
	       atomic_load(world.last_id));
	stress_report(world.stress);
}

TEST_HARNESS_MAIN
