// SPDX-License-Identifier: LGPL-2.1-or-later
/* Knows what to do about a list that changed while it was given. */
#include "dump.h"

/* Where things come and go without a pause, no list would ever be of one piece. */
#define TRIES 8

/**
 * vbuf_dump - have a list given, of one piece if possible
 * @ctl: the handle
 * @command: a dump
 * @begin: forgets, with the command's @data, what was taken
 *
 * If each list was interrupted, what the last one told stays. It is good for
 * most that is done with lists: of all that was there the whole time, nothing is
 * missing and nothing is there twice.
 *
 * Return: 0, or -1 and errno, after @begin.
 */
int vbuf_dump(struct vbuf_ctl *ctl, const struct vbuf_netlink_command *command,
	      void (*begin)(void *data))
{
	int interrupted;
	int tries = 0;

	do {
		begin(command->data);
		interrupted = vbuf_netlink_do(ctl, command);
	} while (interrupted > 0 && ++tries < TRIES);
	if (interrupted >= 0)
		return 0;
	begin(command->data);
	return -1;
}
