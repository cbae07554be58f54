// SPDX-License-Identifier: GPL-2.0
/* Trace sessions: what the library asks for, and what it gives back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/vbuf_trace.h>
#include <vbuf.h>

#include "fake_device.h"
#include "tap.h"

#define BIT(type)	(1ULL << (type))

static const struct vbuf_trace asked = {
	.size = sizeof(asked),
	.slots = 8,
	.slot_size = 4096,
	.buffer = 1024,
	.types = BIT(VBUF_TRACE_RUN) | BIT(VBUF_TRACE_FAULT),
};

static void hands_on(void)
{
	struct vbuf_trace trace = asked;
	int fd;

	fake_reset();
	fd = vbuf_trace_open(&trace, 0);
	EXPECT(fd >= 0 && fd == fake_opens[0].fd);
	EXPECT(fake_ioctl_count == 1 && fake_ioctls[0].fd == fd);
	EXPECT(fake_argument_is(0, VBUF_IOC_TRACE, &asked, sizeof(asked)));
	EXPECT(!memcmp(&trace, &asked, sizeof(asked)));
	close(fd);
}

/* Which tells what the structure is worth to the kernel, so is not the library's. */
static void size_is_the_callers(void)
{
	struct vbuf_trace trace = asked;

	trace.size = 24;
	fake_reset();
	close(vbuf_trace_open(&trace, 0));
	EXPECT(fake_argument_is(0, VBUF_IOC_TRACE, &trace, sizeof(trace)));
}

static void tells_types(void)
{
	struct vbuf_trace trace = asked, answer = asked;

	answer.types = BIT(VBUF_TRACE_RUN);
	fake_reset();
	fake_ioctl_writes(&answer, sizeof(answer));
	close(vbuf_trace_open(&trace, 0));
	EXPECT(!memcmp(&trace, &answer, sizeof(answer)));
}

static void defaults(void)
{
	struct vbuf_trace all = {
		.size = sizeof(all), .slots = 64, .slot_size = 65536 };
	int type, fd;

	for (type = VBUF_TRACE_LOST; type <= VBUF_TRACE_MAX; type++)
		all.types |= BIT(type);
	fake_reset();
	fd = vbuf_trace_open(NULL, 0);
	EXPECT(fd >= 0);
	EXPECT(fake_argument_is(0, VBUF_IOC_TRACE, &all, sizeof(all)));
	close(fd);
}

static void device_flags(void)
{
	static const int oflags[] = { 0, O_NONBLOCK, O_CLOEXEC,
				      O_NONBLOCK | O_CLOEXEC };
	int fd;

	for (int i = 0; i < 4; i++) {
		fake_reset();
		fd = vbuf_trace_open(NULL, oflags[i]);
		EXPECT(fake_opens[0].flags == (O_RDWR | O_CLOEXEC |
					       (oflags[i] & O_NONBLOCK)));
		EXPECT(fcntl(fd, F_GETFD) == FD_CLOEXEC);
		close(fd);
	}
}

static void bad_oflags(void)
{
	static const int bad[] = { O_WRONLY, O_RDWR, O_ACCMODE, O_CREAT,
				   O_APPEND, O_ASYNC, 0x40000000 };
	struct vbuf_trace trace = asked;

	fake_reset();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		errno = 0;
		EXPECT(vbuf_trace_open(&trace, bad[i]) == -1 &&
		       errno == EINVAL);
	}
	EXPECT(fake_open_count == 0);
}

static void fails(void)
{
	int before = fake_open_descriptors();
	struct vbuf_trace trace = asked;

	fake_reset();
	fake_ioctl_fails(0, EOPNOTSUPP);
	EXPECT(vbuf_trace_open(&trace, 0) == -1 && errno == EOPNOTSUPP);
	EXPECT(!memcmp(&trace, &asked, sizeof(asked)));
	EXPECT(fake_open_descriptors() == before);
	fake_reset();
	fake_open_fails(0, ENOENT);
	EXPECT(vbuf_trace_open(&trace, 0) == -1 && errno == ENODEV);
	EXPECT(fake_ioctl_count == 0);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "vbuf_trace_open hands on what it is given", hands_on },
		{ "its size too", size_is_the_callers },
		{ "and gives back which types there are", tells_types },
		{ "NULL asks for all types, and room for them", defaults },
		{ "a session's file is close-on-exec, O_NONBLOCK if asked",
		  device_flags },
		{ "other oflags are EINVAL", bad_oflags },
		{ "a session that fails leaves no descriptor, but errno",
		  fails },
	};

	return TAP_RUN(cases);
}
