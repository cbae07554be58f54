// SPDX-License-Identifier: GPL-2.0
/* Starts workers, keeps them in step, and clears up after them. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "count.h"
#include "crew.h"

static bool crew_pinned, crew_bystanders;

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Senders and receivers of a pair on CPUs of their own, where there are two. */
void crew_set_pinned(bool pinned)
{
	crew_pinned = pinned && sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

/*
 * Where a process has a thread on another CPU, that CPU has to be told when a
 * page is taken away.
 */
void crew_set_bystanders(bool wanted)
{
	crew_bystanders = wanted;
}

/* In memory that the workers share. */
struct crew *crew_new(unsigned int size)
{
	struct crew *crew = mmap(NULL, sizeof(*crew), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_barrierattr_t attr;

	if (crew == MAP_FAILED)
		return NULL;
	crew->size = size;
	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&crew->barrier, &attr, size);
	return crew;
}

void crew_free(struct crew *crew)
{
	if (crew)
		munmap(crew, sizeof(*crew));
}

void crew_meet(struct crew *crew)
{
	pthread_barrier_wait(&crew->barrier);
}

static uint64_t own_switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_nvcsw + (uint64_t)usage.ru_nivcsw;
}

/* All start together; the counters, where they are wanted, just before. */
void crew_start(struct crew *crew, unsigned int self)
{
	crew_meet(crew);
	if (!self)
		count_on();
	crew_meet(crew);
	crew->workers[self].switches = own_switches();
	crew->workers[self].start = now_ns();
}

void crew_stop(struct crew *crew, unsigned int self)
{
	struct worker *w = &crew->workers[self];

	w->end = now_ns();
	w->switches = own_switches() - w->switches;
	crew_meet(crew);
	if (!self)
		count_off();
}

/* From the first to start to the last to end. */
uint64_t crew_elapsed(const struct crew *crew)
{
	uint64_t start = UINT64_MAX, end = 0;
	unsigned int i;

	for (i = 0; i < crew->size; i++) {
		if (crew->workers[i].start < start)
			start = crew->workers[i].start;
		if (crew->workers[i].end > end)
			end = crew->workers[i].end;
	}
	return end - start;
}

uint64_t crew_switches(const struct crew *crew)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < crew->size; i++)
		sum += crew->workers[i].switches;
	return sum;
}

/* The calling thread. */
static void pin(unsigned int cpu)
{
	cpu_set_t set;

	if (!crew_pinned)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void *bystander(void *cpu)
{
	pin((unsigned int)(uintptr_t)cpu);
	for (;;)
		__asm__ volatile("" ::: "memory");
	return NULL;
}

static int bystander_start(unsigned int self)
{
	pthread_t thread;

	if (!crew_bystanders)
		return 0;
	errno = pthread_create(&thread, NULL, bystander, (void *)(uintptr_t)((self + 1) % 2));
	return errno ? -1 : 0;
}

static pid_t worker_fork(struct crew *crew, unsigned int self, crew_work *work, void *arg)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	prctl(PR_SET_NAME, COUNT_COMM);
	pin(self % 2);
	alarm(CREW_SECONDS);
	if (bystander_start(self) || work(crew, self, arg)) {
		fprintf(stderr, "bench: worker %u: %s\n", self, strerror(errno));
		_exit(1);
	}
	_exit(0);
}

static int worker_failed(int status)
{
	if (WIFSIGNALED(status))
		fprintf(stderr, "bench: a worker was ended by signal %d (%s)\n",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	return !WIFEXITED(status) || WEXITSTATUS(status);
}

/* The first failure ends the others, which would wait for it for ever. */
static int crew_reap(const pid_t *pids, unsigned int count)
{
	unsigned int left = count, i;
	int failed = 0, status;

	while (left) {
		if (wait(&status) < 0)
			return -1;
		left--;
		if (!worker_failed(status) || failed)
			continue;
		failed = 1;
		for (i = 0; i < count; i++)
			kill(pids[i], SIGKILL);
	}
	return failed ? -1 : 0;
}

int crew_run(struct crew *crew, crew_work *work, void *arg)
{
	pid_t pids[CREW_MAX];
	unsigned int i;

	for (i = 0; i < crew->size; i++) {
		pids[i] = worker_fork(crew, i, work, arg);
		if (pids[i] > 0)
			continue;
		while (i--)
			kill(pids[i], SIGKILL);
		return -1;
	}
	return crew_reap(pids, crew->size);
}
