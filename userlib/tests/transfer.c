// SPDX-License-Identifier: GPL-2.0
/* Single messages: what the kernel is told, and what the caller is. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <vbuf.h>

#include "fake_device.h"
#include "tap.h"

#define FLAGS (VBUF_DONTWAIT | VBUF_HOLD | 0x80000000U)

static char message[100];

static bool told(unsigned long command, __u64 deadline_ns)
{
	struct vbuf_xfer wanted = {
		.size = sizeof(wanted),
		.flags = FLAGS,
		.buf = (uintptr_t)message,
		.len = 100,
		.deadline_ns = deadline_ns,
	};

	return fake_ioctl_count == 1 && fake_ioctls[0].fd == 33 &&
	       fake_argument_is(0, command, &wanted, sizeof(wanted));
}

static void sends(void)
{
	fake_reset();
	EXPECT(vbuf_send(33, message, 100, FLAGS) == 100);
	EXPECT(told(VBUF_IOC_SEND, 0));
	fake_reset();
	EXPECT(vbuf_send(33, NULL, 0, 0) == 0);
}

static void receives(void)
{
	fake_reset();
	fake_ioctl_returns(42);
	EXPECT(vbuf_recv(33, message, 100, FLAGS) == 42);
	EXPECT(told(VBUF_IOC_RECV, 0));
	fake_reset();
	EXPECT(vbuf_recv(33, message, 100, 0) == 0);
}

static void until(void)
{
	struct timespec deadline = { 3, 5 };

	fake_reset();
	EXPECT(vbuf_timedsend(33, message, 100, FLAGS, &deadline) == 100);
	EXPECT(told(VBUF_IOC_SEND, 3000000005));
	fake_reset();
	fake_ioctl_returns(42);
	EXPECT(vbuf_timedrecv(33, message, 100, FLAGS, &deadline) == 42);
	EXPECT(told(VBUF_IOC_RECV, 3000000005));
}

static void no_deadline(void)
{
	fake_reset();
	EXPECT(vbuf_timedsend(33, message, 100, FLAGS, NULL) == 100);
	EXPECT(told(VBUF_IOC_SEND, 0));
	fake_reset();
	EXPECT(vbuf_timedrecv(33, message, 100, FLAGS, NULL) == 0);
	EXPECT(told(VBUF_IOC_RECV, 0));
}

static void bad_deadline(void)
{
	struct timespec deadline = { 0, 1000000000 };

	fake_reset();
	EXPECT(vbuf_timedsend(33, message, 100, 0, &deadline) == -1);
	EXPECT(errno == EINVAL);
	errno = 0;
	EXPECT(vbuf_timedrecv(33, message, 100, 0, &deadline) == -1);
	EXPECT(errno == EINVAL);
	EXPECT(fake_ioctl_count == 0);
}

static void fails(void)
{
	fake_reset();
	for (int i = 0; i < 4; i++)
		fake_ioctl_fails(i, EPIPE + i);
	EXPECT(vbuf_send(33, message, 100, 0) == -1 && errno == EPIPE);
	EXPECT(vbuf_recv(33, message, 100, 0) == -1 && errno == EPIPE + 1);
	EXPECT(vbuf_timedsend(33, message, 100, 0, NULL) == -1 &&
	       errno == EPIPE + 2);
	EXPECT(vbuf_timedrecv(33, message, 100, 0, NULL) == -1 &&
	       errno == EPIPE + 3);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "vbuf_send hands all on and returns the length", sends },
		{ "vbuf_recv returns the kernel's length", receives },
		{ "the timed calls hand the deadline on", until },
		{ "without a deadline they tell none", no_deadline },
		{ "a bad deadline is EINVAL, and nothing is sent",
		  bad_deadline },
		{ "errors are -1 and the kernel's errno", fails },
	};

	return TAP_RUN(cases);
}
