/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_REGION_H
#define VBUF_REGION_H

#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/vbuf.h>

struct vbuf_endpoint;
struct vbuf_fill;

/**
 * DOC: A region, and who sees what in it
 *
 * An endpoint's own mapping, in two windows. In each, slot n stands at n times
 * the stride, and a page is there only if the endpoint owns the slot, and it is
 * one of the message's (or, to send, of those reserved). Pages come by
 * vbuf_region_show(), all at once, or by faults, and go by vbuf_region_hide().
 *
 * The region is a file of its own, with an address space of its own, behind the
 * mapping: so the endpoint ends with its last descriptor, mapped or not, and
 * hiding finds this endpoint's page tables and nobody else's.
 *
 * *Nobody sees a slot after it was hidden.* Who hides one has first made it
 * nobody's (slot->holder is 0, or the right is gone from ep->can; both under the
 * channel's lock). Pages are inserted with the region's lock held, after a look
 * at both within it. So hiding passes through that lock: what was inserted
 * before is in the page tables by then, and nothing is inserted after. Then,
 * with no lock of ours held, it takes the pages out and flushes the TLBs
 * (unmap_mapping_range), also those of a mapping that munmap() is taking down,
 * which is in no tree any more. Only then may the slot go to somebody else.
 * Where somebody else takes out entries of the same process at the same time,
 * found them first, and has not flushed yet, the kernel flushes all
 * (mm_tlb_flush_nested()). region.pml is a model of this (selftests/lab/model).
 *
 * *A region that comes while a slot is being hidden* is seen, or sees: making
 * one is a full barrier (cmpxchg) before any fault in it looks at a holder, and
 * hiding has one between writing the holder and looking for a region.
 *
 * It belongs to one process at a time, the one that has a window mapped: fork()
 * does not pass it on (VM_DONTCOPY).
 */

/* Its windows; the index is the bit of the right. */
enum vbuf_window {
	VBUF_WINDOW_RECEIVE,
	VBUF_WINDOW_SEND,
	VBUF_WINDOWS
};

int vbuf_region_mmap(struct file *file, struct vm_area_struct *vma);
int vbuf_region_tell(const struct vbuf_endpoint *ep,
		     struct vbuf_region_info *info);
int vbuf_region_check(const struct vbuf_endpoint *ep, enum vbuf_window window);
int vbuf_region_address(const struct vbuf_endpoint *ep,
			enum vbuf_window window, u32 n, u64 *addr);
u32 vbuf_region_slot(const struct vbuf_endpoint *ep, enum vbuf_window window,
		     u64 addr);
struct vbuf_fill *vbuf_region_fills(const struct vbuf_endpoint *ep);
void vbuf_region_show(struct vbuf_endpoint *ep, enum vbuf_window window,
		      u32 n);
void vbuf_region_hide(struct vbuf_endpoint *ep, enum vbuf_window window,
		      u32 n);
void vbuf_region_hide_all(struct vbuf_endpoint *ep, u32 rights);
void vbuf_region_end(struct vbuf_endpoint *ep);

#endif /* VBUF_REGION_H */
