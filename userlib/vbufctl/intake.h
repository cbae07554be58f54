/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages on their way from a channel to standard output. Each stays the
 * channel's until it is written: what cannot be written is put back, and goes
 * again to whoever receives next, unless it was delivered max_deliveries times.
 */
#ifndef VBUFCTL_INTAKE_H
#define VBUFCTL_INTAKE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include <vbuf.h>

/**
 * struct intake - a channel on its way to standard output
 * @channel: an endpoint with the right to receive
 * @channel_name: what it is called in errors
 * @raw: write the bytes alone, no newline after each message
 * @max_deliveries: the channel's, 0 for none
 * @batch: how many messages it takes at a time
 * @msgs: so many messages
 * @pieces: the same, for writing
 * @buffer: room for so many messages and their newlines
 */
struct intake {
	int channel;
	const char *channel_name;
	bool raw;
	unsigned int max_deliveries;
	unsigned int batch;
	struct vbuf_msg *msgs;
	struct iovec *pieces;
	char *buffer;
};

int intake_init(struct intake *intake, const struct vbuf_attr *attr);
void intake_deinit(struct intake *intake);
int intake_take(struct intake *intake, uint64_t at_most);
int intake_write(struct intake *intake, unsigned int count);

#endif /* VBUFCTL_INTAKE_H */
