/* SPDX-License-Identifier: GPL-2.0-only */
/* What metrics says of limits. */
#ifndef VBUFCTL_METRICS_LIMITS_H
#define VBUFCTL_METRICS_LIMITS_H

#include <stdio.h>

#include <vbuf-ctl.h>

void metrics_limits(FILE *out, const struct vbuf_ctl_limit *limits);

#endif /* VBUFCTL_METRICS_LIMITS_H */
