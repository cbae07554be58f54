// SPDX-License-Identifier: GPL-2.0
/*
 * Refusing to let go of memory that slots are in.
 */
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/sched.h>

#include "offline.h"

/* What a page's @private is: an address that nobody else has a use for. */
static const char mark;

/**
 * vbuf_offline_mark() - a page is not to be waited for
 * @page: allocated, not frozen yet
 */
void vbuf_offline_mark(struct page *page)
{
	set_page_private(page, (unsigned long)&mark);
}

/**
 * vbuf_offline_unmark() - it may be, from now on
 * @page: frozen no more
 */
void vbuf_offline_unmark(struct page *page)
{
	set_page_private(page, 0);
}

static bool is_marked(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	return page && page_private(page) == (unsigned long)&mark;
}

static int notify(struct notifier_block *block, unsigned long action,
		  void *data)
{
	const struct memory_notify *range = data;
	unsigned long i;

	if (action != MEM_GOING_OFFLINE)
		return NOTIFY_OK;
	for (i = 0; i < range->nr_pages; i++) {
		if (is_marked(range->start_pfn + i))
			return notifier_from_errno(-EBUSY);
		cond_resched();
	}
	return NOTIFY_OK;
}

static struct notifier_block notifier = { .notifier_call = notify };

/* 0 or -errno. */
int vbuf_offline_init(void)
{
	return register_memory_notifier(&notifier);
}

void vbuf_offline_exit(void)
{
	unregister_memory_notifier(&notifier);
}
