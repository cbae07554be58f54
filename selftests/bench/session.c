// SPDX-License-Identifier: GPL-2.0
/* Opens a trace session, and counts what it tells. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/vbuf_trace.h>
#include <vbuf.h>

#include "session.h"

#define SESSION_SLOT 65536
/* Records come all at once when the reader has its turn: none is to be lost. */
#define SESSION_SLOTS 64
#define SESSION_BUFFER 32768
/* So long, and longer, a record waits in its processor's buffer. */
#define SESSION_LATE_US 100000

static struct {
	int fd;
	pthread_t reader;
	const struct worker *worker;
	struct session_count count;
} open_one = { .fd = -1 };

const char *session_name(enum session session)
{
	static const char *const names[] = { "none", "accounts", "records" };

	return names[session];
}

static void count_message(const char *message)
{
	const struct vbuf_trace_header *header = (const void *)message;
	const char *at = message + sizeof(*header);
	/* The worker, another process, writes its times before it goes on. */
	uint64_t start = __atomic_load_n(&open_one.worker->start, __ATOMIC_ACQUIRE);
	uint64_t end = __atomic_load_n(&open_one.worker->end, __ATOMIC_ACQUIRE);
	uint32_t i;

	if (!start)
		return;
	if (!end)
		end = UINT64_MAX;
	for (i = 0; i < header->count; i++, at += header->record_size) {
		const struct vbuf_trace_record *record = (const void *)at;

		if (record->time_ns < start || record->time_ns > end)
			continue;
		if (record->type == VBUF_TRACE_LOST)
			open_one.count.lost += record->count;
		else
			open_one.count.records++;
	}
}

static void *read_all(void *buffer)
{
	while (vbuf_recv(open_one.fd, buffer, SESSION_SLOT, 0) >= 0)
		count_message(buffer);
	free(buffer);
	return NULL;
}

static int session_fd(enum session session)
{
	struct vbuf_trace trace = {
		.size = sizeof(trace),
		.slots = SESSION_SLOTS,
		.slot_size = SESSION_SLOT,
		.buffer = SESSION_BUFFER,
		.types = session == SESSION_RECORDS ? (2ULL << VBUF_TRACE_MAX) - 2 : 0,
	};
	int fd = open("/dev/vbuf", O_RDWR | O_CLOEXEC);

	if (fd < 0 || !ioctl(fd, VBUF_IOC_TRACE, &trace))
		return fd;
	close(fd);
	return -1;
}

/* Before the crew's workers are there, so that all they do is told. */
int session_open(enum session session, const struct crew *crew)
{
	void *buffer;

	if (session == SESSION_NONE)
		return 0;
	buffer = malloc(SESSION_SLOT);
	open_one.fd = buffer ? session_fd(session) : -1;
	if (open_one.fd < 0) {
		perror("bench: a trace session");
		free(buffer);
		return -1;
	}
	open_one.worker = &crew->workers[0];
	open_one.count = (struct session_count){ 0 };
	errno = pthread_create(&open_one.reader, NULL, read_all, buffer);
	return errno ? -1 : 0;
}

/* Once the crew is no more, but before its memory is not. */
void session_close(struct session_count *count)
{
	if (open_one.fd < 0)
		return;
	usleep(SESSION_LATE_US);
	vbuf_shutdown(open_one.fd, SHUT_RD);
	pthread_join(open_one.reader, NULL);
	close(open_one.fd);
	open_one.fd = -1;
	*count = open_one.count;
}
