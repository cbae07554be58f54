// SPDX-License-Identifier: GPL-2.0-only
/* Command names, which processes give themselves. */
#include "comm.h"

#include <stdio.h>

/* It must not move the cursor of whoever looks at it. "-" for none. */
const char *comm_printable(char room[VBUF_CTL_COMM_SIZE], const char *comm)
{
	snprintf(room, VBUF_CTL_COMM_SIZE, "%s", comm[0] ? comm : "-");
	for (char *at = room; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	return room;
}
