/* SPDX-License-Identifier: GPL-2.0-only */
/* What ls and show both say of a channel. */
#ifndef VBUFCTL_CHANNEL_H
#define VBUFCTL_CHANNEL_H

#include <vbuf-ctl.h>

/* Bytes of the longest label: a name, or '#' and an id. */
#define CHANNEL_LABEL_ROOM VBUF_NAME_SIZE

const char *channel_label(char room[CHANNEL_LABEL_ROOM],
			  const struct vbuf_ctl_channel *channel);
void channel_json_keys(const struct vbuf_ctl_channel *channel);

#endif /* VBUFCTL_CHANNEL_H */
