// SPDX-License-Identifier: GPL-2.0
/*
 * VBUF_IOC_TRACE refuses what it cannot do, and then there is no session, and the file
 * may still become anything.
 */
#include "cgroup.h"
#include "edge.h"
#include "ns.h"
#include "param.h"
#include "stream.h"
#include "trace.h"
#include "kselftest_harness.h"

#include <linux/capability.h>

#define MIB	(1ULL << 20)
#define GROUP	"vbuftrace"

static struct vbuf_trace small(void)
{
	return (struct vbuf_trace) {
		.size = sizeof(struct vbuf_trace), .slots = 1,
		.slot_size = VBUF_TRACE_MIN_SLOT_SIZE, .buffer = 64,
		.types = STREAM_ALL };
}

static long ask(struct vbuf_trace trace)
{
	int fd = stream_ask(&trace);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* What vbuf_trace.h defines, so that the least slot takes one. */
_Static_assert(sizeof(struct vbuf_trace_header) == 16, "");
_Static_assert(sizeof(struct vbuf_trace_record) == 64, "");
_Static_assert(VBUF_TRACE_MIN_SLOT_SIZE == 80, "");

TEST(the_least_and_the_largest)
{
	struct vbuf_trace trace = small();

	EXPECT_EQ(0, ask(trace));
	trace.buffer = 0;
	EXPECT_EQ(0, ask(trace));
	trace.types = 0;
	EXPECT_EQ(0, ask(trace));
	trace.types = STREAM_BIT(LOST);
	EXPECT_EQ(0, ask(trace));
}

TEST(trace_einval_geometry)
{
	static const __u32 slots[] = { 0, VBUF_MAX_SLOTS + 1, ~0U };
	static const __u32 sizes[] = { 0, 1, VBUF_TRACE_MIN_SLOT_SIZE - 1,
				       VBUF_MAX_SLOT_SIZE + 1, ~0U };
	struct vbuf_trace trace;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		trace = small();
		trace.slots = slots[i];
		EXPECT_EQ(-EINVAL, ask(trace)) TH_LOG("%u slots", slots[i]);
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		trace = small();
		trace.slot_size = sizes[i];
		EXPECT_EQ(-EINVAL, ask(trace)) TH_LOG("of %u", sizes[i]);
	}
}

TEST(trace_einval_buffer)
{
	static const __u32 bad[] = { 1, 2, 32, 63, 65, 96, 4095, 4097,
				     1048575, 1048577, 2097152, 1U << 31, ~0U };
	struct vbuf_trace trace = small();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		trace.buffer = bad[i];
		EXPECT_EQ(-EINVAL, ask(trace)) TH_LOG("%u records", bad[i]);
	}
}

TEST(trace_einval_every_bit)
{
	struct vbuf_trace trace = small();
	int bit;

	for (bit = 0; bit < 32; bit++) {
		trace.flags = 1U << bit;
		EXPECT_EQ(-EINVAL, ask(trace));
		trace.flags = 0;
		trace.reserved = 1U << bit;
		EXPECT_EQ(-EINVAL, ask(trace));
		trace.reserved = 0;
	}
	for (bit = 0; bit < 64; bit++) {
		trace.types = 1ULL << bit;
		EXPECT_EQ(bit && bit <= VBUF_TRACE_MAX ? 0 : -EINVAL,
			  ask(trace)) TH_LOG("type %d", bit);
	}
}

TEST(trace_eisconn)
{
	int fd = vt_create(NULL, vt_attr(1, 8), VT_BOTH);
	struct vbuf_trace trace = small();

	EXPECT_EQ(-EISCONN, vt_ioctl(fd, VBUF_IOC_TRACE, &trace));
	close(fd);
	trace = small();
	fd = stream_ask(&trace);
	ASSERT_LE(0, fd);
	trace = small();
	EXPECT_EQ(-EISCONN, vt_ioctl(fd, VBUF_IOC_TRACE, &trace));
	close(fd);
}

/* The answer could not be told, so there is none; the file is as it was. */
TEST(trace_efault)
{
	struct vbuf_trace trace = small(), *fixed;
	int fd = vt_device();

	fixed = edge_copy(&trace, sizeof(trace), 0, PROT_READ);
	EXPECT_EQ(-EFAULT, vt_ioctl(fd, VBUF_IOC_TRACE, fixed));
	EXPECT_EQ(-EFAULT, vt_ioctl(fd, VBUF_IOC_TRACE, NULL));
	EXPECT_EQ(-EFAULT, vt_ioctl(fd, VBUF_IOC_TRACE, VT_UNMAPPED));
	EXPECT_EQ(-EFAULT, vt_ioctl(fd, VBUF_IOC_TRACE, VT_KERNEL));
	EXPECT_EQ(0, vt_ioctl(fd, VBUF_IOC_TRACE, &trace));
	close(fd);
}

/* All that is asked for, on the kernels that are tested, and nothing more. */
TEST(types_that_there_are)
{
	struct vbuf_trace trace = small();
	__u64 some = STREAM_BIT(RUN) | STREAM_BIT(IRQ);
	int fd;

	fd = stream_ask(&trace);
	ASSERT_LE(0, fd);
	EXPECT_EQ(STREAM_ALL, trace.types);
	close(fd);
	trace = small();
	trace.types = some;
	fd = stream_ask(&trace);
	ASSERT_LE(0, fd);
	EXPECT_EQ(some, trace.types);
	close(fd);
}

/* They are of the kernel's core: it has them, or no tracepoints at all. */
TEST(trace_eopnotsupp)
{
	long ret = ask(small());

	if (!ret)
		SKIP(return, "this kernel has the tracepoints that it takes");
	EXPECT_EQ(-EOPNOTSUPP, ret);
}

FIXTURE(limited) {
	struct params params;
};

FIXTURE_SETUP(limited)
{
	param_save(&self->params);
}

/* In the parent, so that no failure leaves them changed. */
FIXTURE_TEARDOWN_PARENT(limited)
{
	param_restore(&self->params);
}

TEST_F(limited, trace_edquot_of_each_kind)
{
	static const struct {
		enum param limit;
		__u64 value;
	} tight[] = {
		{ MAX_CHANNELS, 0 }, { MAX_ENDPOINTS, 0 }, { MAX_ENDPOINTS, 1 },
		{ MAX_BYTES, 100 },
		{ MAX_SLOT_SIZE, VBUF_TRACE_MIN_SLOT_SIZE - 1 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tight); i++) {
		param_set(tight[i].limit, tight[i].value);
		EXPECT_EQ(-EDQUOT, ask(small()))
			TH_LOG("limit %u of %llu", tight[i].limit,
			       tight[i].value);
		EXPECT_LT(0U, param_hits(&self->params, tight[i].limit));
		param_set(tight[i].limit, self->params.value[tight[i].limit]);
		EXPECT_EQ(0, ask(small()));
	}
}

/* Buffers count, too: each session takes some MiB, until there are no more. */
TEST_F(limited, trace_edquot_by_buffers)
{
	struct vbuf_trace trace = small();
	int fds[16], n = 0;

	trace.buffer = 16384;
	param_set(MAX_BYTES, 8 * MIB);
	while (n < 16 && (fds[n] = stream_ask(&trace)) >= 0)
		n++;
	ASSERT_GT(16, n);
	EXPECT_EQ(-EDQUOT, fds[n]);
	while (n--)
		close(fds[n]);
	EXPECT_EQ(0, ask(small()));
}

#define USERS_MOST	4
#define MOST		64

static const struct ns_user guest = { 1001, 2001, 2001 };

/* How many there can be, or some more than a user may have; they go again. */
static int how_many(void)
{
	struct vbuf_trace trace = small();
	int fds[USERS_MOST + 2], n = 0, i;

	while (n < USERS_MOST + 2 && (fds[n] = stream_ask(&trace)) >= 0)
		n++;
	for (i = 0; i < n; i++)
		close(fds[i]);
	return n < USERS_MOST + 2 && fds[n] != -EDQUOT ? -1 : n;
}

/* The same, in a process that became somebody else. */
static int how_many_of(bool (*become)(void))
{
	pid_t pid = vt_fork();

	if (pid == 0)
		_exit(become() ? how_many() : 255);
	return vt_reap(pid);
}

static bool become_guest(void)
{
	ns_become(guest);
	return true;
}

static bool become_guest_with_perfmon(void)
{
	ns_keep_cap(CAP_PERFMON, guest);
	return true;
}

/* Without a process of its own. */
static int ask_as(uid_t uid)
{
	struct vbuf_trace trace = small();
	int fd;

	if (seteuid(uid))
		vt_die("seteuid %u", uid);
	fd = stream_ask(&trace);
	if (seteuid(0))
		vt_die("seteuid 0");
	return fd;
}

TEST_F(limited, trace_edquot_of_a_user)
{
	pid_t pid;
	int fd;

	EXPECT_EQ(USERS_MOST, how_many_of(become_guest));
	EXPECT_LT(USERS_MOST, how_many_of(become_guest_with_perfmon));
	/* Whatever it is in a container of its own. */
	fd = ask_as(guest.uid);
	ASSERT_LE(0, fd);
	EXPECT_EQ(USERS_MOST - 1, how_many_of(become_guest));
	pid = ns_user_fork(guest.uid, 0);
	if (pid == 0)
		_exit(how_many());
	EXPECT_EQ(USERS_MOST - 1, vt_reap(pid));
	close(fd);
	EXPECT_EQ(USERS_MOST, how_many_of(become_guest));
}

/* Which CAP_PERFMON passes, too; and what it has had does not count. */
TEST_F(limited, trace_edquot_of_all)
{
	struct vbuf_trace trace = small();
	int fds[MOST], i, roots = stream_ask(&trace);

	ASSERT_LE(0, roots);
	for (i = 0; i < MOST; i++) {
		/* Users who together may have that many. */
		fds[i] = ask_as(3001 + i / USERS_MOST);
		ASSERT_LE(0, fds[i]);
	}
	EXPECT_EQ(0, how_many_of(become_guest));
	EXPECT_EQ(0, ask(small()));
	close(fds[0]);
	EXPECT_EQ(1, how_many_of(become_guest));
	for (i = 1; i < MOST; i++)
		close(fds[i]);
	close(roots);
}

/* In a cgroup that has not so much memory as the buffers take. */
static int ask_in_group(struct vbuf_trace trace)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		cgroup_enter(GROUP, getpid());
		if (ask(trace) != -ENOMEM)
			_exit(1);
		_exit(ask(small()) ? 2 : 0);
	}
	return vt_reap(pid);
}

TEST_F(limited, trace_enomem)
{
	struct vbuf_trace trace = small();

	trace.buffer = 1048576;
	param_set(MAX_BYTES, ~0ULL);
	cgroup_mount();
	cgroup_write("", "cgroup.subtree_control", "+memory");
	cgroup_make(GROUP);
	cgroup_write(GROUP, "memory.max", "33554432");
	EXPECT_EQ(0, ask_in_group(trace));
	EXPECT_TRUE(cgroup_says(GROUP, "memory.events", "oom_kill 0"));
	cgroup_remove(GROUP);
}

FIXTURE(killed) {
	struct trace trace;
	struct params params;
};

/* Who is killed learns nothing any more: the kernel's trace tells its errno. */
FIXTURE_SETUP(killed)
{
	char event[64];

	param_save(&self->params);
	param_set(MAX_BYTES, ~0ULL);
	trace_begin(&self->trace);
	snprintf(event, sizeof(event), "id == %d", SYS_ioctl);
	trace_write(&self->trace, "events/raw_syscalls/sys_exit/filter", event);
	trace_write(&self->trace, "events/raw_syscalls/sys_exit/enable", "1");
}

FIXTURE_TEARDOWN(killed)
{
	param_restore(&self->params);
	trace_end(&self->trace);
}

static void kill_one_that_asks(struct vbuf_trace trace, unsigned int usec)
{
	pid_t pid = vt_fork();

	if (pid == 0)
		_exit(ask(trace) ? 1 : 0);
	usleep(usec);
	kill(pid, SIGKILL);
	vt_reap(pid);
}

TEST_F_TIMEOUT(killed, trace_eintr, 240)
{
	struct vbuf_trace trace = small();
	char eintr[64];
	int i;

	trace.slots = 256;
	trace.slot_size = MIB;
	snprintf(eintr, sizeof(eintr), "NR %d = %d", SYS_ioctl, -EINTR);
	for (i = 0; i < 60 && !trace_has(&self->trace, eintr); i++)
		kill_one_that_asks(trace, 1000 << (i % 8));
	EXPECT_TRUE(trace_has(&self->trace, eintr));
	EXPECT_EQ(0, ask(small()));
}

TEST_HARNESS_MAIN
