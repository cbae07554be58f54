// SPDX-License-Identifier: GPL-2.0
/* Stands in for the kernel where libnl sends and receives. */
#include <errno.h>
#include <linux/genetlink.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/vbuf_netlink.h>

#include "fake_netlink.h"
#include "tap.h"

#define PACKETS 64
#define PACKET_SIZE 32768

int fake_commands, fake_family_asked, fake_interruptions;
int fake_room, fake_forced_room, fake_force_fails;

static fake_kernel *kernel;
static uint16_t family;
static bool in_packet;

/* Those on their way; one with an error is no packet. */
static struct packet {
	_Alignas(8) char bytes[PACKET_SIZE];
	size_t length;
	uint32_t port;
	int error;
} packets[PACKETS];

static int first_packet, next_packet;
static struct nlmsghdr *begun;

static void forget_packets(void)
{
	for (int i = 0; i < next_packet; i++) {
		packets[i].length = 0;
		packets[i].port = 0;
		packets[i].error = 0;
	}
	first_packet = 0;
	next_packet = 0;
}

static void make_room(void)
{
	if (first_packet == next_packet)
		forget_packets();
}

void fake_netlink_reset(fake_kernel *answers)
{
	kernel = answers;
	family = 30;
	fake_commands = 0;
	fake_family_asked = 0;
	fake_interruptions = 0;
	fake_room = 0;
	fake_forced_room = 0;
	fake_force_fails = 0;
	in_packet = false;
	forget_packets();
}

void fake_netlink_family(uint16_t number)
{
	family = number;
}

int fake_command(const struct nlmsghdr *command)
{
	const struct genlmsghdr *header = NLMSG_DATA(command);

	return header->cmd;
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

static void take_value(const struct nlmsghdr *command, int type, void *value,
		       size_t size)
{
	const struct nlattr *attr = fake_attr(command, type);

	memset(value, 0, size);
	if (EXPECT(attr && attr->nla_len == NLA_HDRLEN + size))
		memcpy(value, (const char *)attr + NLA_HDRLEN, size);
}

uint32_t fake_attr_u32(const struct nlmsghdr *command, int type)
{
	uint32_t value;

	take_value(command, type, &value, sizeof(value));
	return value;
}

uint64_t fake_attr_u64(const struct nlmsghdr *command, int type)
{
	uint64_t value;

	take_value(command, type, &value, sizeof(value));
	return value;
}

/* "" if there is none. */
const char *fake_attr_string(const struct nlmsghdr *command, int type)
{
	const struct nlattr *attr = fake_attr(command, type);

	return attr ? (const char *)attr + NLA_HDRLEN : "";
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

static void begin(uint32_t seq, int type, int flags)
{
	if (!in_packet)
		make_room();
	begun = add(NLMSG_HDRLEN);
	begun->nlmsg_len = NLMSG_HDRLEN;
	begun->nlmsg_type = type;
	begun->nlmsg_flags = flags;
	begun->nlmsg_seq = seq;
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

	begin(command->nlmsg_seq, command->nlmsg_type, flags);
	append(&header, sizeof(header));
}

void fake_begin_unasked(int command)
{
	const struct genlmsghdr header = { .cmd = command, .version = 1 };

	begin(0, family, 0);
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

void fake_shorten(uint32_t bytes)
{
	begun->nlmsg_len -= bytes;
	packets[next_packet].length -= bytes;
}

size_t fake_take(void *bytes, size_t size)
{
	const struct packet *packet = &packets[first_packet];
	size_t length = packet->length;

	if (fake_waiting() != 1 || length > size)
		abort();
	memcpy(bytes, packet->bytes, length);
	forget_packets();
	return length;
}

void fake_packet(const void *bytes, size_t size)
{
	make_room();
	memcpy(add(size), bytes, size);
	packets[next_packet++].length = size;
}

void fake_error(int error)
{
	make_room();
	if (next_packet == PACKETS)
		abort();
	packets[next_packet++].error = error;
}

int fake_waiting(void)
{
	return next_packet - first_packet;
}

void fake_from_process(uint32_t port)
{
	packets[next_packet - 1].port = port;
}

void fake_packet_begin(void)
{
	make_room();
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

	begin(command->nlmsg_seq, NLMSG_ERROR,
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

	begin(command->nlmsg_seq, NLMSG_DONE,
	      NLM_F_MULTI | (text ? NLM_F_ACK_TLVS : 0));
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
	pthread_testcancel();
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

/* A cancellation point, as the real ones. Return: 0, or -1 and errno. */
static int take_packet(struct packet **packet)
{
	pthread_testcancel();
	if (fake_interruptions > 0) {
		fake_interruptions--;
		errno = EINTR;
		return -1;
	}
	/* The real one would wait for ever. */
	if (first_packet == next_packet) {
		errno = EAGAIN;
		return -1;
	}
	*packet = &packets[first_packet++];
	if ((*packet)->error) {
		errno = (*packet)->error;
		return -1;
	}
	return 0;
}

static void tell_sender(const struct packet *packet, void *address,
			socklen_t *length)
{
	const struct sockaddr_nl from = {
		.nl_family = AF_NETLINK, .nl_pid = packet->port,
	};

	if (*length < sizeof(from))
		abort();
	memcpy(address, &from, sizeof(from));
	*length = sizeof(from);
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct packet *packet;

	(void)fd;
	(void)flags;
	if (take_packet(&packet))
		return -1;
	tell_sender(packet, msg->msg_name, &msg->msg_namelen);
	msg->msg_controllen = 0;
	msg->msg_flags = 0;
	if (msg->msg_iov[0].iov_len < packet->length)
		abort();
	memcpy(msg->msg_iov[0].iov_base, packet->bytes, packet->length);
	return packet->length;
}

ssize_t recvfrom(int fd, void *buf, size_t size, int flags,
		 struct sockaddr *address, socklen_t *length)
{
	struct packet *packet;

	(void)fd;
	if (!(flags & MSG_DONTWAIT))
		abort();
	if (take_packet(&packet))
		return -1;
	tell_sender(packet, address, length);
	if (size > packet->length)
		size = packet->length;
	memcpy(buf, packet->bytes, size);
	return flags & MSG_TRUNC ? packet->length : size;
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

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	if (level == SOL_SOCKET && name == SO_RCVBUF)
		fake_room = *(const int *)value;
	if (level == SOL_SOCKET && name == SO_RCVBUFFORCE) {
		if (fake_force_fails) {
			errno = fake_force_fails;
			return -1;
		}
		fake_forced_room = *(const int *)value;
		return 0;
	}
	return syscall(SYS_setsockopt, fd, level, name, value, size);
}
