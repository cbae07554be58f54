/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists that the kernel gives in several messages. */
#ifndef _VBUF_CTL_DUMP_H
#define _VBUF_CTL_DUMP_H

#include "netlink.h"

int vbuf_dump(struct vbuf_ctl *ctl, const struct vbuf_netlink_command *command,
	      void (*begin)(void *data));

#endif /* _VBUF_CTL_DUMP_H */
