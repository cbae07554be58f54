// SPDX-License-Identifier: LGPL-2.1-or-later
/* Sends and receives one message a call. */
#include <sys/ioctl.h>

#include <vbuf.h>

#include "deadline.h"
#include "export.h"

/*
 * vbuf_send() and vbuf_recv() are the hot path: each fills 32 bytes on the
 * stack and enters the kernel, and does not go by way of its timed twin.
 */

VBUF_EXPORT ssize_t vbuf_send(int fd, const void *msg, size_t len,
			      unsigned int flags)
{
	struct vbuf_xfer xfer = {
		.size = sizeof(xfer),
		.flags = flags,
		.buf = (uintptr_t)msg,
		.len = len,
	};

	if (ioctl(fd, VBUF_IOC_SEND, &xfer) < 0)
		return -1;
	return (ssize_t)len;
}

VBUF_EXPORT ssize_t vbuf_recv(int fd, void *buf, size_t size,
			      unsigned int flags)
{
	struct vbuf_xfer xfer = {
		.size = sizeof(xfer),
		.flags = flags,
		.buf = (uintptr_t)buf,
		.len = size,
	};

	return ioctl(fd, VBUF_IOC_RECV, &xfer);
}

VBUF_EXPORT ssize_t vbuf_timedsend(int fd, const void *msg, size_t len,
				   unsigned int flags,
				   const struct timespec *deadline)
{
	struct vbuf_xfer xfer = {
		.size = sizeof(xfer),
		.flags = flags,
		.buf = (uintptr_t)msg,
		.len = len,
	};

	if (vbuf_deadline_ns(deadline, &xfer.deadline_ns) < 0 ||
	    ioctl(fd, VBUF_IOC_SEND, &xfer) < 0)
		return -1;
	return (ssize_t)len;
}

VBUF_EXPORT ssize_t vbuf_timedrecv(int fd, void *buf, size_t size,
				   unsigned int flags,
				   const struct timespec *deadline)
{
	struct vbuf_xfer xfer = {
		.size = sizeof(xfer),
		.flags = flags,
		.buf = (uintptr_t)buf,
		.len = size,
	};

	if (vbuf_deadline_ns(deadline, &xfer.deadline_ns) < 0)
		return -1;
	return ioctl(fd, VBUF_IOC_RECV, &xfer);
}
