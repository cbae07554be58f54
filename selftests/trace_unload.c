// SPDX-License-Identifier: GPL-2.0
/*
 * Unloading the module while a trace session is open: refused, and fine afterwards;
 * also while sessions come and go. The module's file is $VBUF_MODULE.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "storm.h"
#include "stream.h"

#define ROUNDS		6U
/* What is recorded is sent every ten. */
#define OPEN_USEC	15000U
#define PAUSE_USEC	3000U

FIXTURE(module) {
	int unused;
};

FIXTURE_SETUP(module)
{
	self->unused = 0;
	if (!getenv("VBUF_MODULE"))
		SKIP(return, "no VBUF_MODULE to load again");
}

/* If a test fails, the next finds a module. */
FIXTURE_TEARDOWN(module)
{
	vt_load();
}

static void pass_a_message(void)
{
	int rx, tx;

	vt_pair(&rx, &tx, vt_attr(4, 64));
	if (vt_put(tx, 'x'))
		vt_die("send");
	close(rx);
	close(tx);
}

/* Accounts, and the probes that they take, are no more than the session's. */
TEST_F(module, unload_refused_while_a_session_is_open)
{
	int session = vt_session();

	pass_a_message();
	EXPECT_NE(0U, vt_account(gettid()).tid);
	EXPECT_EQ(-EAGAIN, vt_unload());
	EXPECT_NE(0U, vt_account(gettid()).tid);
	close(session);
	/* What looked at them may keep it for a grace period. */
	EXPECT_EQ(0, vt_unload_soon());
	ASSERT_EQ(0, vt_load());
	session = vt_session();
	EXPECT_EQ(0U, vt_account(gettid()).tid);
	pass_a_message();
	EXPECT_NE(0U, vt_account(gettid()).tid);
	close(session);
}

/* A session that records; or -1 where there is no module, or it goes, or comes. */
static int open_if_there(void)
{
	struct vbuf_trace trace = {
		.size = sizeof(trace), .slots = 2,
		.slot_size = VBUF_TRACE_MIN_SLOT_SIZE, .types = STREAM_ALL };
	int fd = open("/dev/vbuf", O_RDWR | O_CLOEXEC);
	long ret;

	if (fd < 0 && errno != ENOENT && errno != ENODEV && errno != ENXIO)
		vt_die("open /dev/vbuf");
	ret = fd < 0 ? 0 : vt_ioctl(fd, VBUF_IOC_TRACE, &trace);
	if (ret)
		vt_die("trace: %ld", ret);
	return fd;
}

/* While a session is open there is a module, all of it, and it stays. */
static void use_session(__u64 *rnd)
{
	long ret;

	pass_a_message();
	usleep(storm_below(rnd, OPEN_USEC));
	ret = vt_unload();
	/* It may not have come wholly yet. */
	if (ret != -EAGAIN && ret != -EBUSY)
		vt_die("unload with a session open: %ld", ret);
	pass_a_message();
}

static void open_for_ever(unsigned int born, void *ctx)
{
	unsigned int *opened = ctx;
	__u64 rnd = storm_seed();
	int fd;

	(void)born;
	for (;;) {
		fd = open_if_there();
		if (fd >= 0) {
			use_session(&rnd);
			close(fd);
			__atomic_fetch_add(opened, 1, __ATOMIC_SEQ_CST);
		}
		usleep(storm_below(&rnd, PAUSE_USEC));
	}
}

TEST_F_TIMEOUT(module, goes_between_sessions, 60)
{
	unsigned int *opened = storm_shared(sizeof(*opened)), loads;
	struct crew crew = { .size = 1, .work = open_for_ever, .ctx = opened };
	unsigned int rounds = storm_scale(ROUNDS);

	loads = storm_reload(&crew, opened, rounds);
	TH_LOG("%u loads, %u sessions", loads, *opened);
	EXPECT_EQ(rounds, loads);
	/* With the last session the last reference has gone. */
	EXPECT_EQ(0, vt_unload_soon());
}

TEST_HARNESS_MAIN
