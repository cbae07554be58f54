/* SPDX-License-Identifier: GPL-2.0-only */
/* What show says of a channel's endpoints. */
#ifndef VBUFCTL_ENDPOINTS_H
#define VBUFCTL_ENDPOINTS_H

#include <vbuf-ctl.h>

int endpoints_print(const struct vbuf_ctl_endpoint *endpoints);
void endpoints_json(const char *key, const struct vbuf_ctl_endpoint *endpoints);

#endif /* VBUFCTL_ENDPOINTS_H */
