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

/* Return: 1 after one read, 0 at the end, -1 after saying why. */
int feed_raw_once(struct feed *feed)
{
	ssize_t n;

	/* So that a file is cut into whole slots up to its end. */
	feed->size -= feed->size % feed->slot_size;
	n = feed_read(feed, 0);
	if (n <= 0)
		return n;
	return send_pieces(feed, n) ? -1 : 1;
}

/* Return: 0, or -1 after saying why. */
int feed_raw(struct feed *feed)
{
	int ret;

	do {
		ret = feed_raw_once(feed);
	} while (ret > 0);
	return ret;
}
