// SPDX-License-Identifier: GPL-2.0
/*
 * No way but its own mapping leads to what a process owns in a region: it cannot
 * be pinned, for a device or another process to write to it after COMMIT, nor
 * reached through /proc or ptrace, nor found in a core dump. What copies, as
 * read() and write() do, works as with any memory.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#include <linux/io_uring.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#define SLOTS		2U

FIXTURE(channel) {
	int both;
	char *send;
	char *at;
	struct vbuf_msg msg;
	char *page;		/* of ordinary memory */
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

/* A message is acquired, and a slot is reserved, and all its pages are there. */
FIXTURE_SETUP(channel)
{
	self->both = vt_create(NULL, vt_attr(SLOTS, variant->size), VT_BOTH);
	ASSERT_LE(0, self->both);
	self->send = vt_map_send(self->both);
	vt_map_receive(self->both);
	ASSERT_EQ(0, vt_reserve(self->both, variant->size, 0, &self->at));
	vt_fill(self->at, variant->size, 1);
	ASSERT_EQ(0, vt_commit(self->both, self->at, variant->size));
	ASSERT_EQ(0, vt_acquire(self->both, 0, &self->msg));
	ASSERT_EQ(0, vt_reserve(self->both, variant->size, 0, &self->at));
	vt_fill(self->at, variant->size, 2);
	self->page = mmap(NULL, VT_PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(self->page, 'p', VT_PAGE);
}

/* Nothing has been written, and the slot can be sent: nobody has a page of it. */
FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_filled(self->at, variant->size, 2));
	EXPECT_TRUE(vt_filled(vt_at(&self->msg), variant->size, 1));
	EXPECT_EQ(0, vt_commit(self->both, self->at, variant->size));
	EXPECT_EQ(0, vt_release_at(self->both, vt_at(&self->msg), 0));
	EXPECT_EQ(0, vt_acquire(self->both, 0, &self->msg));
	EXPECT_TRUE(vt_filled(vt_at(&self->msg), variant->size, 2));
	EXPECT_EQ(0, vt_release_at(self->both, vt_at(&self->msg), 0));
	EXPECT_TRUE(vt_settled(self->both));
	close(self->both);
	munmap(self->page, VT_PAGE);
}

/* The last page, which large pages have as well as small ones. */
static char *last_page(char *at, size_t size)
{
	return at + size - VT_PAGE;
}

/* A file whose reads go to the pages themselves; -1 if there is none. */
static int open_direct(char *page)
{
	static const char *const files[] = {
		"/bin/busybox", "/bin/bash", "/usr/bin/python3", "/etc/services" };
	int fd;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		fd = open(files[i], O_RDONLY | O_DIRECT | O_CLOEXEC);
		if (fd >= 0 && pread(fd, page, VT_PAGE, 0) == VT_PAGE)
			return fd;
		close(fd);
	}
	return -1;
}

TEST_F(channel, a_direct_read_does_not_reach_it)
{
	int fd = open_direct(self->page);

	if (fd < 0)
		SKIP(return, "no file system here has O_DIRECT");
	EXPECT_EQ(-1, pread(fd, self->at, VT_PAGE, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, pread(fd, last_page(self->at, variant->size), VT_PAGE, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, pread(fd, vt_at(&self->msg), VT_PAGE, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(VT_PAGE, (size_t)pread(fd, self->page, VT_PAGE, 0));
	close(fd);
}

/* Whose pages stay in the pipe. */
TEST_F(channel, vmsplice_does_not_take_it)
{
	char *from[] = {
		self->at, last_page(self->at, variant->size), vt_at(&self->msg) };
	unsigned int i, flags;
	struct iovec iov;
	int fds[2];

	ASSERT_EQ(0, pipe(fds));
	for (i = 0; i < ARRAY_SIZE(from); i++) {
		for (flags = 0; flags <= SPLICE_F_GIFT; flags += SPLICE_F_GIFT) {
			iov = (struct iovec){ from[i], VT_PAGE };
			EXPECT_EQ(-1, vmsplice(fds[1], &iov, 1, flags));
			EXPECT_EQ(EFAULT, errno);
		}
	}
	iov = (struct iovec){ self->page, VT_PAGE };
	EXPECT_EQ(VT_PAGE, (size_t)vmsplice(fds[1], &iov, 1, 0));
	close(fds[0]);
	close(fds[1]);
}

static long register_buffer(int ring, void *at, size_t len)
{
	struct iovec iov = { at, len };
	long ret = syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS,
			   &iov, 1);

	return ret < 0 ? -errno : ret;
}

TEST_F(channel, io_uring_does_not_register_it)
{
	struct io_uring_params params = { 0 };
	int ring = syscall(SYS_io_uring_setup, 1, &params);

	ASSERT_LE(0, ring);
	EXPECT_EQ(-EFAULT, register_buffer(ring, self->at, variant->size));
	EXPECT_EQ(-EFAULT, register_buffer(ring, last_page(self->at,
							   variant->size),
					   VT_PAGE));
	EXPECT_EQ(-EFAULT, register_buffer(ring, vt_at(&self->msg), VT_PAGE));
	EXPECT_EQ(0, register_buffer(ring, self->page, VT_PAGE));
	close(ring);
}

/* From this process and to it, and so from any that may do that. */
TEST_F(channel, process_vm_does_not_reach_it)
{
	char *reached[] = {
		self->at, last_page(self->at, variant->size), vt_at(&self->msg) };
	struct iovec local = { self->page, VT_PAGE }, remote;
	pid_t pid = getpid();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reached); i++) {
		remote = (struct iovec){ reached[i], VT_PAGE };
		EXPECT_EQ(-1, process_vm_writev(pid, &local, 1, &remote, 1, 0));
		EXPECT_EQ(EFAULT, errno);
		EXPECT_EQ(-1, process_vm_readv(pid, &local, 1, &remote, 1, 0));
		EXPECT_EQ(EFAULT, errno);
	}
	remote = (struct iovec){ self->page, VT_PAGE };
	EXPECT_EQ(VT_PAGE, (size_t)process_vm_writev(pid, &local, 1, &remote, 1,
						     0));
}

static long mem(bool writes, void *buf, const void *at)
{
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	off_t off = (uintptr_t)at;
	ssize_t ret;

	if (fd < 0)
		vt_die("/proc/self/mem");
	ret = writes ? pwrite(fd, buf, 8, off) : pread(fd, buf, 8, off);
	if (ret < 0)
		ret = -errno;
	close(fd);
	return ret;
}

TEST_F(channel, proc_pid_mem_does_not_reach_it)
{
	char *reached[] = {
		self->at, last_page(self->at, variant->size), vt_at(&self->msg) };
	char bytes[8] = "forged!";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reached); i++) {
		EXPECT_EQ(-EIO, mem(true, bytes, reached[i]));
		EXPECT_EQ(-EIO, mem(false, bytes, reached[i]));
	}
	EXPECT_EQ(8, mem(true, bytes, self->page));
}

TEST_F(channel, proc_map_files_does_not_open_it)
{
	char *end = self->send + vt_region(self->both).bytes;
	char path[128];
	struct stat link;

	snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx",
		 (uintptr_t)self->send, (uintptr_t)end);
	EXPECT_EQ(0, lstat(path, &link));
	EXPECT_EQ(-1, open(path, O_RDWR | O_CLOEXEC));
	EXPECT_EQ(-1, open(path, O_RDONLY | O_CLOEXEC));
}

/* In another process, which has a region of its own, and is traced. */
static void be_traced(size_t size, int to_parent)
{
	int both = vt_create(NULL, vt_attr(1, size), VT_BOTH);
	char *at;

	vt_map_send(both);
	if (vt_reserve(both, size, 0, &at))
		vt_die("reserve");
	vt_fill(at, size, 5);
	if (write(to_parent, &at, sizeof(at)) != sizeof(at) ||
	    ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		vt_die("be traced");
	raise(SIGSTOP);
	_exit(vt_filled(at, size, 5) && vt_commit(both, at, size) == 0 ? 0 : 1);
}

TEST_F(channel, ptrace_does_not_reach_it)
{
	int fds[2], status;
	char *at;
	pid_t pid;

	ASSERT_EQ(0, pipe(fds));
	pid = vt_fork();
	if (pid == 0)
		be_traced(variant->size, fds[1]);
	ASSERT_EQ(sizeof(at), (size_t)read(fds[0], &at, sizeof(at)));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSTOPPED(status));
	errno = 0;
	EXPECT_EQ(-1, ptrace(PTRACE_PEEKDATA, pid, at, NULL));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(-1, ptrace(PTRACE_POKEDATA, pid, at, (void *)1L));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(-1, ptrace(PTRACE_POKEDATA, pid,
			     last_page(at, variant->size), (void *)1L));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(0, ptrace(PTRACE_POKEDATA, pid, self->page, (void *)1L));
	EXPECT_EQ(0, ptrace(PTRACE_CONT, pid, NULL, NULL));
	EXPECT_EQ(0, vt_reap(pid));
	close(fds[0]);
	close(fds[1]);
}

/* Which asks for the page where it is to tell of it. */
TEST_F(channel, move_pages_does_not_find_it)
{
	void *reached[] = {
		self->at, last_page(self->at, variant->size), vt_at(&self->msg) };
	int node = 0, status;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reached); i++) {
		status = 0;
		ASSERT_EQ(0, syscall(SYS_move_pages, 0, 1UL, &reached[i], NULL,
				     &status, 0));
		EXPECT_GT(0, status);
		status = 0;
		syscall(SYS_move_pages, 0, 1UL, &reached[i], &node, &status, 0);
		EXPECT_GT(0, status);
	}
	reached[0] = self->page;
	ASSERT_EQ(0, syscall(SYS_move_pages, 0, 1UL, reached, NULL, &status, 0));
	EXPECT_EQ(node, status);
}

/* A copy is none of the ways to keep a page. */
TEST_F(channel, read_and_write_copy)
{
	int fds[2];

	ASSERT_EQ(0, pipe(fds));
	vt_fill(self->page, VT_PAGE, 9);
	EXPECT_EQ(VT_PAGE, (size_t)write(fds[1], self->page, VT_PAGE));
	EXPECT_EQ(VT_PAGE, (size_t)read(fds[0], self->at, VT_PAGE));
	EXPECT_TRUE(vt_filled(self->at, VT_PAGE, 9));
	EXPECT_EQ(VT_PAGE, (size_t)write(fds[1], vt_at(&self->msg), VT_PAGE));
	EXPECT_EQ(VT_PAGE, (size_t)read(fds[0], self->page, VT_PAGE));
	EXPECT_EQ(0, memcmp(vt_at(&self->msg), self->page, VT_PAGE));
	EXPECT_EQ(VT_PAGE, (size_t)write(fds[1], self->page, VT_PAGE));
	EXPECT_EQ(-1, read(fds[0], vt_at(&self->msg), VT_PAGE));
	EXPECT_EQ(EFAULT, errno);
	vt_fill(self->at, variant->size, 2);
	close(fds[0]);
	close(fds[1]);
}

TEST_F(channel, what_is_not_owned_is_efault_to_the_kernel)
{
	int fds[2];
	char *at;

	ASSERT_EQ(0, pipe(fds));
	ASSERT_EQ(0, vt_discard(self->both, self->at));
	EXPECT_EQ(-1, write(fds[1], self->at, VT_PAGE));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_EQ(VT_PAGE, (size_t)write(fds[1], self->page, VT_PAGE));
	EXPECT_EQ(-1, read(fds[0], self->at, VT_PAGE));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-EFAULT, vt_send(self->both, self->at, 1, VBUF_DONTWAIT));
	at = self->at;
	ASSERT_EQ(0, vt_reserve(self->both, variant->size, 0, &self->at));
	EXPECT_EQ(at, self->at);
	vt_fill(self->at, variant->size, 2);
	close(fds[0]);
	close(fds[1]);
}

#define DUMPS		"/run/vbuf-region-core"
#define PATTERN		"/proc/sys/kernel/core_pattern"
#define MARK		'\xd5'
#define MARKS		256U

FIXTURE(dump) {
	char pattern[256];
};

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		vt_die("write %s", path);
	close(fd);
}

FIXTURE_SETUP(dump)
{
	FILE *file = fopen(PATTERN, "re");

	ASSERT_NE(NULL, file);
	ASSERT_NE(NULL, fgets(self->pattern, sizeof(self->pattern), file));
	fclose(file);
	write_file(PATTERN, DUMPS);
}

/* In the parent, so that no failure leaves it changed. */
FIXTURE_TEARDOWN_PARENT(dump)
{
	write_file(PATTERN, self->pattern);
	unlink(DUMPS);
}

/* Has a mark in ordinary memory, in a reserved slot and in a message; and dies. */
static void dump_core(char mark)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int both = vt_create(NULL, vt_attr(2, VT_PAGE), VT_BOTH);
	struct vbuf_msg msg;
	char *at;

	vt_map_send(both);
	vt_map_receive(both);
	if (vt_reserve(both, VT_PAGE, 0, &at))
		vt_die("reserve");
	memset(at, mark, VT_PAGE);
	if (vt_commit(both, at, VT_PAGE) || vt_acquire(both, 0, &msg) ||
	    vt_reserve(both, VT_PAGE, 0, &at) || setrlimit(RLIMIT_CORE, &all))
		vt_die("commit and acquire");
	memset(at, mark, VT_PAGE);
	write_file("/proc/self/coredump_filter", "0x1ff");
	signal(SIGABRT, SIG_DFL);
	abort();
}

/* The longest run of one byte in a file. */
static size_t longest_run(const char *path, char mark)
{
	FILE *file = fopen(path, "re");
	size_t run = 0, longest = 0;
	int byte;

	if (!file)
		vt_die("open %s", path);
	while ((byte = getc(file)) != EOF) {
		run = (char)byte == mark ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	fclose(file);
	return longest;
}

TEST_F(dump, a_core_dump_has_nothing_of_it)
{
	char *ordinary = malloc(MARKS);
	struct stat dumped;
	pid_t pid;

	memset(ordinary, MARK, MARKS);
	pid = vt_fork();
	if (pid == 0)
		dump_core(MARK);
	EXPECT_EQ(-SIGABRT, vt_reap(pid));
	ASSERT_EQ(0, stat(DUMPS, &dumped));
	EXPECT_LE(MARKS, longest_run(DUMPS, MARK));
	EXPECT_GT(VT_PAGE, longest_run(DUMPS, MARK));
	free(ordinary);
}

TEST_HARNESS_MAIN
