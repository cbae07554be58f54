// SPDX-License-Identifier: LGPL-2.1-or-later
/* Opens sockets of generic netlink, and reads them without libnl. */
#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink_socket.h"

/* Room for what comes while nobody reads: some thousand events. */
#define ROOM (4 << 20)

/* More packets than that room, and what else a system may give, can hold. */
#define DRAIN_MAX 65536

/**
 * vbuf_netlink_socket_open - open a socket that has a number of its own
 *
 * Not by nl_connect(): of what the system says to that, libnl keeps too little.
 * Being bound to number 0 has the kernel choose one.
 *
 * Return: the descriptor, or -1 and errno.
 */
int vbuf_netlink_socket_open(void)
{
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int error, on = 1;

	if (fd < 0)
		return -1;
	if (!bind(fd, (const struct sockaddr *)&any, sizeof(any)) &&
	    !setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/**
 * vbuf_netlink_socket_widen - give a socket room for more than usual
 * @fd: the socket
 *
 * It does as well with less: who may not have as much gets what the system allows.
 */
void vbuf_netlink_socket_widen(int fd)
{
	int room = ROOM;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
}

/**
 * vbuf_netlink_socket_receive - take the next packet, if there is one
 * @fd: the socket
 * @bytes: where to
 * @size: how much room is there
 * @kernel: out: whether the kernel sent it, and not another process
 *
 * Return: how long it is, which may be more than @size: the rest is lost then;
 * or -1 and errno, %EAGAIN if there is none.
 */
ssize_t vbuf_netlink_socket_receive(int fd, void *bytes, size_t size,
				    bool *kernel)
{
	struct sockaddr_nl from = { .nl_pid = 1 };
	socklen_t length = sizeof(from);
	ssize_t ret;

	do {
		ret = recvfrom(fd, bytes, size, MSG_DONTWAIT | MSG_TRUNC,
			       (struct sockaddr *)&from, &length);
	} while (ret < 0 && errno == EINTR);
	*kernel = length == sizeof(from) && !from.nl_pid;
	return ret;
}

/**
 * vbuf_netlink_socket_drain - throw away what has come
 * @fd: the socket
 *
 * That something more was lost meanwhile makes no difference. Where more comes than
 * is read, it ends when all that was there has gone.
 *
 * Return: %ENODEV if that was told meanwhile; else the errno that ended it, %EAGAIN
 * if nothing is wrong with the socket.
 */
int vbuf_netlink_socket_drain(int fd)
{
	bool gone = false;
	char byte;

	for (int i = 0; i < DRAIN_MAX; i++) {
		if (recv(fd, &byte, 1, MSG_DONTWAIT) >= 0)
			continue;
		if (errno == ENODEV)
			gone = true;
		else if (errno != EINTR && errno != ENOBUFS)
			return gone ? ENODEV : errno;
	}
	return gone ? ENODEV : EAGAIN;
}
