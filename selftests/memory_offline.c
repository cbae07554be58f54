// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that slots are in is not taken offline: who tries is told so at once,
 * and does not wait for it until he is killed. Runs as root.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define MEMORY		"/sys/devices/system/memory"
#define SLOTS		24U
#define SIZE		(16U << 20)
#define MOST_BLOCKS	1024U

/* Bytes of what is taken offline at a time; 0 where none is. */
static unsigned long block_bytes(void)
{
	FILE *file = fopen(MEMORY "/block_size_bytes", "re");
	unsigned long bytes = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%lx", &bytes) != 1)
		vt_die("block_size_bytes");
	fclose(file);
	return bytes;
}

/* Pages in a block that are in use, and for nothing that a process could see. */
static unsigned long plain_pages(unsigned long block, unsigned long bytes)
{
	unsigned long pages = bytes / VT_PAGE, plain = 0, i;
	__u64 *flags = calloc(pages, sizeof(*flags));
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (!flags || fd < 0)
		vt_die("kpageflags");
	got = pread(fd, flags, pages * sizeof(*flags),
		    block * pages * sizeof(*flags));
	for (i = 0; got > 0 && i < got / sizeof(*flags); i++)
		plain += !flags[i];
	close(fd);
	free(flags);
	return plain;
}

/* 0 or -errno. */
static int take_offline(unsigned long block)
{
	char path[128];
	int fd, err;

	snprintf(path, sizeof(path), MEMORY "/memory%lu/state", block);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		vt_die("%s", path);
	err = write(fd, "offline", 7) < 0 ? -errno : 0;
	if (!err && write(fd, "online", 6) < 0)
		vt_die("%s: online", path);
	close(fd);
	return err;
}

/* Tried with each block that the slots have filled more than half of. */
TEST(memory_with_slots_in_it_stays)
{
	static unsigned long before[MOST_BLOCKS];
	unsigned long bytes = block_bytes(), block, found = 0;
	int fd;

	if (!bytes)
		SKIP(return, "this kernel takes no memory offline");
	for (block = 0; block < MOST_BLOCKS; block++)
		before[block] = plain_pages(block, bytes);
	fd = vt_create(NULL, vt_attr(SLOTS, SIZE), VT_BOTH);
	ASSERT_LE(0, fd);
	for (block = 0; block < MOST_BLOCKS; block++) {
		if (plain_pages(block, bytes) <
		    before[block] + bytes / VT_PAGE / 2)
			continue;
		found++;
		EXPECT_EQ(-EBUSY, take_offline(block));
	}
	EXPECT_LT(0, found);
	close(fd);
}

TEST_HARNESS_MAIN
