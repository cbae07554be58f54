// SPDX-License-Identifier: GPL-2.0
/*
 * Names: what one may be, that it is taken once, whom a channel's mode lets in,
 * and what is left of a channel whose name was taken away.
 */
#include "param.h"
#include "kselftest_harness.h"

#include <grp.h>
#include <sys/stat.h>

#define OWNER	1001
#define GROUP	2001
#define OTHER	1002

FIXTURE(name) {
	char name[VBUF_NAME_SIZE];
};

FIXTURE_SETUP(name)
{
	umask(0);
	vt_name(self->name, "name");
}

FIXTURE_TEARDOWN(name)
{
	EXPECT_EQ(-ENOENT, vt_unlink(self->name));
}

static void become(uid_t uid, gid_t gid)
{
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid))
		vt_die("become %u:%u", uid, gid);
}

/* What a process of that user gets when it does @act; errno or 0. */
static int as_user(uid_t uid, gid_t gid, int (*act)(const char *, __u32),
		   const char *name, __u32 arg)
{
	pid_t pid = vt_fork();
	int ret;

	if (pid == 0) {
		become(uid, gid);
		ret = act(name, arg);
		_exit(ret < 0 ? -ret : 0);
	}
	return -vt_reap(pid);
}

static int act_open(const char *name, __u32 rights)
{
	return vt_open(name, rights);
}

static int act_unlink(const char *name, __u32 unused)
{
	(void)unused;
	return vt_unlink(name);
}

/* A channel that stays when its creator, this process, ends. */
static int act_create(const char *name, __u32 mode)
{
	struct vbuf_attr attr = vt_attr(1, 1);

	attr.mode = mode;
	attr.flags = VBUF_PERSIST;
	return vt_create(name, attr, VT_BOTH);
}

static bool allowed(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == ':' ||
	       c == '-';
}

TEST_F(name, create_einval_alphabet)
{
	char name[VBUF_NAME_SIZE];
	int c, at, fd;

	vt_name(name, "x");
	at = strlen(name) - 1;
	for (c = 1; c < 256; c++) {
		name[at] = c;
		fd = vt_create(name, vt_attr(1, 1), VT_BOTH);
		EXPECT_EQ(allowed(c) ? 0 : -EINVAL, fd < 0 ? fd : 0)
			TH_LOG("character %d", c);
		close(fd);
	}
}

TEST_F(name, create_einval_length)
{
	char name[VBUF_NAME_SIZE];
	int fd;

	memset(name, 'x', sizeof(name));
	EXPECT_EQ(-EINVAL, vt_create(name, vt_attr(1, 1), VT_BOTH));
	name[VBUF_NAME_SIZE - 1] = '\0';
	fd = vt_create(name, vt_attr(1, 1), VT_BOTH);
	EXPECT_LE(0, fd);
	EXPECT_STREQ(name, vt_getattr(fd).name);
	close(fd);
}

/* Nothing may hide behind the end. */
static void with_a_tail(char name[VBUF_NAME_SIZE])
{
	memset(name, 0, VBUF_NAME_SIZE);
	name[0] = 'x';
	name[VBUF_NAME_SIZE - 1] = 'y';
}

TEST_F(name, create_einval_tail)
{
	struct vbuf_create create = {
		.size = sizeof(create), .rights = VT_BOTH,
		.attr = vt_attr(1, 1) };
	int fd = vt_device();

	with_a_tail(create.name);
	EXPECT_EQ(-EINVAL, vt_ioctl(fd, VBUF_IOC_CREATE, &create));
	create.name[0] = '\0';
	EXPECT_EQ(-EINVAL, vt_ioctl(fd, VBUF_IOC_CREATE, &create));
	close(fd);
}

TEST_F(name, open_einval_name)
{
	struct vbuf_open open = { .size = sizeof(open), .rights = VT_BOTH };
	int fd = vt_device();

	EXPECT_EQ(-EINVAL, vt_ioctl(fd, VBUF_IOC_OPEN, &open));
	with_a_tail(open.name);
	EXPECT_EQ(-EINVAL, vt_ioctl(fd, VBUF_IOC_OPEN, &open));
	memset(open.name, 'x', sizeof(open.name));
	EXPECT_EQ(-EINVAL, vt_ioctl(fd, VBUF_IOC_OPEN, &open));
	close(fd);
	EXPECT_EQ(-EINVAL, vt_open("a/b", VT_BOTH));
}

TEST_F(name, unlink_einval_name)
{
	struct vbuf_unlink unlink = { .size = sizeof(unlink) };
	int fd = vt_device();

	EXPECT_EQ(-EINVAL, vt_ioctl(fd, VBUF_IOC_UNLINK, &unlink));
	with_a_tail(unlink.name);
	EXPECT_EQ(-EINVAL, vt_ioctl(fd, VBUF_IOC_UNLINK, &unlink));
	close(fd);
	EXPECT_EQ(-EINVAL, vt_unlink("a b"));
}

TEST_F(name, create_eexist)
{
	int fd = vt_create(self->name, vt_attr(1, 1), VT_BOTH);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EEXIST, vt_create(self->name, vt_attr(1, 1), VT_BOTH));
	EXPECT_EQ(1U, vt_look(fd).senders);
	close(fd);
	fd = vt_create(self->name, vt_attr(1, 1), VT_BOTH);
	EXPECT_LE(0, fd);
	close(fd);
}

TEST_F(name, open_enoent)
{
	EXPECT_EQ(-ENOENT, vt_open(self->name, VT_BOTH));
}

TEST_F(name, unlink_enoent)
{
	EXPECT_EQ(-ENOENT, vt_unlink(self->name));
}

TEST_F(name, names_differ_by_case_and_by_length)
{
	int a = vt_create(self->name, vt_attr(1, 1), VT_BOTH);

	ASSERT_LE(0, a);
	self->name[0] = 'T';
	EXPECT_EQ(-ENOENT, vt_open(self->name, VT_BOTH));
	self->name[0] = 't';
	self->name[strlen(self->name) - 1] = '\0';
	EXPECT_EQ(-ENOENT, vt_open(self->name, VT_BOTH));
	close(a);
}

TEST_F(name, two_names_are_two_channels)
{
	int a, b, rx;
	char other[VBUF_NAME_SIZE];

	vt_name(other, "other");
	a = vt_create(self->name, vt_attr(1, 1), VT_SEND);
	b = vt_create(other, vt_attr(1, 1), VT_SEND);
	ASSERT_EQ(0, vt_put(a, 'a'));
	ASSERT_EQ(0, vt_put(b, 'b'));
	rx = vt_open(other, VT_RECV);
	EXPECT_EQ('b', vt_take(rx));
	close(a);
	close(b);
	close(rx);
}

TEST_F(name, getattr_tells_what_was_given)
{
	struct vbuf_attr attr = {
		.flags = VBUF_REDELIVER | VBUF_LOSSY, .slots = 3,
		.slot_size = 77, .mode = 0642, .held_max = 2,
		.max_deliveries = 9 };
	struct vbuf_getattr got;
	int fd = vt_create(self->name, attr, VT_BOTH);

	vt_poison(&got);
	got.size = sizeof(got);
	got.reserved = 0;
	ASSERT_EQ(0, vt_ioctl(fd, VBUF_IOC_GETATTR, &got));
	EXPECT_EQ(0, memcmp(&attr, &got.attr, sizeof(attr)));
	EXPECT_EQ(0, memcmp(self->name, got.name, sizeof(got.name)));
	EXPECT_NE(VT_POISON64, got.id);
	close(fd);
}

TEST_F(name, the_umask_takes_from_the_mode)
{
	struct vbuf_attr attr = vt_attr(1, 1);
	int fd;

	attr.mode = 0777;
	umask(027);
	fd = vt_create(self->name, attr, VT_BOTH);
	EXPECT_EQ(0750U, vt_getattr(fd).attr.mode);
	close(fd);
}

TEST_F(name, create_einval_attr)
{
	static const struct vbuf_attr bad[] = {
		{ .slots = 0, .slot_size = 1 },
		{ .slots = 1, .slot_size = 0 },
		{ .slots = VBUF_MAX_SLOTS + 1, .slot_size = 1 },
		{ .slots = 1, .slot_size = VBUF_MAX_SLOT_SIZE + 1 },
		{ .slots = UINT32_MAX, .slot_size = UINT32_MAX },
		{ .slots = 1, .slot_size = 1, .mode = 01000 },
		{ .slots = 1, .slot_size = 1, .mode = 1U << 31 },
		{ .slots = 1, .slot_size = 1, .flags = 16 },
		{ .slots = 1, .slot_size = 1, .flags = 1U << 31 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, vt_create(self->name, bad[i], VT_BOTH))
			TH_LOG("attributes %u", i);
}

TEST_F(name, the_largest_of_everything_is_no_overflow)
{
	int fd = vt_create(self->name,
			   vt_attr(VBUF_MAX_SLOTS, VBUF_MAX_SLOT_SIZE),
			   VT_BOTH);

	EXPECT_TRUE(fd == -EDQUOT || fd == -ENOMEM) TH_LOG("got %d", fd);
}

TEST_F(name, the_creators_own_endpoint_is_not_bound_by_the_mode)
{
	EXPECT_EQ(0, as_user(OWNER, GROUP, act_create, self->name, 0));
	EXPECT_EQ(-EACCES, as_user(OWNER, GROUP, act_open, self->name,
				   VT_RECV));
	EXPECT_EQ(0, vt_unlink(self->name));
}

/* Who may do what to a channel of OWNER:GROUP; root may anything. */
TEST_F(name, open_eacces)
{
	static const struct {
		__u32 mode, uid, gid, may;
	} who[] = {
		{ 0400, OWNER, GROUP, VT_RECV },
		{ 0200, OWNER, GROUP, VT_SEND },
		{ 0600, OWNER, OTHER, VT_BOTH },
		{ 0077, OWNER, GROUP, 0 },
		{ 0040, OTHER, GROUP, VT_RECV },
		{ 0020, OTHER, GROUP, VT_SEND },
		{ 0707, OTHER, GROUP, 0 },
		{ 0004, OTHER, OTHER, VT_RECV },
		{ 0002, OTHER, OTHER, VT_SEND },
		{ 0770, OTHER, OTHER, 0 },
		{ 0111, OWNER, GROUP, 0 },
		{ 0000, 0, 0, VT_BOTH },
	};
	unsigned int i;
	__u32 rights;

	for (i = 0; i < ARRAY_SIZE(who); i++) {
		ASSERT_EQ(0, as_user(OWNER, GROUP, act_create, self->name,
				     who[i].mode));
		for (rights = 1; rights <= VT_BOTH; rights++)
			EXPECT_EQ((rights & ~who[i].may) ? -EACCES : 0,
				  as_user(who[i].uid, who[i].gid, act_open,
					  self->name, rights))
				TH_LOG("mode %o, %u:%u, rights %u",
				       who[i].mode, who[i].uid, who[i].gid,
				       rights);
		ASSERT_EQ(0, vt_unlink(self->name));
	}
}

TEST_F(name, open_eacces_leaves_the_channel_as_it_was)
{
	struct vbuf_attr attr = vt_attr(1, 1);
	int fd;

	attr.mode = 0;
	fd = vt_create(self->name, attr, VT_SEND);
	EXPECT_EQ(-EACCES, as_user(OTHER, OTHER, act_open, self->name,
				   VT_RECV));
	EXPECT_EQ(0U, vt_look(fd).receivers);
	EXPECT_EQ(0, vt_put(fd, 'a'));
	close(fd);
}

TEST_F(name, open_edquot)
{
	int fd = vt_create(self->name, vt_attr(1, 1), VT_RECV);
	struct params params;

	param_save(&params);
	param_set(MAX_ENDPOINTS, 1);
	EXPECT_EQ(-EDQUOT, vt_open(self->name, VT_SEND));
	param_restore(&params);
	EXPECT_EQ(0U, vt_look(fd).senders);
	EXPECT_EQ(0U, vt_look(fd).state);
	close(fd);
}

TEST_F(name, unlink_eacces)
{
	ASSERT_EQ(0, as_user(OWNER, GROUP, act_create, self->name, 0777));
	EXPECT_EQ(-EACCES, as_user(OTHER, GROUP, act_unlink, self->name, 0));
	EXPECT_EQ(0, as_user(OTHER, OTHER, act_open, self->name, VT_BOTH));
	EXPECT_EQ(0, as_user(OWNER, OTHER, act_unlink, self->name, 0));
}

TEST_F(name, unlink_leaves_the_endpoints)
{
	int fd = vt_create(self->name, vt_attr(1, 1), VT_BOTH), again;

	ASSERT_EQ(0, vt_put(fd, 'a'));
	EXPECT_EQ(0U, vt_look(fd).state);
	EXPECT_EQ(0, vt_unlink(self->name));
	EXPECT_EQ(-ENOENT, vt_open(self->name, VT_BOTH));
	EXPECT_EQ(VBUF_STATE_UNLINKED, vt_look(fd).state);
	EXPECT_STREQ(self->name, vt_getattr(fd).name);
	again = vt_create(self->name, vt_attr(1, 1), VT_BOTH);
	ASSERT_LE(0, again);
	EXPECT_NE(vt_getattr(fd).id, vt_getattr(again).id);
	EXPECT_EQ(-EAGAIN, vt_take(again));
	EXPECT_EQ('a', vt_take(fd));
	close(fd);
	fd = vt_open(self->name, VT_RECV);
	EXPECT_LE(0, fd) TH_LOG("the old channel's end took the new one's name");
	close(fd);
	close(again);
}

TEST_HARNESS_MAIN
