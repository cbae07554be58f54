// SPDX-License-Identifier: GPL-2.0
/*
 * Ten thousand channels at once: all can be made, used, looked at and closed. How
 * long making them and a look at all took is told, not judged.
 */
#include "kselftest_harness.h"
#include "storm.h"

#include <sys/resource.h>

#define CHANNELS	10000U

FIXTURE(many) {
	unsigned int count;
	int *fds;
};

FIXTURE_VARIANT(many) {
	bool named;
};

FIXTURE_VARIANT_ADD(many, anonymous) { false };
FIXTURE_VARIANT_ADD(many, named) { true };

static int create_nth(unsigned int n, bool named)
{
	char name[VBUF_NAME_SIZE];

	snprintf(name, sizeof(name), "many-%u", n);
	return vt_create(named ? name : NULL, vt_attr(4, 64), VT_BOTH);
}

/* In a namespace where there are no others to be listed. */
FIXTURE_SETUP(many)
{
	struct rlimit files = { 2 * CHANNELS, 2 * CHANNELS };
	unsigned long long begin;
	unsigned int n;

	self->count = storm_scale(CHANNELS);
	if (self->count > CHANNELS)
		self->count = CHANNELS;
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	self->fds = calloc(self->count, sizeof(int));
	ASSERT_NE(NULL, self->fds);
	begin = vt_now();
	for (n = 0; n < self->count; n++) {
		self->fds[n] = create_nth(n, variant->named);
		ASSERT_LE(0, self->fds[n]);
	}
	TH_LOG("%u channels created in %llu ms", self->count,
	       (vt_now() - begin) / VT_NSEC_PER_MSEC);
}

FIXTURE_TEARDOWN(many)
{
	unsigned int n;

	for (n = 0; n < self->count; n++)
		close(self->fds[n]);
	EXPECT_EQ(0, vt_look_at_all(vt_balanced));
	free(self->fds);
}

/* Each holds its own message while all others hold theirs. */
TEST_F_TIMEOUT(many, all_of_them_work, 60)
{
	unsigned long long begin = vt_now();
	struct storm_msg msg;
	unsigned int n;

	EXPECT_EQ(self->count, vt_look_at_all(vt_balanced));
	TH_LOG("%u channels told in %llu ms", self->count,
	       (vt_now() - begin) / VT_NSEC_PER_MSEC);
	for (n = 0; n < self->count; n++) {
		storm_fill(&msg, n, n);
		ASSERT_EQ(0, vt_send(self->fds[n], &msg, sizeof(msg),
				     VBUF_DONTWAIT));
	}
	for (n = 0; n < self->count; n++) {
		vt_poison(&msg);
		ASSERT_EQ((long)sizeof(msg),
			  vt_recv(self->fds[n], &msg, sizeof(msg),
				  VBUF_DONTWAIT));
		ASSERT_TRUE(storm_whole(&msg));
		ASSERT_EQ(n, msg.who);
	}
}

TEST_HARNESS_MAIN
