// SPDX-License-Identifier: GPL-2.0-only
/* What show says of how long a channel's messages took. */
#include "times.h"

#include "json.h"
#include "table.h"
#include "units.h"

static const char *const titles[] = {
	"TIME", "MESSAGES", "50%", "90%", "99%", "ALL",
};

#define COLUMNS (sizeof(titles) / sizeof(titles[0]))

static const unsigned int percents[] = { 50, 90, 99, 100 };

static uint64_t sum_of(const uint64_t *histogram)
{
	uint64_t sum = 0;

	for (int i = 0; i < VBUF_HISTOGRAM_SIZE; i++)
		sum += histogram[i];
	return sum;
}

/* Every message that was received took such times, if only 0. */
bool times_told(const struct vbuf_ctl_channel *channel)
{
	return sum_of(channel->time_queued);
}

/* The entry by which so many of @sum messages are counted. */
static int entry_of(const uint64_t *histogram, uint64_t sum,
		    unsigned int percent)
{
	uint64_t rest = sum - (sum * percent + 99) / 100;
	int i = VBUF_HISTOGRAM_SIZE - 1;

	for (; i && rest >= histogram[i]; i--)
		rest -= histogram[i];
	return i;
}

/* What is known of them is how long they took at the most, but for the longest. */
static void add_bound(struct table *table, int entry)
{
	char room[UNITS_ROOM];

	if (!entry)
		table_cell(table, "0");
	else if (entry < VBUF_HISTOGRAM_SIZE - 1)
		table_cell(table, "<%s",
			   units_span(room, UINT64_C(1) << entry));
	else
		table_cell(table, ">%s",
			   units_span(room, UINT64_C(1) << (entry - 1)));
}

static void add_row(struct table *table, const char *title,
		    const uint64_t *histogram)
{
	uint64_t sum = sum_of(histogram);
	char room[UNITS_ROOM];

	table_cell(table, "%s", title);
	table_cell(table, "%s", units_count(room, sum));
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		if (sum)
			add_bound(table, entry_of(histogram, sum, percents[i]));
		else
			table_cell(table, "-");
	}
}

/* Return: 0, or -1 and ENOMEM. */
int times_print(const struct vbuf_ctl_channel *channel)
{
	struct table table;
	int ret;

	table_init(&table, titles, COLUMNS);
	add_row(&table, "queued", channel->time_queued);
	add_row(&table, "waking", channel->time_waking);
	add_row(&table, "receiving", channel->time_receiving);
	ret = table_print(&table);
	table_deinit(&table);
	return ret;
}

static void json_histogram(const char *key, const uint64_t *histogram)
{
	json_begin_array(key);
	for (int i = 0; i < VBUF_HISTOGRAM_SIZE; i++)
		json_number(NULL, histogram[i]);
	json_end_array();
}

void times_json(const struct vbuf_ctl_channel *channel)
{
	json_histogram("time_queued", channel->time_queued);
	json_histogram("time_waking", channel->time_waking);
	json_histogram("time_receiving", channel->time_receiving);
}
