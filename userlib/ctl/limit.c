// SPDX-License-Identifier: LGPL-2.1-or-later
/* Tells of limits, and sets them. */
#include <errno.h>
#include <stdlib.h>

#include <linux/vbuf_netlink.h>
#include <vbuf-ctl.h>

#include "../src/export.h"
#include "dump.h"
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

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* Those told so far, and where the next one goes. */
struct taken {
	struct vbuf_ctl_limit *first, **end;
};

static int take(const struct vbuf_netlink_answer *answer, void *data)
{
	struct vbuf_ctl_limit *limit = calloc(1, sizeof(*limit));
	struct taken *taken = data;

	if (!limit)
		return -1;
	limit->use = VBUF_CTL_NOT_TOLD;
	*taken->end = limit;
	taken->end = &limit->next;
	return vbuf_netlink_read(answer, fields, FIELDS, limit);
}

static void begin(void *data)
{
	struct taken *taken = data;

	vbuf_ctl_free_limits(taken->first);
	taken->first = NULL;
	taken->end = &taken->first;
}

VBUF_EXPORT int vbuf_ctl_get_limit(struct vbuf_ctl *ctl, uint32_t scope,
				   uint32_t resource,
				   struct vbuf_ctl_limit **limit)
{
	struct taken taken = { .end = &taken.first };
	const struct vbuf_netlink_command command = {
		.command = VBUF_CMD_LIMIT_GET,
		.attrs = {
			{ VBUF_A_LIMIT_SCOPE, sizeof(scope), &scope },
			{ VBUF_A_LIMIT_RESOURCE, sizeof(resource), &resource },
		},
		.take = take,
		.data = &taken,
	};
	int ret = vbuf_netlink_do(ctl, &command);

	if (!ret && !taken.first) {
		errno = EPROTO;
		ret = -1;
	}
	if (ret)
		begin(&taken);
	else
		*limit = taken.first;
	return ret;
}

VBUF_EXPORT int vbuf_ctl_list_limits(struct vbuf_ctl *ctl,
				     struct vbuf_ctl_limit **limits)
{
	struct taken taken = { .first = NULL };
	const struct vbuf_netlink_command command = {
		.command = VBUF_CMD_LIMIT_GET,
		.dump = true,
		.take = take,
		.data = &taken,
	};

	if (vbuf_dump(ctl, &command, begin))
		return -1;
	*limits = taken.first;
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
	struct vbuf_ctl_limit *next;

	for (; limits; limits = next) {
		next = limits->next;
		free(limits);
	}
}
