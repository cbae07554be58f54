// SPDX-License-Identifier: GPL-2.0
/*
 * As fault_nth, of messages that are moved: the kernel fails the 1st, the 2nd ...
 * allocation and copy in each call of a region's, and in mmap().
 *
 * For kernels with CONFIG_FAULT_INJECTION: make check-debug.
 */
#include "kselftest_harness.h"
#include "stage.h"

/* What the call is tried on, made anew for each. */
static struct {
	bool maps;		/* the call is to map the window to send from */
	bool bare;		/* @send has no page table yet */
	char *send, *receive;	/* windows */
	char *reserved;		/* a slot of @send, or NULL */
	struct vbuf_msg held;	/* in @receive, if it has an address */
} scene;

/* What one entry of a page table can show. */
#define LARGE		(2UL << 20)

/* Nothing else is there, so that a page table goes with the last mapping. */
#define FAR	((char *)0x300000000000UL)

/* Maps @send anew, with what is reserved in it. */
static void map_far(struct stage *stage)
{
	size_t off = scene.reserved - scene.send;

	vt_unmap(stage->tx, scene.send);
	scene.send = mmap64(FAR, STAGE_SLOTS * stage->slot_size,
			    PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_FIXED_NOREPLACE, stage->tx,
			    VBUF_MAP_SEND);
	if (scene.send != FAR)
		vt_die("map far away");
	scene.reserved = scene.send + off;
}

/* Before each attempt: a slot is reserved, and a message acquired. */
static void prepare(struct stage *stage)
{
	scene.reserved = NULL;
	scene.send = NULL;
	scene.receive = vt_map_receive(stage->rx);
	if (vt_acquire(stage->rx, VBUF_DONTWAIT, &scene.held))
		vt_die("acquire");
	if (scene.maps)
		return;
	scene.send = vt_map_send(stage->tx);
	if (vt_reserve(stage->tx, stage->slot_size, VBUF_DONTWAIT,
		       &scene.reserved))
		vt_die("reserve");
	memset(scene.reserved, 's', STAGE_LEN);
	if (scene.bare)
		map_far(stage);
}

/* After each: what is there can be used, and what is not cannot. */
static void tidy(struct stage *stage)
{
	char *at, room[STAGE_LEN];

	while (vt_recv(stage->rx, room, sizeof(room), VBUF_DONTWAIT) >= 0)
		continue;
	if (vt_reserve(stage->tx, stage->slot_size, VBUF_DONTWAIT, &at) !=
	    (scene.send ? 0 : -ENXIO))
		vt_die("reserve afterwards");
	if (scene.send && (vt_poke(at, 'x') || vt_discard(stage->tx, at)))
		vt_die("use what was reserved");
	if (scene.reserved && vt_poke(scene.reserved, 'x'))
		vt_die("the slot is not shown");
	if (scene.held.buf && vt_peek(vt_at(&scene.held)))
		vt_die("the message is not shown");
	vt_unmap(stage->rx, scene.receive);
	if (scene.send)
		vt_unmap(stage->tx, scene.send);
}

static void set_scene(struct stage *stage)
{
	scene.maps = scene.bare = false;
	stage->slot_size = VT_PAGE;
	stage->prepare = prepare;
	stage->tidy = tidy;
}

FIXTURE_STAGE(set_scene(&self->stage));

static long attempt_map(struct stage *stage)
{
	void *base = mmap64(NULL, STAGE_SLOTS * stage->slot_size,
			    PROT_READ | PROT_WRITE, MAP_SHARED, stage->tx,
			    VBUF_MAP_SEND);

	if (base == MAP_FAILED)
		return -errno;
	scene.send = base;
	return 0;
}

/* The file, the region, the record of bytes; and what any mapping takes. */
TEST_F(stage, map_enomem)
{
	scene.maps = true;
	EXPECT_LE(4, stage_try_best(&self->stage, attempt_map, 4, 0).enomem);
}

static long attempt_region(struct stage *stage)
{
	struct vbuf_region_info info = { .size = sizeof(info) };

	return vt_ioctl(stage->tx, VBUF_IOC_REGION, &info);
}

static long attempt_reserve(struct stage *stage)
{
	char *at;
	long ret = vt_reserve(stage->tx, stage->slot_size, 0, &at);

	if (ret == 0 && (at < scene.send || at == scene.reserved))
		vt_die("a slot that is not free");
	return ret;
}

static long attempt_commit(struct stage *stage)
{
	long ret = vt_commit(stage->tx, scene.reserved, STAGE_LEN);

	if (ret == 0)
		scene.reserved = NULL;
	return ret;
}

static long attempt_commit_next(struct stage *stage)
{
	return vt_commit_next(stage->tx, &scene.reserved, STAGE_LEN, VT_PAGE,
			      VBUF_DONTWAIT);
}

static long attempt_discard(struct stage *stage)
{
	long ret = vt_discard(stage->tx, scene.reserved);

	if (ret == 0)
		scene.reserved = NULL;
	return ret;
}

/* What it was given is what was sent next. */
static void take(const struct vbuf_msg *msg)
{
	if (msg->len != STAGE_LEN || !stage_whole(vt_at(msg), 'q'))
		vt_die("a damaged message");
	scene.held = *msg;
}

static long attempt_acquire(struct stage *stage)
{
	struct vbuf_msg msg;
	long ret = vt_acquire(stage->rx, VBUF_INFO, &msg);

	if (ret == 0)
		take(&msg);
	return ret;
}

static long release(struct stage *stage, __u32 flags)
{
	long ret = vt_release_at(stage->rx, vt_at(&scene.held), flags);

	if (ret == 0)
		scene.held.buf = 0;
	return ret;
}

static long attempt_release(struct stage *stage)
{
	return release(stage, 0);
}

static long attempt_requeue(struct stage *stage)
{
	return release(stage, VBUF_REQUEUE);
}

static long attempt_release_next(struct stage *stage)
{
	struct vbuf_msg msg;
	long ret = vt_release_next(stage->rx, vt_at(&scene.held),
				   VBUF_INFO | VBUF_DONTWAIT, &msg);

	if (ret == 0)
		take(&msg);
	return ret;
}

TEST_COPIES(region, region_efault, 2)
TEST_COPIES(reserve, reserve_efault, 1)
TEST_COPIES(commit, commit_efault, 1)
TEST_COPIES(commit_next, commit_efault_next, 1)
TEST_COPIES(discard, discard_efault, 1)
TEST_COPIES(acquire, acquire_efault, 1)
TEST_COPIES(release, release_efault, 1)
TEST_COPIES(requeue, release_efault_requeue, 1)
TEST_COPIES(release_next, release_efault_next, 1)

static struct faults try_all_bare(struct stage *stage, attempt what, size_t size)
{
	stage->slot_size = size;
	scene.bare = true;
	return stage_try_all(stage, what);
}

/* What has no page table, and gets none, is shown by a page fault later. */
TEST_F(stage, reserve_without_a_page_table)
{
	struct faults faults = try_all_bare(&self->stage, attempt_reserve,
					    VT_PAGE);

	EXPECT_LT(1, faults.came);
	EXPECT_EQ(1, faults.errors);
}

/* Of a large entry's, all comes by a page fault. */
TEST_F(stage, reserve_large_without_a_page_table)
{
	struct faults faults = try_all_bare(&self->stage, attempt_reserve,
					    LARGE);

	EXPECT_EQ(1, faults.came);
	EXPECT_EQ(1, faults.efault);
}

static long attempt_touch(struct stage *stage)
{
	(void)stage;
	return vt_poke(scene.reserved, 'x');
}

/* And that is tried again until there is memory for one. */
TEST_F(stage, touch_without_a_page_table)
{
	struct faults faults = try_all_bare(&self->stage, attempt_touch,
					    VT_PAGE);

	EXPECT_LT(1, faults.came);
	EXPECT_EQ(0, faults.errors);
}

TEST_F(stage, touch_large_without_a_page_table)
{
	struct faults faults = try_all_bare(&self->stage, attempt_touch, LARGE);

	EXPECT_LT(1, faults.came);
	EXPECT_EQ(0, faults.errors);
}

TEST_HARNESS_MAIN
