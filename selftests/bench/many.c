// SPDX-License-Identifier: GPL-2.0
/*
 * A message through one of one queue, one of thousands, and thousands in turn,
 * by one process and by the same loop, so that only the queues differ.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "crew.h"
#include "many.h"

#define MANY_SIZE 64
#define MANY_DEPTH 64
/* Every queue is used once before the clock runs, and this often while it does. */
#define MANY_TURNS 2

/* Uses queues 0 to @queues - 1 in turn, @messages times in all. */
static int take_turns(struct queue *q, unsigned int queues, unsigned int messages)
{
	unsigned int i, at = 0;

	for (i = 0; i < messages; i++) {
		if (q[at].subject->send(&q[at], 1) != 1 || q[at].subject->recv(&q[at], 1) != 1)
			return -1;
		if (++at == queues)
			at = 0;
	}
	return 0;
}

static int timed_turns(struct queue *q, unsigned int queues, unsigned int messages, double *ns)
{
	uint64_t start;

	if (take_turns(q, queues, messages / MANY_TURNS))
		return -1;
	start = now_ns();
	if (take_turns(q, queues, messages))
		return -1;
	*ns = (double)(now_ns() - start) / messages;
	return 0;
}

/* How many of them could be made. */
static unsigned int create_rest(struct queue *q, unsigned int count, struct many_sample *sample)
{
	uint64_t start = now_ns();
	unsigned int i;

	for (i = 1; i < count; i++)
		if (queue_open_like(&q[i], &q[0]))
			break;
	sample->create_ns = now_ns() - start;
	return i;
}

static void destroy_rest(struct queue *q, unsigned int made, struct many_sample *sample)
{
	uint64_t start = now_ns();

	while (made-- > 1)
		queue_close(&q[made]);
	sample->destroy_ns = now_ns() - start;
}

static int measure(struct queue *q, unsigned int count, struct many_sample *sample)
{
	unsigned int messages = MANY_TURNS * count;
	unsigned int made;
	int ret, saved;

	if (timed_turns(q, 1, messages, &sample->alone_ns))
		return -1;
	made = create_rest(q, count, sample);
	ret = made < count || timed_turns(q, 1, messages, &sample->among_ns) ||
	      timed_turns(q, count, messages, &sample->turns_ns) ? -1 : 0;
	saved = errno;
	if (made < count)
		fprintf(stderr, "bench: only %u of %u could be made\n", made, count);
	destroy_rest(q, made, sample);
	errno = saved;
	return ret;
}

int many_run(const struct subject *subject, unsigned int count, struct many_sample *sample)
{
	const struct rlimit files = { 2 * count + 64, 2 * count + 64 };
	struct queue *q = calloc(count, sizeof(*q));
	int ret = -1;

	if (q && !setrlimit(RLIMIT_NOFILE, &files) &&
	    !queue_open(&q[0], subject, MANY_SIZE, MANY_DEPTH)) {
		ret = measure(q, count, sample);
		queue_close(&q[0]);
	}
	if (ret)
		fprintf(stderr, "bench: %u of %s: %s\n", count, subject->name, strerror(errno));
	free(q);
	return ret;
}
