// SPDX-License-Identifier: GPL-2.0
/* The module's limits: steps set them, and the end of an input sets them back. */
#include "fuzz.h"
#include "../param.h"

static struct params usual;
static unsigned long room;

long call_limit(struct actor *self, const struct step *step)
{
	(void)self;
	param_set(step->a % LIMITS, step->b << (step->c & 15));
	return 0;
}

/* Once, before there is anybody who could change them. */
void limits_init(void)
{
	param_save(&usual);
	room = room_needed();
	limits_restore();
}

/* Whether nothing is charged that was not at first. */
bool limits_leave_room(void)
{
	bool is_room;

	limits_restore();
	is_room = room_within(room);
	limits_restore();
	return is_room;
}

void limits_restore(void)
{
	param_restore(&usual);
}
