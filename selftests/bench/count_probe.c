// SPDX-License-Identifier: GPL-2.0
/* Makes the probes, and reads the histogram. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "count_probe.h"

#define TRACING "/sys/kernel/tracing/"
#define ZEROED "vbuf_bench/zeroed"
#define HISTOGRAM "hist:keys=from,to"

static bool large, zeroed;

static int append(const char *file, const char *line)
{
	int fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
	ssize_t length = (ssize_t)strlen(line);
	int ret;

	if (fd < 0)
		return -1;
	ret = write(fd, line, (size_t)length) == length ? 0 : -1;
	close(fd);
	return ret;
}

static int probe(const char *line)
{
	return append(TRACING "kprobe_events", line);
}

/* What the histogram is to do, or with "" that there be one, or with '!' none. */
static int histogram(const char *before, const char *after)
{
	char line[64];

	snprintf(line, sizeof(line), "%s" HISTOGRAM "%s", before, after);
	return append(TRACING "events/" ZEROED "/trigger", line);
}

static int open_zeroed(void)
{
	/* The third argument and the fourth. Without the module there is none. */
	zeroed = !probe("p:" ZEROED " vbuf:vbuf_slots_zero from=%dx:u32 to=%cx:u32");
	if (!zeroed)
		return errno == ENOENT ? 0 : -1;
	return histogram("", ":pause");
}

int count_probe_open(void)
{
	large = !probe("p:" COUNT_PROBE_LARGE " vmf_insert_pfn_pmd_prot") ||
		!probe("p:" COUNT_PROBE_LARGE " vmf_insert_pfn_pmd");
	return large ? open_zeroed() : -1;
}

void count_probe_close(void)
{
	if (zeroed) {
		histogram("!", "");
		probe("-:" ZEROED);
	}
	if (large)
		probe("-:" COUNT_PROBE_LARGE);
	large = false;
	zeroed = false;
}

bool count_probe_has_zeroed(void)
{
	return zeroed;
}

void count_probe_on(void)
{
	if (zeroed) {
		histogram("", ":clear");
		histogram("", ":continue");
	}
}

void count_probe_off(void)
{
	if (zeroed)
		histogram("", ":pause");
}

/* Of lines such as "{ from: 4096, to: 8192 } hitcount: 3". */
int count_probe_zeroed(uint64_t *bytes)
{
	unsigned long long from, to, hits;
	char line[256];
	FILE *file;

	*bytes = 0;
	if (!zeroed)
		return 0;
	file = fopen(TRACING "events/" ZEROED "/hist", "re");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "{ from: %llu, to: %llu } hitcount: %llu", &from, &to, &hits) == 3)
			*bytes += (to - from) * hits;
	fclose(file);
	return 0;
}
