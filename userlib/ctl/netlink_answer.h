/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages of the kernel's, taken apart; for the files that know libnl, whose names
 * begin with netlink.
 */
#ifndef _VBUF_CTL_NETLINK_ANSWER_H
#define _VBUF_CTL_NETLINK_ANSWER_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vbuf_netlink.h>

/* Types of attributes that are looked at: those of the largest set. */
#define VBUF_NETLINK_TYPES (VBUF_A_CHANNEL_MAX + 1)
_Static_assert(VBUF_NETLINK_TYPES > (int)VBUF_A_ENDPOINT_MAX &&
	       VBUF_NETLINK_TYPES > (int)VBUF_A_LIMIT_MAX &&
	       VBUF_NETLINK_TYPES > (int)VBUF_A_EVENT_MAX &&
	       VBUF_NETLINK_TYPES > (int)VBUF_A_THREAD_MAX &&
	       VBUF_NETLINK_TYPES > (int)VBUF_A_WAITS_MAX &&
	       VBUF_NETLINK_TYPES > (int)CTRL_ATTR_FAMILY_ID,
	       "no room for all");

/**
 * struct vbuf_netlink_answer - the attributes of a message, or of a nest in one
 * @attrs: by type; of several of one type the last
 * @first: all of them, as they follow one another
 * @length: bytes of these
 */
struct vbuf_netlink_answer {
	struct nlattr *attrs[VBUF_NETLINK_TYPES];
	const struct nlattr *first;
	int length;
};

int vbuf_netlink_parse(struct nlmsghdr *message,
		       struct vbuf_netlink_answer *answer);

#endif /* _VBUF_CTL_NETLINK_ANSWER_H */
