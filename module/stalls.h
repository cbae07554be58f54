/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_STALLS_H
#define VBUF_STALLS_H

#include "channel.h"

/**
 * DOC: Stalls
 *
 * A channel is stalled while a sender has waited for a slot for stall_ms or
 * longer. A channel where a sender begins to wait goes on a list, once; a worker
 * looks at those on it, every half of that time, and takes off those where none
 * waits any more. So a sender that waits pays for a look at a flag, and nobody
 * else for anything.
 */

void vbuf_stalls_exit(void);
void vbuf_stalls_begin_locked(struct vbuf_channel *ch)
	__must_hold(&ch->lock);
void vbuf_stalls_forget(struct vbuf_channel *ch);

/* A sender of @ch is about to wait. */
static inline void vbuf_stalls_watch_locked(struct vbuf_channel *ch)
	__must_hold(&ch->lock)
{
	if (unlikely(!ch->stall_watched))
		vbuf_stalls_begin_locked(ch);
}

#endif /* VBUF_STALLS_H */
