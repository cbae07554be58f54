// SPDX-License-Identifier: GPL-2.0
/*
 * Regions: which pages of a window are there, and how they get there.
 *
 * What a page costs beyond the first few: some 15 instructions to show it with
 * the others, and some 25 to hide it with them. A slot costs a look at its page
 * tables for each, and a flush of the TLB.
 */
#include <linux/io.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "channel.h"
#include "endpoint.h"
#include "region_large.h"
#include "region_pages.h"

/**
 * struct unit - what stands at one place in a window, and how much of it shows
 * @pool: its pool
 * @number: of the slot, or where slots are packed, of the block
 * @at: where it begins in the window, in pages
 * @visible: so many of its pages, from the first
 */
struct unit {
	const struct vbuf_pool *pool;
	u32 number;
	u64 at;
	u32 visible;
};

static bool is_packed(const struct vbuf_pool *pool)
{
	return pool->stride < PAGE_SIZE;
}

/* The unit that page @page of a window belongs to. */
static struct unit unit_at(const struct vbuf_pool *pool, u64 page)
{
	u32 bytes = is_packed(pool) ? pool->block_bytes : pool->stride;
	u32 pages = bytes >> PAGE_SHIFT;
	struct unit unit = { .pool = pool };

	unit.number = div_u64(page, pages);
	unit.at = (u64)unit.number * pages;
	return unit;
}

/* The frame of a page in a unit, and how many follow it in one piece. */
static unsigned long pfn_in(const struct unit *unit, u32 page, u32 *pages)
{
	const struct vbuf_pool *pool = unit->pool;
	u32 bytes;
	void *addr;

	if (is_packed(pool)) {
		bytes = pool->block_bytes - (page << PAGE_SHIFT);
		addr = pool->block[unit->number] + (page << PAGE_SHIFT);
	} else {
		addr = vbuf_slots_piece(pool, unit->number, page << PAGE_SHIFT,
					&bytes);
	}
	*pages = bytes >> PAGE_SHIFT;
	return PHYS_PFN(virt_to_phys(addr));
}

/* How many pages of a slot are the endpoint's to see. */
static u32 visible_of_slot_locked(const struct vbuf_endpoint *ep,
				  enum vbuf_window window, u32 n)
{
	u64 wanted = window == VBUF_WINDOW_SEND ? ep->id | VBUF_RESERVED :
						  ep->id;
	const struct vbuf_slot *slot = &ep->channel->pool.slot[n];

	/* Pairs with the releases that write it: the length is its owner's. */
	if (smp_load_acquire(&slot->holder) != wanted)
		return 0;
	return PAGE_ALIGN(slot->len) >> PAGE_SHIFT;
}

/* Finds @unit->visible. */
static void look_locked(const struct vbuf_region *region,
			enum vbuf_window window, struct unit *unit)
	__must_hold(&region->lock)
{
	u32 right = window == VBUF_WINDOW_SEND ? VBUF_RIGHT_SEND :
						 VBUF_RIGHT_RECV;
	const struct vbuf_endpoint *ep = region->ep;
	u32 all;

	lockdep_assert_held(&region->lock);
	if (!ep || !(READ_ONCE(ep->can) & right)) {
		unit->visible = 0;
	} else if (ep->channel->attr.flags & VBUF_OPEN_VIEW) {
		all = is_packed(unit->pool) ? unit->pool->block_bytes :
					      unit->pool->stride;
		unit->visible = all >> PAGE_SHIFT;
	} else {
		unit->visible = visible_of_slot_locked(ep, window,
						       unit->number);
	}
}

/* To a receiver the rest of a message's last page is zeros. */
static void clear_rest(const struct vbuf_endpoint *ep,
		       const struct unit *unit)
{
	u32 len = ep->channel->pool.slot[unit->number].len;

	if (!(ep->channel->attr.flags & VBUF_OPEN_VIEW))
		vbuf_slots_zero(unit->pool, unit->number, len, PAGE_ALIGN(len));
}

/**
 * struct thinning - entries on their way out of a page table
 * @vma: the mapping
 * @pages: how many are left, in all page tables
 * @in_table: how many of them in this one
 */
struct thinning {
	struct vm_area_struct *vma;
	u32 pages;
	u32 in_table;
};

/*
 * Clears the entries from @pte on, but for the first and the last: those are
 * there, so that who takes them out next flushes the TLBs of all that lies
 * between.
 */
static int thin_table(pte_t *pte, unsigned long addr, void *data)
{
	const struct thinning *thin = data;
	u32 count = thin->in_table, i;

	if (!pte_present(ptep_get(pte)) ||
	    !pte_present(ptep_get(pte + count - 1)))
		return 0;
	for (i = 1; i + 1 < count; i++)
		ptep_get_and_clear(thin->vma->vm_mm, addr + i * PAGE_SIZE,
				   pte + i);
	return 0;
}

/**
 * vbuf_region_thin_out() - take most of a slot's pages out of the page tables
 * @vma: a window; its mmap_lock is held, and the region's lock
 * @n: the slot, of which no page is to be shown any more
 *
 * unmap_mapping_range() must follow, before the slot is anybody's: it takes out
 * the rest, and flushes the TLBs. It spends some 100 instructions a page, this
 * some 20. A table that is large or not there is left to it.
 */
void vbuf_region_thin_out(struct vm_area_struct *vma, u32 n)
{
	const struct vbuf_region *region = vma->vm_private_data;
	const struct vbuf_pool *pool = &region->ep->channel->pool;
	unsigned long addr = vma->vm_start + (unsigned long)n * pool->stride;
	struct thinning thin = {
		.vma = vma,
		.pages = PAGE_ALIGN(pool->slot[n].len) >> PAGE_SHIFT,
	};
	u32 in_table;

	lockdep_assert_held(&region->lock);
	for (; thin.pages; thin.pages -= in_table) {
		in_table = min_t(u32, thin.pages,
				 PTRS_PER_PTE - pte_index(addr));
		thin.in_table = in_table;
		if (!vbuf_region_large_is_at(vma, addr))
			apply_to_existing_page_range(vma->vm_mm, addr,
						     PAGE_SIZE, thin_table,
						     &thin);
		addr += (unsigned long)in_table << PAGE_SHIFT;
	}
}

/**
 * struct filling - pages on their way into a page table
 * @vma: the mapping
 * @unit: whose pages
 * @page: the next one
 * @end: where to stop
 */
struct filling {
	struct vm_area_struct *vma;
	const struct unit *unit;
	u32 page;
	u32 end;
};

/* That of the next frame; that this one is present, insert() saw. */
static pte_t next_entry(pte_t entry, pgprot_t prot)
{
	if (IS_ENABLED(CONFIG_X86))
		return __pte(pte_val(entry) + PAGE_SIZE);
	return pte_mkspecial(pfn_pte(pte_pfn(entry) + 1, prot));
}

/*
 * Fills a page table from @pte on, as far as it goes: its lock is held, and the
 * entries stand side by side. One that is there stays: it is of this page.
 */
static int fill_table(pte_t *pte, unsigned long addr, void *data)
{
	struct filling *fill = data;
	struct vm_area_struct *vma = fill->vma;
	struct mm_struct *mm = vma->vm_mm;
	u32 end = min(fill->end, fill->page + (u32)PTRS_PER_PTE -
				 (u32)pte_index(addr));
	pgprot_t prot = vma->vm_page_prot;
	u32 in_piece;
	pte_t entry;

	while (fill->page < end) {
		entry = pte_mkspecial(pfn_pte(pfn_in(fill->unit, fill->page,
						     &in_piece), prot));
		in_piece = min(in_piece, end - fill->page);
		fill->page += in_piece;
		for (; in_piece--; pte++, addr += PAGE_SIZE) {
			if (likely(pte_none(ptep_get(pte))))
				set_pte_at(mm, addr, pte, entry);
			entry = next_entry(entry, prot);
		}
	}
	return 0;
}

/* Whether a large mapping is there, or comes with a fault, for what is next. */
static bool insert_large(struct filling *fill, unsigned long addr)
{
	unsigned long pfn;
	u32 pages;

	if (!IS_ALIGNED(addr, PMD_SIZE))
		return false;
	pfn = pfn_in(fill->unit, fill->page, &pages);
	pages = min(pages, fill->end - fill->page);
	if (!vbuf_region_large_fits(fill->vma, addr, pfn, pages) ||
	    !vbuf_region_large_insert(fill->vma, addr, pfn))
		return false;
	fill->page += PTRS_PER_PTE;
	return true;
}

/* Inserts pages @page up to @end of a unit. Return: 0 or -ENOMEM. */
static int insert(struct vm_area_struct *vma, const struct unit *unit,
		  u32 page, u32 end)
{
	struct filling fill = {
		.vma = vma, .unit = unit, .page = page, .end = end,
	};
	unsigned long addr;
	int err = 0;

	/* PROT_NONE: nothing is to be seen there now. */
	if (!(vma->vm_flags & (VM_READ | VM_WRITE)))
		return 0;
	while (!err && fill.page < end) {
		addr = vma->vm_start +
		       ((unit->at + fill.page) << PAGE_SHIFT);
		if (!insert_large(&fill, addr))
			err = apply_to_page_range(vma->vm_mm, addr, PAGE_SIZE,
						  fill_table, &fill);
	}
	return err;
}

/**
 * vbuf_region_insert_slot() - insert what shows of a slot
 * @vma: a window, of an endpoint that a call runs on; its mmap_lock is held
 * @n: the slot
 */
void vbuf_region_insert_slot(struct vm_area_struct *vma, u32 n)
{
	struct vbuf_region *region = vma->vm_private_data;
	enum vbuf_window window = vbuf_region_window(vma);
	struct unit unit;

	guard(mutex)(&region->lock);
	unit.pool = &region->ep->channel->pool;
	unit.number = n;
	unit.at = (u64)n * (unit.pool->stride >> PAGE_SHIFT);
	look_locked(region, window, &unit);
	if (window == VBUF_WINDOW_RECEIVE && unit.visible)
		clear_rest(region->ep, &unit);
	insert(vma, &unit, 0, unit.visible);
}

/* A fault inserts what shows of a unit in the page table of its address. */
static int insert_around(const struct vm_fault *vmf, const struct unit *unit,
			 u32 page)
{
	u32 in_table = pte_index(vmf->address);
	u32 begin = page > in_table ? page - in_table : 0;
	u32 end = min(unit->visible, page - in_table + (u32)PTRS_PER_PTE);

	return insert(vmf->vma, unit, begin, end);
}

static vm_fault_t fault_locked(struct vbuf_region *region,
			       struct vm_fault *vmf)
	__must_hold(&region->lock)
{
	u64 page = (vmf->address - vmf->vma->vm_start) >> PAGE_SHIFT;
	enum vbuf_window window = vbuf_region_window(vmf->vma);
	struct unit unit;
	u32 in_unit;

	if (!region->ep)
		return VM_FAULT_SIGBUS;
	unit = unit_at(&region->ep->channel->pool, page);
	in_unit = page - unit.at;
	look_locked(region, window, &unit);
	if (in_unit >= unit.visible)
		return VM_FAULT_SIGBUS;
	if (window == VBUF_WINDOW_RECEIVE)
		clear_rest(region->ep, &unit);
	return insert_around(vmf, &unit, in_unit) ? VM_FAULT_OOM :
						    VM_FAULT_NOPAGE;
}

/**
 * vbuf_region_fault() - .fault: insert what shows around an address
 * @vmf: the fault
 *
 * Return: VM_FAULT_NOPAGE, VM_FAULT_SIGBUS where nothing shows, VM_FAULT_OOM.
 */
vm_fault_t vbuf_region_fault(struct vm_fault *vmf)
{
	struct vbuf_region *region = vmf->vma->vm_private_data;
	vm_fault_t ret;

	mutex_lock(&region->lock);
	ret = fault_locked(region, vmf);
	mutex_unlock(&region->lock);
	return ret;
}
