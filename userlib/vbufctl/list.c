// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel tells of channels, endpoints, threads and limits, by libvbuf-ctl. */
#include "list.h"

#include <stddef.h>
#include <sys/ioctl.h>

/* Opened by the first that asks; it ends with the process. */
static struct vbuf_ctl *handle;

static struct vbuf_ctl *get_handle(void)
{
	if (!handle)
		handle = vbuf_ctl_open();
	return handle;
}

/* The channels of the network namespace, in the order of their ids. */
int list_channels(struct vbuf_ctl_channel **channels)
{
	struct vbuf_ctl *ctl = get_handle();

	return ctl ? vbuf_ctl_list_channels(ctl, channels) : -1;
}

int list_channel_by_name(const char *name, struct vbuf_ctl_channel **channel)
{
	struct vbuf_ctl *ctl = get_handle();

	return ctl ? vbuf_ctl_find_channel(ctl, name, channel) : -1;
}

int list_channel_by_id(uint64_t id, struct vbuf_ctl_channel **channel)
{
	struct vbuf_ctl *ctl = get_handle();

	return ctl ? vbuf_ctl_get_channel(ctl, id, channel) : -1;
}

/* The channel that @fd is an endpoint of. */
int list_channel_of(int fd, struct vbuf_ctl_channel **channel)
{
	struct vbuf_getattr attr = { .size = sizeof(attr) };

	if (ioctl(fd, VBUF_IOC_GETATTR, &attr))
		return -1;
	return list_channel_by_id(attr.id, channel);
}

/* The endpoints of the channel with that id, in the order of their ids. */
int list_endpoints(uint64_t channel, struct vbuf_ctl_endpoint **endpoints)
{
	struct vbuf_ctl *ctl = get_handle();

	return ctl ? vbuf_ctl_list_endpoints(ctl, channel, 0, endpoints) : -1;
}

/* The accounts of the threads that the caller may see, whatever they use. */
int list_threads(struct vbuf_ctl_thread **threads)
{
	struct vbuf_ctl *ctl = get_handle();

	return ctl ? vbuf_ctl_list_threads(ctl, threads) : -1;
}

/* The limits of the user namespace that owns the network namespace. */
int list_limits(struct vbuf_ctl_limit **limits)
{
	struct vbuf_ctl *ctl = get_handle();

	return ctl ? vbuf_ctl_list_limits(ctl, limits) : -1;
}

int list_set_limit(uint32_t scope, uint32_t resource, uint64_t value)
{
	struct vbuf_ctl *ctl = get_handle();

	return ctl ? vbuf_ctl_set_limit(ctl, scope, resource, value) : -1;
}

bool list_is_open(void)
{
	return handle;
}

const char *list_error_text(void)
{
	return handle ? vbuf_ctl_error_text(handle) : NULL;
}
