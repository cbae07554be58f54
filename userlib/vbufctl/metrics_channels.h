/* SPDX-License-Identifier: GPL-2.0-only */
/* What metrics says of channels. */
#ifndef VBUFCTL_METRICS_CHANNELS_H
#define VBUFCTL_METRICS_CHANNELS_H

#include <stdio.h>

#include <vbuf-ctl.h>

/* Both lists in the order of the channels' ids. */
void metrics_channels(FILE *out, const struct vbuf_ctl_channel *channels,
		      const struct vbuf_ctl_endpoint *endpoints);

#endif /* VBUFCTL_METRICS_CHANNELS_H */
