// SPDX-License-Identifier: LGPL-2.1-or-later
/* Opens and closes a handle, and tells what the kernel said to it. */
#include <stdlib.h>

#include <vbuf-ctl.h>

#include "../src/export.h"
#include "netlink.h"

VBUF_EXPORT struct vbuf_ctl *vbuf_ctl_open(void)
{
	struct vbuf_ctl *ctl = calloc(1, sizeof(*ctl));

	if (ctl && vbuf_netlink_open(ctl)) {
		free(ctl);
		return NULL;
	}
	return ctl;
}

VBUF_EXPORT void vbuf_ctl_close(struct vbuf_ctl *ctl)
{
	if (!ctl)
		return;
	vbuf_netlink_close(ctl);
	free(ctl);
}

VBUF_EXPORT const char *vbuf_ctl_error_text(const struct vbuf_ctl *ctl)
{
	return *ctl->text ? ctl->text : NULL;
}
