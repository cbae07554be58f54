/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_HELD_H
#define VBUF_HELD_H

#include "channel.h"
#include "slots.h"

struct vbuf_endpoint;

/**
 * DOC: Held messages
 *
 * A message that was acquired, or received with %VBUF_HOLD, stays in its slot,
 * owned by the receiver and chained to its endpoint, until the receiver gives it
 * back by its cookie or address, shuts down, or ends. The cookie names the slot,
 * the message in it and the delivery: so an old one fits neither a later message
 * nor a later delivery (but for what it has no room to count: the message whose
 * number is 2^36 higher, in the same slot, or the 256th delivery after). From
 * vbuf_held_take() on, until it is free or queued again, it is that call's alone,
 * as a reserved slot that is taken.
 */

int vbuf_held_add(struct vbuf_endpoint *ep, struct vbuf_chain chain);
int vbuf_held_take(struct vbuf_endpoint *ep, u32 n, const u64 *cookie);
void vbuf_held_give_back(struct vbuf_endpoint *ep, u32 n, bool requeue);
void vbuf_held_return(struct vbuf_endpoint *ep);

/* The slot that a cookie names. */
static inline u32 vbuf_held_slot(u64 cookie)
{
	return cookie & (VBUF_MAX_SLOTS - 1);
}

/* 36 bits of sequence number, 8 of deliveries, 20 of slot. */
static inline u64 vbuf_held_cookie(const struct vbuf_slot *slot, u32 n,
				   u32 delivery)
{
	return slot->seq << 28 | (u64)(delivery & 0xff) << 20 | n;
}

#endif /* VBUF_HELD_H */
