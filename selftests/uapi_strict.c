// SPDX-License-Identifier: GPL-2.0
/*
 * The interface refuses what it does not know: sizes, flags, reserved fields
 * and commands; and does the same whether a structure's unknown tail is there
 * or not.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

/* What is in programs already must not change. */
_Static_assert(sizeof(struct vbuf_attr) == 24, "");
_Static_assert(sizeof(struct vbuf_create) == 96, "");
_Static_assert(sizeof(struct vbuf_open) == 72, "");
_Static_assert(sizeof(struct vbuf_reopen) == 16, "");
_Static_assert(sizeof(struct vbuf_unlink) == 72, "");
_Static_assert(sizeof(struct vbuf_getattr) == 104, "");
_Static_assert(sizeof(struct vbuf_xfer) == 32, "");
_Static_assert(sizeof(struct vbuf_msg) == 64, "");
_Static_assert(sizeof(struct vbuf_vector) == 32, "");
_Static_assert(sizeof(struct vbuf_release) == 96, "");
_Static_assert(sizeof(struct vbuf_drain) == 16, "");
_Static_assert(sizeof(struct vbuf_shutdown) == 8, "");
_Static_assert(sizeof(struct vbuf_info) == 24, "");
_Static_assert(sizeof(struct vbuf_trace) == 32, "");
_Static_assert(VBUF_IOC_CREATE == 0xf700 && VBUF_IOC_TRACE == 0xf713, "");

#define PAGE 4096

/*
 * Each variant is a command, whose good argument FIXTURE_SETUP() makes; the
 * call of it on @fd succeeds, as often as it is made on a new fixture.
 */
FIXTURE(command) {
	char arg[PAGE];		/* the argument, and zeros */
	char name[VBUF_NAME_SIZE];
	char bytes[64];
	struct vbuf_msg msg;
	int both;
	int fd;
};

FIXTURE_VARIANT(command) {
	unsigned long cmd;
	__u32 size;
	__u32 least;		/* the size of its first release */
};

#define GROWN_COMMAND(verb, type, first) \
	FIXTURE_VARIANT_ADD(command, verb) { \
		.cmd = VBUF_IOC_##verb, .size = sizeof(struct type), \
		.least = (first) }
#define COMMAND(verb, type) GROWN_COMMAND(verb, type, sizeof(struct type))

COMMAND(CREATE, vbuf_create);
COMMAND(OPEN, vbuf_open);
COMMAND(REOPEN, vbuf_reopen);
COMMAND(UNLINK, vbuf_unlink);
COMMAND(GETATTR, vbuf_getattr);
COMMAND(SEND, vbuf_xfer);
COMMAND(RECV, vbuf_xfer);
COMMAND(SENDV, vbuf_vector);
COMMAND(RECVV, vbuf_vector);
GROWN_COMMAND(RELEASE, vbuf_release, 16);
COMMAND(DRAIN, vbuf_drain);
COMMAND(SHUTDOWN, vbuf_shutdown);
COMMAND(INFO, vbuf_info);
COMMAND(TRACE, vbuf_trace);

/* Fills in all but the size. */
static void good_argument(FIXTURE_DATA(command) *self, unsigned long cmd)
{
	switch (cmd) {
	case VBUF_IOC_CREATE:
		*(struct vbuf_create *)self->arg = (struct vbuf_create) {
			.rights = VT_BOTH, .attr = vt_attr(1, 1) };
		return;
	case VBUF_IOC_OPEN:
		((struct vbuf_open *)self->arg)->rights = VT_BOTH;
		memcpy(((struct vbuf_open *)self->arg)->name, self->name,
		       VBUF_NAME_SIZE);
		return;
	case VBUF_IOC_REOPEN:
		*(struct vbuf_reopen *)self->arg = (struct vbuf_reopen) {
			.rights = VT_BOTH, .fd = self->both };
		return;
	case VBUF_IOC_UNLINK:
		memcpy(((struct vbuf_unlink *)self->arg)->name, self->name,
		       VBUF_NAME_SIZE);
		return;
	case VBUF_IOC_SEND:
	case VBUF_IOC_RECV:
		*(struct vbuf_xfer *)self->arg = (struct vbuf_xfer) {
			.buf = (uintptr_t)self->bytes, .len = 64 };
		return;
	case VBUF_IOC_SENDV:
	case VBUF_IOC_RECVV:
		*(struct vbuf_vector *)self->arg = (struct vbuf_vector) {
			.msgs = (uintptr_t)&self->msg, .count = 1,
			.msg_size = sizeof(self->msg) };
		return;
	case VBUF_IOC_RELEASE:
		if (vt_recvv(self->both, &self->msg, 1, VBUF_HOLD) != 1)
			vt_die("receive with VBUF_HOLD");
		((struct vbuf_release *)self->arg)->cookie = self->msg.cookie;
		return;
	case VBUF_IOC_DRAIN:
		if (vt_recv(self->both, self->bytes, 64, 0) != 1)
			vt_die("receive");
		return;
	case VBUF_IOC_SHUTDOWN:
		((struct vbuf_shutdown *)self->arg)->rights = VT_RECV;
		return;
	case VBUF_IOC_TRACE:
		*(struct vbuf_trace *)self->arg = (struct vbuf_trace) {
			.slots = 1, .slot_size = VBUF_TRACE_MIN_SLOT_SIZE };
		return;
	}
}

FIXTURE_SETUP(command)
{
	bool binds = variant->cmd == VBUF_IOC_CREATE ||
		     variant->cmd == VBUF_IOC_OPEN ||
		     variant->cmd == VBUF_IOC_REOPEN ||
		     variant->cmd == VBUF_IOC_TRACE;

	vt_name(self->name, "strict");
	self->both = vt_create(self->name, vt_attr(2, 64), VT_BOTH);
	ASSERT_LE(0, self->both);
	ASSERT_EQ(0, vt_put(self->both, 'a'));
	self->msg = (struct vbuf_msg) {
		.buf = (uintptr_t)self->bytes, .size = 64, .len = 64 };
	good_argument(self, variant->cmd);
	self->fd = binds ? vt_device() : self->both;
}

FIXTURE_TEARDOWN(command)
{
	EXPECT_TRUE(vt_settled(self->both));
}

static long call_sized(FIXTURE_DATA(command) *self, unsigned long cmd,
		       __u32 size)
{
	memcpy(self->arg, &size, sizeof(size));
	return vt_ioctl(self->fd, cmd, self->arg);
}

TEST_F(command, knows_its_own_size)
{
	EXPECT_LE(0, call_sized(self, variant->cmd, variant->size));
}

TEST_F(command, einval_if_smaller)
{
	__u32 size;

	for (size = 0; size < variant->least; size++)
		EXPECT_EQ(-EINVAL, call_sized(self, variant->cmd, size));
	EXPECT_LE(0, call_sized(self, variant->cmd, variant->least));
}

TEST_F(command, takes_a_larger_one_whose_tail_is_zero)
{
	EXPECT_LE(0, call_sized(self, variant->cmd, variant->size + 8));
}

TEST_F(command, takes_one_of_a_page_whose_tail_is_zero)
{
	EXPECT_LE(0, call_sized(self, variant->cmd, PAGE));
}

TEST_F(command, e2big)
{
	__u32 at, size;

	for (size = variant->size + 1; size <= PAGE; size += 61) {
		for (at = variant->size; at < size; at += 97) {
			self->arg[at] = 1;
			EXPECT_EQ(-E2BIG, call_sized(self, variant->cmd, size))
				TH_LOG("size %u, byte %u", size, at);
			self->arg[at] = 0;
		}
		self->arg[size - 1] = 1;
		EXPECT_EQ(-E2BIG, call_sized(self, variant->cmd, size));
		self->arg[size - 1] = 0;
	}
	EXPECT_LE(0, call_sized(self, variant->cmd, variant->size));
}

/* What lies behind the size that was told is none of the kernel's business. */
TEST_F(command, reads_nothing_behind)
{
	char *arg = vt_guarded(variant->size);

	memcpy(self->arg, &variant->size, sizeof(__u32));
	memcpy(arg, self->arg, variant->size);
	EXPECT_LE(0, vt_ioctl(self->fd, variant->cmd, arg));
}

TEST_F(command, efault_at_the_end_of_memory)
{
	__u32 size = variant->size + 8;
	char *arg = vt_guarded(variant->size);

	memcpy(self->arg, &size, sizeof(size));
	memcpy(arg, self->arg, variant->size);
	EXPECT_EQ(-EFAULT, vt_ioctl(self->fd, variant->cmd, arg));
	memcpy(self->arg, &variant->size, sizeof(__u32));
	memcpy(arg + 4, self->arg, variant->size - 4);
	EXPECT_EQ(-EFAULT, vt_ioctl(self->fd, variant->cmd, arg + 4));
}

TEST_F(command, efault_of_no_memory)
{
	EXPECT_EQ(-EFAULT, vt_ioctl(self->fd, variant->cmd, NULL));
	EXPECT_EQ(-EFAULT, vt_ioctl(self->fd, variant->cmd, VT_UNMAPPED));
	EXPECT_EQ(-EFAULT, vt_ioctl(self->fd, variant->cmd, VT_KERNEL));
	EXPECT_EQ(-EFAULT, vt_ioctl(self->fd, variant->cmd, (void *)-1L));
}

TEST_F(command, refuses_a_size_beyond_all_reason)
{
	long ret = call_sized(self, variant->cmd, UINT32_MAX);

	EXPECT_TRUE(ret == -E2BIG || ret == -EFAULT) TH_LOG("got %ld", ret);
}

/* The command's number without its size: with one, it is another command. */
TEST_F(command, enotty_with_a_size_in_its_number)
{
	unsigned long nr = _IOC_NR(variant->cmd);

	EXPECT_EQ(-ENOTTY, vt_ioctl(self->fd, _IOWR(VBUF_IOC_MAGIC, nr, int),
				    self->arg));
	EXPECT_EQ(-ENOTTY, vt_ioctl(self->fd, _IOW(VBUF_IOC_MAGIC, nr, long),
				    self->arg));
	EXPECT_EQ(-ENOTTY, vt_ioctl(self->fd, _IO(VBUF_IOC_MAGIC + 1, nr),
				    self->arg));
}

FIXTURE(channel) {
	char byte;
	struct vbuf_msg msg;
	int fd;
};

FIXTURE_SETUP(channel)
{
	struct vbuf_attr attr = vt_attr(2, 64);

	attr.flags = VBUF_LOSSY;
	self->fd = vt_create(NULL, attr, VT_BOTH);
	ASSERT_EQ(0, vt_put(self->fd, 'a'));
	self->msg = (struct vbuf_msg) {
		.buf = (uintptr_t)&self->byte, .size = 1, .len = 1 };
}

FIXTURE_TEARDOWN(channel)
{
	struct vt_channel info = vt_look(self->fd);

	EXPECT_EQ(1U, info.sent);
	EXPECT_EQ(1U, info.depth);
	EXPECT_EQ(1U, info.free);
}

TEST_F(channel, send_einval_flags)
{
	int bit;

	for (bit = 2; bit < 32; bit++)
		EXPECT_EQ(-EINVAL, vt_send(self->fd, "b", 1, 1U << bit));
}

TEST_F(channel, recv_einval_flags)
{
	int bit;

	for (bit = 1; bit < 32; bit++)
		EXPECT_EQ(-EINVAL, vt_recv(self->fd, &self->byte, 1,
					   1U << bit));
}

TEST_F(channel, sendv_einval_flags)
{
	int bit;

	for (bit = 2; bit < 32; bit++)
		EXPECT_EQ(-EINVAL, vt_sendv(self->fd, &self->msg, 1,
					    1U << bit));
}

TEST_F(channel, sendv_einval_entry_flags)
{
	int bit;

	for (bit = 0; bit < 32; bit++) {
		self->msg.flags = 1U << bit;
		EXPECT_EQ(-EINVAL, vt_sendv(self->fd, &self->msg, 1, 0));
	}
}

TEST_F(channel, recvv_einval_flags)
{
	int bit;

	for (bit = 1; bit < 32; bit++) {
		if (1U << bit == VBUF_HOLD || 1U << bit == VBUF_INFO)
			continue;
		EXPECT_EQ(-EINVAL, vt_recvv(self->fd, &self->msg, 1,
					    1U << bit));
	}
}

TEST_F(channel, release_einval_every_flag)
{
	int bit;

	for (bit = 0; bit < 32; bit++) {
		if (1U << bit == VBUF_REQUEUE || 1U << bit == VBUF_NEXT)
			continue;
		EXPECT_EQ(-EINVAL, vt_release(self->fd, 0, 1U << bit));
	}
}

static long vector_of(int fd, unsigned long cmd, struct vbuf_msg *msg,
		      __u32 msg_size)
{
	struct vbuf_vector vector = {
		.size = sizeof(vector), .msgs = (uintptr_t)msg, .count = 1,
		.msg_size = msg_size, .flags = VBUF_DONTWAIT };

	return vt_ioctl(fd, cmd, &vector);
}

TEST_F(channel, vectors_einval_msg_size)
{
	static const __u32 bad[] = { 0, 1, 63, 1U << 31, UINT32_MAX };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, vector_of(self->fd, VBUF_IOC_SENDV,
					     &self->msg, bad[i]));
		EXPECT_EQ(-EINVAL, vector_of(self->fd, VBUF_IOC_RECVV,
					     &self->msg, bad[i]));
	}
}

TEST_F(channel, getattr_einval_reserved)
{
	struct vbuf_getattr attr = { .size = sizeof(attr), .reserved = 1 };

	EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, VBUF_IOC_GETATTR, &attr));
}

TEST_F(channel, drain_einval_reserved)
{
	struct vbuf_drain drain = { .size = sizeof(drain), .reserved = 1,
				    .deadline_ns = 1 };

	EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, VBUF_IOC_DRAIN, &drain));
}

TEST_F(channel, unlink_einval_reserved)
{
	struct vbuf_unlink unlink = { .size = sizeof(unlink), .reserved = 1,
				      .name = "x" };

	EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, VBUF_IOC_UNLINK, &unlink));
}

TEST_F(channel, enotty)
{
	unsigned int nr;

	for (nr = _IOC_NR(VBUF_IOC_TRACE) + 1; nr < 256; nr++)
		EXPECT_EQ(-ENOTTY, vt_ioctl(self->fd, _IO(VBUF_IOC_MAGIC, nr),
					    NULL));
	EXPECT_EQ(-ENOTTY, vt_ioctl(self->fd, 0, NULL));
	EXPECT_EQ(-ENOTTY, vt_ioctl(self->fd, 0x5401, NULL));
}

TEST_F(channel, info_tells_what_the_module_can_do)
{
	struct vbuf_info info;

	vt_poison(&info);
	info.size = sizeof(info);
	ASSERT_EQ(0, vt_ioctl(self->fd, VBUF_IOC_INFO, &info));
	EXPECT_EQ(VBUF_MAX_VECTOR, info.max_vector);
	EXPECT_EQ(0U, info.features);
	EXPECT_EQ(VBUF_MAX_SLOTS, info.max_slots);
	EXPECT_EQ(VBUF_MAX_SLOT_SIZE, info.max_slot_size);
}

TEST_HARNESS_MAIN
