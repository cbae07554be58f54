// SPDX-License-Identifier: GPL-2.0
/*
 * Slots that a sender has, and fills in its own time.
 */
#include <linux/sched.h>

#include "channel.h"
#include "endpoint.h"
#include "moves.h"
#include "reserved.h"
#include "wakes.h"

/* With VBUF_RESERVED, what the holder of a slot that @ep reserved is. */
static u64 holder_of(const struct vbuf_endpoint *ep)
{
	return ep->id | VBUF_RESERVED;
}

/**
 * vbuf_reserved_add() - a sender keeps a slot until it commits or discards it
 * @ep: the sender
 * @n: the slot; its length is that which is reserved
 *
 * Return: 0, or -EPIPE if the endpoint was shut down meanwhile, and then the
 * slot is free.
 */
int vbuf_reserved_add(struct vbuf_endpoint *ep, u32 n)
{
	struct vbuf_channel *ch = ep->channel;

	spin_lock(&ch->lock);
	if (!(ep->can & VBUF_RIGHT_SEND)) {
		spin_unlock(&ch->lock);
		vbuf_reserved_discard(ep, n);
		return -EPIPE;
	}
	/* Pairs with vbuf_region's look at it: the length is written before. */
	smp_store_release(&ch->pool.slot[n].holder, holder_of(ep));
	vbuf_chain_link_tail(&ep->reserved, &ch->pool, n);
	spin_unlock(&ch->lock);
	return 0;
}

static void unlink_locked(struct vbuf_endpoint *ep, u32 n)
	__must_hold(&ep->channel->lock)
{
	const struct vbuf_pool *pool = &ep->channel->pool;

	vbuf_chain_unlink(&ep->reserved, pool, n);
	WRITE_ONCE(pool->slot[n].holder, 0);
}

/**
 * vbuf_reserved_take() - a reserved slot becomes this call's alone
 * @ep: the sender
 * @n: the slot, or VBUF_NO_SLOT
 * @len: bytes that are to be sent
 *
 * Return: 0, -EINVAL if @ep has not reserved it, or -EMSGSIZE if less was
 * reserved; it is as it was then.
 */
int vbuf_reserved_take(struct vbuf_endpoint *ep, u32 n, u32 len)
{
	struct vbuf_channel *ch = ep->channel;
	int err = 0;

	if (n >= ch->pool.slots)
		return -EINVAL;
	spin_lock(&ch->lock);
	if (ch->pool.slot[n].holder != holder_of(ep))
		err = -EINVAL;
	else if (len > ch->pool.slot[n].len)
		err = -EMSGSIZE;
	else
		unlink_locked(ep, n);
	spin_unlock(&ch->lock);
	return err;
}

/**
 * vbuf_reserved_commit() - a slot that was taken becomes a message
 * @ep: the sender
 * @n: the slot; nobody sees it in a region any more
 * @len: bytes of the message
 * @seq: out: its number
 *
 * Return: 0, or -EPIPE; then the slot is reserved again, or, if the endpoint
 * was shut down, free.
 */
int vbuf_reserved_commit(struct vbuf_endpoint *ep, u32 n, u32 len, u64 *seq)
{
	struct vbuf_slot *slot = &ep->channel->pool.slot[n];
	u32 reserved = slot->len;
	int err;

	slot->len = len;
	slot->deliveries = 0;
	slot->uid = ep->uid;
	slot->pid = current->tgid;
	err = vbuf_moves_try_commit(ep, n, seq);
	if (likely(!err))
		return 0;
	slot->len = reserved;
	return vbuf_reserved_add(ep, n) ?: err;
}

/* A slot that was taken becomes free. */
void vbuf_reserved_discard(struct vbuf_endpoint *ep, u32 n)
{
	vbuf_moves_discard(ep, vbuf_chain_of(n));
}

/**
 * vbuf_reserved_return() - what an endpoint has reserved becomes free
 * @ep: the endpoint, which can send no more
 *
 * In pieces, so that the lock is never held long.
 */
void vbuf_reserved_return(struct vbuf_endpoint *ep)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_chain chain;
	u32 n;

	do {
		chain.count = 0;
		spin_lock(&ch->lock);
		while (ep->reserved.count && chain.count < VBUF_BATCH) {
			n = ep->reserved.head;
			unlink_locked(ep, n);
			vbuf_chain_push_tail(&chain, &ch->pool, n);
		}
		spin_unlock(&ch->lock);
		if (chain.count)
			vbuf_moves_discard(ep, chain);
		cond_resched();
	} while (chain.count == VBUF_BATCH);
}
