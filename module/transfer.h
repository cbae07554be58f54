/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_TRANSFER_H
#define VBUF_TRANSFER_H

#include <linux/compiler_types.h>
#include <linux/types.h>

#include "moves.h"

struct iov_iter;
struct vbuf_endpoint;
struct vbuf_msg;

ssize_t vbuf_transfer_send(struct vbuf_endpoint *ep,
			   struct vbuf_call call,
			   const void __user *from, size_t len);
ssize_t vbuf_transfer_recv(struct vbuf_endpoint *ep,
			   struct vbuf_call call,
			   void __user *to, size_t size, u32 *too_long);
ssize_t vbuf_transfer_send_iter(struct vbuf_endpoint *ep,
				struct vbuf_call call,
				struct iov_iter *from);
ssize_t vbuf_transfer_recv_iter(struct vbuf_endpoint *ep,
				struct vbuf_call call,
				struct iov_iter *to);
long vbuf_transfer_sendv(struct vbuf_endpoint *ep, struct vbuf_call call,
			 const struct vbuf_msg __user *msgs, u32 count);
long vbuf_transfer_recvv(struct vbuf_endpoint *ep, struct vbuf_call call,
			 struct vbuf_msg __user *msgs, u32 count);

#endif /* VBUF_TRANSFER_H */
