// SPDX-License-Identifier: GPL-2.0
/* The host's limits, and the module's other parameters, as they can be set. */
#include "netlink.h"
#include "ns.h"
#include "param.h"

static const struct {
	__u32 scope;
	__u32 resource;
} limits[LIMITS] = {
	[MAX_CHANNELS] = { VBUF_SCOPE_TOTAL, VBUF_RESOURCE_CHANNELS },
	[MAX_ENDPOINTS] = { VBUF_SCOPE_TOTAL, VBUF_RESOURCE_ENDPOINTS },
	[MAX_BYTES] = { VBUF_SCOPE_TOTAL, VBUF_RESOURCE_BYTES },
	[MAX_SLOT_SIZE] = { VBUF_SCOPE_TOTAL, VBUF_RESOURCE_SLOT_SIZE },
	[USER_CHANNELS] = { VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS },
	[USER_ENDPOINTS] = { VBUF_SCOPE_USER, VBUF_RESOURCE_ENDPOINTS },
	[USER_BYTES] = { VBUF_SCOPE_USER, VBUF_RESOURCE_BYTES },
	[USER_SLOT_SIZE] = { VBUF_SCOPE_USER, VBUF_RESOURCE_SLOT_SIZE },
};

/* A socket of the network namespace where the host's limits are set. */
static struct nl open_host(void)
{
	int here = ns_net_self(), host;
	struct nl nl;

	host = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	if (host < 0)
		vt_die("open the host's network namespace");
	ns_net_enter(host);
	nl = nl_open();
	ns_net_enter(here);
	close(host);
	close(here);
	return nl;
}

static struct vt_limit get_limit(struct nl *nl, enum param which)
{
	return nl_get_limit(nl, limits[which].scope, limits[which].resource);
}

static void set_limit(struct nl *nl, enum param which, __u64 value)
{
	struct nl_answer answer = nl_set_limit(nl, limits[which].scope,
					       limits[which].resource, value);

	if (answer.error)
		vt_die("limit %u to %llu: %d, %s", which, value, answer.error,
		       answer.why);
}

static FILE *open_param(enum param which, const char *mode)
{
	const char *path = which == SPIN_NS ?
			   "/sys/module/vbuf/parameters/spin_ns" :
			   "/sys/module/vbuf/parameters/stall_ms";
	FILE *file = fopen(path, mode);

	if (!file)
		vt_die("open %s", path);
	return file;
}

static __u64 get_param(enum param which)
{
	FILE *file = open_param(which, "re");
	__u64 value;

	if (fscanf(file, "%llu", &value) != 1)
		vt_die("read parameter %u", which);
	fclose(file);
	return value;
}

static void set_param(enum param which, __u64 value)
{
	FILE *file = open_param(which, "we");

	if (fprintf(file, "%llu\n", value) < 0 || fclose(file))
		vt_die("parameter %u to %llu", which, value);
}

void param_save(struct params *params)
{
	struct nl host = open_host();
	struct vt_limit limit;
	int i;

	for (i = 0; i < LIMITS; i++) {
		limit = get_limit(&host, i);
		params->value[i] = limit.value;
		params->hits[i] = limit.hits;
	}
	nl_close(&host);
	for (; i < PARAMS; i++)
		params->value[i] = get_param(i);
}

void param_set(enum param which, __u64 value)
{
	struct nl host;

	if (which >= LIMITS) {
		set_param(which, value);
		return;
	}
	host = open_host();
	set_limit(&host, which, value);
	nl_close(&host);
}

void param_restore(const struct params *params)
{
	struct nl host = open_host();
	int i;

	for (i = 0; i < LIMITS; i++)
		set_limit(&host, i, params->value[i]);
	nl_close(&host);
	for (; i < PARAMS; i++)
		set_param(i, params->value[i]);
}

long param_try_limit(enum param which, __u64 value)
{
	struct nl nl = nl_open();
	long ret = nl_set_limit(&nl, limits[which].scope,
				limits[which].resource, value).error;

	nl_close(&nl);
	return ret;
}

/* How often the limit was hit since param_save(). */
__u64 param_hits(const struct params *since, enum param which)
{
	struct nl host = open_host();
	__u64 hits = get_limit(&host, which).hits;

	nl_close(&host);
	return hits - since->hits[which];
}
