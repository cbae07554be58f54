// SPDX-License-Identifier: LGPL-2.1-or-later
/* Knows where the device is, and how oflags become rights. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vbuf.h>

#include "device.h"

#define VBUF_DEVICE "/dev/vbuf"

/**
 * vbuf_device_rights - what an endpoint opened with oflags may do
 * @oflags: as the caller of the library gave it
 * @rights: out: %VBUF_RIGHT_RECV, %VBUF_RIGHT_SEND or both
 *
 * Return: 0, or -1 and %EINVAL for a flag that has no meaning here.
 */
int vbuf_device_rights(int oflags, __u32 *rights)
{
	switch (oflags & ~(O_NONBLOCK | O_CLOEXEC)) {
	case O_RDONLY:
		*rights = VBUF_RIGHT_RECV;
		return 0;
	case O_WRONLY:
		*rights = VBUF_RIGHT_SEND;
		return 0;
	case O_RDWR:
		*rights = VBUF_RIGHT_RECV | VBUF_RIGHT_SEND;
		return 0;
	default:
		errno = EINVAL;
		return -1;
	}
}

/**
 * vbuf_device_open - open a file of the device that is no endpoint yet
 * @oflags: of which O_NONBLOCK is heeded
 *
 * The open mode is always O_RDWR: the endpoint's rights decide, and read() and
 * write() need the mode as well. A missing device is %ENODEV, because %ENOENT
 * says that a channel is missing, and vbuf_ensure() then creates it.
 *
 * Return: a descriptor, or -1 and errno.
 */
int vbuf_device_open(int oflags)
{
	int cancel, fd;

	/* A thread that ended here would leave what it has open so far. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	fd = open(VBUF_DEVICE, O_RDWR | O_CLOEXEC | (oflags & O_NONBLOCK));
	pthread_setcancelstate(cancel, NULL);
	if (fd < 0 && (errno == ENOENT || errno == ENXIO))
		errno = ENODEV;
	return fd;
}

/**
 * vbuf_device_bind - open a file of the device and make it an endpoint
 * @oflags: of which O_NONBLOCK is heeded
 * @command: the ioctl that binds it
 * @arg: the ioctl's argument
 *
 * Return: a descriptor, or -1 and errno.
 */
int vbuf_device_bind(int oflags, unsigned long command, void *arg)
{
	int fd = vbuf_device_open(oflags);

	if (fd < 0)
		return -1;
	if (ioctl(fd, command, arg) < 0) {
		vbuf_device_close(fd);
		return -1;
	}
	return fd;
}

/**
 * vbuf_device_close - close a descriptor on the way out of a failed call
 * @fd: the descriptor
 *
 * Leaves errno as it was: it tells why the call failed.
 */
void vbuf_device_close(int fd)
{
	int saved = errno;
	int cancel;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	close(fd);
	pthread_setcancelstate(cancel, NULL);
	errno = saved;
}
