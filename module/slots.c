// SPDX-License-Identifier: GPL-2.0
/*
 * The pool: all memory of a channel's slots, taken at creation.
 */
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vbuf.h>

#include "limits.h"
#include "slots.h"

/* Up to here the page allocator serves blocks readily. */
#define EASY_BLOCK	((u32)PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER)

/* The largest block worth asking the page allocator for. */
#define LARGEST_BLOCK	(4U << 20)

static u32 stride_of(u32 slot_size)
{
	return ALIGN(slot_size, slot_size < PAGE_SIZE ? 8 : (u32)PAGE_SIZE);
}

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

static void free_blocks(struct vbuf_pool *pool)
{
	size_t i;

	for (i = 0; pool->block && i < pool->blocks; i++) {
		if (!pool->block[i])
			break;
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
		cond_resched();
	}
	return 0;
}

/**
 * vbuf_slots_plan() - how the slots will lie, if memory allows
 * @pool: zeroed
 * @attr: slots and slot_size are within their ranges
 *
 * A slot in one piece copies and maps fastest.
 */
void vbuf_slots_plan(struct vbuf_pool *pool, const struct vbuf_attr *attr)
{
	pool->slots = attr->slots;
	pool->stride = stride_of(attr->slot_size);
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
	bool easy = pool->block_bytes <= EASY_BLOCK;
	int err;

	err = alloc_blocks(pool, easy ? VBUF_GFP : VBUF_GFP | __GFP_NORETRY);
	if (err == -ENOMEM && !easy) {
		lay_out(pool, EASY_BLOCK);
		err = alloc_blocks(pool, VBUF_GFP);
	}
	if (err == -ENOMEM) {
		lay_out(pool, PAGE_SIZE);
		err = alloc_blocks(pool, VBUF_GFP);
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
