// SPDX-License-Identifier: GPL-2.0
/*
 * Events: which there are, in which order, who hears them, and that who loses one
 * is told.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "param.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#define PATIENCE_MSEC	20000

static const struct ns_user user = { 5001, 5001, 5001 };
static const struct ns_user another = { 5002, 5002, 5002 };

struct event {
	bool came;
	__u32 kind;
	__u32 uid;
	__u32 rights;
	__u32 scope;
	__u32 resource;
	__u64 channel;
	__u64 endpoint;
	__u64 count;
	__u64 since;
	__u64 value;
	__u64 time;
	char name[VBUF_NAME_SIZE];
};

struct group {
	const char *name;
	__u32 id;
};

/* One of the groups that a family has: the attributes of one, within those of all. */
static void take_group(const char *at, size_t len, struct group *group)
{
	const char *end = at + len, *name = NULL;
	const struct nlattr *attr;
	__u32 id = 0;

	for (; at < end; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const void *)at;
		if (attr->nla_type == CTRL_ATTR_MCAST_GRP_NAME)
			name = nl_data(attr);
		else if (attr->nla_type == CTRL_ATTR_MCAST_GRP_ID)
			memcpy(&id, nl_data(attr), sizeof(id));
	}
	if (name && !strcmp(name, group->name))
		group->id = id;
}

static void take_groups(const struct nlmsghdr *message, void *ctx)
{
	const struct nlattr *attrs[32], *all, *one;
	const char *at, *end;

	nl_parse(message, attrs, 31);
	all = attrs[CTRL_ATTR_MCAST_GROUPS];
	if (!all)
		vt_die("a family without groups");
	end = (const char *)all + all->nla_len;
	for (at = nl_data(all); at < end; at += NLA_ALIGN(one->nla_len)) {
		one = (const void *)at;
		take_group(nl_data(one), nl_len(one), ctx);
	}
}

static __u32 group_id(struct nl *nl, const char *name)
{
	struct group group = { .name = name };

	if (nl_ask_family(nl, take_groups, &group) || !group.id)
		vt_die("the group %s", name);
	return group.id;
}

static long join(struct nl *nl, const char *name)
{
	__u32 id = group_id(nl, name);

	return setsockopt(nl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id,
			  sizeof(id)) ? -errno : 0;
}

static struct nl listen_to(const char *name)
{
	struct nl nl = nl_open();
	long ret = join(&nl, name);

	if (ret)
		vt_die("join %s: %ld", name, ret);
	/* Events answer to nothing. */
	nl.seq = 0;
	return nl;
}

static __u64 number_of(const struct nlattr *attr, size_t size)
{
	__u64 number = 0;

	if (!attr)
		return 0;
	if (nl_len(attr) != size)
		vt_die("a number of %zu bytes", nl_len(attr));
	memcpy(&number, nl_data(attr), size);
	return number;
}

static void take_event(const struct nlmsghdr *message, void *ctx)
{
	const struct nlattr *attrs[VBUF_A_EVENT_MAX + 1];
	struct event *event = ctx;

	if (((const struct genlmsghdr *)NLMSG_DATA(message))->cmd !=
	    VBUF_CMD_EVENT || event->came)
		vt_die("no event, or more than one");
	nl_parse(message, attrs, VBUF_A_EVENT_MAX);
	if (!attrs[VBUF_A_EVENT_KIND] || !attrs[VBUF_A_EVENT_UID])
		vt_die("an event without a kind or a uid");
	event->came = true;
	event->kind = number_of(attrs[VBUF_A_EVENT_KIND], 4);
	event->uid = number_of(attrs[VBUF_A_EVENT_UID], 4);
	event->rights = number_of(attrs[VBUF_A_EVENT_RIGHTS], 4);
	event->scope = number_of(attrs[VBUF_A_EVENT_SCOPE], 4);
	event->resource = number_of(attrs[VBUF_A_EVENT_RESOURCE], 4);
	event->channel = number_of(attrs[VBUF_A_EVENT_CHANNEL], 8);
	event->endpoint = number_of(attrs[VBUF_A_EVENT_ENDPOINT], 8);
	event->count = number_of(attrs[VBUF_A_EVENT_COUNT], 8);
	event->since = number_of(attrs[VBUF_A_EVENT_SINCE], 8);
	event->value = number_of(attrs[VBUF_A_EVENT_VALUE], 8);
	event->time = number_of(attrs[VBUF_A_EVENT_TIME], 8);
	if (attrs[VBUF_A_EVENT_NAME])
		snprintf(event->name, sizeof(event->name), "%s",
			 (const char *)nl_data(attrs[VBUF_A_EVENT_NAME]));
}

/* The next one; none within the time ends the test. */
static struct event next(struct nl *nl)
{
	struct pollfd pollfd = { .fd = nl->fd, .events = POLLIN };
	struct nl_answer answer = { .over = false };
	struct event event = { .came = false };

	if (poll(&pollfd, 1, PATIENCE_MSEC) != 1 ||
	    nl_receive(nl, &answer, take_event, &event) || !event.came)
		vt_die("no event");
	return event;
}

/* Whether it can choose among listeners. */
static bool kernel_chooses(void)
{
	struct utsname uts;
	int major, minor;

	if (uname(&uts) || sscanf(uts.release, "%d.%d", &major, &minor) != 2)
		vt_die("uname");
	return major > 6 || (major == 6 && minor >= 8);
}

/* Whatever was sent before now has arrived, or was not for this listener. */
static bool is_silent(struct nl *nl)
{
	struct pollfd pollfd = { .fd = nl->fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) == 0;
}

FIXTURE(events) {
	struct params params;
	struct nl nl;
};

FIXTURE_SETUP(events)
{
	param_save(&self->params);
	umask(0);
	self->nl = listen_to(VBUF_GROUP_EVENTS);
}

FIXTURE_TEARDOWN_PARENT(events)
{
	param_restore(&self->params);
}

static struct vbuf_attr with_mode(__u32 slots, __u32 flags, __u32 mode)
{
	struct vbuf_attr attr = vt_attr(slots, 64);

	attr.flags = flags;
	attr.mode = mode;
	return attr;
}

TEST_F(events, life_of_a_channel)
{
	struct event event;
	int fd, other;
	__u64 id;

	fd = vt_create("events.life", with_mode(4, 0, 0666), VT_BOTH);
	ASSERT_LE(0, fd);
	id = vt_getattr(fd).id;
	event = next(&self->nl);
	EXPECT_EQ(VBUF_EVENT_CREATED, event.kind);
	EXPECT_EQ(id, event.channel);
	EXPECT_STREQ("events.life", event.name);
	EXPECT_EQ(0U, event.uid);
	EXPECT_EQ(0U, event.endpoint);
	EXPECT_NE(0U, event.time);

	other = vt_reopen(fd, VT_SEND);
	ASSERT_LE(0, other);
	event = next(&self->nl);
	EXPECT_EQ(VBUF_EVENT_CAME, event.kind);
	EXPECT_EQ(id, event.channel);
	EXPECT_EQ((__u32)VBUF_RIGHT_SEND, event.rights);
	EXPECT_NE(0U, event.endpoint);
	id = event.endpoint;
	close(other);
	event = next(&self->nl);
	EXPECT_EQ(VBUF_EVENT_WENT, event.kind);
	EXPECT_EQ(id, event.endpoint);

	ASSERT_EQ(0, vt_unlink("events.life"));
	event = next(&self->nl);
	EXPECT_EQ(VBUF_EVENT_UNLINKED, event.kind);
	EXPECT_STREQ("events.life", event.name);
	close(fd);
	EXPECT_EQ(VBUF_EVENT_WENT, next(&self->nl).kind);
	event = next(&self->nl);
	EXPECT_EQ(VBUF_EVENT_REMOVED, event.kind);
	EXPECT_STREQ("events.life", event.name);
	EXPECT_TRUE(is_silent(&self->nl));
}

TEST_F(events, an_endpoint_dies_holding_messages)
{
	char bytes[2];
	struct vbuf_msg msgs[2] = {
		{ .buf = (uintptr_t)&bytes[0], .size = 1 },
		{ .buf = (uintptr_t)&bytes[1], .size = 1 },
	};
	struct event event;
	int fd, rx;

	fd = vt_create(NULL, with_mode(4, VBUF_REDELIVER, 0666), VT_BOTH);
	ASSERT_LE(0, fd);
	rx = vt_reopen(fd, VT_RECV);
	ASSERT_LE(0, rx);
	EXPECT_EQ(VBUF_EVENT_CREATED, next(&self->nl).kind);
	EXPECT_EQ(VBUF_EVENT_CAME, next(&self->nl).kind);
	ASSERT_EQ(0, vt_put(fd, 'a'));
	ASSERT_EQ(0, vt_put(fd, 'b'));
	ASSERT_EQ(2, vt_recvv(rx, msgs, 2, VBUF_HOLD));
	close(rx);
	event = next(&self->nl);
	EXPECT_EQ(VBUF_EVENT_DIED, event.kind);
	EXPECT_EQ(2U, event.count);
	EXPECT_NE(0U, event.endpoint);
	EXPECT_EQ(VBUF_EVENT_WENT, next(&self->nl).kind);
	EXPECT_EQ('a', vt_take(fd));
	EXPECT_EQ('b', vt_take(fd));
	close(fd);
}

TEST_F(events, a_sender_waits_for_long)
{
	struct event event;
	pid_t pid;
	int fd;

	param_set(STALL_MS, 50);
	fd = vt_create(NULL, with_mode(1, 0, 0666), VT_BOTH);
	ASSERT_LE(0, fd);
	EXPECT_EQ(VBUF_EVENT_CREATED, next(&self->nl).kind);
	ASSERT_EQ(0, vt_put(fd, 'a'));
	EXPECT_TRUE(is_silent(&self->nl));
	pid = vt_fork();
	if (!pid)
		_exit(-vt_send(fd, "b", 1, 0));
	event = next(&self->nl);
	EXPECT_EQ(VBUF_EVENT_STALLED, event.kind);
	EXPECT_EQ(vt_getattr(fd).id, event.channel);
	EXPECT_EQ(1U, event.count);
	EXPECT_LT(event.since, event.time);
	EXPECT_EQ('a', vt_take(fd));
	EXPECT_EQ(VBUF_EVENT_FLOWS, next(&self->nl).kind);
	EXPECT_EQ(0, vt_reap(pid));
	/* It is watched again. */
	pid = vt_fork();
	if (!pid)
		_exit(-vt_send(fd, "c", 1, 0));
	EXPECT_EQ(VBUF_EVENT_STALLED, next(&self->nl).kind);
	EXPECT_EQ('b', vt_take(fd));
	EXPECT_EQ(VBUF_EVENT_FLOWS, next(&self->nl).kind);
	EXPECT_EQ(0, vt_reap(pid));
	close(fd);
}

static long create_as(void *arg)
{
	int fd = vt_create(NULL, with_mode(1, 0, *(__u32 *)arg), VT_BOTH);

	return fd < 0 ? fd : close(fd);
}

TEST_F(events, a_limit_refuses_somebody)
{
	struct nl nl = listen_to(VBUF_GROUP_PRIVATE);
	__u32 mode = 0600;
	struct event event;

	param_set(USER_CHANNELS, 0);
	EXPECT_EQ(-EDQUOT, ns_as(user, create_as, &mode));
	EXPECT_TRUE(is_silent(&self->nl));
	if (!kernel_chooses()) {
		EXPECT_TRUE(is_silent(&nl));
		return;
	}
	event = next(&nl);
	EXPECT_EQ(VBUF_EVENT_LIMIT, event.kind);
	EXPECT_EQ((__u32)VBUF_SCOPE_USER, event.scope);
	EXPECT_EQ((__u32)VBUF_RESOURCE_CHANNELS, event.resource);
	EXPECT_EQ(0U, event.value);
	EXPECT_EQ(user.uid, event.uid);
	EXPECT_EQ(0U, event.channel);
	nl_close(&nl);
}

FIXTURE(modes) {
	struct nl all;
	struct nl private;
};

FIXTURE_VARIANT(modes) {
	__u32 mode;
	bool public;
};

FIXTURE_VARIANT_ADD(modes, all) { 0666, true };
FIXTURE_VARIANT_ADD(modes, read) { 0444, true };
FIXTURE_VARIANT_ADD(modes, read_or_write) { 0642, true };
FIXTURE_VARIANT_ADD(modes, owner) { 0600, false };
FIXTURE_VARIANT_ADD(modes, group) { 0660, false };
FIXTURE_VARIANT_ADD(modes, not_group) { 0606, false };

FIXTURE_SETUP(modes)
{
	umask(0);
	self->all = listen_to(VBUF_GROUP_EVENTS);
	self->private = listen_to(VBUF_GROUP_PRIVATE);
}

FIXTURE_TEARDOWN(modes)
{
	nl_close(&self->all);
	nl_close(&self->private);
}

TEST_F(modes, decide_who_hears)
{
	int fd = vt_create(NULL, with_mode(1, 0, variant->mode), VT_BOTH);
	struct nl *hears = variant->public ? &self->all : &self->private;
	struct nl *deaf = variant->public ? &self->private : &self->all;

	ASSERT_LE(0, fd);
	if (variant->public || kernel_chooses()) {
		EXPECT_EQ(VBUF_EVENT_CREATED, next(hears).kind);
		close(fd);
		EXPECT_EQ(VBUF_EVENT_WENT, next(hears).kind);
		EXPECT_EQ(VBUF_EVENT_REMOVED, next(hears).kind);
	} else {
		close(fd);
		EXPECT_TRUE(is_silent(hears));
	}
	EXPECT_TRUE(is_silent(deaf));
}

/* A child that listens to the private group, and tells how many events it got. */
static pid_t listener(struct ns_user who, int *ready, int *go)
{
	int to[2], from[2];
	char byte = 0;
	pid_t pid;

	if (pipe(to) || pipe(from))
		vt_die("pipe");
	pid = vt_fork();
	if (pid == 0) {
		unsigned int n = 0;
		struct nl nl;

		ns_become(who);
		nl = listen_to(VBUF_GROUP_PRIVATE);
		if (write(to[1], &byte, 1) != 1 || read(from[0], &byte, 1) != 1)
			vt_die("a pipe");
		for (; !is_silent(&nl); n++)
			next(&nl);
		_exit(n);
	}
	*ready = to[0];
	*go = from[1];
	close(to[1]);
	close(from[0]);
	return pid;
}

/* How many events a user hears as user 5001 creates a private channel. */
static long heard_by(struct ns_user who, __u32 mode)
{
	int ready, go;
	pid_t pid = listener(who, &ready, &go);
	char byte;
	long ret;

	if (read(ready, &byte, 1) != 1)
		vt_die("the listener");
	ret = ns_as(user, create_as, &mode);
	if (ret || write(go, &byte, 1) != 1)
		vt_die("create: %ld", ret);
	ret = vt_reap(pid);
	close(ready);
	close(go);
	return ret;
}

TEST(private_events_are_heard_by_whom_they_concern)
{
	static const struct ns_user member = { 5003, 5003, 5001 };
	static const struct ns_user root = { 0, 0, 0 };

	umask(0);
	if (!kernel_chooses()) {
		EXPECT_EQ(0, heard_by(user, 0600));
		EXPECT_EQ(0, heard_by(root, 0600));
		return;
	}
	EXPECT_EQ(3, heard_by(user, 0600));
	EXPECT_EQ(0, heard_by(another, 0600));
	EXPECT_EQ(0, heard_by(member, 0600));
	EXPECT_EQ(3, heard_by(member, 0660));
	EXPECT_EQ(0, heard_by(another, 0660));
	EXPECT_EQ(3, heard_by(root, 0600));
}

TEST_F(events, other_network_namespaces_hear_nothing)
{
	int home = ns_net_self(), other = ns_net_new(), fd;
	struct nl nl;

	ns_net_enter(other);
	nl = listen_to(VBUF_GROUP_EVENTS);
	fd = vt_create("events.there", with_mode(1, 0, 0666), VT_BOTH);
	ns_net_enter(home);
	ASSERT_LE(0, fd);
	EXPECT_EQ(VBUF_EVENT_CREATED, next(&nl).kind);
	EXPECT_TRUE(is_silent(&self->nl));
	/* It is where the channel is that counts, not who goes. */
	close(vt_reopen(fd, VT_SEND));
	EXPECT_EQ(VBUF_EVENT_CAME, next(&nl).kind);
	EXPECT_EQ(VBUF_EVENT_WENT, next(&nl).kind);
	EXPECT_TRUE(is_silent(&self->nl));
	close(fd);
	nl_close(&nl);
	close(other);
}

TEST_F(events, who_loses_some_is_told)
{
	struct nl_answer answer = { .over = false };
	int fd = vt_create(NULL, with_mode(1, 0, 0666), VT_BOTH), i;
	int room = 4096;
	struct event event;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, setsockopt(self->nl.fd, SOL_SOCKET, SO_RCVBUF, &room,
				sizeof(room)));
	for (i = 0; i < 200; i++)
		close(vt_reopen(fd, VT_SEND));
	EXPECT_EQ(-ENOBUFS, nl_receive(&self->nl, &answer, NULL, NULL));
	/* Once; then those that it had room for. */
	EXPECT_EQ(VBUF_EVENT_CREATED, next(&self->nl).kind);
	for (i = 0; !is_silent(&self->nl); i++)
		next(&self->nl);
	EXPECT_GT(400, i);
	close(vt_reopen(fd, VT_RECV));
	event = next(&self->nl);
	EXPECT_EQ(VBUF_EVENT_CAME, event.kind);
	EXPECT_EQ((__u32)VBUF_RIGHT_RECV, event.rights);
	close(fd);
}

TEST_HARNESS_MAIN
