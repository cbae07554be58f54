// SPDX-License-Identifier: GPL-2.0
/*
 * What trace sessions are told, and how it gets to their channels.
 */
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/pid_namespace.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/vbuf.h>
#include <linux/workqueue.h>

#include "account.h"
#include "channel.h"
#include "endpoint.h"
#include "limits.h"
#include "moves.h"
#include "probes.h"
#include "sessions.h"
#include "threads.h"
#include "user.h"

#define BUFFER_LEAST	64U
#define BUFFER_MOST	1048576U

/* Records of all buffers, and of one, unless something else is asked for. */
#define USUAL_TOTAL	65536U
#define USUAL_LEAST	256U
#define USUAL_MOST	4096U

/*
 * Each makes every probe take longer: of one user of the host, and of all; but for those
 * of who has CAP_PERFMON.
 */
#define USER_SESSIONS_MAX	4U
#define SESSIONS_MAX		64U

/* How often buffers are emptied. */
#define PERIOD		max(HZ / 100, 1)

/**
 * struct vbuf_buffer - a processor's records that were not sent yet
 * @record: as many as the session's @size, a power of two
 * @head: of the next to be written, counted on for ever
 * @tail: of the next to be sent; the worker's
 * @lost: records since the last one that was written
 */
struct vbuf_buffer {
	struct vbuf_trace_record *record;
	u32 head;
	u32 tail;
	u64 lost;
};

/**
 * struct vbuf_session - what is told to one who asks
 * @node: among those that are told
 * @link: among all that there are
 * @ep: the endpoint that sends
 * @types: what is told, bits by enum vbuf_trace_type
 * @all: of everybody; else of @asker's
 * @asker: the opener
 * @netns: the cookie of its network namespace
 * @host_user: who that is to the host
 * @pid_ns: the opener's, referenced
 * @account: the opener's, referenced, to which @bytes are charged
 * @bytes: of buffers
 * @size: records of one
 * @buffers: one for each processor
 * @work: empties them
 */
struct vbuf_session {
	struct list_head node;
	struct list_head link;
	struct vbuf_endpoint *ep;
	u64 types;
	bool all;
	struct vbuf_owner asker;
	u64 netns;
	kuid_t host_user;
	struct pid_namespace *pid_ns;
	struct vbuf_account *account;
	u64 bytes;
	u32 size;
	struct vbuf_buffer __percpu *buffers;
	struct delayed_work work;
};

/*
 * Those that are told, under RCU, and all that there are; the lock guards changes of
 * the one, and the other.
 */
static LIST_HEAD(sessions);
static LIST_HEAD(all_sessions);
static DEFINE_MUTEX(sessions_lock);

/*
 * What any of them wants, and whether any does not see all; the lock guards changes of
 * both.
 */
unsigned long vbuf_sessions_types;
bool vbuf_sessions_ask_whose;

static void note_wishes_locked(void)
{
	const struct vbuf_session *session;
	unsigned long types = 0;
	bool ask_whose = false;

	lockdep_assert_held(&sessions_lock);
	list_for_each_entry(session, &sessions, node) {
		types |= session->types;
		ask_whose |= !session->all;
	}
	WRITE_ONCE(vbuf_sessions_types, types);
	WRITE_ONCE(vbuf_sessions_ask_whose, ask_whose);
}

static bool may_see(const struct vbuf_session *session,
		    struct vbuf_owner whose)
{
	return session->all || vbuf_thread_is_own(session->asker, whose);
}

/* What the thread @by, @whose it is, is for @session. */
static pid_t by_for(const struct vbuf_session *session, pid_t by,
		    struct vbuf_owner whose)
{
	if (!by || !may_see(session, whose))
		return 0;
	if (session->pid_ns == &init_pid_ns)
		return by;
	return pid_nr_ns(find_pid_ns(by, &init_pid_ns), session->pid_ns);
}

static bool names_a_channel_elsewhere(const struct vbuf_session *session,
				      const struct vbuf_record *record)
{
	return record->told.channel && record->netns != session->netns;
}

/* The number of @task for @session; 0 if it has none there. */
static pid_t tid_for(const struct vbuf_session *session,
		     struct task_struct *task)
{
	if (session->pid_ns == &init_pid_ns)
		return task_pid_nr(task);
	return task_pid_nr_ns(task, session->pid_ns);
}

static bool is_of_own(const struct vbuf_session *session,
		      const struct task_struct *task)
{
	guard(rcu)();
	return vbuf_thread_is_own(session->asker,
				  vbuf_thread_owner(__task_cred(task)));
}

/* Whether @session wants it, and may have it. */
static bool is_for(const struct vbuf_session *session,
		   const struct vbuf_record *record)
{
	if (!(session->types & BIT_ULL(record->told.type)))
		return false;
	if (record->told.type == VBUF_TRACE_MESSAGE &&
	    names_a_channel_elsewhere(session, record))
		return false;
	return session->all || is_of_own(session, record->task);
}

/* Most have nothing behind the head. */
static void copy(struct vbuf_trace_record *to,
		 const struct vbuf_trace_record *from)
{
	const size_t head = VBUF_RECORD_HEAD, rest = sizeof(*to) - head;

	memcpy(to, from, head);
	if (from->type == VBUF_TRACE_THREAD || from->type == VBUF_TRACE_MESSAGE)
		memcpy((void *)to + head, (void *)from + head, rest);
	else
		memset((void *)to + head, 0, rest);
}

/* Puts down what @session may see of it. */
static void translate(const struct vbuf_session *session,
		      const struct vbuf_record *record, pid_t tid,
		      struct vbuf_trace_record *to)
{
	copy(to, &record->told);
	to->tid = tid;
	if (to->type == VBUF_TRACE_THREAD)
		to->pid = task_tgid_nr_ns(record->task, session->pid_ns);
	to->by = by_for(session, to->by, record->by_whose);
	if (to->type == VBUF_TRACE_WAKE && !session->all)
		to->source = 0;
	if (names_a_channel_elsewhere(session, record))
		to->channel = 0;
}

static struct vbuf_trace_record *place_in(const struct vbuf_session *session,
					  const struct vbuf_buffer *buffer,
					  u32 at)
{
	return &buffer->record[at & (session->size - 1)];
}

/* Where the next record goes, of @time_ns; NULL if there is no room. */
static struct vbuf_trace_record *next_place(const struct vbuf_session *session,
					    struct vbuf_buffer *buffer,
					    u64 time_ns)
{
	u32 head = buffer->head, need = buffer->lost ? 2 : 1;
	struct vbuf_trace_record *lost;

	/* Pairs with the release in send_some(): what was there has been read. */
	if (head - smp_load_acquire(&buffer->tail) + need > session->size) {
		buffer->lost++;
		return NULL;
	}
	if (buffer->lost) {
		lost = place_in(session, buffer, head++);
		/* Not by an initializer, for a union's rest need not be zero then. */
		memset(lost, 0, sizeof(*lost));
		lost->time_ns = time_ns;
		lost->type = VBUF_TRACE_LOST;
		lost->count = buffer->lost;
		buffer->lost = 0;
		/* Pairs with the acquire in send_those_of(): it is all there. */
		smp_store_release(&buffer->head, head);
	}
	return place_in(session, buffer, head);
}

/* With interrupts off. */
static void write(const struct vbuf_session *session,
		  const struct vbuf_record *record)
{
	struct vbuf_buffer *buffer = this_cpu_ptr(session->buffers);
	pid_t tid = tid_for(session, record->task);
	struct vbuf_trace_record *to;

	if (!tid)
		return;
	to = next_place(session, buffer, record->told.time_ns);
	if (!to)
		return;
	translate(session, record, tid, to);
	/* Pairs with the acquire in send_those_of(): it is all there. */
	smp_store_release(&buffer->head, buffer->head + 1);
}

/**
 * vbuf_sessions_tell() - something happened here
 * @record: what
 *
 * In any context but a non-maskable interrupt, with interrupts off.
 */
void vbuf_sessions_tell(const struct vbuf_record *record)
{
	struct vbuf_session *session;

	/* So it is a reader's section of RCU, too. */
	lockdep_assert_irqs_disabled();
	list_for_each_entry_rcu(session, &sessions, node)
		if (is_for(session, record))
			write(session, record);
}

/* Fills slot @n with @count records from @tail on. */
static u32 fill(const struct vbuf_session *session, u32 n, u32 cpu, u32 tail,
		u32 count)
{
	const struct vbuf_buffer *buffer = per_cpu_ptr(session->buffers, cpu);
	struct vbuf_trace_header header = {
		.version = VBUF_TRACE_VERSION,
		.record_size = sizeof(struct vbuf_trace_record),
		.cpu = cpu,
		.count = count,
	};
	u32 at = tail & (session->size - 1);
	u32 first = min(count, session->size - at);
	struct kvec part[] = {
		{ &header, sizeof(header) },
		{ &buffer->record[at], first * sizeof(*buffer->record) },
		{ buffer->record, (count - first) * sizeof(*buffer->record) },
	};
	u32 len = sizeof(header) + count * sizeof(*buffer->record);
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_SOURCE, part, ARRAY_SIZE(part), len);
	/* It is no user's memory, so it can be read. */
	WARN_ON_ONCE(vbuf_user_copy_in_iter(&session->ep->channel->pool, n,
					    &iter, len));
	return len;
}

/* How many records a message can have. */
static u32 most_of(const struct vbuf_channel *ch)
{
	return (ch->attr.slot_size - sizeof(struct vbuf_trace_header)) /
	       sizeof(struct vbuf_trace_record);
}

/*
 * Sends a message of a processor's records, as many of those up to @head as it can
 * have; false if there is no room.
 */
static bool send_some(struct vbuf_session *session, u32 cpu, u32 head)
{
	struct vbuf_buffer *buffer = per_cpu_ptr(session->buffers, cpu);
	struct vbuf_call call = { .flags = VBUF_DONTWAIT };
	struct vbuf_channel *ch = session->ep->channel;
	u32 tail = buffer->tail, count, len;
	int n;

	n = vbuf_moves_reserve_one(session->ep, ch, call);
	if (n < 0)
		return false;
	count = min(head - tail, most_of(ch));
	len = fill(session, n, cpu, tail, count);
	/* If the last receiver has gone just now, for one that may come. */
	if (vbuf_moves_commit_one(session->ep, ch, n, len) < 0)
		return false;
	/* Pairs with the acquire in next_place(). */
	smp_store_release(&buffer->tail, tail + count);
	return true;
}

/* What comes meanwhile waits until other processors had their turn. */
static void send_those_of(struct vbuf_session *session, u32 cpu)
{
	struct vbuf_buffer *buffer = per_cpu_ptr(session->buffers, cpu);
	/* Pairs with the releases in write() and next_place(). */
	u32 head = smp_load_acquire(&buffer->head);

	while (buffer->tail != head && send_some(session, cpu, head))
		cond_resched();
}

static void send_all(struct work_struct *work)
{
	struct vbuf_session *session = container_of(to_delayed_work(work),
						    struct vbuf_session, work);
	u32 cpu;

	for_each_possible_cpu(cpu)
		send_those_of(session, cpu);
	queue_delayed_work(system_unbound_wq, &session->work, PERIOD);
}

static bool is_sound(const struct vbuf_trace *arg)
{
	return !arg->flags && !arg->reserved && arg->slots &&
	       arg->slots <= VBUF_MAX_SLOTS &&
	       arg->slot_size <= VBUF_MAX_SLOT_SIZE &&
	       !(arg->types & ~GENMASK_ULL(VBUF_TRACE_MAX, VBUF_TRACE_LOST)) &&
	       arg->slot_size >= VBUF_TRACE_MIN_SLOT_SIZE &&
	       (!arg->buffer || (is_power_of_2(arg->buffer) &&
				 arg->buffer >= BUFFER_LEAST &&
				 arg->buffer <= BUFFER_MOST));
}

/**
 * vbuf_session_check() - whether a session can be as it is wanted
 * @arg: of VBUF_IOC_TRACE; out: of @types those that will be told
 *
 * What interrupts do is the whole computer's affair: who may not see that has what they
 * took in the accounts of its threads, but not when each came.
 *
 * Return: 0 or -EINVAL.
 */
int vbuf_session_check(struct vbuf_trace *arg)
{
	if (!is_sound(arg))
		return -EINVAL;
	arg->types &= vbuf_probes_types();
	if (!vbuf_thread_sees_all())
		arg->types &= ~(BIT_ULL(VBUF_TRACE_IRQ) |
				BIT_ULL(VBUF_TRACE_IRQ_END));
	return 0;
}

static void free_buffers(struct vbuf_session *session)
{
	u32 cpu;

	for_each_possible_cpu(cpu)
		kvfree(per_cpu_ptr(session->buffers, cpu)->record);
	free_percpu(session->buffers);
	vbuf_limits_uncharge(session->account, VBUF_RESOURCE_BYTES,
			     session->bytes);
}

static int alloc_buffers(struct vbuf_session *session)
{
	size_t bytes = array_size(session->size,
				  sizeof(struct vbuf_trace_record));
	struct vbuf_buffer *buffer;
	int err;
	u32 cpu;

	session->bytes = (u64)bytes * num_possible_cpus();
	err = vbuf_limits_charge(session->account, VBUF_RESOURCE_BYTES,
				 session->bytes);
	if (err)
		return err;
	session->buffers = alloc_percpu_gfp(struct vbuf_buffer,
					    VBUF_GFP | __GFP_ZERO);
	if (!session->buffers) {
		vbuf_limits_uncharge(session->account, VBUF_RESOURCE_BYTES,
				     session->bytes);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu) {
		buffer = per_cpu_ptr(session->buffers, cpu);
		buffer->record = kvmalloc_node(bytes, VBUF_GFP,
					       cpu_to_node(cpu));
		if (!buffer->record) {
			free_buffers(session);
			return -ENOMEM;
		}
		if (fatal_signal_pending(current)) {
			free_buffers(session);
			return -EINTR;
		}
	}
	return 0;
}

static u32 usual_size(void)
{
	return rounddown_pow_of_two(clamp(USUAL_TOTAL / num_possible_cpus(),
					  USUAL_LEAST, USUAL_MOST));
}

static bool are_enough_locked(const struct vbuf_session *session)
{
	const struct vbuf_session *other;
	unsigned int all = 0, own = 0;

	lockdep_assert_held(&sessions_lock);
	if (session->all)
		return false;
	list_for_each_entry(other, &all_sessions, link) {
		all += !other->all;
		own += !other->all &&
		       uid_eq(other->host_user, session->host_user);
	}
	return all >= SESSIONS_MAX || own >= USER_SESSIONS_MAX;
}

/* Return: 0, or -EDQUOT if the user, or all, have enough of them. */
static int enlist(struct vbuf_session *session)
{
	guard(mutex)(&sessions_lock);
	if (are_enough_locked(session))
		return -EDQUOT;
	list_add_tail(&session->link, &all_sessions);
	return 0;
}

static void delist(struct vbuf_session *session)
{
	guard(mutex)(&sessions_lock);
	list_del(&session->link);
}

/**
 * vbuf_session_create() - have room for records
 * @arg: of VBUF_IOC_TRACE, checked
 *
 * May sleep.
 *
 * Return: a session that is told nothing yet, or an ERR_PTR: -EDQUOT, -ENOMEM, -EINTR.
 */
struct vbuf_session *vbuf_session_create(const struct vbuf_trace *arg)
{
	struct vbuf_session *session = kzalloc(sizeof(*session), VBUF_GFP);
	int err;

	if (!session)
		return ERR_PTR(-ENOMEM);
	session->types = arg->types;
	session->all = vbuf_thread_sees_all();
	session->asker = vbuf_thread_asker();
	session->host_user = vbuf_account_host_user(current_cred());
	session->size = arg->buffer ?: usual_size();
	INIT_DELAYED_WORK(&session->work, send_all);
	err = enlist(session);
	if (err)
		goto free_memory;
	session->account = vbuf_account_get();
	if (IS_ERR(session->account)) {
		err = PTR_ERR(session->account);
		goto delist;
	}
	err = alloc_buffers(session);
	if (err)
		goto put_account;
	session->pid_ns = get_pid_ns(task_active_pid_ns(current));
	return session;

put_account:
	vbuf_account_put(session->account);
delist:
	delist(session);
free_memory:
	kfree(session);
	return ERR_PTR(err);
}

/**
 * vbuf_session_destroy() - undo vbuf_session_create()
 * @session: which was not begun, or has ended
 */
void vbuf_session_destroy(struct vbuf_session *session)
{
	put_pid_ns(session->pid_ns);
	free_buffers(session);
	vbuf_account_put(session->account);
	delist(session);
	kfree(session);
}

/**
 * vbuf_session_begin() - ask for accounts, and tell a session what happens from now on
 * @session: new
 * @ep: the sender of its channel; the session's from here on, unless it fails
 *
 * May sleep.
 *
 * Return: 0, or -EOPNOTSUPP, -ENOMEM or -EINTR as vbuf_threads_get().
 */
int vbuf_session_begin(struct vbuf_session *session, struct vbuf_endpoint *ep)
{
	int err = vbuf_threads_get();

	if (err)
		return err;
	session->ep = ep;
	session->netns = ep->channel->netns;
	guard(mutex)(&sessions_lock);
	list_add_tail_rcu(&session->node, &sessions);
	note_wishes_locked();
	queue_delayed_work(system_unbound_wq, &session->work, PERIOD);
	return 0;
}

/**
 * vbuf_session_end() - tell a session nothing any more
 * @session: was begun
 *
 * May sleep.
 *
 * Return: its endpoint, the caller's now.
 */
struct vbuf_endpoint *vbuf_session_end(struct vbuf_session *session)
{
	scoped_guard(mutex, &sessions_lock) {
		list_del_rcu(&session->node);
		note_wishes_locked();
	}
	/* Who found it there has told it what it had to tell. */
	synchronize_rcu();
	cancel_delayed_work_sync(&session->work);
	vbuf_threads_put(!session->all);
	return session->ep;
}
