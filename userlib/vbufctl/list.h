/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel tells of channels and endpoints. list.c alone knows how it is
 * asked.
 *
 * Each function returns 0, or -1 and errno. What a list function gives is to be
 * freed; a list without entries may be NULL.
 */
#ifndef VBUFCTL_LIST_H
#define VBUFCTL_LIST_H

#include <stddef.h>
#include <stdint.h>

#include <linux/vbuf.h>

int list_channels(struct vbuf_channel_info **channels, size_t *count);
int list_endpoints(uint64_t channel, struct vbuf_endpoint_info **endpoints,
		   size_t *count);
int list_channel_of(int fd, struct vbuf_channel_info *channel);

#endif /* VBUFCTL_LIST_H */
