// SPDX-License-Identifier: LGPL-2.1-or-later
/* Opens trace sessions. */
#include <errno.h>

#include <linux/vbuf_trace.h>
#include <vbuf.h>

#include "device.h"
#include "export.h"

/* A bit for each type from the first to the last. */
#define ALL_TYPES	((2ULL << VBUF_TRACE_MAX) - (1ULL << VBUF_TRACE_LOST))

/*
 * What the caller gives goes to the kernel as it is, its size included: so it may
 * grow without the library, which never needs to know how long it is.
 */
VBUF_EXPORT int vbuf_trace_open(struct vbuf_trace *trace, int oflags)
{
	struct vbuf_trace all = {
		.size = sizeof(all),
		.slots = 64,
		.slot_size = 65536,
		.types = ALL_TYPES,
	};

	if (oflags & ~(O_NONBLOCK | O_CLOEXEC)) {
		errno = EINVAL;
		return -1;
	}
	return vbuf_device_bind(oflags, VBUF_IOC_TRACE, trace ? trace : &all);
}
