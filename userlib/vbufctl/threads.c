// SPDX-License-Identifier: GPL-2.0-only
/* What show says of the threads that use a channel. */
#include "threads.h"

#include "comm.h"
#include "json.h"
#include "table.h"
#include "units.h"

#include <stdbool.h>
#include <stddef.h>

static const char *const titles[] = {
	"THREAD", "PID", "<COMMAND", "FOR", "RUNNING", "READY", "IN-SEND",
	"IN-RECV", "HERE", "ASLEEP", "IRQ", "SWITCHES", "FAULTS",
};

#define COLUMNS (sizeof(titles) / sizeof(titles[0]))

/* What it slept for the channel, or NULL if that is not told. */
static const struct vbuf_ctl_waits *
waits_for(const struct vbuf_ctl_thread *thread, uint64_t channel)
{
	for (uint32_t i = 0; i < thread->waits_count; i++)
		if (thread->waits[i].channel == channel)
			return &thread->waits[i];
	return NULL;
}

/* Who has not slept for it may yet be of a process that opened it. */
static bool uses(const struct vbuf_ctl_thread *thread,
		 const struct threads *threads)
{
	const struct vbuf_ctl_endpoint *endpoint = threads->endpoints;

	if (waits_for(thread, threads->channel))
		return true;
	for (; endpoint; endpoint = endpoint->next)
		if (endpoint->pid && endpoint->pid == thread->pid)
			return true;
	return false;
}

static const struct vbuf_ctl_thread *
first_that_uses(const struct threads *threads,
		const struct vbuf_ctl_thread *thread)
{
	while (thread && !uses(thread, threads))
		thread = thread->next;
	return thread;
}

const struct vbuf_ctl_thread *threads_first(const struct threads *threads)
{
	return first_that_uses(threads, threads->all);
}

const struct vbuf_ctl_thread *threads_next(const struct threads *threads,
					   const struct vbuf_ctl_thread *thread)
{
	return first_that_uses(threads, thread->next);
}

static void add_percent(struct table *table, uint64_t part, uint64_t whole)
{
	table_cell(table, "%.1f%%", whole ? 100.0 * part / whole : 0);
}

static void add_shares(struct table *table,
		       const struct vbuf_ctl_thread *thread, uint64_t channel)
{
	const struct vbuf_ctl_waits *waits = waits_for(thread, channel);
	uint64_t whole = thread->until_ns - thread->began_ns;

	add_percent(table, thread->running_ns, whole);
	add_percent(table, thread->ready_ns, whole);
	add_percent(table, thread->in_send_ns, whole);
	add_percent(table, thread->in_recv_ns, whole);
	if (waits)
		add_percent(table, waits->in_send_ns + waits->in_recv_ns, whole);
	else
		table_cell(table, "-");
	add_percent(table, thread->asleep_ns, whole);
	add_percent(table, thread->hardirq_ns + thread->softirq_ns, whole);
}

static void add_row(struct table *table, const struct vbuf_ctl_thread *thread,
		    uint64_t channel)
{
	char comm[VBUF_CTL_COMM_SIZE];
	char room[UNITS_ROOM];

	table_cell(table, "%u", thread->tid);
	table_cell(table, "%u", thread->pid);
	table_cell(table, "%s", comm_printable(comm, thread->comm));
	table_cell(table, "%s",
		   units_span(room, thread->until_ns - thread->began_ns));
	add_shares(table, thread, channel);
	table_cell(table, "%s",
		   units_count(room, thread->voluntary + thread->involuntary));
	table_cell(table, "%s",
		   units_count(room, thread->user_faults + thread->kernel_faults));
}

/* Return: 0, or -1 and ENOMEM. */
int threads_print(const struct threads *threads)
{
	const struct vbuf_ctl_thread *thread = threads_first(threads);
	struct table table;
	int ret;

	table_init(&table, titles, COLUMNS);
	for (; thread; thread = threads_next(threads, thread))
		add_row(&table, thread, threads->channel);
	ret = table_print(&table);
	table_deinit(&table);
	return ret;
}

static void json_waits(const struct vbuf_ctl_thread *thread)
{
	json_begin_array("waits");
	for (uint32_t i = 0; i < thread->waits_count; i++) {
		json_begin_object(NULL);
		json_number("channel", thread->waits[i].channel);
		json_number("in_send_ns", thread->waits[i].in_send_ns);
		json_number("in_recv_ns", thread->waits[i].in_recv_ns);
		json_end_object();
	}
	json_end_array();
}

static void json_thread(const struct vbuf_ctl_thread *thread)
{
	json_begin_object(NULL);
	json_number("tid", thread->tid);
	json_number("pid", thread->pid);
	json_string("comm", thread->comm);
	json_number("began_ns", thread->began_ns);
	json_number("until_ns", thread->until_ns);
	json_number("running_ns", thread->running_ns);
	json_number("ready_ns", thread->ready_ns);
	json_number("in_send_ns", thread->in_send_ns);
	json_number("in_recv_ns", thread->in_recv_ns);
	json_number("asleep_ns", thread->asleep_ns);
	json_number("hardirq_ns", thread->hardirq_ns);
	json_number("softirq_ns", thread->softirq_ns);
	json_number("voluntary", thread->voluntary);
	json_number("involuntary", thread->involuntary);
	json_number("migrations", thread->migrations);
	json_number("hardirqs", thread->hardirqs);
	json_number("softirqs", thread->softirqs);
	json_number("user_faults", thread->user_faults);
	json_number("kernel_faults", thread->kernel_faults);
	json_waits(thread);
	json_end_object();
}

void threads_json(const char *key, const struct threads *threads)
{
	const struct vbuf_ctl_thread *thread = threads_first(threads);

	json_begin_array(key);
	for (; thread; thread = threads_next(threads, thread))
		json_thread(thread);
	json_end_array();
}
