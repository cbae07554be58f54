/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_MOVE_H
#define VBUF_MOVE_H

#include <linux/compiler_types.h>
#include <linux/types.h>
#include <linux/vbuf.h>

#include "moves.h"

long vbuf_move_reserve(struct vbuf_endpoint *ep, struct vbuf_call call,
		       u64 len, u64 __user *to);
long vbuf_move_commit(struct vbuf_endpoint *ep, struct vbuf_call call,
		      const struct vbuf_commit *arg, u64 __user *next);
long vbuf_move_discard(struct vbuf_endpoint *ep, u64 addr);
long vbuf_move_acquire(struct vbuf_endpoint *ep, struct vbuf_call call,
		       struct vbuf_msg __user *to);
long vbuf_move_release(struct vbuf_endpoint *ep, struct vbuf_call call,
		       const struct vbuf_release *arg,
		       struct vbuf_msg __user *next);

#endif /* VBUF_MOVE_H */
