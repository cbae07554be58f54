/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_WAITER_H
#define VBUF_WAITER_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/types.h>

struct task_struct;
struct vbuf_channel;
struct vbuf_endpoint;
struct vbuf_wakes;

/**
 * DOC: Waiters and lines
 *
 * A thread that must wait stands in one of its channel's three lines: for a
 * slot, for a message, or for the queue to drain. Each line is in order of
 * arrival. Who has what a waiter waits for takes the first one out of its line,
 * writes the outcome into it, and puts it on its own list of wakes, all under
 * the channel's lock; having let the lock go, it marks each waiter of that list
 * as woken and wakes its thread. So nobody is woken under a lock, and:
 *
 * *The hand-over is at once.* From the moment when it is out of its line, a
 * waiter has what it was given, whatever signal or deadline comes next.
 *
 * *No wake-up is lost.* The thread sets its state to sleeping before it looks
 * at @woken (set_current_state() has the barrier); the waker writes @woken
 * before wake_up_process(), which has the other barrier, looks at the state.
 *
 * *The waiter, on its thread's stack, outlives its waker's use of it.* The
 * thread leaves only when @woken is set, or when it took itself out of the
 * line; the waker does not touch the waiter after setting @woken. (It holds the
 * task by a reference of its own until then.)
 *
 * handoff.pml is a model of all this, but for the line of who drains, and of the
 * deferred wake-ups of wakes.h, by which spin looks for what was overlooked
 * (selftests/lab/model).
 */

/**
 * struct vbuf_waiter - a thread that waits in a line of its channel
 * @link: in the line; guarded by channel->lock, as all but @woken
 * @next: on the waker's list of wakes
 * @deferred: on channel->deferred instead; see wakes.h
 * @task: the thread
 * @ep: the endpoint it called on
 * @blocked: the endpoint's count of such waiters, or NULL
 * @since: when it joined the line, in jiffies
 * @room: bytes of room that it has, if it waits for a message
 * @slot: out: what it was handed, or VBUF_NO_SLOT
 * @len: out: bytes of the message that it had no room for
 * @result: out: 0 or -errno
 * @in_line: still in the line
 * @woken: the waker has done with it
 */
struct vbuf_waiter {
	struct list_head link;
	struct vbuf_waiter *next;
	struct llist_node deferred;
	struct task_struct *task;
	struct vbuf_endpoint *ep;
	u32 *blocked;
	unsigned long since;
	u32 room;
	u32 slot;
	u32 len;
	int result;
	bool in_line;
	bool woken;
};

/**
 * struct vbuf_line - threads that wait for one thing, in order of arrival
 * @waiters: the waiters; guarded by channel->lock
 * @count: how many; guarded by channel->lock
 * @alerts: the channel's, where @alert is set while somebody waits; guarded by
 *	channel->lock
 * @alert: this line's bit
 * @spin_ns: how long it pays to look for a hand-over before sleeping; a hint,
 *	written without a lock
 * @server_cpu: the CPU that served the last waiter; a hint, as above
 */
struct vbuf_line {
	struct list_head waiters;
	u32 count;
	u32 alert;
	u32 *alerts;
	u32 spin_ns;
	int server_cpu;
};

int vbuf_waiter_init(void);
u64 vbuf_waiter_ns(unsigned long since);
void vbuf_line_init(struct vbuf_line *line, u32 *alerts, u32 alert);
void vbuf_line_join(struct vbuf_line *line, struct vbuf_waiter *waiter);
void vbuf_line_serve(struct vbuf_line *line, struct vbuf_waiter *waiter,
		     int result, struct vbuf_wakes *wakes);
void vbuf_line_fail(struct vbuf_line *line, struct vbuf_endpoint *ep,
		    int result, struct vbuf_wakes *wakes);
int vbuf_line_wait(struct vbuf_channel *ch, struct vbuf_line *line,
		   struct vbuf_waiter *waiter, u64 deadline);
void vbuf_line_leave(struct vbuf_line *line, struct vbuf_waiter *waiter);
void vbuf_waiter_wake(struct vbuf_waiter *waiter);

/* The first in line, or NULL. */
static inline struct vbuf_waiter *vbuf_line_first(struct vbuf_line *line)
{
	return list_first_entry_or_null(&line->waiters, struct vbuf_waiter,
					link);
}

#endif /* VBUF_WAITER_H */
