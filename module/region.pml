/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a slot's pages are taken away before it is somebody else's, as a model for
 * spin: what region.c and region_pages.c do with the region's lock, and what
 * they rely on in the kernel, over every interleaving.
 *
 * One slot of PAGES pages is an endpoint's. One thread gives it up (COMMIT,
 * RELEASE); another maps the window, touches the slot, and unmaps the window, in
 * any order, TURNS times in all. Meanwhile a processor's TLB takes up what the
 * page table has, at any moment. What is to hold:
 *
 * - once the slot is somebody else's no page of it is in the page table, and none
 *   in the TLB (assertions);
 * - nobody writes into page tables that are not there (assertions).
 *
 * mmap_lock and the region's lock are modelled as they are, a page-table lock as
 * an atomic step. munmap() takes the mapping out of the tree with mmap_lock held
 * for writing and goes on with it held for reading: it clears the entries,
 * flushes, takes the mapping out of the address space's, and frees the tables.
 * Whoever takes out entries flushes the range from the first to the last one
 * that it found, or all, if somebody else is about it in the same mm
 * (mm_tlb_flush_nested() in mm/mmu_gather.c).
 *
 * Mistakes to seed, each of which must be found, with the parameters of the case;
 * the last one would be the kernel's:
 *
 *	TURNS=4: NO_BARRIER_TAKE NO_PASSING INSERT_UNLOCKED QUEUE_FIRST
 *		CACHED_VMA THIN_ENDS NOT_NESTED
 */
#ifndef PAGES
#define PAGES		3
#endif
#ifndef TURNS
#define TURNS		4
#endif
#define LAST		(PAGES - 1)

bool held = true;		/* slot->holder is this endpoint */
bool made;			/* ep->region is there */
bool theirs;			/* the slot has gone on */

bool locked;			/* region->lock */
bool writer;			/* mmap_lock */
byte readers;

bool in_tree;			/* the mapping, for vma_lookup() */
bool in_space;			/* the same, for unmap_mapping_range() */
bool tables;			/* its page tables */
byte gathers;			/* who takes out entries */

bool pte[PAGES];
bool tlb[PAGES];

/* A store on its way to memory, where no barrier holds it. */
#ifdef NO_BARRIER_TAKE
bool taken_comes;
#endif

inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }
inline read_lock() { atomic { !writer -> readers++ } }
inline read_unlock() { readers-- }

/* Within a page-table lock. */
inline insert(i)
{
	atomic {
		assert(tables);
		i = 0;
		do
		:: i < PAGES -> pte[i] = true; i++
		:: else -> break
		od
	}
}

/* Takes out what is there and flushes; @any of it may be left for later. */
inline zap(i, first, last)
{
	gathers++;
	first = PAGES;
	last = 0;
	atomic {
		i = 0;
		do
		:: i < PAGES ->
			if
			:: pte[i] ->
				pte[i] = false;
				last = i;
				first = (first == PAGES -> i : first)
			:: else
			fi;
			i++
		:: else -> break
		od
	}
	atomic {
#ifndef NOT_NESTED
		if
		:: gathers > 1 -> first = 0; last = LAST
		:: else
		fi;
#endif
		i = first;
		do
		:: i <= last && i < PAGES -> tlb[i] = false; i++
		:: else -> break
		od;
		i = 0
	}
	gathers--
}

/* The region's window is mapped, if it is not. */
inline map()
{
	atomic { !writer && !readers -> writer = true }
	/* A full barrier comes with it. */
	made = true;
	in_tree = true;
	in_space = true;
	tables = true;
	writer = false
}

/* A page fault, or RESERVE or ACQUIRE that shows the pages at once. */
inline show_slot(i, seen)
{
	read_lock();
	if
	:: in_tree ->
		lock();
		seen = held;
#ifdef INSERT_UNLOCKED
		unlock();
#endif
		if
		:: seen -> insert(i)
		:: else
		fi;
#ifndef INSERT_UNLOCKED
		unlock();
#endif
		seen = false
	:: else
	fi;
	read_unlock()
}

inline unmap(i, first, last)
{
	atomic { !writer && !readers -> writer = true }
	in_tree = false;
	atomic { writer = false; readers++ }
	zap(i, first, last);
	in_space = false;
	tables = false;
	read_unlock()
}

active proctype user()
{
	byte i, first, last, turns = TURNS;
	bool seen;

	do
	:: turns && !in_tree -> map(); turns--
	:: turns && in_tree -> show_slot(i, seen); turns--
	:: turns && in_tree -> unmap(i, first, last); turns--
	:: break
	od
}

/* vbuf_region_thin_out(): all but the first and the last, without a flush. */
inline thin_out(i)
{
	atomic {
		assert(tables);
		if
		:: pte[0] && pte[LAST] ->
#ifdef THIN_ENDS
			i = 0;
			do
			:: i <= LAST -> pte[i] = false; i++
			:: else -> break
			od
#else
			i = 1;
			do
			:: i < LAST -> pte[i] = false; i++
			:: else -> break
			od
#endif
		:: else
		fi;
		i = 0
	}
}

/* pass_through_slot(): mmap_lock only if it can be had at once. */
inline pass_through(i, found)
{
	if
	:: atomic { !writer -> readers++ };
		found = in_tree;
#ifdef CACHED_VMA
		found = made;
#endif
		lock();
		if
		:: found -> thin_out(i)
		:: else
		fi;
		unlock();
		found = false;
		read_unlock()
	:: lock(); unlock()
	fi
}

active proctype commit()
{
	byte i, first, last;
	bool found;

	/* The slot becomes nobody's. */
#ifdef NO_BARRIER_TAKE
	taken_comes = true;
#else
	held = false;
#endif
#ifdef QUEUE_FIRST
	theirs = true;
#endif
	if
	:: made ->
#ifndef NO_PASSING
		pass_through(i, found);
#endif
		/* It is in the address space until its entries are flushed. */
		if
		:: in_space -> zap(i, first, last)
		:: else
		fi
	:: else
	fi;
	theirs = true
}

#ifdef NO_BARRIER_TAKE
active proctype store_buffer()
{
	atomic { taken_comes -> held = false }
}
#endif

/* What a processor may do at any moment; and what must not be. */
active proctype processor()
{
	byte i;

end:
	do
	:: i = 0
	:: i < LAST -> i++
	:: atomic { pte[i] && !tlb[i] -> tlb[i] = true }
	:: theirs -> assert(!pte[i] && !tlb[i])
	od
}
