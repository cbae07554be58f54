/* SPDX-License-Identifier: GPL-2.0-only */
/* What show says of a channel's endpoints. */
#ifndef VBUFCTL_ENDPOINTS_H
#define VBUFCTL_ENDPOINTS_H

#include <stddef.h>

#include <linux/vbuf.h>

int endpoints_print(const struct vbuf_endpoint_info *endpoints, size_t count);
void endpoints_json(const char *key, const struct vbuf_endpoint_info *endpoints,
		    size_t count);

#endif /* VBUFCTL_ENDPOINTS_H */
