// SPDX-License-Identifier: GPL-2.0
/*
 * Weighs by a memory cgroup of its own: its "kernel" is every page that was
 * charged, slab and per-CPU memory included. What nobody is charged for shows
 * in the system's free memory only, which is the check on the first figure, and
 * coarser: some 1 MiB of it comes and goes by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define CGROUP CGROUP_ROOT "/vbuf-bench"
/* The kernel adds up its per-CPU counts every two seconds. */
#define SETTLE_SECONDS 3

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t put;

	if (fd < 0)
		return -1;
	put = write(fd, text, strlen(text));
	close(fd);
	return put == (ssize_t)strlen(text) ? 0 : -1;
}

/* The number after @key at the beginning of a line. */
static long long read_key(const char *path, const char *key)
{
	FILE *file = fopen(path, "re");
	long long value = -1;
	char line[256];
	size_t len = strlen(key);

	if (!file)
		return -1;
	while (value < 0 && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, len) && (line[len] == ' ' || line[len] == ':'))
			value = atoll(line + len + 1);
	fclose(file);
	return value;
}

static int cgroup_make(void)
{
	if (write_file(CGROUP_ROOT "/cgroup.subtree_control", "+memory"))
		return -1;
	return mkdir(CGROUP, 0700);
}

static int weigh_now(struct memory_sample *sample)
{
	long long charged, missing;

	sync();
	write_file("/proc/sys/vm/drop_caches", "3");
	sleep(SETTLE_SECONDS);
	charged = read_key(CGROUP "/memory.stat", "kernel");
	missing = read_key("/proc/meminfo", "MemFree");
	if (charged < 0 || missing < 0)
		return -1;
	sample->charged = (double)charged;
	sample->system = -1024.0 * (double)missing;
	return 0;
}

static int weigh(const struct memory_thing *thing, struct memory_sample *sample)
{
	struct memory_sample before, after;
	unsigned int i;

	if ((thing->begin && thing->begin()) || weigh_now(&before))
		return -1;
	for (i = 0; i < thing->count; i++)
		if (thing->make())
			return -1;
	if (weigh_now(&after))
		return -1;
	sample->charged = (after.charged - before.charged) / thing->count - thing->each;
	sample->system = (after.system - before.system) / thing->count - thing->each;
	return 0;
}

static void child(const struct memory_thing *thing, struct memory_sample *sample)
{
	const struct rlimit files = { 32768, 32768 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!write_file(CGROUP "/cgroup.procs", "0") && !setrlimit(RLIMIT_NOFILE, &files) &&
	    !weigh(thing, sample))
		_exit(0);
	fprintf(stderr, "bench: %s: %s\n", thing->name, strerror(errno));
	_exit(1);
}

/* In a child, with which everything that was made goes away. */
int memory_run(const struct memory_thing *thing, struct memory_sample *sample)
{
	struct memory_sample *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = -1;
	pid_t pid;

	if (shared == MAP_FAILED)
		return -1;
	if (cgroup_make()) {
		fprintf(stderr, "bench: no memory cgroup at %s: %s\n", CGROUP, strerror(errno));
		return -1;
	}
	pid = fork();
	if (!pid)
		child(thing, shared);
	if (pid > 0)
		waitpid(pid, &status, 0);
	*sample = *shared;
	munmap(shared, sizeof(*shared));
	rmdir(CGROUP);
	return status ? -1 : 0;
}
