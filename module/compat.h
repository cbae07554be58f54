/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_COMPAT_H
#define VBUF_COMPAT_H

#include <linux/fs.h>

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

#endif /* VBUF_COMPAT_H */
