// SPDX-License-Identifier: GPL-2.0
/*
 * Regions: 2 MiB by one entry of a page middle directory.
 *
 * Where slots are multiples of that, and memory was not too scattered (or a piece
 * of another slot happens to lie so), a whole piece of a message is mapped so, at
 * the cost of a page or two. An entry shows all of its 2 MiB, so it is for pieces
 * that are the owner's to see in full. And where a page table hangs already, since
 * something shorter was there before, it stays, with 512 entries to set.
 */
#include <linux/mm.h>
#include <linux/pgtable.h>

#include "compat.h"
#include "region_large.h"

/**
 * vbuf_region_large_fits() - whether a large mapping is right at an address
 * @vma: a window
 * @addr: in it
 * @pfn: the page that is to be there
 * @pages: as many are to be shown from there on, and follow one another in
 *	memory
 *
 * Return: true if so.
 */
bool vbuf_region_large_fits(const struct vm_area_struct *vma,
			    unsigned long addr, unsigned long pfn, u32 pages)
{
	return IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) &&
	       has_transparent_hugepage() && pages >= HPAGE_PMD_NR &&
	       IS_ALIGNED(addr, HPAGE_PMD_SIZE) &&
	       IS_ALIGNED(pfn, HPAGE_PMD_NR) &&
	       addr + HPAGE_PMD_SIZE <= vma->vm_end;
}

/* The entry for an address, NULL where the tables above it are not there yet. */
static pmd_t *find_pmd(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;

	if (pgd_none(*pgd))
		return NULL;
	p4d = p4d_offset(pgd, addr);
	if (p4d_none(*p4d))
		return NULL;
	pud = pud_offset(p4d, addr);
	return pud_none(*pud) ? NULL : pmd_offset(pud, addr);
}

/* Of either kind that vbuf_compat_large_pfn() makes. */
static bool is_large(pmd_t pmd)
{
	return pmd_trans_huge(pmd) || pmd_devmap(pmd);
}

/* Whether there is a large mapping at an address; as vbuf_region_large_insert(). */
bool vbuf_region_large_is_at(const struct vm_area_struct *vma,
			     unsigned long addr)
{
	pmd_t *pmd = find_pmd(vma->vm_mm, addr);

	return pmd && is_large(READ_ONCE(*pmd));
}

/**
 * vbuf_region_large_insert() - insert a large mapping
 * @vma: a window; its mmap_lock is held, and the region's lock
 * @addr: vbuf_region_large_fits() was content with it
 * @pfn: the first page
 *
 * The tables above come with the first page fault, which this leaves it to.
 *
 * Return: false if a page table hangs there already: it has to be filled.
 */
bool vbuf_region_large_insert(struct vm_area_struct *vma, unsigned long addr,
			      unsigned long pfn)
{
	struct vm_fault vmf = { .vma = vma, .address = addr };
	pmd_t there;

	/* Not without: PREEMPT_RT of 6.1 has no such function. */
	if (!IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))
		return false;
	vmf.pmd = find_pmd(vma->vm_mm, addr);
	if (!vmf.pmd)
		return true;
	/* Once: a large one can go at any time, and a table come in its place. */
	there = READ_ONCE(*vmf.pmd);
	/* One that is large is of this piece, as fill_table()'s are. */
	if (!pmd_none(there))
		return is_large(there);
	vmf_insert_pfn_pmd(&vmf, vbuf_compat_large_pfn(pfn),
			   vma->vm_flags & VM_WRITE);
	return true;
}
