// SPDX-License-Identifier: GPL-2.0
/*
 * Ten thousand channels at once, or fifty thousand endpoints of one: all can be
 * made, used, looked at and closed. How long making them and a look at all took is
 * told, not judged.
 */
#include "kselftest_harness.h"
#include "storm.h"

#include <sys/resource.h>

#define CHANNELS	10000U
#define ENDPOINTS	50000U
/* On a slow machine: still more than are told in several datagrams. */
#define FEW_CHANNELS	1000U
#define FEW_ENDPOINTS	4000U
/* What telling a thousand of them is to take at the most. */
#define TARGET_MSEC	100U

FIXTURE(many) {
	unsigned int count;
	int *fds;
};

FIXTURE_VARIANT(many) {
	bool named;
};

FIXTURE_VARIANT_ADD(many, anonymous) { false };
FIXTURE_VARIANT_ADD(many, named) { true };

static void report_told(const char *what, unsigned int count,
			unsigned long long began)
{
	unsigned long long usec = (vt_now() - began) / 1000;

	fprintf(stderr, "# %u %s told in %llu ms; %llu us a thousand, wanted: %u\n",
		count, what, usec / 1000, usec * 1000 / (count ?: 1),
		TARGET_MSEC * 1000);
}

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

	self->count = storm_few(CHANNELS, FEW_CHANNELS);
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
	report_told("channels", self->count, begin);
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

FIXTURE(endpoints) {
	unsigned int count;
	int *fds;
};

FIXTURE_SETUP(endpoints)
{
	unsigned int count = storm_few(ENDPOINTS, FEW_ENDPOINTS), n;
	struct rlimit files = { count + 100, count + 100 };
	unsigned long long begin = vt_now();

	self->count = count;
	self->fds = calloc(count, sizeof(int));
	ASSERT_NE(NULL, self->fds);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	self->fds[0] = vt_create(NULL, vt_attr(1, 64), VT_BOTH);
	for (n = 1; n < count; n++) {
		self->fds[n] = vt_reopen(self->fds[0], VT_SEND);
		ASSERT_LE(0, self->fds[n]);
	}
	TH_LOG("%u endpoints opened in %llu ms", count,
	       (vt_now() - begin) / VT_NSEC_PER_MSEC);
}

FIXTURE_TEARDOWN(endpoints)
{
	unsigned int n;

	for (n = 0; n < self->count; n++)
		close(self->fds[n]);
	free(self->fds);
}

TEST_F_TIMEOUT(endpoints, all_of_one_channel_are_told, 60)
{
	__u64 id = vt_getattr(self->fds[0]).id;
	unsigned long long begin = vt_now();

	EXPECT_EQ(self->count, vt_endpoints(id, NULL, 0));
	report_told("endpoints", self->count, begin);
}

TEST_HARNESS_MAIN
