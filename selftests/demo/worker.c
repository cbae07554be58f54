// SPDX-License-Identifier: GPL-2.0-only
/*
 * A worker of the demo: takes jobs from a channel, and runs a command for each.
 *
 *	worker CHANNEL COMMAND
 *
 * A job is held until its command has succeeded, and only then acknowledged. So
 * while a job is being done, it is this process's; if the process dies, the
 * kernel gives the job to the next.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vbuf.h>

#define JOB_SIZE 4096

/* Returns whether the command succeeded. It does not outlive its worker. */
static int run(const char *command, const char *job)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp(command, command, job, NULL);
		err(127, "%s", command);
	}
	if (waitpid(pid, &status, 0) < 0)
		err(1, "waitpid");
	return status == 0;
}

static void do_job(int jobs, const struct vbuf_msg *msg, const char *command)
{
	const char *job = (const char *)(uintptr_t)msg->buf;

	if (!run(command, job)) {
		if (vbuf_ack(jobs, msg->cookie, VBUF_REQUEUE) < 0)
			err(1, "vbuf_ack");
		errx(1, "%s: the job failed, and is back in the queue", job);
	}
	if (vbuf_ack(jobs, msg->cookie, 0) < 0)
		err(1, "vbuf_ack");
	printf("%s\t%u\n", job, msg->deliveries);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char job[JOB_SIZE + 1];
	struct vbuf_msg msg = {
		.buf = (uintptr_t)job,
		.size = JOB_SIZE,
	};
	int jobs;

	if (argc != 3)
		errx(2, "usage: worker CHANNEL COMMAND");
	jobs = vbuf_open(argv[1], O_RDONLY);
	if (jobs < 0)
		err(1, "%s", argv[1]);
	while (vbuf_recvv(jobs, &msg, 1, VBUF_HOLD | VBUF_INFO, NULL) == 1) {
		job[msg.len] = '\0';
		do_job(jobs, &msg, argv[2]);
	}
	if (errno != EPIPE)	/* which says that there will be no more jobs */
		err(1, "vbuf_recvv");
	return 0;
}
