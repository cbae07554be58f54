// SPDX-License-Identifier: LGPL-2.1-or-later
/* Tells of limits, and sets them. */
#include <linux/vbuf_netlink.h>
#include <vbuf-ctl.h>

#include "../src/export.h"
#include "list.h"
#include "netlink.h"

#define FIELD(_type, _kind, _member) \
	VBUF_NETLINK_FIELD(VBUF_A_LIMIT_##_type, _kind, \
			   struct vbuf_ctl_limit, _member)

static const struct vbuf_netlink_field fields[] = {
	FIELD(SCOPE, NUMBER, scope),
	FIELD(RESOURCE, NUMBER, resource),
	FIELD(VALUE, NUMBER, value),
	FIELD(HOLDS, NUMBER, holds),
	FIELD(USE, NUMBER, use),
	FIELD(HITS, NUMBER, hits),
};

static const struct vbuf_ctl_limit blank = { .use = VBUF_CTL_NOT_TOLD };

static const struct vbuf_list_kind kind = {
	.size = sizeof(struct vbuf_ctl_limit),
	.fields = fields,
	.count = sizeof(fields) / sizeof(fields[0]),
	.blank = &blank,
};

VBUF_EXPORT int vbuf_ctl_get_limit(struct vbuf_ctl *ctl, uint32_t scope,
				   uint32_t resource,
				   struct vbuf_ctl_limit **limit)
{
	const struct vbuf_netlink_command command = {
		.command = VBUF_CMD_LIMIT_GET,
		.attrs = {
			{ VBUF_A_LIMIT_SCOPE, sizeof(scope), &scope },
			{ VBUF_A_LIMIT_RESOURCE, sizeof(resource), &resource },
		},
	};
	void *first;

	if (vbuf_list_get(ctl, &command, &kind, &first))
		return -1;
	*limit = first;
	return 0;
}

VBUF_EXPORT int vbuf_ctl_list_limits(struct vbuf_ctl *ctl,
				     struct vbuf_ctl_limit **limits)
{
	const struct vbuf_netlink_command command = {
		.command = VBUF_CMD_LIMIT_GET,
	};
	void *first;

	if (vbuf_list_dump(ctl, &command, &kind, &first))
		return -1;
	*limits = first;
	return 0;
}

VBUF_EXPORT int vbuf_ctl_set_limit(struct vbuf_ctl *ctl, uint32_t scope,
				   uint32_t resource, uint64_t value)
{
	const struct vbuf_netlink_command command = {
		.command = VBUF_CMD_LIMIT_SET,
		.attrs = {
			{ VBUF_A_LIMIT_SCOPE, sizeof(scope), &scope },
			{ VBUF_A_LIMIT_RESOURCE, sizeof(resource), &resource },
			{ VBUF_A_LIMIT_VALUE, sizeof(value), &value },
		},
	};

	return vbuf_netlink_do(ctl, &command);
}

VBUF_EXPORT void vbuf_ctl_free_limits(struct vbuf_ctl_limit *limits)
{
	vbuf_list_free(limits);
}
