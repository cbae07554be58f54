/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the library tells the kernel, seen from the kernel's side.
 *
 * The test programs are linked so that the library's open(), ioctl() and
 * mmap64() come here. The descriptors are real ones, of /dev/null, so that close-on-exec and
 * leaks can be looked at; nothing is mapped.
 */
#ifndef _VBUF_TEST_FAKE_DEVICE_H
#define _VBUF_TEST_FAKE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define FAKE_CALLS 16

struct fake_open {
	char path[32];
	int flags;
	int fd;
};

struct fake_ioctl {
	int fd;
	unsigned long command;
	unsigned char arg[128];
};

struct fake_mmap {
	void *addr;
	size_t length;
	int prot;
	int flags;
	int fd;
	off64_t offset;
};

struct fake_munmap {
	void *addr;
	size_t length;
};

/* What was called since fake_reset(). */
extern struct fake_open fake_opens[FAKE_CALLS];
extern int fake_open_count;
extern struct fake_ioctl fake_ioctls[FAKE_CALLS];
extern int fake_ioctl_count;
extern struct fake_mmap fake_mmaps[FAKE_CALLS];
extern int fake_mmap_count;
extern struct fake_munmap fake_munmaps[FAKE_CALLS];
extern int fake_munmap_count;

/* Forgets all calls and answers; from here on, all calls succeed. */
void fake_reset(void);

/* The open(), ioctl(), mmap64() or munmap() number @call from 0 fails. */
void fake_open_fails(int call, int error);
void fake_ioctl_fails(int call, int error);
void fake_mmap_fails(int call, int error);
void fake_munmap_fails(int call, int error);

/* What the ioctl()s that do not fail return; 0 after fake_reset(). */
void fake_ioctl_returns(int value);

/*
 * What the next ioctl() that does not fail writes to its argument, after those
 * for which that was said before.
 */
void fake_ioctl_writes(const void *arg, size_t size);

/* How many descriptors the process has open. */
int fake_open_descriptors(void);

/* Whether the argument of ioctl() number @call is these bytes. */
bool fake_argument_is(int call, unsigned long command, const void *arg,
		      size_t size);

#endif /* _VBUF_TEST_FAKE_DEVICE_H */
