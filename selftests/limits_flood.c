// SPDX-License-Identifier: GPL-2.0
/*
 * Who takes all that can be had, without privilege, gets as much as its limits say,
 * however it goes about it; others are served meanwhile; and when it dies, nothing of
 * what it had is counted any more.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "param.h"
#include "storm.h"

#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define PATIENCE_MSEC	20000U
#define SUBUIDS		65536U
/* What a user may have on a slow machine. */
#define FEW_CHANNELS	256U
#define FEW_ENDPOINTS	1024U
#define FIRST_SUBUID	300000U
#define DUMPS		400U
/* What one user may have, of sockets that have subscribed. */
#define SUBSCRIBED	64U
/* More than a network namespace's queue of events holds. */
#define EVENTS		2000U
/* With so many to deliver each to, they come faster than they go. */
#define SLOWING		500U
/* Channels whose events a socket has room for. */
#define CHANNELS	20U

static const struct ns_user user = { 5001, 5001, 5001 };
static const struct ns_user another = { 5002, 5002, 5002 };

/* What is in use in the host, of all. */
struct use {
	__u64 of[VBUF_RESOURCE_BYTES + 1];
};

/* What a flood got, and was refused, as it tells. */
struct flood {
	int over;
	unsigned int got;
	unsigned int refused;
};

FIXTURE(flood) {
	struct params params;
	struct use before;
	struct flood *flood;
};

static struct use use_of_host(void)
{
	struct nl nl = nl_open();
	struct use use;
	__u32 i;

	for (i = 0; i < ARRAY_SIZE(use.of); i++)
		use.of[i] = nl_get_limit(&nl, VBUF_SCOPE_TOTAL, i).use;
	nl_close(&nl);
	return use;
}

FIXTURE_SETUP(flood)
{
	struct rlimit files = { 20000, 20000 };

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	umask(0);
	param_save(&self->params);
	self->before = use_of_host();
	self->flood = storm_shared(sizeof(*self->flood));
}

FIXTURE_TEARDOWN_PARENT(flood)
{
	param_restore(&self->params);
}

/* A network namespace's end, or a file's, is not to be waited for, but comes. */
static bool use_is_back(const struct use *before)
{
	__u64 end = vt_in(vt_scaled(PATIENCE_MSEC));
	struct use now;

	do {
		now = use_of_host();
		if (!memcmp(&now, before, sizeof(now)))
			return true;
		usleep(10000);
	} while (vt_now() < end);
	fprintf(stderr, "# in use: %llu channels, %llu endpoints, %llu bytes\n",
		now.of[VBUF_RESOURCE_CHANNELS], now.of[VBUF_RESOURCE_ENDPOINTS],
		now.of[VBUF_RESOURCE_BYTES]);
	return false;
}

static int create(__u32 flags, const char *name)
{
	struct vbuf_attr attr = vt_attr(4, 64);

	attr.flags = flags;
	attr.mode = 0600;
	return vt_create(name, attr, VT_BOTH);
}

/* Keeps what it has, until it is killed, or its parent is. */
static void tell_and_stay(struct flood *flood)
{
	/* Becoming another user has cleared it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	__atomic_store_n(&flood->over, 1, __ATOMIC_RELEASE);
	for (;;)
		pause();
}

static void await(struct flood *flood, pid_t pid)
{
	while (!__atomic_load_n(&flood->over, __ATOMIC_ACQUIRE)) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			vt_die("a flood ended");
		usleep(1000);
	}
}

static pid_t start(struct flood *flood, void (*work)(struct flood *flood))
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		ns_become(user);
		work(flood);
		tell_and_stay(flood);
	}
	await(flood, pid);
	return pid;
}

/* An event, and not that one was lost. */
static bool hears(struct nl *nl)
{
	struct pollfd pollfd = { .fd = nl->fd, .events = POLLIN };
	struct nl_answer answer = { .over = false };

	if (poll(&pollfd, 1, vt_scaled(PATIENCE_MSEC)) != 1)
		return false;
	return !nl_receive(nl, &answer, NULL, NULL) && answer.messages;
}

/* Creates, opens, sends, receives, looks, and hears: 0 or -errno. */
static long be_served(void *arg)
{
	struct nl nl = nl_subscribed();
	struct vt_channel info;
	int fd, tx, i;

	(void)arg;
	fd = create(0, NULL);
	tx = vt_reopen(fd, VT_SEND);
	if (fd < 0 || tx < 0)
		return fd < 0 ? fd : tx;
	for (i = 0; i < 4; i++)
		if (vt_put(tx, 'a' + i))
			return -EBADR;
	for (i = 0; i < 4; i++)
		if (vt_take(fd) != 'a' + i)
			return -EBADE;
	info = vt_look(fd);
	if (info.hidden || info.sent != 4 || vt_channels(NULL, 0) < 1)
		return -EBADF;
	return hears(&nl) ? 0 : -ENOMSG;
}

static long serve_another(void)
{
	return ns_as(another, be_served, NULL);
}

/* How many a user may have: on a slow machine, not as many as it could. */
static unsigned int allow(const struct params *params, enum param which,
			  unsigned int few)
{
	unsigned int most = storm_few(params->value[which], few);

	param_set(which, most);
	return most;
}

static void create_all(struct flood *flood)
{
	while (create(0, NULL) >= 0)
		flood->got++;
	flood->refused += create(0, NULL) == -EDQUOT;
}

TEST_F_TIMEOUT(flood, of_channels, 60)
{
	unsigned int most = allow(&self->params, USER_CHANNELS, FEW_CHANNELS);
	pid_t pid;

	pid = start(self->flood, create_all);
	EXPECT_EQ(most, self->flood->got);
	EXPECT_EQ(1U, self->flood->refused);
	EXPECT_EQ(2U, param_hits(&self->params, USER_CHANNELS));
	EXPECT_EQ(0, serve_another());
	storm_kill(pid);
	EXPECT_TRUE(use_is_back(&self->before));
}

static void open_all(struct flood *flood)
{
	int first = create(0, NULL), fd = first;

	while (fd >= 0) {
		flood->got++;
		fd = vt_reopen(first, VT_SEND);
	}
	flood->refused += fd == -EDQUOT;
}

TEST_F_TIMEOUT(flood, of_endpoints, 60)
{
	unsigned int most = allow(&self->params, USER_ENDPOINTS, FEW_ENDPOINTS);
	pid_t pid;

	pid = start(self->flood, open_all);
	EXPECT_EQ(most, self->flood->got);
	EXPECT_EQ(1U, self->flood->refused);
	EXPECT_EQ(1U, param_hits(&self->params, USER_ENDPOINTS));
	EXPECT_EQ(0, serve_another());
	storm_kill(pid);
	EXPECT_TRUE(use_is_back(&self->before));
}

/* None is read to its end. */
static void dump_all(struct flood *flood)
{
	static const __u8 commands[] = {
		VBUF_CMD_CHANNEL_GET, VBUF_CMD_ENDPOINT_GET };
	struct nl_request request;
	struct nl nl;

	for (; flood->got < storm_scale(DUMPS); flood->got++) {
		nl = nl_open();
		nl_begin(&request, commands[flood->got % 2], NLM_F_DUMP);
		if (nl_send(&nl, &request))
			vt_die("dump %u", flood->got);
	}
}

TEST_F_TIMEOUT(flood, of_dumps, 60)
{
	int fds[300];
	unsigned int i;
	pid_t pid;

	/* More than the kernel tells before it is read. */
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = create(0, NULL);
	ASSERT_LE(0, fds[299]);
	pid = start(self->flood, dump_all);
	EXPECT_EQ(storm_scale(DUMPS), self->flood->got);
	EXPECT_EQ(0, serve_another());
	storm_kill(pid);
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	EXPECT_TRUE(use_is_back(&self->before));
}

/* Nobody reads what they hear. */
static void subscribe_all(struct flood *flood)
{
	struct nl nl = nl_open();
	long ret;

	while (!(ret = nl_subscribe(&nl))) {
		flood->got++;
		nl = nl_open();
	}
	flood->refused += ret == -EDQUOT;
}

static void make_events_for_ever(struct flood *flood)
{
	unsigned int n;

	subscribe_all(flood);
	for (n = 0;; n++) {
		close(create(0, NULL));
		if (n == storm_scale(EVENTS))
			__atomic_store_n(&flood->over, 1, __ATOMIC_RELEASE);
	}
}

TEST_F_TIMEOUT(flood, of_subscriptions_and_events, 60)
{
	pid_t pid;

	pid = start(self->flood, make_events_for_ever);
	EXPECT_EQ(SUBSCRIBED, self->flood->got);
	EXPECT_EQ(1U, self->flood->refused);
	/* While it goes on. */
	EXPECT_EQ(0, serve_another());
	EXPECT_EQ(0, serve_another());
	storm_kill(pid);
	EXPECT_TRUE(use_is_back(&self->before));
}

static void open_for_ever(struct flood *flood)
{
	int fd = create(0, NULL);
	unsigned int n;

	for (n = 0;; n++) {
		close(vt_reopen(fd, VT_SEND));
		if (n == storm_scale(EVENTS))
			__atomic_store_n(&flood->over, 1, __ATOMIC_RELEASE);
	}
}

static void become(uid_t uid)
{
	if (seteuid(uid))
		vt_die("become user %u", uid);
}

FIXTURE(flood_of_events) {
	struct nl sees_all;
	struct nl others;
	struct nl joined;
	struct nl slowing[SLOWING];
	unsigned int count;
};

FIXTURE_SETUP(flood_of_events)
{
	int room = 64 << 20;
	unsigned int i;

	umask(0);
	self->sees_all = nl_subscribed();
	ASSERT_EQ(0, setsockopt(self->sees_all.fd, SOL_SOCKET, SO_RCVBUFFORCE,
				&room, sizeof(room)));
	become(another.uid);
	self->others = nl_subscribed();
	become(0);
	self->joined = nl_joined();
	self->count = storm_few(SLOWING, SLOWING / 4);
	for (i = 0; i < self->count; i++)
		self->slowing[i] = nl_subscribed();
}

FIXTURE_TEARDOWN(flood_of_events)
{
	nl_close(&self->sees_all);
	nl_close(&self->others);
	nl_close(&self->joined);
}

/* What is lost of it is no loss to who may not see it, or came later. */
TEST_F_TIMEOUT(flood_of_events, of_a_private_channel, 60)
{
	struct flood *flood = storm_shared(sizeof(*flood));
	struct nl_answer answer = { .over = false };
	struct nl late;
	unsigned int i;
	pid_t pid;

	pid = start(flood, open_for_ever);
	become(another.uid);
	for (i = 0; i < CHANNELS; i++)
		EXPECT_EQ(0, close(create(0, NULL)));
	become(0);
	while (!(vt_poll(self->sees_all.fd, POLLIN) & POLLERR))
		usleep(1000);
	storm_kill(pid);
	late = nl_subscribed();
	for (i = 0; i < self->count; i++)
		nl_close(&self->slowing[i]);
	EXPECT_FALSE(nl_is_silent(&self->sees_all));
	EXPECT_EQ(-ENOBUFS, nl_receive(&self->sees_all, &answer, NULL, NULL));
	for (i = 0; i < CHANNELS; i++) {
		EXPECT_EQ(VBUF_EVENT_CREATED, nl_next_event(&self->others).kind);
		EXPECT_EQ(VBUF_EVENT_WENT, nl_next_event(&self->others).kind);
		EXPECT_EQ(VBUF_EVENT_REMOVED, nl_next_event(&self->others).kind);
	}
	EXPECT_TRUE(nl_is_silent(&self->others));
	EXPECT_TRUE(nl_is_silent(&self->joined));
	EXPECT_TRUE(nl_is_silent(&late));
	nl_close(&late);
}

/* Each id takes one, as long as there are any. */
static void create_as_each(struct flood *flood, unsigned int ids)
{
	struct vbuf_create one = {
		.size = sizeof(one), .rights = VT_BOTH, .attr = vt_attr(4, 64) };
	int device = vt_device();
	unsigned int id;
	long ret;

	/* Who is not root any more may become the next one nevertheless. */
	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP))
		vt_die("PR_SET_SECUREBITS");
	for (id = 0; id < ids; id++) {
		if (syscall(SYS_setresuid, -1, id, -1))
			vt_die("become subuid %u", id);
		ret = vt_ioctl(device, VBUF_IOC_CREATE, &one);
		if (ret && ret != -EDQUOT)
			vt_die("create as subuid %u: %ld", id, ret);
		if (!ret)
			device = vt_device();
		flood->got += !ret;
		flood->refused += !!ret;
	}
}

/* In a user namespace of the user's, a user namespace of one of its users'. */
static pid_t start_subuids(struct flood *flood, unsigned int ids)
{
	struct ns_ids outer = { FIRST_SUBUID, SUBUIDS }, all = { 0, SUBUIDS };
	pid_t pid = ns_user_fork_with(user.uid, CLONE_NEWNET, outer);

	if (pid)
		return pid;
	pid = ns_user_fork_with(1, CLONE_NEWNET, all);
	if (pid)
		_exit(vt_reap(pid));
	create_as_each(flood, ids);
	tell_and_stay(flood);
	return 0;
}

static long create_one(void *arg)
{
	int fd = create(0, NULL);

	(void)arg;
	return fd < 0 ? fd : 0;
}

TEST_F_TIMEOUT(flood, of_subuids, 120)
{
	unsigned int most = allow(&self->params, USER_CHANNELS, FEW_CHANNELS);
	unsigned int ids = storm_few(SUBUIDS, 8 * FEW_CHANNELS);
	__u64 begin;
	pid_t pid;

	begin = vt_now();
	pid = start_subuids(self->flood, ids);
	await(self->flood, pid);
	TH_LOG("%u subuids tried in %llu ms", ids,
	       (vt_now() - begin) / VT_NSEC_PER_MSEC);
	EXPECT_EQ(most, self->flood->got);
	EXPECT_EQ(ids - most, self->flood->refused);
	EXPECT_EQ(ids - most, param_hits(&self->params, USER_CHANNELS));
	EXPECT_EQ(-EDQUOT, ns_as(user, create_one, NULL));
	EXPECT_EQ(0, serve_another());
	storm_kill(pid);
	EXPECT_TRUE(use_is_back(&self->before));
}

/* Channels that persist, with messages, of several users of a container. */
static void leave_behind(struct flood *flood)
{
	char name[VBUF_NAME_SIZE];
	int fd;

	for (; flood->got < 20; flood->got++) {
		snprintf(name, sizeof(name), "left-%u", flood->got);
		if (seteuid(flood->got))
			vt_die("become user %u", flood->got);
		fd = create(VBUF_PERSIST, name);
		if (fd < 0 || vt_put(fd, 'x') || vt_put(fd, 'y') || seteuid(0))
			vt_die("create: %d", fd);
	}
}

TEST_F(flood, dies_with_its_namespaces)
{
	struct use now;
	pid_t pid;

	pid = ns_user_fork(user.uid, CLONE_NEWNET);
	if (!pid) {
		leave_behind(self->flood);
		tell_and_stay(self->flood);
	}
	await(self->flood, pid);
	now = use_of_host();
	EXPECT_EQ(self->before.of[VBUF_RESOURCE_CHANNELS] + 20,
		  now.of[VBUF_RESOURCE_CHANNELS]);
	EXPECT_EQ(self->before.of[VBUF_RESOURCE_ENDPOINTS] + 20,
		  now.of[VBUF_RESOURCE_ENDPOINTS]);
	EXPECT_LE(self->before.of[VBUF_RESOURCE_BYTES] + 20 * 4 * 64,
		  now.of[VBUF_RESOURCE_BYTES]);
	storm_kill(pid);
	EXPECT_TRUE(use_is_back(&self->before));
}

TEST_HARNESS_MAIN
