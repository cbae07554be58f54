// SPDX-License-Identifier: LGPL-2.1-or-later
/* Waits until a stream is over, and ends one. */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <vbuf.h>

#include "deadline.h"
#include "export.h"

VBUF_EXPORT int vbuf_drain(int fd, const struct timespec *deadline)
{
	struct vbuf_drain arg = { .size = sizeof(arg) };

	if (vbuf_deadline_ns(deadline, &arg.deadline_ns) < 0)
		return -1;
	return ioctl(fd, VBUF_IOC_DRAIN, &arg);
}

VBUF_EXPORT int vbuf_shutdown(int fd, int how)
{
	struct vbuf_shutdown arg = { .size = sizeof(arg) };

	switch (how) {
	case SHUT_RD:
		arg.rights = VBUF_RIGHT_RECV;
		break;
	case SHUT_WR:
		arg.rights = VBUF_RIGHT_SEND;
		break;
	case SHUT_RDWR:
		arg.rights = VBUF_RIGHT_RECV | VBUF_RIGHT_SEND;
		break;
	default:
		errno = EINVAL;
		return -1;
	}
	return ioctl(fd, VBUF_IOC_SHUTDOWN, &arg);
}
