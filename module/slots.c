// SPDX-License-Identifier: GPL-2.0
/*
 * The pool: all memory of a channel's slots, taken at creation.
 */
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vbuf.h>

#include "slots.h"

/*
 * Fails rather than calls the OOM killer (plain GFP_KERNEL_ACCOUNT does, at a
 * memory cgroup's limit), and without a word in the log.
 */
#define POOL_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* Up to here the page allocator serves blocks readily. */
#define EASY_BLOCK	(PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER)

/* The largest block worth asking the page allocator for. */
#define LARGEST_BLOCK	(4U << 20)

static u32 stride_of(u32 slot_size)
{
	return ALIGN(slot_size, slot_size < PAGE_SIZE ? 8 : (u32)PAGE_SIZE);
}

/**
 * vbuf_slots_bytes() - the memory that a geometry takes
 * @attr: slots and slot_size are within their ranges
 *
 * Return: bytes of the slots and their descriptions; at most 2^45.
 */
u64 vbuf_slots_bytes(const struct vbuf_attr *attr)
{
	u64 each = stride_of(attr->slot_size) + sizeof(struct vbuf_slot);

	return attr->slots * each;
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
		pool->mask = (1U << pool->shift) - 1;
	} else {
		pool->shift = 0;
		pool->mask = 0;
		pool->pieces = DIV_ROUND_UP(pool->stride, block);
		pool->blocks = (size_t)pool->slots * pool->pieces;
		pool->block_bytes = block;
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

	pool->block = kvcalloc(pool->blocks, sizeof(*pool->block), POOL_GFP);
	if (!pool->block)
		return -ENOMEM;
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

/*
 * A slot in one piece copies and maps fastest; memory that is too scattered for
 * it costs speed, not success.
 */
static int alloc_bytes(struct vbuf_pool *pool)
{
	int err;

	if (pool->stride > EASY_BLOCK) {
		lay_out(pool, min(pool->stride, LARGEST_BLOCK));
		err = alloc_blocks(pool, POOL_GFP | __GFP_NORETRY);
		if (err != -ENOMEM)
			return err;
	}
	lay_out(pool, EASY_BLOCK);
	err = alloc_blocks(pool, POOL_GFP);
	if (err != -ENOMEM)
		return err;
	lay_out(pool, PAGE_SIZE);
	return alloc_blocks(pool, POOL_GFP);
}

/**
 * vbuf_slots_init() - take the memory of all slots
 * @pool: zeroed
 * @attr: slots and slot_size are within their ranges
 *
 * May sleep. A fatal signal ends it.
 *
 * Return: 0, -ENOMEM, or -EINTR.
 */
int vbuf_slots_init(struct vbuf_pool *pool, const struct vbuf_attr *attr)
{
	int err;

	pool->slots = attr->slots;
	pool->stride = stride_of(attr->slot_size);
	pool->slot = kvcalloc(attr->slots, sizeof(*pool->slot), POOL_GFP);
	if (!pool->slot)
		return fatal_signal_pending(current) ? -EINTR : -ENOMEM;
	err = alloc_bytes(pool);
	if (err)
		vbuf_slots_deinit(pool);
	return err;
}

/**
 * vbuf_slots_deinit() - give the memory back
 * @pool: may be zeroed or half-built; nobody uses it any more
 */
void vbuf_slots_deinit(struct vbuf_pool *pool)
{
	u32 i;

	static_assert(sizeof(struct vbuf_slot) == 64);

	free_blocks(pool);
	for (i = 0; pool->slot && i < pool->slots; i++) {
		put_pid(pool->slot[i].pid);
		cond_resched();
	}
	kvfree(pool->slot);
	pool->slot = NULL;
}
