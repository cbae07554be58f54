// SPDX-License-Identifier: GPL-2.0
/* Stands in for the kernel at open(), ioctl() and mmap64(), and writes down. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <linux/vbuf.h>

#include "fake_device.h"

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap___open_2(const char *path, int flags);
int __wrap_ioctl(int fd, unsigned long command, ...);
void *__wrap_mmap64(void *addr, size_t length, int prot, int flags, int fd,
		    off64_t offset);
int __wrap_munmap(void *addr, size_t length);

struct fake_open fake_opens[FAKE_CALLS];
int fake_open_count;
struct fake_ioctl fake_ioctls[FAKE_CALLS];
int fake_ioctl_count;
struct fake_mmap fake_mmaps[FAKE_CALLS];
int fake_mmap_count;
struct fake_munmap fake_munmaps[FAKE_CALLS];
int fake_munmap_count;

static int open_errors[FAKE_CALLS];
static int ioctl_errors[FAKE_CALLS];
static int mmap_errors[FAKE_CALLS];
static int munmap_errors[FAKE_CALLS];
static int ioctl_value;
static struct {
	const void *arg;
	size_t size;
} answers[FAKE_CALLS];

static int answer_count, answers_given;

static const struct {
	unsigned long command;
	size_t size;
} arguments[] = {
	{ VBUF_IOC_CREATE, sizeof(struct vbuf_create) },
	{ VBUF_IOC_OPEN, sizeof(struct vbuf_open) },
	{ VBUF_IOC_REOPEN, sizeof(struct vbuf_reopen) },
	{ VBUF_IOC_UNLINK, sizeof(struct vbuf_unlink) },
	{ VBUF_IOC_GETATTR, sizeof(struct vbuf_getattr) },
	{ VBUF_IOC_SEND, sizeof(struct vbuf_xfer) },
	{ VBUF_IOC_RECV, sizeof(struct vbuf_xfer) },
	{ VBUF_IOC_SENDV, sizeof(struct vbuf_vector) },
	{ VBUF_IOC_RECVV, sizeof(struct vbuf_vector) },
	{ VBUF_IOC_RELEASE, sizeof(struct vbuf_release) },
	{ VBUF_IOC_DRAIN, sizeof(struct vbuf_drain) },
	{ VBUF_IOC_SHUTDOWN, sizeof(struct vbuf_shutdown) },
	{ VBUF_IOC_REGION, sizeof(struct vbuf_region_info) },
	{ VBUF_IOC_RESERVE, sizeof(struct vbuf_reserve) },
	{ VBUF_IOC_COMMIT, sizeof(struct vbuf_commit) },
	{ VBUF_IOC_DISCARD, sizeof(struct vbuf_discard) },
	{ VBUF_IOC_ACQUIRE, sizeof(struct vbuf_acquire) },
	{ VBUF_IOC_TRACE, sizeof(struct vbuf_trace) },
};

static size_t argument_size(unsigned long command)
{
	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
		if (arguments[i].command == command)
			return arguments[i].size;
	printf("Bail out! the library used ioctl %#lx\n", command);
	exit(1);
}

static int next(int *count)
{
	if (*count == FAKE_CALLS) {
		printf("Bail out! the library goes on calling\n");
		exit(1);
	}
	return (*count)++;
}

int __wrap_open(const char *path, int flags, ...)
{
	int call = next(&fake_open_count);
	struct fake_open *seen = &fake_opens[call];

	snprintf(seen->path, sizeof(seen->path), "%s", path);
	seen->flags = flags;
	seen->fd = -1;
	if (open_errors[call]) {
		errno = open_errors[call];
		return -1;
	}
	seen->fd = __real_open("/dev/null", flags);
	return seen->fd;
}

/* What _FORTIFY_SOURCE makes of open() without a mode. */
int __wrap___open_2(const char *path, int flags)
{
	return __wrap_open(path, flags);
}

int __wrap_ioctl(int fd, unsigned long command, ...)
{
	int call = next(&fake_ioctl_count);
	struct fake_ioctl *seen = &fake_ioctls[call];
	va_list list;
	void *arg;

	va_start(list, command);
	arg = va_arg(list, void *);
	va_end(list);
	seen->fd = fd;
	seen->command = command;
	memcpy(seen->arg, arg, argument_size(command));
	if (ioctl_errors[call]) {
		errno = ioctl_errors[call];
		return -1;
	}
	if (answers_given < answer_count) {
		memcpy(arg, answers[answers_given].arg,
		       answers[answers_given].size);
		answers_given++;
	}
	return ioctl_value;
}

void *__wrap_mmap64(void *addr, size_t length, int prot, int flags, int fd,
		    off64_t offset)
{
	int call = next(&fake_mmap_count);

	fake_mmaps[call] = (struct fake_mmap){ addr, length, prot, flags, fd,
					       offset };
	if (mmap_errors[call]) {
		errno = mmap_errors[call];
		return MAP_FAILED;
	}
	return fake_mmaps;
}

int __wrap_munmap(void *addr, size_t length)
{
	int call = next(&fake_munmap_count);

	fake_munmaps[call] = (struct fake_munmap){ addr, length };
	if (munmap_errors[call]) {
		errno = munmap_errors[call];
		return -1;
	}
	return 0;
}

void fake_reset(void)
{
	fake_open_count = 0;
	fake_ioctl_count = 0;
	fake_mmap_count = 0;
	fake_munmap_count = 0;
	memset(fake_opens, 0, sizeof(fake_opens));
	memset(fake_ioctls, 0, sizeof(fake_ioctls));
	memset(fake_mmaps, 0, sizeof(fake_mmaps));
	memset(fake_munmaps, 0, sizeof(fake_munmaps));
	memset(open_errors, 0, sizeof(open_errors));
	memset(ioctl_errors, 0, sizeof(ioctl_errors));
	memset(mmap_errors, 0, sizeof(mmap_errors));
	memset(munmap_errors, 0, sizeof(munmap_errors));
	ioctl_value = 0;
	answer_count = 0;
	answers_given = 0;
	errno = 0;
}

void fake_open_fails(int call, int error)
{
	open_errors[call] = error;
}

void fake_ioctl_fails(int call, int error)
{
	ioctl_errors[call] = error;
}

void fake_mmap_fails(int call, int error)
{
	mmap_errors[call] = error;
}

void fake_munmap_fails(int call, int error)
{
	munmap_errors[call] = error;
}

void fake_ioctl_returns(int value)
{
	ioctl_value = value;
}

void fake_ioctl_writes(const void *arg, size_t size)
{
	int call = next(&answer_count);

	answers[call].arg = arg;
	answers[call].size = size;
}

int fake_open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = -1;	/* the directory's own */

	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;	/* . and .. */
}

bool fake_argument_is(int call, unsigned long command, const void *arg,
		      size_t size)
{
	const struct fake_ioctl *seen = &fake_ioctls[call];

	return call < fake_ioctl_count && seen->command == command &&
	       argument_size(command) == size && !memcmp(seen->arg, arg, size);
}
