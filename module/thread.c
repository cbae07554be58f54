// SPDX-License-Identifier: GPL-2.0
/*
 * Where the time of one thread goes.
 */
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vbuf_trace.h>

#include "channel.h"
#include "limits.h"
#include "messages.h"
#include "sessions.h"
#include "thread.h"

DEFINE_PER_CPU(struct vbuf_thread *, vbuf_thread_here);

/*
 * The hard interrupt that is on top of whatever runs on a CPU, its context 0 for none,
 * and the one that it is on top of: a controller of interrupts may have one of its own.
 */
static DEFINE_PER_CPU(struct vbuf_interrupt, hardirq_here);
static DEFINE_PER_CPU(struct vbuf_interrupt, hardirq_below);
static DEFINE_PER_CPU(u32, softirq_here);

static enum vbuf_thread_time now_into(const struct vbuf_thread *thread)
{
	if (thread->state != VBUF_THREAD_RUNNING)
		return thread->state;
	if (thread->hardirqs)
		return VBUF_THREAD_HARDIRQ;
	return thread->in_softirq ? VBUF_THREAD_SOFTIRQ : VBUF_THREAD_RUNNING;
}

/* Puts down what has passed until @now. */
static __always_inline void charge_until_locked(struct vbuf_thread *thread,
						u64 now)
{
	enum vbuf_thread_time into = now_into(thread);
	u64 passed;

	lockdep_assert_held(&thread->lock);
	/*
	 * The clock of another CPU may be behind by a little. No two things happen at
	 * one time, so that those of two CPUs can be put in order.
	 */
	now = max(now, thread->sums.until + 1);
	passed = now - thread->sums.until;
	thread->sums.until = now;
	thread->sums.ns[into] += passed;
	if (!thread->waiting)
		return;
	if (into == VBUF_THREAD_IN_SEND)
		thread->waiting->in_send += passed;
	else if (into == VBUF_THREAD_IN_RECV)
		thread->waiting->in_recv += passed;
}

static void charge_locked(struct vbuf_thread *thread)
{
	charge_until_locked(thread, ktime_get_mono_fast_ns());
}

/*
 * Of this moment. Just what all records have is cleared; where the compiler is asked to
 * clear it all does that, by a string instruction, for three times as many bytes.
 */
static __always_inline void begin(struct vbuf_record *record,
				  const struct vbuf_thread *thread,
				  enum vbuf_trace_type type)
{
	memset(&record->told, 0, VBUF_RECORD_HEAD);
	record->told.time_ns = thread->sums.until;
	record->told.type = type;
	record->task = thread->task;
}

/* What sessions are told. Each record is made only if anybody wants one. */
static void tell(const struct vbuf_thread *thread, enum vbuf_trace_type type)
{
	struct vbuf_record record __uninitialized;

	begin(&record, thread, type);
	vbuf_sessions_tell(&record);
}

static void tell_name(const struct vbuf_thread *thread, const char *comm)
{
	/* All of it is told, and the name is not all that is behind the head. */
	struct vbuf_record record = {};

	begin(&record, thread, VBUF_TRACE_THREAD);
	strscpy_pad(record.told.comm, comm, sizeof(record.told.comm));
	vbuf_sessions_tell(&record);
}

/* What a thread that does not run is told to be in. */
static u32 told_state(const struct vbuf_thread *thread)
{
	switch (thread->state) {
	case VBUF_THREAD_READY:
		return VBUF_TRACE_READY;
	case VBUF_THREAD_IN_SEND:
		return VBUF_TRACE_IN_SEND;
	case VBUF_THREAD_IN_RECV:
		return VBUF_TRACE_IN_RECV;
	default:
		return VBUF_TRACE_ASLEEP;
	}
}

static bool is_blocked(const struct vbuf_thread *thread)
{
	return thread->state == VBUF_THREAD_IN_SEND ||
	       thread->state == VBUF_THREAD_IN_RECV;
}

static void tell_stop(const struct vbuf_thread *thread)
{
	struct vbuf_record record __uninitialized;

	begin(&record, thread, VBUF_TRACE_STOP);
	record.told.state = told_state(thread);
	if (is_blocked(thread)) {
		record.told.channel = thread->channel;
		record.netns = thread->netns;
	}
	vbuf_sessions_tell(&record);
}

static void tell_waker(struct vbuf_record *record,
		       const struct vbuf_waker *waker)
{
	record->told.context = waker->from.context;
	record->told.by = waker->tid;
	record->by_whose = waker->whose;
}

static void tell_wake(const struct vbuf_thread *thread)
{
	struct vbuf_record record __uninitialized;

	begin(&record, thread, VBUF_TRACE_WAKE);
	record.told.source = thread->waker.from.source;
	tell_waker(&record, &thread->waker);
	vbuf_sessions_tell(&record);
}

static void tell_migrate(const struct vbuf_thread *thread, u32 cpu)
{
	struct vbuf_record record __uninitialized;

	begin(&record, thread, VBUF_TRACE_MIGRATE);
	record.told.to = cpu;
	vbuf_sessions_tell(&record);
}

static void tell_interrupt(const struct vbuf_thread *thread,
			   struct vbuf_interrupt interrupt,
			   enum vbuf_trace_type type)
{
	struct vbuf_record record __uninitialized;

	begin(&record, thread, type);
	record.told.context = interrupt.context;
	record.told.source = interrupt.source;
	vbuf_sessions_tell(&record);
}

static void tell_fault(const struct vbuf_thread *thread, bool kernel)
{
	struct vbuf_record record __uninitialized;

	begin(&record, thread, VBUF_TRACE_FAULT);
	record.told.kernel = kernel;
	vbuf_sessions_tell(&record);
}

static void tell_message(const struct vbuf_thread *thread,
			 const struct vbuf_channel *ch,
			 const struct vbuf_slot *slot,
			 const struct vbuf_message_times *times)
{
	struct vbuf_record record __uninitialized;

	begin(&record, thread, VBUF_TRACE_MESSAGE);
	record.netns = ch->netns;
	record.told.channel = ch->id;
	record.told.len = slot->len;
	record.told.seq = slot->seq;
	record.told.queued_ns = times->queued;
	record.told.waking_ns = times->waking;
	record.told.receiving_ns = times->receiving;
	if (times->slept)
		tell_waker(&record, &thread->server);
	vbuf_sessions_tell(&record);
}

/**
 * vbuf_thread_new() - an account of the caller's
 *
 * May sleep.
 *
 * Return: the account, or NULL.
 */
struct vbuf_thread *vbuf_thread_new(void)
{
	struct vbuf_thread *thread = kzalloc(sizeof(*thread), VBUF_GFP);

	if (!thread)
		return NULL;
	raw_spin_lock_init(&thread->lock);
	thread->task = current;
	thread->state = VBUF_THREAD_RUNNING;
	thread->sleep = VBUF_THREAD_ASLEEP;
	return thread;
}

/* It counts from now on; with interrupts off. */
void vbuf_thread_begin(struct vbuf_thread *thread)
{
	guard(raw_spinlock)(&thread->lock);
	thread->sums.began = ktime_get_mono_fast_ns();
	thread->sums.until = thread->sums.began;
	this_cpu_write(vbuf_thread_here, thread);
	tell_name(thread, thread->task->comm);
}

/* The thread, the caller, calls for a message. */
void vbuf_thread_call(struct vbuf_thread *thread)
{
	thread->called = ktime_get_mono_fast_ns();
}

/**
 * vbuf_thread_wait() - the thread is about to wait
 * @thread: the caller's
 * @sleep: for what; %VBUF_THREAD_ASLEEP for nothing of ours
 * @ch: for which channel
 *
 * Nobody else looks at it, until the thread sleeps: so no lock is taken.
 */
void vbuf_thread_wait(struct vbuf_thread *thread, enum vbuf_thread_time sleep,
		      const struct vbuf_channel *ch)
{
	thread->sleep = sleep;
	thread->before = thread->sums.ns[sleep];
	thread->channel = ch->id;
	thread->netns = ch->netns;
}

/**
 * vbuf_thread_waited() - the thread waits no more
 * @thread: the caller's
 *
 * Return: ns that it slept for what it waited for.
 */
u64 vbuf_thread_waited(struct vbuf_thread *thread)
{
	u64 slept = thread->sums.ns[thread->sleep] - thread->before;

	thread->sleep = VBUF_THREAD_ASLEEP;
	return slept;
}

/*
 * From its sending until it was called for, or, if the receiver slept for it, until
 * that was woken; from then until that ran; and from then until now.
 */
static void times_of_locked(const struct vbuf_thread *thread, u64 sent,
			    struct vbuf_message_times *times)
{
	u64 told, ran, now = thread->sums.until;

	/* The clock of the sender's CPU may be ahead by a little. */
	sent = min(sent, now);
	times->slept = thread->served > thread->called;
	told = times->slept ? thread->served : thread->called;
	told = clamp(told, sent, now);
	ran = times->slept ? clamp(thread->ran, told, now) : told;
	times->queued = told - sent;
	times->waking = ran - told;
	times->receiving = now - ran;
}

/**
 * vbuf_thread_received() - the thread has received a message
 * @thread: the caller's
 * @ch: the channel
 * @n: its slot, the caller's still
 * @times: out: where its time went
 */
void vbuf_thread_received(struct vbuf_thread *thread,
			  const struct vbuf_channel *ch, u32 n,
			  struct vbuf_message_times *times)
{
	const struct vbuf_slot *slot = &ch->pool.slot[n];

	guard(raw_spinlock_irqsave)(&thread->lock);
	charge_locked(thread);
	times_of_locked(thread, slot->time_ns, times);
	if (vbuf_sessions_want(VBUF_TRACE_MESSAGE))
		tell_message(thread, ch, slot, times);
}

/* Looks at the account up to now. */
void vbuf_thread_look(struct vbuf_thread *thread,
		      struct vbuf_thread_sums *sums)
{
	guard(raw_spinlock_irqsave)(&thread->lock);
	charge_locked(thread);
	*sums = thread->sums;
}

/* The part of the sums for the channel that it waits for; NULL if there are too many. */
static struct vbuf_waits *waits_locked(struct vbuf_thread *thread)
{
	struct vbuf_thread_sums *sums = &thread->sums;
	struct vbuf_waits *waits = sums->waits;

	lockdep_assert_held(&thread->lock);
	while (waits < &sums->waits[sums->waited]) {
		if (waits->channel == thread->channel)
			return waits;
		waits++;
	}
	if (sums->waited == VBUF_WAITS_MAX)
		return NULL;
	sums->waited++;
	waits->channel = thread->channel;
	waits->netns = thread->netns;
	return waits;
}

static enum vbuf_thread_time state_after(const struct vbuf_thread *thread,
					 enum vbuf_thread_stop stop)
{
	switch (stop) {
	case VBUF_THREAD_SLEEPS:
		return thread->sleep;
	case VBUF_THREAD_LOCKS:
		return VBUF_THREAD_ASLEEP;
	default:
		return VBUF_THREAD_READY;
	}
}

/**
 * vbuf_thread_stop() - the thread does not run any more
 * @thread: its account
 * @stop: why
 * @now: when
 *
 * With interrupts off.
 */
void vbuf_thread_stop(struct vbuf_thread *thread, enum vbuf_thread_stop stop,
		      u64 now)
{
	guard(raw_spinlock)(&thread->lock);
	charge_until_locked(thread, now);
	thread->state = state_after(thread, stop);
	thread->sums.count[stop == VBUF_THREAD_IS_READY ?
			   VBUF_THREAD_INVOLUNTARY : VBUF_THREAD_VOLUNTARY]++;
	thread->waiting = is_blocked(thread) ? waits_locked(thread) : NULL;
	if (vbuf_sessions_want(VBUF_TRACE_STOP))
		tell_stop(thread);
}

/* The thread runs from @now on; with interrupts off. */
void vbuf_thread_run(struct vbuf_thread *thread, u64 now)
{
	guard(raw_spinlock)(&thread->lock);
	charge_until_locked(thread, now);
	thread->state = VBUF_THREAD_RUNNING;
	if (thread->ran < thread->served)
		thread->ran = thread->sums.until;
	if (vbuf_sessions_want(VBUF_TRACE_RUN))
		tell(thread, VBUF_TRACE_RUN);
}

/* The context of who calls, which an interrupt may have on top of a thread. */
static struct vbuf_interrupt context_here(void)
{
	if (in_hardirq())
		return this_cpu_read(hardirq_here.context) ?
		       *this_cpu_ptr(&hardirq_here) :
		       (struct vbuf_interrupt){ VBUF_TRACE_VECTOR, 0 };
	if (in_serving_softirq())
		return (struct vbuf_interrupt){
			VBUF_TRACE_SOFTIRQ, this_cpu_read(softirq_here) };
	return (struct vbuf_interrupt){ VBUF_TRACE_TASK, 0 };
}

static struct vbuf_waker waker_here(void)
{
	struct vbuf_waker waker = { .from = context_here() };

	if (waker.from.context != VBUF_TRACE_TASK)
		return waker;
	waker.tid = current->pid;
	waker.whose.uid = INVALID_UID;
	/* Who comes to ask later is not told of this one. */
	if (READ_ONCE(vbuf_sessions_ask_whose))
		waker.whose = vbuf_thread_owner(current_cred());
	return waker;
}

static bool is_asleep(enum vbuf_thread_time state)
{
	return state == VBUF_THREAD_ASLEEP || state == VBUF_THREAD_IN_SEND ||
	       state == VBUF_THREAD_IN_RECV;
}

static void become_ready_locked(struct vbuf_thread *thread)
{
	lockdep_assert_held(&thread->lock);
	if (!is_asleep(thread->state))
		return;
	charge_locked(thread);
	if (thread->state == VBUF_THREAD_IN_RECV) {
		thread->served = thread->sums.until;
		thread->server = thread->waker;
	}
	thread->state = VBUF_THREAD_READY;
	if (vbuf_sessions_want(VBUF_TRACE_WAKE))
		tell_wake(thread);
}

/*
 * The thread is woken, by who runs here. It may not have gone to sleep yet, to the
 * account at least: then it is ready once it is told again.
 */
void vbuf_thread_waking(struct vbuf_thread *thread)
{
	guard(raw_spinlock_irqsave)(&thread->lock);
	thread->waker = waker_here();
	become_ready_locked(thread);
}

/*
 * The thread that is woken is on a CPU's queue: whoever put it there. Mostly its
 * account knows; and that it went to sleep it has been told before, within the
 * scheduler's locks or on the CPU where that was.
 */
void vbuf_thread_wakeup(struct vbuf_thread *thread)
{
	if (!is_asleep(READ_ONCE(thread->state)))
		return;
	guard(raw_spinlock_irqsave)(&thread->lock);
	become_ready_locked(thread);
}

/* The thread goes to another CPU. */
void vbuf_thread_migrate(struct vbuf_thread *thread, u32 cpu)
{
	guard(raw_spinlock_irqsave)(&thread->lock);
	charge_locked(thread);
	thread->sums.count[VBUF_THREAD_MIGRATIONS]++;
	if (vbuf_sessions_want(VBUF_TRACE_MIGRATE))
		tell_migrate(thread, cpu);
}

/* The thread has another name. */
void vbuf_thread_rename(struct vbuf_thread *thread, const char *comm)
{
	guard(raw_spinlock_irqsave)(&thread->lock);
	/* Another thread may rename it as it ends. */
	if (thread->ended)
		return;
	charge_locked(thread);
	tell_name(thread, comm);
}

/* The thread, which runs, ends. */
void vbuf_thread_end(struct vbuf_thread *thread)
{
	guard(raw_spinlock_irqsave)(&thread->lock);
	charge_locked(thread);
	tell(thread, VBUF_TRACE_EXIT);
	thread->ended = true;
}

/* The thread, which runs, has a page fault, in the mode that @kernel says. */
void vbuf_thread_fault(struct vbuf_thread *thread, bool kernel)
{
	guard(raw_spinlock_irqsave)(&thread->lock);
	charge_locked(thread);
	thread->sums.count[kernel ? VBUF_THREAD_KERNEL_FAULTS :
				    VBUF_THREAD_USER_FAULTS]++;
	if (vbuf_sessions_want(VBUF_TRACE_FAULT))
		tell_fault(thread, kernel);
}

/* On whatever runs here. */
static void note_here(struct vbuf_interrupt interrupt, bool begins)
{
	struct vbuf_interrupt *on_top = this_cpu_ptr(&hardirq_here);
	struct vbuf_interrupt *below = this_cpu_ptr(&hardirq_below);

	if (interrupt.context == VBUF_TRACE_SOFTIRQ) {
		this_cpu_write(softirq_here, interrupt.source);
	} else if (begins) {
		*below = *on_top;
		*on_top = interrupt;
	} else {
		*on_top = *below;
		below->context = 0;
	}
}

/* Nothing of what was told of a CPU holds any more; no probe runs. */
void vbuf_thread_forget(int cpu)
{
	WRITE_ONCE(per_cpu(vbuf_thread_here, cpu), NULL);
	per_cpu(hardirq_here.context, cpu) = 0;
	per_cpu(hardirq_below.context, cpu) = 0;
}

/*
 * On PREEMPT_RT the thread that a softirq is on top of may be switched out within it,
 * so the account knows, not the CPU.
 */
static void count_locked(struct vbuf_thread *thread, u16 context, bool begins)
{
	lockdep_assert_held(&thread->lock);
	if (context == VBUF_TRACE_SOFTIRQ) {
		thread->in_softirq = begins;
		thread->sums.count[VBUF_THREAD_SOFTIRQS] += begins;
	} else if (begins) {
		thread->hardirqs++;
		thread->sums.count[VBUF_THREAD_HARDIRQS]++;
	} else if (thread->hardirqs) {
		thread->hardirqs--;
	}
}

/**
 * vbuf_thread_interrupt() - an interrupt begins or ends here
 * @thread: what it is on top of; NULL for something without an account
 * @interrupt: which
 * @begins: or ends
 *
 * A hard one with interrupts off, a softirq with softirqs off.
 */
void vbuf_thread_interrupt(struct vbuf_thread *thread,
			   struct vbuf_interrupt interrupt, bool begins)
{
	enum vbuf_trace_type type = begins ? VBUF_TRACE_IRQ :
					     VBUF_TRACE_IRQ_END;

	note_here(interrupt, begins);
	if (!thread)
		return;
	guard(raw_spinlock_irqsave)(&thread->lock);
	charge_locked(thread);
	count_locked(thread, interrupt.context, begins);
	if (vbuf_sessions_want(type))
		tell_interrupt(thread, interrupt, type);
}
