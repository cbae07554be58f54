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
 * commands binds it: private_data goes from NULL to the endpoint by a
 * cmpxchg(), which pairs with the acquire in vbuf_bind_endpoint(), and the
 * file's release ends it.
 */

int vbuf_bind_create(struct file *file, const struct vbuf_create *arg);
int vbuf_bind_open(struct file *file, const struct vbuf_open *arg);
int vbuf_bind_reopen(struct file *file, const struct vbuf_reopen *arg,
		     struct file *other);
void vbuf_bind_end(struct file *file);
int vbuf_bind_check_name(const char *name);

/* The endpoint that a file of /dev/vbuf is, or NULL. */
static inline struct vbuf_endpoint *vbuf_bind_endpoint(const struct file *file)
{
	/* Pairs with the cmpxchg() in bind(). */
	return smp_load_acquire(&file->private_data);
}

#endif /* VBUF_BIND_H */
