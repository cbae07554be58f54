// SPDX-License-Identifier: GPL-2.0
/*
 * Channels are created where a memory cgroup has no room for all of them, by
 * processes that are killed: CREATE fails with ENOMEM and with nothing else,
 * nobody is killed for memory, what was created works in full, and in the end
 * nothing is charged.
 */
#include "kselftest_harness.h"
#include "cgroup.h"
#include "netlink.h"
#include "param.h"
#include "stress.h"

#define GROUP		"stress-memcg"
#define LIMIT		"50331648"
#define LEFT_OVER	(16UL << 12)	/* parts of pages, on each processor */

#define WORKERS		6U
#define DEVICES		48U
#define KEEP		8U
#define MESSAGES	16U
#define STACK		65536U
#define PAUSE_US	30000U

struct worker {
	struct stress *stress;
	__u64 rnd;
	int in;				/* into the cgroup, and out of it */
	int out;
	struct nl nl;
	int devices[DEVICES];
};

static __u32 any(struct worker *worker, __u32 n)
{
	return storm_below(&worker->rnd, n);
}

/* Few large slots, or many small ones. */
static struct vbuf_attr any_attr(struct worker *worker)
{
	if (any(worker, 2))
		return vt_attr(1 + any(worker, 16), 64 + any(worker, 600000));
	return vt_attr(1 + any(worker, 20000), 64 + any(worker, 64));
}

/* By a socket that is there, for another would be charged, too. */
static void look(struct worker *worker, int fd, unsigned int messages)
{
	struct vt_channel info;

	if (!nl_find(&worker->nl, vt_getattr(fd).id, &info) ||
	    !vt_balanced(&info) || info.free != info.attr.slots ||
	    info.sent != messages || info.received != messages)
		vt_die("a channel that does not add up");
}

/* The memory of all messages is there since the channel is. */
static void use(struct worker *worker, int fd, unsigned int slots)
{
	unsigned int n = slots < MESSAGES ? slots : MESSAGES, i;
	struct storm_msg msg;

	for (i = 0; i < n; i++) {
		storm_fill(&msg, fd, i);
		if (vt_send(fd, &msg, sizeof(msg), VBUF_DONTWAIT))
			vt_die("send");
	}
	if (n == slots && vt_put(fd, 'x') != -EAGAIN)
		vt_die("more messages than slots");
	for (i = 0; i < n; i++) {
		vt_poison(&msg);
		if (vt_recv(fd, &msg, sizeof(msg), VBUF_DONTWAIT) !=
		    sizeof(msg) || !storm_whole(&msg) || msg.nr != i)
			vt_die("a message is missing, or damaged");
	}
	look(worker, fd, n);
}

/* A file that is no channel for want of memory may become one later. */
static void create(struct worker *worker, int fd)
{
	struct vbuf_create create = {
		.size = sizeof(create), .rights = VT_BOTH,
		.attr = any_attr(worker) };
	long ret = vt_ioctl(fd, VBUF_IOC_CREATE, &create);

	if (ret && ret != -ENOMEM)
		vt_die("create: %ld", ret);
	if (ret)
		atomic_fetch_add(&worker->stress->faults, 1);
	else
		use(worker, fd, create.attr.slots);
	stress_did(worker->stress, 1);
}

static void move(int procs)
{
	if (write(procs, "0", 1) != 1)
		vt_die("change the cgroup");
}

/* Charges no file to the cgroup: for these the kernel would kill. */
static void open_devices(struct worker *worker)
{
	unsigned int i;

	for (i = 0; i < DEVICES; i++)
		worker->devices[i] = vt_device();
}

static void close_device(struct worker *worker, unsigned int i)
{
	if (worker->devices[i] >= 0)
		close(worker->devices[i]);
	worker->devices[i] = -1;
}

static void use_devices(struct worker *worker)
{
	unsigned int i;

	for (i = 0; i < DEVICES; i++) {
		create(worker, worker->devices[i]);
		/* Tries again what may have failed. */
		if (!any(worker, 4) &&
		    vt_poll(worker->devices[i], POLLOUT) & POLLERR)
			create(worker, worker->devices[i]);
		if (i >= KEEP)
			close_device(worker, i - any(worker, KEEP));
	}
	for (i = 0; i < DEVICES; i++)
		close_device(worker, i);
}

/* Nor any memory of its own: all that it will need is there before. */
static void take_memory(void)
{
	char stack[STACK];

	explicit_bzero(stack, sizeof(stack));
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		vt_die("mlockall");
}

static void work(unsigned int born, void *ctx)
{
	struct worker worker = { .stress = ctx };

	worker.rnd = worker.stress->seed + born;
	worker.in = open("/sys/fs/cgroup/" GROUP "/cgroup.procs",
			 O_WRONLY | O_CLOEXEC);
	worker.out = open("/sys/fs/cgroup/cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (worker.in < 0 || worker.out < 0)
		vt_die("open cgroup.procs");
	worker.nl = nl_open();
	take_memory();
	for (;;) {
		open_devices(&worker);
		move(worker.in);
		use_devices(&worker);
		move(worker.out);
	}
}

FIXTURE(memcg) {
	struct params params;
	unsigned long room;
};

FIXTURE_SETUP(memcg)
{
	param_save(&self->params);
	self->room = room_needed();
	param_restore(&self->params);
	cgroup_mount();
	cgroup_write("", "cgroup.subtree_control", "+memory");
	cgroup_make(GROUP);
	cgroup_write(GROUP, "memory.max", LIMIT);
}

/* If a test is killed, run_tests sees to the limits. */
FIXTURE_TEARDOWN(memcg)
{
	param_restore(&self->params);
	cgroup_remove(GROUP);
}

TEST_F_TIMEOUT(memcg, says_enomem_and_gives_back, 120)
{
	struct stress *stress = stress_begin(1);
	struct crew crew = { .size = WORKERS, .work = work, .ctx = stress };
	__u64 rnd = stress->seed;

	crew_begin(&crew);
	while (stress_goes_on(stress) || !atomic_load(&stress->faults)) {
		usleep(storm_below(&rnd, PAUSE_US));
		stress_kill(stress, &crew, storm_below(&rnd, WORKERS));
	}
	stress_crew_end(&crew);
	EXPECT_TRUE(cgroup_says(GROUP, "memory.events", "oom 0"));
	EXPECT_TRUE(cgroup_says(GROUP, "memory.events", "oom_kill 0"));
	/* Nor by the module's own account. */
	EXPECT_TRUE(room_within(self->room));
	TH_LOG("%lu bytes are charged", cgroup_kernel_bytes(GROUP));
	/* It takes no set time; the test's limit waits, too. */
	while (cgroup_kernel_bytes(GROUP) > LEFT_OVER)
		usleep(10000);
	stress_report(stress);
}

TEST_HARNESS_MAIN
