/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_REGION_PAGES_H
#define VBUF_REGION_PAGES_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/vbuf.h>

#include "region.h"

struct vbuf_fill;

/**
 * struct vbuf_region - an endpoint's mapping
 * @file: what is mapped; the endpoint has a reference, and so has each window
 * @pages: the file's address space: what finds the page tables
 *
 * The above are constant after creation.
 *
 * @lock: guards what follows, and is held while pages are inserted. Within
 *	mmap_lock, outside of page-table locks
 * @ep: the endpoint, NULL once it has ended
 * @mm: the process's that has a window mapped, NULL if none has; grabbed.
 *	Looked at without the lock by who can do with what was so
 * @base: where each window is mapped, or was last; likewise
 * @mapped: whether it is; likewise
 * @fills: what the endpoint knows of each slot's bytes; NULL before it has had
 *	a window to send from. The entries: see vbuf_region_fills()
 */
struct vbuf_region {
	struct file *file;
	struct address_space pages;

	struct mutex lock;	/* guards what follows */
	struct vbuf_endpoint *ep;
	struct mm_struct *mm;
	unsigned long base[VBUF_WINDOWS];
	bool mapped[VBUF_WINDOWS];
	struct vbuf_fill *fills;
};

vm_fault_t vbuf_region_fault(struct vm_fault *vmf);
void vbuf_region_insert_slot(struct vm_area_struct *vma, u32 n);
void vbuf_region_thin_out(struct vm_area_struct *vma, u32 n);

/* Which window a mapping is. */
static inline enum vbuf_window
vbuf_region_window(const struct vm_area_struct *vma)
{
	return vma->vm_pgoff == VBUF_MAP_RECEIVE >> PAGE_SHIFT ?
	       VBUF_WINDOW_RECEIVE : VBUF_WINDOW_SEND;
}

#endif /* VBUF_REGION_PAGES_H */
