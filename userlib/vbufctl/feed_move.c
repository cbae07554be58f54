// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends a file's bytes as they come, read straight into slots. A slot is taken
 * only for what is there to be read: while nothing is, others can use it, and
 * the end of the file never waits for one.
 */
#include "feed.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file cannot be read into a slot: go on by copying. */
#define COPY_INSTEAD (-2)

static bool is_file(int input)
{
	struct stat status;

	return !fstat(input, &status) &&
	       (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode));
}

/* A pipe gives no more at a time than it has room for. */
static size_t piece_size(const struct feed *feed)
{
	int room = fcntl(feed->input, F_GETPIPE_SZ);

	if (room > 0 && (size_t)room < feed->slot_size)
		return room;
	return feed->slot_size;
}

/**
 * feed_move_longest - how long are the pieces that feed_move() would send?
 * @feed: the feed
 *
 * Return: bytes of the longest; 0 if the file is of a kind that feed_raw()
 * reads better: of what comes in messages, those longer than a slot would be
 * cut off.
 */
size_t feed_move_longest(const struct feed *feed)
{
	if (is_file(feed->input) || fcntl(feed->input, F_GETPIPE_SZ) > 0)
		return piece_size(feed);
	return 0;
}

/*
 * Is there certainly something to be read, without waiting? Of a device that
 * cannot tell nothing is certain, and at the end there is nothing.
 */
static bool has_more(int input)
{
	char byte;
	int bytes;

	if (is_file(input))
		return pread(input, &byte, 1, lseek(input, 0, SEEK_CUR)) == 1;
	return !ioctl(input, FIONREAD, &bytes) && bytes > 0;
}

static void wait_for_input(int input)
{
	struct pollfd poll_input = { .fd = input, .events = POLLIN };

	/* Whatever it may fail with, reading tells better. */
	while (poll(&poll_input, 1, -1) < 0 && errno == EINTR)
		;
}

static void *reserve(struct feed *feed, size_t size)
{
	void *slot;

	do {
		slot = vbuf_reserve(feed->channel, size, 0, NULL);
	} while (!slot && errno == EINTR);
	if (!slot)
		feed_unsent(feed, errno);
	return slot;
}

/* Sends the slot; *@slot is then another, if one is sure to be needed, or NULL. */
static int commit(struct feed *feed, void **slot, size_t length, size_t next)
{
	int ret;

	if (has_more(feed->input)) {
		ret = vbuf_commit_next(feed->channel, slot, length, next, 0,
				       NULL);
	} else {
		ret = vbuf_commit(feed->channel, *slot, length);
		if (!ret)
			*slot = NULL;
	}
	if (ret)
		feed_unsent(feed, errno);
	else
		feed->sent++;
	return ret;
}

static int refuse_input(const struct feed *feed)
{
	if (errno != EFAULT) {
		feed_unread(feed);
		return -1;
	}
	if (!feed->move_only)
		return COPY_INSTEAD;
	report("%s: cannot be read straight into a slot: use --copy",
	       feed->input_name);
	return -1;
}

/* As feed_raw_once(), or COPY_INSTEAD. */
static int move_piece(struct feed *feed, void **slot, size_t size)
{
	ssize_t n;

	if (!*slot) {
		wait_for_input(feed->input);
		if (!has_more(feed->input))
			return feed_raw_once(feed);
		*slot = reserve(feed, size);
	}
	if (!*slot)
		return -1;
	do {
		n = read(feed->input, *slot, size);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return refuse_input(feed);
	if (n > 0)
		return commit(feed, slot, n, size) ? -1 : 1;
	return 0;
}

/* What is longer than a slot would be cut off. */
static bool comes_in_messages(int input)
{
	socklen_t size = sizeof(int);
	int type;

	return !getsockopt(input, SOL_SOCKET, SO_TYPE, &type, &size) &&
	       type != SOCK_STREAM;
}

/* Return: 0, or -1 after saying why. */
int feed_move(struct feed *feed)
{
	size_t size = piece_size(feed);
	void *slot = NULL;
	int ret;

	if (comes_in_messages(feed->input)) {
		report("%s: comes in messages, which may be longer than a slot:"
		       " use --copy", feed->input_name);
		return -1;
	}
	do {
		ret = move_piece(feed, &slot, size);
	} while (ret > 0);
	if (slot)
		vbuf_discard(feed->channel, slot);
	return ret == COPY_INSTEAD ? feed_raw(feed) : ret;
}
