// SPDX-License-Identifier: GPL-2.0-only
/* Something done in rounds, at even times, for as long as somebody wants it. */
#include "rounds.h"

#include "clock.h"
#include "stop.h"

#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

static uint64_t now_ms(void)
{
	return clock_monotonic_ns() / 1000000;
}

/* The first round is now; stop_prepare() comes before. */
void rounds_begin(struct rounds *rounds, uint64_t interval)
{
	*rounds = (struct rounds){ .interval = interval, .due = now_ms() };
}

/* Rounds that should have been are left out, not hurried through. */
static void set_due(struct rounds *rounds)
{
	uint64_t now = now_ms();

	rounds->due += rounds->interval;
	if (rounds->due < now)
		rounds->due = now;
}

/*
 * Whether standard output was found closed at its other end within that time:
 * of which a round that is due in an hour would tell an hour late.
 */
static bool output_closes(uint64_t ms)
{
	struct pollfd output = { .fd = STDOUT_FILENO };

	return poll(&output, 1, ms) > 0;
}

/**
 * rounds_wait - wait until the next round is due
 * @rounds: what rounds_begin() began
 *
 * Return: 1 then; 0 if there shall be none, by stop_requested(); -1 if nobody can see
 * it any more, after stop_unread().
 */
int rounds_wait(struct rounds *rounds)
{
	uint64_t now;

	set_due(rounds);
	while (!stop_requested() && (now = now_ms()) < rounds->due)
		if (output_closes(rounds->due - now))
			return stop_unread();
	return !stop_requested();
}
