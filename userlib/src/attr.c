// SPDX-License-Identifier: LGPL-2.1-or-later
/* Tells what a channel was created with. */
#include <errno.h>
#include <sys/ioctl.h>

#include <vbuf.h>

#include "export.h"

VBUF_EXPORT int vbuf_getattr(int fd, struct vbuf_attr *attr)
{
	struct vbuf_getattr arg = { .size = sizeof(arg) };

	if (!attr) {
		errno = EINVAL;
		return -1;
	}
	if (ioctl(fd, VBUF_IOC_GETATTR, &arg) < 0)
		return -1;
	*attr = arg.attr;
	return 0;
}
