// SPDX-License-Identifier: GPL-2.0-only
/* What metrics says of limits: a family for each unit, a sample for each scope. */
#include "metrics_limits.h"

#include "exposition.h"
#include "limit.h"

#include <stddef.h>
#include <stdint.h>

/* Of no limit, and of what is not told. */
#define NONE UINT64_MAX

#define AS_SET "The same as set here; from above less may hold."

/* A family of one resource, and which of a limit's amounts it tells. */
static const struct amount {
	struct family family;
	uint32_t resource;
	size_t offset;
} amounts[] = {
#define AMOUNT(name, resource, field, help) \
	{ { "vbuf_limit_" name, "gauge", help }, VBUF_RESOURCE_##resource, \
	  offsetof(struct vbuf_ctl_limit, field) }
	AMOUNT("channels", CHANNELS, holds, "Channels that there may be."),
	AMOUNT("endpoints", ENDPOINTS, holds, "Endpoints that there may be."),
	AMOUNT("bytes", BYTES, holds, "Memory that channels may take."),
	AMOUNT("slot_size_bytes", SLOT_SIZE, holds, "Bytes that a slot may have."),
	AMOUNT("set_channels", CHANNELS, value, AS_SET),
	AMOUNT("set_endpoints", ENDPOINTS, value, AS_SET),
	AMOUNT("set_bytes", BYTES, value, AS_SET),
	AMOUNT("set_slot_size_bytes", SLOT_SIZE, value, AS_SET),
	AMOUNT("used_channels", CHANNELS, use, "Channels that are counted against the limit."),
	AMOUNT("used_endpoints", ENDPOINTS, use, "Endpoints that are counted against the limit."),
	AMOUNT("used_bytes", BYTES, use, "Memory that is counted against the limit."),
};

static const struct family hits = {
	"vbuf_limit_hits_total", "counter",
	"How often a limit has refused somebody.",
};

static uint64_t get_amount(const struct vbuf_ctl_limit *limit, size_t offset)
{
	return *(const uint64_t *)((const char *)limit + offset);
}

static void print_amount(FILE *out, const struct amount *amount,
			 const struct vbuf_ctl_limit *limit)
{
	uint64_t value = get_amount(limit, amount->offset);
	const struct label labels[] = {
		{ "scope", limit_scope_name(limit->scope) },
		{ NULL, NULL },
	};

	if (value != NONE)
		exposition_number(out, &amount->family, labels, value);
	else if (amount->offset != offsetof(struct vbuf_ctl_limit, use))
		exposition_infinite(out, &amount->family, labels);
}

static void print_hits(FILE *out, const struct vbuf_ctl_limit *limit)
{
	const struct label labels[] = {
		{ "scope", limit_scope_name(limit->scope) },
		{ "resource", limit_resource_name(limit->resource) },
		{ NULL, NULL },
	};

	exposition_number(out, &hits, labels, limit->hits);
}

void metrics_limits(FILE *out, const struct vbuf_ctl_limit *limits)
{
	const struct vbuf_ctl_limit *limit;

	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		exposition_family(out, &amounts[i].family);
		for (limit = limits; limit; limit = limit->next)
			if (limit->resource == amounts[i].resource &&
			    limit_scope_name(limit->scope))
				print_amount(out, &amounts[i], limit);
	}
	exposition_family(out, &hits);
	for (limit = limits; limit; limit = limit->next)
		if (limit_name(limit->scope, limit->resource))
			print_hits(out, limit);
}
