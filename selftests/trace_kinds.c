// SPDX-License-Identifier: GPL-2.0
/*
 * What a trace session tells of a thread besides its channels: its name, its page
 * faults, and the interrupts on top of it.
 */
#include "stream.h"
#include "kselftest_harness.h"

#include <sys/prctl.h>

TEST(another_name_is_told)
{
	struct stream *stream = stream_begin(STREAM_BIT(THREAD));
	const struct stream_record *at;

	prctl(PR_SET_NAME, "one");
	stream_catch_up(stream);
	prctl(PR_SET_NAME, "fifteen letters");
	stream_catch_up(stream);
	at = stream_next(stream, NULL, gettid(), VBUF_TRACE_THREAD);
	while (at && strcmp(at->is.comm, "fifteen letters"))
		at = stream_next(stream, at, gettid(), VBUF_TRACE_THREAD);
	EXPECT_NE(NULL, at);
	EXPECT_EQ(NULL, stream_next(stream, at, gettid(), VBUF_TRACE_THREAD));
	stream_end(stream);
}

/* Of this thread, in the mode that @kernel says. */
static unsigned int faults(const struct stream *stream, __u32 kernel)
{
	const struct stream_record *at = NULL;
	unsigned int count = 0;

	while ((at = stream_next(stream, at, gettid(), VBUF_TRACE_FAULT)))
		count += at->is.kernel == kernel;
	return count;
}

TEST(page_faults_are_told)
{
	struct stream *stream = stream_begin(STREAM_BIT(FAULT));
	char *pages = mmap(NULL, 8 * VT_PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	unsigned int i, user, kernel;

	if (!(stream->types & STREAM_BIT(FAULT)))
		SKIP(return, "this kernel does not tell of page faults");
	madvise(pages, 8 * VT_PAGE, MADV_NOHUGEPAGE);
	stream_catch_up(stream);
	user = faults(stream, 0);
	kernel = faults(stream, 1);
	for (i = 0; i < 4; i++) {
		pages[i * VT_PAGE] = 'x';
		ASSERT_EQ(1, read(zero, pages + (4 + i) * VT_PAGE, 1));
	}
	stream_catch_up(stream);
	EXPECT_LE(user + 4, faults(stream, 0));
	EXPECT_LE(kernel + 4, faults(stream, 1));
	close(zero);
	munmap(pages, 8 * VT_PAGE);
	stream_end(stream);
}

static bool is_pair(const struct vbuf_trace_record *begin,
		    const struct vbuf_trace_record *end)
{
	return begin->context == end->context && begin->source == end->source;
}

/* Interrupts of one thread on one processor end in the order they have to. */
static bool are_nested(const struct stream *stream, __u32 tid, __u32 cpu)
{
	const struct stream_record *at = NULL, *stack[16];
	unsigned int depth = 0;

	while ((at = stream_next(stream, at, tid, 0))) {
		/* With PREEMPT_RT a softirq may be left for another thread. */
		if (at->cpu != cpu || at->is.context == VBUF_TRACE_SOFTIRQ)
			continue;
		if (at->is.type == VBUF_TRACE_IRQ && depth < 16)
			stack[depth++] = at;
		else if (at->is.type == VBUF_TRACE_IRQ_END &&
			 (!depth || !is_pair(&stack[--depth]->is, &at->is)))
			return false;
	}
	return !depth;
}

TEST(interrupts_are_told)
{
	__u64 types = STREAM_BIT(IRQ) | STREAM_BIT(IRQ_END), end;
	struct stream *stream = stream_begin(types);
	const struct stream_record *at;
	__u32 cpu;

	if ((stream->types & types) != types)
		SKIP(return, "this kernel does not tell of interrupts");
	/* Until the timer has come. */
	end = vt_in(vt_scaled(20000));
	do {
		stream_catch_up(stream);
		at = stream_next(stream, NULL, gettid(), VBUF_TRACE_IRQ);
		while (at && at->is.context != VBUF_TRACE_VECTOR)
			at = stream_next(stream, at, gettid(), VBUF_TRACE_IRQ);
	} while (!at && vt_now() < end);
	ASSERT_NE(NULL, at);
	EXPECT_NE(0U, at->is.source);
	stream_catch_up(stream);
	for (cpu = 0; cpu < (__u32)sysconf(_SC_NPROCESSORS_CONF); cpu++)
		EXPECT_TRUE(are_nested(stream, gettid(), cpu)) {
			stream_show(stream, gettid());
		}
	stream_end(stream);
}

TEST_HARNESS_MAIN
