// SPDX-License-Identifier: GPL-2.0
/*
 * Where the time of messages goes.
 */
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/slab.h>

#include "channel.h"
#include "limits.h"
#include "look.h"
#include "messages.h"
#include "slots.h"
#include "thread.h"

/* False if the caller has no account. */
static bool account_of(const struct vbuf_channel *ch, u32 n,
		       struct vbuf_message_times *times)
{
	struct vbuf_thread *thread;

	guard(preempt)();
	thread = this_cpu_read(vbuf_thread_here);
	if (thread)
		vbuf_thread_received(thread, ch, n, times);
	return thread;
}

/* The channel's, made if need be; NULL without memory. May sleep. */
static struct vbuf_histograms *histograms_of(struct vbuf_channel *ch)
{
	struct vbuf_histograms *made, *there;

	/* Pairs with the cmpxchg() below. */
	there = smp_load_acquire(&ch->histograms);
	if (there)
		return there;
	made = kzalloc(sizeof(*made), VBUF_GFP);
	if (!made)
		return NULL;
	there = cmpxchg(&ch->histograms, NULL, made);
	if (!there)
		return made;
	kfree(made);
	return there;
}

static void count(atomic64_t *histogram, u64 ns)
{
	atomic64_inc(&histogram[min(fls64(ns), VBUF_HISTOGRAM_SIZE - 1)]);
}

/**
 * vbuf_messages_received_one() - the caller has received a message
 * @ch: the channel
 * @n: its slot, which is the caller's still
 *
 * May sleep.
 */
void vbuf_messages_received_one(struct vbuf_channel *ch, u32 n)
{
	struct vbuf_histograms *histograms;
	struct vbuf_message_times times;

	if (ch->is_trace || !account_of(ch, n, &times))
		return;
	histograms = histograms_of(ch);
	if (!histograms)
		return;
	count(histograms->queued, times.queued);
	if (times.slept)
		count(histograms->waking, times.waking);
	count(histograms->receiving, times.receiving);
}

/* As vbuf_messages_received_one(), several. */
void vbuf_messages_received_all(struct vbuf_channel *ch,
				const struct vbuf_chain *chain)
{
	u32 n = chain->head, i;

	for (i = 0; i < chain->count; i++) {
		vbuf_messages_received_one(ch, n);
		n = ch->pool.slot[n].next;
	}
}

static void copy(u64 *to, const atomic64_t *histogram)
{
	unsigned int i;

	for (i = 0; i < VBUF_HISTOGRAM_SIZE; i++)
		to[i] = atomic64_read(&histogram[i]);
}

/* Looks at a channel's histograms; false if it has none. */
bool vbuf_messages_look(const struct vbuf_channel *ch,
			struct vbuf_times_look *look)
{
	const struct vbuf_histograms *histograms;

	/* Pairs with the cmpxchg() that made them. */
	histograms = smp_load_acquire(&ch->histograms);
	if (!histograms)
		return false;
	copy(look->queued, histograms->queued);
	copy(look->waking, histograms->waking);
	copy(look->receiving, histograms->receiving);
	return true;
}
