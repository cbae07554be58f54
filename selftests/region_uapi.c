// SPDX-License-Identifier: GPL-2.0
/*
 * The structures of the commands of regions: their sizes, RELEASE's of the first
 * release among them; outputs that cannot be written, and that nothing is lost
 * then; outputs that hold anything before.
 */
#include <stddef.h>

#include "kselftest_harness.h"
#include "edge.h"

_Static_assert(sizeof(struct vbuf_region_info) == 40, "");
_Static_assert(sizeof(struct vbuf_reserve) == 32, "");
_Static_assert(sizeof(struct vbuf_commit) == 56, "");
_Static_assert(sizeof(struct vbuf_discard) == 16, "");
_Static_assert(sizeof(struct vbuf_acquire) == 80, "");
_Static_assert(sizeof(struct vbuf_release) == 96, "");
_Static_assert(VBUF_IOC_REGION == 0xf70e && VBUF_IOC_ACQUIRE == 0xf712, "");

#define SLOTS	3U
#define SIZE	(2 * VT_PAGE)

/* Of the first release, which knew neither addresses nor VBUF_NEXT. */
#define OLD_RELEASE	16U

/* One slot is reserved, at @at; one is acquired, @msg; one is free. */
FIXTURE(channel) {
	int rx;
	int tx;
	char *send;
	char *receive;
	char *at;
	struct vbuf_msg msg;
	struct vt_channel before;
};

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(SLOTS, SIZE));
	self->send = vt_map_send(self->tx);
	self->receive = vt_map_receive(self->rx);
	ASSERT_EQ(0, vt_put(self->tx, 'm'));
	ASSERT_EQ(0, vt_acquire(self->rx, 0, &self->msg));
	ASSERT_EQ(0, vt_reserve(self->tx, VT_PAGE + 10, 0, &self->at));
	memset(self->at, 'r', SIZE);
	self->before = vt_look(self->rx);
}

/* Nothing has moved since the test began, and all that was there is there. */
static bool untouched(FIXTURE_DATA(channel) *self)
{
	struct vt_channel now = vt_look(self->rx);

	return !memcmp(&now, &self->before, sizeof(now)) &&
	       vt_all(self->at, SIZE, 'r') && *vt_at(&self->msg) == 'm';
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(untouched(self));
	EXPECT_EQ(0, vt_discard(self->tx, self->at));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&self->msg), 0));
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

/* Each command with its structure, and what it says to a good one. */
static const struct command {
	unsigned long cmd;
	__u32 size;
	bool sends;
} commands[] = {
	{ VBUF_IOC_REGION, sizeof(struct vbuf_region_info), true },
	{ VBUF_IOC_RESERVE, sizeof(struct vbuf_reserve), true },
	{ VBUF_IOC_COMMIT, sizeof(struct vbuf_commit), true },
	{ VBUF_IOC_DISCARD, sizeof(struct vbuf_discard), true },
	{ VBUF_IOC_ACQUIRE, sizeof(struct vbuf_acquire), false },
};

static long call(FIXTURE_DATA(channel) *self, const struct command *command,
		 void *arg)
{
	return vt_ioctl(command->sends ? self->tx : self->rx, command->cmd, arg);
}

TEST_F(channel, any_einval_if_smaller)
{
	char arg[VT_PAGE] = { 0 };
	__u32 size;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		for (size = 0; size < commands[i].size; size++) {
			memcpy(arg, &size, sizeof(size));
			EXPECT_EQ(-EINVAL, call(self, &commands[i], arg))
				TH_LOG("command %#lx, size %u",
				       commands[i].cmd, size);
		}
	}
}

TEST_F(channel, any_e2big)
{
	char arg[VT_PAGE + 8] = { 0 };
	__u32 size, at;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		for (size = commands[i].size + 1; size <= VT_PAGE; size += 503) {
			at = size - 1;
			arg[at] = 1;
			memcpy(arg, &size, sizeof(size));
			EXPECT_EQ(-E2BIG, call(self, &commands[i], arg))
				TH_LOG("command %#lx, size %u",
				       commands[i].cmd, size);
			arg[at] = 0;
		}
		size = VT_PAGE + 1;
		memcpy(arg, &size, sizeof(size));
		EXPECT_EQ(-E2BIG, call(self, &commands[i], arg))
			TH_LOG("command %#lx, size %u", commands[i].cmd, size);
	}
}

/* A tail of zeros is as none. */
TEST_F(channel, larger_structures_are_taken)
{
	union {
		char bytes[VT_PAGE];
		struct vbuf_region_info region;
		struct vbuf_reserve reserve;
		struct vbuf_commit commit;
		struct vbuf_discard discard;
		struct vbuf_acquire acquire;
	} arg = { .region.size = VT_PAGE };
	__u64 addr;

	EXPECT_EQ(0, vt_ioctl(self->tx, VBUF_IOC_REGION, &arg));
	EXPECT_EQ(vt_region(self->tx).stride, arg.region.stride);
	memset(&arg, 0, sizeof(arg));
	arg.reserve.size = VT_PAGE;
	EXPECT_EQ(0, vt_ioctl(self->tx, VBUF_IOC_RESERVE, &arg));
	addr = arg.reserve.addr;
	memset(&arg, 0, sizeof(arg));
	arg.discard.size = VT_PAGE;
	arg.discard.addr = addr;
	EXPECT_EQ(0, vt_ioctl(self->tx, VBUF_IOC_DISCARD, &arg));
	ASSERT_EQ(0, vt_reserve(self->tx, 0, 0, (char **)&addr));
	memset(&arg, 0, sizeof(arg));
	arg.commit.size = VT_PAGE;
	arg.commit.addr = addr;
	EXPECT_EQ(0, vt_ioctl(self->tx, VBUF_IOC_COMMIT, &arg));
	memset(&arg, 0, sizeof(arg));
	arg.acquire.size = VT_PAGE;
	EXPECT_EQ(0, vt_ioctl(self->rx, VBUF_IOC_ACQUIRE, &arg));
	EXPECT_EQ(0, vt_release(self->rx, arg.acquire.msg.cookie, 0));
	self->before = vt_look(self->rx);
}

TEST_F(channel, any_efault_argument_nowhere)
{
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		for (n = 0; n < EDGE_BADS; n++)
			EXPECT_EQ(-EFAULT, call(self, &commands[i], edge_bad[n]))
				TH_LOG("command %#lx at %p",
				       commands[i].cmd, edge_bad[n]);
}

/* In the windows, where nothing is. */
TEST_F(channel, any_efault_argument_in_a_slot_not_owned)
{
	size_t i;
	char *gone;

	ASSERT_EQ(0, vt_reserve(self->tx, SIZE, 0, &gone));
	ASSERT_EQ(0, vt_discard(self->tx, gone));
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		EXPECT_EQ(-EFAULT, call(self, &commands[i], gone))
			TH_LOG("command %#lx", commands[i].cmd);
}

/* The structure of the first release, with nothing behind it. */
TEST_F(channel, release_takes_the_structure_of_the_first_release)
{
	struct vbuf_release old = {
		.size = OLD_RELEASE, .cookie = self->msg.cookie };
	void *arg = edge_to_nothing(OLD_RELEASE);

	memcpy(arg, &old, OLD_RELEASE);
	EXPECT_EQ(0, vt_ioctl(self->rx, VBUF_IOC_RELEASE, arg));
	EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_RELEASE, arg));
	ASSERT_EQ(0, vt_put(self->tx, 'm'));
	ASSERT_EQ(0, vt_acquire(self->rx, 0, &self->msg));
	self->before = vt_look(self->rx);
}

TEST_F(channel, release_einval_smaller_than_the_first_release)
{
	struct vbuf_release arg = { .cookie = self->msg.cookie };

	for (arg.size = 0; arg.size < OLD_RELEASE; arg.size++)
		EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_RELEASE, &arg));
}

/* There is no room to tell of the next: nothing is written behind the size. */
TEST_F(channel, release_writes_nothing_behind_its_size)
{
	struct vbuf_release arg, as_it_was;
	__u32 size;

	for (size = OLD_RELEASE; size < sizeof(arg); size += 8) {
		vt_poison(&arg);
		arg.size = size;
		arg.flags = VBUF_NEXT | VBUF_DONTWAIT;
		arg.cookie = self->msg.cookie;
		if (size > offsetof(struct vbuf_release, addr))
			arg.addr = 0;
		if (size > offsetof(struct vbuf_release, deadline_ns))
			arg.deadline_ns = 0;
		as_it_was = arg;
		EXPECT_EQ(-EINVAL, vt_ioctl(self->rx, VBUF_IOC_RELEASE, &arg))
			TH_LOG("size %u", size);
		EXPECT_EQ(0, memcmp((char *)&arg + size,
				    (char *)&as_it_was + size,
				    sizeof(arg) - size));
	}
}

/* The slot is back where it was; and so is a message, as if never delivered. */
TEST_F(channel, reserve_efault_read_only)
{
	struct vbuf_reserve arg = { .size = sizeof(arg), .len = SIZE };

	EXPECT_EQ(-EFAULT, vt_ioctl(self->tx, VBUF_IOC_RESERVE,
				    edge_copy(&arg, sizeof(arg), 0,
					      PROT_READ)));
}

/* In the middle of what is told of the message. */
TEST_F(channel, acquire_efault_cut_at_each_field)
{
	struct vbuf_acquire arg = { .size = sizeof(arg), .flags = VBUF_INFO };
	struct vbuf_msg msg;
	size_t writable;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	for (writable = 16; writable < sizeof(arg); writable += 4)
		EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, VBUF_IOC_ACQUIRE,
					    edge_copy(&arg, sizeof(arg),
						      writable, PROT_READ)))
			TH_LOG("%zu bytes can be written", writable);
	ASSERT_EQ(0, vt_acquire(self->rx, VBUF_INFO, &msg));
	EXPECT_EQ(0U, msg.flags);
	EXPECT_EQ(1U, msg.deliveries);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	self->before = vt_look(self->rx);
}

/* What follows the address is written first, and can be. */
TEST_F(channel, acquire_efault_address_read_only)
{
	struct vbuf_acquire arg = { .size = sizeof(arg) };
	struct vbuf_msg msg;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, VBUF_IOC_ACQUIRE,
				    edge_tail(&arg, sizeof(arg),
					      offsetof(struct vbuf_acquire,
						       msg.buf) + 8)));
	ASSERT_EQ(0, vt_acquire(self->rx, VBUF_INFO, &msg));
	EXPECT_EQ(0U, msg.flags);
	EXPECT_EQ(1U, msg.deliveries);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	self->before = vt_look(self->rx);
}

TEST_F(channel, commit_efault_with_next_read_only)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg), .flags = VBUF_NEXT | VBUF_DONTWAIT,
		.addr = (uintptr_t)self->at, .len = 1, .next_len = 1 };

	EXPECT_EQ(-EFAULT, vt_ioctl(self->tx, VBUF_IOC_COMMIT,
				    edge_copy(&arg, sizeof(arg), 0,
					      PROT_READ)));
}

TEST_F(channel, release_efault_with_next_read_only)
{
	struct vbuf_release arg = {
		.size = sizeof(arg), .flags = VBUF_NEXT | VBUF_DONTWAIT,
		.addr = self->msg.buf };

	EXPECT_EQ(-EFAULT, vt_ioctl(self->rx, VBUF_IOC_RELEASE,
				    edge_copy(&arg, sizeof(arg), 0,
					      PROT_READ)));
}

/* The message is back in the queue, and so no address is told, though one fits. */
TEST_F(channel, release_tells_no_address_of_what_it_could_not_describe)
{
	struct vbuf_release arg = {
		.size = sizeof(arg),
		.flags = VBUF_REQUEUE | VBUF_NEXT | VBUF_INFO | VBUF_DONTWAIT };
	size_t next = offsetof(struct vbuf_release, next), writable;
	struct vbuf_release *told;
	struct vbuf_msg msg;

	arg.next.buf = 1;
	for (writable = next + 8; writable < sizeof(arg); writable += 4) {
		ASSERT_EQ(0, vt_put(self->tx, 'a'));
		ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
		arg.addr = msg.buf;
		told = edge_copy(&arg, sizeof(arg), writable, PROT_READ);
		EXPECT_EQ(0, vt_ioctl(self->rx, VBUF_IOC_RELEASE, told));
		EXPECT_EQ(0U, told->next.buf)
			TH_LOG("%zu bytes can be written", writable);
		EXPECT_EQ('a', vt_take(self->rx));
	}
	self->before = vt_look(self->rx);
}

TEST_F(channel, region_efault_read_only)
{
	struct vbuf_region_info info = { .size = sizeof(info) };

	EXPECT_EQ(-EFAULT, vt_ioctl(self->tx, VBUF_IOC_REGION,
				    edge_copy(&info, sizeof(info), 0,
					      PROT_READ)));
}

/* A COMMIT without a next has nothing to tell, nor has a DISCARD. */
TEST_F(channel, what_tells_nothing_needs_only_to_read_its_argument)
{
	struct vbuf_commit commit = { .size = sizeof(commit), .len = 1 };
	struct vbuf_discard discard = { .size = sizeof(discard) };
	char *at;

	ASSERT_EQ(0, vt_reserve(self->tx, 1, 0, &at));
	discard.addr = (uintptr_t)at;
	EXPECT_EQ(0, vt_ioctl(self->tx, VBUF_IOC_DISCARD,
			      edge_copy(&discard, sizeof(discard), 0,
					PROT_READ)));
	ASSERT_EQ(0, vt_reserve(self->tx, 1, 0, &at));
	commit.addr = (uintptr_t)at;
	EXPECT_EQ(0, vt_ioctl(self->tx, VBUF_IOC_COMMIT,
			      edge_copy(&commit, sizeof(commit), 0,
					PROT_READ)));
	EXPECT_LE(0, vt_take(self->rx));
	self->before = vt_look(self->rx);
}

/* In the slot that it is about: it is gone when the next is to be told. */
TEST_F(channel, an_argument_may_be_in_the_slot_that_is_committed)
{
	struct vbuf_commit *arg;
	char room[SIZE], *at;

	ASSERT_EQ(0, vt_reserve(self->tx, SIZE, 0, &at));
	arg = (struct vbuf_commit *)at;
	*arg = (struct vbuf_commit) {
		.size = sizeof(*arg), .flags = VBUF_NEXT | VBUF_DONTWAIT,
		.addr = (uintptr_t)at, .len = 1, .next_len = 1 };
	EXPECT_EQ(0, vt_ioctl(self->tx, VBUF_IOC_COMMIT, arg));
	EXPECT_TRUE(vt_gone(at));
	EXPECT_EQ(1, vt_recv(self->rx, room, SIZE, VBUF_DONTWAIT));
	EXPECT_EQ(self->before.sending, vt_look(self->rx).sending);
	self->before = vt_look(self->rx);
}

/* In the message that is given back, which can be read until then. */
TEST_F(channel, an_argument_may_be_in_the_message_that_is_released)
{
	struct vbuf_release arg = { .size = sizeof(arg) };
	struct vbuf_msg msg;
	char *at;

	ASSERT_EQ(0, vt_reserve(self->tx, SIZE, 0, &at));
	arg.addr = (uintptr_t)(self->receive + (at - self->send));
	memcpy(at, &arg, sizeof(arg));
	ASSERT_EQ(0, vt_commit(self->tx, at, SIZE));
	ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
	EXPECT_EQ(0, vt_ioctl(self->rx, VBUF_IOC_RELEASE, vt_at(&msg)));
	EXPECT_TRUE(vt_gone(vt_at(&msg)));
	self->before = vt_look(self->rx);
}

TEST_HARNESS_MAIN
