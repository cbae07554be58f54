// SPDX-License-Identifier: GPL-2.0
/* Vectors: what the kernel is told, and what the caller is. */
#include <errno.h>
#include <stdint.h>

#include <vbuf.h>

#include "fake_device.h"
#include "tap.h"

typedef int call(int fd, struct vbuf_msg *msgs, unsigned int n,
		 unsigned int flags, const struct timespec *deadline);

static struct vbuf_msg msgs[3];

static const struct {
	call *call;
	unsigned long command;
} calls[] = {
	{ vbuf_sendv, VBUF_IOC_SENDV },
	{ vbuf_recvv, VBUF_IOC_RECVV },
};

static void handed_on(const struct timespec *deadline, __u64 deadline_ns)
{
	struct vbuf_vector wanted = {
		.size = sizeof(wanted),
		.flags = VBUF_HOLD | VBUF_INFO,
		.msgs = (uintptr_t)msgs,
		.count = 3,
		.msg_size = sizeof(struct vbuf_msg),
		.deadline_ns = deadline_ns,
	};

	for (int i = 0; i < 2; i++) {
		fake_reset();
		fake_ioctl_returns(2);
		EXPECT(calls[i].call(33, msgs, 3, wanted.flags, deadline) == 2);
		EXPECT(fake_ioctl_count == 1 && fake_ioctls[0].fd == 33);
		EXPECT(fake_argument_is(0, calls[i].command, &wanted,
					sizeof(wanted)));
	}
}

static void no_deadline(void)
{
	handed_on(NULL, 0);
}

static void until(void)
{
	struct timespec deadline = { 3, 5 }, past = { 0, 0 };

	handed_on(&deadline, 3000000005);
	handed_on(&past, 1);
}

static void bad_deadline(void)
{
	struct timespec deadline = { -1, 0 };

	fake_reset();
	for (int i = 0; i < 2; i++) {
		errno = 0;
		EXPECT(calls[i].call(33, msgs, 3, 0, &deadline) == -1);
		EXPECT(errno == EINVAL);
	}
	EXPECT(fake_ioctl_count == 0);
}

static void fails(void)
{
	for (int i = 0; i < 2; i++) {
		fake_reset();
		fake_ioctl_fails(0, EMSGSIZE);
		EXPECT(calls[i].call(33, msgs, 3, 0, NULL) == -1);
		EXPECT(errno == EMSGSIZE);
	}
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "all is handed on, and the count comes back", no_deadline },
		{ "the deadline is handed on, the zero time too", until },
		{ "a bad deadline is EINVAL, and nothing is done",
		  bad_deadline },
		{ "errors are -1 and the kernel's errno", fails },
	};

	return TAP_RUN(cases);
}
