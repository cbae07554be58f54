// SPDX-License-Identifier: LGPL-2.1-or-later
/* Makes endpoints of channels that need no name. */
#include <errno.h>
#include <unistd.h>

#include <vbuf.h>

#include "device.h"
#include "export.h"

VBUF_EXPORT int vbuf_reopen(int fd, int oflags)
{
	struct vbuf_reopen arg = { .size = sizeof(arg), .fd = fd };

	if (vbuf_device_rights(oflags, &arg.rights) < 0)
		return -1;
	return vbuf_device_bind(oflags, VBUF_IOC_REOPEN, &arg);
}

/* Two endpoints out of one that has both rights. */
static int pair_split(int whole, int fds[2], int oflags)
{
	int receiver, sender;

	receiver = vbuf_reopen(whole, O_RDONLY | oflags);
	if (receiver < 0)
		return -1;
	sender = vbuf_reopen(whole, O_WRONLY | oflags);
	if (sender < 0) {
		vbuf_device_close(receiver);
		return -1;
	}
	fds[0] = receiver;
	fds[1] = sender;
	return 0;
}

/*
 * The first endpoint has both rights and goes last, so that at no moment the
 * channel has lost its only sender or its only receiver.
 */
VBUF_EXPORT int vbuf_pair(int fds[2], const struct vbuf_attr *attr, int oflags)
{
	int whole, ret;

	if (oflags & ~(O_NONBLOCK | O_CLOEXEC)) {
		errno = EINVAL;
		return -1;
	}
	whole = vbuf_create(NULL, attr, O_RDWR);
	if (whole < 0)
		return -1;
	ret = pair_split(whole, fds, oflags);
	vbuf_device_close(whole);
	return ret;
}
