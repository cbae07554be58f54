// SPDX-License-Identifier: GPL-2.0
/*
 * Names belong to a network namespace: two of them see nothing of each other,
 * and what one had goes with it as if it were unlinked.
 */
#include "kselftest_harness.h"
#include "ns.h"
#include "param.h"
#include "storm.h"

#define NAME		"netns-names"
#define MIB		(1UL << 20)
#define SPACES		20U

FIXTURE(netns) {
	int home, away;
	int fd;			/* on the channel at home */
	struct params params;
};

/* At home there is a channel of 3 slots; the test begins away. */
FIXTURE_SETUP(netns)
{
	struct vbuf_attr attr = vt_attr(3, 8);

	param_save(&self->params);
	attr.flags = VBUF_PERSIST;
	self->home = ns_net_self();
	self->fd = vt_create(NAME, attr, VT_BOTH);
	ASSERT_LE(0, self->fd);
	self->away = ns_net_new();
}

FIXTURE_TEARDOWN(netns)
{
	ns_net_enter(self->home);
	EXPECT_TRUE(vt_settled(self->fd));
	EXPECT_EQ(0, vt_unlink(NAME));
	close(self->fd);
	param_restore(&self->params);
}

TEST_F(netns, open_enoent_in_another_namespace)
{
	EXPECT_EQ(-ENOENT, vt_open(NAME, VT_RECV));
}

TEST_F(netns, unlink_enoent_in_another_namespace)
{
	EXPECT_EQ(-ENOENT, vt_unlink(NAME));
}

TEST_F(netns, one_name_two_channels)
{
	int fd = vt_create(NAME, vt_attr(5, 8), VT_BOTH), other;

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EEXIST, vt_create(NAME, vt_attr(5, 8), VT_BOTH));
	other = vt_open(NAME, VT_BOTH);
	EXPECT_EQ(vt_getattr(fd).id, vt_getattr(other).id);
	close(other);
	ns_net_enter(self->home);
	EXPECT_EQ(-EEXIST, vt_create(NAME, vt_attr(5, 8), VT_BOTH));
	other = vt_open(NAME, VT_BOTH);
	EXPECT_EQ(vt_getattr(self->fd).id, vt_getattr(other).id);
	EXPECT_EQ(3U, vt_getattr(other).attr.slots);
	close(other);
	close(fd);
}

TEST_F(netns, looks_show_the_own_only)
{
	struct vt_endpoint endpoint;
	struct vt_channel info;
	__u64 at_home = vt_getattr(self->fd).id;
	int fd = vt_create(NULL, vt_attr(5, 8), VT_BOTH);
	__u64 here = vt_getattr(fd).id;

	EXPECT_TRUE(vt_find(here, &info));
	EXPECT_FALSE(vt_find(at_home, &info));
	EXPECT_EQ(-ENOENT, vt_endpoints(at_home, &endpoint, 1));
	ns_net_enter(self->home);
	EXPECT_FALSE(vt_find(here, &info));
	EXPECT_TRUE(vt_find(at_home, &info));
	close(fd);
}

/* What a descriptor leads to does not depend on where it is used. */
TEST_F(netns, descriptors_work_anywhere)
{
	struct vt_channel info;
	int fd = vt_reopen(self->fd, VT_BOTH);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, vt_put(self->fd, 'x'));
	EXPECT_EQ('x', vt_take(fd));
	EXPECT_FALSE(vt_find(vt_getattr(fd).id, &info));
	close(fd);
}

/* A persistent channel knows no hang-up, until its namespace dies. */
TEST_F(netns, death_is_an_unlink_to_who_waits)
{
	struct vbuf_attr attr = vt_attr(3, 8);
	struct vt_call call = { 0 };
	int rx, tx;

	attr.flags = VBUF_PERSIST;
	rx = vt_create(NAME, attr, VT_RECV);
	tx = vt_open(NAME, VT_SEND);
	ASSERT_LE(0, rx);
	ASSERT_LE(0, tx);
	close(tx);
	ns_net_enter(self->home);
	vt_start_recv(&call, rx);
	ns_net_enter(self->away);
	EXPECT_TRUE(vt_blocked(rx, 0, 1));
	EXPECT_EQ(0U, vt_poll(rx, POLLIN) & POLLHUP);
	ns_net_enter(self->home);
	EXPECT_FALSE(vt_done(&call));
	close(self->away);
	EXPECT_EQ(-EPIPE, vt_join(&call));
	EXPECT_EQ((unsigned int)POLLHUP, vt_poll(rx, POLLIN));
	close(rx);
}

/* A channel lives on with its endpoints. */
TEST_F(netns, death_leaves_endpoints_alive)
{
	int fd = vt_create(NAME, vt_attr(3, 8), VT_BOTH), rx;

	ASSERT_EQ(0, vt_put(fd, 'a'));
	ns_net_enter(self->home);
	close(self->away);
	rx = vt_reopen(fd, VT_RECV);
	ASSERT_LE(0, rx);
	EXPECT_EQ('a', vt_take(rx));
	EXPECT_EQ(0, vt_put(fd, 'b'));
	close(fd);
	EXPECT_EQ('b', vt_take(rx));
	EXPECT_EQ(-EPIPE, vt_take(rx));
	close(rx);
}

/* Some MiB, in use by a persistent channel of another namespace or not. */
static int create_large(const char *name)
{
	struct vbuf_attr attr = vt_attr(10, MIB);

	attr.flags = name ? VBUF_PERSIST : 0;
	return vt_create(name, attr, VT_BOTH);
}

/* Its namespace's death is not to be waited for, but comes. */
static int create_large_at_last(void)
{
	__u64 end = vt_in(20000);
	int fd;

	do {
		fd = create_large(NULL);
		if (fd != -EDQUOT)
			return fd;
		usleep(10000);
	} while (vt_now() < end);
	return fd;
}

TEST_F(netns, death_ends_persistent_channels)
{
	int fd;

	param_set(MAX_BYTES, 15 * MIB);
	fd = create_large(NAME);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vt_put(fd, 'x'));
	close(fd);
	ns_net_enter(self->home);
	EXPECT_EQ(-EDQUOT, create_large(NULL));
	close(self->away);
	fd = create_large_at_last();
	EXPECT_LE(0, fd);
	close(fd);
}

/* In a namespace of its own: a persistent channel, and who waits in it. */
static void wait_to_be_killed(unsigned int born, void *ctx)
{
	struct vbuf_attr attr = vt_attr(1, 65536);
	int fd;

	(void)born;
	(void)ctx;
	close(ns_net_new());
	attr.flags = VBUF_PERSIST;
	fd = vt_create(NAME, attr, VT_BOTH);
	for (;;)
		vt_send(fd, &attr, sizeof(attr), 0);
}

TEST_F_TIMEOUT(netns, deaths_leave_nothing, 60)
{
	struct crew crew = { .size = 4, .work = wait_to_be_killed };
	unsigned int spaces = storm_scale(SPACES);
	__u64 rnd = storm_seed();
	int fd;

	crew_begin(&crew);
	while (spaces--) {
		usleep(storm_below(&rnd, 30000));
		crew_kill(&crew, storm_below(&rnd, crew.size));
	}
	crew_end(&crew);
	param_set(MAX_BYTES, 10 * (MIB + 64) + 65536);
	fd = create_large_at_last();
	EXPECT_LE(0, fd);
	close(fd);
}

TEST_HARNESS_MAIN
