// SPDX-License-Identifier: GPL-2.0
/* The errors that the kernel gives where there is no module, or no endpoint. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vbuf.h>

#include "tap.h"

static struct vbuf_attr attr = { .slots = 1, .slot_size = 1 };

static void missing(void)
{
	int fds[2] = { -7, -8 };

	if (access("/dev/vbuf", F_OK) == 0) {
		tap_skip("this machine has a /dev/vbuf");
		return;
	}
	errno = 0;
	EXPECT(vbuf_create("jobs", &attr, O_RDWR) == -1 && errno == ENODEV);
	errno = 0;
	EXPECT(vbuf_create(NULL, &attr, O_RDWR) == -1 && errno == ENODEV);
	errno = 0;
	EXPECT(vbuf_open("jobs", O_RDWR) == -1 && errno == ENODEV);
	errno = 0;
	EXPECT(vbuf_ensure("jobs", &attr, O_RDWR) == -1 && errno == ENODEV);
	errno = 0;
	EXPECT(vbuf_pair(fds, &attr, 0) == -1 && errno == ENODEV);
	EXPECT(fds[0] == -7 && fds[1] == -8);
	errno = 0;
	EXPECT(vbuf_reopen(0, O_RDWR) == -1 && errno == ENODEV);
	errno = 0;
	EXPECT(vbuf_unlink("jobs") == -1 && errno == ENODEV);
	errno = 0;
	EXPECT(vbuf_trace_open(NULL, 0) == -1 && errno == ENODEV);
}

static void moving_fails(int fd, int error)
{
	char byte = 0;
	void *to_fill = &byte;
	const void *message = &byte;
	size_t len = 7;

	errno = 0;
	EXPECT(vbuf_map(fd) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_unmap(fd) == -1 && errno == error);
	errno = 0;
	EXPECT(!vbuf_reserve(fd, 1, 0, NULL) && errno == error);
	errno = 0;
	EXPECT(vbuf_commit(fd, to_fill, 1) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_commit_next(fd, &to_fill, 1, 1, 0, NULL) == -1 &&
	       errno == error);
	errno = 0;
	EXPECT(vbuf_discard(fd, to_fill) == -1 && errno == error);
	errno = 0;
	EXPECT(!vbuf_acquire(fd, &len, 0, NULL) && errno == error);
	errno = 0;
	EXPECT(vbuf_release(fd, message, 0) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_release_next(fd, &message, &len, 0, NULL) == -1 &&
	       errno == error);
	EXPECT(to_fill == &byte && message == &byte && len == 7);
}

/* Every call on an endpoint, of which all must fail with that error. */
static void all_fail(int fd, int error)
{
	struct vbuf_msg msg = { 0 };
	char byte = 0;

	errno = 0;
	EXPECT(vbuf_getattr(fd, &attr) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_send(fd, &byte, 1, 0) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_recv(fd, &byte, 1, 0) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_timedsend(fd, &byte, 1, 0, NULL) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_timedrecv(fd, &byte, 1, 0, NULL) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_sendv(fd, &msg, 1, 0, NULL) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_recvv(fd, &msg, 1, 0, NULL) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_ack(fd, 0, 0) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_drain(fd, NULL) == -1 && errno == error);
	errno = 0;
	EXPECT(vbuf_shutdown(fd, SHUT_RD) == -1 && errno == error);
	moving_fails(fd, error);
}

static void not_open(void)
{
	all_fail(-1, EBADF);
	all_fail(1023, EBADF);
}

static void another_file(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	all_fail(fd, ENOTTY);
	close(fd);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "without /dev/vbuf every opening is ENODEV", missing },
		{ "a descriptor that is not open is EBADF", not_open },
		{ "a descriptor of another file is ENOTTY", another_file },
	};

	return TAP_RUN(cases);
}
