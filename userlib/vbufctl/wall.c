// SPDX-License-Identifier: GPL-2.0-only
/* Times of events as a clock on the wall shows them. */
#include "wall.h"

#include "clock.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

/* How far CLOCK_MONOTONIC is ahead of the host's in this time namespace. */
static int64_t ahead_ns;

/*
 * Whether the offsets that the kernel shows, which are those of children to come, are
 * this process's, too.
 */
static bool is_in_that_of_children(void)
{
	struct stat own, children;

	return !stat("/proc/self/ns/time", &own) &&
	       !stat("/proc/self/ns/time_for_children", &children) &&
	       own.st_ino == children.st_ino;
}

/* Without /proc, or time namespaces, there is no difference. */
static int64_t read_ahead(void)
{
	FILE *file = is_in_that_of_children() ?
		     fopen("/proc/self/timens_offsets", "re") : NULL;
	int64_t seconds = 0, ns = 0;

	if (!file)
		return 0;
	if (fscanf(file, "monotonic %" SCNd64 " %" SCNd64, &seconds, &ns) != 2)
		seconds = ns = 0;
	fclose(file);
	return seconds * CLOCK_SECOND + ns;
}

void wall_init(void)
{
	ahead_ns = read_ahead();
}

uint64_t wall_now_ns(void)
{
	return clock_monotonic_ns() - ahead_ns;
}

/* One moment, in the local time zone. */
struct moment {
	struct tm tm;
	unsigned int ms;
};

/*
 * If the wall clock was set since, it is as if it had always gone like this; and an
 * event from before a suspend seems later by as long as that took.
 */
static struct moment break_down(uint64_t ns)
{
	int64_t age = wall_now_ns() - ns;
	int64_t wall = clock_realtime_ns() - age;
	time_t seconds = wall / CLOCK_SECOND;
	struct moment moment = { .ms = wall % CLOCK_SECOND / 1000000 };

	localtime_r(&seconds, &moment.tm);
	return moment;
}

static const char *print_time(char room[WALL_TIME_ROOM],
			      const struct moment *moment)
{
	snprintf(room, WALL_TIME_ROOM, "%02u:%02u:%02u.%03u",
		 moment->tm.tm_hour % 100U, moment->tm.tm_min % 100U,
		 moment->tm.tm_sec % 100U, moment->ms % 1000);
	return room;
}

/* With milliseconds. */
const char *wall_time(char room[WALL_TIME_ROOM], uint64_t ns)
{
	const struct moment moment = break_down(ns);

	return print_time(room, &moment);
}

/* The same as RFC 3339 has it. */
const char *wall_date(char room[WALL_DATE_ROOM], uint64_t ns)
{
	const struct moment moment = break_down(ns);
	long east = moment.tm.tm_gmtoff / 60;
	char day[16], time[WALL_TIME_ROOM];

	strftime(day, sizeof(day), "%Y-%m-%d", &moment.tm);
	snprintf(room, WALL_DATE_ROOM, "%sT%s%c%02ld:%02ld", day,
		 print_time(time, &moment), east < 0 ? '-' : '+',
		 labs(east) / 60, labs(east) % 60);
	return room;
}
