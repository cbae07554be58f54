// SPDX-License-Identifier: GPL-2.0
/*
 * What is weighed: endpoints on a channel that is there, channels with one
 * endpoint, and channels with many slots, beside pipes and socket pairs.
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vbuf.h>

#include "memory.h"

#define SLOT_SIZE 64
/* One page of slots, and 4 MiB of them. */
#define FEW_SLOTS 64
#define MANY_SLOTS 65536

static int channel;

static int channel_new(unsigned int slots)
{
	const struct vbuf_attr attr = {
		.slots = slots,
		.slot_size = SLOT_SIZE,
		.mode = 0600,
	};

	return vbuf_create(NULL, &attr, O_RDWR);
}

static int endpoint_begin(void)
{
	channel = channel_new(FEW_SLOTS);
	return channel < 0 ? -1 : 0;
}

static int endpoint_make(void)
{
	return vbuf_reopen(channel, O_RDWR) < 0 ? -1 : 0;
}

static int channel_make(void)
{
	return channel_new(FEW_SLOTS) < 0 ? -1 : 0;
}

static int slots_make(void)
{
	return channel_new(MANY_SLOTS) < 0 ? -1 : 0;
}

static int pipe_make(void)
{
	int fds[2];

	return pipe2(fds, O_CLOEXEC);
}

static int socket_make(void)
{
	int fds[2];

	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds);
}

/* Nearly a power of two of descriptors: the table of them has little to spare. */
const struct memory_thing memory_things[] = {
	{ "endpoint", true, 8000, 0, endpoint_begin, endpoint_make },
	{ "channel-64", true, 8000, FEW_SLOTS * SLOT_SIZE, NULL, channel_make },
	{ "channel-65536", true, 16, MANY_SLOTS * SLOT_SIZE, NULL, slots_make },
	{ "pipe", false, 4000, 0, NULL, pipe_make },
	{ "socketpair", false, 4000, 0, NULL, socket_make },
};

const unsigned int memory_things_count = sizeof(memory_things) / sizeof(memory_things[0]);
