// SPDX-License-Identifier: GPL-2.0
/*
 * Who sees what by netlink: of a hidden channel there is an id, and nothing else;
 * a network namespace's channels are seen by its sockets alone; and who asks is
 * who opened the socket, whoever writes to it.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "storm.h"

#include <linux/capability.h>
#include <sys/stat.h>

static const struct ns_user owner = { 1001, 1001, 1001 };
static const struct ns_user member = { 1003, 1003, 1001 };
static const struct ns_user other = { 1002, 1002, 1002 };

/* What is seen of a channel. */
enum sight {
	NOTHING,		/* there is none */
	HIDDEN,
	WHOLE,
};

/* A channel of the owner's, in a network namespace of our own, and its mode. */
FIXTURE(channel) {
	char name[VBUF_NAME_SIZE];
	__u64 id;
	int fd;
};

/* Makes one as its owner; root has it. */
static int create_as_owner(const char *name, __u32 mode)
{
	struct vbuf_attr attr = vt_attr(2, 8);
	int fd;

	attr.mode = mode;
	umask(0);
	if (setegid(owner.gid) || seteuid(owner.uid))
		vt_die("become the owner");
	fd = vt_create(name, attr, VT_BOTH);
	if (seteuid(0) || setegid(0) || fd < 0)
		vt_die("create: %d", fd);
	return fd;
}

FIXTURE_SETUP(channel)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	vt_name(self->name, "rights");
	self->fd = create_as_owner(self->name, 0600);
	self->id = vt_getattr(self->fd).id;
}

FIXTURE_TEARDOWN(channel)
{
	close(self->fd);
}

static void named(struct nl_request *request, __u64 id, const char *name)
{
	nl_begin(request, VBUF_CMD_CHANNEL_GET, 0);
	if (name)
		nl_put(request, VBUF_A_CHANNEL_NAME, name, strlen(name) + 1);
	else
		nl_put_u64(request, VBUF_A_CHANNEL_ID, id);
}

static enum sight sight_of(const struct vt_channel *info)
{
	return info->hidden ? HIDDEN : info->attr.slots ? WHOLE : NOTHING;
}

static enum sight get(struct nl *nl, __u64 id, const char *name)
{
	struct vt_channel info = { .id = 0 };
	struct nl_request request;
	int error;

	named(&request, id, name);
	error = nl_ask(nl, &request, nl_channel, &info).error;
	if ((error && error != -ENOENT) || (!error && info.id != id))
		vt_die("channel %llu: %d", id, error);
	return sight_of(&info);
}

/* Of a dump in which there is one channel. */
static enum sight dump(struct nl *nl)
{
	struct vt_channel info = { .id = 0 };
	struct nl_request request;
	struct nl_answer answer;

	nl_begin(&request, VBUF_CMD_CHANNEL_GET, NLM_F_DUMP);
	answer = nl_ask(nl, &request, nl_channel, &info);
	if (answer.error || answer.messages > 1)
		vt_die("dump: %d", answer.error);
	return sight_of(&info);
}

/* An error, or how many there are; of one channel, or of all if @id is 0. */
static long endpoints(struct nl *nl, __u64 id)
{
	struct nl_request request;
	struct nl_answer answer;

	nl_begin(&request, VBUF_CMD_ENDPOINT_GET, NLM_F_DUMP);
	if (id)
		nl_put_u64(&request, VBUF_A_ENDPOINT_CHANNEL, id);
	answer = nl_ask(nl, &request, NULL, NULL);
	return answer.error ?: (long)answer.messages;
}

/* By whichever way one looks, all of them see the same. */
static enum sight look(struct nl *nl, __u64 id, const char *name)
{
	static const long of_it[] = { -ENOENT, -EACCES, 1 }, all[] = { 0, 0, 1 };
	enum sight sight = get(nl, id, NULL);

	if (get(nl, id, name) != sight || dump(nl) != sight ||
	    endpoints(nl, id) != of_it[sight] ||
	    endpoints(nl, 0) != all[sight])
		vt_die("one way of looking shows less than another");
	return sight;
}

static enum sight look_anew(FIXTURE_DATA(channel) *self)
{
	struct nl nl = nl_open();
	enum sight sight = look(&nl, self->id, self->name);

	nl_close(&nl);
	return sight;
}

/* What a process of that user sees. */
static enum sight seen_by(FIXTURE_DATA(channel) *self, struct ns_user user)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		ns_become(user);
		_exit(look_anew(self));
	}
	return vt_reap(pid);
}

TEST_F(channel, from_who_may_neither_send_nor_receive_it_is_hidden)
{
	EXPECT_EQ(HIDDEN, seen_by(self, other));
	EXPECT_EQ(HIDDEN, seen_by(self, member));
}

TEST_F(channel, root_sees_it)
{
	EXPECT_EQ(WHOLE, look_anew(self));
}

TEST_F(channel, who_may_do_either_sees_it)
{
	static const struct {
		__u32 mode;
		enum sight by_member, by_other;
	} modes[] = {
		{ 0604, HIDDEN, WHOLE }, { 0602, HIDDEN, WHOLE },
		{ 0640, WHOLE, HIDDEN }, { 0620, WHOLE, HIDDEN },
		{ 0611, HIDDEN, HIDDEN },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		close(self->fd);
		self->fd = create_as_owner(self->name, modes[i].mode);
		self->id = vt_getattr(self->fd).id;
		EXPECT_EQ(modes[i].by_member, seen_by(self, member));
		EXPECT_EQ(modes[i].by_other, seen_by(self, other));
	}
}

TEST_F(channel, its_owner_sees_it_whatever_the_mode)
{
	close(self->fd);
	self->fd = create_as_owner(self->name, 0);
	self->id = vt_getattr(self->fd).id;
	EXPECT_EQ(WHOLE, seen_by(self, owner));
	EXPECT_EQ(HIDDEN, seen_by(self, other));
}

/* One capability does, and no other. */
static enum sight seen_with(FIXTURE_DATA(channel) *self, int cap)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		ns_keep_cap(cap, other);
		_exit(look_anew(self));
	}
	return vt_reap(pid);
}

TEST_F(channel, cap_ipc_owner_sees_it)
{
	EXPECT_EQ(WHOLE, seen_with(self, CAP_IPC_OWNER));
	EXPECT_EQ(HIDDEN, seen_with(self, CAP_SYS_ADMIN));
	EXPECT_EQ(HIDDEN, seen_with(self, CAP_NET_ADMIN));
}

/* The capability is asked for where the network namespace is owned. */
TEST_F(channel, root_of_another_user_namespace_is_a_stranger)
{
	pid_t pid = ns_user_fork(other.uid, 0);

	if (!pid)
		_exit(look_anew(self));
	EXPECT_EQ(HIDDEN, vt_reap(pid));
}

TEST_F(channel, another_network_namespace_has_no_such_channel)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		ns_net_new();
		_exit(look_anew(self));
	}
	EXPECT_EQ(NOTHING, vt_reap(pid));
}

/* Opened here, a socket tells of what is here, wherever it is used. */
TEST_F(channel, the_network_namespace_is_the_sockets)
{
	struct nl here = nl_open(), away;
	int home = ns_net_self();

	close(ns_net_new());
	away = nl_open();
	EXPECT_EQ(WHOLE, look(&here, self->id, self->name));
	ns_net_enter(home);
	EXPECT_EQ(NOTHING, look(&away, self->id, self->name));
	nl_close(&here);
	nl_close(&away);
	close(home);
}

/* Who is told has the socket from root, by a fork. */
TEST_F(channel, a_socket_of_roots_shows_a_user_what_root_sees)
{
	struct nl nl = nl_open();
	pid_t pid = vt_fork();

	if (pid == 0) {
		ns_become(other);
		if (look_anew(self) != HIDDEN)
			_exit(-1);
		_exit(look(&nl, self->id, self->name));
	}
	EXPECT_EQ(WHOLE, vt_reap(pid));
	nl_close(&nl);
}

/* A socket that a process opened, taken from it. */
static struct nl taken_from(pid_t pid, const struct nl *theirs)
{
	int process = syscall(SYS_pidfd_open, pid, 0);
	struct nl nl;

	while (!__atomic_load_n(&theirs->seq, __ATOMIC_ACQUIRE))
		usleep(1000);
	nl = *theirs;
	nl.fd = syscall(SYS_pidfd_getfd, process, nl.fd, 0);
	if (process < 0 || nl.fd < 0)
		vt_die("take a file from a process");
	close(process);
	return nl;
}

/* In memory that is shared; the number of requests comes last. */
static void give(struct nl *shared)
{
	struct nl nl = nl_open();

	shared->fd = nl.fd;
	shared->family = nl.family;
	__atomic_store_n(&shared->seq, nl.seq, __ATOMIC_RELEASE);
	pause();
}

TEST_F(channel, a_users_socket_does_not_show_what_root_sees)
{
	struct nl *shared = storm_shared(sizeof(*shared)), nl;
	pid_t pid = vt_fork();

	if (pid == 0) {
		ns_become(other);
		give(shared);
	}
	nl = taken_from(pid, shared);
	EXPECT_EQ(HIDDEN, look(&nl, self->id, self->name));
	kill(pid, SIGKILL);
	vt_reap(pid);
	/* Nor when its opener has ended. */
	EXPECT_EQ(HIDDEN, look(&nl, self->id, self->name));
	EXPECT_EQ(WHOLE, look_anew(self));
	nl_close(&nl);
}

/* What somebody drops or takes on later is of no account. */
TEST_F(channel, who_opened_a_socket_is_who_that_was_then)
{
	struct nl nl;

	ASSERT_EQ(0, seteuid(other.uid));
	nl = nl_open();
	ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(HIDDEN, look(&nl, self->id, self->name));
	nl_close(&nl);
}

TEST_F(channel, ids_are_told_as_the_opener_has_them)
{
	struct nl *shared = storm_shared(sizeof(*shared)), nl;
	struct vt_channel info;
	pid_t pid;

	close(self->fd);
	self->fd = create_as_owner(self->name, 0666);
	self->id = vt_getattr(self->fd).id;
	pid = ns_user_fork(other.uid, 0);
	if (!pid)
		give(shared);
	nl = taken_from(pid, shared);
	ASSERT_TRUE(nl_find(&nl, self->id, &info));
	EXPECT_EQ(65534U, info.uid);
	EXPECT_EQ(65534U, info.gid);
	info = vt_look(self->fd);
	EXPECT_EQ(owner.uid, info.uid);
	EXPECT_EQ(owner.gid, info.gid);
	nl_close(&nl);
	kill(pid, SIGKILL);
	vt_reap(pid);
}

/* Those of hidden channels are left out, and of the others none. */
TEST_F(channel, all_endpoints_are_those_of_channels_that_are_seen)
{
	int open = create_as_owner("rights-open", 0666);
	int more = create_as_owner("rights-closed", 0600);
	pid_t pid = vt_fork();

	if (pid == 0) {
		struct nl nl;

		ns_become(other);
		nl = nl_open();
		_exit(endpoints(&nl, 0));
	}
	EXPECT_EQ(1, vt_reap(pid));
	close(open);
	close(more);
}

TEST_HARNESS_MAIN
