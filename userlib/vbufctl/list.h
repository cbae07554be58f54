/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel tells of channels, endpoints, threads and limits, by one handle
 * of libvbuf-ctl for as long as the tool runs.
 *
 * Each function returns 0, or -1 and errno; the lists are libvbuf-ctl's.
 */
#ifndef VBUFCTL_LIST_H
#define VBUFCTL_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include <vbuf-ctl.h>

int list_channels(struct vbuf_ctl_channel **channels);
int list_channel_by_name(const char *name, struct vbuf_ctl_channel **channel);
int list_channel_by_id(uint64_t id, struct vbuf_ctl_channel **channel);
int list_channel_of(int fd, struct vbuf_ctl_channel **channel);
int list_endpoints(uint64_t channel, struct vbuf_ctl_endpoint **endpoints);
int list_threads(struct vbuf_ctl_thread **threads);
int list_limits(struct vbuf_ctl_limit **limits);
int list_set_limit(uint32_t scope, uint32_t resource, uint64_t value);

/* If not, the last of them failed to open the handle, and so nothing was asked. */
bool list_is_open(void);

/* What the kernel said when the last of them failed, or NULL. */
const char *list_error_text(void);

#endif /* VBUFCTL_LIST_H */
