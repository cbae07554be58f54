// SPDX-License-Identifier: GPL-2.0
/*
 * Ten thousand channels at once: all can be made, used, listed and closed. How
 * long making them took is told, not judged.
 */
#include "kselftest_harness.h"
#include "storm.h"

#include <sys/resource.h>

#define CHANNELS	10000U
#define LOOK		VBUF_MAX_VECTOR

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

/* Goes through the list, which is then empty, or has all of them. */
static unsigned int count_listed(void)
{
	struct vbuf_channel_info *info = calloc(LOOK, sizeof(*info));
	struct vbuf_list list = {
		.size = sizeof(list), .count = LOOK,
		.entry_size = sizeof(*info), .entries = (uintptr_t)info };
	unsigned int found = 0;
	int fd = vt_device();
	long ret, i;

	do {
		ret = vt_ioctl(fd, VBUF_IOC_LIST, &list);
		for (i = 0; i < ret; i++) {
			if (info[i].id <= list.after || !vt_balanced(&info[i]))
				vt_die("entry %ld after %llu", i, list.after);
			list.after = info[i].id;
		}
		found += ret > 0 ? ret : 0;
	} while (ret == (long)LOOK);
	free(info);
	close(fd);
	return ret < 0 ? 0 : found;
}

FIXTURE_TEARDOWN(many)
{
	unsigned int n;

	for (n = 0; n < self->count; n++)
		close(self->fds[n]);
	EXPECT_EQ(0U, count_listed());
	free(self->fds);
}

/* Each holds its own message while all others hold theirs. */
TEST_F_TIMEOUT(many, all_of_them_work, 60)
{
	struct storm_msg msg;
	unsigned int n;

	EXPECT_EQ(self->count, count_listed());
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
