// SPDX-License-Identifier: GPL-2.0
/*
 * Whom a trace session tells of: threads of its opener's user, or all, with
 * CAP_PERFMON; those of its pid namespace, by the numbers that they have there; and of
 * which channels.
 */
#include "ns.h"
#include "stream.h"
#include "kselftest_harness.h"

#include <linux/capability.h>
#include <sys/mount.h>

#define MESSAGES	5U

static const struct ns_user guest = { 1001, 2001, 2001 };

/* What a session was seen to tell to the one process that opened it, of bits. */
#define OWN		0x1	/* that it slept, was woken, received */
#define OTHERS		0x2	/* a thread that is not its own */
#define BY		0x4	/* who woke it, which was another */
#define SOURCE		0x8	/* an interrupt, or which one woke it */
#define MISSED		0x10	/* not all of its own */

static int seen_of(const struct vbuf_trace_record *record)
{
	int seen = 0;

	if (record->tid && record->tid != (__u32)gettid())
		seen |= OTHERS;
	if (record->by && record->by != (__u32)gettid())
		seen |= BY;
	if (record->type == VBUF_TRACE_IRQ || record->type == VBUF_TRACE_IRQ_END)
		seen |= SOURCE;
	if (record->type == VBUF_TRACE_WAKE && record->source)
		seen |= SOURCE;
	return seen;
}

/* Of one that it has received, and slept for. */
static bool slept_for(const struct stream *stream, __u64 channel, __u64 seq)
{
	const struct stream_record *at = NULL;

	while ((at = stream_next(stream, at, gettid(), VBUF_TRACE_MESSAGE)))
		if (at->is.channel == channel && at->is.seq == seq)
			return at->is.context == VBUF_TRACE_TASK;
	return false;
}

/*
 * What a session tells the caller, which receives messages from a thread of another
 * process, each of which that sends once this sleeps for it.
 */
static int look(int rx)
{
	struct stream *stream = stream_begin(STREAM_ALL);
	const struct stream_record *at = NULL;
	int seen = OWN;
	unsigned int n;
	char byte;

	for (n = 0; n < MESSAGES; n++)
		if (vt_recv(rx, &byte, 1, 0) != 1)
			return -1;
	stream_catch_up(stream);
	for (n = 0; n < MESSAGES; n++)
		if (!slept_for(stream, vt_getattr(rx).id, n))
			seen |= MISSED;
	while ((at = stream_next(stream, at, 0, 0)))
		seen |= seen_of(&at->is);
	stream_end(stream);
	return seen;
}

static void send_to(int tx, pid_t receiver)
{
	unsigned int n;

	for (n = 0; n < MESSAGES; n++) {
		if (!vt_blocked(tx, 0, 1) || !vt_sleeps(receiver) ||
		    vt_put(tx, 'm'))
			vt_die("send");
		while (vt_look(tx).received <= n)
			usleep(1000);
	}
}

FIXTURE(rights) {
	int rx;
	int tx;
};

FIXTURE_SETUP(rights)
{
	vt_pair(&self->rx, &self->tx, vt_attr(4, 8));
}

FIXTURE_TEARDOWN(rights)
{
	close(self->rx);
	close(self->tx);
}

/* What a child that became what @become makes of it is told. */
static int seen_by(FIXTURE_DATA(rights) *self, void (*become)(void))
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		become();
		_exit(look(self->rx));
	}
	send_to(self->tx, pid);
	return vt_reap(pid);
}

static void become_nobody_else(void)
{
}

TEST_F(rights, root_sees_all)
{
	EXPECT_EQ(OWN | OTHERS | BY, seen_by(self, become_nobody_else) & ~SOURCE);
}

static void become_guest(void)
{
	ns_become(guest);
}

TEST_F(rights, others_see_their_own)
{
	EXPECT_EQ(OWN, seen_by(self, become_guest));
}

static void become_guest_with_perfmon(void)
{
	ns_keep_cap(CAP_PERFMON, guest);
}

TEST_F(rights, with_perfmon_they_see_all)
{
	EXPECT_EQ(OWN | OTHERS | BY,
		  seen_by(self, become_guest_with_perfmon) & ~SOURCE);
}

/* Root's own threads, but not what wakes them. */
static void become_root_without_perfmon(void)
{
	ns_drop_cap(CAP_PERFMON);
	ns_drop_cap(CAP_SYS_ADMIN);
}

TEST_F(rights, the_same_user_sees_who_woke_it)
{
	EXPECT_EQ(OWN | OTHERS | BY, seen_by(self, become_root_without_perfmon));
}

TEST_F(rights, a_containers_root_sees_its_own)
{
	pid_t pid = ns_user_fork(guest.uid, 0);

	if (pid == 0)
		_exit(look(self->rx));
	send_to(self->tx, pid);
	EXPECT_EQ(OWN, vt_reap(pid));
}

static void be(uid_t real, uid_t effective, uid_t saved)
{
	if (setresuid(real, effective, saved))
		vt_die("be %u, %u, %u", real, effective, saved);
}

static void exchange(FIXTURE_DATA(rights) *self)
{
	if (vt_put(self->tx, 'm') || vt_take(self->rx) != 'm')
		vt_die("exchange a message");
}

/* It is who it was at the call, not who reads. */
TEST_F(rights, of_who_opened_it)
{
	struct stream *stream;
	unsigned int seen;
	pid_t pid;

	pid = vt_fork();
	if (pid == 0) {
		be(guest.uid, guest.uid, 0);
		stream = stream_begin(STREAM_ALL);
		be(0, 0, 0);
		exchange(self);
		be(guest.uid, guest.uid, guest.uid);
		exchange(self);
		stream_catch_up(stream);
		seen = stream_count(stream, 0, VBUF_TRACE_MESSAGE);
		_exit(seen - stream->marks);
	}
	EXPECT_EQ(1, vt_reap(pid));
}

/* Without any capability. */
static void exchange_as_guest_with_another(FIXTURE_DATA(rights) *self)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		be(guest.uid, guest.uid, guest.uid + 1);
		exchange(self);
		_exit(0);
	}
	if (vt_reap(pid))
		vt_die("exchange as a guest");
}

/*
 * As a setuid program is, also with its powers put aside: its time is not the business
 * of who started it.
 */
TEST_F(rights, not_of_who_has_power_of_two_users)
{
	struct stream *stream;
	unsigned int seen;
	pid_t pid;

	pid = vt_fork();
	if (pid == 0) {
		be(guest.uid, guest.uid, 0);
		stream = stream_begin(STREAM_ALL);
		exchange(self);
		be(guest.uid, 0, 0);
		exchange(self);
		be(0, guest.uid, 0);
		exchange(self);
		be(0, 0, 0);
		exchange_as_guest_with_another(self);
		be(guest.uid, guest.uid, guest.uid);
		stream_catch_up(stream);
		seen = stream_count(stream, 0, VBUF_TRACE_MESSAGE);
		_exit(seen - stream->marks);
	}
	EXPECT_EQ(0, vt_reap(pid));
}

/* The whole computer's affair. */
TEST_F(rights, no_interrupts_without_perfmon)
{
	__u64 irqs = STREAM_BIT(IRQ) | STREAM_BIT(IRQ_END);
	struct vbuf_trace trace = stream_args(STREAM_ALL);
	pid_t pid;

	pid = vt_fork();
	if (pid == 0) {
		ns_become(guest);
		_exit(stream_ask(&trace) < 0 ||
		      trace.types != (STREAM_ALL & ~irqs));
	}
	EXPECT_EQ(0, vt_reap(pid));
}

/* As it is inside: by its own numbers, and without who is outside. */
TEST_F(rights, a_pid_namespace_sees_its_own)
{
	pid_t pid;

	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	pid = vt_fork();
	if (pid == 0)
		_exit(getpid() == 1 ? look(self->rx) : -1);
	send_to(self->tx, pid);
	EXPECT_EQ(OWN, vt_reap(pid) & ~SOURCE);
}

/* Its first process looks, and the second sends. */
static int look_from_inside(FIXTURE_DATA(rights) *self)
{
	struct stream *stream = stream_begin(STREAM_STORY);
	const struct stream_record *at;
	pid_t pid = vt_fork();
	char byte;
	int n;

	if (pid == 0) {
		for (n = 0; n < 2; n++)
			if (!vt_blocked(self->tx, 0, 1) || !vt_sleeps(1) ||
			    vt_put(self->tx, 'm'))
				_exit(1);
		_exit(0);
	}
	for (n = 0; n < 2; n++)
		if (vt_recv(self->rx, &byte, 1, 0) != 1)
			return -1;
	if (vt_reap(pid))
		return -1;
	stream_catch_up(stream);
	at = stream_next(stream, NULL, pid, VBUF_TRACE_THREAD);
	if (!at || at->is.pid != (__u32)pid)
		return 1;
	at = stream_next(stream, NULL, 1, VBUF_TRACE_WAKE);
	while (at && at->is.by != (__u32)pid)
		at = stream_next(stream, at, 1, VBUF_TRACE_WAKE);
	return at ? 0 : 2;
}

TEST_F(rights, by_the_numbers_there)
{
	pid_t pid;

	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	pid = vt_fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) ||
		    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("proc", "/proc", "proc", 0, NULL))
			_exit(3);
		_exit(look_from_inside(self));
	}
	EXPECT_EQ(0, vt_reap(pid));
}

/* From outside, by the numbers here. */
TEST_F(rights, from_outside_its_threads_have_other_numbers)
{
	struct stream *stream = stream_begin(STREAM_STORY);
	const struct stream_record *at;
	pid_t pid;
	char byte;

	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	pid = vt_fork();
	if (pid == 0)
		_exit(vt_recv(self->rx, &byte, 1, 0) == 1 ? 0 : 1);
	ASSERT_TRUE(vt_blocked(self->tx, 0, 1));
	ASSERT_TRUE(vt_sleeps(pid));
	ASSERT_EQ(0, vt_put(self->tx, 'm'));
	EXPECT_EQ(0, vt_reap(pid));
	stream_catch_up(stream);
	EXPECT_EQ(1U, stream_count(stream, pid, VBUF_TRACE_THREAD));
	EXPECT_EQ(1U, stream_count(stream, pid, VBUF_TRACE_MESSAGE));
	EXPECT_EQ(0U, stream_count(stream, 1, 0));
	at = stream_next(stream, NULL, pid, VBUF_TRACE_THREAD);
	ASSERT_NE(NULL, at);
	EXPECT_EQ((__u32)pid, at->is.pid);
	stream_end(stream);
}

/* Which the netlink family does not tell of, either; the thread is told all the same. */
TEST_F(rights, no_channel_of_another_network_namespace)
{
	struct stream *stream = stream_begin(STREAM_STORY);
	const struct stream_record *at = NULL;
	int home = ns_net_self(), waited = 0;
	struct vt_call call = { 0 };
	int rx, tx;

	close(ns_net_new());
	vt_pair(&rx, &tx, vt_attr(4, 8));
	ns_net_enter(home);
	vt_start_recv(&call, rx);
	ASSERT_TRUE(vt_sleeps(call.tid));
	EXPECT_EQ(0, vt_put(tx, 'm'));
	EXPECT_EQ(1, vt_join(&call));
	stream_catch_up(stream);
	EXPECT_EQ(0U, stream_count(stream, call.tid, VBUF_TRACE_MESSAGE));
	while ((at = stream_next(stream, at, call.tid, 0))) {
		EXPECT_EQ(0U, at->is.channel);
		waited += at->is.type == VBUF_TRACE_STOP &&
			  at->is.state == VBUF_TRACE_IN_RECV;
	}
	EXPECT_LT(0, waited);
	close(rx);
	close(tx);
	close(home);
	stream_end(stream);
}

TEST_HARNESS_MAIN
