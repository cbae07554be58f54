// SPDX-License-Identifier: GPL-2.0-only
/* What show says of a channel's endpoints. */
#include "endpoints.h"

#include "json.h"
#include "table.h"
#include "units.h"

#include <stdio.h>
#include <string.h>

#define COMM_ROOM 64

static const char *const titles[] = {
	"ENDPOINT", "PID", "<COMMAND", "UID", "<MAY", "OWNED", "SENT", "RECEIVED",
	"<WAITING",
};

#define COLUMNS (sizeof(titles) / sizeof(titles[0]))

/*
 * The name of the process, which may have taken the number of one that is gone;
 * "" if it cannot be told. Any byte but '\0' may be in it.
 */
static void read_comm(char comm[COMM_ROOM], __u32 pid)
{
	char path[32];
	size_t length;
	FILE *file;

	comm[0] = '\0';
	if (!pid)
		return;
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	length = fread(comm, 1, COMM_ROOM - 1, file);
	fclose(file);
	if (length && comm[length - 1] == '\n')
		length--;
	comm[length] = '\0';
}

/* A name must not move the cursor of whoever looks at it. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

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

static void add_waiting(struct table *table,
			const struct vbuf_endpoint_info *endpoint)
{
	__u32 senders = endpoint->blocked_senders;
	__u32 receivers = endpoint->blocked_receivers;

	if (senders && receivers)
		table_cell(table, "%u to send, %u to receive", senders,
			   receivers);
	else if (senders)
		table_cell(table, "%u to send", senders);
	else if (receivers)
		table_cell(table, "%u to receive", receivers);
	else
		table_cell(table, "-");
}

static void add_row(struct table *table,
		    const struct vbuf_endpoint_info *endpoint)
{
	char room[UNITS_ROOM];
	char comm[COMM_ROOM];

	read_comm(comm, endpoint->pid);
	make_printable(comm);
	table_cell(table, "#%llu", (unsigned long long)endpoint->id);
	if (endpoint->pid)
		table_cell(table, "%u", endpoint->pid);
	else
		table_cell(table, "-");
	table_cell(table, "%s", comm[0] ? comm : "-");
	table_cell(table, "%u", endpoint->uid);
	table_cell(table, "%s", rights_name(endpoint->rights));
	table_cell(table, "%u", endpoint->owned);
	table_cell(table, "%s", units_count(room, endpoint->sent));
	table_cell(table, "%s", units_count(room, endpoint->received));
	add_waiting(table, endpoint);
}

/* Return: 0, or -1 and ENOMEM. */
int endpoints_print(const struct vbuf_endpoint_info *endpoints, size_t count)
{
	struct table table;
	int ret;

	table_init(&table, titles, COLUMNS);
	for (size_t i = 0; i < count; i++)
		add_row(&table, &endpoints[i]);
	ret = table_print(&table);
	table_deinit(&table);
	return ret;
}

static void json_endpoint(const struct vbuf_endpoint_info *endpoint)
{
	char comm[COMM_ROOM];

	json_begin_object(NULL);
	json_number("id", endpoint->id);
	if (endpoint->pid)
		json_number("pid", endpoint->pid);
	read_comm(comm, endpoint->pid);
	if (comm[0])
		json_string("comm", comm);
	json_number("uid", endpoint->uid);
	json_bool("send", endpoint->rights & VBUF_RIGHT_SEND);
	json_bool("receive", endpoint->rights & VBUF_RIGHT_RECV);
	json_number("owned", endpoint->owned);
	json_number("sent", endpoint->sent);
	json_number("received", endpoint->received);
	json_number("blocked_senders", endpoint->blocked_senders);
	json_number("blocked_receivers", endpoint->blocked_receivers);
	json_end_object();
}

void endpoints_json(const char *key, const struct vbuf_endpoint_info *endpoints,
		    size_t count)
{
	json_begin_array(key);
	for (size_t i = 0; i < count; i++)
		json_endpoint(&endpoints[i]);
	json_end_array();
}
