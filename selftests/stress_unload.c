// SPDX-License-Identifier: GPL-2.0
/*
 * The module is unloaded whenever nobody has it open, and loaded again, while
 * processes open it, use it, and are killed: it goes only when it is free to,
 * nobody meets half a module, and what a user has works as long as it has it.
 * The module's file is $VBUF_MODULE.
 */
#include "kselftest_harness.h"
#include "stress.h"

#define WORKERS		6U
#define SLOTS		4U
#define MESSAGES	12U
#define PAUSE_US	3000U
#define TRIES		4U

/* Of as many turns as there are workers, whosever they are, so many open the device. */
struct world {
	struct stress *stress;
	atomic_uint *active;
};

struct worker {
	struct stress *stress;
	__u64 rnd;
	__u32 nr;
};

static __u32 any(struct worker *worker, __u32 n)
{
	return storm_below(&worker->rnd, n);
}

/* The device, if there is one: there is none, it goes, or it comes. */
static int open_device(void)
{
	int fd = open("/dev/vbuf", O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT && errno != ENODEV && errno != ENXIO)
		vt_die("open /dev/vbuf");
	return fd;
}

/* Who has one file open has the module: all else must succeed. */
static void send_and_receive(struct worker *worker, int tx, int rx)
{
	__u32 first = worker->nr, seen = first;
	struct storm_msg msg;

	while (seen < first + MESSAGES) {
		if (worker->nr < first + MESSAGES) {
			storm_fill(&msg, 0, worker->nr);
			worker->nr += !vt_send(tx, &msg, sizeof(msg),
					       VBUF_DONTWAIT);
		}
		if (any(worker, 2))
			continue;
		vt_poison(&msg);
		if (vt_recv(rx, &msg, sizeof(msg), VBUF_DONTWAIT) < 0)
			continue;
		if (!storm_whole(&msg) || msg.nr != seen++)
			vt_die("message %u is not what was sent", seen - 1);
	}
}

static void make_traffic(struct worker *worker, int fd)
{
	int tx = vt_reopen(fd, VT_SEND), rx = vt_reopen(fd, VT_RECV);
	struct vt_channel info;

	if (tx < 0 || rx < 0)
		vt_die("reopen: %d, %d", tx, rx);
	send_and_receive(worker, tx, rx);
	info = vt_look(fd);
	if (!vt_settled(fd) || info.sent != MESSAGES ||
	    info.received != MESSAGES || info.free != SLOTS)
		vt_die("%llu sent, %llu received", info.sent, info.received);
	close(tx);
	/* Nobody comes any more, but a deadline, or a kill. */
	if (!any(worker, 8))
		vt_recv_until(rx, &info, sizeof(info), vt_in(any(worker, 10)));
	close(rx);
}

static void do_anonymous(struct worker *worker, int fd)
{
	struct vbuf_create create = {
		.size = sizeof(create), .rights = VT_BOTH,
		.attr = vt_attr(SLOTS, sizeof(struct storm_msg)) };

	if (vt_ioctl(fd, VBUF_IOC_CREATE, &create))
		vt_die("create");
	make_traffic(worker, fd);
}

/* Left to go with the module, if nobody takes it away before. */
static void do_persistent(struct worker *worker, int fd)
{
	struct vbuf_create create = {
		.size = sizeof(create), .rights = VT_BOTH,
		.attr = vt_attr(SLOTS, 64) };
	long ret;

	create.attr.flags = VBUF_PERSIST;
	create.name[0] = 'a' + any(worker, 4);
	ret = vt_ioctl(fd, VBUF_IOC_CREATE, &create);
	if (ret && ret != -EEXIST)
		vt_die("create: %ld", ret);
	if (!ret && vt_put(fd, 'x'))
		vt_die("put");
}

static void do_unlink(struct worker *worker, int fd)
{
	struct vbuf_unlink unlink = { .size = sizeof(unlink) };
	long ret;

	unlink.name[0] = 'a' + any(worker, 4);
	ret = vt_ioctl(fd, VBUF_IOC_UNLINK, &unlink);
	if (ret && ret != -ENOENT)
		vt_die("unlink: %ld", ret);
}

static void do_look(struct worker *worker, int fd)
{
	(void)worker;
	(void)fd;
	stress_look();
}

/* With no file open: what sysfs shows goes with the module, or before. */
static void ask_sysfs(void)
{
	int fd = open("/sys/module/vbuf/parameters/max_bytes",
		      O_RDONLY | O_CLOEXEC);
	char text[256];

	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text)) < 0 && errno != ENODEV)
		vt_die("read max_bytes");
	close(fd);
}

static void work(unsigned int born, void *ctx)
{
	static void (*const doings[])(struct worker *worker, int fd) = {
		do_anonymous, do_anonymous, do_persistent, do_unlink, do_look };
	const struct world *world = ctx;
	struct worker worker = {
		.stress = world->stress, .rnd = world->stress->seed + born };
	int fd;

	for (;;) {
		usleep(any(&worker, PAUSE_US));
		ask_sysfs();
		if (any(&worker, WORKERS) >= atomic_load(world->active))
			continue;
		fd = open_device();
		if (fd < 0)
			continue;
		doings[any(&worker, sizeof(doings) / sizeof(doings[0]))](&worker, fd);
		stress_did(worker.stress, 1);
		close(fd);
	}
}

FIXTURE(unload) {
};

FIXTURE_SETUP(unload)
{
	if (!getenv("VBUF_MODULE"))
		SKIP(return, "no VBUF_MODULE to load again");
}

/* If a test fails, the next finds a module; run_tests sees to who is killed. */
FIXTURE_TEARDOWN(unload)
{
	vt_load();
}

/* True if it went, and came again. */
static bool unload_once(void)
{
	long ret = vt_unload();

	if (ret == -EAGAIN)
		return false;
	if (ret || !access("/sys/module/vbuf", F_OK))
		vt_die("unload: %ld", ret);
	ret = vt_load();
	if (ret)
		vt_die("load: %ld", ret);
	return true;
}

/* None or more; who is to come to something does, while nothing is unloaded. */
static void let_some_work(struct world *world, __u64 *rnd)
{
	/* Of so many turns of WORKERS, whoever takes them. */
	unsigned int active = WORKERS - storm_below(rnd, WORKERS + 1);

	atomic_store(world->active, active);
	if (active)
		stress_wait_for(world->stress, 1);
}

TEST_F_TIMEOUT(unload, goes_when_nobody_has_it_open, 60)
{
	struct stress *stress = stress_begin(1);
	struct world world = {
		.stress = stress, .active = storm_shared(sizeof(atomic_uint)) };
	struct crew crew = { .size = WORKERS, .work = work, .ctx = &world };
	unsigned int tries = 0, unloads = 0, refused = 0;
	__u64 rnd = stress->seed;

	crew_begin(&crew);
	/* Loading may take so long that nobody else comes to anything. */
	while (stress_goes_on(stress) || !unloads || !refused) {
		if (tries++ % TRIES == 0)
			let_some_work(&world, &rnd);
		if (unload_once())
			unloads++;
		else
			refused++;
		stress_did(stress, 1);
		usleep(storm_below(&rnd, PAUSE_US));
		if (!storm_below(&rnd, 16))
			stress_kill(stress, &crew, storm_below(&rnd, WORKERS));
	}
	stress_crew_end(&crew);
	/* Nobody is left: no reference may be. */
	EXPECT_TRUE(unload_once());
	EXPECT_EQ(0, stress_look());
	TH_LOG("%u unloads, %u refused", unloads, refused);
	stress_report(stress);
}

TEST_HARNESS_MAIN
