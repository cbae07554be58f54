/* SPDX-License-Identifier: GPL-2.0-only */
/* What is said of a channel by more than one command. */
#ifndef VBUFCTL_CHANNEL_H
#define VBUFCTL_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#include <vbuf-ctl.h>

/* Bytes of the longest label: a name, or '#' and an id. */
#define CHANNEL_LABEL_ROOM VBUF_NAME_SIZE

const char *channel_label(char room[CHANNEL_LABEL_ROOM],
			  const struct vbuf_ctl_channel *channel);
void channel_json_keys(const struct vbuf_ctl_channel *channel);

/* Where in the structure one of its numbers is. */
struct channel_field {
	size_t offset, size;
};

#define CHANNEL_FIELD(field) \
	{ offsetof(struct vbuf_ctl_channel, field), \
	  sizeof(((struct vbuf_ctl_channel *)0)->field) }

uint64_t channel_number(const struct vbuf_ctl_channel *channel,
			const struct channel_field *field);

#endif /* VBUFCTL_CHANNEL_H */
