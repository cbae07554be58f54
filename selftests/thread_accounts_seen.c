// SPDX-License-Identifier: GPL-2.0
/*
 * Who sees the accounts of which threads: those that are its own user's alone, or all
 * with CAP_PERFMON; of its pid namespace, and by the numbers that they have there. Who
 * asks is who opened the socket.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"

#include <linux/capability.h>

#define OWNER		1001

static const struct ns_user owner = { OWNER, OWNER, OWNER };
static const struct ns_user other = { 1002, 1002, 1002 };
static const struct ns_user root;

/* A process of the owner's that has an account, and a session of root's. */
FIXTURE(account) {
	int session;
	int fd;
	struct vt_call call;
};

/* Real, effective, saved; of groups, too; and with a capability. */
struct ids {
	uid_t ids[3];
	gid_t gids[3];
	int cap;
};

static const struct ids owners = {
	.ids = { OWNER, OWNER, OWNER }, .gids = { OWNER, OWNER, OWNER } };

static long op_call_and_wait(struct vt_call *call)
{
	const struct ids *ids = call->arg;

	if (ids->cap)
		ns_keep_cap(ids->cap, owner);
	else if (setresgid(ids->gids[0], ids->gids[1], ids->gids[2]) ||
		 setresuid(ids->ids[0], ids->ids[1], ids->ids[2]))
		vt_die("become another");
	vt_fionread(call->fd);
	vt_recv(call->fd, call->data, 1, 0);
	return 0;
}

static void start_as(FIXTURE_DATA(account) *self, struct ids ids)
{
	self->call = (struct vt_call) {
		.op = op_call_and_wait, .fd = self->fd, .arg = &ids };
	vt_start_process(&self->call);
	vt_account_comes_in(self->call.tid, VT_PART(in_recv));
}

FIXTURE_SETUP(account)
{
	self->session = vt_session();
	self->fd = vt_create(NULL, vt_attr(2, 8), VT_BOTH);
	ASSERT_LE(0, self->fd);
	start_as(self, owners);
}

FIXTURE_TEARDOWN(account)
{
	vt_kill(&self->call);
	close(self->fd);
	close(self->session);
}

#define SEEN		0
#define UNSEEN		(-ENOENT)

static long look(struct nl *nl, pid_t tid)
{
	return nl_account(nl, tid).tid ? SEEN : UNSEEN;
}

static long look_for(void *tid)
{
	return vt_account(*(int *)tid).tid ? SEEN : UNSEEN;
}

static long as(struct ns_user user, FIXTURE_DATA(account) *self)
{
	return ns_as(user, look_for, &self->call.tid);
}

TEST_F(account, is_seen_by_its_user)
{
	EXPECT_EQ(SEEN, as(owner, self));
	EXPECT_EQ(UNSEEN, as(other, self));
	EXPECT_EQ(SEEN, as(root, self));
}

/* Root's own are the test's. */
static long look_without_cap(void *tid)
{
	char byte;
	int fd = vt_create(NULL, vt_attr(2, 8), VT_BOTH);

	ns_drop_cap(CAP_PERFMON);
	vt_recv(fd, &byte, 1, VBUF_DONTWAIT);
	if (!vt_account(getpid()).tid)
		vt_die("root does not see itself");
	return look_for(tid);
}

static long look_with_cap(void *tid)
{
	ns_keep_cap(CAP_PERFMON, other);
	return look_for(tid);
}

static long look_with_other_cap(void *tid)
{
	ns_keep_cap(CAP_NET_ADMIN, other);
	return look_for(tid);
}

TEST_F(account, is_seen_with_cap_perfmon)
{
	EXPECT_EQ(UNSEEN, ns_as(root, look_without_cap, &self->call.tid));
	EXPECT_EQ(SEEN, ns_as(root, look_with_cap, &self->call.tid));
	EXPECT_EQ(UNSEEN, ns_as(root, look_with_other_cap, &self->call.tid));
}

static void is_nobodys(struct __test_metadata *_metadata,
		       FIXTURE_DATA(account) *self, struct ids ids)
{
	vt_kill(&self->call);
	start_as(self, ids);
	EXPECT_EQ(UNSEEN, as(owner, self));
	EXPECT_EQ(UNSEEN, as(other, self));
	EXPECT_EQ(SEEN, as(root, self));
}

/* Who acts for another, or could, is neither's. */
TEST_F(account, of_two_users_is_seen_by_neither)
{
	struct ids ids = owners;

	ids.ids[1] = other.uid;
	is_nobodys(_metadata, self, ids);
	ids = owners;
	ids.ids[2] = other.uid;
	is_nobodys(_metadata, self, ids);
}

/* As a setgid program is, at first, with its group put aside, and for good. */
TEST_F(account, of_another_group_is_not_seen_by_the_user)
{
	struct ids ids = owners;

	ids.gids[2] = other.gid;
	is_nobodys(_metadata, self, ids);
	ids.gids[1] = other.gid;
	is_nobodys(_metadata, self, ids);
	ids.gids[0] = other.gid;
	is_nobodys(_metadata, self, ids);
}

TEST_F(account, with_a_capability_is_not_seen_by_the_user)
{
	is_nobodys(_metadata, self, (struct ids) { .cap = CAP_NET_RAW });
}

/* The one who opened the socket is asking, whoever writes to it. */
TEST_F(account, is_seen_by_whose_socket_it_is)
{
	struct nl nl = nl_open();
	pid_t pid = vt_fork();

	if (pid == 0) {
		ns_become(other);
		_exit(look(&nl, self->call.tid) == SEEN ? 0 : 1);
	}
	EXPECT_EQ(0, vt_reap(pid));
	nl_close(&nl);
	ASSERT_EQ(0, seteuid(other.uid));
	nl = nl_open();
	ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(UNSEEN, look(&nl, self->call.tid));
	nl_close(&nl);
}

/* The root of a user namespace has no say over whom it does not own. */
TEST_F(account, is_not_seen_by_another_namespaces_root)
{
	pid_t pid = ns_user_fork(0, CLONE_NEWNET);

	if (pid == 0)
		_exit(-look_for(&self->call.tid));
	EXPECT_EQ(ENOENT, vt_reap(pid));
}

/* Of a network namespace, it is the same thread. */
TEST_F(account, is_seen_from_every_network_namespace)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		close(ns_net_new());
		_exit(-look_for(&self->call.tid));
	}
	EXPECT_EQ(0, vt_reap(pid));
}

/* What there is to see for the first process of a pid namespace, with an account. */
static int look_from_within(int fd)
{
	struct vt_account accounts[2];
	struct nl nl = nl_open();

	vt_fionread(fd);
	if (nl_accounts(&nl, accounts, 2) != 1)
		return 1;
	return accounts[0].tid != 1 || accounts[0].pid != 1;
}

/* In it, and still there. */
static void tell_and_stay(int fd, int tell)
{
	int ret = look_from_within(fd);

	if (write(tell, &ret, sizeof(ret)) != sizeof(ret))
		vt_die("write to a pipe");
	for (;;)
		pause();
}

TEST_F(account, is_seen_within_its_pid_namespace_alone)
{
	struct vt_account account;
	int fds[2], ret;
	pid_t pid;

	ASSERT_EQ(0, pipe(fds));
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	pid = vt_fork();
	if (pid == 0)
		tell_and_stay(self->fd, fds[1]);
	ASSERT_EQ((ssize_t)sizeof(ret), read(fds[0], &ret, sizeof(ret)));
	EXPECT_EQ(0, ret);
	/* Whoever is outside sees it by its number there. */
	account = vt_account(pid);
	EXPECT_EQ((__u32)pid, account.tid);
	EXPECT_EQ((__u32)pid, account.pid);
	EXPECT_EQ((__u32)self->call.tid, vt_account(self->call.tid).tid);
	kill(pid, SIGKILL);
	vt_reap(pid);
}

/* It is told by the clock of who reads. */
static int look_by_own_clock(int fd)
{
	__u64 before = vt_now();
	struct vt_account account;

	vt_fionread(fd);
	account = vt_account(getpid());
	return account.began < before || account.until > vt_now() ||
	       !vt_account_adds_up(&account);
}

TEST_F(account, is_told_by_the_readers_clock)
{
	pid_t pid;

	ns_time_ahead(100000);
	pid = vt_fork();
	if (pid == 0)
		_exit(look_by_own_clock(self->fd));
	EXPECT_EQ(0, vt_reap(pid));
}

TEST_HARNESS_MAIN
