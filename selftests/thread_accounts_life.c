// SPDX-License-Identifier: GPL-2.0
/*
 * When the account of a thread begins and ends: with its first call while a session is
 * open, and with the thread, or the last session; and what it outlives.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>

/* A thread, or a process, that does what it is told to, then waits. */
struct actor {
	struct vt_call call;
	int told[2];
	int did[2];
};

typedef void (*act)(const struct actor *actor);

static long op_act(struct vt_call *call)
{
	const struct actor *actor = call->arg;
	act what;

	while (read(actor->told[0], &what, sizeof(what)) == sizeof(what) && what) {
		what(actor);
		if (write(actor->did[1], "x", 1) != 1)
			vt_die("write to a pipe");
	}
	return 0;
}

static struct actor *new_actor(void)
{
	struct vt_call *calls = vt_shared_calls(1 + sizeof(struct actor) /
						    sizeof(struct vt_call));
	struct actor *actor = (void *)calls;

	actor->call.op = op_act;
	actor->call.arg = actor;
	actor->call.fd = vt_create(NULL, vt_attr(2, 8), VT_BOTH);
	if (actor->call.fd < 0 || pipe(actor->told) || pipe(actor->did))
		vt_die("an actor");
	return actor;
}

static struct actor *start_thread(void)
{
	struct actor *actor = new_actor();

	vt_start(&actor->call);
	return actor;
}

static struct actor *start_process(void)
{
	struct actor *actor = new_actor();

	vt_start_process(&actor->call);
	return actor;
}

static void tell(struct actor *actor, act what)
{
	if (write(actor->told[1], &what, sizeof(what)) != sizeof(what))
		vt_die("write to a pipe");
}

/* When this returns, it is done. */
static void make(struct actor *actor, act what)
{
	char byte;

	tell(actor, what);
	if (read(actor->did[0], &byte, 1) != 1)
		vt_die("an actor dies");
}

static void end(struct actor *actor)
{
	tell(actor, NULL);
	vt_join(&actor->call);
	close(actor->call.fd);
}

static bool has_account(const struct actor *actor)
{
	return vt_account(actor->call.tid).tid;
}

/* Any will do. */
static void call(const struct actor *actor)
{
	vt_fionread(actor->call.fd);
}

static void call_in_vain(const struct actor *actor)
{
	if (vt_ioctl(actor->call.fd, VBUF_IOC_TRACE + 100, NULL) != -ENOTTY)
		vt_die("a call that there is not");
}

static void send_one(const struct actor *actor)
{
	if (vt_put(actor->call.fd, 'x'))
		vt_die("put");
}

static void write_one(const struct actor *actor)
{
	if (vt_write(actor->call.fd, "x", 1) != 1)
		vt_die("write");
}

static void write_and_read(const struct actor *actor)
{
	char byte;

	write_one(actor);
	if (vt_read(actor->call.fd, &byte, 1) != 1)
		vt_die("read");
}

/* The channel is empty. */
static void recv_in_vain(const struct actor *actor)
{
	char byte;

	if (vt_recv(actor->call.fd, &byte, 1, VBUF_DONTWAIT) != -EAGAIN)
		vt_die("a message from nobody");
}

/* A channel with a message for each call, which another thread has sent. */
static int stock;

static void read_one(const struct actor *actor)
{
	char byte;

	(void)actor;
	if (vt_read(stock, &byte, 1) != 1)
		vt_die("read");
}

static void call_on_device(const struct actor *actor)
{
	struct vbuf_info info = { .size = sizeof(info) };
	int fd = vt_device();

	(void)actor;
	if (vt_ioctl(fd, VBUF_IOC_INFO, &info))
		vt_die("info");
	close(fd);
}

/* A channel with windows: to ask how large they are would be a call. */
static struct {
	int fd;
	size_t bytes;
} windows;

static void do_all_but_call(const struct actor *actor)
{
	void *window;

	close(vt_device());
	if (vt_poll(actor->call.fd, POLLIN | POLLOUT) != POLLOUT)
		vt_die("poll");
	window = mmap64(NULL, windows.bytes, PROT_READ, MAP_SHARED, windows.fd,
			VBUF_MAP_RECEIVE);
	if (window == MAP_FAILED || munmap(window, windows.bytes))
		vt_die("map a window");
	/* Its channel goes with it. */
	close(windows.fd);
}

FIXTURE(first) {
	struct actor *actor;
};

FIXTURE_VARIANT(first) {
	act call;
};

#define FIRST(name) FIXTURE_VARIANT_ADD(first, name) { name }
FIRST(call);
FIRST(call_in_vain);
FIRST(call_on_device);
FIRST(send_one);
FIRST(write_one);
FIRST(write_and_read);
FIRST(recv_in_vain);
FIRST(read_one);

FIXTURE_SETUP(first)
{
	(void)variant;
	stock = vt_create(NULL, vt_attr(2, 8), VT_BOTH);
	ASSERT_LE(0, stock);
	ASSERT_EQ(0, vt_put(stock, 'x'));
	ASSERT_EQ(0, vt_put(stock, 'x'));
	self->actor = start_thread();
}

FIXTURE_TEARDOWN(first)
{
	end(self->actor);
	close(stock);
}

TEST_F(first, begins_it_with_a_session_alone)
{
	struct vt_account account;
	int session;
	__u64 before;

	make(self->actor, variant->call);
	EXPECT_FALSE(has_account(self->actor));
	session = vt_session();
	EXPECT_FALSE(has_account(self->actor));
	before = vt_now();
	make(self->actor, variant->call);
	account = vt_account(self->actor->call.tid);
	ASSERT_EQ((__u32)self->actor->call.tid, account.tid);
	EXPECT_EQ((__u32)getpid(), account.pid);
	EXPECT_LE(before, account.began);
	EXPECT_GE(vt_now(), account.until);
	EXPECT_TRUE(vt_account_adds_up(&account));
	close(session);
	EXPECT_FALSE(has_account(self->actor));
}

/* A session, and two threads, of which the test has the first call. */
FIXTURE(session) {
	int fd;
	struct actor *actor;
	struct actor *other;
	__u64 began;
};

FIXTURE_SETUP(session)
{
	self->fd = vt_session();
	self->actor = start_thread();
	self->other = start_thread();
	make(self->actor, call);
	self->began = vt_account(self->actor->call.tid).began;
	ASSERT_NE(0U, self->began);
}

FIXTURE_TEARDOWN(session)
{
	close(self->fd);
}

/* The same account as before, and none that began anew. */
static bool has_kept(FIXTURE_DATA(session) *self)
{
	struct vt_account account = vt_account(self->actor->call.tid);

	return account.tid && account.began == self->began &&
	       vt_account_adds_up(&account);
}

TEST_F(session, what_is_no_call_begins_none)
{
	windows.fd = vt_create(NULL, vt_attr(2, 4096), VT_BOTH);
	ASSERT_LE(0, windows.fd);
	windows.bytes = vt_region(windows.fd).bytes;
	make(self->other, do_all_but_call);
	EXPECT_FALSE(has_account(self->other));
	make(self->other, call);
	EXPECT_TRUE(has_account(self->other));
}

TEST_F(session, no_call_begins_it_twice)
{
	int i;

	for (i = 0; i < 10; i++)
		make(self->actor, call);
	EXPECT_TRUE(has_kept(self));
}

static void close_channel(const struct actor *actor)
{
	close(actor->call.fd);
}

TEST_F(session, it_outlives_the_channel)
{
	make(self->actor, close_channel);
	EXPECT_TRUE(has_kept(self));
}

TEST_F(session, it_ends_with_its_thread_alone)
{
	make(self->other, call);
	EXPECT_TRUE(has_account(self->other));
	end(self->other);
	EXPECT_FALSE(has_account(self->other));
	EXPECT_TRUE(has_kept(self));
	end(self->actor);
	EXPECT_FALSE(has_account(self->actor));
}

TEST_F(session, the_last_to_close_ends_all)
{
	int second = vt_session();

	close(self->fd);
	EXPECT_TRUE(has_kept(self));
	self->fd = vt_session();
	close(second);
	EXPECT_TRUE(has_kept(self));
	close(self->fd);
	EXPECT_FALSE(has_account(self->actor));
	self->fd = vt_session();
	EXPECT_FALSE(has_account(self->actor));
	make(self->actor, call);
	EXPECT_TRUE(has_account(self->actor));
	EXPECT_FALSE(has_kept(self));
}

/* One session has many descriptors. */
TEST_F(session, it_lasts_until_its_last_descriptor)
{
	int other = dup(self->fd);
	pid_t pid;

	close(self->fd);
	EXPECT_TRUE(has_kept(self));
	pid = vt_fork();
	if (pid == 0)
		for (;;)
			pause();
	close(other);
	EXPECT_TRUE(has_kept(self));
	kill(pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, vt_reap(pid));
	EXPECT_FALSE(has_account(self->actor));
	self->fd = -1;
}

static void recv_one(const struct actor *actor)
{
	char byte;

	if (vt_recv(actor->call.fd, &byte, 1, 0) != 1)
		vt_die("recv");
}

TEST_F(session, a_thread_that_waits_outlives_it)
{
	tell(self->actor, recv_one);
	vt_account_comes_in(self->actor->call.tid, VT_PART(in_recv));
	close(self->fd);
	self->fd = vt_session();
	EXPECT_FALSE(has_account(self->actor));
	EXPECT_EQ(0, vt_put(self->actor->call.fd, 'x'));
	EXPECT_EQ(1, read(self->actor->did[0], &(char) { 0 }, 1));
	EXPECT_FALSE(has_account(self->actor));
	make(self->actor, call);
	EXPECT_TRUE(has_account(self->actor));
	EXPECT_EQ(0U, vt_account(self->actor->call.tid).in_recv);
}

static void rename_itself(const struct actor *actor)
{
	(void)actor;
	if (prctl(PR_SET_NAME, "renamed"))
		vt_die("PR_SET_NAME");
}

TEST_F(session, it_has_the_name_of_its_thread)
{
	EXPECT_STREQ("thread_accounts", vt_account(self->actor->call.tid).comm);
	make(self->actor, rename_itself);
	EXPECT_STREQ("renamed", vt_account(self->actor->call.tid).comm);
	EXPECT_TRUE(has_kept(self));
}

static void change_namespaces(const struct actor *actor)
{
	int home = ns_net_self();

	(void)actor;
	if (unshare(CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC))
		vt_die("unshare");
	ns_net_enter(home);
	close(home);
}

TEST_F(session, it_stays_as_its_thread_goes_to_other_namespaces)
{
	make(self->actor, change_namespaces);
	EXPECT_TRUE(has_kept(self));
}

/* The child has none before it calls. */
static void fork_one(const struct actor *actor)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		if (vt_account(getpid()).tid)
			_exit(1);
		call(actor);
		_exit(vt_account(getpid()).tid == (__u32)getpid() ? 0 : 2);
	}
	if (vt_reap(pid) || vt_account(pid).tid)
		vt_die("a child's account");
}

TEST_F(session, a_child_begins_its_own)
{
	make(self->actor, fork_one);
	EXPECT_TRUE(has_kept(self));
}

/* Processes that become other programs, which call no more. */
FIXTURE(program) {
	int session;
	struct actor *actor;
	struct vt_account before;
};

FIXTURE_SETUP(program)
{
	self->session = vt_session();
	self->actor = start_process();
	make(self->actor, call);
	self->before = vt_account(self->actor->call.tid);
	ASSERT_NE(0U, self->before.tid);
}

FIXTURE_TEARDOWN(program)
{
	vt_kill(&self->actor->call);
	EXPECT_FALSE(has_account(self->actor));
	close(self->session);
}

static void become_sleep(const struct actor *actor)
{
	(void)actor;
	execl("/bin/sleep", "sleep", "1000", NULL);
	vt_die("exec");
}

/* The process's account once it is another program, which it is to be soon. */
static struct vt_account once_it_sleeps(pid_t pid)
{
	__u64 end = vt_in(vt_scaled(20000));
	struct vt_account account;

	do {
		account = vt_account(pid);
		if (!strcmp(account.comm, "sleep"))
			return account;
		usleep(1000);
	} while (vt_now() < end);
	vt_die("process %d has no account as another program", pid);
}

TEST_F(program, its_account_stays)
{
	struct vt_account after;

	tell(self->actor, become_sleep);
	after = once_it_sleeps(self->before.pid);
	EXPECT_EQ(self->before.tid, after.tid);
	EXPECT_EQ(self->before.pid, after.pid);
	EXPECT_EQ(self->before.began, after.began);
	EXPECT_LE(self->before.running, after.running);
	EXPECT_TRUE(vt_account_adds_up(&after));
}

static void *become_sleep_here(void *arg)
{
	call(arg);
	become_sleep(arg);
	return NULL;
}

static void become_sleep_elsewhere(const struct actor *actor)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, become_sleep_here, (void *)actor) ||
	    pthread_join(thread, NULL))
		vt_die("pthread_create");
}

/* The thread that becomes the program takes the number of the first, which ends. */
TEST_F(program, the_account_of_another_thread_becomes_its)
{
	struct vt_account after;

	tell(self->actor, become_sleep_elsewhere);
	after = once_it_sleeps(self->before.pid);
	EXPECT_EQ(self->before.tid, after.tid);
	EXPECT_EQ(self->before.pid, after.pid);
	EXPECT_LE(self->before.until, after.began);
	EXPECT_TRUE(vt_account_adds_up(&after));
}

TEST_HARNESS_MAIN
