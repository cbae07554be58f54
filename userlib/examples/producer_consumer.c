// SPDX-License-Identifier: GPL-2.0
/*
 * A producer and a consumer, each a process of its own, and between them a
 * channel that holds 4 messages. The producer is the faster one: it sleeps in
 * vbuf_send() while the channel is full. When it is done it ends, and the
 * consumer learns that from vbuf_recv().
 *
 *	cc producer_consumer.c $(pkg-config --cflags --libs libvbuf)
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vbuf.h>

#define LINES 1000

static int produce(int fd)
{
	char line[64];

	for (int i = 1; i <= LINES; i++) {
		int len = snprintf(line, sizeof(line), "line %d", i);

		if (vbuf_send(fd, line, len, 0) < 0)
			err(1, "vbuf_send");
	}
	return 0;
}

static int consume(int fd)
{
	char line[64], expected[64];
	int lines = 0;
	ssize_t len;

	while ((len = vbuf_recv(fd, line, sizeof(line), 0)) >= 0) {
		int want = snprintf(expected, sizeof(expected), "line %d",
				    ++lines);

		if (len != want || memcmp(line, expected, len))
			errx(1, "got '%.*s', not '%s'", (int)len, line,
			     expected);
	}
	if (errno != EPIPE)	/* which says that the last sender has gone */
		err(1, "vbuf_recv");
	printf("received %d of %d lines, in order\n", lines, LINES);
	return lines != LINES;
}

int main(void)
{
	struct vbuf_attr attr = { .slots = 4, .slot_size = 64 };
	int fds[2], status;
	pid_t producer;

	if (vbuf_pair(fds, &attr, 0) < 0)
		err(1, "vbuf_pair");
	producer = fork();
	if (producer < 0)
		err(1, "fork");
	if (producer == 0) {
		close(fds[0]);
		return produce(fds[1]);
	}
	close(fds[1]);		/* or the consumer would be a sender too */
	if (consume(fds[0]))
		return 1;
	if (waitpid(producer, &status, 0) < 0)
		err(1, "waitpid");
	return status != 0;
}
