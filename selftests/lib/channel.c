// SPDX-License-Identifier: GPL-2.0
/* Making channels, and endpoints on them. */
#include <stdarg.h>

#include "vbuf_test.h"

void vt_die(const char *format, ...)
{
	int error = errno;
	va_list args;

	fprintf(stderr, "# cannot go on: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, " (%s)\n", strerror(error));
	abort();
}

struct vbuf_attr vt_attr(__u32 slots, __u32 slot_size)
{
	return (struct vbuf_attr) {
		.slots = slots, .slot_size = slot_size, .mode = 0600 };
}

int vt_device(void)
{
	int fd = open("/dev/vbuf", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		vt_die("open /dev/vbuf");
	return fd;
}

/* Binds a new file by @cmd; the file goes again where that fails. */
static int bound(unsigned long cmd, void *arg)
{
	int fd = vt_device();
	long ret = vt_ioctl(fd, cmd, arg);

	if (ret == 0)
		return fd;
	close(fd);
	return ret;
}

int vt_create(const char *name, struct vbuf_attr attr, __u32 rights)
{
	struct vbuf_create create = {
		.size = sizeof(create), .rights = rights, .attr = attr };

	if (name)
		memcpy(create.name, name, strnlen(name, VBUF_NAME_SIZE));
	return bound(VBUF_IOC_CREATE, &create);
}

int vt_open(const char *name, __u32 rights)
{
	struct vbuf_open open = { .size = sizeof(open), .rights = rights };

	memcpy(open.name, name, strnlen(name, VBUF_NAME_SIZE));
	return bound(VBUF_IOC_OPEN, &open);
}

int vt_reopen(int fd, __u32 rights)
{
	struct vbuf_reopen reopen = {
		.size = sizeof(reopen), .rights = rights, .fd = fd };

	return bound(VBUF_IOC_REOPEN, &reopen);
}

long vt_unlink(const char *name)
{
	struct vbuf_unlink unlink = { .size = sizeof(unlink) };
	int fd = vt_device();
	long ret;

	memcpy(unlink.name, name, strnlen(name, VBUF_NAME_SIZE));
	ret = vt_ioctl(fd, VBUF_IOC_UNLINK, &unlink);
	close(fd);
	return ret;
}

void vt_pair(int *rx, int *tx, struct vbuf_attr attr)
{
	int both = vt_create(NULL, attr, VT_BOTH);

	if (both < 0)
		vt_die("create a channel: %d", both);
	*rx = vt_reopen(both, VT_RECV);
	*tx = vt_reopen(both, VT_SEND);
	if (*rx < 0 || *tx < 0)
		vt_die("reopen a channel: %d, %d", *rx, *tx);
	close(both);
}

void vt_name(char name[VBUF_NAME_SIZE], const char *what)
{
	memset(name, 0, VBUF_NAME_SIZE);
	snprintf(name, VBUF_NAME_SIZE, "test-%d-%s", getpid(), what);
}
