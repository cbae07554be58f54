// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes messages to be written from where they stand, one at a time. One that
 * was written is given back by the call that takes the next.
 *
 * It calls the kernel by itself, for vbuf_acquire() does not tell how often a
 * message was delivered.
 */
#include "intake.h"

#include "stop.h"

#include <errno.h>
#include <sys/ioctl.h>

static int acquire(struct intake *intake, unsigned int flags)
{
	struct vbuf_acquire arg = { .size = sizeof(arg), .flags = flags };

	if (ioctl(intake->channel, VBUF_IOC_ACQUIRE, &arg))
		return -1;
	intake->msgs[0] = arg.msg;
	return 0;
}

/* Without a next one the message's address is 0: acquire() then tells why. */
static int give_back_and_acquire(struct intake *intake, unsigned int flags)
{
	struct vbuf_release arg = {
		.size = sizeof(arg),
		.flags = VBUF_NEXT | flags,
		.cookie = intake->msgs[0].cookie,
	};

	if (ioctl(intake->channel, VBUF_IOC_RELEASE, &arg))
		return -1;
	intake->written = false;
	intake->msgs[0] = arg.next;
	return 0;
}

/* As intake_take(), but for what is not an error. */
int intake_move_take(struct intake *intake)
{
	unsigned int flags = intake->max_deliveries ? VBUF_INFO : 0;
	struct vbuf_msg *msg = &intake->msgs[0];

	msg->buf = 0;
	if (intake->written && give_back_and_acquire(intake, flags))
		return -1;
	while (!msg->buf) {
		if (stop_requested()) {
			errno = EINTR;
			return -1;
		}
		if (acquire(intake, flags) && errno != EINTR)
			return -1;
	}
	return 1;
}
