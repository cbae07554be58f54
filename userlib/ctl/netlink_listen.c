// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Hears what the kernel tells without being asked.
 *
 * libnl makes one number of ENOMEM and of ENOBUFS, which says that something was
 * lost. So packets are read without it.
 */
#include <errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <pthread.h>

#include "netlink.h"
#include "netlink_answer.h"
#include "netlink_socket.h"

/**
 * vbuf_netlink_listen - subscribe a handle to what the kernel tells
 * @ctl: the handle, which is for that and nothing else from now on
 * @subscription: the command that subscribes
 *
 * What comes before it is done may be lost.
 *
 * Return: 0, or -1 and errno.
 */
int vbuf_netlink_listen(struct vbuf_ctl *ctl, uint8_t subscription)
{
	const struct vbuf_netlink_command command = { .command = subscription };

	vbuf_netlink_socket_widen(vbuf_netlink_fd(ctl));
	return vbuf_netlink_do(ctl, &command);
}

/*
 * That something was lost is told once. What came before is thrown away, so that
 * it is not heard after the answer to what is asked from now on.
 *
 * Return: 0, or -1 and errno.
 */
static int fail(struct vbuf_netlink_listener *listener, int fd, int error)
{
	if (error == EAGAIN && !listener->gone)
		return 0;
	if (error == ENOBUFS && vbuf_netlink_socket_drain(fd) == ENODEV) {
		listener->gone = true;
		error = ENODEV;
	}
	errno = error == EAGAIN ? ENODEV : error;
	return -1;
}

/*
 * The kernel tells that the family has gone before what it told until then, so
 * that is read still.
 *
 * Return: 1 if there is another packet, 0 if not, or -1 and errno.
 */
static int read_packet(struct vbuf_netlink_listener *listener, int fd)
{
	size_t size = sizeof(listener->packet);
	bool kernel = false;
	ssize_t length;

	do {
		length = vbuf_netlink_socket_receive(fd, listener->packet, size,
						     &kernel);
		if (length < 0 && errno == ENODEV)
			listener->gone = true;
		else if (length < 0)
			return fail(listener, fd, errno);
	} while (length < 0 || !kernel);
	if ((size_t)length > size) {
		errno = EPROTO;
		return -1;
	}
	listener->next = 0;
	listener->length = length;
	return 1;
}

/* Return: 1 if there is another message, 0 if not, or -1 and errno. */
static int find_message(struct vbuf_netlink_listener *listener, int fd,
			struct nlmsghdr **message)
{
	char *packet = (char *)listener->packet;
	struct nlmsghdr *found;
	int ret;

	if (listener->next >= listener->length) {
		ret = read_packet(listener, fd);
		if (ret <= 0)
			return ret;
	}
	found = (struct nlmsghdr *)(packet + listener->next);
	if (!nlmsg_ok(found, listener->length - listener->next)) {
		listener->next = listener->length;
		errno = EPROTO;
		return -1;
	}
	listener->next += NLMSG_ALIGN(found->nlmsg_len);
	*message = found;
	return 1;
}

/* Return: 1 if it is what is listened for, 0 if not, or -1 and errno. */
static int take_message(const struct vbuf_netlink_listener *listener,
			uint16_t family, struct nlmsghdr *message)
{
	const struct genlmsghdr *header = nlmsg_data(message);
	struct vbuf_netlink_answer answer;

	if (message->nlmsg_type != family)
		return 0;
	if (vbuf_netlink_parse(message, &answer))
		return -1;
	if (header->cmd != listener->command)
		return 0;
	return listener->take(&answer, listener->data) ? -1 : 1;
}

static int hear(const struct vbuf_ctl *ctl,
		struct vbuf_netlink_listener *listener)
{
	int fd = vbuf_netlink_fd(ctl);
	struct nlmsghdr *message;
	int ret;

	do {
		ret = find_message(listener, fd, &message);
		if (ret <= 0)
			return ret;
		ret = take_message(listener, ctl->family, message);
	} while (!ret);
	return ret;
}

/**
 * vbuf_netlink_hear - take the next message of those listened for, if there is one
 * @ctl: a handle that was subscribed
 * @listener: what to take, and with what
 *
 * Others are passed over, as is what other processes sent. Does not block.
 *
 * Return: 1; 0 if there is none now; or -1 and errno:
 *
 * * %ENOBUFS: some are lost; those that were there have been thrown away
 * * %ENODEV: the family has gone, for good as far as this handle is concerned
 * * %EPROTO: this one makes no sense, or @take says so; the next may
 */
int vbuf_netlink_hear(const struct vbuf_ctl *ctl,
		      struct vbuf_netlink_listener *listener)
{
	int cancel, ret;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	ret = hear(ctl, listener);
	pthread_setcancelstate(cancel, NULL);
	return ret;
}
