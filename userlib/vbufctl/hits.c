// SPDX-License-Identifier: GPL-2.0-only
/* Which limit a call hit. */
#include "hits.h"

#include "list.h"
#include "report.h"

#include <stddef.h>

void hits_look(struct hits *hits)
{
	struct vbuf_ctl_limit *limits, *limit;

	*hits = (struct hits){ .known = !list_limits(&limits) };
	if (!hits->known)
		return;
	for (limit = limits; limit; limit = limit->next)
		if (limit_name(limit->scope, limit->resource))
			hits->count[limit->scope][limit->resource] =
				limit->hits;
	vbuf_ctl_free_limits(limits);
}

static bool has_grown(const struct vbuf_ctl_limit *limit,
		      const struct hits *before)
{
	return limit_name(limit->scope, limit->resource) &&
	       limit->hits != before->count[limit->scope][limit->resource];
}

/*
 * The one whose count has grown, or NULL: it may be one of a user namespace
 * above, and at the same time somebody else may have hit another.
 */
static const struct vbuf_ctl_limit *find_hit(const struct vbuf_ctl_limit *now,
					     const struct hits *before)
{
	const struct vbuf_ctl_limit *hit = NULL;

	for (; now; now = now->next) {
		if (!has_grown(now, before))
			continue;
		if (hit)
			return NULL;
		hit = now;
	}
	return hit;
}

static void report_hit(const char *name, const struct vbuf_ctl_limit *hit)
{
	const char *limit = limit_name(hit->scope, hit->resource);
	char room[UNITS_ROOM];

	report("%s: the limit %s (%s) is reached: root can raise it by 'vbufctl limits %s=VALUE'",
	       name, limit, limit_amount(room, hit->resource, hit->value),
	       limit);
}

/**
 * hits_report - say which limit was hit
 * @name: the channel with which that happened
 * @before: what hits_look() saw before
 *
 * Return: whether it could be told; if not, nothing was said.
 */
bool hits_report(const char *name, const struct hits *before)
{
	const struct vbuf_ctl_limit *hit;
	struct vbuf_ctl_limit *now;

	if (!before->known || list_limits(&now))
		return false;
	hit = find_hit(now, before);
	if (hit)
		report_hit(name, hit);
	vbuf_ctl_free_limits(now);
	return hit;
}
