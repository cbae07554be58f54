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
 * @move: write from where the messages stand; only with @raw, one at a time
 * @move_only: not even where that cannot be, copy them
 * @written: the message that was taken last is written, and not given back yet
 * @slot_size: the longest message
 * @max_deliveries: the channel's, 0 for none
 * @batch: how many messages it takes at a time
 * @msgs: so many messages
 * @pieces: the same, for writing
 * @buffer: room for so many messages and their newlines; if they are moved, for
 *	one, or NULL as long as none had to be copied
 */
struct intake {
	int channel;
	const char *channel_name;
	bool raw, move, move_only;
	bool written;
	uint32_t slot_size;
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
int intake_finish(struct intake *intake);

int intake_move_take(struct intake *intake);

#endif /* VBUFCTL_INTAKE_H */
