// SPDX-License-Identifier: GPL-2.0
/*
 * Who may open, unlink and look: mode bits of owner, group and others, and
 * capabilities in the user namespace that the network namespace belongs to.
 */
#include "kselftest_harness.h"
#include "ns.h"

#include <linux/capability.h>
#include <sys/stat.h>

#define NAME		"userns-rights"
#define MODES		64U

/* An owner, somebody of its group, of its group besides others, of none. */
static const struct ns_user owner = { 1001, 2001, 2001 };
static const struct ns_user member = { 1002, 2001, 3002 };
static const struct ns_user guest = { 1003, 3003, 2001 };
static const struct ns_user stranger = { 1004, 3004, 3004 };

/* The nth combination of read and write bits of the three classes. */
static __u32 nth_mode(unsigned int n)
{
	return (n & 3) << 1 | (n & 12) << 2 | (n & 48) << 3;
}

static long create_mode(const char *name, __u32 mode)
{
	struct vbuf_attr attr = vt_attr(1, 8);
	int fd;

	umask(0);
	attr.flags = VBUF_PERSIST;
	attr.mode = mode;
	fd = vt_create(name, attr, VT_BOTH);
	return fd < 0 ? fd : 0;
}

/* Does @what with the channel of each mode, until it fails. */
static long with_each(long (*what)(const char *name, __u32 mode))
{
	char name[VBUF_NAME_SIZE];
	unsigned int n;
	long ret = 0;

	for (n = 0; n < MODES && !ret; n++) {
		snprintf(name, sizeof(name), NAME "-%u", n);
		ret = what(name, nth_mode(n));
	}
	return ret;
}

static long create_all_modes(void *arg)
{
	(void)arg;
	return with_each(create_mode);
}

static long unlink_mode(const char *name, __u32 mode)
{
	(void)mode;
	return vt_unlink(name);
}

static long unlink_all_modes(void *arg)
{
	(void)arg;
	return with_each(unlink_mode);
}

/* Opens for just the rights that the lowest three bits of @mode give. */
static long open_mode(const char *name, __u32 mode)
{
	__u32 rights, need;
	int fd;

	for (rights = 1; rights <= VT_BOTH; rights++) {
		need = (rights & VT_RECV ? 4 : 0) | (rights & VT_SEND ? 2 : 0);
		fd = vt_open(name, rights);
		if ((mode & need) == need ? fd < 0 : fd != -EACCES)
			return -EBADR;
		close(fd);
	}
	return 0;
}

static long open_as_user(const char *name, __u32 mode)
{
	return open_mode(name, mode >> 6);
}

static long open_as_group(const char *name, __u32 mode)
{
	return open_mode(name, mode >> 3);
}

/* Every channel, with the bits of the class that @arg opens as. */
static long open_all_modes(void *arg)
{
	long (**open_as)(const char *name, __u32 mode) = arg;

	return with_each(*open_as);
}

TEST(open_eacces_by_mode)
{
	long (*user)(const char *name, __u32 mode) = open_as_user;
	long (*group)(const char *name, __u32 mode) = open_as_group;
	long (*other)(const char *name, __u32 mode) = open_mode;

	ASSERT_EQ(0, ns_as(owner, create_all_modes, NULL));
	EXPECT_EQ(0, ns_as(owner, open_all_modes, &user));
	EXPECT_EQ(0, ns_as(member, open_all_modes, &group));
	EXPECT_EQ(0, ns_as(guest, open_all_modes, &group));
	EXPECT_EQ(0, ns_as(stranger, open_all_modes, &other));
	EXPECT_EQ(0, ns_as(owner, unlink_all_modes, NULL));
}

static long create_under_umask(void *arg)
{
	struct vbuf_attr attr = vt_attr(1, 8);
	int fd;

	attr.mode = 0777;
	umask(*(mode_t *)arg);
	fd = vt_create(NAME, attr, VT_BOTH);
	if (fd < 0)
		return fd;
	return vt_getattr(fd).attr.mode == (0777U & ~*(mode_t *)arg) ?
	       0 : -EBADR;
}

TEST(umask_applies)
{
	mode_t masks[] = { 0, 0022, 0077, 0777, 0421 };
	unsigned int i;

	for (i = 0; i < sizeof(masks) / sizeof(masks[0]); i++)
		EXPECT_EQ(0, ns_as(stranger, create_under_umask, &masks[i]));
}

/* One persistent channel of the owner's, whose mode gives nobody anything. */
FIXTURE(closed) {
	__u64 id;
};

static long create_closed(void *arg)
{
	(void)arg;
	return create_mode(NAME, 0);
}

FIXTURE_SETUP(closed)
{
	int fd;

	ASSERT_EQ(0, ns_as(owner, create_closed, NULL));
	fd = vt_open(NAME, VT_BOTH);
	ASSERT_LE(0, fd);
	self->id = vt_getattr(fd).id;
	close(fd);
}

FIXTURE_TEARDOWN(closed)
{
	int ret = vt_unlink(NAME);

	EXPECT_TRUE(ret == 0 || ret == -ENOENT);
}

static long do_open(void *arg)
{
	int fd = vt_open(NAME, VT_RECV);

	(void)arg;
	return fd < 0 ? fd : 0;
}

static long do_unlink(void *arg)
{
	(void)arg;
	return vt_unlink(NAME);
}

TEST_F(closed, creator_is_not_bound_by_mode)
{
	EXPECT_EQ(-EACCES, ns_as(owner, do_open, NULL));
	/* create_closed() had both rights nevertheless. */
}

TEST_F(closed, unlink_eacces_not_the_owner)
{
	EXPECT_EQ(-EACCES, ns_as(member, do_unlink, NULL));
	EXPECT_EQ(-EACCES, ns_as(guest, do_unlink, NULL));
	EXPECT_EQ(-EACCES, ns_as(stranger, do_unlink, NULL));
	EXPECT_EQ(0, ns_as(owner, do_unlink, NULL));
}

/* What @what returns in a process of the stranger's with one capability. */
static long with_cap(int cap, long (*what)(void *arg))
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		ns_keep_cap(cap, stranger);
		_exit(-what(NULL));
	}
	return -vt_reap(pid);
}

TEST_F(closed, one_capability_for_each)
{
	EXPECT_EQ(-EACCES, with_cap(CAP_SYS_ADMIN, do_open));
	EXPECT_EQ(-EACCES, with_cap(CAP_DAC_OVERRIDE, do_open));
	EXPECT_EQ(0, with_cap(CAP_IPC_OWNER, do_open));
	EXPECT_EQ(-EACCES, with_cap(CAP_IPC_OWNER, do_unlink));
	EXPECT_EQ(0, with_cap(CAP_SYS_ADMIN, do_unlink));
}

/* What @what returns in a process of root's without one capability. */
static long without_cap(int cap, long (*what)(void *arg))
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		ns_drop_cap(cap);
		_exit(-what(NULL));
	}
	return -vt_reap(pid);
}

TEST_F(closed, root_without_capability_is_nobody)
{
	EXPECT_EQ(-EACCES, without_cap(CAP_IPC_OWNER, do_open));
	EXPECT_EQ(0, without_cap(CAP_SYS_ADMIN, do_open));
	EXPECT_EQ(-EACCES, without_cap(CAP_SYS_ADMIN, do_unlink));
	EXPECT_EQ(0, without_cap(CAP_IPC_OWNER, do_unlink));
}

/* To a stranger there is an id, and nothing else. */
static long look_hidden(void *arg)
{
	__u64 id = *(__u64 *)arg;
	struct vt_channel info, expected;
	struct vt_endpoint endpoint;

	memset(&expected, 0, sizeof(expected));
	expected.id = id;
	expected.hidden = true;
	if (!vt_find(id, &info) || memcmp(&info, &expected, sizeof(info)))
		return -EBADR;
	return vt_endpoints(id, &endpoint, 1);
}

static long look_whole(void *arg)
{
	struct vt_channel info;

	if (!vt_find(*(__u64 *)arg, &info) || strcmp(info.name, NAME))
		return -EBADR;
	return info.uid == owner.uid && info.gid == owner.gid ? 0 : -EBADR;
}

TEST_F(closed, looks_tell_strangers_the_id_only)
{
	EXPECT_EQ(-EACCES, ns_as(stranger, look_hidden, &self->id));
	EXPECT_EQ(-EACCES, ns_as(member, look_hidden, &self->id));
	EXPECT_EQ(0, ns_as(owner, look_whole, &self->id));
	EXPECT_EQ(0, look_whole(&self->id));
}

/* Root of a user namespace, in the network namespace of another. */
TEST_F(closed, root_of_a_user_namespace_is_a_stranger)
{
	pid_t pid = ns_user_fork(stranger.uid, 0);

	if (!pid) {
		if (do_open(NULL) != -EACCES || do_unlink(NULL) != -EACCES)
			_exit(1);
		_exit(look_hidden(&self->id) == -EACCES ? 0 : 2);
	}
	EXPECT_EQ(0, vt_reap(pid));
}

/* Even of the owner's own: its ids there are others. */
TEST_F(closed, root_of_the_owners_namespace_is_a_stranger)
{
	pid_t pid = ns_user_fork(owner.uid, 0);

	if (!pid)
		_exit(do_open(NULL) == -EACCES &&
		      do_unlink(NULL) == -EACCES ? 0 : 1);
	EXPECT_EQ(0, vt_reap(pid));
}

/* With a network namespace of its own, it is root of what is in there. */
static int rule_own_namespace(void)
{
	const struct ns_user one = { 1, 1, 1 }, two = { 2, 2, 2 };

	if (ns_as(one, create_closed, NULL) ||
	    ns_as(two, do_open, NULL) != -EACCES ||
	    ns_as(two, do_unlink, NULL) != -EACCES)
		return 1;
	if (do_open(NULL) || do_unlink(NULL))
		return 2;
	return ns_as(one, create_closed, NULL) ||
	       ns_as(one, do_unlink, NULL) ? 3 : 0;
}

TEST(root_of_both_namespaces_rules)
{
	pid_t pid = ns_user_fork(stranger.uid, CLONE_NEWNET);

	if (!pid)
		_exit(rule_own_namespace());
	EXPECT_EQ(0, vt_reap(pid));
}

TEST_HARNESS_MAIN
