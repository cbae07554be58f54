/* SPDX-License-Identifier: GPL-2.0 */
/* Control groups for a test: lib/cgroup.c. Any trouble ends the test. */
#ifndef _VBUF_CGROUP_H
#define _VBUF_CGROUP_H

#include "vbuf_test.h"

void cgroup_mount(void);
void cgroup_make(const char *name);
void cgroup_remove(const char *name);
void cgroup_write(const char *name, const char *file, const char *value);
void cgroup_enter(const char *name, pid_t pid);
bool cgroup_says(const char *name, const char *file, const char *line);
void cgroup_freeze(const char *name, bool freeze);
unsigned long cgroup_kernel_bytes(const char *name);

#endif /* _VBUF_CGROUP_H */
