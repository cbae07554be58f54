/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs about libvbuf-ctl have in common. */
#ifndef _VBUF_TEST_CTL_H
#define _VBUF_TEST_CTL_H

#include <vbuf-ctl.h>

#include "fake_netlink.h"

/* A handle of that kernel's; if there is none, the program ends. */
struct vbuf_ctl *ctl_open_with(fake_kernel *kernel);

/* Kernels: one that says nothing at all, and one that says that it is done. */
void ctl_silent(const struct nlmsghdr *command);
void ctl_no_answer(const struct nlmsghdr *command);

/* One that refuses whatever it is asked. */
void ctl_refusing(const struct nlmsghdr *command);
extern int ctl_refused_with, ctl_refused_capped;
extern const char *ctl_refused_text;

/* The errno that the library makes of the kernel's. */
int ctl_told_as(int error);

/* One that has the channels 1 to 300, and tells them in three packets. */
void ctl_many(const struct nlmsghdr *command);

/* A channel of a dump. */
void ctl_put_id(const struct nlmsghdr *command, uint64_t id, int flags);

/* The list is of so many channels from that id on. */
void ctl_list_is_whole(struct vbuf_ctl *ctl, uint64_t first, int number);

/* How many descriptors are open. */
int ctl_descriptors(void);

#endif /* _VBUF_TEST_CTL_H */
