// SPDX-License-Identifier: GPL-2.0-only
/* Numbers as people read them. */
#include "units.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

/* Beginning with "", the unit itself. */
static const char decimal[][2] = { "", "k", "M", "G", "T", "P", "E" };
static const char binary[][2] = { "", "K", "M", "G", "T", "P", "E" };

static bool exact;

/* From now on with all their digits, but for times. */
void units_be_exact(void)
{
	exact = true;
}

static const char *scale(char room[UNITS_ROOM], double value, double step,
			 const char (*units)[2])
{
	unsigned int i = 0;

	/* 999.95 would be printed as 1000.0. */
	while (value >= step - 0.05 && i < 6) {
		value /= step;
		i++;
	}
	snprintf(room, UNITS_ROOM, value < 99.95 ? "%.1f%s" : "%.0f%s", value,
		 units[i]);
	return room;
}

/* Of 1024; exact where it takes no more digits than an estimate. */
const char *units_bytes(char room[UNITS_ROOM], uint64_t bytes)
{
	unsigned int i = 0;
	uint64_t whole = bytes;

	while (!exact && whole && !(whole % 1024) && i < 6) {
		whole /= 1024;
		i++;
	}
	if (!exact && whole >= 10000)
		return scale(room, bytes, 1024, binary);
	snprintf(room, UNITS_ROOM, "%" PRIu64 "%s", whole, binary[i]);
	return room;
}

/* Of 1000; exact up to 9999. */
const char *units_count(char room[UNITS_ROOM], uint64_t count)
{
	if (!exact && count >= 10000)
		return scale(room, count, 1000, decimal);
	snprintf(room, UNITS_ROOM, "%" PRIu64, count);
	return room;
}

/* Of 1000, a second. */
const char *units_rate(char room[UNITS_ROOM], double rate)
{
	if (!exact && rate >= 1000)
		return scale(room, rate, 1000, decimal);
	snprintf(room, UNITS_ROOM, rate > 0 && rate < 10 ? "%.1f" : "%.0f",
		 rate);
	return room;
}

/* The two largest units of it; seconds with a tenth. */
const char *units_time(char room[UNITS_ROOM], uint64_t ns)
{
	uint64_t seconds = ns / 1000000000;
	uint64_t minutes = seconds / 60;
	uint64_t hours = minutes / 60;

	if (hours >= 24)
		snprintf(room, UNITS_ROOM, "%" PRIu64 " d %" PRIu64 " h",
			 hours / 24, hours % 24);
	else if (hours)
		snprintf(room, UNITS_ROOM, "%" PRIu64 " h %" PRIu64 " min",
			 hours, minutes % 60);
	else if (minutes)
		snprintf(room, UNITS_ROOM, "%" PRIu64 " min %" PRIu64 " s",
			 minutes, seconds % 60);
	else
		snprintf(room, UNITS_ROOM, "%" PRIu64 ".%" PRIu64 " s",
			 seconds, ns / 100000000 % 10);
	return room;
}

/* What it may be short: one unit, from "1ns" on, and no space. */
const char *units_span(char room[UNITS_ROOM], uint64_t ns)
{
	static const struct unit {
		const char *name;
		double next;	/* how many are one of the next */
	} units[] = {
		{ "ns", 1000 }, { "us", 1000 }, { "ms", 1000 }, { "s", 60 },
		{ "min", 60 }, { "h", 24 }, { "d", 0 },
	};
	const struct unit *unit = units;
	double value = ns;

	/* 999.5 would be printed as 1000. */
	for (; unit->next && value >= unit->next - 0.5; unit++)
		value /= unit->next;
	snprintf(room, UNITS_ROOM, "%.*f%s", unit > units && value < 99.95,
		 value, unit->name);
	return room;
}
