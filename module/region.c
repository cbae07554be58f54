// SPDX-License-Identifier: GPL-2.0
/*
 * Regions: how endpoints map them, how they end, and where a slot stands.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "channel.h"
#include "compat.h"
#include "endpoint.h"
#include "limits.h"
#include "region.h"
#include "region_pages.h"

static const struct {
	u64 offset;
	u32 right;
} windows[VBUF_WINDOWS] = {
	[VBUF_WINDOW_RECEIVE] = { VBUF_MAP_RECEIVE, VBUF_RIGHT_RECV },
	[VBUF_WINDOW_SEND] = { VBUF_MAP_SEND, VBUF_RIGHT_SEND },
};

static bool is_open_view(const struct vbuf_channel *ch)
{
	return ch->attr.flags & VBUF_OPEN_VIEW;
}

/* Slots shorter than a page share pages, which only the open view shows. */
static bool is_packed(const struct vbuf_pool *pool)
{
	return pool->stride < PAGE_SIZE;
}

static u64 window_bytes(const struct vbuf_pool *pool)
{
	if (is_packed(pool))
		return (u64)pool->blocks * pool->block_bytes;
	return (u64)pool->slots * pool->stride;
}

/* Small slots have none; nor have so many that the windows would overlap. */
static bool has_region(const struct vbuf_pool *pool)
{
	return pool->mappable && window_bytes(pool) <= VBUF_MAP_RECEIVE;
}

/* Where slot @n stands in a window. */
static u64 offset_of(const struct vbuf_pool *pool, u32 n)
{
	if (is_packed(pool))
		return (u64)(n >> pool->shift) * pool->block_bytes +
		       (n & ((1U << pool->shift) - 1)) * pool->stride;
	return (u64)n * pool->stride;
}

static void free_fills(struct vbuf_region *region)
{
	if (!region->fills)
		return;
	kvfree(region->fills);
	region->fills = NULL;
	vbuf_limits_uncharge(region->ep->account, VBUF_RESOURCE_BYTES,
			     (u64)region->ep->channel->pool.slots *
			     sizeof(*region->fills));
}

static int alloc_fills(struct vbuf_region *region)
{
	u32 slots = region->ep->channel->pool.slots;
	struct vbuf_fill *fills;
	int err;

	lockdep_assert_held(&region->lock);
	if (region->fills)
		return 0;
	err = vbuf_limits_charge(region->ep->account, VBUF_RESOURCE_BYTES,
				 (u64)slots * sizeof(*fills));
	if (err)
		return err;
	fills = kvcalloc(slots, sizeof(*fills), VBUF_GFP);
	if (!fills) {
		vbuf_limits_uncharge(region->ep->account, VBUF_RESOURCE_BYTES,
				     (u64)slots * sizeof(*fills));
		return -ENOMEM;
	}
	/* Pairs with the acquire in vbuf_region_fills(): they are empty. */
	smp_store_release(&region->fills, fills);
	return 0;
}

static int region_release(struct inode *inode, struct file *file)
{
	struct vbuf_region *region = file->private_data;

	WARN_ON_ONCE(region->ep || region->mm || region->fills);
	mutex_destroy(&region->lock);
	kfree(region);
	return 0;
}

/* Of no use to user space, which never has a descriptor of it. */
static const struct file_operations region_fops = {
	.owner = THIS_MODULE,
	.release = region_release,
};

static const struct address_space_operations region_aops = {};

static struct vbuf_region *create(struct vbuf_endpoint *ep)
{
	struct vbuf_region *region;
	struct file *file;

	region = kzalloc(sizeof(*region), VBUF_GFP);
	if (!region)
		return ERR_PTR(-ENOMEM);
	file = anon_inode_getfile("[vbuf-region]", &region_fops, region,
				  O_RDWR);
	if (IS_ERR(file)) {
		kfree(region);
		return ERR_CAST(file);
	}
	address_space_init_once(&region->pages);
	region->pages.host = file_inode(file);
	region->pages.a_ops = &region_aops;
	file->f_mapping = &region->pages;
	region->file = file;
	region->ep = ep;
	mutex_init(&region->lock);
	return region;
}

/* The endpoint's region, made if need be. */
static struct vbuf_region *region_of(struct vbuf_endpoint *ep)
{
	struct vbuf_region *region = READ_ONCE(ep->region), *other;

	if (region)
		return region;
	region = create(ep);
	if (IS_ERR(region))
		return region;
	/* A full barrier; pairs with that of region_seen(). */
	other = cmpxchg(&ep->region, NULL, region);
	if (!other)
		return region;
	region->ep = NULL;
	fput(region->file);
	return other;
}

/*
 * The endpoint's region, if a slot that its holder has given up before this
 * call can be seen in it.
 */
static struct vbuf_region *region_seen(const struct vbuf_endpoint *ep)
{
	/* Pairs with the cmpxchg() in region_of(). */
	smp_mb();
	return READ_ONCE(ep->region);
}

static int bind(struct vbuf_region *region, struct vm_area_struct *vma,
		enum vbuf_window window)
{
	int err;

	guard(mutex)(&region->lock);
	if (region->mm && region->mm != vma->vm_mm)
		return -EBUSY;
	if (region->mapped[window])
		return -EEXIST;
	if (window == VBUF_WINDOW_SEND) {
		err = alloc_fills(region);
		if (err)
			return err;
	}
	if (!region->mm) {
		mmgrab(vma->vm_mm);
		WRITE_ONCE(region->mm, vma->vm_mm);
	}
	WRITE_ONCE(region->base[window], vma->vm_start);
	/* Pairs with the acquire in vbuf_region_check(): all of the above. */
	smp_store_release(&region->mapped[window], true);
	return 0;
}

/* The mapping of a window is gone, and its page tables with it. */
static void region_close(struct vm_area_struct *vma)
{
	struct vbuf_region *region = vma->vm_private_data;
	struct mm_struct *gone = NULL;
	enum vbuf_window window;

	mutex_lock(&region->lock);
	window = vbuf_region_window(vma);
	/* What mremap() has made, and undoes, is not the window. */
	if (region->base[window] == vma->vm_start)
		WRITE_ONCE(region->mapped[window], false);
	if (!region->mapped[VBUF_WINDOW_RECEIVE] &&
	    !region->mapped[VBUF_WINDOW_SEND]) {
		gone = region->mm;
		WRITE_ONCE(region->mm, NULL);
	}
	mutex_unlock(&region->lock);
	if (gone)
		mmdrop(gone);
}

/*
 * mremap() has made a copy of the mapping, to move what is in the page tables
 * there and, as it may not, back. With large entries on their way a COMMIT could
 * miss one, and 6.1 takes one that it removed meanwhile for a page table. So
 * nothing is left to move, and comes again by page faults.
 */
static void region_open(struct vm_area_struct *vma)
{
	struct vbuf_region *region = vma->vm_private_data;

	unmap_mapping_range(&region->pages, 0, 0, 1);
}

static int may_not_split(struct vm_area_struct *vma, unsigned long addr)
{
	return -EINVAL;
}

static int may_not_move(struct vm_area_struct *vma)
{
	return -EINVAL;
}

static const struct vm_operations_struct region_vm_ops = {
	.open = region_open,
	.close = region_close,
	.may_split = may_not_split,
	.mremap = may_not_move,
	.fault = vbuf_region_fault,
};

/* VBUF_WINDOWS for an offset that is none's. */
static enum vbuf_window window_at(u64 offset)
{
	enum vbuf_window window;

	for (window = 0; window < VBUF_WINDOWS; window++)
		if (offset == windows[window].offset)
			break;
	return window;
}

static int check_mmap(const struct vbuf_endpoint *ep,
		      const struct vm_area_struct *vma,
		      enum vbuf_window window)
{
	const struct vbuf_channel *ch = ep->channel;

	if (!has_region(&ch->pool))
		return -EOPNOTSUPP;
	/* Address 0 stands for none. */
	if (window == VBUF_WINDOWS || !(vma->vm_flags & VM_SHARED) ||
	    !vma->vm_start || vma->vm_end - vma->vm_start != window_bytes(&ch->pool))
		return -EINVAL;
	if (!(ep->rights & windows[window].right) || vma->vm_flags & VM_EXEC)
		return -EACCES;
	if (window == VBUF_WINDOW_SEND)
		return is_open_view(ch) ? -EACCES : 0;
	return vma->vm_flags & VM_WRITE ? -EACCES : 0;
}

/**
 * vbuf_region_mmap() - .mmap: map a window
 * @file: of /dev/vbuf
 * @vma: the mapping
 *
 * What each flag is for, Documentation/regions.rst tells.
 *
 * Return: 0 or -errno, as the uapi header says.
 */
int vbuf_region_mmap(struct file *file, struct vm_area_struct *vma)
{
	enum vbuf_window window = window_at((u64)vma->vm_pgoff << PAGE_SHIFT);
	struct vbuf_endpoint *ep = vbuf_endpoint_of(file);
	struct vbuf_region *region;
	int err;

	if (!ep)
		return -ENOTCONN;
	err = check_mmap(ep, vma, window);
	if (err)
		return err;
	region = region_of(ep);
	if (IS_ERR(region))
		return PTR_ERR(region);
	err = bind(region, vma, window);
	if (err)
		return err;
	vbuf_compat_vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND |
				 VM_DONTDUMP | VM_DONTCOPY);
	vbuf_compat_vm_flags_clear(vma, window == VBUF_WINDOW_SEND ?
				   VM_MAYEXEC : VM_MAYEXEC | VM_MAYWRITE);
	vma->vm_private_data = region;
	vma->vm_ops = &region_vm_ops;
	vma_set_file(vma, region->file);
	return 0;
}

/**
 * vbuf_region_check() - whether this process can use a window of its endpoint
 * @ep: the endpoint
 * @window: which
 *
 * Asked before something is waited for. Return: 0, -EBADF, -EOPNOTSUPP, -ENXIO
 * or -EBUSY.
 */
int vbuf_region_check(const struct vbuf_endpoint *ep, enum vbuf_window window)
{
	const struct vbuf_region *region = READ_ONCE(ep->region);
	const struct vbuf_channel *ch = ep->channel;
	const struct mm_struct *mm;

	if (!(ep->rights & windows[window].right))
		return -EBADF;
	if (!has_region(&ch->pool) ||
	    (window == VBUF_WINDOW_SEND && is_open_view(ch)))
		return -EOPNOTSUPP;
	mm = region ? READ_ONCE(region->mm) : NULL;
	if (mm && mm != current->mm)
		return -EBUSY;
	/* Pairs with the release in bind(). */
	return mm && smp_load_acquire(&region->mapped[window]) ? 0 : -ENXIO;
}

/* Where this process has mapped a window. 0, -ENXIO or -EBUSY. */
static int find_base(const struct vbuf_endpoint *ep, enum vbuf_window window,
		     u64 *base)
{
	struct vbuf_region *region = READ_ONCE(ep->region);

	if (!region)
		return -ENXIO;
	guard(mutex)(&region->lock);
	if (region->mm && region->mm != current->mm)
		return -EBUSY;
	if (!region->mapped[window])
		return -ENXIO;
	*base = region->base[window];
	return 0;
}

/**
 * vbuf_region_tell() - tell how a region is, or would be, laid out, and where it is
 * @ep: the endpoint
 * @info: out: but for @size and @reserved, all of it
 *
 * Return: 0, or -EOPNOTSUPP if the channel has none.
 */
int vbuf_region_tell(const struct vbuf_endpoint *ep,
		     struct vbuf_region_info *info)
{
	const struct vbuf_pool *pool = &ep->channel->pool;

	if (!has_region(pool))
		return -EOPNOTSUPP;
	info->stride = is_packed(pool) ? 0 : pool->stride;
	info->bytes = window_bytes(pool);
	if (find_base(ep, VBUF_WINDOW_SEND, &info->send_addr))
		info->send_addr = 0;
	if (find_base(ep, VBUF_WINDOW_RECEIVE, &info->receive_addr))
		info->receive_addr = 0;
	return 0;
}

/**
 * vbuf_region_address() - where a slot stands
 * @ep: vbuf_region_check() was content, before the slot was waited for
 * @window: in which window
 * @n: the slot
 * @addr: out: its address in this process
 *
 * Meanwhile the window may have gone, or even be another process's.
 *
 * Return: 0, -ENXIO or -EBUSY, as vbuf_region_check().
 */
int vbuf_region_address(const struct vbuf_endpoint *ep,
			enum vbuf_window window, u32 n, u64 *addr)
{
	int err = find_base(ep, window, addr);

	if (!err)
		*addr += offset_of(&ep->channel->pool, n);
	return err;
}

/**
 * vbuf_region_slot() - which slot stands at an address
 * @ep: the endpoint
 * @window: in which window, mapped or not any more
 * @addr: from user space
 *
 * Return: its number, or VBUF_NO_SLOT if there begins none.
 */
u32 vbuf_region_slot(const struct vbuf_endpoint *ep, enum vbuf_window window,
		     u64 addr)
{
	const struct vbuf_region *region = READ_ONCE(ep->region);
	const struct vbuf_pool *pool = &ep->channel->pool;
	u64 base, off, n;

	base = region ? READ_ONCE(region->base[window]) : 0;
	off = addr - base;
	/* It was never mapped, or there is nothing of it. */
	if (!base || off >= window_bytes(pool))
		return VBUF_NO_SLOT;
	if (is_packed(pool))
		n = (div_u64(off, pool->block_bytes) << pool->shift) +
		    (u32)(off % pool->block_bytes) / pool->stride;
	else
		n = div_u64(off, pool->stride);
	return n < pool->slots && offset_of(pool, n) == off ? n : VBUF_NO_SLOT;
}

/**
 * vbuf_region_fills() - what the endpoint knows of the bytes in the slots
 * @ep: vbuf_region_check() was content with its window to send from
 *
 * An entry is the call's that owns the slot; its @seq is looked at under the
 * channel's lock, while the slot is free. They go with the endpoint.
 *
 * Return: an entry a slot.
 */
struct vbuf_fill *vbuf_region_fills(const struct vbuf_endpoint *ep)
{
	/* Pairs with the release in alloc_fills(). */
	return smp_load_acquire(&ep->region->fills);
}

/*
 * A window in this process, whose mmap_lock is held, or NULL. By its address:
 * one that was remembered may be gone.
 */
static struct vm_area_struct *find_window(const struct vbuf_region *region,
					  enum vbuf_window window)
{
	unsigned long base = READ_ONCE(region->base[window]);
	struct vm_area_struct *vma = vma_lookup(current->mm, base);

	if (vma && vma->vm_ops == &region_vm_ops &&
	    vma->vm_private_data == region && vma->vm_start == base &&
	    vbuf_region_window(vma) == window)
		return vma;
	return NULL;
}

/**
 * vbuf_region_show() - put a slot's pages into the page tables
 * @ep: owns it
 * @window: in which window
 * @n: the slot
 *
 * May sleep. Where it cannot, for want of memory or because the window has gone
 * meanwhile, page faults do it, or fail.
 */
void vbuf_region_show(struct vbuf_endpoint *ep, enum vbuf_window window,
		      u32 n)
{
	struct vm_area_struct *vma;

	if (is_open_view(ep->channel) || mmap_read_lock_killable(current->mm))
		return;
	vma = find_window(ep->region, window);
	if (vma)
		vbuf_region_insert_slot(vma, n);
	mmap_read_unlock(current->mm);
}

/* After this no page of what is nobody's is inserted. */
static void pass_through(struct vbuf_region *region)
{
	mutex_lock(&region->lock);
	mutex_unlock(&region->lock);
}

/* From so many pages on, thinning out pays. */
#define THIN_FROM	16U

/* As pass_through(), and a part of the work, if it can be had cheaply. */
static void pass_through_slot(struct vbuf_region *region,
			      enum vbuf_window window, u32 n, u32 pages)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	if (pages < THIN_FROM || READ_ONCE(region->mm) != mm ||
	    !mmap_read_trylock(mm)) {
		pass_through(region);
		return;
	}
	vma = find_window(region, window);
	mutex_lock(&region->lock);
	if (vma)
		vbuf_region_thin_out(vma, n);
	mutex_unlock(&region->lock);
	mmap_read_unlock(mm);
}

/**
 * vbuf_region_hide() - take a slot's pages out of the page tables
 * @ep: the endpoint
 * @window: of which window
 * @n: the slot, which the calling function alone owns
 *
 * May sleep. Waits for nobody's mmap_lock.
 */
void vbuf_region_hide(struct vbuf_endpoint *ep, enum vbuf_window window, u32 n)
{
	const struct vbuf_pool *pool = &ep->channel->pool;
	struct vbuf_region *region = region_seen(ep);
	u32 bytes = PAGE_ALIGN(pool->slot[n].len);

	if (!region || is_open_view(ep->channel))
		return;
	pass_through_slot(region, window, n, bytes >> PAGE_SHIFT);
	/* No bytes would be all bytes. */
	if (bytes)
		unmap_mapping_range(&region->pages,
				    windows[window].offset + offset_of(pool, n),
				    bytes, 1);
}

/**
 * vbuf_region_hide_all() - empty windows that stay mapped
 * @ep: the endpoint
 * @rights: whose windows; it has them no more
 */
void vbuf_region_hide_all(struct vbuf_endpoint *ep, u32 rights)
{
	struct vbuf_region *region = region_seen(ep);
	enum vbuf_window window;

	if (!region)
		return;
	pass_through(region);
	for (window = 0; window < VBUF_WINDOWS; window++)
		if (rights & windows[window].right)
			unmap_mapping_range(&region->pages,
					    windows[window].offset,
					    window_bytes(&ep->channel->pool),
					    1);
}

/**
 * vbuf_region_end() - an endpoint ends; what is mapped still shows nothing
 * @ep: no call runs on it any more
 */
void vbuf_region_end(struct vbuf_endpoint *ep)
{
	struct vbuf_region *region = ep->region;

	if (!region)
		return;
	mutex_lock(&region->lock);
	free_fills(region);
	region->ep = NULL;
	mutex_unlock(&region->lock);
	unmap_mapping_range(&region->pages, 0, 0, 1);
	fput(region->file);
}
