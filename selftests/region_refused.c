// SPDX-License-Identifier: GPL-2.0
/*
 * The commands of regions fail where the channel has no regions, where the other
 * side has gone, where the endpoint owns as much as it may, and on what is no
 * endpoint.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define SLOTS	3U
#define LARGE	(16UL << 20)
#define SIZE	(2 * VT_PAGE)

static long reserve(int fd, size_t len, __u32 flags)
{
	char *at;

	return vt_reserve(fd, len, flags, &at);
}

static long acquire(int fd, __u32 flags)
{
	struct vbuf_msg msg;

	return vt_acquire(fd, flags, &msg);
}

static long commit_next(int fd, char *at, size_t len, size_t next_len,
			__u32 flags)
{
	return vt_commit_next(fd, &at, len, next_len, flags);
}

static long release_next(int fd, const char *at, __u32 flags)
{
	struct vbuf_msg msg;

	return vt_release_next(fd, at, flags, &msg);
}

/* Slots that share a page: nothing moves there. */
FIXTURE(packed) {
	int both;
	struct vbuf_msg msg;
	char byte;
};

FIXTURE_SETUP(packed)
{
	self->both = vt_create(NULL, vt_attr(3, VT_PAGE - 1), VT_BOTH);
	self->msg = (struct vbuf_msg) {
		.buf = (uintptr_t)&self->byte, .size = 1 };
	ASSERT_EQ(0, vt_put(self->both, 'a'));
	ASSERT_EQ(1, vt_recvv(self->both, &self->msg, 1, VBUF_HOLD));
}

FIXTURE_TEARDOWN(packed)
{
	EXPECT_EQ(1U, vt_look(self->both).receiving);
	EXPECT_EQ(0, vt_release(self->both, self->msg.cookie, 0));
	EXPECT_TRUE(vt_settled(self->both));
}

TEST_F(packed, region_eopnotsupp)
{
	struct vbuf_region_info info = { .size = sizeof(info) };

	EXPECT_EQ(-EOPNOTSUPP, vt_ioctl(self->both, VBUF_IOC_REGION, &info));
}

TEST_F(packed, reserve_eopnotsupp)
{
	EXPECT_EQ(-EOPNOTSUPP, reserve(self->both, 1, VBUF_DONTWAIT));
}

TEST_F(packed, commit_eopnotsupp)
{
	EXPECT_EQ(-EOPNOTSUPP, commit_next(self->both, VT_UNMAPPED, 1, 1,
					   VBUF_DONTWAIT));
	EXPECT_EQ(-EINVAL, vt_commit(self->both, VT_UNMAPPED, 1));
	EXPECT_EQ(-EINVAL, vt_discard(self->both, VT_UNMAPPED));
}

TEST_F(packed, acquire_eopnotsupp)
{
	EXPECT_EQ(-EOPNOTSUPP, acquire(self->both, VBUF_DONTWAIT));
}

TEST_F(packed, release_eopnotsupp)
{
	struct vbuf_release arg = {
		.size = sizeof(arg), .flags = VBUF_NEXT | VBUF_DONTWAIT,
		.cookie = self->msg.cookie };

	EXPECT_EQ(-EOPNOTSUPP, vt_ioctl(self->both, VBUF_IOC_RELEASE, &arg));
	EXPECT_EQ(-EINVAL, vt_release_at(self->both, &self->byte, 0));
}

/* An endpoint that may own one slot, and one that still sends to it. */
FIXTURE(pair) {
	int rx;
	int tx;
	char *at;
};

FIXTURE_SETUP(pair)
{
	struct vbuf_attr attr = vt_attr(SLOTS, SIZE);

	attr.held_max = 1;
	vt_pair(&self->rx, &self->tx, attr);
	vt_map_send(self->tx);
	vt_map_receive(self->rx);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	ASSERT_EQ(0, vt_reserve(self->tx, SIZE, VBUF_DONTWAIT, &self->at));
}

FIXTURE_TEARDOWN(pair)
{
	close(self->rx);
	close(self->tx);
}

TEST_F(pair, reserve_edquot)
{
	EXPECT_EQ(-EDQUOT, reserve(self->tx, SIZE, 0));
	EXPECT_EQ(0, vt_discard(self->tx, self->at));
	EXPECT_EQ(0, reserve(self->tx, SIZE, VBUF_DONTWAIT));
}

TEST_F(pair, acquire_edquot)
{
	struct vbuf_msg msg;

	ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
	EXPECT_EQ(-EDQUOT, acquire(self->rx, 0));
	EXPECT_EQ(1U, vt_look(self->rx).depth);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_EQ(0, acquire(self->rx, 0));
}

TEST_F(pair, reserve_epipe)
{
	EXPECT_EQ(0, vt_discard(self->tx, self->at));
	close(self->rx);
	EXPECT_EQ(-EPIPE, reserve(self->tx, SIZE, 0));
	EXPECT_EQ(1U, vt_look(self->tx).free);
}

TEST_F(pair, reserve_epipe_after_shutdown)
{
	ASSERT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	EXPECT_EQ(-EPIPE, reserve(self->tx, SIZE, 0));
	EXPECT_TRUE(vt_settled(self->rx));
}

/* Before RESERVE, after it, or while a slot is made zeros, which takes a moment. */
TEST(shutdown_leaves_nothing_reserved_whenever_it_comes)
{
	struct vt_call reserve;
	char *base;
	int rx, tx;
	long ret;

	vt_pair(&rx, &tx, vt_attr(1, LARGE));
	base = vt_map_send(tx);
	reserve = (struct vt_call) {
		.op = vt_op_reserve, .fd = tx, .len = LARGE };
	vt_start(&reserve);
	while (!vt_look(tx).sending && !vt_done(&reserve))
		continue;
	ASSERT_EQ(0, vt_shutdown(tx, VT_SEND));
	ret = vt_join(&reserve);
	EXPECT_TRUE(ret == -EPIPE || ret == 0);
	EXPECT_EQ(1U, vt_look(tx).free);
	EXPECT_TRUE(vt_all_peek(base, LARGE, VT_NOT_OWNED));
	EXPECT_TRUE(vt_settled(rx));
}

TEST_F(pair, commit_epipe)
{
	close(self->rx);
	EXPECT_EQ(-EPIPE, vt_commit(self->tx, self->at, 1));
	EXPECT_EQ(-EPIPE, commit_next(self->tx, self->at, 1, 1, VBUF_DONTWAIT));
	EXPECT_EQ(1U, vt_look(self->tx).sending);
	EXPECT_EQ(VT_THERE, vt_poke(self->at + SIZE - 1, 'x'));
	EXPECT_EQ(0, vt_discard(self->tx, self->at));
	EXPECT_TRUE(vt_settled(self->tx));
}

/* What was reserved is not any more. */
TEST_F(pair, commit_einval_after_shutdown)
{
	ASSERT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	EXPECT_EQ(-EINVAL, vt_commit(self->tx, self->at, 1));
	EXPECT_EQ(-EINVAL, vt_discard(self->tx, self->at));
	EXPECT_TRUE(vt_settled(self->rx));
}

TEST_F(pair, acquire_epipe)
{
	struct vbuf_msg msg;
	int i;

	close(self->tx);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
		ASSERT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	}
	EXPECT_EQ(-EPIPE, acquire(self->rx, 0));
	EXPECT_TRUE(vt_settled(self->rx));
}

TEST_F(pair, acquire_epipe_after_shutdown)
{
	struct vbuf_msg msg;

	ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
	ASSERT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_EQ(-EPIPE, acquire(self->rx, 0));
	EXPECT_EQ(-EINVAL, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_EQ(0U, vt_look(self->rx).receiving);
}

TEST(region_enotconn)
{
	struct vbuf_region_info info = { .size = sizeof(info) };

	EXPECT_EQ(-ENOTCONN, vt_ioctl(vt_device(), VBUF_IOC_REGION, &info));
}

TEST(reserve_enotconn)
{
	EXPECT_EQ(-ENOTCONN, reserve(vt_device(), 1, VBUF_DONTWAIT));
}

TEST(commit_enotconn)
{
	EXPECT_EQ(-ENOTCONN, vt_commit(vt_device(), VT_UNMAPPED, 1));
	EXPECT_EQ(-ENOTCONN, commit_next(vt_device(), VT_UNMAPPED, 1, 1, 0));
}

TEST(discard_enotconn)
{
	EXPECT_EQ(-ENOTCONN, vt_discard(vt_device(), VT_UNMAPPED));
}

TEST(acquire_enotconn)
{
	EXPECT_EQ(-ENOTCONN, acquire(vt_device(), VBUF_DONTWAIT));
}

TEST(release_enotconn_by_address)
{
	EXPECT_EQ(-ENOTCONN, vt_release_at(vt_device(), VT_UNMAPPED, 0));
	EXPECT_EQ(-ENOTCONN, release_next(vt_device(), VT_UNMAPPED, 0));
}

TEST_HARNESS_MAIN
