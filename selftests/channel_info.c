// SPDX-License-Identifier: GPL-2.0
/* What each message carries for a receiver that asks with VBUF_INFO. */
#include "ns.h"
#include "kselftest_harness.h"

#include <sys/prctl.h>
#include <sys/stat.h>

#define AHEAD_SEC	1000000ULL
#define SOMEONE		1234

FIXTURE(channel) {
	char name[VBUF_NAME_SIZE];
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	struct vbuf_attr attr = vt_attr(4, 64);

	attr.mode = 0777;
	vt_name(self->name, "info");
	umask(0);
	self->rx = vt_create(self->name, attr, VT_RECV);
	self->tx = vt_open(self->name, VT_SEND);
	ASSERT_LE(0, self->rx);
	ASSERT_LE(0, self->tx);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

/* The next message, all of it that can be told. */
static struct vbuf_msg info(int rx)
{
	static char byte;
	struct vbuf_msg msg;
	long ret;

	vt_poison(&msg);
	msg.buf = (uintptr_t)&byte;
	msg.size = 1;
	ret = vt_recvv(rx, &msg, 1, VBUF_INFO | VBUF_DONTWAIT);
	if (ret != 1)
		vt_die("receive with VBUF_INFO: %ld", ret);
	return msg;
}

/* Where a receiver in another process shows what it saw. */
static struct vbuf_msg *shared_msg(void)
{
	struct vbuf_msg *msg = mmap(NULL, sizeof(*msg), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (msg == MAP_FAILED)
		vt_die("mmap");
	return msg;
}

TEST_F(channel, all_of_it_is_filled_in)
{
	struct vbuf_msg msg;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	msg = info(self->rx);
	EXPECT_EQ(0U, msg.tag);
	EXPECT_EQ(0U, msg.seq);
	EXPECT_EQ(1U, msg.len);
	EXPECT_EQ((__u32)getpid(), msg.pid);
	EXPECT_EQ(0U, msg.uid);
	EXPECT_EQ(0U, msg.flags);
	EXPECT_EQ(1U, msg.deliveries);
	EXPECT_EQ(VT_POISON64, msg.cookie);
	EXPECT_EQ(1U, msg.size);
}

TEST_F(channel, the_tag_is_the_senders_own)
{
	struct vbuf_msg msgs[2] = {
		{ .buf = (uintptr_t)"a", .len = 1, .tag = UINT64_MAX },
		{ .buf = (uintptr_t)"b", .len = 1, .tag = 42 },
	};

	ASSERT_EQ(2, vt_sendv(self->tx, msgs, 2, 0));
	EXPECT_EQ(UINT64_MAX, info(self->rx).tag);
	EXPECT_EQ(42U, info(self->rx).tag);
}

/* The slot had a tag before. */
TEST_F(channel, the_tag_is_0_from_send_and_write)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)"a", .len = 1, .tag = 42 };
	int i;

	for (i = 0; i < 4; i++)
		ASSERT_EQ(1, vt_sendv(self->tx, &msg, 1, 0));
	for (i = 0; i < 4; i++)
		ASSERT_EQ('a', vt_take(self->rx));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, vt_put(self->tx, 'a'));
		ASSERT_EQ(1, vt_write(self->tx, "a", 1));
	}
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0U, info(self->rx).tag);
}

TEST_F(channel, the_number_counts_from_0_in_the_order_of_entering)
{
	int i, other = vt_open(self->name, VT_SEND);

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, vt_put(i % 2 ? self->tx : other, 'a'));
		EXPECT_EQ((__u64)i, info(self->rx).seq);
	}
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(other, 'a'));
	EXPECT_EQ(20U, info(self->rx).seq);
	EXPECT_EQ(21U, info(self->rx).seq);
	close(other);
}

TEST_F(channel, what_was_not_sent_has_no_number)
{
	EXPECT_EQ(-EFAULT, vt_send(self->tx, VT_UNMAPPED, 1, 0));
	EXPECT_EQ(-EMSGSIZE, vt_send(self->tx, "", 65, 0));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(0U, info(self->rx).seq);
}

TEST_F(channel, the_number_goes_on_when_handed_over)
{
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_join(&recv));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(1U, info(self->rx).seq);
}

TEST_F(channel, the_time_is_that_of_sending)
{
	__u64 before = vt_now(), after;
	struct vbuf_msg msg;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	after = vt_now();
	usleep(1000);
	msg = info(self->rx);
	EXPECT_LE(before, msg.time_ns);
	EXPECT_GE(after, msg.time_ns);
}

/* Thirty-two messages go at a time. */
TEST(what_a_vector_sends_in_one_go_has_one_time)
{
	static struct vbuf_msg msgs[500];
	static char bytes[500];
	int rx, tx, i, later = 0, earlier = 0;

	vt_pair(&rx, &tx, vt_attr(500, 1));
	for (i = 0; i < 500; i++)
		msgs[i] = (struct vbuf_msg) {
			.buf = (uintptr_t)&bytes[i], .len = 1, .size = 1 };
	ASSERT_EQ(500, vt_sendv(tx, msgs, 500, 0));
	ASSERT_EQ(500, vt_recvv(rx, msgs, 500, VBUF_INFO));
	for (i = 1; i < 500; i++) {
		later += i < 32 && msgs[i].time_ns != msgs[0].time_ns;
		earlier += msgs[i].time_ns < msgs[i - 1].time_ns;
	}
	EXPECT_EQ(0, later);
	EXPECT_EQ(0, earlier);
}

TEST_F(channel, the_time_is_of_the_receivers_namespace)
{
	struct vbuf_msg *msg = shared_msg();
	__u64 before = vt_now(), after;
	pid_t pid;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	after = vt_now();
	ns_time_ahead(AHEAD_SEC);
	pid = vt_fork();
	if (pid == 0) {
		*msg = info(self->rx);
		_exit(0);
	}
	ASSERT_EQ(0, vt_reap(pid));
	EXPECT_LE(before + AHEAD_SEC * VT_NSEC_PER_SEC, msg->time_ns);
	EXPECT_GE(after + AHEAD_SEC * VT_NSEC_PER_SEC, msg->time_ns);
}

TEST_F(channel, the_pid_is_the_process_that_sent)
{
	pid_t pid = vt_fork();

	if (pid == 0)
		_exit(vt_put(self->tx, 'a') == 0 ? 0 : 1);
	ASSERT_EQ(0, vt_reap(pid));
	EXPECT_EQ((__u32)pid, info(self->rx).pid);
}

TEST_F(channel, the_pid_is_the_process_and_not_the_thread)
{
	struct vt_call send = { 0 };

	vt_start_send(&send, self->tx, 'a');
	ASSERT_EQ(0, vt_join(&send));
	EXPECT_NE(getpid(), send.tid);
	EXPECT_EQ((__u32)getpid(), info(self->rx).pid);
}

/* Process 1 of a new namespace sends, and receives what both of us sent. */
TEST_F(channel, the_pid_is_as_the_receiver_sees_it)
{
	struct vbuf_msg *seen = shared_msg();
	pid_t pid;

	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	pid = vt_fork();
	if (pid == 0) {
		*seen = info(self->rx);
		if (seen->pid != 0 || vt_put(self->tx, 'b'))
			_exit(1);
		*seen = info(self->rx);
		if (seen->pid != 1 || vt_put(self->tx, 'c'))
			_exit(2);
		_exit(0);
	}
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_EQ((__u32)pid, info(self->rx).pid);
}

/* From a namespace of its own nobody sees what a number once meant. */
TEST_F(channel, the_pid_of_who_has_ended_is_known_outside_only)
{
	struct vbuf_msg *seen = shared_msg();
	pid_t pid, sender;

	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	pid = vt_fork();
	if (pid == 0) {
		sender = vt_fork();
		if (sender == 0)
			_exit(vt_put(self->tx, 'a') || vt_put(self->tx, 'b'));
		if (vt_reap(sender))
			_exit(1);
		*seen = info(self->rx);
		_exit(0);
	}
	ASSERT_EQ(0, vt_reap(pid));
	EXPECT_EQ(0U, seen->pid);
	EXPECT_LT((__u32)pid, info(self->rx).pid);
}

static void become(uid_t uid)
{
	if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid) ||
	    prctl(PR_SET_DUMPABLE, 1))
		vt_die("become user %u", uid);
}

TEST_F(channel, the_uid_is_whoever_opened_the_endpoint)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		int own;

		become(SOMEONE);
		own = vt_open(self->name, VT_SEND);
		if (vt_put(self->tx, 'a') || vt_put(own, 'b'))
			_exit(1);
		_exit(0);
	}
	ASSERT_EQ(0, vt_reap(pid));
	EXPECT_EQ(0U, info(self->rx).uid);
	EXPECT_EQ((__u32)SOMEONE, info(self->rx).uid);
}

/* There SOMEONE is user 0, and the rest of the world has no number. */
TEST_F(channel, the_uid_is_as_the_receiver_sees_it)
{
	struct vbuf_msg *seen = shared_msg();
	pid_t pid = vt_fork();

	if (pid == 0) {
		int own, fd;

		become(SOMEONE);
		own = vt_open(self->name, VT_SEND);
		if (vt_put(self->tx, 'a') || vt_put(own, 'b') ||
		    unshare(CLONE_NEWUSER))
			_exit(1);
		fd = open("/proc/self/uid_map", O_WRONLY);
		if (dprintf(fd, "0 %d 1\n", SOMEONE) < 0)
			_exit(2);
		*seen = info(self->rx);
		if (seen->uid != 65534)
			_exit(3);
		*seen = info(self->rx);
		_exit(seen->uid == 0 ? 0 : 4);
	}
	EXPECT_EQ(0, vt_reap(pid));
}

TEST_F(channel, an_entry_of_a_vector_each_has_its_own)
{
	char bytes[3];
	struct vbuf_msg msgs[3];
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, vt_put(self->tx, 'a' + i));
		msgs[i] = (struct vbuf_msg) {
			.buf = (uintptr_t)&bytes[i], .size = 1 };
	}
	ASSERT_EQ(3, vt_recvv(self->rx, msgs, 3, VBUF_INFO));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ((__u64)i, msgs[i].seq);
		EXPECT_EQ(1U, msgs[i].len);
		EXPECT_EQ((__u32)getpid(), msgs[i].pid);
	}
	EXPECT_GE(msgs[1].time_ns, msgs[0].time_ns);
	EXPECT_GE(msgs[2].time_ns, msgs[1].time_ns);
}

TEST_F(channel, recv_einval_info)
{
	char byte;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EINVAL, vt_recv(self->rx, &byte, 1, VBUF_INFO));
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_HARNESS_MAIN
