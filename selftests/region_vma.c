// SPDX-License-Identifier: GPL-2.0
/*
 * A window is one piece: it is not moved, grown, split, copied, made executable,
 * or writable if it was not; whoever tries finds it as it was. As a whole its
 * protection may change, and go back.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#include <linux/userfaultfd.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

/* linux/fs.h, newer than the C library's */
#ifndef PAGEMAP_SCAN
#define PAGE_IS_WRITTEN		(1 << 1)
#define PAGE_IS_PRESENT		(1 << 3)
#define PM_SCAN_WP_MATCHING	(1 << 0)

struct page_region {
	__u64 start;
	__u64 end;
	__u64 categories;
};

struct pm_scan_arg {
	__u64 size;
	__u64 flags;
	__u64 start;
	__u64 end;
	__u64 walk_end;
	__u64 vec;
	__u64 vec_len;
	__u64 max_pages;
	__u64 category_inverted;
	__u64 category_mask;
	__u64 category_anyof_mask;
	__u64 return_mask;
};

#define PAGEMAP_SCAN	_IOWR('f', 16, struct pm_scan_arg)
#endif

/* Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_PRESENT	(1ULL << 63)

#define SLOTS	2U

#define GIB	(1UL << 30)
#define FAR	(8 * GIB)

FIXTURE(channel) {
	int both;
	size_t bytes;
	char *send;
	char *receive;
	char *at;
	struct vbuf_msg msg;
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

/* A message is acquired, and a slot is reserved, and all its bytes known. */
FIXTURE_SETUP(channel)
{
	self->both = vt_create(NULL, vt_attr(SLOTS, variant->size), VT_BOTH);
	ASSERT_LE(0, self->both);
	self->bytes = vt_region(self->both).bytes;
	self->send = vt_map_send(self->both);
	self->receive = vt_map_receive(self->both);
	ASSERT_EQ(0, vt_reserve(self->both, variant->size, 0, &self->at));
	vt_fill(self->at, variant->size, 1);
	ASSERT_EQ(0, vt_commit(self->both, self->at, variant->size));
	ASSERT_EQ(0, vt_acquire(self->both, 0, &self->msg));
	ASSERT_EQ(0, vt_reserve(self->both, variant->size, 0, &self->at));
	vt_fill(self->at, variant->size, 2);
}

/* What is reserved can be filled, sent, received and released once more. */
static bool still_works(FIXTURE_DATA(channel) *self, size_t len)
{
	struct vbuf_msg msg;

	vt_fill(self->at, len, 3);
	if (vt_commit(self->both, self->at, len) || !vt_gone(self->at) ||
	    vt_acquire(self->both, VBUF_DONTWAIT, &msg))
		return false;
	return vt_filled(vt_at(&msg), len, 3) &&
	       vt_poke(vt_at(&msg), 'x') == VT_READ_ONLY &&
	       vt_release_at(self->both, vt_at(&msg), 0) == 0 &&
	       vt_gone(vt_at(&msg)) &&
	       vt_reserve(self->both, len, 0, &self->at) == 0;
}

/* Whatever was tried, all is as it was. */
FIXTURE_TEARDOWN(channel)
{
	char *base;

	EXPECT_TRUE(vt_filled(self->at, variant->size, 2));
	EXPECT_TRUE(vt_filled(vt_at(&self->msg), variant->size, 1));
	EXPECT_EQ(VT_READ_ONLY, vt_poke(vt_at(&self->msg), 'x'));
	EXPECT_EQ(-EEXIST, vt_map(self->both, VBUF_MAP_SEND, &base));
	EXPECT_EQ(-EEXIST, vt_map(self->both, VBUF_MAP_RECEIVE, &base));
	EXPECT_TRUE(still_works(self, variant->size));
	EXPECT_EQ(0, vt_discard(self->both, self->at));
	EXPECT_EQ(0, vt_release_at(self->both, vt_at(&self->msg), 0));
	EXPECT_TRUE(vt_settled(self->both));
	EXPECT_EQ(0, munmap(self->send, self->bytes));
	EXPECT_EQ(0, munmap(self->receive, self->bytes));
	close(self->both);
}

/* 0 or -errno of what mremap() says; where it succeeds, that is what is wrong. */
static long remap(char *from, size_t old, size_t new, int flags, char *to)
{
	return mremap(from, old, new, flags, to) == MAP_FAILED ? -errno : 0;
}

/* Room of the window's size, and twice that, with nothing in it. */
static char *room_for(size_t bytes)
{
	char *room = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	if (room == MAP_FAILED || munmap(room, bytes))
		vt_die("mmap");
	return room;
}

TEST_F(channel, it_does_not_move)
{
	char *to = room_for(self->bytes);
	int fixed = MREMAP_MAYMOVE | MREMAP_FIXED;

	EXPECT_EQ(-EINVAL, remap(self->send, self->bytes, self->bytes, fixed,
				 to));
	EXPECT_EQ(VT_NOT_MAPPED, vt_peek(to));
	EXPECT_EQ(-EINVAL, remap(self->receive, self->bytes, self->bytes, fixed,
				 to));
	EXPECT_EQ(VT_NOT_MAPPED, vt_peek(to));
}

/* Where it would need page tables that are not there, two levels up. */
TEST_F(channel, it_does_not_move_far)
{
	uintptr_t far = ((uintptr_t)self->send - FAR) & -GIB;
	int fixed = MREMAP_MAYMOVE | MREMAP_FIXED, i;

	for (i = 0; i < 4; i++) {
		EXPECT_EQ(VT_THERE, vt_peek(self->at));
		EXPECT_EQ(-EINVAL, remap(self->send, self->bytes, self->bytes,
					 fixed, (char *)far));
		EXPECT_EQ(VT_THERE, vt_peek(vt_at(&self->msg)));
		EXPECT_EQ(-EINVAL, remap(self->receive, self->bytes,
					 self->bytes, fixed, (char *)far));
	}
	EXPECT_EQ(VT_NOT_MAPPED, vt_peek((char *)far));
}

TEST_F(channel, it_is_not_left_behind_by_a_move)
{
	char *to = room_for(self->bytes);
	int flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;

	EXPECT_EQ(-EINVAL, remap(self->send, self->bytes, self->bytes, flags,
				 to));
	EXPECT_EQ(-EINVAL, remap(self->receive, self->bytes, self->bytes, flags,
				 to));
	EXPECT_EQ(-EINVAL, remap(self->send, self->bytes, self->bytes,
				 MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL));
	EXPECT_EQ(VT_NOT_MAPPED, vt_peek(to));
}

/* The kernel has two reasons, and gives either. */
static bool refused(long ret)
{
	return ret == -EINVAL || ret == -EFAULT;
}

TEST_F(channel, it_is_not_copied)
{
	EXPECT_TRUE(refused(remap(self->send, 0, self->bytes, MREMAP_MAYMOVE,
				  NULL)));
	EXPECT_TRUE(refused(remap(self->receive, 0, self->bytes, MREMAP_MAYMOVE,
				  NULL)));
	EXPECT_TRUE(refused(remap(self->at, 0, VT_PAGE, MREMAP_MAYMOVE, NULL)));
}

TEST_F(channel, it_does_not_grow)
{
	EXPECT_TRUE(refused(remap(self->send, self->bytes, 2 * self->bytes,
				  MREMAP_MAYMOVE, NULL)));
	EXPECT_TRUE(refused(remap(self->send, self->bytes,
				  self->bytes + VT_PAGE, 0, NULL)));
	EXPECT_TRUE(refused(remap(self->receive, self->bytes,
				  self->bytes + VT_PAGE, MREMAP_MAYMOVE,
				  NULL)));
}

TEST_F(channel, it_does_not_shrink)
{
	EXPECT_EQ(-EINVAL, remap(self->send, self->bytes, VT_PAGE, 0, NULL));
	EXPECT_EQ(-EINVAL, remap(self->receive, self->bytes,
				 self->bytes - VT_PAGE, MREMAP_MAYMOVE, NULL));
}

TEST_F(channel, no_part_of_it_moves)
{
	int fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
	char *to = room_for(self->bytes);

	EXPECT_EQ(-EINVAL, remap(self->send, VT_PAGE, VT_PAGE, fixed, to));
	EXPECT_EQ(-EINVAL, remap(self->receive, VT_PAGE, VT_PAGE, fixed, to));
	EXPECT_EQ(VT_NOT_MAPPED, vt_peek(to));
}

TEST_F(channel, no_part_of_it_is_unmapped)
{
	EXPECT_EQ(-1, munmap(self->send, VT_PAGE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, munmap(self->send + VT_PAGE, self->bytes - VT_PAGE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, munmap(self->receive, self->bytes / 2));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(channel, no_part_of_it_is_protected)
{
	EXPECT_EQ(-1, mprotect(self->send, VT_PAGE, PROT_READ));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, mprotect(self->send + VT_PAGE, VT_PAGE, PROT_NONE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, mprotect(self->receive + VT_PAGE, VT_PAGE, PROT_NONE));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(channel, no_part_of_it_is_advised)
{
	static const int advices[] = { MADV_RANDOM, MADV_SEQUENTIAL };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(advices); i++) {
		EXPECT_EQ(-1, madvise(self->send, VT_PAGE, advices[i]));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(-1, madvise(self->receive, VT_PAGE, advices[i]));
		EXPECT_EQ(EINVAL, errno);
	}
}

TEST_F(channel, nothing_is_mapped_over_a_part_of_it)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	EXPECT_EQ(MAP_FAILED, mmap(self->send, VT_PAGE, PROT_READ, flags, -1,
				   0));
	EXPECT_EQ(MAP_FAILED, mmap(self->send + self->bytes - VT_PAGE, VT_PAGE,
				   PROT_READ, flags, -1, 0));
	EXPECT_EQ(MAP_FAILED, mmap(self->receive + VT_PAGE, VT_PAGE, PROT_READ,
				   flags, -1, 0));
}

TEST_F(channel, its_pages_are_not_remapped)
{
	EXPECT_EQ(-1, syscall(SYS_remap_file_pages, self->send, VT_PAGE, 0,
			      1UL, 0));
	EXPECT_EQ(-1, syscall(SYS_remap_file_pages, self->send, self->bytes, 0,
			      VBUF_MAP_RECEIVE / VT_PAGE, 0));
	EXPECT_EQ(-1, syscall(SYS_remap_file_pages, self->receive, self->bytes,
			      0, 0UL, 0));
}

TEST_F(channel, what_is_received_in_cannot_be_made_writable)
{
	EXPECT_EQ(-1, mprotect(self->receive, self->bytes,
			       PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect(self->receive, self->bytes, PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
}

TEST_F(channel, neither_can_be_made_executable)
{
	EXPECT_EQ(-1, mprotect(self->send, self->bytes, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect(self->receive, self->bytes,
			       PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
}

TEST_F(channel, it_may_be_made_read_only_and_back)
{
	EXPECT_EQ(0, mprotect(self->send, self->bytes, PROT_READ));
	EXPECT_TRUE(vt_filled(self->at, variant->size, 2));
	EXPECT_EQ(VT_READ_ONLY, vt_poke(self->at, 'x'));
	EXPECT_EQ(VT_READ_ONLY, vt_poke(self->at + variant->size - 1, 'x'));
	EXPECT_EQ(0, mprotect(self->send, self->bytes, PROT_READ | PROT_WRITE));
	vt_fill(self->at, variant->size, 2);
}

TEST_F(channel, it_may_be_made_inaccessible_and_back)
{
	EXPECT_EQ(0, mprotect(self->send, self->bytes, PROT_NONE));
	EXPECT_EQ(0, mprotect(self->receive, self->bytes, PROT_NONE));
	EXPECT_EQ(VT_READ_ONLY, vt_peek(self->at));
	EXPECT_EQ(VT_READ_ONLY, vt_peek(vt_at(&self->msg)));
	EXPECT_EQ(VT_READ_ONLY, vt_peek(vt_at(&self->msg) + self->msg.len - 1));
	EXPECT_EQ(0, mprotect(self->send, self->bytes, PROT_READ | PROT_WRITE));
	EXPECT_EQ(0, mprotect(self->receive, self->bytes, PROT_READ));
}

/* What comes by RESERVE and ACQUIRE keeps to the protection that there is. */
TEST_F(channel, what_comes_meanwhile_obeys_it)
{
	char *at = self->at;
	struct vbuf_msg msg;

	ASSERT_EQ(0, vt_commit(self->both, at, variant->size));
	EXPECT_EQ(0, mprotect(self->receive, self->bytes, PROT_NONE));
	ASSERT_EQ(0, vt_acquire(self->both, 0, &msg));
	EXPECT_EQ(VT_READ_ONLY, vt_peek(vt_at(&msg)));
	EXPECT_EQ(0, mprotect(self->receive, self->bytes, PROT_READ));
	EXPECT_TRUE(vt_filled(vt_at(&msg), variant->size, 2));
	ASSERT_EQ(0, vt_release_at(self->both, vt_at(&msg), 0));
	EXPECT_EQ(0, mprotect(self->send, self->bytes, PROT_READ));
	ASSERT_EQ(0, vt_reserve(self->both, variant->size, 0, &self->at));
	EXPECT_EQ(VT_THERE, vt_peek(self->at));
	EXPECT_EQ(VT_READ_ONLY, vt_poke(self->at, 'x'));
	EXPECT_EQ(VT_READ_ONLY, vt_poke(self->at + variant->size - 1, 'x'));
	EXPECT_EQ(0, mprotect(self->send, self->bytes, PROT_NONE));
	EXPECT_EQ(VT_READ_ONLY, vt_peek(self->at));
	ASSERT_EQ(0, vt_discard(self->both, self->at));
	ASSERT_EQ(0, vt_reserve(self->both, variant->size, 0, &self->at));
	EXPECT_EQ(VT_READ_ONLY, vt_peek(self->at));
	/* Of what was never shown nothing is taken away. */
	ASSERT_EQ(0, vt_discard(self->both, self->at));
	ASSERT_EQ(0, vt_reserve(self->both, variant->size, 0, &self->at));
	EXPECT_EQ(0, mprotect(self->send, self->bytes, PROT_READ | PROT_WRITE));
	vt_fill(self->at, variant->size, 2);
}

TEST_F(channel, it_cannot_be_inherited_nor_dumped)
{
	EXPECT_EQ(-1, madvise(self->send, self->bytes, MADV_DOFORK));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, madvise(self->receive, self->bytes, MADV_DOFORK));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, madvise(self->send, self->bytes, MADV_DODUMP));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(channel, its_pages_are_not_thrown_away)
{
	static const int advices[] = {
		MADV_DONTNEED, MADV_REMOVE, MADV_FREE, MADV_PAGEOUT, MADV_COLD,
		MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_COLLAPSE,
		MADV_WIPEONFORK };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(advices); i++) {
		EXPECT_EQ(-1, madvise(self->send, self->bytes, advices[i]))
			TH_LOG("advice %d", advices[i]);
		EXPECT_EQ(-1, madvise(self->receive, self->bytes, advices[i]))
			TH_LOG("advice %d", advices[i]);
	}
}

/* What the kernel takes, for any mapping, has no effect on it. */
TEST_F(channel, advice_and_locks_do_it_no_harm)
{
	static const int advices[] = {
		MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE,
		MADV_NOHUGEPAGE, MADV_WILLNEED, MADV_RANDOM, MADV_NORMAL,
		MADV_DONTFORK, MADV_DONTDUMP };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(advices); i++) {
		madvise(self->send, self->bytes, advices[i]);
		madvise(self->receive, self->bytes, advices[i]);
	}
	mlock(self->send, self->bytes);
	mlockall(MCL_CURRENT | MCL_FUTURE);
	munlockall();
	msync(self->send, self->bytes, MS_SYNC | MS_INVALIDATE);
	EXPECT_TRUE(still_works(self, variant->size));
	vt_fill(self->at, variant->size, 2);
}

static long watch(int uffd, char *at, size_t bytes, __u64 mode)
{
	struct uffdio_register range = {
		.range = { .start = (uintptr_t)at, .len = bytes },
		.mode = mode };

	return vt_ioctl(uffd, UFFDIO_REGISTER, &range);
}

TEST_F(channel, userfaultfd_does_not_watch_it)
{
	static const __u64 modes[] = {
		UFFDIO_REGISTER_MODE_MISSING, UFFDIO_REGISTER_MODE_WP,
		UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP,
		UFFDIO_REGISTER_MODE_MINOR };
	struct uffdio_api api = { .api = UFFD_API };
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	unsigned int i;

	ASSERT_LE(0, uffd);
	ASSERT_EQ(0, ioctl(uffd, UFFDIO_API, &api));
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		EXPECT_EQ(-EINVAL, watch(uffd, self->send, self->bytes,
					 modes[i]));
		EXPECT_EQ(-EINVAL, watch(uffd, self->receive, self->bytes,
					 modes[i]));
	}
	close(uffd);
}

static void clear_refs(const char *which)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, which, 1) != 1)
		vt_die("clear_refs");
	close(fd);
}

/* The kernel changes the entries of the page tables: nothing is lost by it. */
TEST_F(channel, clear_refs_does_it_no_harm)
{
	clear_refs("1");
	EXPECT_TRUE(still_works(self, variant->size));
	clear_refs("4");
	EXPECT_TRUE(still_works(self, variant->size));
	clear_refs("3");
	vt_fill(self->at, variant->size, 2);
	clear_refs("4");
}

static void read_all(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[4096];

	if (fd < 0 && errno == ENOENT)
		return;
	while (read(fd, bytes, sizeof(bytes)) > 0)
		continue;
	if (fd < 0 || read(fd, bytes, sizeof(bytes)))
		vt_die("%s", path);
	close(fd);
}

/* What /proc/PID/pagemap knows of a range: that there is no page, or nothing. */
static void read_pagemap(const char *at, size_t bytes)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	size_t pages = bytes / VT_PAGE, i;
	__u64 *entries = calloc(pages, sizeof(*entries));
	size_t len = pages * sizeof(*entries);

	if (fd < 0 || !entries ||
	    pread(fd, entries, len, (uintptr_t)at / VT_PAGE * 8) != (ssize_t)len)
		vt_die("pagemap");
	for (i = 0; i < pages; i++)
		if (entries[i] & PAGEMAP_PRESENT)
			vt_die("pagemap shows a page of the window");
	free(entries);
	close(fd);
}

/* Each entry of the page tables may be large, and none has a page of its own. */
TEST_F(channel, what_looks_at_it_does_it_no_harm)
{
	unsigned char *vec = malloc(self->bytes / VT_PAGE);

	ASSERT_NE(NULL, vec);
	read_all("/proc/self/maps");
	read_all("/proc/self/smaps");
	read_all("/proc/self/smaps_rollup");
	read_all("/proc/self/numa_maps");
	read_pagemap(self->send, self->bytes);
	read_pagemap(self->receive, self->bytes);
	mincore(self->send, self->bytes, vec);
	mincore(self->receive, self->bytes, vec);
	free(vec);
	EXPECT_TRUE(still_works(self, variant->size));
	vt_fill(self->at, variant->size, 2);
}

/* The same by the call that can also write-protect what it finds. */
TEST_F(channel, pagemap_scan_does_it_no_harm)
{
	struct page_region found[8];
	struct pm_scan_arg scan = {
		.size = sizeof(scan), .start = (uintptr_t)self->send,
		.end = (uintptr_t)self->send + self->bytes,
		.flags = PM_SCAN_WP_MATCHING, .vec = (uintptr_t)found,
		.vec_len = ARRAY_SIZE(found),
		.category_anyof_mask = PAGE_IS_WRITTEN | PAGE_IS_PRESENT,
		.return_mask = PAGE_IS_WRITTEN | PAGE_IS_PRESENT };
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	long ret;

	ASSERT_LE(0, fd);
	ret = vt_ioctl(fd, PAGEMAP_SCAN, &scan);
	if (ret != -ENOTTY)		/* since Linux 6.7 */
		EXPECT_GE(0, ret);
	scan.flags = 0;
	ret = vt_ioctl(fd, PAGEMAP_SCAN, &scan);
	if (ret != -ENOTTY)
		EXPECT_EQ(0, ret);
	close(fd);
	EXPECT_TRUE(still_works(self, variant->size));
	vt_fill(self->at, variant->size, 2);
}

TEST_F(channel, advice_from_outside_does_it_no_harm)
{
	static const int advices[] = {
		MADV_COLD, MADV_PAGEOUT, MADV_WILLNEED, MADV_COLLAPSE };
	struct iovec both[] = {
		{ self->send, self->bytes }, { self->receive, self->bytes } };
	int pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	unsigned int i;

	ASSERT_LE(0, pidfd);
	for (i = 0; i < ARRAY_SIZE(advices); i++)
		syscall(SYS_process_madvise, pidfd, both, 2, advices[i], 0);
	close(pidfd);
	EXPECT_TRUE(still_works(self, variant->size));
	vt_fill(self->at, variant->size, 2);
}

TEST_HARNESS_MAIN
