// SPDX-License-Identifier: GPL-2.0
/*
 * ENDPOINT_GET: the endpoints of one channel, of one process, or of all; what went
 * through them, who opened them, and since when they block.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "storm.h"

#include <sys/prctl.h>

#define ENDS		8U
#define AHEAD_SEC	1000000ULL

FIXTURE(channel) {
	struct vt_endpoint ends[ENDS];
	__u64 id;
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(4, 64));
	self->id = vt_getattr(self->rx).id;
	vt_poison(&self->ends);
}

FIXTURE_TEARDOWN(channel)
{
}

TEST_F(channel, endpoints_are_told)
{
	int both = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	int tx = vt_reopen(both, VT_SEND);
	__u64 id = vt_getattr(both).id;

	ASSERT_EQ(2, vt_endpoints(id, self->ends, ENDS));
	EXPECT_LT(self->ends[0].id, self->ends[1].id);
	EXPECT_EQ(id, self->ends[0].channel);
	EXPECT_EQ((__u32)VT_BOTH, self->ends[0].rights);
	EXPECT_EQ(VT_SEND, self->ends[1].rights);
	EXPECT_EQ((__u32)getpid(), self->ends[0].pid);
	EXPECT_EQ(0U, self->ends[0].uid);
	EXPECT_EQ(VT_POISON64, self->ends[2].id);
	close(tx);
	EXPECT_EQ(1, vt_endpoints(id, self->ends, ENDS));
	ASSERT_EQ(0, vt_shutdown(both, VT_SEND));
	EXPECT_EQ(1, vt_endpoints(id, self->ends, ENDS));
	EXPECT_EQ(VT_RECV, self->ends[0].rights);
	close(both);
}

TEST_F(channel, they_count_what_went_through_them)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };
	int other = vt_reopen(self->tx, VT_SEND);
	struct vt_endpoint *rx = &self->ends[0], *tx = &self->ends[1];

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	ASSERT_EQ(0, vt_put(other, 'c'));
	ASSERT_EQ('a', vt_take(self->rx));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_HOLD));
	ASSERT_EQ(3, vt_endpoints(self->id, self->ends, ENDS));
	EXPECT_EQ(1U, rx->received);
	EXPECT_EQ(1U, rx->owned);
	EXPECT_EQ(0U, rx->sent);
	EXPECT_EQ(2U, tx->sent);
	EXPECT_EQ(0U, tx->received + tx->owned);
	EXPECT_EQ(1U, self->ends[2].sent);
	ASSERT_EQ(0, vt_release(self->rx, msg.cookie, VBUF_REQUEUE));
	ASSERT_EQ(3, vt_endpoints(self->id, self->ends, ENDS));
	EXPECT_EQ(1U, rx->received);
	EXPECT_EQ(0U, rx->owned);
	close(other);
}

TEST_F(channel, they_count_who_blocks_in_them)
{
	struct vt_call recv[2] = { 0 };
	int other = vt_reopen(self->rx, VT_RECV);

	vt_start_recv(&recv[0], other);
	vt_start_recv(&recv[1], other);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	ASSERT_EQ(3, vt_endpoints(self->id, self->ends, ENDS));
	EXPECT_EQ(0U, self->ends[0].blocked_receivers);
	EXPECT_EQ(0U, self->ends[0].blocked_since);
	EXPECT_EQ(2U, self->ends[2].blocked_receivers);
	EXPECT_EQ(0U, self->ends[2].blocked_senders);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(1, vt_join(&recv[0]));
	EXPECT_EQ(1, vt_join(&recv[1]));
	close(other);
}

/* What is told is exact to two ticks; a tick is no longer than this. */
#define TICK_NSEC	10000000ULL

/* By the clock that goes with the ticks. */
static __u64 tick_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * VT_NSEC_PER_SEC + now.tv_nsec;
}

/* Since when the receiver, which is the first endpoint, blocks; 0 if it is not told. */
static __u64 since(__u64 id)
{
	struct vt_endpoint ends[ENDS];

	if (vt_endpoints(id, ends, ENDS) < 1)
		vt_die("no endpoints");
	return ends[0].blocked_since;
}

TEST_F(channel, since_when_it_blocks_is_told_while_it_does)
{
	struct vt_call recv = { 0 };
	__u64 before = tick_now(), told;

	EXPECT_EQ(0U, since(self->id));
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	told = since(self->id);
	EXPECT_LE(before, told + 2 * TICK_NSEC);
	EXPECT_GE(tick_now() + 2 * TICK_NSEC, told);
	usleep(50000);
	EXPECT_EQ(told, since(self->id));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ(0U, since(self->id));
}

/* A sender, too; and what was before is forgotten. */
TEST_F(channel, who_blocks_anew_does_so_since_then)
{
	int tx = vt_create(NULL, vt_attr(1, 8), VT_BOTH);
	__u64 id = vt_getattr(tx).id, first, again;
	struct vt_call send = { 0 };
	unsigned int i;

	ASSERT_EQ(0, vt_put(tx, 'a'));
	for (i = 0; i < 2; i++) {
		again = tick_now();
		vt_start_send(&send, tx, 'b');
		ASSERT_TRUE(vt_blocked(tx, 1, 0));
		first = since(id);
		EXPECT_LE(again, first + 2 * TICK_NSEC);
		ASSERT_LT(0, vt_take(tx));
		EXPECT_EQ(0, vt_join(&send));
		EXPECT_EQ(0U, since(id));
		memset(&send, 0, sizeof(send));
		usleep(50000);
	}
	close(tx);
}

/* It does not matter which of its threads: it is the endpoint that is stuck. */
TEST_F(channel, others_that_come_and_go_do_not_make_it_later)
{
	struct vt_call recv[2] = { 0 };
	__u64 first;

	vt_start_recv(&recv[0], self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	first = since(self->id);
	usleep(50000);
	vt_start_recv(&recv[1], self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	EXPECT_EQ(first, since(self->id));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(first, since(self->id));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(1, vt_join(&recv[0]));
	EXPECT_EQ(1, vt_join(&recv[1]));
	EXPECT_EQ(0U, since(self->id));
}

TEST_F(channel, since_when_is_of_the_readers_time_namespace)
{
	__u64 *told = storm_shared(sizeof(*told)), here;
	struct vt_call recv = { 0 };
	pid_t pid;

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	here = since(self->id);
	ns_time_ahead(AHEAD_SEC);
	pid = vt_fork();
	if (pid == 0) {
		*told = since(self->id);
		_exit(0);
	}
	ASSERT_EQ(0, vt_reap(pid));
	EXPECT_EQ(here + AHEAD_SEC * VT_NSEC_PER_SEC, *told);
	EXPECT_EQ(here, since(self->id));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
}

/* A process with an endpoint of its own, and what it tells of it. */
struct opener {
	pid_t pid;
	int fd;
	int ready;
};

static struct opener *start_opener(int fd, const char *comm)
{
	struct opener *opener = storm_shared(sizeof(*opener));
	pid_t pid = vt_fork();

	if (pid == 0) {
		prctl(PR_SET_NAME, comm);
		opener->fd = vt_reopen(fd, VT_RECV);
		__atomic_store_n(&opener->ready, 1, __ATOMIC_RELEASE);
		pause();
	}
	opener->pid = pid;
	while (!__atomic_load_n(&opener->ready, __ATOMIC_ACQUIRE))
		usleep(1000);
	return opener;
}

static void end_opener(struct opener *opener)
{
	kill(opener->pid, SIGKILL);
	vt_reap(opener->pid);
}

TEST_F(channel, the_openers_name_is_told)
{
	struct opener *opener = start_opener(self->rx, "vbuf opener: 1");

	ASSERT_EQ(3, vt_endpoints(self->id, self->ends, ENDS));
	EXPECT_EQ((__u32)opener->pid, self->ends[2].pid);
	EXPECT_EQ(0, strcmp("vbuf opener: 1", self->ends[2].comm));
	end_opener(opener);
	EXPECT_EQ(2, vt_endpoints(self->id, self->ends, ENDS));
}

/* The longest that there is; and it is the name of now. */
TEST_F(channel, the_openers_name_is_the_whole_one)
{
	ASSERT_EQ(0, prctl(PR_SET_NAME, "123456789abcdef"));
	ASSERT_EQ(2, vt_endpoints(self->id, self->ends, ENDS));
	EXPECT_EQ(0, strcmp("123456789abcdef", self->ends[0].comm));
	ASSERT_EQ(0, prctl(PR_SET_NAME, "x"));
	ASSERT_EQ(2, vt_endpoints(self->id, self->ends, ENDS));
	EXPECT_EQ(0, strcmp("x", self->ends[0].comm));
}

/* Of a process, and not of the thread that made the call. */
static long reopen_named(struct vt_call *call)
{
	prctl(PR_SET_NAME, "a thread");
	return vt_reopen(call->fd, VT_RECV);
}

TEST_F(channel, the_opener_is_a_process)
{
	struct vt_call call = { .op = reopen_named, .fd = self->rx };
	long fd;

	ASSERT_EQ(0, prctl(PR_SET_NAME, "a process"));
	vt_start(&call);
	fd = vt_join(&call);
	ASSERT_LE(0, fd);
	ASSERT_EQ(3, vt_endpoints(self->id, self->ends, ENDS));
	EXPECT_EQ((__u32)getpid(), self->ends[2].pid);
	EXPECT_EQ(0, strcmp("a process", self->ends[2].comm));
	close(fd);
}

TEST_F(channel, who_has_ended_has_no_name)
{
	struct opener *opener = start_opener(self->rx, "ended");
	int process = syscall(SYS_pidfd_open, opener->pid, 0);
	int fd = syscall(SYS_pidfd_getfd, process, opener->fd, 0);

	ASSERT_LE(0, fd);
	end_opener(opener);
	ASSERT_EQ(3, vt_endpoints(self->id, self->ends, ENDS));
	EXPECT_EQ((__u32)opener->pid, self->ends[2].pid);
	EXPECT_EQ('\0', self->ends[2].comm[0]);
	close(fd);
	close(process);
}

/* In the reader's pid namespace it has another number, or none, and no name. */
TEST_F(channel, the_opener_is_as_the_reader_sees_it)
{
	int fd;
	pid_t pid;

	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	pid = vt_fork();
	if (pid == 0) {
		fd = vt_reopen(self->rx, VT_RECV);
		if (vt_endpoints(self->id, self->ends, ENDS) != 3)
			_exit(1);
		if (self->ends[0].pid || self->ends[0].comm[0])
			_exit(2);
		_exit(fd < 0 || self->ends[2].pid != 1 ||
		      !self->ends[2].comm[0] ? 3 : 0);
	}
	EXPECT_EQ(0, vt_reap(pid));
}

struct found {
	unsigned int count;
	unsigned int foreign;
	__u32 pid;
	__u64 channel;
};

static void count_found(const struct nlmsghdr *message, void *ctx)
{
	struct found *found = ctx;
	struct vt_endpoint info;

	nl_endpoint(message, &info);
	found->count++;
	found->foreign += info.pid != found->pid ||
			  (found->channel && info.channel != found->channel);
}

/* How many a process has opened, of all channels or of one; no others are told. */
static long of_process(__u32 pid, __u64 channel)
{
	struct found found = { .pid = pid, .channel = channel };
	struct nl_request request;
	struct nl nl = nl_open();
	int error;

	nl_begin(&request, VBUF_CMD_ENDPOINT_GET, NLM_F_DUMP);
	nl_put_u32(&request, VBUF_A_ENDPOINT_PID, pid);
	if (channel)
		nl_put_u64(&request, VBUF_A_ENDPOINT_CHANNEL, channel);
	error = nl_ask(&nl, &request, count_found, &found).error;
	nl_close(&nl);
	if (found.foreign)
		vt_die("endpoints of others");
	return error ?: (long)found.count;
}

TEST_F(channel, those_of_a_process_are_told)
{
	struct opener *opener = start_opener(self->rx, "another");
	int fd = vt_create(NULL, vt_attr(1, 1), VT_BOTH);

	EXPECT_EQ(3, of_process(getpid(), 0));
	EXPECT_EQ(2, of_process(getpid(), self->id));
	EXPECT_EQ(1, of_process(opener->pid, 0));
	EXPECT_EQ(1, of_process(opener->pid, self->id));
	EXPECT_EQ(0, of_process(opener->pid, vt_getattr(fd).id));
	EXPECT_EQ(0, of_process(0x7fffffff, 0));
	EXPECT_EQ(0, of_process(UINT32_MAX, 0));
	end_opener(opener);
	close(fd);
}

TEST_F(channel, endpoint_get_enoent)
{
	int fd = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	__u64 gone = vt_getattr(fd).id;

	close(fd);
	EXPECT_EQ(-ENOENT, vt_endpoints(gone, self->ends, ENDS));
	EXPECT_EQ(-ENOENT, vt_endpoints(UINT64_MAX, self->ends, ENDS));
	EXPECT_EQ(-ENOENT, of_process(getpid(), gone));
	EXPECT_EQ(VT_POISON64, self->ends[0].id);
}

static long endpoints_of(void *arg)
{
	struct vt_endpoint end;

	return vt_endpoints(*(__u64 *)arg, &end, 1);
}

TEST_F(channel, endpoint_get_eacces)
{
	struct ns_user stranger = { 1002, 1002, 1002 };

	EXPECT_EQ(-EACCES, ns_as(stranger, endpoints_of, &self->id));
}

/* No endpoint at all is not an error. */
TEST_F(channel, a_channel_may_have_none)
{
	struct vbuf_attr attr = vt_attr(1, 1);
	char name[VBUF_NAME_SIZE];
	__u64 id;
	int fd;

	vt_name(name, "endless");
	attr.flags = VBUF_PERSIST;
	fd = vt_create(name, attr, VT_BOTH);
	id = vt_getattr(fd).id;
	close(fd);
	EXPECT_EQ(0, vt_endpoints(id, self->ends, ENDS));
	EXPECT_EQ(0, vt_unlink(name));
}

TEST_HARNESS_MAIN
