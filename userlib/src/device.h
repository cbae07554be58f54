/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of /dev/vbuf: opening one, and making it an endpoint. */
#ifndef _VBUF_DEVICE_H
#define _VBUF_DEVICE_H

#include <linux/types.h>

int vbuf_device_rights(int oflags, __u32 *rights);
int vbuf_device_open(int oflags);
int vbuf_device_bind(int oflags, unsigned long command, void *arg);
void vbuf_device_close(int fd);

#endif /* _VBUF_DEVICE_H */
