/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_RESERVED_H
#define VBUF_RESERVED_H

#include <linux/types.h>

struct vbuf_endpoint;

/**
 * DOC: Reserved slots
 *
 * A slot that a sender took with RESERVE is owned by its endpoint, and chained
 * to it, until a COMMIT or DISCARD, in whatever thread, takes it off. In
 * between, until it is a message, free, or back on the chain, it is that call's
 * alone: nobody finds it by its address, and no page fault shows it.
 */

int vbuf_reserved_add(struct vbuf_endpoint *ep, u32 n);
int vbuf_reserved_take(struct vbuf_endpoint *ep, u32 n, u32 len);
int vbuf_reserved_commit(struct vbuf_endpoint *ep, u32 n, u32 len, u64 *seq);
void vbuf_reserved_discard(struct vbuf_endpoint *ep, u32 n);
void vbuf_reserved_return(struct vbuf_endpoint *ep);

#endif /* VBUF_RESERVED_H */
