/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_COMPAT_H
#define VBUF_COMPAT_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pfn_t.h>
#include <linux/version.h>
#include <net/genetlink.h>

/*
 * All that differs between the kernels that vbuf is built for.
 */

/* No events of this file for those who watch its inode; in .open. */
static inline void vbuf_compat_no_events(struct file *file)
{
#ifdef FMODE_FSNOTIFY_MASK
	/* Two bits, of which both together mean something else. */
	file->f_mode &= ~FMODE_FSNOTIFY_MASK;
#endif
	file->f_mode |= FMODE_NONOTIFY;
}

/* Flags of a mapping, in .mmap. */
static inline void vbuf_compat_vm_flags_set(struct vm_area_struct *vma,
					    unsigned long flags)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	vma->vm_flags |= flags;
#else
	vm_flags_set(vma, flags);
#endif
}

static inline void vbuf_compat_vm_flags_clear(struct vm_area_struct *vma,
					      unsigned long flags)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	vma->vm_flags &= ~flags;
#else
	vm_flags_clear(vma, flags);
#endif
}

/*
 * A frame for vmf_insert_pfn_pmd(). Early kernels look for special mappings in
 * page tables alone: move_pages() would take a reference to what a large entry
 * maps, and warn that it cannot. An entry of a device's memory it looks up, finds
 * that it is no device's, and leaves.
 */
static inline pfn_t vbuf_compat_large_pfn(unsigned long pfn)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	return __pfn_to_pfn_t(pfn, PFN_DEV | PFN_MAP);
#else
	return pfn_to_pfn_t(pfn);
#endif
}

/* The attributes of the request that a dump is made for. */
static inline struct nlattr **
vbuf_compat_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_info_dump(cb)->attrs;
#endif
}

#endif /* VBUF_COMPAT_H */
