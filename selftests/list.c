// SPDX-License-Identifier: GPL-2.0
/*
 * LIST: the channels of the network namespace in order of their ids, the
 * endpoints of one, and how much of it whom is shown.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#include <grp.h>
#include <sys/stat.h>

#define OWNER	1001
#define OTHER	1002

FIXTURE(channel) {
	struct vbuf_channel_info infos[8];
	struct vbuf_endpoint_info ends[8];
	__u64 id;
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(4, 64));
	self->id = vt_getattr(self->rx).id;
	vt_poison(&self->infos);
	vt_poison(&self->ends);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
}

static long list_channels(struct vbuf_channel_info *infos, __u32 count,
			  __u64 after)
{
	struct vbuf_list list = {
		.size = sizeof(list), .count = count, .after = after,
		.entry_size = sizeof(*infos), .entries = (uintptr_t)infos };
	int fd = vt_device();
	long ret = vt_ioctl(fd, VBUF_IOC_LIST, &list);

	close(fd);
	return ret;
}

static long list_endpoints(__u64 id, struct vbuf_endpoint_info *ends,
			   __u32 count, __u64 after)
{
	struct vbuf_list list = {
		.size = sizeof(list), .count = count, .channel = id,
		.entry_size = sizeof(*ends), .entries = (uintptr_t)ends,
		.after = after };
	int fd = vt_device();
	long ret = vt_ioctl(fd, VBUF_IOC_LIST, &list);

	close(fd);
	return ret;
}

TEST_F(channel, every_field_is_filled_in)
{
	struct vbuf_channel_info *info = &self->infos[0];
	char name[VBUF_NAME_SIZE] = "";

	ASSERT_LE(1, list_channels(info, 1, self->id - 1));
	EXPECT_EQ(self->id, info->id);
	EXPECT_EQ(0, memcmp(name, info->name, sizeof(name)));
	EXPECT_EQ(4U, info->attr.slots);
	EXPECT_EQ(64U, info->attr.slot_size);
	EXPECT_EQ(0600U, info->attr.mode);
	EXPECT_EQ(0U, info->uid);
	EXPECT_EQ(0U, info->gid);
	EXPECT_EQ(1U, info->senders);
	EXPECT_EQ(1U, info->receivers);
	EXPECT_EQ(4U, info->free);
	EXPECT_EQ(0U, info->state & ~VBUF_STATE_UNLINKED);
	EXPECT_EQ(0U, info->sent + info->received + info->sent_bytes +
		      info->received_bytes + info->dropped_oldest +
		      info->dropped_holder + info->dropped_deliveries);
	EXPECT_EQ(0U, info->depth + info->sending + info->receiving +
		      info->max_depth + info->blocked_senders +
		      info->blocked_receivers);
}

TEST_F(channel, it_counts_messages_and_bytes)
{
	struct vbuf_channel_info info;
	char buf[64];

	ASSERT_EQ(0, vt_send(self->tx, buf, 10, 0));
	ASSERT_EQ(0, vt_send(self->tx, buf, 64, 0));
	ASSERT_EQ(0, vt_send(self->tx, buf, 0, 0));
	ASSERT_EQ(10, vt_recv(self->rx, buf, 64, 0));
	info = vt_look(self->rx);
	EXPECT_EQ(3U, info.sent);
	EXPECT_EQ(74U, info.sent_bytes);
	EXPECT_EQ(1U, info.received);
	EXPECT_EQ(10U, info.received_bytes);
	EXPECT_EQ(2U, info.depth);
	EXPECT_EQ(3U, info.max_depth);
}

TEST_F(channel, the_deepest_queue_is_remembered)
{
	int i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, vt_put(self->tx, 'a'));
	for (i = 0; i < 3; i++)
		ASSERT_EQ('a', vt_take(self->rx));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(3U, vt_look(self->rx).max_depth);
}

TEST_F(channel, channels_come_in_order_of_their_ids)
{
	int fds[5], i;
	__u64 last = self->id;

	for (i = 0; i < 5; i++)
		fds[i] = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	ASSERT_LE(5, list_channels(self->infos, 8, self->id));
	for (i = 0; i < 5; i++) {
		EXPECT_LT(last, self->infos[i].id);
		last = self->infos[i].id;
		EXPECT_EQ(vt_getattr(fds[i]).id, last);
		close(fds[i]);
	}
}

TEST_F(channel, a_list_goes_on_where_the_last_one_ended)
{
	int fds[5], i;
	__u64 after = self->id;

	for (i = 0; i < 5; i++)
		fds[i] = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	ASSERT_EQ(2, list_channels(self->infos, 2, after));
	EXPECT_EQ(VT_POISON64, self->infos[2].id);
	after = self->infos[1].id;
	EXPECT_EQ(vt_getattr(fds[1]).id, after);
	ASSERT_EQ(2, list_channels(self->infos, 2, after));
	EXPECT_EQ(vt_getattr(fds[2]).id, self->infos[0].id);
	EXPECT_EQ(1, list_channels(self->infos, 8, self->infos[1].id));
	EXPECT_EQ(0, list_channels(self->infos, 8, self->infos[0].id));
	EXPECT_EQ(0, list_channels(self->infos, 8, UINT64_MAX));
}

TEST_F(channel, an_id_is_not_used_again)
{
	int fd = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	__u64 id = vt_getattr(fd).id;

	EXPECT_LT(self->id, id);
	close(fd);
	fd = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	EXPECT_LT(id, vt_getattr(fd).id);
	close(fd);
}

TEST_F(channel, endpoints_are_listed)
{
	int both = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	int tx = vt_reopen(both, VT_SEND);
	__u64 id = vt_getattr(both).id;

	ASSERT_EQ(2, list_endpoints(id, self->ends, 8, 0));
	EXPECT_LT(self->ends[0].id, self->ends[1].id);
	EXPECT_EQ((__u32)VT_BOTH, self->ends[0].rights);
	EXPECT_EQ(VT_SEND, self->ends[1].rights);
	EXPECT_EQ((__u32)getpid(), self->ends[0].pid);
	EXPECT_EQ(0U, self->ends[0].uid);
	EXPECT_EQ(VT_POISON64, self->ends[2].id);
	EXPECT_EQ(1, list_endpoints(id, self->ends, 8, self->ends[0].id));
	EXPECT_EQ(VT_SEND, self->ends[0].rights);
	close(tx);
	EXPECT_EQ(1, list_endpoints(id, self->ends, 8, 0));
	ASSERT_EQ(0, vt_shutdown(both, VT_SEND));
	EXPECT_EQ(1, list_endpoints(id, self->ends, 8, 0));
	EXPECT_EQ(VT_RECV, self->ends[0].rights);
	close(both);
}

TEST_F(channel, endpoints_count_what_went_through_them)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };
	int other = vt_reopen(self->tx, VT_SEND);
	struct vbuf_endpoint_info *rx = &self->ends[0], *tx = &self->ends[1];

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	ASSERT_EQ(0, vt_put(other, 'c'));
	ASSERT_EQ('a', vt_take(self->rx));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_HOLD));
	ASSERT_EQ(3, list_endpoints(self->id, self->ends, 8, 0));
	EXPECT_EQ(1U, rx->received);
	EXPECT_EQ(1U, rx->owned);
	EXPECT_EQ(0U, rx->sent);
	EXPECT_EQ(2U, tx->sent);
	EXPECT_EQ(0U, tx->received + tx->owned);
	EXPECT_EQ(1U, self->ends[2].sent);
	ASSERT_EQ(0, vt_release(self->rx, msg.cookie, VBUF_REQUEUE));
	ASSERT_EQ(3, list_endpoints(self->id, self->ends, 8, 0));
	EXPECT_EQ(1U, rx->received);
	EXPECT_EQ(0U, rx->owned);
}

TEST_F(channel, endpoints_count_who_blocks_in_them)
{
	struct vt_call recv[2] = { 0 };
	int other = vt_reopen(self->rx, VT_RECV);

	vt_start_recv(&recv[0], other);
	vt_start_recv(&recv[1], other);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	ASSERT_EQ(3, list_endpoints(self->id, self->ends, 8, 0));
	EXPECT_EQ(0U, self->ends[0].blocked_receivers);
	EXPECT_EQ(2U, self->ends[2].blocked_receivers);
	EXPECT_EQ(0U, self->ends[2].blocked_senders);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(1, vt_join(&recv[0]));
	EXPECT_EQ(1, vt_join(&recv[1]));
	close(other);
}

static void become(uid_t uid)
{
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid))
		vt_die("become %u", uid);
}

/* Exits with 0 if the channel is hidden from @uid, 1 if it is shown. */
static int hidden_from(uid_t uid, __u64 id)
{
	struct vbuf_channel_info info, bare = {
		.id = id, .state = VBUF_STATE_HIDDEN };
	pid_t pid = vt_fork();

	if (pid == 0) {
		vt_poison(&info);
		become(uid);
		if (!vt_find(id, &info))
			_exit(2);
		if (!(info.state & VBUF_STATE_HIDDEN))
			_exit(1);
		_exit(memcmp(&bare, &info, sizeof(info)) ? 3 : 0);
	}
	return vt_reap(pid);
}

TEST_F(channel, from_who_may_neither_send_nor_receive_it_is_hidden)
{
	EXPECT_EQ(0, hidden_from(OTHER, self->id));
}

TEST_F(channel, who_may_do_either_sees_it)
{
	static const __u32 modes[] = { 0604, 0602 };
	struct vbuf_attr attr = vt_attr(1, 1);
	unsigned int i;
	int fd;

	umask(0);
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		attr.mode = modes[i];
		fd = vt_create(NULL, attr, VT_BOTH);
		EXPECT_EQ(1, hidden_from(OTHER, vt_getattr(fd).id));
		close(fd);
	}
}

TEST_F(channel, its_owner_sees_it_whatever_the_mode)
{
	struct vbuf_attr attr = vt_attr(1, 1);
	pid_t pid = vt_fork();

	attr.mode = 0;
	if (pid == 0) {
		struct vbuf_channel_info info;
		int fd;

		become(OWNER);
		fd = vt_create(NULL, attr, VT_BOTH);
		info = vt_look(fd);
		_exit(info.state & VBUF_STATE_HIDDEN || info.uid != OWNER ||
		      info.gid != OWNER || info.free != 1);
	}
	EXPECT_EQ(0, vt_reap(pid));
}

TEST_F(channel, list_eacces)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		become(OTHER);
		_exit(-list_endpoints(self->id, self->ends, 8, 0));
	}
	EXPECT_EQ(EACCES, vt_reap(pid));
}

TEST_F(channel, list_enoent)
{
	int fd = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	__u64 gone = vt_getattr(fd).id;

	close(fd);
	EXPECT_EQ(-ENOENT, list_endpoints(gone, self->ends, 8, 0));
	EXPECT_EQ(-ENOENT, list_endpoints(UINT64_MAX, self->ends, 8, 0));
}

/* A network namespace has channels of its own, and sees no others. */
TEST_F(channel, list_enoent_of_another_namespace)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		if (unshare(CLONE_NEWNET))
			_exit(1);
		if (list_channels(self->infos, 8, 0) != 0)
			_exit(2);
		if (list_endpoints(self->id, self->ends, 8, 0) != -ENOENT)
			_exit(3);
		_exit(vt_create(NULL, vt_attr(1, 1), VT_BOTH) < 0 ||
		      list_channels(self->infos, 8, 0) != 1 ? 4 : 0);
	}
	EXPECT_EQ(0, vt_reap(pid));
}

TEST_F(channel, list_einval)
{
	struct vbuf_list good = {
		.size = sizeof(good), .count = 8,
		.entry_size = sizeof(self->infos[0]),
		.entries = (uintptr_t)self->infos }, list;

	list = good;
	list.count = 0;
	EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_LIST, &list));
	list.count = VBUF_MAX_VECTOR + 1;
	EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_LIST, &list));
	list = good;
	list.entry_size = 0;
	EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_LIST, &list));
	list.entry_size = sizeof(self->ends[0]);
	EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_LIST, &list));
	list.entry_size = UINT32_MAX;
	EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_LIST, &list));
	list = good;
	list.reserved = 1;
	EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_LIST, &list));
	EXPECT_EQ(VT_POISON64, self->infos[0].id);
}

TEST_HARNESS_MAIN
