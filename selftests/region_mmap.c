// SPDX-License-Identifier: GPL-2.0
/*
 * mmap() of a window: whole, shared, once, by one process, and with no more
 * access than its kind has; what it costs, and what it says otherwise.
 */
#include "kselftest_harness.h"
#include "param.h"

#include <sys/personality.h>

#ifndef SYS_mseal
#define SYS_mseal	462
#endif

#define SLOTS	3U

FIXTURE(channel) {
	int both;
	__u64 bytes;
};

FIXTURE_VARIANT(channel) {
	size_t size;
};

FIXTURE_VARIANT_ADD(channel, page) { .size = VT_PAGE };
FIXTURE_VARIANT_ADD(channel, three_pages) { .size = 3 * VT_PAGE };
FIXTURE_VARIANT_ADD(channel, kib64) { .size = 64 << 10 };
FIXTURE_VARIANT_ADD(channel, mib1) { .size = 1 << 20 };
FIXTURE_VARIANT_ADD(channel, mib2) { .size = 2 << 20 };
FIXTURE_VARIANT_ADD(channel, mib5) { .size = 5 << 20 };
FIXTURE_VARIANT_ADD(channel, mib16) { .size = 16 << 20 };

FIXTURE_SETUP(channel)
{
	self->both = vt_create(NULL, vt_attr(SLOTS, variant->size), VT_BOTH);
	ASSERT_LE(0, self->both);
	self->bytes = vt_region(self->both).bytes;
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->both));
	close(self->both);
}

/* 0 or -errno; what was mapped stays until the process ends. */
static long map(int fd, __u64 bytes, int prot, int flags, __u64 offset)
{
	return mmap64(NULL, bytes, prot, flags, fd, offset) == MAP_FAILED ?
	       -errno : 0;
}

static long map_send(int fd, __u64 bytes)
{
	return map(fd, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		   VBUF_MAP_SEND);
}

static long map_receive(int fd, __u64 bytes)
{
	return map(fd, bytes, PROT_READ, MAP_SHARED, VBUF_MAP_RECEIVE);
}

TEST_F(channel, both_windows_are_mapped)
{
	EXPECT_EQ(0, map_send(self->both, self->bytes));
	EXPECT_EQ(0, map_receive(self->both, self->bytes));
}

TEST_F(channel, mmap_einval_length)
{
	static const long off[] = { -4096, 4096, 2 << 20, -(2 << 20) };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(off); i++) {
		if (off[i] + (long)self->bytes <= 0)
			continue;
		EXPECT_EQ(-EINVAL, map_send(self->both, self->bytes + off[i]));
		EXPECT_EQ(-EINVAL, map_receive(self->both,
					       self->bytes + off[i]));
	}
	EXPECT_EQ(-EINVAL, map_send(self->both, VT_PAGE));
	EXPECT_EQ(-EINVAL, map_send(self->both, 2 * self->bytes));
}

/* Of half a window, and of two at once, among others. */
TEST_F(channel, mmap_einval_offset)
{
	const __u64 bad[] = {
		VT_PAGE, self->bytes, VBUF_MAP_RECEIVE - VT_PAGE,
		VBUF_MAP_RECEIVE - self->bytes, VBUF_MAP_RECEIVE + VT_PAGE,
		2 * VBUF_MAP_RECEIVE, 1ULL << 31, 1ULL << 32, 1ULL << 62,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, map(self->both, self->bytes, PROT_READ,
				       MAP_SHARED, bad[i]))
			TH_LOG("at %#llx", bad[i]);
}

/* Where it may stand for all the kernel says. */
TEST_F(channel, mmap_einval_at_address_0)
{
	EXPECT_EQ(-EINVAL, map(self->both, self->bytes, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_FIXED, VBUF_MAP_SEND));
	EXPECT_EQ(-EINVAL, map(self->both, self->bytes, PROT_READ,
			       MAP_SHARED | MAP_FIXED, VBUF_MAP_RECEIVE));
	EXPECT_EQ(0, map_send(self->both, self->bytes));
}

TEST_F(channel, mmap_einval_private)
{
	EXPECT_EQ(-EINVAL, map(self->both, self->bytes, PROT_READ, MAP_PRIVATE,
			       VBUF_MAP_SEND));
	EXPECT_EQ(-EINVAL, map(self->both, self->bytes, PROT_READ, MAP_PRIVATE,
			       VBUF_MAP_RECEIVE));
}

TEST_F(channel, mmap_eacces_executable)
{
	EXPECT_EQ(-EACCES, map(self->both, self->bytes, PROT_READ | PROT_EXEC,
			       MAP_SHARED, VBUF_MAP_SEND));
	EXPECT_EQ(-EACCES, map(self->both, self->bytes, PROT_READ | PROT_EXEC,
			       MAP_SHARED, VBUF_MAP_RECEIVE));
}

TEST_F(channel, mmap_eacces_to_receive_in_writable)
{
	EXPECT_EQ(-EACCES, map(self->both, self->bytes, PROT_READ | PROT_WRITE,
			       MAP_SHARED, VBUF_MAP_RECEIVE));
	EXPECT_EQ(-EACCES, map(self->both, self->bytes, PROT_WRITE, MAP_SHARED,
			       VBUF_MAP_RECEIVE));
}

TEST_F(channel, mmap_eacces_without_the_right)
{
	int rx = vt_reopen(self->both, VT_RECV);
	int tx = vt_reopen(self->both, VT_SEND);

	EXPECT_EQ(-EACCES, map_send(rx, self->bytes));
	EXPECT_EQ(-EACCES, map_receive(tx, self->bytes));
	EXPECT_EQ(0, map_receive(rx, self->bytes));
	EXPECT_EQ(0, map_send(tx, self->bytes));
	close(rx);
	close(tx);
}

/* Of a descriptor that may only be read, or only written. */
TEST_F(channel, mmap_einval_by_the_open_mode)
{
	struct vbuf_reopen reopen = {
		.size = sizeof(reopen), .rights = VT_BOTH, .fd = self->both };
	int reads = open("/dev/vbuf", O_RDONLY | O_CLOEXEC);
	int writes = open("/dev/vbuf", O_WRONLY | O_CLOEXEC);

	ASSERT_EQ(0, vt_ioctl(reads, VBUF_IOC_REOPEN, &reopen));
	ASSERT_EQ(0, vt_ioctl(writes, VBUF_IOC_REOPEN, &reopen));
	EXPECT_EQ(-EINVAL, map_receive(reads, self->bytes));
	EXPECT_EQ(-EACCES, map_send(reads, self->bytes));
	EXPECT_EQ(-EACCES, map_send(writes, self->bytes));
	EXPECT_EQ(-EACCES, map_receive(writes, self->bytes));
	close(reads);
	close(writes);
}

TEST_F(channel, mmap_eexist)
{
	int copy = dup(self->both);

	ASSERT_EQ(0, map_send(self->both, self->bytes));
	ASSERT_EQ(0, map_receive(self->both, self->bytes));
	EXPECT_EQ(-EEXIST, map_send(self->both, self->bytes));
	EXPECT_EQ(-EEXIST, map_receive(self->both, self->bytes));
	EXPECT_EQ(-EEXIST, map_send(copy, self->bytes));
	close(copy);
}

TEST_F(channel, mmap_ebusy)
{
	pid_t pid;

	ASSERT_EQ(0, map_send(self->both, self->bytes));
	pid = vt_fork();
	if (pid == 0) {
		if (map_send(self->both, self->bytes) != -EBUSY)
			_exit(1);
		_exit(map_receive(self->both, self->bytes) == -EBUSY ? 0 : 2);
	}
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_EQ(0, map_receive(self->both, self->bytes));
}

TEST_F(channel, a_window_may_be_mapped_again_and_again)
{
	unsigned int i;
	char *base;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, vt_map(self->both, VBUF_MAP_SEND, &base));
		vt_unmap(self->both, base);
		ASSERT_EQ(0, vt_map(self->both, VBUF_MAP_RECEIVE, &base));
		vt_unmap(self->both, base);
	}
}

/* Where the caller wants it, with large pages or not. */
TEST_F(channel, a_window_may_stand_anywhere)
{
	char *room = mmap(NULL, self->bytes + 2 * VT_PAGE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *at;
	void *base;

	ASSERT_NE(MAP_FAILED, room);
	base = mmap64(room + VT_PAGE, self->bytes, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_FIXED, self->both, VBUF_MAP_SEND);
	ASSERT_EQ(room + VT_PAGE, base);
	vt_map_receive(self->both);
	ASSERT_EQ(0, vt_reserve(self->both, variant->size, 0, &at));
	EXPECT_LE(room + VT_PAGE, at);
	vt_fill(at, variant->size, 1);
	EXPECT_TRUE(vt_filled(at, variant->size, 1));
	EXPECT_EQ(0, vt_discard(self->both, at));
}

/* One message, from end to end. */
static bool moves_one(int both, size_t len)
{
	struct vbuf_msg msg;
	char *at;

	if (vt_reserve(both, len, 0, &at))
		return false;
	vt_fill(at, len, 1);
	return vt_commit(both, at, len) == 0 && vt_gone(at) &&
	       vt_acquire(both, VBUF_DONTWAIT, &msg) == 0 &&
	       vt_filled(vt_at(&msg), len, 1) &&
	       vt_release_at(both, vt_at(&msg), 0) == 0 && vt_gone(vt_at(&msg));
}

/* Where all that is mapped is locked, too; which the windows are without it. */
TEST_F(channel, a_window_may_be_mapped_where_all_is_locked)
{
	ASSERT_EQ(0, mlockall(MCL_FUTURE));
	EXPECT_EQ(0, map_send(self->both, self->bytes));
	EXPECT_EQ(0, map_receive(self->both, self->bytes));
	EXPECT_TRUE(moves_one(self->both, variant->size));
	munlockall();
}

/* What may be read is to be executable, too, as old programs want it. */
TEST_F(channel, mmap_eacces_where_reading_is_executing)
{
	ASSERT_LE(0, personality(READ_IMPLIES_EXEC));
	EXPECT_EQ(-EACCES, map_send(self->both, self->bytes));
	EXPECT_EQ(-EACCES, map_receive(self->both, self->bytes));
}

/* By a way that leads to the device, not to the endpoint. */
TEST_F(channel, mmap_enotconn)
{
	char path[64];
	int fd;

	EXPECT_EQ(-ENOTCONN, map_send(vt_device(), self->bytes));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", self->both);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-ENOTCONN, map_send(fd, self->bytes));
	close(fd);
}

TEST_F(channel, a_new_window_shows_nothing)
{
	char *send = vt_map_send(self->both);
	char *receive = vt_map_receive(self->both);
	__u64 at;

	EXPECT_EQ(0, vt_put(self->both, 'a'));
	for (at = 0; at < self->bytes; at += variant->size) {
		EXPECT_TRUE(vt_gone(send + at));
		EXPECT_TRUE(vt_gone(receive + at));
	}
	EXPECT_EQ('a', vt_take(self->both));
}

TEST(mmap_eopnotsupp)
{
	int both = vt_create(NULL, vt_attr(8, VT_PAGE / 2), VT_BOTH);

	EXPECT_EQ(-EOPNOTSUPP, map_send(both, VT_PAGE));
	EXPECT_EQ(-EOPNOTSUPP, map_receive(both, VT_PAGE));
	EXPECT_EQ(-EOPNOTSUPP, map_receive(both, 4 * VT_PAGE));
}

static void use_sealed(int both, size_t size)
{
	size_t bytes = vt_region(both).bytes;
	char *send = vt_map_send(both), *receive = vt_map_receive(both);

	if (syscall(SYS_mseal, send, bytes, 0) ||
	    syscall(SYS_mseal, receive, bytes, 0))
		_exit(2);
	_exit(!moves_one(both, size) || munmap(send, bytes) == 0 ||
	      mprotect(receive, bytes, PROT_NONE) == 0 ||
	      !moves_one(both, size));
}

/* It stays until the process ends; what is in it comes and goes. */
TEST(a_window_may_be_sealed)
{
	static const size_t sizes[] = { VT_PAGE, 2 << 20 };
	unsigned int i;
	pid_t pid;
	int both;

	if (syscall(SYS_mseal, NULL, 0UL, 0UL))
		SKIP(return, "this kernel seals no mapping: it has no mseal()");
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		both = vt_create(NULL, vt_attr(SLOTS, sizes[i]), VT_BOTH);
		pid = vt_fork();
		if (!pid)
			use_sealed(both, sizes[i]);
		EXPECT_EQ(0, vt_reap(pid));
		vt_map_send(both);
		vt_map_receive(both);
		EXPECT_TRUE(moves_one(both, sizes[i]));
		close(both);
	}
}

#define MANY_SLOTS	1000U

FIXTURE(limits) {
	struct params params;
	int tx;
	int rx;
};

FIXTURE_SETUP(limits)
{
	param_save(&self->params);
	vt_pair(&self->rx, &self->tx, vt_attr(MANY_SLOTS, VT_PAGE));
}

/* In the parent, so that no failure leaves them changed. */
FIXTURE_TEARDOWN_PARENT(limits)
{
	param_restore(&self->params);
}

/* Neither is there anything mapped then, nor anything charged. */
TEST_F(limits, mmap_edquot)
{
	__u64 bytes = vt_region(self->tx).bytes;
	unsigned int i;
	char *at;

	param_set(MAX_BYTES, 1);
	for (i = 0; i < 5; i++)
		EXPECT_EQ(-EDQUOT, map_send(self->tx, bytes));
	EXPECT_EQ(5U, param_hits(&self->params, MAX_BYTES));
	EXPECT_EQ(-ENXIO, vt_reserve(self->tx, 1, VBUF_DONTWAIT, &at));
	param_set(MAX_BYTES, self->params.value[MAX_BYTES]);
	EXPECT_EQ(0, map_send(self->tx, bytes));
}

TEST_F(limits, a_window_to_receive_in_costs_nothing)
{
	param_set(MAX_BYTES, 1);
	EXPECT_EQ(0, map_receive(self->rx, vt_region(self->rx).bytes));
}

/* The least limit that leaves room for another endpoint's window. */
static unsigned long least_limit(int tx)
{
	unsigned long limit = MANY_SLOTS * VT_PAGE;
	char *base;
	long ret;
	int fd;

	do {
		limit += 4096;
		param_set(MAX_BYTES, limit);
		fd = vt_reopen(tx, VT_SEND);
		ret = vt_map(fd, VBUF_MAP_SEND, &base);
		if (ret == 0)
			vt_unmap(fd, base);
		close(fd);
	} while (ret == -EDQUOT);
	return limit;
}

/* Once, and until the endpoint ends. */
TEST_F(limits, a_window_to_send_from_costs_until_the_endpoint_ends)
{
	int fd, other;
	char *base;
	unsigned int i;

	least_limit(self->tx);
	for (i = 0; i < 5; i++) {
		fd = vt_reopen(self->tx, VT_SEND);
		other = vt_reopen(self->tx, VT_SEND);
		ASSERT_EQ(0, vt_map(fd, VBUF_MAP_SEND, &base));
		EXPECT_EQ(-EDQUOT, vt_map(other, VBUF_MAP_SEND, &base));
		close(fd);
		ASSERT_EQ(0, vt_map(other, VBUF_MAP_SEND, &base));
		close(other);
	}
}

TEST_HARNESS_MAIN
