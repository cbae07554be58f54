// SPDX-License-Identifier: GPL-2.0
/*
 * The pool: all memory of a channel's slots, taken at creation.
 */
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vbuf.h>

#include "limits.h"
#include "offline.h"
#include "slots.h"

/* Up to here the page allocator serves blocks readily. */
#define EASY_BLOCK	((u32)PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER)

/* The largest block worth asking the page allocator for. */
#define LARGEST_BLOCK	(4U << 20)

static u32 stride_of(u32 slot_size)
{
	return ALIGN(slot_size, slot_size < PAGE_SIZE ? 8 : (u32)PAGE_SIZE);
}

/* What regions can map by one entry. */
#define LARGE_PAGE	((u32)PMD_SIZE)

/* Lays the slots out in blocks of at most @block bytes, if larger than one. */
static void lay_out(struct vbuf_pool *pool, u32 block)
{
	if (pool->stride <= block) {
		pool->pieces = 1;
		pool->shift = ilog2(block / pool->stride);
		/* Blocks no larger than all slots need. */
		pool->shift = min_t(u32, pool->shift,
				    order_base_2(pool->slots));
		pool->blocks = DIV_ROUND_UP(pool->slots, 1U << pool->shift);
		pool->block_bytes = PAGE_ALIGN(pool->stride << pool->shift);
	} else {
		pool->shift = 0;
		pool->pieces = DIV_ROUND_UP(pool->stride, block);
		pool->blocks = (size_t)pool->slots * pool->pieces;
		/* Pieces of one size, so that the last is not half empty. */
		pool->block_bytes = PAGE_ALIGN(DIV_ROUND_UP(pool->stride,
							    pool->pieces));
	}
}

/*
 * Who looks at pages that may be anybody's can have a reference for a moment, and
 * then needs a processor to give it back, which a thread with priority would keep.
 */
static void freeze_block(const struct vbuf_pool *pool, void *block)
{
	struct page *page = virt_to_page(block);
	u32 i;

	for (i = 0; i < pool->block_bytes >> PAGE_SHIFT; i++) {
		vbuf_offline_mark(page + i);
		while (!page_ref_freeze(page + i, 1))
			schedule_timeout_uninterruptible(1);
	}
}

static void unfreeze_block(const struct vbuf_pool *pool, void *block)
{
	struct page *page = virt_to_page(block);
	u32 i;

	for (i = 0; i < pool->block_bytes >> PAGE_SHIFT; i++) {
		page_ref_unfreeze(page + i, 1);
		vbuf_offline_unmark(page + i);
	}
}

static void free_blocks(struct vbuf_pool *pool)
{
	size_t i;

	for (i = 0; pool->block && i < pool->blocks; i++) {
		if (!pool->block[i])
			break;
		if (pool->mappable)
			unfreeze_block(pool, pool->block[i]);
		free_pages_exact(pool->block[i], pool->block_bytes);
		cond_resched();
	}
	kvfree(pool->block);
	pool->block = NULL;
}

static int alloc_blocks(struct vbuf_pool *pool, gfp_t gfp)
{
	size_t i;

	pool->block = kvcalloc(pool->blocks, sizeof(*pool->block), VBUF_GFP);
	if (!pool->block)
		return fatal_signal_pending(current) ? -EINTR : -ENOMEM;
	for (i = 0; i < pool->blocks; i++) {
		if (fatal_signal_pending(current)) {
			free_blocks(pool);
			return -EINTR;
		}
		pool->block[i] = alloc_pages_exact(pool->block_bytes, gfp);
		if (!pool->block[i]) {
			free_blocks(pool);
			return -ENOMEM;
		}
		if (pool->mappable)
			freeze_block(pool, pool->block[i]);
		cond_resched();
	}
	return 0;
}

/**
 * vbuf_slots_plan() - how the slots will lie, if memory allows
 * @pool: zeroed
 * @attr: slots and slot_size are within their ranges
 *
 * A slot in one piece copies fastest, in pieces of a large page it maps fastest.
 */
void vbuf_slots_plan(struct vbuf_pool *pool, const struct vbuf_attr *attr)
{
	pool->slots = attr->slots;
	pool->stride = stride_of(attr->slot_size);
	pool->clean = attr->flags & VBUF_OPEN_VIEW;
	pool->mappable = pool->clean || attr->slot_size >= PAGE_SIZE;
	if (IS_ALIGNED(pool->stride, LARGE_PAGE))
		lay_out(pool, LARGE_PAGE);
	else
		lay_out(pool, clamp(pool->stride, EASY_BLOCK, LARGEST_BLOCK));
}

/**
 * vbuf_slots_bytes() - the memory that a pool takes as it is laid out
 * @pool: planned or made
 *
 * Return: bytes of the slots, their descriptions, and the list of blocks.
 */
u64 vbuf_slots_bytes(const struct vbuf_pool *pool)
{
	return (u64)pool->blocks * (pool->block_bytes + sizeof(*pool->block)) +
	       (u64)pool->slots * sizeof(*pool->slot);
}

/* Memory that is too scattered for the plan costs speed, not success. */
static int alloc_bytes(struct vbuf_pool *pool)
{
	gfp_t gfp = VBUF_GFP | (pool->clean ? __GFP_ZERO : 0);
	bool easy = pool->block_bytes <= EASY_BLOCK;
	int err;

	err = alloc_blocks(pool, easy ? gfp : gfp | __GFP_NORETRY);
	if (err == -ENOMEM && !easy) {
		lay_out(pool, EASY_BLOCK);
		err = alloc_blocks(pool, gfp);
	}
	if (err == -ENOMEM) {
		lay_out(pool, PAGE_SIZE);
		err = alloc_blocks(pool, gfp);
	}
	return err;
}

/* Tells each slot where its bytes are. */
static void locate(struct vbuf_pool *pool)
{
	u32 in_block = 1U << pool->shift, n;
	void *block;

	for (n = 0; n < pool->slots; n++) {
		block = pool->block[(size_t)(n / in_block) * pool->pieces];
		pool->slot[n].data = block +
				     (size_t)(n % in_block) * pool->stride;
		if (!(n % 4096))
			cond_resched();
	}
}

/**
 * vbuf_slots_init() - take the memory of all slots
 * @pool: planned; may end up laid out otherwise
 *
 * May sleep. A fatal signal ends it.
 *
 * Return: 0, -ENOMEM, or -EINTR.
 */
int vbuf_slots_init(struct vbuf_pool *pool)
{
	int err;

	pool->slot = kvcalloc(pool->slots, sizeof(*pool->slot), VBUF_GFP);
	if (!pool->slot)
		return fatal_signal_pending(current) ? -EINTR : -ENOMEM;
	err = alloc_bytes(pool);
	if (err)
		vbuf_slots_deinit(pool);
	else
		locate(pool);
	return err;
}

/**
 * vbuf_slots_deinit() - give the memory back
 * @pool: may be zeroed or half-built; nobody uses it any more
 */
void vbuf_slots_deinit(struct vbuf_pool *pool)
{
	/* One cache line, and a shift to find it. */
	static_assert(sizeof(struct vbuf_slot) == 64);

	free_blocks(pool);
	kvfree(pool->slot);
	pool->slot = NULL;
}

/**
 * vbuf_slots_zero() - clear bytes of a slot
 * @pool: the pool
 * @n: the slot, the caller's alone
 * @from: the first byte
 * @to: the one behind the last
 *
 * May sleep.
 */
void vbuf_slots_zero(const struct vbuf_pool *pool, u32 n, u32 from, u32 to)
{
	u32 bytes;
	void *piece;

	for (; from < to; from += bytes) {
		piece = vbuf_slots_piece(pool, n, from, &bytes);
		bytes = min3(bytes, to - from, (u32)SZ_1M);
		memset(piece, 0, bytes);
		cond_resched();
	}
}
