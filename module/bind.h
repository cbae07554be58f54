/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_BIND_H
#define VBUF_BIND_H

#include <linux/fs.h>
#include <linux/vbuf.h>

#include "endpoint.h"

/**
 * DOC: Files and endpoints
 *
 * A file of /dev/vbuf becomes an endpoint once, for good, when one of three
 * commands binds it: private_data goes from NULL to VBUF_BINDING by a cmpxchg(),
 * so that one command at a time tries, and then to the endpoint, by a release
 * that pairs with the acquire in vbuf_endpoint_of(), or back to NULL. The
 * file's release ends the endpoint.
 */

int vbuf_bind_create(struct file *file, const struct vbuf_create *arg);
int vbuf_bind_open(struct file *file, const struct vbuf_open *arg);
int vbuf_bind_trace(struct file *file, const struct vbuf_trace *arg);
int vbuf_bind_reopen(struct file *file, const struct vbuf_reopen *arg,
		     struct file *other);
void vbuf_bind_end(struct file *file);
void vbuf_bind_shut_down(struct vbuf_endpoint *ep, u32 rights);

#endif /* VBUF_BIND_H */
