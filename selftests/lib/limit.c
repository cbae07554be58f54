// SPDX-License-Identifier: GPL-2.0
/* A limit, as the netlink family tells and sets it. */
#include "netlink.h"

static __u64 number_of(const struct nlattr *attr, size_t size)
{
	__u64 number = 0;

	if (!attr || nl_len(attr) != size)
		vt_die("a number is missing, or of a wrong size");
	memcpy(&number, nl_data(attr), size);
	return number;
}

void nl_limit(const struct nlmsghdr *message, void *info)
{
	const struct nlattr *attrs[VBUF_A_LIMIT_MAX + 1];
	struct vt_limit *limit = info;

	nl_parse(message, attrs, VBUF_A_LIMIT_MAX);
	limit->scope = number_of(attrs[VBUF_A_LIMIT_SCOPE], 4);
	limit->resource = number_of(attrs[VBUF_A_LIMIT_RESOURCE], 4);
	limit->value = number_of(attrs[VBUF_A_LIMIT_VALUE], 8);
	limit->holds = number_of(attrs[VBUF_A_LIMIT_HOLDS], 8);
	limit->hits = number_of(attrs[VBUF_A_LIMIT_HITS], 8);
	limit->use_known = attrs[VBUF_A_LIMIT_USE];
	limit->use = limit->use_known ?
		     number_of(attrs[VBUF_A_LIMIT_USE], 8) : 0;
}

struct vt_limit nl_get_limit(struct nl *nl, __u32 scope, __u32 resource)
{
	struct vt_limit limit = { .scope = ~0U };
	struct nl_request request;
	struct nl_answer answer;

	nl_begin(&request, VBUF_CMD_LIMIT_GET, 0);
	nl_put_u32(&request, VBUF_A_LIMIT_SCOPE, scope);
	nl_put_u32(&request, VBUF_A_LIMIT_RESOURCE, resource);
	answer = nl_ask(nl, &request, nl_limit, &limit);
	if (answer.error || limit.scope != scope || limit.resource != resource)
		vt_die("limit %u of %u: %d, %s", resource, scope, answer.error,
		       answer.why);
	return limit;
}

struct nl_answer nl_set_limit(struct nl *nl, __u32 scope, __u32 resource,
			      __u64 value)
{
	struct nl_request request;

	nl_begin(&request, VBUF_CMD_LIMIT_SET, 0);
	nl_put_u32(&request, VBUF_A_LIMIT_SCOPE, scope);
	nl_put_u32(&request, VBUF_A_LIMIT_RESOURCE, resource);
	nl_put_u64(&request, VBUF_A_LIMIT_VALUE, value);
	return nl_ask(nl, &request, NULL, NULL);
}
