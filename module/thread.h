/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_THREAD_H
#define VBUF_THREAD_H

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/list.h>
#include <linux/percpu-defs.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct vbuf_channel;
struct vbuf_message_times;

/**
 * DOC: The account of a thread
 *
 * Where the time of a thread goes. At each moment it is in one state, and what has
 * passed since it came into it is put down with that as it leaves it, so that the
 * parts add up to the whole:
 *
 *                 sched_switch                    sched_switch
 *   +---------+ <-------------- +-------------+ ---------------> +----------------+
 *   |  ready  |                 |   running   |                  | asleep, blocked|
 *   +---------+ --------------> +-------------+                  | in SEND, RECV  |
 *        ^        sched_switch                                   +----------------+
 *        |                 sched_waking, sched_wakeup                    |
 *        +---------------------------------------------------------------+
 *
 * Interrupts that come while it runs take time from it that is not its own: that is
 * put down apart, by their entries and exits.
 *
 * Probes (probes.c) tell what happens, on the CPU where it does: with interrupts off,
 * and within locks of the scheduler's. So nothing here that they call sleeps,
 * allocates, or wakes anybody. Which account is that of the
 * thread that runs on a CPU is kept for each, so that interrupts of other threads
 * cost a look at that.
 *
 * What is put down is told to trace sessions (sessions.h) in the same moment, under the
 * same lock, with the same time: so records and accounts never disagree.
 */

/** enum vbuf_thread_time - what a thread's time goes into */
enum vbuf_thread_time {
	VBUF_THREAD_RUNNING,		/* its own work */
	VBUF_THREAD_READY,		/* waits for a CPU */
	VBUF_THREAD_IN_SEND,		/* waits for a slot */
	VBUF_THREAD_IN_RECV,		/* waits for a message */
	VBUF_THREAD_ASLEEP,		/* otherwise */
	VBUF_THREAD_HARDIRQ,		/* interrupts, while it ran */
	VBUF_THREAD_SOFTIRQ,		/* the same */
	VBUF_THREAD_TIMES
};

/** enum vbuf_thread_count - what of a thread is counted */
enum vbuf_thread_count {
	VBUF_THREAD_VOLUNTARY,		/* switches, as it went to sleep */
	VBUF_THREAD_INVOLUNTARY,	/* switches, as others were to run */
	VBUF_THREAD_MIGRATIONS,
	VBUF_THREAD_HARDIRQS,
	VBUF_THREAD_SOFTIRQS,
	VBUF_THREAD_USER_FAULTS,
	VBUF_THREAD_KERNEL_FAULTS,
	VBUF_THREAD_COUNTS
};

/**
 * enum vbuf_thread_stop - why a thread does not run any more
 * @VBUF_THREAD_IS_READY: others are to run
 * @VBUF_THREAD_SLEEPS: it waits for what it has set out to wait for
 * @VBUF_THREAD_LOCKS: it waits for a lock on its way, as on PREEMPT_RT
 */
enum vbuf_thread_stop {
	VBUF_THREAD_IS_READY,
	VBUF_THREAD_SLEEPS,
	VBUF_THREAD_LOCKS,
};

/**
 * struct vbuf_interrupt - which one, and of what kind
 * @context: enum vbuf_trace_context
 * @source: its number; 0 for a thread
 */
struct vbuf_interrupt {
	u16 context;
	u32 source;
};

/**
 * struct vbuf_owner - whose a thread is, as vbuf_thread_owner() tells
 * @uid: the user; INVALID_UID if it is nobody's
 * @gid: with the power of this group
 */
struct vbuf_owner {
	kuid_t uid;
	kgid_t gid;
};

/**
 * struct vbuf_waker - who woke a thread
 * @from: in which context
 * @tid: the thread, in the initial pid namespace; 0 from an interrupt
 * @whose: whose that is
 */
struct vbuf_waker {
	struct vbuf_interrupt from;
	pid_t tid;
	struct vbuf_owner whose;
};

/* Channels whose part in the time of one thread is kept apart. */
#define VBUF_WAITS_MAX	16U

/**
 * struct vbuf_waits - how long a thread slept for a channel
 * @channel: its id
 * @netns: its network namespace's cookie
 * @in_send: ns for a slot
 * @in_recv: ns for a message
 */
struct vbuf_waits {
	u64 channel;
	u64 netns;
	u64 in_send;
	u64 in_recv;
};

/**
 * struct vbuf_thread_sums - what an account says
 * @began: when it began, CLOCK_MONOTONIC in ns, as all times
 * @until: up to when time has been put down
 * @ns: by vbuf_thread_time; they add up to @until - @began
 * @count: by vbuf_thread_count
 * @waits: by channel, @waited of them, in the order in which it came to wait there
 * @waited: how many
 */
struct vbuf_thread_sums {
	u64 began;
	u64 until;
	u64 ns[VBUF_THREAD_TIMES];
	u64 count[VBUF_THREAD_COUNTS];
	struct vbuf_waits waits[VBUF_WAITS_MAX];
	u32 waited;
};

/**
 * struct vbuf_thread - the account of a thread
 * @node: among those of one hash of @task, by @id; under RCU
 * @rcu: for its end
 * @id: never used again
 * @task: whose; not referenced: the account ends before the thread does
 * @user: which of the counts of accounts it is in, if any (threads.c)
 * @sleep: what its time goes into once it sleeps; this and what follows is the
 *	thread's own
 * @before: what it had slept so before
 * @channel: the id of the channel that it waits for, or did last
 * @netns: that channel's network namespace's cookie
 * @called: when it called for a message last
 * @lock: guards what follows; innermost, also of the scheduler's
 * @state: what its time goes into, unless an interrupt takes it
 * @waiting: on which of the sums' waits that counts, or NULL
 * @hardirqs: those that are on top of it now
 * @in_softirq: it is, or one is on top of it
 * @ended: nothing is told of it any more
 * @waker: who woke it last
 * @server: who woke it last as it waited for a message
 * @served: when it was woken last as it waited for a message
 * @ran: when it ran first since then
 * @sums: what was put down
 */
struct vbuf_thread {
	struct hlist_node node;
	struct rcu_head rcu;
	u64 id;
	struct task_struct *task;
	u32 user;
	enum vbuf_thread_time sleep;
	u64 before;
	u64 channel;
	u64 netns;
	u64 called;
	raw_spinlock_t lock;
	enum vbuf_thread_time state;
	struct vbuf_waits *waiting;
	u32 hardirqs;
	bool in_softirq;
	bool ended;
	struct vbuf_waker waker;
	struct vbuf_waker server;
	u64 served;
	u64 ran;
	struct vbuf_thread_sums sums;
};

/* The account of the thread that runs on a CPU; NULL if it has none. */
DECLARE_PER_CPU(struct vbuf_thread *, vbuf_thread_here);

/*
 * Whose a thread is, so that others do not learn of it: nobody's that has power which
 * not all of the user's have, or can have it again, as a setuid or setgid program, or one
 * with capabilities that is not root's.
 */
static inline struct vbuf_owner vbuf_thread_owner(const struct cred *cred)
{
	struct vbuf_owner owner = { cred->euid, cred->egid };

	if (!uid_eq(cred->uid, cred->euid) || !uid_eq(cred->suid, cred->euid) ||
	    !gid_eq(cred->gid, cred->egid) || !gid_eq(cred->sgid, cred->egid))
		owner.uid = INVALID_UID;
	if (!cap_isclear(cred->cap_permitted) &&
	    !uid_eq(cred->euid, GLOBAL_ROOT_UID) &&
	    !uid_eq(cred->euid, make_kuid(cred->user_ns, 0)))
		owner.uid = INVALID_UID;
	return owner;
}

/* Who asks for its threads. */
static inline struct vbuf_owner vbuf_thread_asker(void)
{
	return (struct vbuf_owner){ current_euid(), current_egid() };
}

/* Whether who asks may learn of a thread. */
static inline bool vbuf_thread_is_own(struct vbuf_owner asker,
				      struct vbuf_owner owner)
{
	return uid_eq(asker.uid, owner.uid) && gid_eq(asker.gid, owner.gid);
}

/* Whether the caller may see all threads, and have as much told as it likes. */
static inline bool vbuf_thread_sees_all(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_PERFMON);
}

struct vbuf_thread *vbuf_thread_new(void);
void vbuf_thread_forget(int cpu);
void vbuf_thread_begin(struct vbuf_thread *thread);
void vbuf_thread_call(struct vbuf_thread *thread);
void vbuf_thread_wait(struct vbuf_thread *thread, enum vbuf_thread_time sleep,
		      const struct vbuf_channel *ch);
u64 vbuf_thread_waited(struct vbuf_thread *thread);
void vbuf_thread_received(struct vbuf_thread *thread,
			  const struct vbuf_channel *ch, u32 n,
			  struct vbuf_message_times *times);
void vbuf_thread_look(struct vbuf_thread *thread,
		      struct vbuf_thread_sums *sums);

/* What follows is told by probes. */
void vbuf_thread_stop(struct vbuf_thread *thread, enum vbuf_thread_stop stop,
		      u64 now);
void vbuf_thread_run(struct vbuf_thread *thread, u64 now);
void vbuf_thread_waking(struct vbuf_thread *thread);
void vbuf_thread_wakeup(struct vbuf_thread *thread);
void vbuf_thread_migrate(struct vbuf_thread *thread, u32 cpu);
void vbuf_thread_rename(struct vbuf_thread *thread, const char *comm);
void vbuf_thread_end(struct vbuf_thread *thread);
void vbuf_thread_fault(struct vbuf_thread *thread, bool kernel);
void vbuf_thread_interrupt(struct vbuf_thread *thread,
			   struct vbuf_interrupt interrupt, bool begins);

#endif /* VBUF_THREAD_H */
