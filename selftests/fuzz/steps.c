// SPDX-License-Identifier: GPL-2.0
/*
 * A step as a line of text: "ACTOR[+][c] CALL FILES A B C HOSTILE WHERE", where
 * + goes on without waiting, c is for the 32-bit system call, and numbers that
 * are left out at the end are 0.
 */
#include "fuzz.h"

static const struct {
	const struct call *calls;
	const unsigned int *count;
} tables[] = {
	{ channel_calls, &channel_calls_count },
	{ file_calls, &file_calls_count },
	{ window_calls, &window_calls_count },
	{ strike_calls, &strike_calls_count },
	{ move_calls, &move_calls_count },
	{ acquire_calls, &acquire_calls_count },
	{ netlink_calls, &netlink_calls_count },
	{ session_calls, &session_calls_count },
};

const struct call *call_of(const struct step *step)
{
	unsigned int which = step->what % calls_count(), i;

	for (i = 0; which >= *tables[i].count; i++)
		which -= *tables[i].count;
	return &tables[i].calls[which];
}

unsigned int calls_count(void)
{
	unsigned int count = 0, i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		count += *tables[i].count;
	return count;
}

void step_print(const struct step *step)
{
	printf("%u%s%s %s %u %u %u %u %u %u\n", actor_of(step),
	       step->who & WHO_GO_ON ? "+" : "",
	       step->who & WHO_COMPAT ? "c" : "", call_of(step)->name,
	       step->file, step->a, step->b, step->c, step->hostile,
	       step->where);
}

static bool find_call(const char *name, struct step *step)
{
	unsigned int i;

	for (i = 0; i < calls_count(); i++) {
		step->what = i;
		if (!strcmp(call_of(step)->name, name))
			return true;
	}
	return false;
}

bool step_scan(const char *line, struct step *step)
{
	char who[8], name[32];

	memset(step, 0, sizeof(*step));
	if (sscanf(line, "%7s %31s %hhu %hhu %hhu %hhu %hhu %hhu", who, name,
		   &step->file, &step->a, &step->b, &step->c, &step->hostile,
		   &step->where) < 2 || !find_call(name, step))
		return false;
	step->who = (who[0] - '0') & WHO_ACTOR;
	step->who |= strchr(who, '+') ? WHO_GO_ON : 0;
	step->who |= strchr(who, 'c') ? WHO_COMPAT : 0;
	return true;
}
