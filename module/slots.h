/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_SLOTS_H
#define VBUF_SLOTS_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct vbuf_attr;

/**
 * DOC: Slots and their pool
 *
 * A slot is the room of one message. It has a number below the channel's
 * attr.slots, which the code passes around, a struct vbuf_slot that describes
 * the message, and bytes in one of the pool's blocks.
 *
 * A slot is at each moment in exactly one of four places: free, owned by a
 * sender, in the queue, or owned by a receiver. So one pair of links serves
 * them all: free slots and the queue are chained by @next, the slots that an
 * endpoint holds by both. Who takes a slot off a chain, under the channel's
 * lock, owns it: its description and its bytes are then that task's alone,
 * lock or not, until it puts the slot on a chain again.
 *
 * The bytes lie in the kernel's linear map, where copying is cheapest, in
 * blocks of pages of one size:
 *
 *   whole slots in a block (the rule)       a slot over several blocks
 *   slot n is part of one block             (large slots, scattered memory)
 *
 *   +--------+--------+-----+--------+      +------------+   +------------+
 *   | slot 0 | slot 1 | ... | 2^k-1  |      | slot 0,    |   | slot 0,    |
 *   +--------+--------+-----+--------+      | 1st piece  |   | 2nd piece  | ...
 *                                           +------------+   +------------+
 *
 * Slots under a page are packed, at multiples of 8 bytes; larger ones begin on
 * a page, so that a page never holds bytes of two of them.
 *
 * Pages that a region may show have a reference count of 0: so nobody can take
 * a reference, by whatever way it comes to a page, and keep it beyond COMMIT.
 */

#define VBUF_NO_SLOT	U32_MAX

/* Of a slot whose bytes are no message's, nor left from one. */
#define VBUF_NO_SEQ	U64_MAX

/* In @holder: the slot is reserved, not held. */
#define VBUF_RESERVED	BIT_ULL(63)

/* The most slots that move in one holding of the channel's lock. */
#define VBUF_BATCH	32U

/**
 * struct vbuf_rooms - bytes that a receiver has room for
 * @least: the least of @room
 * @room: for each message
 */
struct vbuf_rooms {
	u32 least;
	u32 room[VBUF_BATCH];
};

/**
 * struct vbuf_slot - describes a slot, and the message in it
 * @data: its bytes, or the first piece of them; constant after creation
 * @next: the slot behind it on its chain
 * @prev: the slot before it, where it is held or reserved
 * @len: bytes of the message; of a reserved slot, those that were reserved
 * @deliveries: how often the message was received and held, or put back
 * @seq: number of the message in its channel; stays while the slot is free, and
 *	tells then whose bytes it has, or is VBUF_NO_SEQ
 * @time_ns: when it was sent, CLOCK_MONOTONIC
 * @tag: the sender's own
 * @holder: id of the endpoint that holds it, with VBUF_RESERVED of the one that
 *	reserved it; ids are never used twice, so one that was left behind fits
 *	nobody. Guarded by the channel's lock; page faults look without
 * @pid: the process that sent the message, by its number in the initial pid
 *	namespace: a reference would keep the sender's namespaces alive
 * @uid: who opened the sending endpoint
 */
struct vbuf_slot {
	void *data;
	u32 next;
	u32 prev;
	u32 len;
	u32 deliveries;
	u64 seq;
	u64 time_ns;
	u64 tag;
	u64 holder;
	kuid_t uid;
	pid_t pid;
};

/**
 * struct vbuf_pool - all slots of a channel; constant after creation
 * @slot: the descriptions
 * @block: the blocks' addresses
 * @blocks: how many
 * @block_bytes: the size of each
 * @slots: how many slots
 * @stride: bytes from slot to slot, or, over several blocks, of one slot
 * @shift: log2 of the slots in a block
 * @pieces: blocks that a slot extends over, 1 where @shift counts
 * @mappable: regions may show the pages
 * @clean: the bytes were zeroed at creation, for all are shown
 */
struct vbuf_pool {
	struct vbuf_slot *slot;
	void **block;
	u32 pieces;
	u32 shift;
	u32 stride;
	u32 slots;
	u32 block_bytes;
	size_t blocks;
	bool mappable;
	bool clean;
};

/**
 * struct vbuf_fill - what one endpoint knows of the bytes in a slot
 * @seq: the message that it last committed from there; VBUF_NO_SEQ for none
 * @pages: so many, from the first, had then only zeros and bytes of its own
 *
 * As long as that is the last message that was in the slot, they have still.
 */
struct vbuf_fill {
	u64 seq;
	u32 pages;
};

/* Whether what @fill tells of a slot, whose last message is @seq, is so still. */
static inline bool vbuf_fill_fits(const struct vbuf_fill *fill, u64 seq)
{
	/* A late look, or a late number, fits no other message. */
	return fill->pages && seq != VBUF_NO_SEQ && READ_ONCE(fill->seq) == seq;
}

/**
 * struct vbuf_chain - slots one behind the other, by their numbers
 * @head: the first
 * @tail: the last
 * @count: how many; the other two mean nothing at 0
 */
struct vbuf_chain {
	u32 head;
	u32 tail;
	u32 count;
};

void vbuf_slots_plan(struct vbuf_pool *pool, const struct vbuf_attr *attr);
u64 vbuf_slots_bytes(const struct vbuf_pool *pool);
int vbuf_slots_init(struct vbuf_pool *pool);
void vbuf_slots_deinit(struct vbuf_pool *pool);
void vbuf_slots_zero(const struct vbuf_pool *pool, u32 n, u32 from, u32 to);

/* Where byte @off of a slot stands, and how many follow it in one piece. */
static inline void *vbuf_slots_piece(const struct vbuf_pool *pool, u32 n,
				     u32 off, u32 *bytes)
{
	u32 piece;

	if (pool->pieces == 1) {
		*bytes = pool->stride - off;
		return pool->slot[n].data + off;
	}
	piece = off / pool->block_bytes;
	off %= pool->block_bytes;
	*bytes = pool->block_bytes - off;
	return pool->block[(size_t)n * pool->pieces + piece] + off;
}

static __always_inline u32 vbuf_chain_pop(struct vbuf_chain *chain,
					  const struct vbuf_pool *pool)
{
	u32 n = chain->head;

	chain->head = pool->slot[n].next;
	chain->count--;
	return n;
}

static __always_inline void vbuf_chain_push_head(struct vbuf_chain *chain,
						 const struct vbuf_pool *pool,
						 u32 n)
{
	pool->slot[n].next = chain->head;
	if (!chain->count++)
		chain->tail = n;
	chain->head = n;
}

static __always_inline void vbuf_chain_push_tail(struct vbuf_chain *chain,
						 const struct vbuf_pool *pool,
						 u32 n)
{
	if (chain->count++)
		pool->slot[chain->tail].next = n;
	else
		chain->head = n;
	chain->tail = n;
}

/* As push_head, on a chain that is only taken from at its head: @tail rests. */
static __always_inline void vbuf_chain_stack(struct vbuf_chain *chain,
					     const struct vbuf_pool *pool,
					     u32 n)
{
	pool->slot[n].next = chain->head;
	chain->head = n;
	chain->count++;
}

/* A chain of one. */
static inline struct vbuf_chain vbuf_chain_of(u32 n)
{
	return (struct vbuf_chain){ .head = n, .tail = n, .count = 1 };
}

/* Takes the first @count slots, of at least as many, without looking at @tail. */
static inline struct vbuf_chain vbuf_chain_take(struct vbuf_chain *chain,
						const struct vbuf_pool *pool,
						u32 count)
{
	struct vbuf_chain taken = { .head = chain->head, .count = count };
	u32 n = chain->head, i;

	if (!count)
		return taken;
	for (i = 1; i < count; i++)
		n = pool->slot[n].next;
	taken.tail = n;
	chain->head = pool->slot[n].next;
	chain->count -= count;
	return taken;
}

/* Takes all. */
static inline struct vbuf_chain vbuf_chain_take_all(struct vbuf_chain *chain)
{
	struct vbuf_chain taken = *chain;

	chain->count = 0;
	return taken;
}

/* Takes the slot behind @prev, of a chain whose @tail rests. */
static inline u32 vbuf_chain_pop_after(struct vbuf_chain *chain,
				       const struct vbuf_pool *pool, u32 prev)
{
	u32 n = pool->slot[prev].next;

	pool->slot[prev].next = pool->slot[n].next;
	chain->count--;
	return n;
}

/* As push_tail, on a chain from whose middle one can be taken. */
static inline void vbuf_chain_link_tail(struct vbuf_chain *chain,
					const struct vbuf_pool *pool, u32 n)
{
	pool->slot[n].prev = chain->tail;
	vbuf_chain_push_tail(chain, pool, n);
}

static inline void vbuf_chain_unlink(struct vbuf_chain *chain,
				     const struct vbuf_pool *pool, u32 n)
{
	struct vbuf_slot *slot = &pool->slot[n];

	if (n == chain->head)
		chain->head = slot->next;
	else
		pool->slot[slot->prev].next = slot->next;
	if (n == chain->tail)
		chain->tail = slot->prev;
	else
		pool->slot[slot->next].prev = slot->prev;
	chain->count--;
}

/* Puts all of @from before all of @to, in order, and empties @from. */
static inline void vbuf_chain_splice_head(struct vbuf_chain *from,
					  struct vbuf_chain *to,
					  const struct vbuf_pool *pool)
{
	if (!from->count)
		return;
	if (to->count)
		pool->slot[from->tail].next = to->head;
	else
		to->tail = from->tail;
	to->head = from->head;
	to->count += from->count;
	from->count = 0;
}

/* Puts all of @from, at least one, behind all of @to, in order, and empties @from. */
static inline void vbuf_chain_splice_tail(struct vbuf_chain *from,
					  struct vbuf_chain *to,
					  const struct vbuf_pool *pool)
{
	if (to->count)
		pool->slot[to->tail].next = from->head;
	else
		to->head = from->head;
	to->tail = from->tail;
	to->count += from->count;
	from->count = 0;
}

#endif /* VBUF_SLOTS_H */
