// SPDX-License-Identifier: GPL-2.0
/*
 * Namespaces see nothing of each other by netlink: two network namespaces with the
 * same names, and the roots of two user namespaces; and who looks into another sees
 * users and processes by its own numbers.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "storm.h"

#include <linux/capability.h>
#include <sys/stat.h>

#define NAME		"isolation"
#define OVERFLOW_ID	65534U
#define INNER_ID	7U

static const struct ns_user inner = { INNER_ID, INNER_ID, INNER_ID };
static const struct ns_user foreign = { 7001, 7001, 7001 };

static int create(const char *name, __u32 mode)
{
	struct vbuf_attr attr = vt_attr(2, 8);

	attr.flags = name ? VBUF_PERSIST : 0;
	attr.mode = mode;
	umask(0);
	return vt_create(name, attr, VT_BOTH);
}

/* One network namespace: a channel there, and who looks and listens. */
struct side {
	int ns;
	int fd;
	long long id;
	struct nl nl;
	struct nl joined;
	struct nl subscribed;
};

static void make_side(struct side *side)
{
	side->ns = ns_net_new();
	side->fd = create(NAME, 0666);
	if (side->fd < 0)
		vt_die("create: %d", side->fd);
	side->id = vt_getattr(side->fd).id;
	side->nl = nl_open();
	side->subscribed = nl_subscribed();
	side->joined = nl_joined();
}

static void end_side(struct side *side)
{
	close(side->fd);
	nl_close(&side->nl);
	nl_close(&side->joined);
	nl_close(&side->subscribed);
	close(side->ns);
}

/* Two with a channel of the same name each, both opened by this process. */
FIXTURE(twins) {
	int home;
	struct side sides[2];
};

FIXTURE_SETUP(twins)
{
	self->home = ns_net_self();
	make_side(&self->sides[0]);
	make_side(&self->sides[1]);
	ns_net_enter(self->home);
}

FIXTURE_TEARDOWN(twins)
{
	end_side(&self->sides[0]);
	end_side(&self->sides[1]);
	close(self->home);
}

struct found {
	unsigned int count;
	__u64 channel;		/* the last one's */
};

static void find_channel(const struct nlmsghdr *message, void *ctx)
{
	struct found *found = ctx;
	struct vt_channel info;

	nl_channel(message, &info);
	found->count++;
	found->channel = info.id;
}

static void find_endpoint(const struct nlmsghdr *message, void *ctx)
{
	struct found *found = ctx;
	struct vt_endpoint info;

	nl_endpoint(message, &info);
	found->count++;
	found->channel = info.channel;
}

/* The only one's channel; 0 or -errno for none, -EBADR for more of them. */
static long long find_one(struct nl *nl, struct nl_request *request, nl_fn fn)
{
	struct found found = { .count = 0 };
	int error = nl_ask(nl, request, fn, &found).error;

	if (error)
		return error;
	return found.count > 1 ? -EBADR : (long long)found.channel;
}

static long long named(struct nl *nl)
{
	struct nl_request request;

	nl_begin(&request, VBUF_CMD_CHANNEL_GET, 0);
	nl_put(&request, VBUF_A_CHANNEL_NAME, NAME, sizeof(NAME));
	return find_one(nl, &request, find_channel);
}

static long long numbered(struct nl *nl, __u64 id)
{
	struct nl_request request;

	nl_begin(&request, VBUF_CMD_CHANNEL_GET, 0);
	nl_put_u64(&request, VBUF_A_CHANNEL_ID, id);
	return find_one(nl, &request, find_channel);
}

static long long dumped(struct nl *nl)
{
	struct nl_request request;

	nl_begin(&request, VBUF_CMD_CHANNEL_GET, NLM_F_DUMP);
	return find_one(nl, &request, find_channel);
}

/* Of a channel, of a process, or of both, as far as they are not 0. */
static long long endpoint(struct nl *nl, __u64 channel, __u32 pid)
{
	struct nl_request request;

	nl_begin(&request, VBUF_CMD_ENDPOINT_GET, NLM_F_DUMP);
	if (channel)
		nl_put_u64(&request, VBUF_A_ENDPOINT_CHANNEL, channel);
	if (pid)
		nl_put_u32(&request, VBUF_A_ENDPOINT_PID, pid);
	return find_one(nl, &request, find_endpoint);
}

TEST_F(twins, each_shows_its_own_channel)
{
	struct side *side, *twin;
	int i;

	for (i = 0; i < 2; i++) {
		side = &self->sides[i];
		twin = &self->sides[!i];
		EXPECT_EQ(side->id, named(&side->nl));
		EXPECT_EQ(side->id, numbered(&side->nl, side->id));
		EXPECT_EQ(-ENOENT, numbered(&side->nl, twin->id));
		EXPECT_EQ(side->id, dumped(&side->nl));
	}
}

TEST_F(twins, each_shows_its_own_endpoint)
{
	struct side *side, *twin;
	__u32 pid = getpid();
	int i;

	for (i = 0; i < 2; i++) {
		side = &self->sides[i];
		twin = &self->sides[!i];
		EXPECT_EQ(side->id, endpoint(&side->nl, 0, 0));
		EXPECT_EQ(side->id, endpoint(&side->nl, side->id, 0));
		EXPECT_EQ(-ENOENT, endpoint(&side->nl, twin->id, 0));
		EXPECT_EQ(side->id, endpoint(&side->nl, 0, pid));
		EXPECT_EQ(side->id, endpoint(&side->nl, side->id, pid));
		EXPECT_EQ(-ENOENT, endpoint(&side->nl, twin->id, pid));
	}
}

/* All kinds of one channel's events, as its namespace hears them. */
static bool hears_all(struct nl *nl, __u64 id)
{
	static const __u32 kinds[] = {
		VBUF_EVENT_CAME, VBUF_EVENT_DIED, VBUF_EVENT_WENT,
		VBUF_EVENT_UNLINKED, VBUF_EVENT_WENT, VBUF_EVENT_REMOVED };
	struct nl_event event;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		event = nl_next_event(nl);
		if (event.kind != kinds[i] || event.channel != id)
			return false;
	}
	return true;
}

TEST_F(twins, each_hears_its_own_events)
{
	struct side *side = &self->sides[0], *twin = &self->sides[1];
	struct vbuf_msg msg = { .buf = (uintptr_t)&msg.tag, .size = 1 };
	int rx;

	/* Where it is done does not matter, but for the name. */
	rx = vt_reopen(side->fd, VT_RECV);
	ASSERT_EQ(0, vt_put(side->fd, 'x'));
	ASSERT_EQ(1, vt_recvv(rx, &msg, 1, VBUF_HOLD));
	close(rx);
	ns_net_enter(side->ns);
	ASSERT_EQ(0, vt_unlink(NAME));
	close(side->fd);
	side->fd = -1;
	EXPECT_TRUE(hears_all(&side->joined, side->id));
	EXPECT_TRUE(hears_all(&side->subscribed, side->id));
	EXPECT_TRUE(nl_is_silent(&side->joined));
	EXPECT_TRUE(nl_is_silent(&side->subscribed));
	ns_net_enter(twin->ns);
	EXPECT_TRUE(nl_is_silent(&twin->joined));
	EXPECT_TRUE(nl_is_silent(&twin->subscribed));
	EXPECT_EQ(twin->id, named(&twin->nl));
}

/* By the reader's numbers of processes: it is 1 in its namespace. */
static long ask_by_pid(struct side *side, __u32 outer)
{
	int fd = vt_reopen(side->fd, VT_RECV);

	if (fd < 0 || getpid() != 1)
		return 1;
	if (endpoint(&side->nl, 0, 1) != (long long)side->id)
		return 2;
	return endpoint(&side->nl, 0, outer) ? 3 : 0;
}

TEST_F(twins, processes_go_by_the_readers_numbers)
{
	struct side *side = &self->sides[0];
	__u32 outer = getpid();
	pid_t pid;

	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	pid = vt_fork();
	if (!pid)
		_exit(ask_by_pid(side, outer));
	EXPECT_EQ(0, vt_reap(pid));
}

/* What one may do with a user's private channel, and the limits there. */
#define SEES		0x01
#define HEARS		0x02
#define OPENS		0x04
#define SETS		0x08
#define UNLINKS		0x10
#define ALL_POWERS	0x1f

static bool sees_it(void)
{
	struct vt_channel info;

	if (vt_channels(&info, 1) != 1)
		vt_die("not one channel");
	return !info.hidden;
}

static bool hears_it(int fd)
{
	struct nl nl = nl_subscribed();
	bool hears;

	close(vt_reopen(fd, VT_SEND));
	hears = !nl_is_silent(&nl);
	nl_close(&nl);
	return hears;
}

static bool opens_it(void)
{
	int fd = vt_open(NAME, VT_BOTH);

	if (fd < 0 && fd != -EACCES)
		vt_die("open: %d", fd);
	return fd >= 0 && !close(fd);
}

static bool sets_limit(void)
{
	struct nl nl = nl_open();
	int error = nl_set_limit(&nl, VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS,
				 9).error;

	nl_close(&nl);
	if (error && error != -EPERM)
		vt_die("set a limit: %d", error);
	return !error;
}

/* The caller's, in its network namespace; the channel is @fd's. */
static int powers(int fd)
{
	int powers = (sees_it() ? SEES : 0) | (hears_it(fd) ? HEARS : 0) |
		     (opens_it() ? OPENS : 0) | (sets_limit() ? SETS : 0);

	return powers | (vt_unlink(NAME) ? 0 : UNLINKS);
}

/* The caller's, as root of a user namespace of @owner's. */
static int powers_inside(uid_t owner, int fd)
{
	pid_t pid = ns_user_fork(owner, 0);

	if (!pid)
		_exit(powers(fd));
	return vt_reap(pid);
}

/* A private channel of a user's; the caller is root. */
static int create_private(struct ns_user user)
{
	int fd;

	if (setegid(user.gid) || seteuid(user.uid))
		vt_die("become user %u", user.uid);
	fd = create(NAME, 0600);
	if (seteuid(0) || setegid(0) || fd < 0)
		vt_die("create: %d", fd);
	return fd;
}

/* Of a container's root, as both see it. */
struct told {
	int fd;
	int go;
	int done;
	int powers;
};

/*
 * A user namespace with a network namespace of its own, in which a user has a private
 * channel, that this process has an endpoint of, too.
 */
FIXTURE(container) {
	struct told *root;
	pid_t pid;
	int home;
	int ns;
	int fd;
};

static void await(int *what)
{
	while (!__atomic_load_n(what, __ATOMIC_ACQUIRE))
		usleep(1000);
}

static void be_root(struct told *root)
{
	__atomic_store_n(&root->fd, create_private(inner), __ATOMIC_RELEASE);
	await(&root->go);
	root->powers = powers(root->fd);
	__atomic_store_n(&root->done, 1, __ATOMIC_RELEASE);
	pause();
}

static int ns_net_of(pid_t pid)
{
	char path[64];
	int ns;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0)
		vt_die("open %s", path);
	return ns;
}

FIXTURE_SETUP(container)
{
	int process;

	self->home = ns_net_self();
	self->root = storm_shared(sizeof(*self->root));
	self->pid = ns_user_fork(5001, CLONE_NEWNET);
	if (!self->pid)
		be_root(self->root);
	await(&self->root->fd);
	process = syscall(SYS_pidfd_open, self->pid, 0);
	self->fd = syscall(SYS_pidfd_getfd, process, self->root->fd, 0);
	ASSERT_LE(0, self->fd);
	close(process);
	self->ns = ns_net_of(self->pid);
	ns_net_enter(self->ns);
}

FIXTURE_TEARDOWN(container)
{
	storm_kill(self->pid);
	close(self->fd);
	ns_net_enter(self->home);
	close(self->ns);
	close(self->home);
}

static int own_roots_powers(struct told *root)
{
	__atomic_store_n(&root->go, 1, __ATOMIC_RELEASE);
	await(&root->done);
	return root->powers;
}

TEST_F(container, its_root_rules_it)
{
	EXPECT_EQ(ALL_POWERS, own_roots_powers(self->root));
}

TEST_F(container, the_hosts_root_rules_it)
{
	EXPECT_EQ(ALL_POWERS, powers(self->fd));
}

/* They are in its network namespace, but their user namespaces do not own it. */
TEST_F(container, other_roots_do_not_rule_it)
{
	EXPECT_EQ(0, powers_inside(5002, self->fd));
	EXPECT_EQ(0, powers_inside(5001, self->fd));
	EXPECT_EQ(ALL_POWERS, own_roots_powers(self->root));
}

TEST_F(container, its_root_does_not_rule_the_hosts)
{
	int fd;

	close(ns_net_new());
	fd = create_private(foreign);
	EXPECT_EQ(0, powers_inside(5001, fd));
	ns_drop_cap(CAP_SYS_RESOURCE);
	EXPECT_EQ(ALL_POWERS & ~SETS, powers(fd));
	close(fd);
}

static __u64 use_of(struct nl *nl, __u32 scope, __u32 resource)
{
	return nl_get_limit(nl, scope, resource).use;
}

/* As another container of the same owner's tells it. */
static int has_no_limit(void)
{
	struct nl nl = nl_open();
	struct vt_limit limit = nl_get_limit(&nl, VBUF_SCOPE_TOTAL,
					     VBUF_RESOURCE_CHANNELS);

	return limit.value == ~0ULL && !limit.use;
}

/*
 * Namespaces of tests before this one die when the kernel gets to it, and
 * their channels with them: between two looks the host's number may fall.
 */
static int create_counted(struct nl *host)
{
	__u64 before;
	int fd, i;

	for (i = 0; i < 100; i++) {
		before = use_of(host, VBUF_SCOPE_TOTAL, VBUF_RESOURCE_CHANNELS);
		fd = create(NULL, 0600);
		if (use_of(host, VBUF_SCOPE_TOTAL,
			   VBUF_RESOURCE_CHANNELS) == before + 1)
			return fd;
		close(fd);
		usleep(20000);
	}
	return -1;
}

TEST_F(container, limits_are_its_own)
{
	struct nl here = nl_open(), host;
	pid_t pid;
	int fd;

	ns_net_enter(self->home);
	host = nl_open();
	fd = create_counted(&host);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1U, use_of(&here, VBUF_SCOPE_TOTAL, VBUF_RESOURCE_CHANNELS));
	EXPECT_EQ(1U, use_of(&here, VBUF_SCOPE_TOTAL, VBUF_RESOURCE_ENDPOINTS));
	close(fd);
	ASSERT_EQ(0, nl_set_limit(&here, VBUF_SCOPE_TOTAL,
				  VBUF_RESOURCE_CHANNELS, 9).error);
	EXPECT_NE(9U, nl_get_limit(&host, VBUF_SCOPE_TOTAL,
				   VBUF_RESOURCE_CHANNELS).value);
	pid = ns_user_fork(5001, CLONE_NEWNET);
	if (!pid)
		_exit(has_no_limit());
	EXPECT_EQ(1, vt_reap(pid));
	nl_close(&host);
	nl_close(&here);
}

static __u32 uid_told_of(struct nl *nl, uid_t creator)
{
	struct nl_event event;
	int fd;

	if (seteuid(creator))
		vt_die("become user %u", creator);
	fd = create(NULL, 0666);
	if (seteuid(0) || fd < 0)
		vt_die("create: %d", fd);
	event = nl_next_event(nl);
	if (event.kind != VBUF_EVENT_CREATED ||
	    event.channel != vt_getattr(fd).id)
		vt_die("event %u", event.kind);
	close(fd);
	if (nl_next_event(nl).uid != event.uid ||
	    nl_next_event(nl).uid != event.uid)
		vt_die("another user went");
	return event.uid;
}

/* Whoever listens: it is one message. */
TEST_F(container, events_tell_users_as_it_has_them)
{
	struct nl nl = nl_joined();

	EXPECT_EQ(INNER_ID, uid_told_of(&nl, NS_FIRST_ID + INNER_ID));
	EXPECT_EQ(OVERFLOW_ID, uid_told_of(&nl, foreign.uid));
	nl_close(&nl);
	nl = nl_subscribed();
	EXPECT_EQ(INNER_ID, uid_told_of(&nl, NS_FIRST_ID + INNER_ID));
	EXPECT_EQ(OVERFLOW_ID, uid_told_of(&nl, foreign.uid));
	nl_close(&nl);
}

TEST_HARNESS_MAIN
