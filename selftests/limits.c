// SPDX-License-Identifier: GPL-2.0
/*
 * Limits of a user and of all: reached, they refuse with EDQUOT and count the
 * refusal; what is closed can be had again, and others are served meanwhile.
 */
#include "kselftest_harness.h"
#include "ns.h"
#include "param.h"

#include <linux/capability.h>

#define SLOT		65536U
#define MOST		16U

/* Of slots, and half of one for what comes with them. */
#define BYTES(slots)	((slots) * (unsigned long)SLOT + SLOT / 2)

static const struct ns_user user = { 5001, 5001, 5001 };
static const struct ns_user another = { 5002, 5002, 5002 };

FIXTURE(limit) {
	struct params params;
	int fd;			/* root's, for all to reopen */
};

/* How many of something one may have, and a way to take one more. */
FIXTURE_VARIANT(limit) {
	enum param param;
	unsigned long value;
	unsigned int fits;
};

FIXTURE_VARIANT_ADD(limit, user_channels) { USER_CHANNELS, 3, 3 };
FIXTURE_VARIANT_ADD(limit, user_endpoints) { USER_ENDPOINTS, 5, 5 };
FIXTURE_VARIANT_ADD(limit, user_bytes) { USER_BYTES, BYTES(11), 5 };
/* In total: what root has in the setup counts as well. */
FIXTURE_VARIANT_ADD(limit, max_channels) { MAX_CHANNELS, 4, 3 };
FIXTURE_VARIANT_ADD(limit, max_endpoints) { MAX_ENDPOINTS, 6, 5 };
FIXTURE_VARIANT_ADD(limit, max_bytes) { MAX_BYTES, BYTES(12), 5 };

static bool is_of_user(enum param param)
{
	return param >= USER_CHANNELS;
}

/* These tests need the module for themselves. */
static bool is_idle(void)
{
	return !vt_channels(NULL, 0);
}

FIXTURE_SETUP(limit)
{
	ASSERT_TRUE(is_idle());
	param_save(&self->params);
	self->fd = vt_create(NULL, vt_attr(1, SLOT), VT_BOTH);
	ASSERT_LE(0, self->fd);
	param_set(variant->param, variant->value);
}

/* In the parent, so that no failure leaves them changed. */
FIXTURE_TEARDOWN_PARENT(limit)
{
	param_restore(&self->params);
}

/* One more of what the parameter limits: a descriptor or -errno. */
static int take_one(enum param param, int fd)
{
	switch (param) {
	case USER_ENDPOINTS:
	case MAX_ENDPOINTS:
		return vt_reopen(fd, VT_SEND);
	default:
		return vt_create(NULL, vt_attr(2, SLOT), VT_BOTH);
	}
}

/* As many as can be had, up to MOST; the errno that ended it in @err. */
static unsigned int take_all(enum param param, int from, int fds[MOST],
			     long *err)
{
	unsigned int n;
	int fd;

	*err = 0;
	for (n = 0; n < MOST; n++) {
		fd = take_one(param, from);
		if (fd < 0) {
			*err = fd;
			break;
		}
		fds[n] = fd;
	}
	return n;
}

static void give_back(int *fds, unsigned int n)
{
	while (n--)
		close(fds[n]);
}

/* Takes all, gives one back, takes one, gives all back, takes all again. */
struct greedy {
	enum param param;
	int fd;
	unsigned int fits;
};

static long be_greedy(void *arg)
{
	struct greedy *greedy = arg;
	int fds[MOST];
	long err;

	if (take_all(greedy->param, greedy->fd, fds, &err) != greedy->fits)
		return -EBADR;
	if (err != -EDQUOT)
		return err;
	close(fds[1]);
	fds[1] = take_one(greedy->param, greedy->fd);
	if (fds[1] < 0 || take_one(greedy->param, greedy->fd) != -EDQUOT)
		return -EBADE;
	give_back(fds, greedy->fits);
	if (take_all(greedy->param, greedy->fd, fds, &err) != greedy->fits)
		return -EBADFD;
	return err == -EDQUOT ? 0 : -EBADMSG;
}

TEST_F(limit, reached_counted_and_given_back)
{
	struct greedy greedy = { variant->param, self->fd, variant->fits };
	int i;

	EXPECT_EQ(0, ns_as(user, be_greedy, &greedy));
	for (i = 0; i < LIMITS; i++)
		EXPECT_EQ(i == (int)variant->param ? 3U : 0U,
			  param_hits(&self->params, i));
	/* All of it is there again for the next. */
	EXPECT_EQ(0, ns_as(user, be_greedy, &greedy));
}

static long take_some(void *arg)
{
	struct greedy *greedy = arg;
	int fds[MOST];
	long err;

	return take_all(greedy->param, greedy->fd, fds, &err) == greedy->fits ?
	       0 : -EBADR;
}

/* While one user has all that it may, another has all that it may. */
static long be_greedy_beside(void *arg)
{
	struct greedy *greedy = arg;
	int fds[MOST];
	long err;

	if (take_all(greedy->param, greedy->fd, fds, &err) != greedy->fits)
		return -EBADR;
	pause();
	return 0;
}

TEST_F(limit, of_a_user_spares_others)
{
	struct greedy greedy = { variant->param, self->fd, variant->fits };
	__u64 before = param_hits(&self->params, variant->param);
	pid_t pid = vt_fork();
	int i;

	if (!pid) {
		ns_become(user);
		_exit(-be_greedy_beside(&greedy));
	}
	while (param_hits(&self->params, variant->param) == before)
		usleep(1000);
	if (!is_of_user(variant->param))
		greedy.fits = 0;
	EXPECT_EQ(0, ns_as(another, take_some, &greedy));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, ns_as(another, take_some, &greedy));
	kill(pid, SIGKILL);
	vt_reap(pid);
	greedy.fits = variant->fits;
	EXPECT_EQ(0, ns_as(another, take_some, &greedy));
}

/* CAP_SYS_RESOURCE passes a user's limit, not those on all. */
TEST_F(limit, root_passes_its_own)
{
	unsigned int fits = is_of_user(variant->param) ? MOST : variant->fits;
	int fds[MOST];
	long err;

	ASSERT_EQ(fits, take_all(variant->param, self->fd, fds, &err));
	give_back(fds, fits);
	EXPECT_EQ(is_of_user(variant->param) ? 0 : -EDQUOT, err);
	if (!is_of_user(variant->param))
		return;
	ns_drop_cap(CAP_SYS_RESOURCE);
	/* What the setup made counts now; there are bytes left for it. */
	fits = variant->fits - (variant->param != USER_BYTES);
	EXPECT_EQ(fits, take_all(variant->param, self->fd, fds, &err));
	EXPECT_EQ(-EDQUOT, err);
	give_back(fds, fits);
}

/* A limit lowered below what is in use takes nothing away. */
TEST_F(limit, lowered_below_use)
{
	param_set(variant->param, 1);
	EXPECT_EQ(is_of_user(variant->param) ? 0 : -EDQUOT,
		  take_one(variant->param, self->fd) < 0 ? -EDQUOT : 0);
	EXPECT_EQ(0, vt_put(self->fd, 'x'));
	EXPECT_EQ('x', vt_take(self->fd));
}

TEST_HARNESS_MAIN
