// SPDX-License-Identifier: GPL-2.0
/* The module's limits: steps set them, and the end of an input sets them back. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char * const limits[] = {
	"max_channels", "max_endpoints", "max_bytes",
	"user_channels", "user_endpoints", "user_bytes",
};

static char usual[ARRAY_SIZE(limits)][24];

static int limit_open(unsigned int i, int mode)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/vbuf/parameters/%s",
		 limits[i]);
	return open(path, mode | O_CLOEXEC);
}

static void limit_set(unsigned int i, const char *value)
{
	int fd = limit_open(i, O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) < 0 && errno != ENOMEM)
		fuzz_die("%s: %s", limits[i], strerror(errno));
	close(fd);
}

long call_limit(struct actor *self, const struct step *step)
{
	char value[24];
	unsigned int i = step->a % ARRAY_SIZE(limits);

	(void)self;
	snprintf(value, sizeof(value), "%u", step->b << (step->c & 15));
	limit_set(i, value);
	return 0;
}

/* Once, before there is anybody who could change them. */
void limits_init(void)
{
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		fd = limit_open(i, O_RDONLY);
		if (fd < 0 || read(fd, usual[i], sizeof(usual[i]) - 1) < 1)
			fuzz_die("%s cannot be read", limits[i]);
		close(fd);
	}
}

void limits_restore(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++)
		limit_set(i, usual[i]);
}
