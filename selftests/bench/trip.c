// SPDX-License-Identifier: GPL-2.0
/* Times each round trip by itself, for what the slow ones take. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "crew.h"
#include "trip.h"
#include "verify.h"

#define TRIP_WARM 64
#define TRIP_VERIFY 8
/* Messages of more than this take long: then a few must do. */
#define TRIP_HUGE 2097152
#define TRIP_HUGE_WARM 4
#define TRIP_HUGE_VERIFY 1

struct job {
	const struct trip *trip;
	struct queue there;
	struct queue back;
	uint64_t *times;	/* shared with the worker that keeps them */
};

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static unsigned int warm_trips(const struct job *job)
{
	return job->trip->size > TRIP_HUGE ? TRIP_HUGE_WARM : TRIP_WARM;
}

static unsigned int verified_trips(const struct job *job)
{
	return job->trip->size > TRIP_HUGE ? TRIP_HUGE_VERIFY : TRIP_VERIFY;
}

static int send_one(struct queue *q)
{
	queue_mark_out(q);
	return q->subject->send(q, 1) == 1 ? 0 : -1;
}

static int recv_one(struct queue *q)
{
	if (q->subject->recv(q, 1) != 1)
		return -1;
	queue_touch_in(q);
	return 0;
}

static int client_trip(struct job *job)
{
	return send_one(&job->there) || recv_one(&job->back) ? -1 : 0;
}

static int server_trips(struct job *job, uint64_t count)
{
	while (count--)
		if (recv_one(&job->there) || send_one(&job->back))
			return -1;
	return 0;
}

/* One clock reading a trip: the end of one is the beginning of the next. */
static int client_timed(struct job *job)
{
	uint64_t before = now_ns(), i;

	for (i = 0; i < job->trip->trips; i++) {
		uint64_t after;

		if (client_trip(job))
			return -1;
		after = now_ns();
		job->times[i] = after - before;
		before = after;
	}
	return 0;
}

static int client(struct crew *crew, struct job *job)
{
	uint64_t *sum = &crew->workers[0].check;
	unsigned int i;

	if (verify_send(&job->there, 0, verified_trips(job), sum) ||
	    verify_recv(&job->back, verified_trips(job), sum))
		return -1;
	verify_prepare(&job->there);
	verify_prepare(&job->back);
	crew_meet(crew);
	for (i = 0; i < warm_trips(job); i++)
		if (client_trip(job))
			return -1;
	memset(job->times, 0, job->trip->trips * sizeof(*job->times));
	crew_start(crew, 0);
	if (client_timed(job))
		return -1;
	crew_stop(crew, 0);
	if (verify_last_sent(&job->there, 0, sum) || verify_last(&job->back, sum))
		return -1;
	/* Who receives may need the sender's memory. */
	crew_meet(crew);
	return 0;
}

static int server(struct crew *crew, struct job *job)
{
	uint64_t *sum = &crew->workers[1].check;

	if (verify_recv(&job->there, verified_trips(job), sum) ||
	    verify_send(&job->back, 0, verified_trips(job), sum))
		return -1;
	verify_prepare(&job->there);
	verify_prepare(&job->back);
	crew_meet(crew);
	if (server_trips(job, warm_trips(job)))
		return -1;
	crew_start(crew, 1);
	if (server_trips(job, job->trip->trips))
		return -1;
	crew_stop(crew, 1);
	if (verify_last(&job->there, sum) || verify_last_sent(&job->back, 0, sum))
		return -1;
	crew_meet(crew);
	return 0;
}

static int trip_work(struct crew *crew, unsigned int self, void *arg)
{
	return self ? server(crew, arg) : client(crew, arg);
}

/* The time that @permille of the trips do not exceed. */
static uint64_t quantile(const struct job *job, uint64_t permille)
{
	uint64_t n = job->trip->trips;

	return job->times[(n * permille + 999) / 1000 - 1];
}

static int summarize(const struct job *job, const struct crew *crew, struct trip_sample *sample)
{
	uint64_t n = job->trip->trips;

	qsort(job->times, n, sizeof(*job->times), by_value);
	sample->ns = crew->workers[0].end - crew->workers[0].start;
	sample->p50 = quantile(job, 500);
	sample->p99 = quantile(job, 990);
	sample->p999 = quantile(job, 999);
	sample->worst = quantile(job, 1000);
	sample->switches = crew_switches(crew);
	if (crew->workers[0].check + crew->workers[1].check) {
		errno = EBADMSG;
		return -1;
	}
	return count_read(&sample->counts);
}

static int job_run(struct job *job, struct trip_sample *sample)
{
	size_t bytes = job->trip->trips * sizeof(*job->times);
	struct crew *crew = crew_new(2);
	int ret = -1;

	job->times = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crew && job->times != MAP_FAILED && !session_open(job->trip->session, crew)) {
		ret = crew_run(crew, trip_work, job);
		session_close(&sample->told);
	}
	if (!ret)
		ret = summarize(job, crew, sample);
	if (job->times != MAP_FAILED)
		munmap(job->times, bytes);
	crew_free(crew);
	return ret;
}

int trip_run(const struct trip *t, struct trip_sample *sample)
{
	struct job job = { .trip = t };
	int ret = -1;

	if (queue_open(&job.there, t->subject, t->size, queue_depth(t->size)))
		goto out;
	if (!queue_open(&job.back, t->subject, t->size, queue_depth(t->size))) {
		job.there.touch = t->touch;
		job.back.touch = t->touch;
		ret = job_run(&job, sample);
		queue_close(&job.back);
	}
	queue_close(&job.there);
out:
	if (ret)
		fprintf(stderr, "bench: %s of %zu bytes, round trip: %s\n", t->subject->name,
			t->size, strerror(errno));
	return ret;
}
