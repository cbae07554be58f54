// SPDX-License-Identifier: GPL-2.0
/*
 * Random netlink messages, good, bad, and cut off, several in a datagram, read or
 * not: the family answers those that are good afterwards as before, and nothing
 * has changed. STORM_SEED does the same once more.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "storm.h"

#include <sys/socket.h>

#define DATAGRAMS	3000U
#define PER_SOCKET	40U
#define ROOM		4096U
#define CHANNELS	40U

struct writer {
	__u64 rnd;
	__u64 id;		/* of a channel that there is */
	bool reads_alone;	/* commands that change nothing */
	char bytes[ROOM] __attribute__((aligned(NLMSG_ALIGNTO)));
	unsigned int len;
};

static __u32 any(struct writer *writer, __u32 n)
{
	return storm_below(&writer->rnd, n);
}

static bool one_in(struct writer *writer, __u32 n)
{
	return !any(writer, n);
}

static void write_bytes(struct writer *writer, const void *bytes, unsigned int len)
{
	if (len > ROOM - writer->len)
		len = ROOM - writer->len;
	memcpy(writer->bytes + writer->len, bytes, len);
	writer->len += len;
}

/* Numbers at all edges, ids that there are, names, and noise. */
static unsigned int any_data(struct writer *writer, __u8 data[128])
{
	static const __u64 numbers[] = {
		0, 1, 2, 63, 64, 0x7fffffff, 0x80000000, 0xffffffff,
		1ULL << 32, 1ULL << 63, ~0ULL };
	static const char * const names[] = {
		"", "a", "hostile", "a/b", "..", "%s%n", "\xff\xfe", "a b" };
	const char *name = names[any(writer, ARRAY_SIZE(names))];
	__u64 number = numbers[any(writer, ARRAY_SIZE(numbers))];
	unsigned int i;

	switch (any(writer, 4)) {
	case 0:
		number = one_in(writer, 2) ? writer->id : number;
		memcpy(data, &number, sizeof(number));
		return one_in(writer, 2) ? 8 : 4;
	case 1:
		memcpy(data, name, strlen(name) + 1);
		return strlen(name) + !one_in(writer, 4);
	case 2:
		return 0;
	}
	for (i = 0; i < 128; i++)
		data[i] = any(writer, 256);
	return any(writer, 129);
}

static __u16 any_type(struct writer *writer)
{
	__u16 type = any(writer, one_in(writer, 8) ? 65536 : 40);

	if (one_in(writer, 3))
		type = VBUF_A_CHANNEL_ID + any(writer, 2);
	return type | (one_in(writer, 16) ? NLA_F_NESTED : 0) |
	       (one_in(writer, 16) ? NLA_F_NET_BYTEORDER : 0);
}

static void write_attr(struct writer *writer)
{
	__u8 data[128] = { 0 };
	unsigned int len = any_data(writer, data);
	struct nlattr attr = {
		.nla_len = NLA_HDRLEN + len, .nla_type = any_type(writer) };

	if (one_in(writer, 10))
		attr.nla_len = any(writer, one_in(writer, 2) ? 256 : 65536);
	write_bytes(writer, &attr, sizeof(attr));
	write_bytes(writer, data, one_in(writer, 10) ? any(writer, 129) :
						       NLA_ALIGN(len));
}

static __u8 any_command(struct writer *writer)
{
	if (!writer->reads_alone && one_in(writer, 3))
		return any(writer, one_in(writer, 2) ? 16 : 256);
	return VBUF_CMD_CHANNEL_GET + any(writer, 3);
}

static __u16 any_flags(struct writer *writer)
{
	__u16 flags = NLM_F_REQUEST;

	if (one_in(writer, 2))
		flags |= NLM_F_DUMP;
	if (one_in(writer, 2))
		flags |= NLM_F_ACK;
	return one_in(writer, 8) ? any(writer, 65536) : flags;
}

/* Its length is what it is, mostly. */
static void write_message(struct writer *writer, const struct nl *nl)
{
	unsigned int at = writer->len, attrs = any(writer, 5);
	struct genlmsghdr genl = {
		.cmd = any_command(writer), .version = any(writer, 3),
		.reserved = one_in(writer, 16) };
	struct nlmsghdr header = {
		.nlmsg_type = nl->family, .nlmsg_flags = any_flags(writer),
		.nlmsg_seq = any(writer, 1000) };

	write_bytes(writer, &header, sizeof(header));
	if (!one_in(writer, 30))
		write_bytes(writer, &genl, sizeof(genl));
	while (attrs--)
		write_attr(writer);
	header.nlmsg_len = writer->len - at;
	if (one_in(writer, 10))
		header.nlmsg_len = any(writer, one_in(writer, 2) ? 512 : ~0U);
	if (at + sizeof(header) <= ROOM)
		memcpy(writer->bytes + at, &header, sizeof(header));
}

/* Some of what there is to read, or all, or nothing. */
static unsigned int read_some(struct writer *writer, int fd)
{
	unsigned int datagrams = any(writer, 4), read = 0;
	char bytes[NL_ROOM];

	if (one_in(writer, 4))
		datagrams = UINT32_MAX;
	while (read < datagrams &&
	       recv(fd, bytes, one_in(writer, 4) ? 256 : sizeof(bytes),
		    MSG_DONTWAIT) >= 0)
		read++;
	return read;
}

static unsigned int write_socket(struct writer *writer)
{
	unsigned int datagrams = PER_SOCKET, messages, read = 0;
	struct nl nl = nl_open();

	while (datagrams--) {
		writer->len = 0;
		for (messages = 1 + any(writer, 3); messages; messages--)
			write_message(writer, &nl);
		/* An error of the socket is its own. */
		send(nl.fd, writer->bytes,
		     one_in(writer, 20) ? any(writer, writer->len) : writer->len,
		     MSG_DONTWAIT);
		read += read_some(writer, nl.fd);
	}
	nl_close(&nl);
	return read;
}

static unsigned int write_all(struct writer *writer)
{
	unsigned int rounds = storm_scale(DATAGRAMS) / PER_SOCKET + 1, read = 0;

	while (rounds--)
		read += write_socket(writer);
	return read;
}

FIXTURE(hostile) {
	struct vt_channel before;
	struct writer writer;
	int fds[CHANNELS];
};

FIXTURE_SETUP(hostile)
{
	unsigned int i;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	for (i = 0; i < CHANNELS; i++) {
		self->fds[i] = vt_create(i ? NULL : "hostile", vt_attr(2, 8),
					 VT_BOTH);
		ASSERT_LE(0, self->fds[i]);
	}
	ASSERT_EQ(0, vt_put(self->fds[0], 'x'));
	self->before = vt_look(self->fds[0]);
	self->writer = (struct writer) {
		.rnd = storm_seed(), .id = self->before.id };
}

FIXTURE_TEARDOWN(hostile)
{
	struct vt_channel now = vt_look(self->fds[0]);

	EXPECT_EQ(0, memcmp(&now, &self->before, sizeof(now)));
	EXPECT_EQ(CHANNELS, vt_look_at_all(vt_at_rest));
	EXPECT_EQ('x', vt_take(self->fds[0]));
}

TEST_F_TIMEOUT(hostile, messages_of_roots, 120)
{
	unsigned int read;

	self->writer.reads_alone = true;
	read = write_all(&self->writer);
	TH_LOG("%u answers read", read);
	EXPECT_LT(0U, read);
}

/* To whom any command is open that the family has, or has not. */
TEST_F_TIMEOUT(hostile, messages_of_a_user, 120)
{
	const struct ns_user user = { 1001, 1001, 1001 };
	pid_t pid = vt_fork();

	if (pid == 0) {
		ns_become(user);
		_exit(write_all(&self->writer) ? 0 : 1);
	}
	EXPECT_EQ(0, vt_reap(pid));
}

/* Channels and endpoints come and go under it. */
static void *come_and_go(void *arg)
{
	bool *over = arg;
	int fd;

	while (!__atomic_load_n(over, __ATOMIC_RELAXED)) {
		fd = vt_create(NULL, vt_attr(1, 8), VT_RECV);
		if (fd < 0)
			vt_die("create: %d", fd);
		close(vt_reopen(fd, VT_SEND));
		close(fd);
	}
	return NULL;
}

TEST_F_TIMEOUT(hostile, messages_while_channels_come_and_go, 120)
{
	bool over = false;
	pthread_t thread;

	self->writer.reads_alone = true;
	ASSERT_EQ(0, pthread_create(&thread, NULL, come_and_go, &over));
	write_all(&self->writer);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}

TEST_HARNESS_MAIN
