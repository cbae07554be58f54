// SPDX-License-Identifier: GPL-2.0
/*
 * Nobody alters a message after COMMIT, and nobody what another sender fills,
 * however much a thread, or the kernel on its behalf, writes to the old address
 * all the time: the receiver looks at each message twice.
 */
#include "kselftest_harness.h"
#include "storm.h"

/* Of so many bytes in all, and so many messages at the most. */
#define VOLUME		(8UL << 20)
#define MOST		60U

struct hammer {
	char *at;
	size_t len;
	void (*blow)(void *ctx);
	pthread_t thread;
	int side;		/* a channel to receive from */
	unsigned int blows;	/* read and written atomically, as is the next */
	int over;
};

FIXTURE(channel) {
	int rx;
	int tx;
	int other;
	char *copy;
	struct hammer hammer;
};

FIXTURE_VARIANT(channel) {
	size_t size;
};

FIXTURE_VARIANT_ADD(channel, page) { .size = VT_PAGE };
FIXTURE_VARIANT_ADD(channel, three_pages) { .size = 3 * VT_PAGE };
FIXTURE_VARIANT_ADD(channel, kib64) { .size = 64 << 10 };
FIXTURE_VARIANT_ADD(channel, mib1) { .size = 1 << 20 };
FIXTURE_VARIANT_ADD(channel, mib2) { .size = 2 << 20 };
FIXTURE_VARIANT_ADD(channel, mib5) { .size = 5 << 20 };
FIXTURE_VARIANT_ADD(channel, mib16) { .size = 16 << 20 };

/* One slot, so that it is the same that is hammered and sent. */
FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(1, variant->size));
	self->other = vt_reopen(self->tx, VT_SEND);
	vt_map_send(self->other);
	vt_map_receive(self->rx);
	self->copy = malloc(variant->size);
	self->hammer = (struct hammer) {
		.at = vt_map_send(self->tx), .len = variant->size,
		.side = vt_create(NULL, vt_attr(1, VT_PAGE), VT_BOTH) };
}

static void *hammer_on(void *ctx)
{
	struct hammer *hammer = ctx;

	while (!__atomic_load_n(&hammer->over, __ATOMIC_SEQ_CST)) {
		vt_touch(hammer->blow, hammer);
		__atomic_fetch_add(&hammer->blows, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void start(struct hammer *hammer, void (*blow)(void *ctx))
{
	hammer->blow = blow;
	if (pthread_create(&hammer->thread, NULL, hammer_on, hammer))
		vt_die("pthread_create");
}

static void stop(struct hammer *hammer)
{
	__atomic_store_n(&hammer->over, 1, __ATOMIC_SEQ_CST);
	pthread_join(hammer->thread, NULL);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	free(self->copy);
}

/* Until it has struck, and strikes again, at what is there now. */
static void wait_for_blows(struct hammer *hammer)
{
	unsigned int now = __atomic_load_n(&hammer->blows, __ATOMIC_SEQ_CST);

	while (__atomic_load_n(&hammer->blows, __ATOMIC_SEQ_CST) - now < 2)
		sched_yield();
}

static unsigned int rounds(size_t size)
{
	unsigned int n = VOLUME / size + 2;

	return storm_scale(n < MOST ? n : MOST);
}

/* The message does not change between two looks, nor after a third. */
static bool stays(int rx, char *copy)
{
	struct vbuf_msg msg;
	bool same;

	if (vt_acquire(rx, 0, &msg))
		vt_die("acquire");
	memcpy(copy, vt_at(&msg), msg.len);
	same = !memcmp(copy, vt_at(&msg), msg.len);
	sched_yield();
	same &= !memcmp(copy, vt_at(&msg), msg.len);
	if (vt_release_at(rx, vt_at(&msg), 0))
		vt_die("release");
	return same;
}

/* Stores, all over the slot; one to a page, and one to the next word. */
static void store(void *ctx)
{
	struct hammer *hammer = ctx;
	unsigned int value = hammer->blows * 2654435761U;
	size_t off;

	for (off = value % 511 * 8; off < hammer->len; off += VT_PAGE)
		*(volatile unsigned int *)(hammer->at + off) = value;
}

/* From the end, where the entries of the page tables may go last. */
static void store_backwards(void *ctx)
{
	struct hammer *hammer = ctx;
	unsigned int value = hammer->blows * 2654435761U;
	size_t off;

	for (off = hammer->len; off >= VT_PAGE; off -= VT_PAGE)
		*(volatile unsigned int *)(hammer->at + off - 8) = value;
}

/* The kernel writes, to one page. */
static void write_by_kernel(void *ctx)
{
	struct hammer *hammer = ctx;
	size_t page = hammer->blows % (hammer->len / VT_PAGE);

	if (syscall(SYS_getrandom, hammer->at + page * VT_PAGE, VT_PAGE, 0) < 0 &&
	    errno != EFAULT)
		vt_die("getrandom");
}

/* The module itself writes, to one page. */
static void write_by_recv(void *ctx)
{
	struct hammer *hammer = ctx;
	unsigned int value[VT_PAGE / 4] = { hammer->blows };
	size_t page = hammer->blows % (hammer->len / VT_PAGE);
	long ret;

	value[VT_PAGE / 4 - 1] = hammer->blows;
	vt_send(hammer->side, value, VT_PAGE, VBUF_DONTWAIT);
	ret = vt_recv(hammer->side, hammer->at + page * VT_PAGE, VT_PAGE,
		      VBUF_DONTWAIT);
	if (ret != (long)VT_PAGE && ret != -EFAULT)
		vt_die("receive into a slot: %ld", ret);
}

/* How many messages changed after they were committed, under these blows. */
static unsigned int altered(FIXTURE_DATA(channel) *self, size_t size,
			    void (*blow)(void *ctx))
{
	unsigned int n = rounds(size), bad = 0;
	char *at;

	start(&self->hammer, blow);
	while (n--) {
		if (vt_reserve(self->tx, size, 0, &at))
			vt_die("reserve");
		wait_for_blows(&self->hammer);
		if (vt_commit(self->tx, at, size))
			vt_die("commit");
		bad += !stays(self->rx, self->copy);
	}
	stop(&self->hammer);
	return bad;
}

TEST_F_TIMEOUT(channel, by_stores, 120)
{
	EXPECT_EQ(0U, altered(self, variant->size, store));
}

TEST_F_TIMEOUT(channel, by_stores_from_the_end, 120)
{
	EXPECT_EQ(0U, altered(self, variant->size, store_backwards));
}

TEST_F_TIMEOUT(channel, by_the_kernel, 120)
{
	EXPECT_EQ(0U, altered(self, variant->size, write_by_kernel));
}

TEST_F_TIMEOUT(channel, by_recv, 120)
{
	EXPECT_EQ(0U, altered(self, variant->size, write_by_recv));
}

/* Another's message in the slot that the hammered endpoint has had. */
static bool others_message_arrives(FIXTURE_DATA(channel) *self, size_t size)
{
	struct vbuf_msg msg;
	bool whole;
	char *at;

	if (vt_reserve(self->other, size, 0, &at))
		vt_die("reserve");
	vt_fill(at, size, 3);
	sched_yield();
	whole = vt_filled(at, size, 3);
	if (vt_commit(self->other, at, size) ||
	    vt_acquire(self->rx, 0, &msg))
		vt_die("commit and acquire");
	whole &= vt_filled(vt_at(&msg), size, 3);
	if (vt_release_at(self->rx, vt_at(&msg), 0))
		vt_die("release");
	return whole;
}

TEST_F_TIMEOUT(channel, what_was_discarded_is_out_of_reach, 120)
{
	unsigned int n = rounds(variant->size) / 2 + 1;
	char *at;

	start(&self->hammer, store);
	while (n--) {
		ASSERT_EQ(0, vt_reserve(self->tx, variant->size, 0, &at));
		wait_for_blows(&self->hammer);
		ASSERT_EQ(0, vt_discard(self->tx, at));
		EXPECT_TRUE(others_message_arrives(self, variant->size));
	}
	stop(&self->hammer);
}

/* An endpoint of its own each time, which ends while it is hammered. */
static bool is_out_of_reach_after(FIXTURE_DATA(channel) *self, size_t size,
				  bool by_close)
{
	int tx = vt_reopen(self->tx, VT_SEND);
	char *base = vt_map_send(tx), *at;
	bool whole;

	if (vt_reserve(tx, size, 0, &at))
		vt_die("reserve");
	self->hammer.at = at;
	self->hammer.over = 0;
	start(&self->hammer, store);
	wait_for_blows(&self->hammer);
	if (by_close)
		close(tx);
	else if (vt_shutdown(tx, VT_SEND))
		vt_die("shutdown");
	whole = others_message_arrives(self, size);
	stop(&self->hammer);
	if (!by_close)
		close(tx);
	if (munmap(base, vt_region(self->rx).bytes))
		vt_die("munmap");
	return whole;
}

TEST_F_TIMEOUT(channel, what_was_closed_is_out_of_reach, 120)
{
	unsigned int n = rounds(variant->size) / 4 + 1;

	while (n--)
		EXPECT_TRUE(is_out_of_reach_after(self, variant->size, true));
}

TEST_F_TIMEOUT(channel, what_was_shut_down_is_out_of_reach, 120)
{
	unsigned int n = rounds(variant->size) / 4 + 1;

	while (n--)
		EXPECT_TRUE(is_out_of_reach_after(self, variant->size, false));
}

/* Of two threads that give the same away, one does. */
static long op_commit(struct vt_call *call)
{
	return vt_commit(call->fd, call->arg, 1);
}

static long op_discard(struct vt_call *call)
{
	return vt_discard(call->fd, call->arg);
}

static long op_release(struct vt_call *call)
{
	return vt_release_at(call->fd, call->arg, 0);
}

/* How many of two calls succeeded; the others must find nothing. */
static unsigned int race(int fd, char *at, long (*one)(struct vt_call *),
			 long (*two)(struct vt_call *))
{
	struct vt_call calls[2] = {
		{ .fd = fd, .arg = at, .op = one },
		{ .fd = fd, .arg = at, .op = two } };
	unsigned int i, succeeded = 0;

	for (i = 0; i < 2; i++)
		vt_start(&calls[i]);
	for (i = 0; i < 2; i++) {
		if (vt_join(&calls[i]) == 0)
			succeeded++;
		else if (calls[i].ret != -EINVAL)
			vt_die("a race gave %ld", calls[i].ret);
	}
	return succeeded;
}

TEST_F_TIMEOUT(channel, one_of_two_commits_and_releases_succeeds, 120)
{
	unsigned int n = rounds(variant->size) / 8 + 1;
	struct vbuf_msg msg;
	char *at;

	while (n--) {
		ASSERT_EQ(0, vt_reserve(self->tx, variant->size, 0, &at));
		EXPECT_EQ(1U, race(self->tx, at, op_commit, op_commit));
		ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
		EXPECT_EQ(1U, race(self->rx, vt_at(&msg), op_release,
				   op_release));
		ASSERT_EQ(0, vt_reserve(self->tx, variant->size, 0, &at));
		EXPECT_EQ(1U, race(self->tx, at, op_commit, op_discard));
		if (vt_look(self->rx).depth)
			EXPECT_EQ(1, vt_recv(self->rx, self->copy, 1, 0));
	}
}

TEST_HARNESS_MAIN
