// SPDX-License-Identifier: GPL-2.0
/*
 * Who is charged, and how long: the creator of a channel while the channel
 * lives, the opener of an endpoint, and with both everybody who owns a user
 * namespace that they are in; and nobody for what failed.
 */
#include "kselftest_harness.h"
#include "ns.h"
#include "param.h"

#include <sys/stat.h>

#define NAME		"limits-charge"
#define SLOT		65536U

static const struct ns_user user = { 5001, 5001, 5001 };
static const struct ns_user another = { 5002, 5002, 5002 };

FIXTURE(charge) {
	struct params params;
};

FIXTURE_SETUP(charge)
{
	param_save(&self->params);
}

/* In the parent, so that no failure leaves them changed. */
FIXTURE_TEARDOWN_PARENT(charge)
{
	param_restore(&self->params);
}

static int create(const char *name, __u32 flags)
{
	struct vbuf_attr attr = vt_attr(2, SLOT);

	attr.flags = flags;
	attr.mode = 0666;
	umask(0);
	return vt_create(name, attr, VT_BOTH);
}

/* Two channels fit, not three. */
static long two_fit(void *arg)
{
	int fds[3], i;

	(void)arg;
	for (i = 0; i < 3; i++)
		fds[i] = create(NULL, 0);
	close(fds[0]);
	close(fds[1]);
	if (fds[0] < 0 || fds[1] < 0)
		return -EBADR;
	return fds[2] == -EDQUOT ? 0 : -EBADE;
}

/* Each way for CREATE to fail, a few times, and then there is as much as ever. */
static long fail_often(void *arg)
{
	struct vbuf_create bad = {
		.size = sizeof(bad), .rights = VT_BOTH, .attr = vt_attr(2, SLOT),
		.name = "no/such/name" };
	int fd = create(NAME, 0), device = vt_device(), i;

	(void)arg;
	for (i = 0; i < 10; i++) {
		if (create(NAME, 0) != -EEXIST ||
		    vt_ioctl(device, VBUF_IOC_CREATE, &bad) != -EINVAL ||
		    vt_open("limits-charge-none", VT_RECV) != -ENOENT)
			return -EBADR;
	}
	close(device);
	close(fd);
	return two_fit(NULL);
}

TEST_F(charge, failures_cost_nothing)
{
	param_set(USER_CHANNELS, 2);
	EXPECT_EQ(0, ns_as(user, fail_often, NULL));
	EXPECT_EQ(1U, param_hits(&self->params, USER_CHANNELS));
}

/* A channel that there is no endpoint left for goes again, with its bytes. */
static long lack_an_endpoint(void *arg)
{
	int one = create(NULL, 0), two = create(NULL, 0), i;

	(void)arg;
	for (i = 0; i < 10; i++)
		if (create(NULL, 0) != -EDQUOT ||
		    vt_reopen(one, VT_SEND) != -EDQUOT)
			return -EBADR;
	close(one);
	close(two);
	return two_fit(NULL);
}

TEST_F(charge, channel_without_endpoint_costs_nothing)
{
	param_set(USER_ENDPOINTS, 2);
	param_set(USER_CHANNELS, 3);
	param_set(USER_BYTES, 7UL * SLOT);
	EXPECT_EQ(0, ns_as(user, lack_an_endpoint, NULL));
	EXPECT_EQ(21U, param_hits(&self->params, USER_ENDPOINTS));
	EXPECT_EQ(0U, param_hits(&self->params, USER_CHANNELS));
	EXPECT_EQ(0U, param_hits(&self->params, USER_BYTES));
}

static long create_persistent(void *arg)
{
	int fd = create(NAME, VBUF_PERSIST);

	(void)arg;
	return fd < 0 ? fd : 0;
}

/* With one of two channels in use, one fits. */
static long one_fits(void *arg)
{
	int one = create(NULL, 0), two = create(NULL, 0);

	(void)arg;
	close(one);
	return one >= 0 && two == -EDQUOT ? 0 : -EBADE;
}

TEST_F(charge, persistent_channel_costs_until_unlinked)
{
	int fd;

	param_set(USER_CHANNELS, 2);
	ASSERT_EQ(0, ns_as(user, create_persistent, NULL));
	EXPECT_EQ(0, ns_as(user, one_fits, NULL));
	EXPECT_EQ(0, ns_as(another, two_fit, NULL));
	fd = vt_open(NAME, VT_RECV);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vt_unlink(NAME));
	EXPECT_EQ(0, ns_as(user, one_fits, NULL));
	close(fd);
	EXPECT_EQ(0, ns_as(user, two_fit, NULL));
}

/* Two endpoints fit on a channel of another's, not three. */
static long two_endpoints_fit(void *arg)
{
	int one = vt_open(NAME, VT_RECV), two = vt_open(NAME, VT_RECV);
	int three = vt_open(NAME, VT_RECV);

	(void)arg;
	close(one);
	close(two);
	return one >= 0 && two >= 0 && three == -EDQUOT ? 0 : -EBADE;
}

TEST_F(charge, endpoint_costs_its_opener)
{
	int fd = create(NAME, 0);

	ASSERT_LE(0, fd);
	param_set(USER_ENDPOINTS, 2);
	param_set(USER_CHANNELS, 0);
	EXPECT_EQ(0, ns_as(user, two_endpoints_fit, NULL));
	EXPECT_EQ(0, ns_as(another, two_endpoints_fit, NULL));
	close(fd);
}

/* Creates a channel in a process of @who's, which keeps it until it is killed. */
static long create_and_keep(struct ns_user who, pid_t *pid)
{
	int ready[2], fd;
	char err;

	if (pipe(ready))
		vt_die("pipe");
	*pid = vt_fork();
	if (*pid == 0) {
		ns_become(who);
		fd = create(NULL, 0);
		err = fd < 0 ? -fd : 0;
		if (write(ready[1], &err, 1) != 1 || err)
			_exit(1);
		pause();
	}
	if (read(ready[0], &err, 1) != 1)
		vt_die("read");
	close(ready[0]);
	close(ready[1]);
	return -err;
}

/* In a user namespace of the user's: as root there, and as three others. */
static int crowd_namespace(int tell)
{
	static const struct ns_user one = { 1, 1, 1 }, two = { 2, 2, 2 },
				    three = { 3, 3, 3 };
	pid_t pid;

	if (create_and_keep(one, &pid) || create_and_keep(two, &pid) ||
	    create_and_keep(three, &pid) != -EDQUOT)
		return 1;
	/* CAP_SYS_RESOURCE here is not that of the initial namespace. */
	if (create(NULL, 0) != -EDQUOT || write(tell, "x", 1) != 1)
		return 2;
	pause();
	return 3;
}

TEST_F(charge, user_namespaces_cost_their_owner)
{
	int ready[2];
	pid_t pid;
	char byte;

	ASSERT_EQ(0, pipe(ready));
	param_set(USER_CHANNELS, 2);
	pid = ns_user_fork(user.uid, 0);
	if (!pid)
		_exit(crowd_namespace(ready[1]));
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	EXPECT_EQ(2U, param_hits(&self->params, USER_CHANNELS));
	EXPECT_EQ(0, ns_as(another, two_fit, NULL));
	/* What its namespace has, the owner has no more. */
	EXPECT_EQ(-EBADR, ns_as(user, two_fit, NULL));
	kill(pid, SIGKILL);
	vt_reap(pid);
	while (ns_as(user, two_fit, NULL))
		usleep(1000);
}

/* What create() returns to root of a user namespace of @owner's. */
static long create_inside(uid_t owner)
{
	pid_t pid = ns_user_fork(owner, 0);
	int fd;

	if (pid == 0) {
		fd = create(NULL, 0);
		_exit(fd < 0 ? -fd : 0);
	}
	return -vt_reap(pid);
}

/* What the owner has itself leaves less for its namespaces. */
TEST_F(charge, owner_and_namespaces_share)
{
	pid_t outside;

	param_set(USER_CHANNELS, 1);
	ASSERT_EQ(0, create_and_keep(user, &outside));
	EXPECT_EQ(-EDQUOT, create_inside(user.uid));
	EXPECT_EQ(0, create_inside(another.uid));
	kill(outside, SIGKILL);
	vt_reap(outside);
	EXPECT_EQ(0, create_inside(user.uid));
}

/* Whether a slot just too long for one block of memory fits the user's bytes. */
static long large_fits(void *arg)
{
	int fd = vt_create(NULL, vt_attr(1, (4U << 20) + 1), VT_BOTH);

	(void)arg;
	close(fd);
	return fd < 0 ? fd : 0;
}

/* It takes its pages and what describes them, not a second block. */
TEST_F(charge, slot_over_two_blocks_costs_its_pages)
{
	param_set(USER_BYTES, 4UL << 20);
	EXPECT_EQ(-EDQUOT, ns_as(user, large_fits, NULL));
	param_set(USER_BYTES, (4UL << 20) + (64UL << 10));
	EXPECT_EQ(0, ns_as(user, large_fits, NULL));
}

TEST_HARNESS_MAIN
