// SPDX-License-Identifier: LGPL-2.1-or-later
/* Sends and receives several messages a call. */
#include <sys/ioctl.h>

#include <vbuf.h>

#include "deadline.h"
#include "export.h"

VBUF_EXPORT int vbuf_sendv(int fd, struct vbuf_msg *msgs, unsigned int n,
			   unsigned int flags, const struct timespec *deadline)
{
	struct vbuf_vector vector = {
		.size = sizeof(vector),
		.flags = flags,
		.msgs = (uintptr_t)msgs,
		.count = n,
		.msg_size = sizeof(*msgs),
	};

	if (vbuf_deadline_ns(deadline, &vector.deadline_ns) < 0)
		return -1;
	return ioctl(fd, VBUF_IOC_SENDV, &vector);
}

VBUF_EXPORT int vbuf_recvv(int fd, struct vbuf_msg *msgs, unsigned int n,
			   unsigned int flags, const struct timespec *deadline)
{
	struct vbuf_vector vector = {
		.size = sizeof(vector),
		.flags = flags,
		.msgs = (uintptr_t)msgs,
		.count = n,
		.msg_size = sizeof(*msgs),
	};

	if (vbuf_deadline_ns(deadline, &vector.deadline_ns) < 0)
		return -1;
	return ioctl(fd, VBUF_IOC_RECVV, &vector);
}
