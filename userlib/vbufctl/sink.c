// SPDX-License-Identifier: GPL-2.0-only
/* Writes messages, and knows which of them are out as a whole. */
#include "sink.h"

#include "stop.h"

#include <errno.h>

/* Takes @bytes off the front; returns how many messages are gone with that. */
static unsigned int advance(struct iovec *messages, unsigned int count,
			    size_t bytes)
{
	unsigned int done = 0;

	while (done < count && messages[done].iov_len <= bytes)
		bytes -= messages[done++].iov_len;
	if (done < count) {
		messages[done].iov_base = (char *)messages[done].iov_base + bytes;
		messages[done].iov_len -= bytes;
	}
	return done;
}

/**
 * sink_write - write messages one after another
 * @fd: where to
 * @messages: the messages, at most IOV_MAX; are changed
 * @count: how many
 *
 * Return: how many were written as a whole; if that is not @count, errno says
 * why, which is EINTR when the program is to stop.
 */
unsigned int sink_write(int fd, struct iovec *messages, unsigned int count)
{
	unsigned int done = 0;
	ssize_t n;

	while (done < count) {
		n = writev(fd, messages + done, count - done);
		if (n < 0 && errno == EINTR && !stop_requested())
			continue;
		if (n < 0)
			break;
		done += advance(messages + done, count - done, n);
	}
	return done;
}
