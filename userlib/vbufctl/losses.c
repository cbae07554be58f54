// SPDX-License-Identifier: GPL-2.0-only
/* Messages that a channel dropped although a receiver had taken them. */
#include "losses.h"

#include "list.h"
#include "report.h"

#include <errno.h>
#include <stddef.h>

/**
 * losses_count - how many messages a channel has dropped so far
 * @channel: an endpoint of it
 * @name: what it is called in errors
 * @count: out: those that went with their receiver, or were put back too often
 *
 * What senders of a lossy channel drop is not among them: that is asked for.
 *
 * Return: 0, or -1 after saying why.
 */
int losses_count(int channel, const char *name, uint64_t *count)
{
	struct vbuf_ctl_channel *look;

	if (list_channel_of(channel, &look)) {
		report_listed(name, errno, NULL);
		return -1;
	}
	*count = look->dropped_holder + look->dropped_deliveries;
	vbuf_ctl_free_channels(look);
	return 0;
}

/**
 * losses_check - were messages dropped since they were counted?
 * @channel: an endpoint of the channel
 * @name: what it is called in errors
 * @before: what losses_count() gave then
 *
 * Return: 0 if none was, -1 after saying how many were.
 */
int losses_check(int channel, const char *name, uint64_t before)
{
	uint64_t now;

	if (losses_count(channel, name, &now))
		return -1;
	if (now == before)
		return 0;
	report("%s: %llu messages were taken and then dropped, because their receiver ended or they came back too often",
	       name, (unsigned long long)(now - before));
	return -1;
}
