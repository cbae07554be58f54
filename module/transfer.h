/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_TRANSFER_H
#define VBUF_TRANSFER_H

#include <linux/compiler_types.h>
#include <linux/types.h>

#include "moves.h"

struct file;
struct iov_iter;
struct kiocb;

ssize_t vbuf_transfer_write(struct file *file, const char __user *from,
			    size_t len, loff_t *pos);
ssize_t vbuf_transfer_read(struct file *file, char __user *to, size_t size,
			   loff_t *pos);
ssize_t vbuf_transfer_write_iter(struct kiocb *iocb, struct iov_iter *from);
ssize_t vbuf_transfer_read_iter(struct kiocb *iocb, struct iov_iter *to);
long vbuf_transfer_send(struct vbuf_endpoint *ep, struct vbuf_call call,
			const struct vbuf_xfer *arg);
long vbuf_transfer_recv(struct vbuf_endpoint *ep, struct vbuf_call call,
			const struct vbuf_xfer *arg, u32 *too_long);
long vbuf_transfer_sendv(struct vbuf_endpoint *ep, struct vbuf_call call,
			 const struct vbuf_msg __user *msgs, u32 count);
long vbuf_transfer_recvv(struct vbuf_endpoint *ep, struct vbuf_call call,
			 struct vbuf_msg __user *msgs, u32 count);

int vbuf_transfer_put_more(struct vbuf_endpoint *ep, struct vbuf_call call,
			   u32 n, struct vbuf_msg __user *msg);

#endif /* VBUF_TRANSFER_H */
