// SPDX-License-Identifier: GPL-2.0
/* Control groups, version 2. */
#include "cgroup.h"

#include <sys/mount.h>
#include <sys/stat.h>

#define ROOT	"/sys/fs/cgroup"

static void path_of(char path[256], const char *name, const char *file)
{
	snprintf(path, 256, ROOT "/%s/%s", name, file);
}

/* Mounts them, unless they are there. */
void cgroup_mount(void)
{
	if (!access(ROOT "/cgroup.procs", F_OK))
		return;
	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", ROOT, "cgroup2", 0, NULL))
		vt_die("mount cgroup2");
}

void cgroup_make(const char *name)
{
	char path[256];

	path_of(path, name, "");
	rmdir(path);
	if (mkdir(path, 0755))
		vt_die("make cgroup %s", name);
}

/* Its processes have been reaped, but leave it a moment later. */
void cgroup_remove(const char *name)
{
	char path[256];
	int tries;

	path_of(path, name, "");
	for (tries = 0; rmdir(path) && errno == EBUSY && tries < 1000; tries++)
		usleep(1000);
}

void cgroup_write(const char *name, const char *file, const char *value)
{
	char path[256];
	int fd;

	path_of(path, name, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		vt_die("write %s to %s", value, path);
	close(fd);
}

void cgroup_enter(const char *name, pid_t pid)
{
	char value[16];

	snprintf(value, sizeof(value), "%d", pid);
	cgroup_write(name, "cgroup.procs", value);
}

/* Tells whether @line is a line of the cgroup's file. */
bool cgroup_says(const char *name, const char *file, const char *line)
{
	char path[256], found[256];
	bool says = false;
	FILE *stream;

	path_of(path, name, file);
	stream = fopen(path, "re");
	if (!stream)
		vt_die("open %s", path);
	while (fgets(found, sizeof(found), stream)) {
		found[strcspn(found, "\n")] = '\0';
		says |= !strcmp(found, line);
	}
	fclose(stream);
	return says;
}

/* Returns when all its processes stand still, or may go on. */
void cgroup_freeze(const char *name, bool freeze)
{
	cgroup_write(name, "cgroup.freeze", freeze ? "1" : "0");
	while (!cgroup_says(name, "cgroup.events",
			    freeze ? "frozen 1" : "frozen 0"))
		usleep(1000);
}

/* What the kernel has for it: pages and objects, but nothing held in stock. */
unsigned long cgroup_kernel_bytes(const char *name)
{
	unsigned long bytes;
	char path[256], line[256];
	bool found = false;
	FILE *stream;

	path_of(path, name, "memory.stat");
	stream = fopen(path, "re");
	if (!stream)
		vt_die("open %s", path);
	while (!found && fgets(line, sizeof(line), stream))
		found = sscanf(line, "kernel %lu", &bytes) == 1;
	fclose(stream);
	if (!found)
		vt_die("%s has no kernel memory", path);
	return bytes;
}
