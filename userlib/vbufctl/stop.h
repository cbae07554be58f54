/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ending on SIGINT, SIGTERM or SIGHUP without leaving work half done: system
 * calls fail with EINTR, and the program looks at stop_requested(). And ending as if
 * something were written, where it is seen before that nobody can read it any more.
 */
#ifndef VBUFCTL_STOP_H
#define VBUFCTL_STOP_H

#include <stdbool.h>

void stop_prepare(void);
bool stop_requested(void);
void stop_finish(void);
int stop_unread(void);

#endif /* VBUFCTL_STOP_H */
