// SPDX-License-Identifier: GPL-2.0
/*
 * Carrying out what a channel's lock was in the way of.
 */
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/llist.h>
#include <linux/poll.h>
#include <linux/sched/deadline.h>
#include <linux/sched/rt.h>
#include <linux/vbuf.h>

#include "trace.h"
#include "wakes.h"

/* How long at the most a waiter that was served is left asleep. */
#define DEFER_NS	(100 * NSEC_PER_USEC)

/* How long after a sender was blocked the next ones are taken to be, too. */
#define FLOW_NS		NSEC_PER_MSEC

/**
 * vbuf_wakes_flush() - wake those whose wake-up was deferred
 * @ch: the channel; its lock need not be held
 */
void vbuf_wakes_flush(struct vbuf_channel *ch)
{
	struct llist_node *list = llist_del_all(&ch->deferred);
	struct vbuf_waiter *waiter, *next;

	/* In the order in which they were served. */
	list = llist_reverse_order(list);
	llist_for_each_entry_safe(waiter, next, list, deferred)
		vbuf_waiter_wake(waiter);
}

static u32 quarter_of(const struct vbuf_channel *ch)
{
	return ch->pool.slots / 4;
}

static enum hrtimer_restart time_is_up(struct hrtimer *timer)
{
	struct vbuf_channel *ch = container_of(timer, struct vbuf_channel,
					       wake_timer);

	/*
	 * Not just an interruption: senders are slow. Without the lock, for whatever
	 * number is seen is as good a hint.
	 */
	if (data_race(ch->queue.count) <= quarter_of(ch))
		WRITE_ONCE(ch->flowed_ns, 0);
	vbuf_wakes_flush(ch);
	return HRTIMER_NORESTART;
}

/* In a new channel. */
void vbuf_wakes_init(struct vbuf_channel *ch)
{
	init_llist_head(&ch->deferred);
	/* Soft: waking drops a reference to a thread, which may be the last. */
	hrtimer_init(&ch->wake_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	ch->wake_timer.function = time_is_up;
}

/* In a channel that nobody can wait in any more. */
void vbuf_wakes_deinit(struct vbuf_channel *ch)
{
	hrtimer_cancel(&ch->wake_timer);
	WARN_ON_ONCE(!llist_empty(&ch->deferred));
}

/*
 * A thread that did not fall asleep yet looks for its turn. A real-time one may
 * depend on not waiting. And where the timer is a thread of its own, or comes
 * with the tick, nobody knows when it runs.
 */
static bool must_wake_at_once(const struct vbuf_waiter *waiter)
{
	return task_is_running(waiter->task) ||
	       rt_task(waiter->task) || dl_task(waiter->task) ||
	       IS_ENABLED(CONFIG_PREEMPT_RT) || hrtimer_resolution > DEFER_NS;
}

static void defer_locked(struct vbuf_channel *ch, struct vbuf_line *line,
			 struct vbuf_waiter *waiter)
	__must_hold(&ch->lock)
{
	vbuf_line_leave(line, waiter);
	WRITE_ONCE(line->server_cpu, raw_smp_processor_id());
	llist_add(&waiter->deferred, &ch->deferred);
	/*
	 * Set while the first one waits, and not later for those that follow. While
	 * it is queued it has yet to look who was added; llist_add() is a full
	 * barrier, like the timer's llist_del_all(). (handoff.pml:
	 * DEFER_AFTER_LOOK)
	 */
	if (!hrtimer_is_queued(&ch->wake_timer))
		hrtimer_start(&ch->wake_timer, ns_to_ktime(DEFER_NS),
			      HRTIMER_MODE_REL_SOFT);
}

/**
 * vbuf_wakes_serve_sender() - a waiting sender has what it waited for
 * @ch: its lock is held
 * @waiter: the first in line
 * @wakes: to be carried out once the lock is let go
 *
 * Its wake-up may wait: see wakes.h.
 */
void vbuf_wakes_serve_sender(struct vbuf_channel *ch,
			     struct vbuf_waiter *waiter,
			     struct vbuf_wakes *wakes)
{
	if (!wakes->may_defer || ch->queue.count <= quarter_of(ch) ||
	    must_wake_at_once(waiter)) {
		vbuf_line_serve(&ch->want_slot, waiter, 0, wakes);
		return;
	}
	defer_locked(ch, &ch->want_slot, waiter);
	ch->wake_below = quarter_of(ch) + 1;
}

/* Woken now, it could but take this CPU from who wakes it. */
static bool shares_this_cpu(const struct task_struct *task)
{
	return num_online_cpus() == 1 ||
	       (task->nr_cpus_allowed == 1 &&
		task_cpu(task) == raw_smp_processor_id());
}

/* Senders fill the queue, and this one can go on to do so. */
static bool is_flowing(const struct vbuf_channel *ch, u32 n)
{
	return ch->free.count &&
	       ch->pool.slot[n].time_ns - READ_ONCE(ch->flowed_ns) < FLOW_NS;
}

/**
 * vbuf_wakes_serve_receiver() - a waiting receiver has what it waited for
 * @ch: its lock is held
 * @waiter: the first in line
 * @wakes: to be carried out once the lock is let go
 *
 * Its wake-up may wait: see wakes.h.
 */
void vbuf_wakes_serve_receiver(struct vbuf_channel *ch,
			       struct vbuf_waiter *waiter,
			       struct vbuf_wakes *wakes)
{
	if (!wakes->may_defer || !is_flowing(ch, waiter->slot) ||
	    !shares_this_cpu(waiter->task) || must_wake_at_once(waiter)) {
		vbuf_line_serve(&ch->want_message, waiter, 0, wakes);
		return;
	}
	defer_locked(ch, &ch->want_message, waiter);
	ch->wake_at_full = true;
}

/**
 * vbuf_wakes_look_locked() - whether anybody polls or wants signals still
 * @ch: its lock is held
 *
 * If not, what moves from now on is as quick as if nobody ever had. wakes.h
 * tells why nobody is missed.
 */
void vbuf_wakes_look_locked(struct vbuf_channel *ch)
{
	/* As above: no barriers of their own. */
	if (waitqueue_active(&ch->can_recv) || waitqueue_active(&ch->can_send))
		return;
	if (!READ_ONCE(ch->async_recv) && !READ_ONCE(ch->async_send))
		ch->alerts &= ~VBUF_ALERT_WATCHED;
}

static void tell_end(struct vbuf_channel *ch, u32 rights)
{
	if (rights & VBUF_RIGHT_RECV)
		__wake_up(&ch->can_recv, TASK_NORMAL, 0,
			  poll_to_key(EPOLLHUP));
	if (rights & VBUF_RIGHT_SEND)
		__wake_up(&ch->can_send, TASK_NORMAL, 0,
			  poll_to_key(EPOLLERR));
}

/**
 * vbuf_wakes_tell_end() - let pollers see that an end has come
 * @ch: the channel
 * @rights: whose: of those who receive, who send, or both
 */
void vbuf_wakes_tell_end(struct vbuf_channel *ch, u32 rights)
{
	vbuf_trace(notify, ch, 0, 0, rights);
	tell_end(ch, rights);
}

static void wake_pollers(struct vbuf_channel *ch,
			 const struct vbuf_wakes *wakes)
{
	/*
	 * As many exclusive ones as there is something for; all (0) where one
	 * of them may stand there that cannot take it any more.
	 */
	bool all = READ_ONCE(ch->alerts) & VBUF_ALERT_SHUT;

	/* It needs no barrier of its own: see wakes.h. */
	if (wakes->in && waitqueue_active(&ch->can_recv))
		__wake_up(&ch->can_recv, TASK_NORMAL, all ? 0 : wakes->in,
			  poll_to_key(EPOLLIN | EPOLLRDNORM));
	/* As above. */
	if (wakes->out && waitqueue_active(&ch->can_send))
		__wake_up(&ch->can_send, TASK_NORMAL, all ? 0 : wakes->out,
			  poll_to_key(EPOLLOUT | EPOLLWRNORM));
	tell_end(ch, wakes->hup);
}

static void signal_owners(struct vbuf_channel *ch,
			  const struct vbuf_wakes *wakes)
{
	if (wakes->in)
		kill_fasync(&ch->async_recv, SIGIO, POLL_IN);
	if (wakes->out)
		kill_fasync(&ch->async_send, SIGIO, POLL_OUT);
	if (wakes->hup & VBUF_RIGHT_RECV)
		kill_fasync(&ch->async_recv, SIGIO, POLL_HUP);
	if (wakes->hup & VBUF_RIGHT_SEND)
		kill_fasync(&ch->async_send, SIGIO, POLL_ERR);
}

/**
 * vbuf_wakes_carry_out() - wake and tell whom a change concerns
 * @ch: its lock is not held; the caller's endpoint keeps it alive
 * @wakes: collected under the lock
 */
void vbuf_wakes_carry_out(struct vbuf_channel *ch,
			  const struct vbuf_wakes *wakes)
{
	struct vbuf_waiter *waiter, *next;

	/* They were served before those of @wakes. */
	if (wakes->flush)
		vbuf_wakes_flush(ch);
	for (waiter = wakes->first; waiter; waiter = next) {
		next = waiter->next;
		vbuf_waiter_wake(waiter);
	}
	if (wakes->in || wakes->out || wakes->hup) {
		vbuf_trace(notify, ch, wakes->in, wakes->out, wakes->hup);
		wake_pollers(ch, wakes);
		signal_owners(ch, wakes);
	}
}
