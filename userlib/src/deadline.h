/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deadlines, as the kernel takes them. */
#ifndef _VBUF_DEADLINE_H
#define _VBUF_DEADLINE_H

#include <linux/types.h>
#include <time.h>

int vbuf_deadline_ns(const struct timespec *deadline, __u64 *ns);

#endif /* _VBUF_DEADLINE_H */
