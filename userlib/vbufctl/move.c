// SPDX-License-Identifier: GPL-2.0-only
/* Whether messages are moved or copied: as was asked for, or as is cheaper. */
#include "move.h"

#include "report.h"

#include <errno.h>

static const struct report_advice advices[] = {
	{ EOPNOTSUPP, "its slots are shorter than a page, and so cannot be moved:"
		      " use --copy, or make the channel with a --slot-size of 4K"
		      " or more" },
	{ EACCES, "receivers see all of it (--open-view), so senders have to"
		  " copy: use --copy; recv can --move" },
	{ 0, NULL },
};

/* Takes one of MOVE_OPTIONS; returns whether it was one. */
bool move_option(struct move *move, int option)
{
	switch (option) {
	case OPT_RAW:
		return move->raw = true;
	case OPT_MOVE:
		return move->always = true;
	case OPT_COPY:
		return move->never = true;
	}
	return false;
}

/* Return: STATUS_NONE_YET if the options go together, else the exit status. */
int move_check(const struct verb *verb, const struct move *move)
{
	if (move->always && !move->raw)
		return verb_misused(verb, "--move is for --raw: lines are copied");
	if (move->always && move->never)
		return verb_misused(verb, "--move and --copy exclude each other");
	return STATUS_NONE_YET;
}

/**
 * move_begin - decide on moving, and map the region if it is to be
 * @move: what was asked for
 * @channel: the endpoint
 * @name: the channel's
 * @longest: bytes of the longest message that is to be expected
 *
 * Return: 1 to move, 0 to copy, -1 after saying why what was asked for cannot
 * be.
 */
int move_begin(const struct move *move, int channel, const char *name,
	       size_t longest)
{
	struct hits hits;

	if (!move->raw || move->never)
		return 0;
	if (!move->always && longest < MOVE_FROM)
		return 0;
	hits_look(&hits);
	if (!vbuf_map(channel))
		return 1;
	if (!move->always)
		return 0;
	if (errno != EDQUOT || !hits_report(name, &hits))
		report_advised(name, errno, advices);
	return -1;
}
