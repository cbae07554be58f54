// SPDX-License-Identifier: GPL-2.0
/* Stands in for the kernel where libnl sends and receives. */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/vbuf_netlink.h>

#include "fake_netlink.h"

#define PACKETS 64
#define PACKET_SIZE 32768

int fake_commands, fake_family_asked, fake_interruptions;

static fake_kernel *kernel;
static uint16_t family;
static int fails_in, fails_with;
static bool in_packet;

/* Those on their way: each has whole messages. */
static struct packet {
	_Alignas(8) char bytes[PACKET_SIZE];
	size_t length;
	uint32_t port;
} packets[PACKETS];

static int first_packet, next_packet;
static struct nlmsghdr *begun;

static void forget_packets(void)
{
	for (int i = 0; i < next_packet; i++) {
		packets[i].length = 0;
		packets[i].port = 0;
	}
	first_packet = 0;
	next_packet = 0;
}

void fake_netlink_reset(fake_kernel *answers)
{
	kernel = answers;
	family = 30;
	fake_commands = 0;
	fake_family_asked = 0;
	fake_interruptions = 0;
	fails_in = -1;
	in_packet = false;
	forget_packets();
}

void fake_netlink_family(uint16_t number)
{
	family = number;
}

void fake_recvmsg_fails(int call, int error)
{
	fails_in = call;
	fails_with = error;
}

const struct nlattr *fake_attr(const struct nlmsghdr *command, int type)
{
	const char *at = (const char *)command + NLMSG_HDRLEN + GENL_HDRLEN;
	const char *end = (const char *)command + command->nlmsg_len;
	const struct nlattr *attr;

	for (; at < end; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)at;
		if (attr->nla_type == type)
			return attr;
	}
	return NULL;
}

/* Room in the packet that the next message goes to. */
static void *add(size_t size)
{
	struct packet *packet = &packets[next_packet];
	void *room;

	if (next_packet == PACKETS || packet->length + size > PACKET_SIZE)
		abort();
	room = packet->bytes + packet->length;
	packet->length += NLMSG_ALIGN(size);
	return room;
}

static void begin(const struct nlmsghdr *command, int type, int flags)
{
	begun = add(NLMSG_HDRLEN);
	begun->nlmsg_len = NLMSG_HDRLEN;
	begun->nlmsg_type = type;
	begun->nlmsg_flags = flags;
	begun->nlmsg_seq = command->nlmsg_seq;
}

static void append(const void *bytes, size_t size)
{
	if (size)
		memcpy(add(size), bytes, size);
	begun->nlmsg_len += NLMSG_ALIGN(size);
}

void fake_begin(const struct nlmsghdr *command, int flags)
{
	const struct genlmsghdr header = { .version = 1 };

	begin(command, command->nlmsg_type, flags);
	append(&header, sizeof(header));
}

void fake_put(int type, const void *value, size_t size)
{
	const struct nlattr attr = {
		.nla_type = type, .nla_len = NLA_HDRLEN + size,
	};

	append(&attr, sizeof(attr));
	append(value, size);
}

void fake_put_u32(int type, uint32_t value)
{
	fake_put(type, &value, sizeof(value));
}

void fake_put_u64(int type, uint64_t value)
{
	fake_put(type, &value, sizeof(value));
}

void fake_put_string(int type, const char *value)
{
	fake_put(type, value, strlen(value) + 1);
}

void fake_end(void)
{
	if (!in_packet)
		next_packet++;
}

void fake_from_process(uint32_t port)
{
	packets[next_packet - 1].port = port;
}

void fake_packet_begin(void)
{
	in_packet = true;
}

void fake_packet_end(void)
{
	in_packet = false;
	next_packet++;
}

void fake_refuse(const struct nlmsghdr *command, int error, const char *text,
		 int capped)
{
	int status = -error;

	begin(command, NLMSG_ERROR,
	      (text ? NLM_F_ACK_TLVS : 0) | (capped ? NLM_F_CAPPED : 0));
	append(&status, sizeof(status));
	append(command, capped ? NLMSG_HDRLEN : command->nlmsg_len);
	if (text)
		fake_put_string(NLMSGERR_ATTR_MSG, text);
	fake_end();
}

void fake_lie(uint32_t length)
{
	struct nlmsgerr *error = NLMSG_DATA(begun);

	error->msg.nlmsg_len = length;
}

void fake_done(const struct nlmsghdr *command, int error, const char *text)
{
	int status = -error;

	begin(command, NLMSG_DONE, NLM_F_MULTI | (text ? NLM_F_ACK_TLVS : 0));
	append(&status, sizeof(status));
	if (text)
		fake_put_string(NLMSGERR_ATTR_MSG, text);
	fake_end();
}

/* The family "nlctrl", of which nothing else is asked. */
static void answer_family(const struct nlmsghdr *command)
{
	fake_family_asked++;
	if (!kernel) {
		fake_refuse(command, ENOENT, NULL, 0);
		return;
	}
	fake_begin(command, 0);
	fake_put(CTRL_ATTR_FAMILY_ID, &family, sizeof(family));
	fake_end();
	fake_refuse(command, 0, NULL, 1);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	const struct nlmsghdr *command = msg->msg_iov[0].iov_base;

	(void)fd;
	(void)flags;
	if (first_packet == next_packet)
		forget_packets();
	if (command->nlmsg_type == GENL_ID_CTRL) {
		answer_family(command);
		return command->nlmsg_len;
	}
	fake_commands++;
	/* Not a word, as the kernel has none for a family that is not there. */
	if (!kernel || command->nlmsg_type != family)
		fake_refuse(command, ENOENT, NULL, 0);
	else
		kernel(command);
	return command->nlmsg_len;
}

static int take_packet(struct packet **packet)
{
	if (fake_interruptions > 0) {
		fake_interruptions--;
		errno = EINTR;
		return -1;
	}
	if (fails_in >= 0 && !fails_in--) {
		errno = fails_with;
		return -1;
	}
	/* The real one would wait for ever. */
	if (first_packet == next_packet) {
		errno = EAGAIN;
		return -1;
	}
	*packet = &packets[first_packet++];
	return 0;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	struct packet *packet;

	(void)fd;
	(void)flags;
	if (take_packet(&packet))
		return -1;
	from.nl_pid = packet->port;
	memcpy(msg->msg_name, &from, sizeof(from));
	msg->msg_namelen = sizeof(from);
	msg->msg_controllen = 0;
	msg->msg_flags = 0;
	if (msg->msg_iov[0].iov_len < packet->length)
		abort();
	memcpy(msg->msg_iov[0].iov_base, packet->bytes, packet->length);
	return packet->length;
}

ssize_t recv(int fd, void *buf, size_t size, int flags)
{
	struct packet *packet;

	(void)fd;
	(void)flags;
	if (take_packet(&packet))
		return -1;
	if (size > packet->length)
		size = packet->length;
	memcpy(buf, packet->bytes, size);
	return size;
}
