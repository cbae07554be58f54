// SPDX-License-Identifier: GPL-2.0
/*
 * VBUF_OPEN_VIEW: receivers see the whole pool, as long as they map it; senders
 * SEND, and map nothing; nobody can alter a message. Slots of any size.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define SLOTS	4U

FIXTURE(view) {
	int rx;
	int tx;
	char *receive;
	__u64 bytes;
	char *room;
};

FIXTURE_VARIANT(view) {
	size_t size;
	unsigned int slots;
};

FIXTURE_VARIANT_ADD(view, byte) { .size = 1, .slots = 5000 };
FIXTURE_VARIANT_ADD(view, hundred) { .size = 100, .slots = 500 };
FIXTURE_VARIANT_ADD(view, half_page) { .size = VT_PAGE / 2, .slots = 9 };
FIXTURE_VARIANT_ADD(view, not_quite_a_page) { .size = 4095, .slots = 3 };
FIXTURE_VARIANT_ADD(view, page) { .size = VT_PAGE, .slots = SLOTS };
FIXTURE_VARIANT_ADD(view, page_and_a_byte) { .size = 4097, .slots = SLOTS };
FIXTURE_VARIANT_ADD(view, three_pages) { .size = 3 * VT_PAGE, .slots = SLOTS };
FIXTURE_VARIANT_ADD(view, kib64) { .size = 64 << 10, .slots = SLOTS };
FIXTURE_VARIANT_ADD(view, mib1) { .size = 1 << 20, .slots = SLOTS };
FIXTURE_VARIANT_ADD(view, mib2) { .size = 2 << 20, .slots = SLOTS };
FIXTURE_VARIANT_ADD(view, mib5) { .size = 5 << 20, .slots = SLOTS };
FIXTURE_VARIANT_ADD(view, mib16) { .size = 16 << 20, .slots = 2 };

static struct vbuf_attr open_view(unsigned int slots, size_t size)
{
	struct vbuf_attr attr = vt_attr(slots, size);

	attr.flags = VBUF_OPEN_VIEW;
	return attr;
}

FIXTURE_SETUP(view)
{
	vt_pair(&self->rx, &self->tx, open_view(variant->slots, variant->size));
	self->receive = vt_map_receive(self->rx);
	self->bytes = vt_region(self->rx).bytes;
	self->room = malloc(variant->size);
}

FIXTURE_TEARDOWN(view)
{
	EXPECT_TRUE(vt_settled(self->rx));
	free(self->room);
	close(self->rx);
	close(self->tx);
}

static long send(FIXTURE_DATA(view) *self, size_t len, __u64 seed)
{
	vt_fill(self->room, len, seed);
	return vt_send(self->tx, self->room, len, VBUF_DONTWAIT);
}

static struct vbuf_msg acquired(int rx)
{
	struct vbuf_msg msg;
	long ret = vt_acquire(rx, VBUF_DONTWAIT, &msg);

	if (ret)
		vt_die("acquire: %ld", ret);
	return msg;
}

static bool is(const struct vbuf_msg *msg, size_t len, __u64 seed)
{
	return msg->len == len && vt_filled(vt_at(msg), len, seed);
}

TEST_F(view, a_message_is_seen_where_it_was_sent_to)
{
	struct vbuf_msg msg;

	ASSERT_EQ(0, send(self, variant->size, 1));
	msg = acquired(self->rx);
	EXPECT_TRUE(is(&msg, variant->size, 1));
	EXPECT_LE(self->receive, vt_at(&msg));
	EXPECT_GE(self->receive + self->bytes, vt_at(&msg) + variant->size);
	EXPECT_EQ(1U, vt_look(self->rx).receiving);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_EQ(1U, vt_look(self->rx).received);
}

/* No two slots have a byte in common, and each lies within the window. */
TEST_F(view, every_slot_is_seen_at_a_place_of_its_own)
{
	struct vbuf_msg *msgs = calloc(variant->slots, sizeof(*msgs));
	unsigned int i;

	for (i = 0; i < variant->slots; i++)
		ASSERT_EQ(0, send(self, variant->size, i));
	for (i = 0; i < variant->slots; i++) {
		msgs[i] = acquired(self->rx);
		ASSERT_LE(self->receive, vt_at(&msgs[i]));
		ASSERT_GE(self->receive + self->bytes,
			  vt_at(&msgs[i]) + variant->size);
	}
	for (i = 0; i < variant->slots; i++)
		ASSERT_TRUE(is(&msgs[i], variant->size, i)) TH_LOG("slot %u", i);
	for (i = 0; i < variant->slots; i++)
		ASSERT_EQ(0, vt_release_at(self->rx, vt_at(&msgs[i]), 0));
	EXPECT_EQ(variant->slots, vt_look(self->rx).free);
	free(msgs);
}

/* Also what stands where a message is, but not where it begins. */
TEST_F(view, release_einval_of_what_is_no_message)
{
	struct vbuf_msg msg;
	char *at;
	int off;

	ASSERT_EQ(0, send(self, variant->size, 1));
	msg = acquired(self->rx);
	for (off = -9; off <= 9; off++)
		if (off)
			EXPECT_EQ(-EINVAL, vt_release_at(self->rx,
							 vt_at(&msg) + off, 0));
	EXPECT_EQ(-EINVAL, vt_release_at(self->rx, self->receive + self->bytes,
					 0));
	EXPECT_EQ(-EINVAL, vt_release_at(self->rx, self->receive - 1, 0));
	/* The last block has room for more slots than there are. */
	for (at = self->receive + self->bytes - VT_PAGE;
	     at < self->receive + self->bytes; at++)
		if (at != vt_at(&msg))
			EXPECT_EQ(-EINVAL, vt_release_at(self->rx, at, 0));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_EQ(-EINVAL, vt_release_at(self->rx, vt_at(&msg), 0));
}

/* As long as it maps the pool, and whoever owns what. */
TEST_F(view, a_receiver_sees_all_of_the_pool)
{
	struct vbuf_msg msg;

	EXPECT_TRUE(vt_all_peek(self->receive, self->bytes, VT_THERE));
	ASSERT_EQ(0, send(self, variant->size, 1));
	msg = acquired(self->rx);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_TRUE(vt_filled(vt_at(&msg), variant->size, 1));
}

/* What nobody has sent is zeros: what the pages held before is not seen. */
TEST_F(view, a_new_pool_is_zeros)
{
	EXPECT_TRUE(vt_all(self->receive, self->bytes, 0));
}

TEST_F(view, receivers_see_the_same)
{
	int other = vt_reopen(self->rx, VT_RECV);
	char *its = vt_map_receive(other);
	struct vbuf_msg msg;

	ASSERT_EQ(0, send(self, variant->size, 1));
	msg = acquired(self->rx);
	EXPECT_TRUE(vt_filled(its + (vt_at(&msg) - self->receive),
			      variant->size, 1));
	EXPECT_EQ(-EINVAL, vt_release_at(other, its +
					 (vt_at(&msg) - self->receive), 0));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	close(other);
}

TEST_F(view, messages_of_no_bytes_have_a_place_too)
{
	struct vbuf_msg msg;

	ASSERT_EQ(0, send(self, 0, 0));
	msg = acquired(self->rx);
	EXPECT_EQ(0U, msg.len);
	EXPECT_LE(self->receive, vt_at(&msg));
	EXPECT_GT(self->receive + self->bytes, vt_at(&msg));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
}

/* It goes on to be sent from where it is seen. */
TEST_F(view, a_message_is_sent_on_from_where_it_is_seen)
{
	struct vbuf_msg msg, next;

	ASSERT_EQ(0, send(self, variant->size, 1));
	msg = acquired(self->rx);
	EXPECT_EQ(0, vt_send(self->tx, vt_at(&msg), msg.len, VBUF_DONTWAIT));
	next = acquired(self->rx);
	EXPECT_TRUE(is(&next, variant->size, 1));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&next), 0));
}

TEST_F(view, release_acquires_the_next)
{
	struct vbuf_msg msg, next;

	ASSERT_EQ(0, send(self, variant->size, 1));
	ASSERT_EQ(0, send(self, variant->size, 2));
	msg = acquired(self->rx);
	ASSERT_EQ(0, vt_release_next(self->rx, vt_at(&msg), VBUF_DONTWAIT,
				     &next));
	EXPECT_TRUE(is(&next, variant->size, 2));
	ASSERT_EQ(0, vt_release_next(self->rx, vt_at(&next), VBUF_DONTWAIT,
				     &msg));
	EXPECT_EQ(0U, msg.buf);
}

TEST_F(view, held_messages_are_released_by_either_name)
{
	struct vbuf_msg msg = {
		.buf = (uintptr_t)self->room, .size = variant->size };
	struct vbuf_msg next;

	ASSERT_EQ(0, send(self, variant->size, 1));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_HOLD));
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, VBUF_REQUEUE));
	next = acquired(self->rx);
	EXPECT_TRUE(is(&next, variant->size, 1));
	EXPECT_EQ(0, vt_release(self->rx, next.cookie, 0));
}

TEST_F(view, senders_send)
{
	char *at;

	EXPECT_EQ(-EOPNOTSUPP, vt_reserve(self->tx, 1, VBUF_DONTWAIT, &at));
	at = self->receive;
	EXPECT_EQ(-EOPNOTSUPP, vt_commit_next(self->tx, &at, 1, 1,
					      VBUF_DONTWAIT));
	EXPECT_EQ(-EINVAL, vt_commit(self->tx, self->receive, 1));
	EXPECT_EQ(-EINVAL, vt_discard(self->tx, self->receive));
	EXPECT_EQ(variant->slots, vt_look(self->rx).free);
}

TEST_F(view, senders_map_nothing)
{
	int both = vt_create(NULL, open_view(1, variant->size), VT_BOTH);
	char *base;

	EXPECT_EQ(-EACCES, vt_map(self->tx, VBUF_MAP_SEND, &base));
	EXPECT_EQ(-EACCES, vt_map(self->tx, VBUF_MAP_RECEIVE, &base));
	EXPECT_EQ(-EACCES, vt_map(both, VBUF_MAP_SEND, &base));
	EXPECT_EQ(0, vt_map(both, VBUF_MAP_RECEIVE, &base));
	close(both);
}

TEST_F(view, acquire_enxio_where_it_is_not_mapped)
{
	struct vbuf_msg msg;

	vt_unmap(self->rx, self->receive);
	ASSERT_EQ(0, send(self, variant->size, 1));
	EXPECT_EQ(-ENXIO, vt_acquire(self->rx, VBUF_DONTWAIT, &msg));
	vt_map_receive(self->rx);
	msg = acquired(self->rx);
	EXPECT_TRUE(is(&msg, variant->size, 1));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
}

TEST_F(view, nobody_writes)
{
	struct vbuf_msg msg;
	void *mem;

	ASSERT_EQ(0, send(self, variant->size, 1));
	msg = acquired(self->rx);
	EXPECT_EQ(VT_READ_ONLY, vt_poke(vt_at(&msg), 'x'));
	EXPECT_EQ(VT_READ_ONLY, vt_poke(vt_at(&msg) + msg.len - 1, 'x'));
	EXPECT_EQ(VT_READ_ONLY, vt_poke(self->receive + self->bytes - 1, 'x'));
	EXPECT_EQ(-1, mprotect(self->receive, self->bytes,
			       PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	mem = mmap64(NULL, self->bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		     self->rx, VBUF_MAP_RECEIVE);
	EXPECT_EQ(MAP_FAILED, mem);
	EXPECT_EQ(EACCES, errno);
	mem = mmap64(NULL, self->bytes, PROT_READ | PROT_EXEC, MAP_SHARED,
		     self->rx, VBUF_MAP_RECEIVE);
	EXPECT_EQ(MAP_FAILED, mem);
	EXPECT_EQ(EACCES, errno);
	EXPECT_TRUE(is(&msg, variant->size, 1));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
}

/* Nor by the kernel's help. */
TEST_F(view, nobody_writes_by_a_pinned_page)
{
	struct iovec local = { self->room, 1 }, remote = { self->receive, 1 };
	char byte = 'x';
	off_t off = (uintptr_t)self->receive;
	int fds[2], mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

	ASSERT_EQ(0, pipe(fds));
	ASSERT_EQ(1, write(fds[1], &byte, 1));
	EXPECT_EQ(-1, read(fds[0], self->receive, 1));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, vmsplice(fds[1], &remote, 1, SPLICE_F_GIFT));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, process_vm_writev(getpid(), &local, 1, &remote, 1, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, pwrite(mem, &byte, 1, off));
	EXPECT_EQ(EIO, errno);
	EXPECT_TRUE(vt_all(self->receive, self->bytes, 0));
	close(mem);
	close(fds[0]);
	close(fds[1]);
}

TEST_F(view, fork_does_not_pass_it_on)
{
	pid_t pid = vt_fork();

	if (pid == 0)
		_exit(vt_peek(self->receive) == VT_NOT_MAPPED ? 0 : 1);
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_EQ(-1, madvise(self->receive, self->bytes, MADV_DOFORK));
}

static bool sees_nothing(const char *base, __u64 bytes)
{
	return vt_all_peek(base, bytes, VT_NOT_OWNED);
}

TEST_F(view, close_revokes_it)
{
	int other = vt_reopen(self->rx, VT_RECV);
	char *its = vt_map_receive(other);

	ASSERT_EQ(0, send(self, variant->size, 1));
	acquired(other);
	EXPECT_EQ(VT_THERE, vt_peek(its));
	close(other);
	EXPECT_EQ(variant->slots, vt_look(self->rx).free);
	EXPECT_TRUE(sees_nothing(its, self->bytes));
	EXPECT_EQ(VT_THERE, vt_peek(self->receive));
	EXPECT_EQ(0, munmap(its, self->bytes));
}

TEST_F(view, shutdown_revokes_it)
{
	int other = vt_reopen(self->rx, VT_RECV);
	char *its = vt_map_receive(other);

	EXPECT_EQ(VT_THERE, vt_peek(its));
	ASSERT_EQ(0, vt_shutdown(other, VT_RECV));
	EXPECT_TRUE(sees_nothing(its, self->bytes));
	EXPECT_EQ(VT_THERE, vt_peek(self->receive));
	close(other);
}

/* The memory goes with the channel; the mapping shows none of it. */
TEST_F(view, the_channels_end_revokes_it)
{
	int both = vt_create(NULL, open_view(variant->slots, variant->size),
			     VT_BOTH);
	char *base = vt_map_receive(both);

	EXPECT_TRUE(vt_all(base, self->bytes, 0));
	close(both);
	EXPECT_TRUE(sees_nothing(base, self->bytes));
	EXPECT_EQ(0, munmap(base, self->bytes));
}

/* A receiver alters nothing by what it does with its mapping. */
TEST_F(view, it_does_not_move_nor_split)
{
	EXPECT_EQ(MAP_FAILED, mremap(self->receive, self->bytes, 2 * self->bytes,
				     MREMAP_MAYMOVE));
	EXPECT_EQ(MAP_FAILED, mremap(self->receive, 0, self->bytes,
				     MREMAP_MAYMOVE));
	if (self->bytes > VT_PAGE) {
		EXPECT_EQ(-1, munmap(self->receive, VT_PAGE));
		EXPECT_EQ(-1, mprotect(self->receive, VT_PAGE, PROT_NONE));
	}
	EXPECT_EQ(0, mprotect(self->receive, self->bytes, PROT_NONE));
	EXPECT_EQ(VT_READ_ONLY, vt_peek(self->receive));
	EXPECT_EQ(0, mprotect(self->receive, self->bytes, PROT_READ));
	EXPECT_TRUE(vt_all(self->receive, self->bytes, 0));
}

/* Slots that are packed have no stride. */
TEST_F(view, region_tells_whether_slots_are_packed)
{
	struct vbuf_region_info info = vt_region(self->rx);

	EXPECT_EQ(0U, info.bytes % VT_PAGE);
	if (info.stride) {
		EXPECT_LE(variant->size, info.stride);
		EXPECT_EQ(info.stride * variant->slots, info.bytes);
	} else {
		EXPECT_GT(VT_PAGE, variant->size);
		EXPECT_LE((__u64)variant->size * variant->slots, info.bytes);
	}
}

TEST_HARNESS_MAIN
