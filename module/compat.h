/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_COMPAT_H
#define VBUF_COMPAT_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/version.h>

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

#endif /* VBUF_COMPAT_H */
