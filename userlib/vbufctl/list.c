// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel tells of channels and endpoints, by VBUF_IOC_LIST. */
#include "list.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CHUNK 128U

/* last_id() reads the id of either. */
static_assert(!offsetof(struct vbuf_channel_info, id), "id is not first");
static_assert(!offsetof(struct vbuf_endpoint_info, id), "id is not first");

static int open_device(void)
{
	int fd = open("/dev/vbuf", O_RDWR | O_CLOEXEC);

	/* ENOENT is for channels. */
	if (fd < 0 && (errno == ENOENT || errno == ENXIO))
		errno = ENODEV;
	return fd;
}

static uint64_t last_id(const void *entries, size_t size, size_t count)
{
	uint64_t id = 0;

	if (count)
		memcpy(&id, (const char *)entries + (count - 1) * size,
		       sizeof(id));
	return id;
}

/* Appends the next entries; returns how many, CHUNK if there may be more. */
static int list_chunk(int fd, uint64_t channel, size_t size, void **entries,
		      size_t count)
{
	struct vbuf_list list = {
		.size = sizeof(list),
		.count = CHUNK,
		.entry_size = size,
		.channel = channel,
		.after = last_id(*entries, size, count),
	};
	void *grown = reallocarray(*entries, count + CHUNK, size);

	if (!grown)
		return -1;
	*entries = grown;
	list.entries = (uintptr_t)grown + count * size;
	return ioctl(fd, VBUF_IOC_LIST, &list);
}

static int list_on(int fd, uint64_t channel, size_t size, void **entries,
		   size_t *count)
{
	int n;

	do {
		n = list_chunk(fd, channel, size, entries, *count);
		if (n < 0)
			return -1;
		*count += n;
	} while (n == CHUNK);
	return 0;
}

static int list_all(uint64_t channel, size_t size, void **entries,
		    size_t *count)
{
	int fd = open_device();
	int ret, error;

	*entries = NULL;
	*count = 0;
	if (fd < 0)
		return -1;

	ret = list_on(fd, channel, size, entries, count);
	error = errno;
	close(fd);
	if (ret) {
		free(*entries);
		errno = error;
	}
	return ret;
}

/* The channels of the network namespace, in the order of their ids. */
int list_channels(struct vbuf_channel_info **channels, size_t *count)
{
	void *entries;
	int ret = list_all(0, sizeof(**channels), &entries, count);

	if (!ret)
		*channels = entries;
	return ret;
}

/* The endpoints of the channel with that id, in the order of their ids. */
int list_endpoints(uint64_t channel, struct vbuf_endpoint_info **endpoints,
		   size_t *count)
{
	void *entries;
	int ret = list_all(channel, sizeof(**endpoints), &entries, count);

	if (!ret)
		*endpoints = entries;
	return ret;
}

/* The channel that @fd is an endpoint of; ENOENT if it is not listed. */
int list_channel_of(int fd, struct vbuf_channel_info *channel)
{
	struct vbuf_getattr attr = { .size = sizeof(attr) };
	struct vbuf_list list = {
		.size = sizeof(list),
		.count = 1,
		.entry_size = sizeof(*channel),
		.entries = (uintptr_t)channel,
	};
	int n;

	if (ioctl(fd, VBUF_IOC_GETATTR, &attr))
		return -1;
	list.after = attr.id - 1;
	n = ioctl(fd, VBUF_IOC_LIST, &list);
	if (n < 0)
		return -1;
	if (!n || channel->id != attr.id) {
		errno = ENOENT;
		return -1;
	}
	return 0;
}
