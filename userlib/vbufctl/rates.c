// SPDX-License-Identifier: GPL-2.0-only
/* All channels at one moment, and the messages a second between two of those. */
#include "rates.h"

#include "clock.h"
#include "list.h"
#include "report.h"

#include <errno.h>
#include <stddef.h>

int look_take(struct look *look)
{
	if (list_channels(&look->channels)) {
		report_listed("the list of channels", errno, NULL);
		return -1;
	}
	look->seconds = clock_monotonic_ns() / 1e9;
	return 0;
}

void look_free(struct look *look)
{
	vbuf_ctl_free_channels(look->channels);
	*look = (struct look){ .channels = NULL };
}

struct rates_walk rates_begin(const struct look *before,
			      const struct look *now)
{
	return (struct rates_walk){
		.old = before->channels,
		.seconds = now->seconds - before->seconds,
	};
}

struct rates rates_next(struct rates_walk *walk,
			const struct vbuf_ctl_channel *channel)
{
	const struct vbuf_ctl_channel *old;

	while (walk->old && walk->old->id < channel->id)
		walk->old = walk->old->next;
	old = walk->old;
	/* Loaded again, the module counts from the beginning, its ids too. */
	if (!old || old->id != channel->id || channel->sent < old->sent ||
	    channel->received < old->received)
		return (struct rates){ .known = false };
	return (struct rates){
		.known = true,
		.sent = (channel->sent - old->sent) / walk->seconds,
		.received = (channel->received - old->received) / walk->seconds,
	};
}
