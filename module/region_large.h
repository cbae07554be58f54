/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_REGION_LARGE_H
#define VBUF_REGION_LARGE_H

#include <linux/types.h>

struct vm_area_struct;

bool vbuf_region_large_fits(const struct vm_area_struct *vma,
			    unsigned long addr, unsigned long pfn, u32 pages);
bool vbuf_region_large_is_at(const struct vm_area_struct *vma,
			     unsigned long addr);
bool vbuf_region_large_insert(struct vm_area_struct *vma, unsigned long addr,
			      unsigned long pfn);

#endif /* VBUF_REGION_LARGE_H */
