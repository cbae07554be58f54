/* SPDX-License-Identifier: GPL-2.0-only */
/* All channels at one moment, and the messages a second between two of those. */
#ifndef VBUFCTL_RATES_H
#define VBUFCTL_RATES_H

#include <stdbool.h>

#include <vbuf-ctl.h>

/**
 * struct look - the channels at one moment
 * @channels: in the order of their ids
 * @seconds: when that was, since some moment
 */
struct look {
	struct vbuf_ctl_channel *channels;
	double seconds;
};

/**
 * struct rates - messages a second of one channel
 * @known: both looks saw it; else the others mean nothing
 * @sent: into it
 * @received: out of it
 */
struct rates {
	bool known;
	double sent, received;
};

/* Returns 0, or -1 after telling why. A look that is { 0 } is of no channel. */
int look_take(struct look *look);
void look_free(struct look *look);

/**
 * struct rates_walk - goes through two looks side by side
 * @old: the channel of the earlier one that comes next
 * @seconds: from that one to the later
 */
struct rates_walk {
	const struct vbuf_ctl_channel *old;
	double seconds;
};

struct rates_walk rates_begin(const struct look *before,
			      const struct look *now);

/* Of the channels of the later look, one after the other. */
struct rates rates_next(struct rates_walk *walk,
			const struct vbuf_ctl_channel *channel);

#endif /* VBUFCTL_RATES_H */
