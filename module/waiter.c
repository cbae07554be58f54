// SPDX-License-Identifier: GPL-2.0
/*
 * How a thread waits its turn, and how it is served.
 */
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/timekeeping.h>

#include "channel.h"
#include "endpoint.h"
#include "threads.h"
#include "trace.h"
#include "waiter.h"
#include "wakes.h"

static unsigned int spin_ns = 20000;
module_param(spin_ns, uint, 0644);
MODULE_PARM_DESC(spin_ns,
		 "How long at the most a thread looks for a hand-over from another CPU before it sleeps, in ns (0: not at all, at the most 1000000)");

/* A line that looks in vain looks ever shorter, down to this part. */
#define SPIN_LEAST_PART	16

/* Whatever spin_ns says. */
#define SPIN_MOST	1000000U

/* One moment, by both clocks. */
static unsigned long base_jiffies __ro_after_init;
static u64 base_ns __ro_after_init;

/* Module-wide. Return: 0. */
int __init vbuf_waiter_init(void)
{
	base_jiffies = jiffies;
	base_ns = ktime_get_coarse_ns();
	return 0;
}

/**
 * vbuf_waiter_ns() - when something was
 * @since: in jiffies, which go with CLOCK_MONOTONIC by the tick
 *
 * Return: CLOCK_MONOTONIC in ns, exact to two ticks.
 */
u64 vbuf_waiter_ns(unsigned long since)
{
	return base_ns + (s64)(long)(since - base_jiffies) * TICK_NSEC;
}

/**
 * vbuf_line_init() - make an empty line
 * @line: the line
 * @alerts: the channel's
 * @alert: the bit that is set while the line is not empty
 */
void vbuf_line_init(struct vbuf_line *line, u32 *alerts, u32 alert)
{
	line->alerts = alerts;
	line->alert = alert;
	INIT_LIST_HEAD(&line->waiters);
	line->count = 0;
	line->spin_ns = READ_ONCE(spin_ns);
	line->server_cpu = -1;
}

static void note_blocked(const struct vbuf_waiter *waiter)
{
	struct vbuf_endpoint *ep = waiter->ep;

	if (!ep->blocked_senders && !ep->blocked_receivers)
		ep->blocked_since = waiter->since;
	++*waiter->blocked;
}

/**
 * vbuf_line_join() - stand at the end of a line
 * @line: of a channel, whose lock is held
 * @waiter: for the current thread; @ep, @blocked and @room are set
 */
void vbuf_line_join(struct vbuf_line *line, struct vbuf_waiter *waiter)
{
	waiter->task = current;
	waiter->next = NULL;
	waiter->since = jiffies;
	waiter->slot = VBUF_NO_SLOT;
	waiter->len = 0;
	waiter->result = 0;
	waiter->in_line = true;
	waiter->woken = false;
	list_add_tail(&waiter->link, &line->waiters);
	line->count++;
	*line->alerts |= line->alert;
	if (waiter->blocked)
		note_blocked(waiter);
	vbuf_trace(block, waiter, line);
}

/**
 * vbuf_line_leave() - stand in a line no more
 * @line: of a channel, whose lock is held
 * @waiter: is in @line
 */
void vbuf_line_leave(struct vbuf_line *line, struct vbuf_waiter *waiter)
{
	waiter->in_line = false;
	list_del(&waiter->link);
	if (!--line->count)
		*line->alerts &= ~line->alert;
	if (waiter->blocked)
		--*waiter->blocked;
}

/**
 * vbuf_line_serve() - end a waiter's wait
 * @line: of a channel, whose lock is held
 * @waiter: is in @line
 * @result: what its call returns, 0 if it has what it waited for
 * @wakes: to be carried out once the lock is let go
 */
void vbuf_line_serve(struct vbuf_line *line, struct vbuf_waiter *waiter,
		     int result, struct vbuf_wakes *wakes)
{
	vbuf_line_leave(line, waiter);
	waiter->result = result;
	if (wakes->first)
		wakes->last->next = waiter;
	else
		wakes->first = waiter;
	wakes->last = waiter;
	WRITE_ONCE(line->server_cpu, raw_smp_processor_id());
}

/**
 * vbuf_line_fail() - end the wait of all, or of one endpoint's
 * @line: of a channel, whose lock is held
 * @ep: whose waiters; NULL for all
 * @result: what their calls return
 * @wakes: to be carried out once the lock is let go
 */
void vbuf_line_fail(struct vbuf_line *line, struct vbuf_endpoint *ep,
		    int result, struct vbuf_wakes *wakes)
{
	struct vbuf_waiter *waiter, *next;

	list_for_each_entry_safe(waiter, next, &line->waiters, link)
		if (!ep || waiter->ep == ep)
			vbuf_line_serve(line, waiter, result, wakes);
}

/**
 * vbuf_waiter_wake() - wake a thread that was served
 * @waiter: out of its line, and on no list any more
 *
 * In any context but a hard interrupt; no lock of ours is held.
 */
void vbuf_waiter_wake(struct vbuf_waiter *waiter)
{
	struct task_struct *task = get_task_struct(waiter->task);

	vbuf_trace(wake, waiter);
	/* Pairs with was_woken(): the outcome is written before. */
	smp_store_release(&waiter->woken, true);
	/* The waiter may be gone from here on. */
	wake_up_process(task);
	put_task_struct(task);
}

static bool was_woken(const struct vbuf_waiter *waiter)
{
	/* Pairs with the release in vbuf_waiter_wake(). */
	return smp_load_acquire(&waiter->woken);
}

/* Whether to look for a hand-over before sleeping, and for how long. */
static u32 spin_budget(const struct vbuf_line *line)
{
	u32 most = min(READ_ONCE(spin_ns), SPIN_MOST);

	/* Who served the last one here does not run now. */
	if (!most || num_online_cpus() == 1 ||
	    READ_ONCE(line->server_cpu) == raw_smp_processor_id())
		return 0;
	return clamp(READ_ONCE(line->spin_ns), most / SPIN_LEAST_PART, most);
}

/*
 * A sleep and a wake-up cost more than a short look at what the other side,
 * running on another CPU, is about to do. The time adapts to whether it paid.
 */
static bool spin(struct vbuf_line *line, const struct vbuf_waiter *waiter,
		 u64 deadline)
{
	u32 budget = spin_budget(line);
	u64 now, vain, end;

	if (!budget)
		return false;
	now = ktime_get_mono_fast_ns();
	vain = now + budget;
	end = deadline ? min(vain, deadline) : vain;
	while (now < end && !need_resched() && !signal_pending(current)) {
		if (was_woken(waiter)) {
			WRITE_ONCE(line->spin_ns, budget * 2);
			return true;
		}
		cpu_relax();
		now = ktime_get_mono_fast_ns();
	}
	/* What ended it early says nothing of the other side. */
	if (now >= vain)
		WRITE_ONCE(line->spin_ns, budget / 2);
	return false;
}

static int sleep_interruptibly(const struct vbuf_waiter *waiter, u64 deadline)
{
	ktime_t expires = ns_to_ktime(deadline);
	int err;

	for (;;) {
		/* Its barrier pairs with that of wake_up_process(). */
		set_current_state(TASK_INTERRUPTIBLE);
		err = 0;
		if (was_woken(waiter))
			break;
		err = -ERESTARTSYS;
		if (signal_pending(current))
			break;
		err = -ETIMEDOUT;
		if (!schedule_hrtimeout_range_clock(deadline ? &expires : NULL,
						    current->timer_slack_ns,
						    HRTIMER_MODE_ABS,
						    CLOCK_MONOTONIC))
			break;
	}
	__set_current_state(TASK_RUNNING);
	return err;
}

/* Not long: the waker has let the channel's lock go already, or will now. */
static void sleep_until_woken(const struct vbuf_waiter *waiter)
{
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (was_woken(waiter))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

static int wait_in_line(struct vbuf_channel *ch, struct vbuf_line *line,
			struct vbuf_waiter *waiter, u64 deadline)
{
	bool left;
	int err;

	if (spin(line, waiter, deadline))
		return waiter->result;
	err = sleep_interruptibly(waiter, deadline);
	if (!err)
		return waiter->result;
	spin_lock(&ch->lock);
	left = waiter->in_line;
	if (left)
		vbuf_line_leave(line, waiter);
	spin_unlock(&ch->lock);
	if (left)
		return err;
	/* Served in the last moment: it has what it was given. */
	vbuf_wakes_flush(ch);
	sleep_until_woken(waiter);
	return waiter->result;
}

/* What the time that it takes is put down as. */
static enum vbuf_thread_time time_in(const struct vbuf_line *line)
{
	switch (line->alert) {
	case VBUF_ALERT_SLOT:
		return VBUF_THREAD_IN_SEND;
	case VBUF_ALERT_MESSAGE:
		return VBUF_THREAD_IN_RECV;
	default:
		return VBUF_THREAD_ASLEEP;
	}
}

/**
 * vbuf_line_wait() - wait for one's turn
 * @ch: whose line it is; its lock is not held
 * @line: the line
 * @waiter: has joined it
 * @deadline: until when to wait, CLOCK_MONOTONIC in ns; 0 for ever
 *
 * A stopped or frozen thread leaves the line and, its call restarted, joins it
 * again at the end.
 *
 * Return: what the waiter was served with: 0, and then it has what it waited
 * for, or an error; -ERESTARTSYS or -ETIMEDOUT if it left unserved.
 */
int vbuf_line_wait(struct vbuf_channel *ch, struct vbuf_line *line,
		   struct vbuf_waiter *waiter, u64 deadline)
{
	int result;

	vbuf_threads_note_wait(time_in(line), ch);
	result = wait_in_line(ch, line, waiter, deadline);
	vbuf_threads_note_waited(waiter->ep);
	vbuf_trace(resume, waiter, line, result);
	return result;
}
