// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends a file's lines, each without its newline as one message. A last line
 * may do without the newline. A line too long for a slot ends it: nothing is
 * cut off, and nothing left out.
 */
#include "feed.h"

#include "report.h"

#include <string.h>

struct lines {
	unsigned long long before;	/* lines that were taken */
	size_t used;			/* bytes of the buffer: a line unfinished */
};

/*
 * Counts on to the end of the line, but no further than a slot can be long:
 * the line may have no end.
 */
static size_t measure_line(struct feed *feed, size_t length)
{
	ssize_t n;

	while (length <= VBUF_MAX_SLOT_SIZE && (n = feed_read(feed, 0)) > 0) {
		char *newline = memchr(feed->buffer, '\n', n);

		if (newline)
			return length + (newline - feed->buffer);
		length += n;
	}
	return length;
}

static void report_line(const struct feed *feed, unsigned long long number,
			size_t length)
{
	if (length > VBUF_MAX_SLOT_SIZE) {
		report("%s: line %llu has more than %u bytes, which is more than any slot holds",
		       feed->input_name, number, VBUF_MAX_SLOT_SIZE);
		report("the lines before it were sent; use --raw for what has no lines");
		return;
	}
	report("%s: line %llu has %zu bytes, a slot of %s holds %u",
	       feed->input_name, number, length, feed->channel_name,
	       feed->slot_size);
	report("the lines before it were sent; for it make the channel with --slot-size %zu",
	       length);
}

static int refuse_line(struct feed *feed, unsigned long long number, size_t length)
{
	/* The lines before it are good. */
	if (feed_flush(feed))
		return -1;
	report_line(feed, number, length);
	return -1;
}

static int take_line(struct feed *feed, struct lines *lines, const char *line,
		     size_t length)
{
	if (length > feed->slot_size)
		return refuse_line(feed, lines->before + 1, length);
	lines->before++;
	return feed_add(feed, line, length);
}

/* Sends the whole lines, of which @fresh bytes may have newlines. */
static int take_lines(struct feed *feed, struct lines *lines, size_t fresh)
{
	char *line = feed->buffer;
	char *end = line + lines->used;
	char *newline = memchr(end - fresh, '\n', fresh);

	while (newline) {
		if (take_line(feed, lines, line, newline - line))
			return -1;
		line = newline + 1;
		newline = memchr(line, '\n', end - line);
	}
	if (feed_flush(feed))
		return -1;
	lines->used = end - line;
	/* A long line comes by many reads, and is to be moved by none. */
	if (line != feed->buffer)
		memmove(feed->buffer, line, lines->used);
	return 0;
}

/* Return: 0, or -1 after saying why. */
int feed_lines(struct feed *feed)
{
	struct lines lines = { .before = 0 };
	ssize_t n;

	while ((n = feed_read(feed, lines.used)) > 0) {
		lines.used += n;
		if (take_lines(feed, &lines, n))
			return -1;
		if (lines.used > feed->slot_size)
			return refuse_line(feed, lines.before + 1,
					   measure_line(feed, lines.used));
	}
	if (n < 0 || !lines.used)
		return n;
	if (take_line(feed, &lines, feed->buffer, lines.used))
		return -1;
	return feed_flush(feed);
}
