// SPDX-License-Identifier: GPL-2.0-only
/* Sends a file's bytes as they come, in pieces of the slot's size at the most. */
#include "feed.h"

static int send_pieces(struct feed *feed, size_t length)
{
	for (size_t at = 0; at < length; at += feed->slot_size) {
		size_t rest = length - at;

		if (feed_add(feed, feed->buffer + at,
			     rest < feed->slot_size ? rest : feed->slot_size))
			return -1;
	}
	return feed_flush(feed);
}

/* Return: 0, or -1 after saying why. */
int feed_raw(struct feed *feed)
{
	ssize_t n;

	/* So that a file is cut into whole slots up to its end. */
	feed->size -= feed->size % feed->slot_size;
	while ((n = feed_read(feed, 0)) > 0)
		if (send_pieces(feed, n))
			return -1;
	return n;
}
