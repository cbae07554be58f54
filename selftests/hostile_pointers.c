// SPDX-License-Identifier: GPL-2.0
/*
 * Bad addresses at every argument of every call: EFAULT, and the slot is back
 * where it was: nothing is lost, nothing is delivered twice.
 */
#include "kselftest_harness.h"
#include "edge.h"

#define SLOTS		4U
#define SLOT_SIZE	128U
#define LONG_SIZE	65536U

/* Every command, with the size of its structure. */
static const struct command {
	const char *name;
	unsigned long cmd;
	size_t size;
	bool unbound;		/* asks for a file that is no endpoint yet */
} commands[] = {
	{ "create", VBUF_IOC_CREATE, sizeof(struct vbuf_create), true },
	{ "open", VBUF_IOC_OPEN, sizeof(struct vbuf_open), true },
	{ "reopen", VBUF_IOC_REOPEN, sizeof(struct vbuf_reopen), true },
	{ "unlink", VBUF_IOC_UNLINK, sizeof(struct vbuf_unlink), false },
	{ "getattr", VBUF_IOC_GETATTR, sizeof(struct vbuf_getattr), false },
	{ "send", VBUF_IOC_SEND, sizeof(struct vbuf_xfer), false },
	{ "recv", VBUF_IOC_RECV, sizeof(struct vbuf_xfer), false },
	{ "sendv", VBUF_IOC_SENDV, sizeof(struct vbuf_vector), false },
	{ "recvv", VBUF_IOC_RECVV, sizeof(struct vbuf_vector), false },
	{ "release", VBUF_IOC_RELEASE, sizeof(struct vbuf_release), false },
	{ "drain", VBUF_IOC_DRAIN, sizeof(struct vbuf_drain), false },
	{ "shutdown", VBUF_IOC_SHUTDOWN, sizeof(struct vbuf_shutdown), false },
	{ "info", VBUF_IOC_INFO, sizeof(struct vbuf_info), false },
	{ "trace", VBUF_IOC_TRACE, sizeof(struct vbuf_trace), true },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

FIXTURE(bad) {
	int rx, tx, spare;
	struct vt_channel before;
};

FIXTURE_SETUP(bad)
{
	vt_pair(&self->rx, &self->tx, vt_attr(SLOTS, SLOT_SIZE));
	self->spare = vt_device();
	ASSERT_EQ(0, vt_send(self->tx, "a", 1, 0));
	ASSERT_EQ(0, vt_send(self->tx, "bb", 2, 0));
	self->before = vt_look(self->rx);
}

/* The two messages are still there, whole, in order, and were not delivered. */
FIXTURE_TEARDOWN(bad)
{
	struct vbuf_msg msg = { .size = SLOT_SIZE };
	char room[SLOT_SIZE];
	int i;

	EXPECT_TRUE(vt_settled(self->rx));
	for (i = 0; i < 2; i++) {
		msg.buf = (uintptr_t)room;
		EXPECT_EQ(1, vt_recvv(self->rx, &msg, 1,
				      VBUF_INFO | VBUF_DONTWAIT));
		EXPECT_EQ(i + 1U, msg.len);
		EXPECT_EQ("ab"[i], room[0]);
		EXPECT_EQ(0U, msg.flags);
		EXPECT_EQ(1U, msg.deliveries);
	}
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	EXPECT_EQ(SLOTS, vt_look(self->rx).free);
	close(self->rx);
	close(self->tx);
	close(self->spare);
}

/* Nothing has moved since the test began. */
static bool untouched(FIXTURE_DATA(bad) *self)
{
	struct vt_channel now = vt_look(self->rx);

	return vt_balanced(&now) && vt_fionread(self->rx) == 1 &&
	       !memcmp(&now, &self->before, sizeof(now));
}

static void *read_only(const void *arg, size_t size)
{
	return edge_copy(arg, size, 0, PROT_READ);
}

static int file_for(FIXTURE_DATA(bad) *self, const struct command *command)
{
	if (command->unbound)
		return self->spare;
	return command->cmd == VBUF_IOC_SEND ||
	       command->cmd == VBUF_IOC_SENDV ? self->tx : self->rx;
}

TEST_F(bad, any_efault_argument_nowhere)
{
	size_t i, n;

	for (i = 0; i < COMMANDS; i++) {
		for (n = 0; n < EDGE_BADS; n++) {
			EXPECT_EQ(-EFAULT, vt_ioctl(file_for(self, &commands[i]),
						    commands[i].cmd, edge_bad[n]))
				TH_LOG("%s at %p", commands[i].name, edge_bad[n]);
		}
	}
	EXPECT_TRUE(untouched(self));
}

TEST_F(bad, any_efault_argument_cut_at_each_byte)
{
	size_t i, readable;
	char *arg;

	for (i = 0; i < COMMANDS; i++) {
		for (readable = 1; readable < commands[i].size; readable++) {
			arg = edge_to_nothing(readable);
			memset(arg, 0, readable);
			memcpy(arg, &(__u32){ commands[i].size },
			       readable < 4 ? readable : 4);
			EXPECT_EQ(-EFAULT, vt_ioctl(file_for(self, &commands[i]),
						    commands[i].cmd, arg))
				TH_LOG("%s, %zu bytes", commands[i].name,
				       readable);
		}
	}
	EXPECT_TRUE(untouched(self));
}

TEST_F(bad, getattr_efault_read_only)
{
	struct vbuf_getattr arg = { .size = sizeof(arg) };

	EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, VBUF_IOC_GETATTR,
				    read_only(&arg, sizeof(arg))));
	EXPECT_TRUE(untouched(self));
}

TEST_F(bad, info_efault_read_only)
{
	struct vbuf_info arg = { .size = sizeof(arg) };

	EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, VBUF_IOC_INFO,
				    read_only(&arg, sizeof(arg))));
	EXPECT_TRUE(untouched(self));
}

/* The length of a message that does not fit cannot be told. */
TEST_F(bad, recv_efault_length_read_only)
{
	struct vbuf_xfer arg = { .size = sizeof(arg) };

	EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, VBUF_IOC_RECV,
				    read_only(&arg, sizeof(arg))));
	EXPECT_TRUE(untouched(self));
}

TEST_F(bad, recvv_efault_length_read_only)
{
	struct vbuf_msg msg = { .size = 0 };

	EXPECT_EQ(-EFAULT, vt_recvv(self->rx, read_only(&msg, sizeof(msg)), 1, 0));
	EXPECT_TRUE(untouched(self));
}

TEST_F(bad, fionread_efault)
{
	int len = 0;
	size_t n;

	for (n = 0; n < EDGE_BADS; n++)
		EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, FIONREAD, edge_bad[n]))
			TH_LOG("at %p", edge_bad[n]);
	for (n = 0; n < sizeof(len); n++)
		EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, FIONREAD,
					    edge_to_nothing(n)));
	EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, FIONREAD,
				    read_only(&len, sizeof(len))));
	EXPECT_TRUE(untouched(self));
}

/* Where nothing is to be written, read-only memory will do. */
TEST_F(bad, recv_needs_only_to_read_its_argument)
{
	char byte = VT_POISON, room[2];
	struct vbuf_xfer arg = {
		.size = sizeof(arg), .buf = (uintptr_t)&byte, .len = 1 };

	EXPECT_EQ(1, vt_ioctl(self->rx, VBUF_IOC_RECV,
			      read_only(&arg, sizeof(arg))));
	EXPECT_EQ('a', byte);
	EXPECT_EQ(2, vt_recv(self->rx, room, sizeof(room), 0));
	EXPECT_EQ(0, vt_send(self->tx, "a", 1, 0));
	EXPECT_EQ(0, vt_send(self->tx, "bb", 2, 0));
}

/* Each way to send @len bytes at @buf, of which @readable can be read. */
static bool sends_fail(int fd, void *buf, size_t len, size_t readable)
{
	struct iovec iov[] = { { "x", 1 }, { buf, len - 1 } };
	struct vbuf_msg msg = { .buf = (uintptr_t)buf, .len = len };

	return vt_send(fd, buf, len, 0) == -EFAULT &&
	       vt_write(fd, buf, len) == -EFAULT &&
	       vt_sendv(fd, &msg, 1, 0) == -EFAULT &&
	       (len < 2 || readable == len - 1 ||
		(writev(fd, iov, 2) < 0 && errno == EFAULT));
}

TEST_F(bad, send_efault_payload)
{
	static const size_t lens[] = { 1, 8, 33, SLOT_SIZE };
	size_t i, n, readable;

	for (n = 0; n < EDGE_BADS; n++)
		EXPECT_TRUE(sends_fail(self->tx, edge_bad[n], 8, 0))
			TH_LOG("from %p", edge_bad[n]);
	for (i = 0; i < 4; i++)
		for (readable = 0; readable < lens[i]; readable++)
			ASSERT_TRUE(sends_fail(self->tx, edge_to_nothing(readable),
					       lens[i], readable));
	EXPECT_TRUE(untouched(self));
}

/* Each way to receive into @len bytes at @buf, which cannot be written. */
static bool receives_fail(int fd, void *buf, size_t len)
{
	struct iovec iov[] = { { buf, len }, { buf, len } };
	struct vbuf_msg msg = { .buf = (uintptr_t)buf, .size = len };

	return vt_recv(fd, buf, len, 0) == -EFAULT &&
	       vt_read(fd, buf, len) == -EFAULT &&
	       vt_recvv(fd, &msg, 1, 0) == -EFAULT &&
	       vt_recvv(fd, &msg, 1, VBUF_HOLD | VBUF_INFO) == -EFAULT &&
	       readv(fd, iov, 2) < 0 && errno == EFAULT;
}

TEST_F(bad, recv_efault_payload)
{
	size_t n;

	for (n = 0; n < EDGE_BADS; n++) {
		EXPECT_TRUE(receives_fail(self->rx, edge_bad[n], SLOT_SIZE) &&
			    untouched(self))
			TH_LOG("to %p", edge_bad[n]);
	}
	EXPECT_TRUE(receives_fail(self->rx, edge_to_nothing(0), SLOT_SIZE));
	EXPECT_TRUE(untouched(self));
	EXPECT_TRUE(receives_fail(self->rx, edge_to_read_only(0),
				  SLOT_SIZE));
	EXPECT_TRUE(untouched(self));
}

FIXTURE(cut) {
	int rx, tx;
	char *msg, *room;
};

/* One message of @len, to be received where the end of the room is missing. */
FIXTURE_VARIANT(cut) {
	size_t len, step;
};

FIXTURE_VARIANT_ADD(cut, small) { 8, 1 };
FIXTURE_VARIANT_ADD(cut, slot) { SLOT_SIZE, 1 };
FIXTURE_VARIANT_ADD(cut, pages) { LONG_SIZE, 1021 };

FIXTURE_SETUP(cut)
{
	size_t i;

	vt_pair(&self->rx, &self->tx, vt_attr(2, variant->len));
	self->msg = malloc(variant->len);
	self->room = malloc(variant->len);
	for (i = 0; i < variant->len; i++)
		self->msg[i] = i * 7;
	ASSERT_EQ(0, vt_send(self->tx, self->msg, variant->len, 0));
}

FIXTURE_TEARDOWN(cut)
{
	struct vbuf_msg msg = {
		.buf = (uintptr_t)self->room, .size = variant->len };

	EXPECT_TRUE(vt_settled(self->rx));
	memset(self->room, VT_POISON, variant->len);
	EXPECT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_INFO | VBUF_DONTWAIT));
	EXPECT_EQ(variant->len, msg.len);
	EXPECT_EQ(0U, msg.flags);
	EXPECT_EQ(0, memcmp(self->msg, self->room, variant->len));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	free(self->msg);
	free(self->room);
	close(self->rx);
	close(self->tx);
}

TEST_F(cut, recv_efault_cut_at_each_byte)
{
	size_t room;

	for (room = 0; room < variant->len; room += variant->step) {
		ASSERT_TRUE(receives_fail(self->rx, edge_to_nothing(room),
					  variant->len));
		ASSERT_TRUE(receives_fail(self->rx,
					  edge_to_read_only(room),
					  variant->len));
	}
}

TEST_F(cut, send_efault_cut_at_each_byte)
{
	size_t readable;

	for (readable = 0; readable < variant->len; readable += variant->step)
		ASSERT_TRUE(sends_fail(self->tx, edge_to_nothing(readable),
				       variant->len, readable));
	readable = variant->len - 1;
	EXPECT_TRUE(sends_fail(self->tx, edge_to_nothing(readable),
			       variant->len, readable));
}

TEST_HARNESS_MAIN
