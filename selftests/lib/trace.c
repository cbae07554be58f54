// SPDX-License-Identifier: GPL-2.0
/* Trace buffers: instances of ftrace. */
#include "trace.h"

#include <sys/stat.h>

#define INSTANCES	"/sys/kernel/tracing/instances/"

/* The clock counts, so that there is one order for all processors. */
void trace_begin(struct trace *trace)
{
	snprintf(trace->folder, sizeof(trace->folder), INSTANCES "test-%d",
		 getpid());
	if (mkdir(trace->folder, 0700))
		vt_die("make %s", trace->folder);
	trace_write(trace, "trace_clock", "counter");
}

void trace_end(struct trace *trace)
{
	trace_write(trace, "events/enable", "0");
	if (rmdir(trace->folder))
		vt_die("remove %s", trace->folder);
}

void trace_write(const struct trace *trace, const char *file,
		 const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", trace->folder, file);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		vt_die("write %s", path);
	close(fd);
}

void trace_read(const struct trace *trace, bool (*fn)(char *line, void *ctx),
		void *ctx)
{
	char path[128], line[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/trace", trace->folder);
	file = fopen(path, "re");
	if (!file)
		vt_die("read %s", path);
	while (fgets(line, sizeof(line), file))
		if (line[0] != '#' && !fn(line, ctx))
			break;
	fclose(file);
}

struct search {
	const char *text;
	bool found;
};

static bool look_for(char *line, void *ctx)
{
	struct search *search = ctx;

	search->found = strstr(line, search->text);
	return !search->found;
}

bool trace_has(const struct trace *trace, const char *text)
{
	struct search search = { .text = text };

	trace_read(trace, look_for, &search);
	return search.found;
}
