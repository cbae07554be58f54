// SPDX-License-Identifier: GPL-2.0
/*
 * Channels that have been full for long.
 */
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "channel.h"
#include "events.h"
#include "registry.h"
#include "stalls.h"

static unsigned int stall_ms = 1000;
module_param(stall_ms, uint, 0644);
MODULE_PARM_DESC(stall_ms,
		 "How long a sender waits for a slot until that is an event, in ms (0: it is none)");

/* Guards @watched, and each channel's @stall_link; within the channels' locks. */
static DEFINE_SPINLOCK(watched_lock);
static LIST_HEAD(watched);

static void look_at_all(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look_at_all);

static void look_later(void)
{
	unsigned int ms = READ_ONCE(stall_ms);

	/* Every second at least, for whoever changes it meanwhile. */
	schedule_delayed_work(&look_work,
			      msecs_to_jiffies(ms ? clamp(ms / 2, 1U, 1000U) :
						    1000));
}

/* The first sender begins to wait since the list was last cleaned. */
void vbuf_stalls_begin_locked(struct vbuf_channel *ch)
{
	lockdep_assert_held(&ch->lock);
	ch->stall_watched = true;
	spin_lock(&watched_lock);
	list_add_tail(&ch->stall_link, &watched);
	spin_unlock(&watched_lock);
	look_later();
}

/**
 * vbuf_stalls_forget() - a channel goes
 * @ch: the channel; the registry's lock is held, and nobody waits in it
 */
void vbuf_stalls_forget(struct vbuf_channel *ch)
{
	if (!ch->stall_watched)
		return;
	spin_lock(&watched_lock);
	list_del(&ch->stall_link);
	spin_unlock(&watched_lock);
	ch->stall_watched = false;
}

/* Since when the first sender in line has waited; 0 if none has for long. */
static u64 stalled_since_locked(struct vbuf_channel *ch)
	__must_hold(&ch->lock)
{
	const struct vbuf_waiter *first = vbuf_line_first(&ch->want_slot);
	unsigned int ms = READ_ONCE(stall_ms);

	if (!first || !ms ||
	    time_before(jiffies, first->since + msecs_to_jiffies(ms)))
		return 0;
	return vbuf_waiter_ns(first->since);
}

/* Looks at a channel that is on the list; true if it stays there. */
static bool look_at(struct vbuf_channel *ch)
{
	struct vbuf_happening what = {
		.kind = VBUF_EVENT_FLOWS, .ch = ch, .uid = ch->uid,
	};
	bool was_stalled, stays;

	spin_lock(&ch->lock);
	was_stalled = ch->stalled;
	what.since = stalled_since_locked(ch);
	if (what.since) {
		what.kind = VBUF_EVENT_STALLED;
		what.count = ch->want_slot.count;
	}
	ch->stalled = what.since;
	stays = ch->want_slot.count;
	if (!stays)
		vbuf_stalls_forget(ch);
	spin_unlock(&ch->lock);

	if (was_stalled != !!what.since)
		vbuf_registry_tell_locked(&what);
	return stays;
}

/* With the registry's lock held: no channel on the list goes meanwhile. */
static void look_at_each_locked(void)
{
	struct vbuf_channel *ch, *next;
	LIST_HEAD(mine);
	bool any = false;

	spin_lock(&watched_lock);
	list_splice_init(&watched, &mine);
	spin_unlock(&watched_lock);
	list_for_each_entry_safe(ch, next, &mine, stall_link)
		any |= look_at(ch);
	spin_lock(&watched_lock);
	list_splice(&mine, &watched);
	spin_unlock(&watched_lock);
	if (any)
		look_later();
}

static void look_at_all(struct work_struct *work)
{
	vbuf_registry_run_locked(look_at_each_locked);
}

/* Module-wide. No channel is left. */
void vbuf_stalls_exit(void)
{
	cancel_delayed_work_sync(&look_work);
}
