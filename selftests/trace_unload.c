// SPDX-License-Identifier: GPL-2.0
/*
 * Unloading the module while a trace session is open: refused, and fine afterwards.
 * The module's file is $VBUF_MODULE.
 */
#include "kselftest_harness.h"
#include "netlink.h"

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

TEST_HARNESS_MAIN
