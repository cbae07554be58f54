/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the library tells the kernel, seen from the kernel's side.
 *
 * The test programs are linked so that the library's open() and ioctl() come
 * here. The descriptors are real ones, of /dev/null, so that close-on-exec and
 * leaks can be looked at.
 */
#ifndef _VBUF_TEST_FAKE_DEVICE_H
#define _VBUF_TEST_FAKE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

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

/* What was called since fake_reset(). */
extern struct fake_open fake_opens[FAKE_CALLS];
extern int fake_open_count;
extern struct fake_ioctl fake_ioctls[FAKE_CALLS];
extern int fake_ioctl_count;

/* Forgets all calls and answers; from here on, all calls succeed. */
void fake_reset(void);

/* The open(), or ioctl(), number @call from 0 fails. */
void fake_open_fails(int call, int error);
void fake_ioctl_fails(int call, int error);

/* What the ioctl()s that do not fail return; 0 after fake_reset(). */
void fake_ioctl_returns(int value);

/* What the next ioctl() writes to its argument. */
void fake_ioctl_writes(const void *arg, size_t size);

/* How many descriptors the process has open. */
int fake_open_descriptors(void);

/* Whether the argument of ioctl() number @call is these bytes. */
bool fake_argument_is(int call, unsigned long command, const void *arg,
		      size_t size);

#endif /* _VBUF_TEST_FAKE_DEVICE_H */
