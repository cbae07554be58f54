// SPDX-License-Identifier: GPL-2.0
/* The other calls on an endpoint: attributes, acknowledging, ending. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <vbuf.h>

#include "fake_device.h"
#include "tap.h"

static void attributes(void)
{
	struct vbuf_getattr wanted = { .size = sizeof(wanted) };
	struct vbuf_getattr told = {
		.size = sizeof(told),
		.id = 99,
		.name = "jobs",
		.attr = { VBUF_LOSSY, 2, 3, 0444, 5, 6 },
	};
	struct vbuf_attr attr;

	memset(&attr, 0xcc, sizeof(attr));
	fake_reset();
	fake_ioctl_writes(&told, sizeof(told));
	EXPECT(vbuf_getattr(33, &attr) == 0);
	EXPECT(fake_argument_is(0, VBUF_IOC_GETATTR, &wanted, sizeof(wanted)));
	EXPECT(fake_ioctls[0].fd == 33);
	EXPECT(!memcmp(&attr, &told.attr, sizeof(attr)));
}

static void no_attributes(void)
{
	struct vbuf_attr attr, before;

	memset(&attr, 0xcc, sizeof(attr));
	before = attr;
	fake_reset();
	EXPECT(vbuf_getattr(33, NULL) == -1 && errno == EINVAL);
	EXPECT(fake_ioctl_count == 0);
	fake_ioctl_fails(0, ENOTCONN);
	EXPECT(vbuf_getattr(33, &attr) == -1 && errno == ENOTCONN);
	EXPECT(!memcmp(&attr, &before, sizeof(attr)));
}

static void acknowledges(void)
{
	struct vbuf_release wanted = {
		.size = sizeof(wanted),
		.flags = VBUF_REQUEUE,
		.cookie = 0xfedcba9876543210,
	};

	fake_reset();
	EXPECT(vbuf_ack(33, wanted.cookie, wanted.flags) == 0);
	EXPECT(fake_argument_is(0, VBUF_IOC_RELEASE, &wanted, sizeof(wanted)));
	EXPECT(fake_ioctls[0].fd == 33);
	fake_ioctl_fails(1, EINVAL);
	EXPECT(vbuf_ack(33, 1, 0) == -1 && errno == EINVAL);
}

static void drains(void)
{
	struct vbuf_drain wanted = { .size = sizeof(wanted) };
	struct timespec past = { 0, 0 }, bad = { 0, -1 };

	fake_reset();
	EXPECT(vbuf_drain(33, NULL) == 0);
	EXPECT(fake_argument_is(0, VBUF_IOC_DRAIN, &wanted, sizeof(wanted)));
	EXPECT(fake_ioctls[0].fd == 33);
	wanted.deadline_ns = 1;
	EXPECT(vbuf_drain(33, &past) == 0);
	EXPECT(fake_argument_is(1, VBUF_IOC_DRAIN, &wanted, sizeof(wanted)));
	EXPECT(vbuf_drain(33, &bad) == -1 && errno == EINVAL);
	EXPECT(fake_ioctl_count == 2);
	fake_ioctl_fails(2, ETIMEDOUT);
	EXPECT(vbuf_drain(33, &past) == -1 && errno == ETIMEDOUT);
}

static void shuts_down(void)
{
	static const struct {
		int how;
		unsigned int rights;
	} table[] = {
		{ SHUT_RD, VBUF_RIGHT_RECV },
		{ SHUT_WR, VBUF_RIGHT_SEND },
		{ SHUT_RDWR, VBUF_RIGHT_RECV | VBUF_RIGHT_SEND },
	};

	for (int i = 0; i < 3; i++) {
		struct vbuf_shutdown wanted = {
			.size = sizeof(wanted),
			.rights = table[i].rights,
		};

		fake_reset();
		EXPECT(vbuf_shutdown(33, table[i].how) == 0);
		EXPECT(fake_argument_is(0, VBUF_IOC_SHUTDOWN, &wanted,
					sizeof(wanted)));
		EXPECT(fake_ioctls[0].fd == 33);
	}
}

static void shutdown_fails(void)
{
	fake_reset();
	EXPECT(vbuf_shutdown(33, 3) == -1 && errno == EINVAL);
	errno = 0;
	EXPECT(vbuf_shutdown(33, -1) == -1 && errno == EINVAL);
	EXPECT(fake_ioctl_count == 0);
	fake_ioctl_fails(0, EBADF);
	EXPECT(vbuf_shutdown(33, SHUT_RD) == -1 && errno == EBADF);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "vbuf_getattr tells the kernel's attributes", attributes },
		{ "a failed vbuf_getattr writes nothing", no_attributes },
		{ "vbuf_ack hands cookie and flags on", acknowledges },
		{ "vbuf_drain hands the deadline on", drains },
		{ "vbuf_shutdown hands the rights on", shuts_down },
		{ "another how is EINVAL", shutdown_fails },
	};

	return TAP_RUN(cases);
}
