// SPDX-License-Identifier: LGPL-2.1-or-later
/* Gives back what was received with VBUF_HOLD. */
#include <sys/ioctl.h>

#include <vbuf.h>

#include "export.h"

VBUF_EXPORT int vbuf_ack(int fd, uint64_t cookie, unsigned int flags)
{
	struct vbuf_release arg = {
		.size = sizeof(arg),
		.flags = flags,
		.cookie = cookie,
	};

	return ioctl(fd, VBUF_IOC_RELEASE, &arg);
}
