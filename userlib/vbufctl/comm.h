/* SPDX-License-Identifier: GPL-2.0-only */
/* Command names, which processes give themselves. */
#ifndef VBUFCTL_COMM_H
#define VBUFCTL_COMM_H

#include <vbuf-ctl.h>

const char *comm_printable(char room[VBUF_CTL_COMM_SIZE], const char *comm);

#endif /* VBUFCTL_COMM_H */
