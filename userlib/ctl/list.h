/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists of what the kernel tells: of channels, of endpoints, of limits, of threads.
 * Each item begins with the pointer to the next one.
 */
#ifndef _VBUF_CTL_LIST_H
#define _VBUF_CTL_LIST_H

#include <stddef.h>

#include "netlink.h"

/**
 * struct vbuf_list_kind - what the items of a list are
 * @size: bytes of one
 * @fields: which attributes it takes from an answer
 * @count: number of @fields
 * @blank: what it is before that, @size bytes; NULL: 0
 * @take_nests: takes into an item what the answer nests; NULL if that is nothing
 */
struct vbuf_list_kind {
	size_t size;
	const struct vbuf_netlink_field *fields;
	size_t count;
	const void *blank;
	int (*take_nests)(const struct vbuf_netlink_answer *answer, void *item);
};

int vbuf_list_get(struct vbuf_ctl *ctl,
		  const struct vbuf_netlink_command *command,
		  const struct vbuf_list_kind *kind, void **first);
int vbuf_list_dump(struct vbuf_ctl *ctl,
		   const struct vbuf_netlink_command *command,
		   const struct vbuf_list_kind *kind, void **first);
void vbuf_list_free(void *first);

#endif /* _VBUF_CTL_LIST_H */
