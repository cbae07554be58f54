// SPDX-License-Identifier: GPL-2.0
/* The module's parameters, as sysfs shows and sets them. */
#include "param.h"

static FILE *open_param(const char *name, const char *mode)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/vbuf/parameters/%s", name);
	file = fopen(path, mode);
	if (!file)
		vt_die("open %s", path);
	return file;
}

static const char *name_of(enum param which)
{
	static const char *const names[PARAMS] = {
		"max_channels", "max_endpoints", "max_bytes",
		"user_channels", "user_endpoints", "user_bytes",
		"spin_ns", "stall_ms",
	};

	return names[which];
}

static void read_hits(unsigned long hits[LIMITS])
{
	FILE *file = open_param("limit_hits", "re");
	int i;

	for (i = 0; i < LIMITS; i++)
		if (fscanf(file, i ? ",%lu" : "%lu", &hits[i]) != 1)
			vt_die("limit_hits has no number %d", i);
	fclose(file);
}

void param_save(struct params *params)
{
	FILE *file;
	int i;

	for (i = 0; i < PARAMS; i++) {
		file = open_param(name_of(i), "re");
		if (fscanf(file, "%lu", &params->value[i]) != 1)
			vt_die("read %s", name_of(i));
		fclose(file);
	}
	read_hits(params->hits);
}

void param_set(enum param which, unsigned long value)
{
	FILE *file = open_param(name_of(which), "we");

	if (fprintf(file, "%lu\n", value) < 0 || fclose(file))
		vt_die("set %s to %lu", name_of(which), value);
}

void param_restore(const struct params *params)
{
	int i;

	for (i = 0; i < PARAMS; i++)
		param_set(i, params->value[i]);
}

/* How often the limit was hit since param_save(). */
unsigned long param_hits(const struct params *since, enum param which)
{
	unsigned long hits[LIMITS];

	read_hits(hits);
	return hits[which] - since->hits[which];
}
