// SPDX-License-Identifier: GPL-2.0
/*
 * How long a trace session lasts, who else may read what it tells, and that it comes
 * and goes while threads are at work. The module's file is $VBUF_MODULE.
 */
#include "storm.h"
#include "stream.h"
#include "kselftest_harness.h"

#define ROUNDS	20U

static int begin(__u64 types)
{
	struct vbuf_trace trace = stream_args(types);
	int fd = stream_ask(&trace);

	if (fd < 0)
		vt_die("a trace session: %d", fd);
	return fd;
}

static void exchange(int rx, int tx, unsigned int count)
{
	while (count--)
		if (vt_put(tx, 'm') || vt_take(rx) != 'm')
			vt_die("exchange a message");
}

TEST(its_file_is_an_endpoint_that_receives)
{
	struct stream *stream = stream_begin(STREAM_STORY);
	char bytes[65536];

	EXPECT_EQ(-EBADF, vt_put(stream->fd, 'x'));
	EXPECT_EQ(-EBADF, vt_shutdown(stream->fd, VT_SEND));
	EXPECT_EQ(-EACCES, vt_reopen(stream->fd, VT_SEND));
	EXPECT_EQ(-EACCES, vt_reopen(stream->fd, VT_BOTH));
	EXPECT_EQ(-EMSGSIZE, vt_recv_until(stream->fd, bytes, 16, 0));
	EXPECT_LT(16, vt_fionread(stream->fd));
	EXPECT_LT(16, vt_read(stream->fd, bytes, sizeof(bytes)));
	stream_end(stream);
}

TEST(lasts_as_long_as_its_last_descriptor)
{
	struct stream *stream = stream_begin(STREAM_STORY);
	int first = stream->fd;

	stream->fd = dup(first);
	close(first);
	stream_catch_up(stream);
	first = stream->fd;
	stream->fd = dup(first);
	EXPECT_EQ(0, close(first));
	stream_catch_up(stream);
	stream_end(stream);
}

/* What it gets is gone for the first; nothing comes twice. */
TEST(another_receiver_has_its_share)
{
	struct stream *stream = stream_begin(STREAM_STORY);
	int other = vt_reopen(stream->fd, VT_RECV);
	char bytes[65536];

	ASSERT_LE(0, other);
	EXPECT_LT(16, vt_recv_until(other, bytes, sizeof(bytes),
				    vt_in(vt_scaled(20000))));
	stream_catch_up(stream);
	close(other);
	stream_catch_up(stream);
	stream_end(stream);
}

/* What it has not read yet, and then the end. */
static long read_to_the_end(int fd)
{
	char bytes[65536];
	long ret;

	do {
		ret = vt_recv(fd, bytes, sizeof(bytes), 0);
	} while (ret > 0);
	return ret;
}

TEST(its_end_is_hang_up_for_other_receivers)
{
	int fd = begin(STREAM_ALL), other = vt_reopen(fd, VT_RECV), rx, tx;
	char byte;

	ASSERT_LE(0, other);
	vt_pair(&rx, &tx, vt_attr(1, 8));
	exchange(rx, tx, 10);
	close(fd);
	EXPECT_EQ(-EPIPE, read_to_the_end(other));
	EXPECT_TRUE(vt_poll(other, POLLIN) & POLLHUP);
	EXPECT_EQ(0, vt_read(other, &byte, 1));
	close(other);
	close(rx);
	close(tx);
}

/* Of nothing, so that there is nothing to read. */
TEST(its_end_is_told_to_who_waits)
{
	struct vt_call call = { 0 };
	int fd = begin(0), other = vt_reopen(fd, VT_RECV);

	ASSERT_LE(0, other);
	vt_start_recv(&call, other);
	ASSERT_TRUE(vt_blocked(other, 0, 1));
	close(fd);
	EXPECT_EQ(-EPIPE, vt_join(&call));
	close(other);
}

/* Whoever gave up receiving has a session all the same, which tells nobody. */
TEST(who_shuts_it_down_still_has_accounts_kept)
{
	int fd = begin(STREAM_ALL), rx, tx;

	EXPECT_EQ(0, vt_shutdown(fd, VT_RECV));
	vt_pair(&rx, &tx, vt_attr(1, 8));
	exchange(rx, tx, 10000);
	EXPECT_EQ(-EPIPE, vt_take(fd));
	close(fd);
	close(rx);
	close(tx);
}

FIXTURE(module) {
};

FIXTURE_SETUP(module)
{
	(void)self;
	if (!getenv("VBUF_MODULE"))
		SKIP(return, "no VBUF_MODULE to load again");
}

/* If a test fails, the next finds a module; run_tests sees to who is killed. */
FIXTURE_TEARDOWN(module)
{
	(void)self;
	vt_load();
}

TEST_F(module, keeps_the_module)
{
	int fd = begin(STREAM_ALL), other, rx, tx;

	vt_pair(&rx, &tx, vt_attr(1, 8));
	exchange(rx, tx, 100);
	close(rx);
	close(tx);
	EXPECT_EQ(-EAGAIN, vt_unload());
	other = vt_reopen(fd, VT_RECV);
	close(fd);
	EXPECT_EQ(-EAGAIN, vt_unload());
	close(other);
	EXPECT_EQ(0, vt_unload());
}

/* Threads that had accounts are asleep, awake, and ending meanwhile. */
TEST_F(module, goes_from_under_threads_that_had_accounts)
{
	struct vt_call call = { 0 };
	int fd = begin(STREAM_ALL), rx, tx;

	vt_pair(&rx, &tx, vt_attr(1, 8));
	vt_start_recv(&call, rx);
	ASSERT_TRUE(vt_blocked(rx, 0, 1));
	ASSERT_TRUE(vt_sleeps(call.tid));
	close(fd);
	ASSERT_EQ(0, vt_put(tx, 'x'));
	EXPECT_EQ(1, vt_join(&call));
	close(rx);
	close(tx);
	EXPECT_EQ(0, vt_unload());
}

struct shift {
	int rx;
	int tx;
	unsigned int done;	/* atomic */
};

/* Two by turns on one channel, so that they sleep; the others with themselves. */
static void work(unsigned int born, void *ctx)
{
	struct shift *shift = ctx;
	char byte;
	int rx, tx;

	vt_pair(&rx, &tx, vt_attr(1, 8));
	for (;;) {
		if (born == 0)
			vt_recv(shift->rx, &byte, 1, 0);
		else if (born == 1)
			vt_send(shift->tx, "s", 1, 0);
		else
			exchange(rx, tx, 10);
		__atomic_fetch_add(&shift->done, 1, __ATOMIC_SEQ_CST);
	}
}

TEST_F_TIMEOUT(module, comes_and_goes_while_threads_work, 240)
{
	struct shift *shift = storm_shared(sizeof(*shift));
	struct crew crew = { .size = 3, .work = work, .ctx = shift };
	unsigned int round, before;
	char bytes[65536];
	long ret;
	int fd;

	vt_pair(&shift->rx, &shift->tx, vt_attr(2, 8));
	crew_begin(&crew);
	for (round = 0; round < storm_scale(ROUNDS); round++) {
		fd = begin(STREAM_ALL);
		before = __atomic_load_n(&shift->done, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&shift->done, __ATOMIC_SEQ_CST) == before)
			usleep(1000);
		ret = round % 2 ? vt_recv(fd, bytes, sizeof(bytes), 0) : 17;
		EXPECT_LT(16, ret);
		if (round % 3 == 1)
			crew_kill(&crew, 2);
		close(fd);
	}
	crew_end(&crew);
	EXPECT_TRUE(vt_settled(shift->rx));
	close(shift->rx);
	close(shift->tx);
}

TEST_HARNESS_MAIN
