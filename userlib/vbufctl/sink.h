/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes messages, and knows which of them are out as a whole. */
#ifndef VBUFCTL_SINK_H
#define VBUFCTL_SINK_H

#include <sys/uio.h>

unsigned int sink_write(int fd, struct iovec *messages, unsigned int count);

#endif /* VBUFCTL_SINK_H */
