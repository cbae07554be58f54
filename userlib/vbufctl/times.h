/* SPDX-License-Identifier: GPL-2.0-only */
/* What show says of how long a channel's messages took. */
#ifndef VBUFCTL_TIMES_H
#define VBUFCTL_TIMES_H

#include <stdbool.h>

#include <vbuf-ctl.h>

/* Whether there is something to say. */
bool times_told(const struct vbuf_ctl_channel *channel);

int times_print(const struct vbuf_ctl_channel *channel);
void times_json(const struct vbuf_ctl_channel *channel);

#endif /* VBUFCTL_TIMES_H */
