// SPDX-License-Identifier: GPL-2.0
/* Limits: steps set them, and the end of an input sets the host's back. */
#include "fuzz.h"
#include "../param.h"

static struct params usual;
static unsigned long room;

/* The host's, or those of a user namespace of the actor's own, if any. */
long call_limit(struct actor *self, const struct step *step)
{
	(void)self;
	return param_try_limit(step->a % LIMITS, step->b << (step->c & 15));
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
