// SPDX-License-Identifier: GPL-2.0
/*
 * A pool of workers that loses no job when a worker dies.
 *
 * A worker takes a job with VBUF_HOLD and acknowledges it when it is done. In
 * between the job is the worker's endpoint's. The channel is VBUF_REDELIVER: if
 * the worker is killed, the kernel puts its job back at the head of the queue,
 * and another worker gets it, marked VBUF_MSG_REDELIVERED.
 *
 *	cc worker_pool.c $(pkg-config --cflags --libs libvbuf)
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vbuf.h>

#define WORKERS 4
#define JOBS 100
#define UNLUCKY 42

struct result {
	int job;
	int redelivered;
};

/* Does one job. The first to take the unlucky one is killed in the middle. */
static void work(const struct result *job, int results)
{
	usleep(1000);
	if (job->job == UNLUCKY && !job->redelivered)
		raise(SIGKILL);
	if (vbuf_send(results, job, sizeof(*job), 0) < 0)
		err(1, "vbuf_send");
}

/*
 * Each worker reopens the channel: an endpoint that it shared with its parent
 * would not end with it.
 */
static void worker(int inherited, int results)
{
	struct result job;
	struct vbuf_msg msg = {
		.buf = (uintptr_t)&job.job,
		.size = sizeof(job.job),
	};
	int jobs = vbuf_reopen(inherited, O_RDONLY);

	if (jobs < 0)
		err(1, "vbuf_reopen");
	close(inherited);
	while (vbuf_recvv(jobs, &msg, 1, VBUF_HOLD, NULL) == 1) {
		job.redelivered = !!(msg.flags & VBUF_MSG_REDELIVERED);
		work(&job, results);
		if (vbuf_ack(jobs, msg.cookie, 0) < 0)
			err(1, "vbuf_ack");
	}
	if (errno != EPIPE)	/* which says that there will be no more jobs */
		err(1, "vbuf_recvv");
	exit(0);
}

/* Waits for every job's result; tells whether each came just once. */
static int count(int results)
{
	int times[JOBS] = { 0 }, once = 0, redelivered = 0;
	struct result result;

	for (int i = 0; i < JOBS; i++) {
		if (vbuf_recv(results, &result, sizeof(result), 0) < 0)
			err(1, "vbuf_recv");
		times[result.job]++;
		if (result.redelivered)
			printf("job %d was redelivered\n", result.job);
		redelivered += result.redelivered;
	}
	for (int i = 0; i < JOBS; i++)
		once += times[i] == 1;
	printf("%d of %d jobs done exactly once, %d redelivered\n", once, JOBS,
	       redelivered);
	return once == JOBS && redelivered == 1;
}

int main(void)
{
	struct vbuf_attr jobs_attr = { .flags = VBUF_REDELIVER, .slots = 8,
				       .slot_size = sizeof(int) };
	struct vbuf_attr results_attr = { .slots = JOBS,
					  .slot_size = sizeof(struct result) };
	int jobs = vbuf_create(NULL, &jobs_attr, O_RDWR);
	int results = vbuf_create(NULL, &results_attr, O_RDWR);
	int killed = 0, good, status;

	if (jobs < 0 || results < 0)
		err(1, "vbuf_create");
	for (int i = 0; i < WORKERS; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0)
			worker(jobs, results);
	}
	for (int job = 0; job < JOBS; job++)
		if (vbuf_send(jobs, &job, sizeof(job), 0) < 0)
			err(1, "vbuf_send");
	good = count(results);
	if (vbuf_drain(jobs, NULL) < 0)		/* until all are acknowledged */
		err(1, "vbuf_drain");
	close(jobs);				/* the workers' EPIPE */
	while (wait(&status) > 0)
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	printf("%d of %d workers was killed\n", killed, WORKERS);
	return good && killed == 1 ? 0 : 1;
}
