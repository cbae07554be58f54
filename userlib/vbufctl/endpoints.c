// SPDX-License-Identifier: GPL-2.0-only
/* What show says of a channel's endpoints. */
#include "endpoints.h"

#include "clock.h"
#include "comm.h"
#include "json.h"
#include "table.h"
#include "units.h"

#include <stdio.h>

static const char *const titles[] = {
	"ENDPOINT", "PID", "<COMMAND", "UID", "<MAY", "OWNED", "SENT", "RECEIVED",
	"<WAITING",
};

#define COLUMNS (sizeof(titles) / sizeof(titles[0]))

#define WAITED_ROOM (UNITS_ROOM + sizeof(" for "))

static const char *rights_name(__u32 rights)
{
	switch (rights) {
	case VBUF_RIGHT_SEND:
		return "send";
	case VBUF_RIGHT_RECV:
		return "receive";
	case VBUF_RIGHT_SEND | VBUF_RIGHT_RECV:
		return "both";
	}
	return "nothing";
}

/* " for 3.2 s", if it is known. */
static const char *waited(char room[WAITED_ROOM],
			  const struct vbuf_ctl_endpoint *endpoint)
{
	uint64_t since = endpoint->blocked_since_ns;
	uint64_t now = clock_monotonic_ns();
	char time[UNITS_ROOM];

	room[0] = '\0';
	if (since)
		snprintf(room, WAITED_ROOM, " for %s",
			 units_time(time, now > since ? now - since : 0));
	return room;
}

static void add_waiting(struct table *table,
			const struct vbuf_ctl_endpoint *endpoint)
{
	__u32 senders = endpoint->blocked_senders;
	__u32 receivers = endpoint->blocked_receivers;
	char room[WAITED_ROOM];
	const char *time = waited(room, endpoint);

	if (senders && receivers)
		table_cell(table, "%u to send, %u to receive%s", senders,
			   receivers, time);
	else if (senders)
		table_cell(table, "%u to send%s", senders, time);
	else if (receivers)
		table_cell(table, "%u to receive%s", receivers, time);
	else
		table_cell(table, "-");
	table_mark(table, senders);
}

static void add_row(struct table *table,
		    const struct vbuf_ctl_endpoint *endpoint)
{
	char comm[VBUF_CTL_COMM_SIZE];
	char room[UNITS_ROOM];

	table_cell(table, "#%llu", (unsigned long long)endpoint->id);
	if (endpoint->pid)
		table_cell(table, "%u", endpoint->pid);
	else
		table_cell(table, "-");
	table_cell(table, "%s", comm_printable(comm, endpoint->comm));
	table_cell(table, "%u", endpoint->uid);
	table_cell(table, "%s", rights_name(endpoint->rights));
	table_cell(table, "%u", endpoint->owned);
	table_cell(table, "%s", units_count(room, endpoint->sent));
	table_cell(table, "%s", units_count(room, endpoint->received));
	add_waiting(table, endpoint);
}

/* Return: 0, or -1 and ENOMEM. */
int endpoints_print(const struct vbuf_ctl_endpoint *endpoints)
{
	struct table table;
	int ret;

	table_init(&table, titles, COLUMNS);
	for (; endpoints; endpoints = endpoints->next)
		add_row(&table, endpoints);
	ret = table_print(&table);
	table_deinit(&table);
	return ret;
}

static void json_endpoint(const struct vbuf_ctl_endpoint *endpoint)
{
	json_begin_object(NULL);
	json_number("id", endpoint->id);
	if (endpoint->pid)
		json_number("pid", endpoint->pid);
	if (endpoint->comm[0])
		json_string("comm", endpoint->comm);
	json_number("uid", endpoint->uid);
	json_bool("send", endpoint->rights & VBUF_RIGHT_SEND);
	json_bool("receive", endpoint->rights & VBUF_RIGHT_RECV);
	json_number("owned", endpoint->owned);
	json_number("sent", endpoint->sent);
	json_number("received", endpoint->received);
	json_number("blocked_senders", endpoint->blocked_senders);
	json_number("blocked_receivers", endpoint->blocked_receivers);
	if (endpoint->blocked_since_ns)
		json_number("blocked_since_ns", endpoint->blocked_since_ns);
	json_number("in_send_ns", endpoint->in_send_ns);
	json_number("in_recv_ns", endpoint->in_recv_ns);
	json_end_object();
}

void endpoints_json(const char *key, const struct vbuf_ctl_endpoint *endpoints)
{
	json_begin_array(key);
	for (; endpoints; endpoints = endpoints->next)
		json_endpoint(endpoints);
	json_end_array();
}
