// SPDX-License-Identifier: GPL-2.0
/*
 * Which threads have accounts.
 */
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/pid_namespace.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "account.h"
#include "channel.h"
#include "endpoint.h"
#include "probes.h"
#include "threads.h"

#define BUCKET_BITS	12
#define BUCKETS		BIT(BUCKET_BITS)

/* Each takes some 1000 bytes. Those of threads with CAP_PERFMON are not counted. */
#define ACCOUNTS_MAX	65536U

/* Of one user of the host, or of those few that a hash takes for one. */
#define USER_ACCOUNTS_MAX	4096U
#define USER_BITS		12
#define USER_ANY		U32_MAX

DEFINE_STATIC_KEY_FALSE(vbuf_threads_asked);

/*
 * Threads put their accounts there themselves, and take them out as they exit, both
 * under the lock, which guards the number of accounts and whether there may be more,
 * too; an account's own lock is taken within.
 */
static struct hlist_head buckets[BUCKETS];
static unsigned int accounts;
static unsigned int user_accounts[BIT(USER_BITS)];
static bool is_open;
static DEFINE_RAW_SPINLOCK(buckets_lock);

static struct hlist_head *bucket_of(const struct task_struct *task)
{
	return &buckets[hash_ptr(task, BUCKET_BITS)];
}

/* The account of @task, or NULL. With preemption off. */
struct vbuf_thread *vbuf_threads_find(const struct task_struct *task)
{
	struct vbuf_thread *thread;

	hlist_for_each_entry_rcu_notrace(thread, bucket_of(task), node)
		if (thread->task == task)
			return thread;
	return NULL;
}

/**
 * vbuf_threads_switch() - this CPU goes from one thread to another
 * @next: who runs next
 * @stop: what who ran goes to do
 */
void vbuf_threads_switch(const struct task_struct *next,
			 enum vbuf_thread_stop stop)
{
	struct vbuf_thread *from = this_cpu_read(vbuf_thread_here);
	struct vbuf_thread *to = vbuf_threads_find(next);
	u64 now;

	if (!from && !to)
		return;
	now = ktime_get_mono_fast_ns();
	if (from)
		vbuf_thread_stop(from, stop, now);
	this_cpu_write(vbuf_thread_here, to);
	if (to)
		vbuf_thread_run(to, now);
}

static void count_locked(const struct vbuf_thread *thread, int more)
{
	u32 user = thread->user;

	lockdep_assert_held(&buckets_lock);
	if (user == USER_ANY)
		return;
	WRITE_ONCE(user_accounts[user], user_accounts[user] + more);
	WRITE_ONCE(accounts, accounts + more);
}

static void take_out_locked(struct vbuf_thread *thread)
{
	lockdep_assert_held(&buckets_lock);
	hlist_del_rcu(&thread->node);
	count_locked(thread, -1);
}

/* The thread that runs ends. */
void vbuf_threads_exit(void)
{
	struct vbuf_thread *thread = this_cpu_read(vbuf_thread_here);

	if (!thread)
		return;
	/* Nothing that comes here is told of it after its end. */
	this_cpu_write(vbuf_thread_here, NULL);
	vbuf_thread_end(thread);
	scoped_guard(raw_spinlock_irqsave, &buckets_lock)
		take_out_locked(thread);
	kfree_rcu(thread, rcu);
}

/* Behind those that are older. */
static void add_locked(struct vbuf_thread *thread)
{
	static u64 last_id;

	lockdep_assert_held(&buckets_lock);
	thread->id = ++last_id;
	count_locked(thread, 1);
	/* Before anybody can find it. */
	vbuf_thread_begin(thread);
	hlist_add_tail_rcu(&thread->node, bucket_of(thread->task));
}

static u32 user_of_caller(void)
{
	kuid_t uid;

	if (vbuf_thread_sees_all())
		return USER_ANY;
	uid = vbuf_account_host_user(current_cred());
	return hash_32(__kuid_val(uid), USER_BITS);
}

/* A look without the lock: a few too many do no harm. */
static bool is_room(u32 user)
{
	return user == USER_ANY ||
	       (READ_ONCE(accounts) < ACCOUNTS_MAX &&
		READ_ONCE(user_accounts[user]) < USER_ACCOUNTS_MAX);
}

/* The caller gets an account, if there is memory and room. May sleep. */
static void open_account(void)
{
	u32 user = user_of_caller();
	struct vbuf_thread *thread;

	/* An account ends before its thread does: of one that ends none begins. */
	if (current->flags & PF_EXITING || !is_room(user))
		return;
	thread = vbuf_thread_new();
	if (!thread)
		return;
	thread->user = user;
	scoped_guard(raw_spinlock_irqsave, &buckets_lock) {
		if (is_open) {
			add_locked(thread);
			thread = NULL;
		}
	}
	kfree(thread);
}

/* False if the caller has no account. */
static bool note_call(bool receives)
{
	struct vbuf_thread *thread;

	guard(preempt)();
	thread = this_cpu_read(vbuf_thread_here);
	if (thread && receives)
		vbuf_thread_call(thread);
	return thread;
}

/* Who just reads what a session tells is not part of the story. */
static bool is_trace(const struct file *file)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(file);

	return ep && ep->channel->is_trace;
}

/**
 * vbuf_threads_called() - the caller calls on a file of /dev/vbuf
 * @file: the file
 * @receives: it may receive a message by that
 *
 * May sleep. Without memory, or room, it has no account until it calls again.
 */
void vbuf_threads_called(const struct file *file, bool receives)
{
	if (is_trace(file) || note_call(receives))
		return;
	open_account();
	note_call(receives);
}

/**
 * vbuf_threads_wait() - the caller is about to wait
 * @sleep: for what; %VBUF_THREAD_ASLEEP for nothing of ours
 * @ch: for which channel
 */
void vbuf_threads_wait(enum vbuf_thread_time sleep,
		       const struct vbuf_channel *ch)
{
	struct vbuf_thread *thread;

	guard(preempt)();
	thread = this_cpu_read(vbuf_thread_here);
	if (thread)
		vbuf_thread_wait(thread, sleep, ch);
}

/**
 * vbuf_threads_waited() - the caller waits no more
 * @ep: by which it did
 */
void vbuf_threads_waited(struct vbuf_endpoint *ep)
{
	enum vbuf_thread_time sleep;
	struct vbuf_thread *thread;
	u64 slept;

	guard(preempt)();
	thread = this_cpu_read(vbuf_thread_here);
	if (!thread)
		return;
	sleep = thread->sleep;
	slept = vbuf_thread_waited(thread);
	if (sleep == VBUF_THREAD_IN_SEND)
		atomic64_add(slept, &ep->in_send);
	else if (sleep == VBUF_THREAD_IN_RECV)
		atomic64_add(slept, &ep->in_recv);
}

/* Threads that call from now on get accounts. The probes are attached. */
static void let_open(void)
{
	scoped_guard(raw_spinlock_irqsave, &buckets_lock)
		WRITE_ONCE(is_open, true);
	static_branch_enable(&vbuf_threads_asked);
}

/* None gets one any more; the probes are attached still. */
static void let_no_more_open(void)
{
	static_branch_disable(&vbuf_threads_asked);
	guard(raw_spinlock_irqsave)(&buckets_lock);
	/* Pairs with the look in vbuf_threads_next(), by way of RCU. */
	WRITE_ONCE(is_open, false);
}

/* Those that there are end. The probes are detached, and none runs any more. */
static void end_all(void)
{
	struct vbuf_thread *thread;
	struct hlist_node *next;
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu)
		vbuf_thread_forget(cpu);
	for (i = 0; i < BUCKETS; i++) {
		guard(raw_spinlock_irqsave)(&buckets_lock);
		hlist_for_each_entry_safe(thread, next, &buckets[i], node) {
			take_out_locked(thread);
			kfree_rcu(thread, rcu);
		}
	}
}

/* Guards @askers and @rested, and the beginning and end of all this. */
static DEFINE_MUTEX(askers_lock);
static unsigned int askers;

/* When the kernel's text may be changed again for who is nobody special. */
static unsigned long rested = INITIAL_JIFFIES;

/* Return: 0; -EAGAIN if the time for it has not come; or why it cannot be. */
static int get(void)
{
	int err = 0;

	guard(mutex)(&askers_lock);
	if (!askers && time_before(jiffies, rested) &&
	    !vbuf_thread_sees_all())
		return -EAGAIN;
	if (!askers)
		err = vbuf_probes_attach();
	if (err)
		return err;
	if (!askers++)
		let_open();
	return 0;
}

/**
 * vbuf_threads_get() - have accounts kept
 *
 * May sleep; without CAP_PERFMON for about a second where they were kept until just
 * now for somebody else without it: to attach probes interrupts all CPUs, which such
 * users shall not do in a loop, all of them together. If others come first each time,
 * longer.
 *
 * Return: 0, and then vbuf_threads_put() ends it; -EOPNOTSUPP if the kernel lacks what
 * it takes; -ENOMEM; -EINTR.
 */
int vbuf_threads_get(void)
{
	int err;

	while ((err = get()) == -EAGAIN) {
		schedule_timeout_killable(HZ / 10 + 1);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return err;
}

/**
 * vbuf_threads_put() - undo vbuf_threads_get()
 * @rest: others without CAP_PERFMON shall wait if they come just afterwards
 *
 * The last one to ask ends all accounts. May sleep.
 */
void vbuf_threads_put(bool rest)
{
	guard(mutex)(&askers_lock);
	if (--askers)
		return;
	let_no_more_open();
	vbuf_probes_detach();
	end_all();
	if (rest)
		rested = jiffies + HZ;
}

/* Whether the caller may see what is @task's. */
static bool may_see(const struct task_struct *task)
{
	return vbuf_thread_is_own(vbuf_thread_asker(),
				  vbuf_thread_owner(__task_cred(task))) ||
	       vbuf_thread_sees_all();
}

/* False if it is not the caller's business, or not in its pid namespace. */
static bool look_at(struct vbuf_thread *thread, struct vbuf_thread_look *look)
{
	/* The account was not over when RCU's section began: the task is there. */
	struct task_struct *task = thread->task;
	struct pid_namespace *ns = task_active_pid_ns(current);

	look->tid = task_pid_nr_ns(task, ns);
	if (!look->tid || !may_see(task))
		return false;
	look->pid = task_tgid_nr_ns(task, ns);
	get_task_comm(look->comm, task);
	vbuf_thread_look(thread, &look->sums);
	return true;
}

/**
 * vbuf_threads_next() - look at the next account that the caller may see
 * @place: zeroed for the first; moves on
 * @look: what is to be seen
 *
 * Those that last are seen once. Return: false if there are no more.
 */
bool vbuf_threads_next(struct vbuf_thread_place *place,
		       struct vbuf_thread_look *look)
{
	struct vbuf_thread *thread;

	for (; place->bucket < BUCKETS; place->bucket++, place->id = 0) {
		guard(rcu)();
		/*
		 * Once it is not, threads may end that have accounts still; as long as
		 * it is seen here, not before this section ends.
		 */
		if (!READ_ONCE(is_open))
			return false;
		hlist_for_each_entry_rcu(thread, &buckets[place->bucket], node) {
			if (thread->id <= place->id)
				continue;
			place->id = thread->id;
			if (look_at(thread, look))
				return true;
		}
	}
	return false;
}
