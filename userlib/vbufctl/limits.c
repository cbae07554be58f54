// SPDX-License-Identifier: GPL-2.0-only
/* Which of the module's limits a call hit. */
#include "limits.h"

#include "report.h"

#include <stdio.h>
#include <string.h>

#define PARAMETERS "/sys/module/vbuf/parameters"

/* In the order of limit_hits. */
static const char *const parameters[LIMITS_COUNT] = {
	"max_channels", "max_endpoints", "max_bytes",
	"user_channels", "user_endpoints", "user_bytes",
};

static bool read_hits(FILE *file, unsigned long long count[LIMITS_COUNT])
{
	for (int i = 0; i < LIMITS_COUNT; i++)
		if (fscanf(file, i ? ",%llu" : "%llu", &count[i]) != 1)
			return false;
	return true;
}

void limits_look(struct limits_hits *hits)
{
	FILE *file = fopen(PARAMETERS "/limit_hits", "re");

	hits->known = file && read_hits(file, hits->count);
	if (file)
		fclose(file);
}

/*
 * The one whose count has grown, or NULL: at the same time somebody else may
 * have hit another.
 */
static const char *find_hit(const struct limits_hits *before)
{
	const char *hit = NULL;
	struct limits_hits now;

	limits_look(&now);
	if (!before->known || !now.known)
		return NULL;
	for (int i = 0; i < LIMITS_COUNT; i++) {
		if (now.count[i] == before->count[i])
			continue;
		if (hit)
			return NULL;
		hit = parameters[i];
	}
	return hit;
}

static bool read_limit(const char *parameter, unsigned long long *limit)
{
	char path[64];
	FILE *file;
	bool read;

	snprintf(path, sizeof(path), PARAMETERS "/%s", parameter);
	file = fopen(path, "re");
	if (!file)
		return false;
	read = fscanf(file, "%llu", limit) == 1;
	fclose(file);
	return read;
}

/**
 * limits_report - say which limit was hit
 * @name: the channel with which that happened
 * @before: what limits_look() saw before
 *
 * Return: whether it could be told; if not, nothing was said.
 */
bool limits_report(const char *name, const struct limits_hits *before)
{
	const char *hit = find_hit(before);
	unsigned long long limit;

	if (!hit || !read_limit(hit, &limit))
		return false;
	if (!limit && !strcmp(hit, "max_bytes"))
		report("%s: the limit max_bytes (0: a quarter of memory) is reached: root can raise it in "
		       PARAMETERS "/max_bytes", name);
	else
		report("%s: the limit %s (%llu) is reached: root can raise it in "
		       PARAMETERS "/%s", name, hit, limit, hit);
	return true;
}
