// SPDX-License-Identifier: GPL-2.0
/* The accounts of threads, as a dump tells them. */
#include "field.h"

/* How long a thread may take to come to something on a slow machine. */
#define PATIENCE_MSEC	20000

#define THREAD(_attr, _member)	\
	NL_FIELD(vt_account, VBUF_A_THREAD_##_attr, _member)
#define WAITS(_attr, _member)	\
	NL_FIELD(vt_waits, VBUF_A_WAITS_##_attr, _member)

static const struct nl_field account_fields[] = {
	THREAD(TID, tid),
	THREAD(PID, pid),
	THREAD(COMM, comm),
	THREAD(BEGAN, began),
	THREAD(UNTIL, until),
	THREAD(RUNNING, running),
	THREAD(READY, ready),
	THREAD(IN_SEND, in_send),
	THREAD(IN_RECV, in_recv),
	THREAD(ASLEEP, asleep),
	THREAD(HARDIRQ, hardirq),
	THREAD(SOFTIRQ, softirq),
	THREAD(VOLUNTARY, voluntary),
	THREAD(INVOLUNTARY, involuntary),
	THREAD(MIGRATIONS, migrations),
	THREAD(HARDIRQS, hardirqs),
	THREAD(SOFTIRQS, softirqs),
	THREAD(USER_FAULTS, user_faults),
	THREAD(KERNEL_FAULTS, kernel_faults),
};

static const struct nl_field waits_fields[] = {
	WAITS(CHANNEL, channel),
	WAITS(IN_SEND, in_send),
	WAITS(IN_RECV, in_recv),
};

int vt_session(void)
{
	struct vbuf_trace trace = {
		.size = sizeof(trace), .slots = 1,
		.slot_size = VBUF_TRACE_MIN_SLOT_SIZE };
	int fd = vt_device();
	long ret = vt_ioctl(fd, VBUF_IOC_TRACE, &trace);

	if (ret)
		vt_die("trace: %ld", ret);
	return fd;
}

static void fill_waits(struct vt_account *account, const struct nlattr *nest)
{
	const struct nlattr *attrs[VBUF_A_WAITS_MAX + 1];

	if (account->channels == NL_WAITS)
		vt_die("thread %u: waits for too many channels", account->tid);
	nl_parse_nest(nest, attrs, VBUF_A_WAITS_MAX);
	nl_fill(&account->waits[account->channels++], waits_fields,
		NL_FIELDS(waits_fields), attrs);
}

void nl_thread(const struct nlmsghdr *message, void *info)
{
	struct vt_account *account = info;
	const struct nlattr *attrs[VBUF_A_THREAD_MAX + 1], *nest;
	struct nl_known known = {
		.max = VBUF_A_THREAD_MAX, .many = VBUF_A_THREAD_WAITS };

	memset(account, 0, sizeof(*account));
	nl_parse_known(message, attrs, known);
	nl_fill(account, account_fields, NL_FIELDS(account_fields), attrs);
	nest = attrs[VBUF_A_THREAD_WAITS];
	for (; nest; nest = nl_next(message, nest))
		fill_waits(account, nest);
}

/**
 * struct list - what a dump tells
 * @tid: the thread that is looked for; 0 for all
 * @accounts: where they go
 * @room: so many of them
 * @count: how many were told
 */
struct list {
	__u32 tid;
	struct vt_account *accounts;
	unsigned int room;
	unsigned int count;
};

static void take(const struct nlmsghdr *message, void *ctx)
{
	struct list *list = ctx;
	struct vt_account account;

	nl_thread(message, &account);
	if (list->tid && account.tid != list->tid)
		return;
	if (list->count < list->room)
		list->accounts[list->count] = account;
	list->count++;
}

static void dump(struct nl *nl, struct list *list)
{
	struct nl_request request;
	struct nl_answer answer;

	nl_begin(&request, VBUF_CMD_THREAD_GET, NLM_F_DUMP);
	answer = nl_ask(nl, &request, take, list);
	if (answer.error)
		vt_die("accounts: %d, %s", answer.error, answer.why);
}

unsigned int nl_accounts(struct nl *nl, struct vt_account *accounts,
			 unsigned int room)
{
	struct list list = { .accounts = accounts, .room = room };

	dump(nl, &list);
	return list.count;
}

/*
 * A dump is not of one moment: as a thread that becomes another program takes the
 * number of one that ends, both may be told.
 */
struct vt_account nl_account(struct nl *nl, pid_t tid)
{
	struct vt_account account;
	struct list list = { .tid = tid, .accounts = &account, .room = 1 };
	unsigned int tries;

	for (tries = 0; tries < 10; tries++) {
		account = (struct vt_account){ .tid = 0 };
		list.count = 0;
		dump(nl, &list);
		if (list.count < 2)
			return account;
	}
	vt_die("thread %d has %u accounts", tid, list.count);
}

struct vt_account vt_account(pid_t tid)
{
	struct nl nl = nl_open();
	struct vt_account account = nl_account(&nl, tid);

	nl_close(&nl);
	return account;
}

__u64 vt_account_whole(const struct vt_account *account)
{
	return account->until - account->began;
}

bool vt_account_adds_up(const struct vt_account *account)
{
	if (account->until >= account->began &&
	    account->running + account->ready + account->in_send +
	    account->in_recv + account->asleep + account->hardirq +
	    account->softirq == vt_account_whole(account))
		return true;
	vt_account_print(account);
	return false;
}

struct vt_account vt_account_since(const struct vt_account *account,
				   const struct vt_account *earlier)
{
	struct vt_account since = *account;
	const __u64 *from = &earlier->running;
	__u64 *number = &since.running;

	for (; number <= &since.kernel_faults; number++)
		*number -= *from++;
	since.began = earlier->until;
	return since;
}

void vt_account_print(const struct vt_account *account)
{
	fprintf(stderr,
		"# thread %u, of %llu ns: ran %llu + %llu + %llu, ready %llu, in send %llu, in recv %llu, asleep %llu\n",
		account->tid, vt_account_whole(account), account->running,
		account->hardirq, account->softirq, account->ready,
		account->in_send, account->in_recv, account->asleep);
	fprintf(stderr,
		"# %llu + %llu switches, %llu migrations, %llu + %llu interrupts, %llu + %llu faults\n",
		account->voluntary, account->involuntary, account->migrations,
		account->hardirqs, account->softirqs, account->user_faults,
		account->kernel_faults);
}

static __u64 part_of(const struct vt_account *account, size_t part)
{
	__u64 ns;

	memcpy(&ns, (const char *)account + part, sizeof(ns));
	return ns;
}

bool vt_account_all_in(const struct vt_account *account, size_t part)
{
	return vt_account_whole(account) &&
	       part_of(account, part) == vt_account_whole(account);
}

struct vt_account vt_account_comes_in(pid_t tid, size_t part)
{
	__u64 end = vt_in(vt_scaled(PATIENCE_MSEC));
	struct vt_account before, after, since;

	do {
		before = vt_account(tid);
		usleep(1000);
		after = vt_account(tid);
		since = vt_account_since(&after, &before);
		if (before.tid && vt_account_all_in(&since, part))
			return after;
	} while (vt_now() < end);
	vt_account_print(&after);
	vt_die("thread %d does not do what it is to do", tid);
}
