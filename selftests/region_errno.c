// SPDX-License-Identifier: GPL-2.0
/*
 * The commands of regions refuse arguments that are wrong, and who has not mapped
 * the window; and then nothing has changed. EFAULT is in region_uapi.c.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define SLOTS	3U
#define SIZE	(2 * VT_PAGE)

/* One slot is reserved, at @at; one is acquired, @msg; one is free. */
FIXTURE(channel) {
	int rx;
	int tx;
	char *send;
	char *receive;
	char *at;
	struct vbuf_msg msg;
	struct vt_channel before;
};

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(SLOTS, SIZE));
	self->send = vt_map_send(self->tx);
	self->receive = vt_map_receive(self->rx);
	ASSERT_EQ(0, vt_put(self->tx, 'm'));
	ASSERT_EQ(0, vt_acquire(self->rx, 0, &self->msg));
	ASSERT_EQ(0, vt_reserve(self->tx, VT_PAGE + 10, 0, &self->at));
	memset(self->at, 'r', SIZE);
	self->before = vt_look(self->rx);
}

/* Nothing has moved since the test began, and all that was there is there. */
static bool untouched(FIXTURE_DATA(channel) *self)
{
	struct vt_channel now = vt_look(self->rx);

	return !memcmp(&now, &self->before, sizeof(now)) &&
	       vt_all(self->at, SIZE, 'r') && *vt_at(&self->msg) == 'm';
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(untouched(self));
	EXPECT_EQ(0, vt_discard(self->tx, self->at));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&self->msg), 0));
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

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

TEST_F(channel, reserve_emsgsize)
{
	EXPECT_EQ(-EMSGSIZE, reserve(self->tx, SIZE + 1, 0));
	EXPECT_EQ(-EMSGSIZE, reserve(self->tx, 1UL << 32, 0));
	EXPECT_EQ(-EMSGSIZE, reserve(self->tx, SIZE_MAX, 0));
}

TEST_F(channel, reserve_einval_not_lossy)
{
	EXPECT_EQ(-EINVAL, reserve(self->tx, SIZE, VBUF_DROP_OLDEST));
}

TEST_F(channel, reserve_einval_flags)
{
	int bit;

	for (bit = 2; bit < 32; bit++)
		EXPECT_EQ(-EINVAL, reserve(self->tx, SIZE, 1U << bit));
}

TEST_F(channel, reserve_ebadf)
{
	EXPECT_EQ(-EBADF, reserve(self->rx, SIZE, 0));
}

TEST_F(channel, reserve_eagain)
{
	char *last;

	ASSERT_EQ(0, vt_reserve(self->tx, SIZE, VBUF_DONTWAIT, &last));
	EXPECT_EQ(-EAGAIN, reserve(self->tx, SIZE, VBUF_DONTWAIT));
	ASSERT_EQ(0, fcntl(self->tx, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, reserve(self->tx, SIZE, 0));
	EXPECT_EQ(0, vt_discard(self->tx, last));
}

TEST_F(channel, reserve_enxio)
{
	int tx = vt_reopen(self->tx, VT_SEND);
	char *base;

	EXPECT_EQ(-ENXIO, reserve(tx, SIZE, VBUF_DONTWAIT));
	base = vt_map_send(tx);
	vt_unmap(tx, base);
	EXPECT_EQ(-ENXIO, reserve(tx, SIZE, VBUF_DONTWAIT));
	close(tx);
}

/* The other window is of no use. */
TEST_F(channel, reserve_enxio_with_the_window_to_receive_in)
{
	int both = vt_create(NULL, vt_attr(1, SIZE), VT_BOTH);

	vt_map_receive(both);
	EXPECT_EQ(-ENXIO, reserve(both, SIZE, VBUF_DONTWAIT));
	EXPECT_EQ(-EAGAIN, acquire(both, VBUF_DONTWAIT));
	close(both);
}

TEST_F(channel, commit_einval_of_what_is_not_reserved)
{
	__u64 stride = vt_region(self->tx).stride;
	char *bad[] = {
		NULL, self->at - 1, self->at + 1, self->at + VT_PAGE,
		self->at + stride, self->at - stride,
		self->send - stride, self->send + SLOTS * stride,
		self->receive, vt_at(&self->msg),
		VT_UNMAPPED, VT_KERNEL, (char *)UINTPTR_MAX,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, vt_commit(self->tx, bad[i], 1))
			TH_LOG("at %p", bad[i]);
		EXPECT_EQ(-EINVAL, vt_discard(self->tx, bad[i]))
			TH_LOG("at %p", bad[i]);
		EXPECT_EQ(-EINVAL, commit_next(self->tx, bad[i], 1, 1,
					       VBUF_DONTWAIT))
			TH_LOG("at %p", bad[i]);
	}
}

TEST_F(channel, commit_einval_twice)
{
	char room[SIZE], *at;

	ASSERT_EQ(0, vt_reserve(self->tx, 1, 0, &at));
	ASSERT_EQ(0, vt_commit(self->tx, at, 1));
	EXPECT_EQ(-EINVAL, vt_commit(self->tx, at, 1));
	EXPECT_EQ(-EINVAL, vt_discard(self->tx, at));
	EXPECT_EQ(1, vt_recv(self->rx, room, SIZE, VBUF_DONTWAIT));
	EXPECT_EQ(-EINVAL, vt_commit(self->tx, at, 1));
	self->before = vt_look(self->rx);
}

TEST_F(channel, commit_einval_from_another_endpoint)
{
	int other = vt_reopen(self->tx, VT_SEND);
	char *base = vt_map_send(other);

	EXPECT_EQ(-EINVAL, vt_commit(other, self->at, 1));
	EXPECT_EQ(-EINVAL, vt_commit(other, base + (self->at - self->send), 1));
	EXPECT_EQ(-EINVAL, vt_discard(other, self->at));
	EXPECT_EQ(-EINVAL, vt_commit(self->rx, self->at, 1));
	close(other);
}

TEST_F(channel, commit_einval_next_len_without_next)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg), .addr = (uintptr_t)self->at, .len = 1,
		.next_len = 1 };

	EXPECT_EQ(-EINVAL, vt_ioctl(self->tx, VBUF_IOC_COMMIT, &arg));
}

TEST_F(channel, commit_einval_deadline_without_next)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg), .addr = (uintptr_t)self->at, .len = 1,
		.deadline_ns = 1 };

	EXPECT_EQ(-EINVAL, vt_ioctl(self->tx, VBUF_IOC_COMMIT, &arg));
}

TEST_F(channel, commit_einval_flags)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg), .addr = (uintptr_t)self->at, .len = 1 };
	int bit;

	for (bit = 0; bit < 32; bit++) {
		arg.flags = 1U << bit;
		if (arg.flags == VBUF_NEXT)
			continue;
		EXPECT_EQ(-EINVAL, vt_ioctl(self->tx, VBUF_IOC_COMMIT, &arg));
		arg.flags |= VBUF_NEXT;
		if (arg.flags != (VBUF_NEXT | VBUF_DONTWAIT))
			EXPECT_EQ(-EINVAL,
				  vt_ioctl(self->tx, VBUF_IOC_COMMIT, &arg));
	}
}

TEST_F(channel, commit_emsgsize)
{
	EXPECT_EQ(-EMSGSIZE, vt_commit(self->tx, self->at, VT_PAGE + 11));
	EXPECT_EQ(-EMSGSIZE, vt_commit(self->tx, self->at, SIZE));
	EXPECT_EQ(-EMSGSIZE, vt_commit(self->tx, self->at, SIZE + 1));
	EXPECT_EQ(-EMSGSIZE, vt_commit(self->tx, self->at, 1UL << 32));
	EXPECT_EQ(-EMSGSIZE, vt_commit(self->tx, self->at, (1UL << 32) + 1));
	EXPECT_EQ(-EMSGSIZE, vt_commit(self->tx, self->at, SIZE_MAX));
}

TEST_F(channel, commit_emsgsize_of_the_next)
{
	EXPECT_EQ(-EMSGSIZE, commit_next(self->tx, self->at, 1, SIZE + 1, 0));
	EXPECT_EQ(-EMSGSIZE, commit_next(self->tx, self->at, 1, SIZE_MAX, 0));
	EXPECT_EQ(-EMSGSIZE, commit_next(self->tx, self->at, SIZE, 1,
					 VBUF_DONTWAIT));
}

TEST_F(channel, commit_ebadf)
{
	EXPECT_EQ(-EBADF, commit_next(self->rx, self->at, 1, 1, VBUF_DONTWAIT));
}

TEST_F(channel, release_ebadf)
{
	EXPECT_EQ(-EBADF, release_next(self->tx, vt_at(&self->msg),
				       VBUF_DONTWAIT));
}

TEST_F(channel, discard_einval_reserved_field)
{
	struct vbuf_discard arg = {
		.size = sizeof(arg), .reserved = 1,
		.addr = (uintptr_t)self->at };

	EXPECT_EQ(-EINVAL, vt_ioctl(self->tx, VBUF_IOC_DISCARD, &arg));
}

TEST_F(channel, region_einval_reserved_field)
{
	struct vbuf_region_info info = { .size = sizeof(info), .reserved = 1 };

	EXPECT_EQ(-EINVAL, vt_ioctl(self->tx, VBUF_IOC_REGION, &info));
}

TEST_F(channel, acquire_einval_flags)
{
	int bit;

	for (bit = 0; bit < 32; bit++)
		if (1U << bit != VBUF_DONTWAIT && 1U << bit != VBUF_INFO)
			EXPECT_EQ(-EINVAL, acquire(self->rx, 1U << bit));
}

TEST_F(channel, acquire_ebadf)
{
	EXPECT_EQ(-EBADF, acquire(self->tx, 0));
}

TEST_F(channel, acquire_eagain)
{
	EXPECT_EQ(-EAGAIN, acquire(self->rx, VBUF_DONTWAIT));
	ASSERT_EQ(0, fcntl(self->rx, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, acquire(self->rx, 0));
}

TEST_F(channel, acquire_enxio)
{
	int rx = vt_reopen(self->rx, VT_RECV);
	char *base;

	EXPECT_EQ(-ENXIO, acquire(rx, VBUF_DONTWAIT));
	base = vt_map_receive(rx);
	vt_unmap(rx, base);
	EXPECT_EQ(-ENXIO, acquire(rx, VBUF_DONTWAIT));
	close(rx);
}

TEST_F(channel, release_einval_of_what_is_not_acquired)
{
	char *at = vt_at(&self->msg);
	__u64 stride = vt_region(self->rx).stride;
	const char *bad[] = {
		at - 1, at + 1, at + VT_PAGE, at + stride, at - stride,
		self->receive - stride, self->receive + SLOTS * stride,
		self->at, VT_UNMAPPED, VT_KERNEL, (char *)UINTPTR_MAX,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, vt_release_at(self->rx, bad[i], 0))
			TH_LOG("at %p", bad[i]);
		EXPECT_EQ(-EINVAL, release_next(self->rx, bad[i],
						VBUF_DONTWAIT))
			TH_LOG("at %p", bad[i]);
	}
}

TEST_F(channel, release_einval_from_another_endpoint)
{
	int other = vt_reopen(self->rx, VT_RECV);
	char *base = vt_map_receive(other);

	EXPECT_EQ(-EINVAL, vt_release_at(other, vt_at(&self->msg), 0));
	EXPECT_EQ(-EINVAL, vt_release_at(other, base +
					 (vt_at(&self->msg) - self->receive), 0));
	EXPECT_EQ(-EINVAL, vt_release_at(self->tx, vt_at(&self->msg), 0));
	EXPECT_EQ(-EINVAL, vt_release(other, self->msg.cookie, 0));
	close(other);
}

/* A window that never was begins nowhere, not at address 0. */
TEST_F(channel, release_einval_without_a_window)
{
	int both = vt_create(NULL, vt_attr(SLOTS, SIZE), VT_BOTH);
	struct vbuf_msg msgs[SLOTS] = { 0 };
	char bytes[SLOTS];
	__u64 addr;
	unsigned int i;

	vt_map_send(both);
	for (i = 0; i < SLOTS; i++) {
		ASSERT_EQ(0, vt_put(both, 'x'));
		msgs[i].buf = (uintptr_t)&bytes[i];
		msgs[i].size = 1;
	}
	ASSERT_EQ((long)SLOTS, vt_recvv(both, msgs, SLOTS, VBUF_HOLD));
	for (i = 1; i < SLOTS; i++) {
		addr = i * vt_region(both).stride;
		EXPECT_EQ(-EINVAL, vt_release_at(both, (char *)addr, 0));
	}
	for (i = 0; i < SLOTS; i++)
		EXPECT_EQ(0, vt_release(both, msgs[i].cookie, 0));
	close(both);
}

TEST_F(channel, release_einval_by_both)
{
	struct vbuf_release arg = {
		.size = sizeof(arg), .cookie = self->msg.cookie,
		.addr = self->msg.buf };

	EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_RELEASE, &arg));
	arg.flags = VBUF_NEXT | VBUF_DONTWAIT;
	EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_RELEASE, &arg));
}

TEST_F(channel, release_einval_deadline_without_next)
{
	struct vbuf_release arg = {
		.size = sizeof(arg), .addr = self->msg.buf, .deadline_ns = 1 };

	EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_RELEASE, &arg));
}

TEST_F(channel, release_einval_flags_by_address)
{
	__u32 flag, next;
	int bit;

	for (bit = 0; bit < 32; bit++) {
		flag = 1U << bit;
		next = flag | VBUF_NEXT;
		if (flag == VBUF_REQUEUE || flag == VBUF_NEXT)
			continue;
		EXPECT_EQ(-EINVAL,
			  vt_release_at(self->rx, vt_at(&self->msg), flag));
		if (flag != VBUF_DONTWAIT && flag != VBUF_INFO)
			EXPECT_EQ(-EINVAL, vt_release_at(self->rx,
							 vt_at(&self->msg),
							 next));
	}
}

/* Nothing of the region is there, but what the endpoint owns. */
TEST_F(channel, commit_enxio)
{
	vt_unmap(self->tx, self->send);
	EXPECT_EQ(-ENXIO, commit_next(self->tx, self->at, 1, 1, VBUF_DONTWAIT));
	self->at -= (uintptr_t)self->send;
	self->send = vt_map_send(self->tx);
	self->at += (uintptr_t)self->send;
}

TEST_F(channel, release_enxio)
{
	__u64 off = vt_at(&self->msg) - self->receive;

	vt_unmap(self->rx, self->receive);
	EXPECT_EQ(-ENXIO, release_next(self->rx, vt_at(&self->msg),
				       VBUF_DONTWAIT));
	self->receive = vt_map_receive(self->rx);
	self->msg.buf = (uintptr_t)self->receive + off;
}

/* What @op returns in a process that has the endpoints, but not the region. */
static long in_a_child(FIXTURE_DATA(channel) *self,
		       long (*op)(FIXTURE_DATA(channel) *self))
{
	pid_t pid = vt_fork();

	if (pid == 0)
		_exit(-op(self));
	return -vt_reap(pid);
}

static long try_reserve(FIXTURE_DATA(channel) *self)
{
	return reserve(self->tx, SIZE, VBUF_DONTWAIT);
}

static long try_commit(FIXTURE_DATA(channel) *self)
{
	return commit_next(self->tx, self->at, 1, 1, VBUF_DONTWAIT);
}

static long try_acquire(FIXTURE_DATA(channel) *self)
{
	return acquire(self->rx, VBUF_DONTWAIT);
}

static long try_release(FIXTURE_DATA(channel) *self)
{
	return release_next(self->rx, vt_at(&self->msg), VBUF_DONTWAIT);
}

TEST_F(channel, reserve_ebusy)
{
	EXPECT_EQ(-EBUSY, in_a_child(self, try_reserve));
}

TEST_F(channel, commit_ebusy)
{
	EXPECT_EQ(-EBUSY, in_a_child(self, try_commit));
}

TEST_F(channel, acquire_ebusy)
{
	EXPECT_EQ(-EBUSY, in_a_child(self, try_acquire));
}

TEST_F(channel, release_ebusy)
{
	EXPECT_EQ(-EBUSY, in_a_child(self, try_release));
}

TEST_HARNESS_MAIN
