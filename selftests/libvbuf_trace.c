// SPDX-License-Identifier: GPL-2.0
/* Trace sessions as libvbuf opens them. */
#include "stream.h"
#include "kselftest_harness.h"

#include <vbuf.h>

/* The first message that comes has a record. */
static void expect_a_message(struct __test_metadata *_metadata, int fd)
{
	static char message[65536];
	struct vbuf_trace_header header;
	struct vbuf_trace_record first;
	int rx, tx;

	vt_pair(&rx, &tx, vt_attr(1, 8));
	ASSERT_EQ(0, vt_put(tx, 'x'));
	ASSERT_EQ('x', vt_take(rx));
	ASSERT_LE((ssize_t)(sizeof(header) + sizeof(first)),
		  vbuf_recv(fd, message, sizeof(message), 0));
	memcpy(&header, message, sizeof(header));
	memcpy(&first, message + sizeof(header), sizeof(first));
	EXPECT_EQ(VBUF_TRACE_VERSION, header.version);
	EXPECT_LE(sizeof(first), header.record_size);
	EXPECT_LT(0U, header.count);
	EXPECT_NE(0U, first.type);
	close(rx);
	close(tx);
}

TEST(as_it_is_by_itself)
{
	int fd = vbuf_trace_open(NULL, 0);
	struct vbuf_attr attr;

	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	ASSERT_EQ(0, vbuf_getattr(fd, &attr));
	EXPECT_EQ(64U, attr.slots);
	EXPECT_EQ(65536U, attr.slot_size);
	expect_a_message(_metadata, fd);
	close(fd);
}

TEST(as_it_is_asked_for)
{
	struct vbuf_trace trace = stream_args(STREAM_BIT(MESSAGE));
	struct vbuf_attr attr;
	int fd;

	fd = vbuf_trace_open(&trace, O_NONBLOCK);
	ASSERT_LE(0, fd);
	EXPECT_EQ(STREAM_BIT(MESSAGE), trace.types);
	ASSERT_EQ(0, vbuf_getattr(fd, &attr));
	EXPECT_EQ(trace.slots, attr.slots);
	EXPECT_EQ(trace.slot_size, attr.slot_size);
	EXPECT_EQ(-1, vbuf_recv(fd, &attr, sizeof(attr), 0));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, fcntl(fd, F_SETFL, O_RDWR));
	expect_a_message(_metadata, fd);
	close(fd);
}

TEST(einval_as_the_kernel_says)
{
	struct vbuf_trace trace = stream_args(1);

	errno = 0;
	EXPECT_EQ(-1, vbuf_trace_open(&trace, 0));
	EXPECT_EQ(EINVAL, errno);
	trace.types = 0;
	trace.size = 0;
	errno = 0;
	EXPECT_EQ(-1, vbuf_trace_open(&trace, 0));
	EXPECT_EQ(EINVAL, errno);
}

/* What a later one has, and an earlier kernel cannot know, is no error if it is 0. */
TEST(of_whatever_size)
{
	struct {
		struct vbuf_trace trace;
		__u64 more;
	} later = { .trace = stream_args(0) };
	int fd;

	later.trace.size = sizeof(later);
	fd = vbuf_trace_open(&later.trace, 0);
	EXPECT_LE(0, fd);
	close(fd);
	later.more = 1;
	errno = 0;
	EXPECT_EQ(-1, vbuf_trace_open(&later.trace, 0));
	EXPECT_EQ(E2BIG, errno);
}

TEST_HARNESS_MAIN
