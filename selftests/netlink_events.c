// SPDX-License-Identifier: GPL-2.0
/*
 * Events: which there are, in which order, who hears them, and that who loses one
 * is told.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "param.h"
#include "storm.h"

#include <sys/socket.h>
#include <sys/stat.h>

static const struct ns_user user = { 5001, 5001, 5001 };
static const struct ns_user another = { 5002, 5002, 5002 };

FIXTURE(events) {
	struct params params;
	struct nl nl;
};

FIXTURE_SETUP(events)
{
	param_save(&self->params);
	umask(0);
	self->nl = nl_joined();
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
	struct nl_event event;
	int fd, other;
	__u64 id;

	fd = vt_create("events.life", with_mode(4, 0, 0666), VT_BOTH);
	ASSERT_LE(0, fd);
	id = vt_getattr(fd).id;
	event = nl_next_event(&self->nl);
	EXPECT_EQ(VBUF_EVENT_CREATED, event.kind);
	EXPECT_EQ(id, event.channel);
	EXPECT_STREQ("events.life", event.name);
	EXPECT_EQ(0U, event.uid);
	EXPECT_EQ(0U, event.endpoint);
	EXPECT_NE(0U, event.time);

	other = vt_reopen(fd, VT_SEND);
	ASSERT_LE(0, other);
	event = nl_next_event(&self->nl);
	EXPECT_EQ(VBUF_EVENT_CAME, event.kind);
	EXPECT_EQ(id, event.channel);
	EXPECT_EQ((__u32)VBUF_RIGHT_SEND, event.rights);
	EXPECT_NE(0U, event.endpoint);
	id = event.endpoint;
	close(other);
	event = nl_next_event(&self->nl);
	EXPECT_EQ(VBUF_EVENT_WENT, event.kind);
	EXPECT_EQ(id, event.endpoint);

	ASSERT_EQ(0, vt_unlink("events.life"));
	event = nl_next_event(&self->nl);
	EXPECT_EQ(VBUF_EVENT_UNLINKED, event.kind);
	EXPECT_STREQ("events.life", event.name);
	close(fd);
	EXPECT_EQ(VBUF_EVENT_WENT, nl_next_event(&self->nl).kind);
	event = nl_next_event(&self->nl);
	EXPECT_EQ(VBUF_EVENT_REMOVED, event.kind);
	EXPECT_STREQ("events.life", event.name);
	EXPECT_TRUE(nl_is_silent(&self->nl));
}

TEST_F(events, an_endpoint_dies_holding_messages)
{
	char bytes[2];
	struct vbuf_msg msgs[2] = {
		{ .buf = (uintptr_t)&bytes[0], .size = 1 },
		{ .buf = (uintptr_t)&bytes[1], .size = 1 },
	};
	struct nl_event event;
	int fd, rx;

	fd = vt_create(NULL, with_mode(4, VBUF_REDELIVER, 0666), VT_BOTH);
	ASSERT_LE(0, fd);
	rx = vt_reopen(fd, VT_RECV);
	ASSERT_LE(0, rx);
	EXPECT_EQ(VBUF_EVENT_CREATED, nl_next_event(&self->nl).kind);
	EXPECT_EQ(VBUF_EVENT_CAME, nl_next_event(&self->nl).kind);
	ASSERT_EQ(0, vt_put(fd, 'a'));
	ASSERT_EQ(0, vt_put(fd, 'b'));
	ASSERT_EQ(2, vt_recvv(rx, msgs, 2, VBUF_HOLD));
	close(rx);
	event = nl_next_event(&self->nl);
	EXPECT_EQ(VBUF_EVENT_DIED, event.kind);
	EXPECT_EQ(2U, event.count);
	EXPECT_NE(0U, event.endpoint);
	EXPECT_EQ(VBUF_EVENT_WENT, nl_next_event(&self->nl).kind);
	EXPECT_EQ('a', vt_take(fd));
	EXPECT_EQ('b', vt_take(fd));
	close(fd);
}

TEST_F(events, a_sender_waits_for_long)
{
	struct nl_event event;
	pid_t pid;
	int fd;

	param_set(STALL_MS, 50);
	fd = vt_create(NULL, with_mode(1, 0, 0666), VT_BOTH);
	ASSERT_LE(0, fd);
	EXPECT_EQ(VBUF_EVENT_CREATED, nl_next_event(&self->nl).kind);
	ASSERT_EQ(0, vt_put(fd, 'a'));
	EXPECT_TRUE(nl_is_silent(&self->nl));
	pid = vt_fork();
	if (!pid)
		_exit(-vt_send(fd, "b", 1, 0));
	event = nl_next_event(&self->nl);
	EXPECT_EQ(VBUF_EVENT_STALLED, event.kind);
	EXPECT_EQ(vt_getattr(fd).id, event.channel);
	EXPECT_EQ(1U, event.count);
	EXPECT_LT(event.since, event.time);
	EXPECT_EQ('a', vt_take(fd));
	EXPECT_EQ(VBUF_EVENT_FLOWS, nl_next_event(&self->nl).kind);
	EXPECT_EQ(0, vt_reap(pid));
	/* It is watched again. */
	pid = vt_fork();
	if (!pid)
		_exit(-vt_send(fd, "c", 1, 0));
	EXPECT_EQ(VBUF_EVENT_STALLED, nl_next_event(&self->nl).kind);
	EXPECT_EQ('b', vt_take(fd));
	EXPECT_EQ(VBUF_EVENT_FLOWS, nl_next_event(&self->nl).kind);
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
	struct nl nl = nl_subscribed();
	__u32 mode = 0600;
	struct nl_event event;

	param_set(USER_CHANNELS, 0);
	EXPECT_EQ(-EDQUOT, ns_as(user, create_as, &mode));
	EXPECT_TRUE(nl_is_silent(&self->nl));
	event = nl_next_event(&nl);
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
	struct nl own;
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
	self->all = nl_joined();
	self->own = nl_subscribed();
}

FIXTURE_TEARDOWN(modes)
{
	nl_close(&self->all);
	nl_close(&self->own);
}

TEST_F(modes, decide_who_hears)
{
	int fd = vt_create(NULL, with_mode(1, 0, variant->mode), VT_BOTH);

	ASSERT_LE(0, fd);
	close(fd);
	EXPECT_EQ(VBUF_EVENT_CREATED, nl_next_event(&self->own).kind);
	EXPECT_EQ(VBUF_EVENT_WENT, nl_next_event(&self->own).kind);
	EXPECT_EQ(VBUF_EVENT_REMOVED, nl_next_event(&self->own).kind);
	EXPECT_TRUE(nl_is_silent(&self->own));
	if (variant->public) {
		EXPECT_EQ(VBUF_EVENT_CREATED, nl_next_event(&self->all).kind);
		EXPECT_EQ(VBUF_EVENT_WENT, nl_next_event(&self->all).kind);
		EXPECT_EQ(VBUF_EVENT_REMOVED, nl_next_event(&self->all).kind);
	}
	EXPECT_TRUE(nl_is_silent(&self->all));
}

/* A child that has subscribed, and tells how many events it got. */
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
		nl = nl_subscribed();
		if (write(to[1], &byte, 1) != 1 || read(from[0], &byte, 1) != 1)
			vt_die("a pipe");
		for (; !nl_is_silent(&nl); n++)
			nl_next_event(&nl);
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

TEST(subscribers_hear_what_they_may_see)
{
	static const struct ns_user member = { 5003, 5003, 5001 };
	static const struct ns_user root = { 0, 0, 0 };

	umask(0);
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
	nl = nl_joined();
	fd = vt_create("events.there", with_mode(1, 0, 0666), VT_BOTH);
	ns_net_enter(home);
	ASSERT_LE(0, fd);
	EXPECT_EQ(VBUF_EVENT_CREATED, nl_next_event(&nl).kind);
	EXPECT_TRUE(nl_is_silent(&self->nl));
	/* It is where the channel is that counts, not who goes. */
	close(vt_reopen(fd, VT_SEND));
	EXPECT_EQ(VBUF_EVENT_CAME, nl_next_event(&nl).kind);
	EXPECT_EQ(VBUF_EVENT_WENT, nl_next_event(&nl).kind);
	EXPECT_TRUE(nl_is_silent(&self->nl));
	close(fd);
	nl_close(&nl);
	close(other);
}

FIXTURE(loss) {
	struct nl nl;
};

FIXTURE_VARIANT(loss) {
	struct nl (*listen)(void);
};

FIXTURE_VARIANT_ADD(loss, joined) { nl_joined };
FIXTURE_VARIANT_ADD(loss, subscribed) { nl_subscribed };

FIXTURE_SETUP(loss)
{
	umask(0);
	self->nl = variant->listen();
}

FIXTURE_TEARDOWN(loss)
{
	nl_close(&self->nl);
}

TEST_F(loss, is_told)
{
	struct nl_answer answer = { .over = false };
	int fd = vt_create(NULL, with_mode(1, 0, 0666), VT_BOTH), i;
	int room = 4096;
	struct nl_event event;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, setsockopt(self->nl.fd, SOL_SOCKET, SO_RCVBUF, &room,
				sizeof(room)));
	for (i = 0; i < 200; i++)
		close(vt_reopen(fd, VT_SEND));
	EXPECT_FALSE(nl_is_silent(&self->nl));
	EXPECT_EQ(-ENOBUFS, nl_receive(&self->nl, &answer, NULL, NULL));
	/* Once; then those that it had room for. */
	EXPECT_EQ(VBUF_EVENT_CREATED, nl_next_event(&self->nl).kind);
	EXPECT_GT(400U, nl_drop_events(&self->nl));
	close(vt_reopen(fd, VT_RECV));
	event = nl_next_event(&self->nl);
	EXPECT_EQ(VBUF_EVENT_CAME, event.kind);
	EXPECT_EQ((__u32)VBUF_RIGHT_RECV, event.rights);
	close(fd);
}

#define SLOWING	500U

/* With so many to deliver it to, more come than wait for that. */
TEST_F(loss, where_events_wait_is_told)
{
	unsigned int slowing = storm_few(SLOWING, SLOWING / 4), n;
	unsigned int times = storm_few(2000, 1000);
	int fd = vt_create(NULL, with_mode(1, 0, 0666), VT_BOTH);
	struct nl_answer answer = { .over = false };
	struct nl others[SLOWING];
	int room = 64 << 20;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, setsockopt(self->nl.fd, SOL_SOCKET, SO_RCVBUFFORCE, &room,
				sizeof(room)));
	for (n = 0; n < slowing; n++)
		others[n] = nl_subscribed();
	for (n = 0; n < times; n++)
		close(vt_reopen(fd, VT_SEND));
	for (n = 0; n < slowing; n++)
		nl_close(&others[n]);
	EXPECT_FALSE(nl_is_silent(&self->nl));
	EXPECT_EQ(-ENOBUFS, nl_receive(&self->nl, &answer, NULL, NULL));
	EXPECT_EQ(VBUF_EVENT_CREATED, nl_next_event(&self->nl).kind);
	EXPECT_GT(2 * times, nl_drop_events(&self->nl));
	close(fd);
}

TEST_HARNESS_MAIN
