// SPDX-License-Identifier: GPL-2.0
/*
 * One bounded buffer: how it is made, who comes and goes, and how it ends.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "account.h"
#include "channel.h"
#include "endpoint.h"
#include "held.h"
#include "limits.h"
#include "reserved.h"
#include "wakes.h"

/* Of its own, so that a channel takes no more than its size. */
static struct kmem_cache *channels;

/* Module-wide. Return: 0 or -ENOMEM. */
int vbuf_channel_init(void)
{
	channels = KMEM_CACHE(vbuf_channel, SLAB_ACCOUNT | SLAB_HWCACHE_ALIGN);
	return channels ? 0 : -ENOMEM;
}

void vbuf_channel_exit(void)
{
	kmem_cache_destroy(channels);
}

/**
 * vbuf_channel_drain() - wait until nothing is queued or being received
 * @ep: any endpoint of the channel
 * @deadline: until when to wait, CLOCK_MONOTONIC in ns; 0 for ever
 *
 * Return: 0, or -EPIPE, -ETIMEDOUT, -ERESTARTSYS.
 */
int vbuf_channel_drain(struct vbuf_endpoint *ep, u64 deadline)
{
	struct vbuf_waiter waiter = { .ep = ep };
	struct vbuf_channel *ch = ep->channel;
	int ret = 1;

	spin_lock(&ch->lock);
	if (!ch->queue.count && !ch->receiving)
		ret = 0;
	else if (ch->no_receiver)
		ret = -EPIPE;
	else
		vbuf_line_join(&ch->want_drain, &waiter);
	spin_unlock(&ch->lock);
	if (ret <= 0)
		return ret;
	return vbuf_line_wait(ch, &ch->want_drain, &waiter, deadline);
}

/* Whether a side is lost, now that somebody came or went. */
static void update_hangup_locked(struct vbuf_channel *ch,
				 struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	bool no_sender = !ch->persist && ch->had_sender && !ch->senders;
	bool no_receiver = !ch->persist && ch->had_receiver && !ch->receivers;

	if (no_sender && !ch->no_sender) {
		vbuf_line_fail(&ch->want_message, NULL, -EPIPE, wakes);
		wakes->hup |= VBUF_RIGHT_RECV;
	}
	if (no_receiver)
		ch->alerts |= VBUF_ALERT_ENDED;
	else
		ch->alerts &= ~VBUF_ALERT_ENDED;
	if (no_receiver && !ch->no_receiver) {
		vbuf_line_fail(&ch->want_slot, NULL, -EPIPE, wakes);
		vbuf_line_fail(&ch->want_drain, NULL, -EPIPE, wakes);
		wakes->hup |= VBUF_RIGHT_SEND;
	}
	ch->no_sender = no_sender;
	ch->no_receiver = no_receiver;
}

static void set_rights_locked(struct vbuf_endpoint *ep, u32 can)
	__must_hold(&ep->channel->lock)
{
	/* Others look at it without the lock. */
	WRITE_ONCE(ep->can, can);
	ep->send_max = can & VBUF_RIGHT_SEND ? ep->channel->held_max : 0;
	ep->recv_max = can & VBUF_RIGHT_RECV ? ep->channel->held_max : 0;
}

static bool id_before(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct vbuf_endpoint, node)->id <
	       rb_entry(b, struct vbuf_endpoint, node)->id;
}

/**
 * vbuf_channel_attach() - an endpoint comes
 * @ch: the channel
 * @ep: new; its id is given here, so that it is the channel's last
 */
void vbuf_channel_attach(struct vbuf_channel *ch, struct vbuf_endpoint *ep)
{
	static atomic64_t last_id;
	struct vbuf_wakes wakes = {};

	mutex_lock(&ch->members_lock);
	ep->id = atomic64_inc_return(&last_id);
	rb_add(&ep->node, &ch->endpoints, id_before);
	ch->members_changes++;
	mutex_unlock(&ch->members_lock);

	spin_lock(&ch->lock);
	set_rights_locked(ep, ep->rights);
	if (ep->can & VBUF_RIGHT_SEND) {
		ch->senders++;
		ch->had_sender = true;
	}
	if (ep->can & VBUF_RIGHT_RECV) {
		ch->receivers++;
		ch->had_receiver = true;
	}
	update_hangup_locked(ch, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
}

/**
 * vbuf_channel_stop() - an endpoint can use rights no more
 * @ep: the endpoint
 * @rights: which, as far as it still has them
 *
 * Its calls fail from now on, and those that wait are ended. What it owns by
 * those rights is for vbuf_channel_leave().
 *
 * Return: the rights that it had.
 */
u32 vbuf_channel_stop(struct vbuf_endpoint *ep, u32 rights)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};

	spin_lock(&ch->lock);
	rights &= ep->can;
	set_rights_locked(ep, ep->can & ~rights);
	if (rights & VBUF_RIGHT_SEND && ep->blocked_senders)
		vbuf_line_fail(&ch->want_slot, ep, -EPIPE, &wakes);
	if (rights & VBUF_RIGHT_RECV && ep->blocked_receivers)
		vbuf_line_fail(&ch->want_message, ep, -EPIPE, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
	return rights;
}

/**
 * vbuf_channel_leave() - what an endpoint owns by rights goes back
 * @ep: the endpoint; nobody sees its slots in a region any more
 * @rights: what vbuf_channel_stop() returned
 *
 * The ends are counted last, so that whoever learns of one finds the queue
 * complete.
 */
void vbuf_channel_leave(struct vbuf_endpoint *ep, u32 rights)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};

	if (rights & VBUF_RIGHT_SEND)
		vbuf_reserved_return(ep);
	if (rights & VBUF_RIGHT_RECV)
		vbuf_held_return(ep);

	spin_lock(&ch->lock);
	ch->senders -= !!(rights & VBUF_RIGHT_SEND);
	ch->receivers -= !!(rights & VBUF_RIGHT_RECV);
	update_hangup_locked(ch, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
}

/**
 * vbuf_channel_note_shutdown() - an endpoint is about to be shut down
 * @ch: the channel; from now on who sends looks whether it still may
 */
void vbuf_channel_note_shutdown(struct vbuf_channel *ch)
{
	spin_lock(&ch->lock);
	ch->alerts |= VBUF_ALERT_SHUT;
	spin_unlock(&ch->lock);
}

/**
 * vbuf_channel_detach() - an endpoint goes
 * @ep: no call runs on it any more, and nobody sees its slots in a region
 */
void vbuf_channel_detach(struct vbuf_endpoint *ep)
{
	struct vbuf_channel *ch = ep->channel;

	vbuf_channel_leave(ep, vbuf_channel_stop(ep, ep->rights));
	guard(mutex)(&ch->members_lock);
	rb_erase(&ep->node, &ch->endpoints);
	ch->members_changes++;
}

/**
 * vbuf_channel_forget_name() - the channel's name is gone
 * @ch: the channel
 *
 * Nobody can come by the name any more, and REOPEN gives no right that nobody
 * has. So who waits for a side that has nobody is told now, whether that side
 * was never there or, on a %VBUF_PERSIST channel, had gone.
 */
void vbuf_channel_forget_name(struct vbuf_channel *ch)
{
	struct vbuf_wakes wakes = {};

	spin_lock(&ch->lock);
	ch->persist = false;
	ch->had_sender = true;
	ch->had_receiver = true;
	update_hangup_locked(ch, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
}

/**
 * vbuf_channel_watch() - somebody wants to be told of edges from now on
 * @ch: the channel
 */
void vbuf_channel_watch(struct vbuf_channel *ch)
{
	spin_lock(&ch->lock);
	ch->alerts |= VBUF_ALERT_WATCHED;
	spin_unlock(&ch->lock);
}

/**
 * vbuf_channel_poll() - what an endpoint could do now
 * @ep: the endpoint; the poller stands in the wait queues already
 *
 * Return: EPOLL* bits.
 */
__poll_t vbuf_channel_poll(struct vbuf_endpoint *ep)
{
	struct vbuf_channel *ch = ep->channel;
	__poll_t mask = 0;

	spin_lock(&ch->lock);
	ch->alerts |= VBUF_ALERT_WATCHED;
	if (ep->can & VBUF_RIGHT_RECV && ch->queue.count)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (ep->can & VBUF_RIGHT_SEND && ch->free.count)
		mask |= EPOLLOUT | EPOLLWRNORM;
	if (ep->rights & VBUF_RIGHT_RECV &&
	    (ch->no_sender || !(ep->can & VBUF_RIGHT_RECV)))
		mask |= EPOLLHUP;
	if (ep->rights & VBUF_RIGHT_SEND &&
	    (ch->no_receiver || !(ep->can & VBUF_RIGHT_SEND)))
		mask |= EPOLLERR;
	spin_unlock(&ch->lock);
	return mask;
}

/**
 * vbuf_channel_next_len() - what FIONREAD tells
 * @ch: the channel
 *
 * Return: the length of the first message in the queue, 0 if there is none.
 */
u32 vbuf_channel_next_len(struct vbuf_channel *ch)
{
	u32 len;

	spin_lock(&ch->lock);
	len = ch->queue.count ? ch->pool.slot[ch->queue.head].len : 0;
	spin_unlock(&ch->lock);
	return len;
}

static void init_free(struct vbuf_channel *ch)
{
	u32 n;

	/* From the last, so that the first are used first. */
	for (n = ch->pool.slots; n--; ) {
		vbuf_chain_push_head(&ch->free, &ch->pool, n);
		if (!(n % 4096))
			cond_resched();
	}
}

static int charge(struct vbuf_channel *ch)
{
	int err;

	err = vbuf_limits_check(ch->account, VBUF_RESOURCE_SLOT_SIZE,
				ch->attr.slot_size);
	if (!err)
		err = vbuf_limits_charge(ch->account, VBUF_RESOURCE_CHANNELS,
					 1);
	if (err)
		return err;
	ch->bytes = vbuf_slots_bytes(&ch->pool);
	err = vbuf_limits_charge(ch->account, VBUF_RESOURCE_BYTES, ch->bytes);
	if (err)
		vbuf_limits_uncharge(ch->account, VBUF_RESOURCE_CHANNELS, 1);
	return err;
}

static void uncharge(struct vbuf_channel *ch)
{
	vbuf_limits_uncharge(ch->account, VBUF_RESOURCE_BYTES, ch->bytes);
	vbuf_limits_uncharge(ch->account, VBUF_RESOURCE_CHANNELS, 1);
}

/* In scattered memory the pool may have taken more than was planned. */
static int charge_rest(struct vbuf_channel *ch)
{
	u64 bytes = vbuf_slots_bytes(&ch->pool);
	int err;

	if (bytes <= ch->bytes)
		return 0;
	err = vbuf_limits_charge(ch->account, VBUF_RESOURCE_BYTES, bytes - ch->bytes);
	if (!err)
		ch->bytes = bytes;
	return err;
}

static struct vbuf_channel *alloc_channel(const struct vbuf_attr *attr)
{
	struct vbuf_channel *ch;

	ch = kmem_cache_zalloc(channels, VBUF_GFP);
	if (!ch)
		return NULL;
	ch->attr = *attr;
	vbuf_slots_plan(&ch->pool, attr);
	ch->uid = current_euid();
	ch->gid = current_egid();
	ch->held_max = attr->held_max ?: U32_MAX;
	refcount_set(&ch->ref, 1);
	mutex_init(&ch->members_lock);
	ch->endpoints = RB_ROOT;
	init_waitqueue_head(&ch->can_send);
	init_waitqueue_head(&ch->can_recv);
	spin_lock_init(&ch->lock);
	vbuf_wakes_init(ch);
	vbuf_line_init(&ch->want_slot, &ch->alerts, VBUF_ALERT_SLOT);
	vbuf_line_init(&ch->want_message, &ch->alerts, VBUF_ALERT_MESSAGE);
	vbuf_line_init(&ch->want_drain, &ch->alerts, VBUF_ALERT_DRAIN);
	ch->persist = attr->flags & VBUF_PERSIST;
	return ch;
}

/**
 * vbuf_channel_create() - take all that a channel needs
 * @attr: within its ranges
 *
 * May sleep. The caller has the first reference.
 *
 * Return: a channel that nobody knows yet, or an ERR_PTR: -EDQUOT, -ENOMEM,
 * -EINTR.
 */
struct vbuf_channel *vbuf_channel_create(const struct vbuf_attr *attr)
{
	struct vbuf_channel *ch = alloc_channel(attr);
	int err;

	if (!ch)
		return ERR_PTR(-ENOMEM);
	ch->account = vbuf_account_get();
	if (IS_ERR(ch->account)) {
		err = PTR_ERR(ch->account);
		goto free_channel;
	}
	err = charge(ch);
	if (err)
		goto put_account;
	err = vbuf_slots_init(&ch->pool);
	if (err)
		goto undo_charge;
	err = charge_rest(ch);
	if (err)
		goto free_slots;
	init_free(ch);
	return ch;

free_slots:
	vbuf_slots_deinit(&ch->pool);
undo_charge:
	uncharge(ch);
put_account:
	vbuf_account_put(ch->account);
free_channel:
	kmem_cache_free(channels, ch);
	return ERR_PTR(err);
}

/**
 * vbuf_channel_destroy() - give back all that a channel had
 * @ch: whole and without references
 */
void vbuf_channel_destroy(struct vbuf_channel *ch)
{
	WARN_ON_ONCE(!RB_EMPTY_ROOT(&ch->endpoints));
	WARN_ON_ONCE(ch->free.count + ch->queue.count != ch->pool.slots);
	vbuf_wakes_deinit(ch);
	kfree(ch->histograms);
	vbuf_slots_deinit(&ch->pool);
	uncharge(ch);
	vbuf_account_put(ch->account);
	kmem_cache_free(channels, ch);
}
