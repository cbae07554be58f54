/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_OFFLINE_H
#define VBUF_OFFLINE_H

struct page;

/**
 * DOC: Pages that cannot be taken away, and say so
 *
 * Who takes memory offline moves what is in it elsewhere, and gives up where it
 * meets what cannot be moved. It passes over pages with a reference count of 0,
 * for those are just coming from or going to the page allocator. The pool's are
 * not, so that it would wait for them until its process is killed. They carry a
 * mark from before their count becomes 0, and a notifier refuses where it finds
 * one.
 */

void vbuf_offline_mark(struct page *page);
void vbuf_offline_unmark(struct page *page);

int vbuf_offline_init(void);
void vbuf_offline_exit(void);

#endif /* VBUF_OFFLINE_H */
