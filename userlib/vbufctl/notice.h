/* SPDX-License-Identifier: GPL-2.0-only */
/* What monitor prints: a line for people, or an object of JSON. */
#ifndef VBUFCTL_NOTICE_H
#define VBUFCTL_NOTICE_H

#include <stdbool.h>
#include <stddef.h>

#include <vbuf-ctl.h>

/**
 * struct notice - one line
 * @event: what happened; of what was found out by looking again, the kind, the time
 *	and the channel
 * @unlinked: the channel goes by its id alone
 * @resync: it was found out by looking again
 */
struct notice {
	const struct vbuf_ctl_event *event;
	bool unlinked;
	bool resync;
};

void notice_print(const struct notice *notice);
void notice_json(const struct notice *notice);

/* Events are lost, and so many channels are there by now. */
void notice_print_loss(size_t channels);
void notice_json_loss(size_t channels);

#endif /* VBUFCTL_NOTICE_H */
