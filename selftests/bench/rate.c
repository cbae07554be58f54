// SPDX-License-Identifier: GPL-2.0
/* Times a phase of many messages. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "crew.h"
#include "rate.h"
#include "verify.h"

/* The queue is filled this often, at least, before the clock runs. */
#define RATE_WARM_FILLS 3
#define RATE_MOST 262144
/* To stamp and to check a message takes long; but two are, of any length. */
#define RATE_VERIFY_BYTES (16 << 20)
#define RATE_VERIFY_LEAST 2

struct job {
	const struct rate *rate;
	struct queue queue;
};

/* Several senders need messages that a subject does not tear or mix. */
bool rate_possible(const struct rate *r)
{
	if (r->subject->max_size && r->size > r->subject->max_size)
		return false;
	if (r->pairs > 1 && r->subject->max_shared && r->size > r->subject->max_shared)
		return false;
	if (r->touch && r->subject->batch > 1)
		return false;
	return !r->subject->hollow || !r->pairs;
}

static uint64_t filling_messages(const struct rate *r)
{
	unsigned int unit = r->depth > r->subject->batch ? r->depth : r->subject->batch;

	return (uint64_t)RATE_WARM_FILLS * unit;
}

static uint64_t verified_messages(const struct rate *r)
{
	uint64_t most = RATE_VERIFY_BYTES / r->size;
	uint64_t filling = filling_messages(r);

	if (most < RATE_VERIFY_LEAST)
		most = RATE_VERIFY_LEAST;
	return filling < most ? filling : most;
}

/*
 * New processes are not yet scheduled as old ones are: on one CPU they first
 * take long turns, and switch much less often than they do later. So twice as
 * many messages pass beforehand as are timed.
 */
static uint64_t settling_messages(const struct rate *r)
{
	uint64_t each = r->messages / r->pairs;
	uint64_t filling = filling_messages(r);

	/* Long ones are few, and each takes longer than a turn. */
	if (r->size > RATE_VERIFY_BYTES / 8)
		filling = r->depth + 1;
	return 2 * each > filling ? 2 * each : filling;
}

/* As many to send and as many to receive for each, so that nobody is left. */
static int pass_on(struct job *job, bool sender, uint64_t each)
{
	const struct subject *subject = job->queue.subject;

	return sender ? subject->send_all(&job->queue, each) : subject->recv_all(&job->queue, each);
}

static int pass_verified(struct job *job, unsigned int self, uint64_t each, uint64_t *check)
{
	if (job->queue.subject->hollow)
		return 0;
	if (self % 2)
		return verify_recv(&job->queue, each, check);
	return verify_send(&job->queue, self / 2, each, check);
}

/* Even workers send, odd ones receive. */
static int pair_work(struct crew *crew, unsigned int self, void *arg)
{
	struct job *job = arg;
	uint64_t *sum = &crew->workers[self].check;
	bool sender = self % 2 == 0;

	if (pass_verified(job, self, verified_messages(job->rate), sum))
		return -1;
	verify_prepare(&job->queue);
	crew_meet(crew);
	if (pass_on(job, sender, settling_messages(job->rate)))
		return -1;
	crew_start(crew, self);
	if (pass_on(job, sender, job->rate->messages / job->rate->pairs))
		return -1;
	crew_stop(crew, self);
	if (sender ? verify_last_sent(&job->queue, self / 2, sum) :
		     verify_last(&job->queue, sum))
		return -1;
	/* Who receives may need the sender's memory. */
	crew_meet(crew);
	return 0;
}

static int same_work(struct crew *crew, unsigned int self, void *arg)
{
	struct job *job = arg;
	struct queue *q = &job->queue;
	uint64_t *sum = &crew->workers[self].check;

	if (!q->subject->hollow && verify_same(q, verified_messages(job->rate), sum))
		return -1;
	verify_prepare(q);
	if (q->subject->pairs(q, filling_messages(job->rate)))
		return -1;
	crew_start(crew, self);
	if (q->subject->pairs(q, job->rate->messages))
		return -1;
	crew_stop(crew, self);
	if (q->subject->hollow)
		return 0;
	return verify_last_sent(q, 0, sum) || verify_last(q, sum) ? -1 : 0;
}

/* What was sent and what was received must be the same, and all of it. */
static int balanced(const struct crew *crew, struct queue *q)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < crew->size; i++)
		sum += crew->workers[i].check;
	if (!sum && (q->subject->hollow || queue_empty(q)))
		return 0;
	fprintf(stderr, "bench: %s lost or duplicated messages of %zu bytes\n",
		q->subject->name, q->size);
	errno = EBADMSG;
	return -1;
}

static int job_run(struct job *job, struct crew *crew, struct rate_sample *sample)
{
	crew_work *work = job->rate->pairs ? pair_work : same_work;
	int ret;

	if (session_open(job->rate->session, crew))
		return -1;
	ret = crew_run(crew, work, job);
	session_close(&sample->told);
	if (ret)
		return -1;
	sample->ns = crew_elapsed(crew);
	sample->switches = crew_switches(crew);
	if (count_read(&sample->counts))
		return -1;
	return balanced(crew, &job->queue);
}

int rate_run(const struct rate *r, struct rate_sample *sample)
{
	struct job job = { .rate = r };
	struct crew *crew;
	int ret;

	if (queue_open(&job.queue, r->subject, r->size, r->depth)) {
		fprintf(stderr, "bench: %s of %zu bytes: %s\n", r->subject->name, r->size,
			strerror(errno));
		return -1;
	}
	job.queue.touch = r->touch;
	crew = crew_new(r->pairs ? 2 * r->pairs : 1);
	ret = crew ? job_run(&job, crew, sample) : -1;
	crew_free(crew);
	queue_close(&job.queue);
	return ret;
}

/* The fastest of a few tries: the others met the machine's other work. */
static int fastest(const struct rate *r, unsigned int tries, uint64_t *ns)
{
	struct rate_sample sample;
	unsigned int i;

	*ns = UINT64_MAX;
	for (i = 0; i < tries; i++) {
		if (rate_run(r, &sample))
			return -1;
		if (sample.ns < *ns)
			*ns = sample.ns;
	}
	return 0;
}

/* Chooses how many messages to time, so that a phase takes about as long. */
int rate_calibrate(struct rate *r, uint64_t budget_ns, unsigned int tries)
{
	unsigned int unit = 2 * QUEUE_MAX_BATCH;
	uint64_t least = 4ULL * (r->depth < unit ? r->depth : unit);
	uint64_t ns;

	r->messages = least;
	if (fastest(r, tries, &ns))
		return -1;
	r->messages = budget_ns * least / (ns ? ns : 1);
	if (r->messages > RATE_MOST)
		r->messages = RATE_MOST;
	r->messages -= r->messages % unit;
	if (r->messages < least)
		r->messages = least;
	return 0;
}
