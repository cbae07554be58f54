/* SPDX-License-Identifier: GPL-2.0-only */
/* Sends what a file holds: a line a message, or in pieces of the slot's size. */
#ifndef VBUFCTL_FEED_H
#define VBUFCTL_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vbuf.h>

/**
 * struct feed - a file on its way into a channel
 * @input: the file
 * @input_name: what it is called in errors
 * @channel: an endpoint with the right to send
 * @channel_name: what it is called in errors
 * @slot_size: the longest message
 * @move_only: feed_move() may not copy where it cannot move
 * @sent: messages sent so far
 * @broken: the receivers have gone: there is nobody left to wait for
 * @buffer: where the file's bytes pass through
 * @size: bytes of @buffer
 * @batch: messages that go with one call
 * @count: how many of @batch are in use
 */
struct feed {
	int input;
	const char *input_name;
	int channel;
	const char *channel_name;
	uint32_t slot_size;
	bool move_only;
	unsigned long long sent;
	bool broken;
	char *buffer;
	size_t size;
	struct vbuf_msg *batch;
	unsigned int count;
};

int feed_init(struct feed *feed);
void feed_deinit(struct feed *feed);
int feed_lines(struct feed *feed);
int feed_raw(struct feed *feed);
int feed_move(struct feed *feed);
size_t feed_move_longest(const struct feed *feed);

int feed_raw_once(struct feed *feed);
ssize_t feed_read(struct feed *feed, size_t used);
int feed_add(struct feed *feed, const char *message, size_t length);
int feed_flush(struct feed *feed);
void feed_unsent(struct feed *feed, int error);
void feed_unread(const struct feed *feed);

#endif /* VBUFCTL_FEED_H */
