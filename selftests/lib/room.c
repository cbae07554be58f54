// SPDX-License-Identifier: GPL-2.0
/* How much room the limits must leave for one more channel to be made. */
#include "param.h"

#define STEP	65536UL

/* Whether it can be, with no more than so many of everything. */
bool room_within(unsigned long limit)
{
	int fd;

	param_set(MAX_CHANNELS, limit);
	param_set(MAX_ENDPOINTS, limit);
	param_set(MAX_BYTES, limit * STEP);
	fd = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	if (fd < 0 && fd != -EDQUOT)
		vt_die("create: %d", fd);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* One more than there are of what there are most. */
unsigned long room_needed(void)
{
	unsigned long limit = 1;

	while (!room_within(limit))
		limit++;
	return limit;
}
