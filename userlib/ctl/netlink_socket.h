/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets of generic netlink, and what comes to them. */
#ifndef _VBUF_CTL_NETLINK_SOCKET_H
#define _VBUF_CTL_NETLINK_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

int vbuf_netlink_socket_open(void);
void vbuf_netlink_socket_widen(int fd);
ssize_t vbuf_netlink_socket_receive(int fd, void *bytes, size_t size,
				    bool *kernel);
int vbuf_netlink_socket_drain(int fd);

#endif /* _VBUF_CTL_NETLINK_SOCKET_H */
