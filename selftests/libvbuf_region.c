// SPDX-License-Identifier: GPL-2.0
/* libvbuf's functions that move messages, and map and unmap what they stand in. */
#include <vbuf.h>

#include "vbuf_test.h"
#include "kselftest_harness.h"

#include <sys/resource.h>

#define SLOTS	2U
#define SIZE	(3 * VT_PAGE)

FIXTURE(channel) {
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	struct vbuf_attr attr = vt_attr(SLOTS, SIZE);
	int fds[2];

	ASSERT_EQ(0, vbuf_pair(fds, &attr, 0));
	self->rx = fds[0];
	self->tx = fds[1];
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

/* What a libvbuf call returned, or -errno. */
static int result(int ret)
{
	return ret == -1 ? -errno : ret;
}

static char *reserved(int tx)
{
	char *at = vbuf_reserve(tx, SIZE, VBUF_DONTWAIT, NULL);

	if (!at)
		vt_die("vbuf_reserve");
	return at;
}

/* How many mappings of regions this process has. */
static unsigned int mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned int count = 0;
	char line[512];

	if (!maps)
		vt_die("/proc/self/maps");
	while (fgets(line, sizeof(line), maps))
		count += !!strstr(line, "[vbuf-region]");
	fclose(maps);
	return count;
}

TEST_F(channel, a_message_moves)
{
	const char *msg;
	size_t len = 0;
	char *at;

	at = reserved(self->tx);
	vt_fill(at, SIZE, 1);
	EXPECT_EQ(0, vbuf_commit(self->tx, at, SIZE - 1));
	EXPECT_TRUE(vt_gone(at));
	msg = vbuf_acquire(self->rx, &len, 0, NULL);
	ASSERT_NE(NULL, msg);
	EXPECT_EQ(SIZE - 1, len);
	EXPECT_TRUE(vt_filled(msg, len, 1));
	EXPECT_EQ(0, vbuf_release(self->rx, msg, 0));
	EXPECT_TRUE(vt_gone(msg));
	EXPECT_EQ(NULL, vbuf_acquire(self->rx, &len, VBUF_DONTWAIT, NULL));
	EXPECT_EQ(EAGAIN, errno);
}

TEST_F(channel, a_stream_moves)
{
	void *at = reserved(self->tx);
	const void *msg = NULL;
	size_t len = 0;
	__u64 i;

	for (i = 0; i < 10; i++) {
		vt_fill(at, SIZE, i);
		ASSERT_EQ(0, vbuf_commit_next(self->tx, &at, SIZE, SIZE, 0, NULL));
		if (!msg)
			msg = vbuf_acquire(self->rx, &len, 0, NULL);
		ASSERT_NE(NULL, msg);
		EXPECT_TRUE(vt_filled(msg, len, i));
		ASSERT_EQ(0, vbuf_release_next(self->rx, &msg, &len,
					       VBUF_DONTWAIT, NULL));
		EXPECT_EQ(NULL, msg);
	}
	EXPECT_EQ(0, vbuf_discard(self->tx, at));
	EXPECT_TRUE(vt_gone(at));
}

TEST_F(channel, map_and_unmap_are_no_error_twice)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, vbuf_unmap(self->tx));
		EXPECT_EQ(0U, mappings());
		EXPECT_EQ(0, vbuf_map(self->tx));
		EXPECT_EQ(0, vbuf_map(self->tx));
		EXPECT_EQ(1U, mappings());
		EXPECT_EQ(0, vbuf_unmap(self->tx));
		EXPECT_EQ(0U, mappings());
	}
}

/* Nothing is left of as many as one likes. */
TEST_F(channel, unmap_leaves_no_mapping)
{
	unsigned int i;
	int both;

	for (i = 0; i < 100; i++) {
		both = vt_create(NULL, vt_attr(1, SIZE), VT_BOTH);
		ASSERT_EQ(0, vbuf_discard(both, reserved(both)));
		EXPECT_EQ(2U, mappings());
		ASSERT_EQ(0, vbuf_unmap(both));
		EXPECT_EQ(0U, mappings());
		close(both);
	}
}

TEST_F(channel, what_is_reserved_outlives_unmap)
{
	struct vbuf_region_info info;
	char *at = reserved(self->tx), *base;

	vt_fill(at, SIZE, 7);
	base = (char *)(uintptr_t)vt_region(self->tx).send_addr;
	EXPECT_EQ(0, vbuf_unmap(self->tx));
	EXPECT_EQ(VT_NOT_MAPPED, vt_peek(at));
	EXPECT_EQ(1U, vt_look(self->tx).sending);
	EXPECT_EQ(0, vbuf_map(self->tx));
	info = vt_region(self->tx);
	at += (char *)(uintptr_t)info.send_addr - base;
	EXPECT_TRUE(vt_filled(at, SIZE, 7));
	EXPECT_EQ(0, vbuf_discard(self->tx, at));
}

/* So another process can have it. */
TEST_F(channel, unmap_leaves_the_region_to_others)
{
	pid_t pid;

	ASSERT_EQ(0, vbuf_map(self->tx));
	pid = vt_fork();
	if (pid == 0)
		_exit(-result(vbuf_map(self->tx)));
	EXPECT_EQ(-EBUSY, -vt_reap(pid));
	ASSERT_EQ(0, vbuf_unmap(self->tx));
	pid = vt_fork();
	if (pid == 0)
		_exit(-result(vbuf_map(self->tx)));
	EXPECT_EQ(0, vt_reap(pid));
}

/* Another's windows are not this process's to unmap. */
TEST_F(channel, unmap_in_a_child_does_nothing)
{
	char *at = reserved(self->tx);
	pid_t pid = vt_fork();

	if (pid == 0)
		_exit(-result(vbuf_unmap(self->tx)));
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_EQ(VT_THERE, vt_poke(at, 'x'));
	EXPECT_EQ(0, vbuf_discard(self->tx, at));
}

static unsigned long address_space(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages;

	if (!file || fscanf(file, "%lu", &pages) != 1)
		vt_die("/proc/self/statm");
	fclose(file);
	return pages * VT_PAGE;
}

/* With room for one window there is none, again and again. */
TEST(map_enomem_leaves_nothing)
{
	int both = vt_create(NULL, vt_attr(SLOTS, 16 << 20), VT_BOTH);
	struct rlimit limit, none;
	char *at;

	ASSERT_EQ(0, getrlimit(RLIMIT_AS, &limit));
	none = limit;
	none.rlim_cur = address_space() + vt_region(both).bytes * 3 / 2;
	ASSERT_EQ(0, setrlimit(RLIMIT_AS, &none));
	EXPECT_EQ(-ENOMEM, result(vbuf_map(both)));
	EXPECT_EQ(0U, vt_region(both).send_addr);
	EXPECT_EQ(NULL, vbuf_reserve(both, 1, VBUF_DONTWAIT, NULL));
	EXPECT_EQ(ENOMEM, errno);
	EXPECT_EQ(NULL, vbuf_reserve(both, 1, VBUF_DONTWAIT, NULL));
	ASSERT_EQ(0, setrlimit(RLIMIT_AS, &limit));
	at = reserved(both);
	EXPECT_EQ(0, vbuf_discard(both, at));
}

TEST(map_and_unmap_eopnotsupp)
{
	int both = vt_create(NULL, vt_attr(1, 64), VT_BOTH);

	EXPECT_EQ(-EOPNOTSUPP, result(vbuf_map(both)));
	EXPECT_EQ(-EOPNOTSUPP, result(vbuf_unmap(both)));
}

TEST(map_and_unmap_enotconn_enotty_ebadf)
{
	int other = open("/dev/null", O_RDWR);

	EXPECT_EQ(-ENOTCONN, result(vbuf_map(vt_device())));
	EXPECT_EQ(-ENOTCONN, result(vbuf_unmap(vt_device())));
	EXPECT_EQ(-ENOTTY, result(vbuf_map(other)));
	EXPECT_EQ(-ENOTTY, result(vbuf_unmap(other)));
	EXPECT_EQ(-EBADF, result(vbuf_map(-1)));
	EXPECT_EQ(-EBADF, result(vbuf_unmap(-1)));
}

TEST_HARNESS_MAIN
