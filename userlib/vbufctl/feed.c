// SPDX-License-Identifier: GPL-2.0-only
/* Reads a file by large pieces, and sends messages by large vectors. */
#include "feed.h"

#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* What one read may bring: enough that the calls cost little beside the copy. */
#define READ_SIZE (1 << 20)

/* Room for the longest line but for its newline, and a read after it. */
int feed_init(struct feed *feed)
{
	feed->size = feed->slot_size + (size_t)READ_SIZE;
	feed->buffer = malloc(feed->size);
	feed->batch = calloc(VBUF_MAX_VECTOR, sizeof(*feed->batch));
	if (feed->buffer && feed->batch)
		return 0;
	report_no_memory();
	return -1;
}

void feed_deinit(struct feed *feed)
{
	free(feed->buffer);
	free(feed->batch);
}

/**
 * feed_read - read on
 * @feed: the feed
 * @used: bytes of the buffer that are in use already; fewer than its size
 *
 * Takes what is there now, so that what comes slowly goes on at once.
 *
 * Return: how many bytes came after those, 0 at the end, -1 after saying why.
 */
ssize_t feed_read(struct feed *feed, size_t used)
{
	ssize_t n;

	do {
		n = read(feed->input, feed->buffer + used, feed->size - used);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		feed_unread(feed);
	return n;
}

/* Says, by errno, why no more can be read. */
void feed_unread(const struct feed *feed)
{
	report("%s: %m; %llu messages were sent before", feed->input_name,
	       feed->sent);
}

/* Says why no more can be sent. */
void feed_unsent(struct feed *feed, int error)
{
	if (error != EPIPE) {
		report_channel(feed->channel_name, error);
		return;
	}
	feed->broken = true;
	report("%s: there is no receiver any more; %llu messages were sent, the rest was not",
	       feed->channel_name, feed->sent);
}

/* Sends the batch. Return: 0, or -1 after saying why. */
int feed_flush(struct feed *feed)
{
	unsigned int done = 0;

	while (done < feed->count) {
		int n = vbuf_sendv(feed->channel, feed->batch + done,
				   feed->count - done, 0, NULL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			feed_unsent(feed, errno);
			return -1;
		}
		done += n;
		feed->sent += n;
	}
	feed->count = 0;
	return 0;
}

/* Adds a message, which stays in the buffer until the batch is sent. */
int feed_add(struct feed *feed, const char *message, size_t length)
{
	struct vbuf_msg *msg = &feed->batch[feed->count++];

	msg->buf = (uintptr_t)message;
	msg->len = length;
	return feed->count == VBUF_MAX_VECTOR ? feed_flush(feed) : 0;
}
