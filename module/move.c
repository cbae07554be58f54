// SPDX-License-Identifier: GPL-2.0
/*
 * Messages by moving pages: what happens between a slot's moves.
 *
 * What a message costs here on each side: four short holdings of the channel's
 * lock and three of the region's, an entry of a page table set and cleared a page,
 * and a flush of the TLB. No byte is copied, and none cleared where the slot was
 * last filled by the same endpoint.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "channel.h"
#include "endpoint.h"
#include "held.h"
#include "messages.h"
#include "move.h"
#include "region.h"
#include "reserved.h"
#include "transfer.h"
#include "user.h"

/* A slot's first @len bytes are made zeros, or the endpoint's own, all of them. */
static void make_own(struct vbuf_endpoint *ep, u32 n, u32 len)
{
	const struct vbuf_pool *pool = &ep->channel->pool;
	struct vbuf_fill *fill = &vbuf_region_fills(ep)[n];
	u32 pages = PAGE_ALIGN(len) >> PAGE_SHIFT;

	if (!vbuf_fill_fits(fill, pool->slot[n].seq)) {
		WRITE_ONCE(fill->seq, VBUF_NO_SEQ);
		fill->pages = 0;
	}
	if (fill->pages < pages) {
		vbuf_slots_zero(pool, n, fill->pages << PAGE_SHIFT,
				pages << PAGE_SHIFT);
		fill->pages = pages;
	}
}

/* Reserves a slot, shows it, and tells @to where. */
static int reserve(struct vbuf_endpoint *ep, struct vbuf_call call, u32 len,
		   u64 __user *to)
{
	int n, err;
	u64 addr;

	n = vbuf_moves_reserve_near(ep, call, vbuf_region_fills(ep));
	if (n < 0)
		return n;
	err = vbuf_region_address(ep, VBUF_WINDOW_SEND, n, &addr);
	if (!err)
		err = vbuf_user_put_addr(to, addr);
	if (err) {
		vbuf_reserved_discard(ep, n);
		return err;
	}
	make_own(ep, n, len);
	ep->channel->pool.slot[n].len = len;
	err = vbuf_reserved_add(ep, n);
	if (!err)
		vbuf_region_show(ep, VBUF_WINDOW_SEND, n);
	return err;
}

static int check_reserve(const struct vbuf_endpoint *ep, u64 len)
{
	if (len > ep->channel->attr.slot_size)
		return -EMSGSIZE;
	return vbuf_region_check(ep, VBUF_WINDOW_SEND);
}

/**
 * vbuf_move_reserve() - VBUF_IOC_RESERVE
 * @ep: the sender
 * @call: how to wait
 * @len: bytes that are to be shown
 * @to: out: where they are
 *
 * Return: 0 or -errno, as VBUF_IOC_RESERVE says.
 */
long vbuf_move_reserve(struct vbuf_endpoint *ep, struct vbuf_call call,
		       u64 len, u64 __user *to)
{
	int err = check_reserve(ep, len);

	/* An address that cannot be told had better cost no message its slot. */
	if (!err)
		err = vbuf_user_put_addr(to, 0);
	return err ?: reserve(ep, call, len, to);
}

/* A reserved slot at @addr becomes a message of @len bytes. */
static int commit(struct vbuf_endpoint *ep, u64 addr, u64 len, u64 tag)
{
	u32 n = vbuf_region_slot(ep, VBUF_WINDOW_SEND, addr);
	u64 seq;
	int err;

	err = vbuf_reserved_take(ep, n, min_t(u64, len, U32_MAX));
	if (err)
		return err;
	vbuf_region_hide(ep, VBUF_WINDOW_SEND, n);
	ep->channel->pool.slot[n].tag = tag;
	err = vbuf_reserved_commit(ep, n, len, &seq);
	/* Should it be reserved again by now, the number fits no more. */
	if (!err)
		WRITE_ONCE(vbuf_region_fills(ep)[n].seq, seq);
	return err;
}

/**
 * vbuf_move_commit() - VBUF_IOC_COMMIT
 * @ep: the sender
 * @call: with %VBUF_NEXT, how to wait
 * @arg: its argument
 * @next: out, with %VBUF_NEXT: the address of another slot, or 0
 *
 * Return: 0 or -errno, as VBUF_IOC_COMMIT says.
 */
long vbuf_move_commit(struct vbuf_endpoint *ep, struct vbuf_call call,
		      const struct vbuf_commit *arg, u64 __user *next)
{
	int err;

	if (!(arg->flags & VBUF_NEXT))
		return commit(ep, arg->addr, arg->len, arg->tag);
	err = check_reserve(ep, arg->next_len);
	if (!err)
		err = vbuf_user_put_addr(next, 0);
	if (!err)
		err = commit(ep, arg->addr, arg->len, arg->tag);
	if (err)
		return err;
	/* What this meets, RESERVE meets again; it may have told an address. */
	if (reserve(ep, call, arg->next_len, next))
		vbuf_user_put_addr(next, 0);
	return 0;
}

/**
 * vbuf_move_discard() - VBUF_IOC_DISCARD
 * @ep: the sender
 * @addr: where the slot is
 *
 * Return: 0 or -EINVAL.
 */
long vbuf_move_discard(struct vbuf_endpoint *ep, u64 addr)
{
	u32 n = vbuf_region_slot(ep, VBUF_WINDOW_SEND, addr);
	int err;

	err = vbuf_reserved_take(ep, n, 0);
	if (err)
		return err;
	vbuf_region_hide(ep, VBUF_WINDOW_SEND, n);
	vbuf_reserved_discard(ep, n);
	return 0;
}

/* Tells a receiver of a message that it is about to have. */
static int tell(struct vbuf_endpoint *ep, struct vbuf_call call, u32 n,
		struct vbuf_msg __user *to)
{
	u64 addr;
	int err;

	err = vbuf_region_address(ep, VBUF_WINDOW_RECEIVE, n, &addr);
	if (!err)
		err = vbuf_user_put_acquired(to, addr,
					     &ep->channel->pool.slot[n]);
	if (!err)
		err = vbuf_transfer_put_more(ep, call, n, to);
	if (!err && fatal_signal_pending(current))
		err = -EINTR;
	return err;
}

/* Acquires a message, shows it, and tells @to of it. */
static int acquire(struct vbuf_endpoint *ep, struct vbuf_call call,
		   struct vbuf_msg __user *to)
{
	int n, err;

	call.flags |= VBUF_HOLD;
	n = vbuf_moves_acquire_one(ep, ep->channel, call, U32_MAX, NULL);
	if (n < 0)
		return n;
	err = tell(ep, call, n, to);
	if (err) {
		vbuf_moves_undo(ep, vbuf_chain_of(n));
		return err;
	}
	vbuf_messages_note(ep->channel, n);
	err = vbuf_held_add(ep, vbuf_chain_of(n));
	if (!err)
		vbuf_region_show(ep, VBUF_WINDOW_RECEIVE, n);
	return err;
}

/**
 * vbuf_move_acquire() - VBUF_IOC_ACQUIRE
 * @ep: the receiver
 * @call: how to wait
 * @to: out: the message
 *
 * Return: 0 or -errno, as VBUF_IOC_ACQUIRE says.
 */
long vbuf_move_acquire(struct vbuf_endpoint *ep, struct vbuf_call call,
		       struct vbuf_msg __user *to)
{
	return vbuf_region_check(ep, VBUF_WINDOW_RECEIVE) ?:
	       acquire(ep, call, to);
}

/* Ends the holding of the message that @arg names. */
static int release(struct vbuf_endpoint *ep, const struct vbuf_release *arg)
{
	u32 n;
	int err;

	if (arg->addr && arg->cookie)
		return -EINVAL;
	n = arg->addr ? vbuf_region_slot(ep, VBUF_WINDOW_RECEIVE, arg->addr) :
			vbuf_held_slot(arg->cookie);
	err = vbuf_held_take(ep, n, arg->addr ? NULL : &arg->cookie);
	if (err)
		return err;
	vbuf_region_hide(ep, VBUF_WINDOW_RECEIVE, n);
	vbuf_held_give_back(ep, n, arg->flags & VBUF_REQUEUE);
	return 0;
}

/**
 * vbuf_move_release() - VBUF_IOC_RELEASE
 * @ep: the receiver
 * @call: with %VBUF_NEXT, how to wait
 * @arg: its argument
 * @next: out, with %VBUF_NEXT: another message, or none
 *
 * Return: 0 or -errno, as VBUF_IOC_RELEASE says.
 */
long vbuf_move_release(struct vbuf_endpoint *ep, struct vbuf_call call,
		       const struct vbuf_release *arg,
		       struct vbuf_msg __user *next)
{
	int err;

	if (!(arg->flags & VBUF_NEXT))
		return release(ep, arg);
	err = vbuf_region_check(ep, VBUF_WINDOW_RECEIVE);
	if (!err)
		err = vbuf_user_put_addr(&next->buf, 0);
	if (!err)
		err = release(ep, arg);
	if (err)
		return err;
	/* What this meets, ACQUIRE meets again; it may have told an address. */
	if (acquire(ep, call, next))
		vbuf_user_put_addr(&next->buf, 0);
	return 0;
}
