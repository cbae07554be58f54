// SPDX-License-Identifier: LGPL-2.1-or-later
/* Creates, opens and removes channels by their names. */
#include <errno.h>
#include <sys/ioctl.h>

#include <vbuf.h>

#include "device.h"
#include "export.h"
#include "name.h"

VBUF_EXPORT int vbuf_create(const char *name, const struct vbuf_attr *attr,
			    int oflags)
{
	struct vbuf_create arg = { .size = sizeof(arg) };

	if (!attr) {
		errno = EINVAL;
		return -1;
	}
	if (vbuf_device_rights(oflags, &arg.rights) < 0)
		return -1;
	if (name && vbuf_name_copy(arg.name, name) < 0)
		return -1;
	arg.attr = *attr;
	return vbuf_device_bind(oflags, VBUF_IOC_CREATE, &arg);
}

VBUF_EXPORT int vbuf_open(const char *name, int oflags)
{
	struct vbuf_open arg = { .size = sizeof(arg) };

	if (vbuf_device_rights(oflags, &arg.rights) < 0 ||
	    vbuf_name_copy(arg.name, name) < 0)
		return -1;
	return vbuf_device_bind(oflags, VBUF_IOC_OPEN, &arg);
}

VBUF_EXPORT int vbuf_ensure(const char *name, const struct vbuf_attr *attr,
			    int oflags)
{
	int fd;

	if (!attr) {
		errno = EINVAL;
		return -1;
	}
	/*
	 * Between the two calls another process may create the channel, and
	 * before the next it may be gone again. Who goes round once more does
	 * so because somebody else got ahead.
	 */
	do {
		fd = vbuf_open(name, oflags);
		if (fd >= 0 || errno != ENOENT)
			return fd;
		fd = vbuf_create(name, attr, oflags);
	} while (fd < 0 && errno == EEXIST);
	return fd;
}

VBUF_EXPORT int vbuf_unlink(const char *name)
{
	struct vbuf_unlink arg = { .size = sizeof(arg) };
	int fd, ret;

	if (vbuf_name_copy(arg.name, name) < 0)
		return -1;
	fd = vbuf_device_open(0);
	if (fd < 0)
		return -1;
	ret = ioctl(fd, VBUF_IOC_UNLINK, &arg);
	vbuf_device_close(fd);
	return ret;
}
