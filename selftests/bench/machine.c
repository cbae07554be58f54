// SPDX-License-Identifier: GPL-2.0
/* Each kind of work, in turn, again and again; the middle one counts. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "crew.h"
#include "machine.h"

#define MEBIBYTE 1048576
#define CALLS 1000
#define TURNS 101

struct site {
	int fd;		/* a memfd of a mebibyte */
	char *from;
	char *to;
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static int call_often(struct site *site)
{
	unsigned int i;

	(void)site;
	for (i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	return 0;
}

static int copy_once(struct site *site)
{
	memcpy(site->to, site->from, MEBIBYTE);
	return 0;
}

static int map_once(struct site *site)
{
	void *at = mmap(NULL, MEBIBYTE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			site->fd, 0);

	return at == MAP_FAILED ? -1 : munmap(at, MEBIBYTE);
}

static int middle(int (*work)(struct site *site), struct site *site, double *ns)
{
	double times[TURNS];
	unsigned int i;

	for (i = 0; i < TURNS; i++) {
		uint64_t start = now_ns();

		if (work(site))
			return -1;
		times[i] = (double)(now_ns() - start);
	}
	qsort(times, TURNS, sizeof(times[0]), by_value);
	*ns = times[TURNS / 2];
	return 0;
}

static int measure(struct site *site, struct machine_sample *sample)
{
	if (middle(call_often, site, &sample->syscall_ns) ||
	    middle(copy_once, site, &sample->copy_ns) ||
	    middle(map_once, site, &sample->map_ns))
		return -1;
	sample->syscall_ns /= CALLS;
	return 0;
}

int machine_run(struct machine_sample *sample)
{
	struct site site = { .fd = memfd_create("vbuf-bench", MFD_CLOEXEC) };
	int ret = -1;

	if (site.fd < 0)
		return -1;
	site.from = malloc(MEBIBYTE);
	site.to = malloc(MEBIBYTE);
	if (site.from && site.to) {
		memset(site.from, 0x55, MEBIBYTE);
		if (write(site.fd, site.from, MEBIBYTE) == MEBIBYTE)
			ret = measure(&site, sample);
	}
	free(site.from);
	free(site.to);
	close(site.fd);
	return ret;
}
