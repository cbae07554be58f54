/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_NETLINK_H
#define VBUF_NETLINK_H

/**
 * DOC: The generic netlink family
 *
 * What it tells, and to whom, says the header that user space shares. A command
 * looks by look.c, and puts what it saw into a message with no lock held. Each
 * runs with the credentials of whoever opened the socket, so that all that asks
 * for the caller's asks for the asker's.
 */

int vbuf_netlink_init(void);
void vbuf_netlink_exit(void);

#endif /* VBUF_NETLINK_H */
