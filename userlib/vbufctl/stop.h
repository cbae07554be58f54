/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ending on SIGINT, SIGTERM or SIGHUP without leaving work half done: system
 * calls fail with EINTR, and the program looks at stop_requested().
 */
#ifndef VBUFCTL_STOP_H
#define VBUFCTL_STOP_H

#include <stdbool.h>

void stop_prepare(void);
bool stop_requested(void);
void stop_finish(void);

#endif /* VBUFCTL_STOP_H */
