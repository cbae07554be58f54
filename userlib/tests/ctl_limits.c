// SPDX-License-Identifier: GPL-2.0
/* Limits, as libvbuf-ctl tells of them and sets them. */
#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

#include <vbuf-ctl.h>

#include "ctl.h"
#include "fake_netlink.h"
#include "tap.h"

static void put_limit(const struct nlmsghdr *command, int flags, uint32_t scope,
		      uint32_t resource)
{
	fake_begin(command, flags);
	fake_put_u32(VBUF_A_LIMIT_SCOPE, scope);
	fake_put_u32(VBUF_A_LIMIT_RESOURCE, resource);
	fake_put_u64(VBUF_A_LIMIT_VALUE, UINT64_MAX);
	fake_put_u64(VBUF_A_LIMIT_HOLDS, 0x500000000U + resource);
	if (resource != VBUF_RESOURCE_SLOT_SIZE)
		fake_put_u64(VBUF_A_LIMIT_USE, 0x600000000);
	fake_put_u64(VBUF_A_LIMIT_HITS, 0x700000000U + scope);
	fake_end();
}

static void is_limit(const struct vbuf_ctl_limit *limit, uint32_t scope,
		     uint32_t resource)
{
	EXPECT(limit->scope == scope && limit->resource == resource);
	EXPECT(limit->value == VBUF_CTL_NO_LIMIT);
	EXPECT(limit->holds == 0x500000000U + resource);
	EXPECT(limit->use == (resource == VBUF_RESOURCE_SLOT_SIZE ?
			      VBUF_CTL_NOT_TOLD : 0x600000000U));
	EXPECT(limit->hits == 0x700000000U + scope);
}

static void one_limit(const struct nlmsghdr *command)
{
	EXPECT(fake_command(command) == VBUF_CMD_LIMIT_GET);
	EXPECT((command->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP);
	EXPECT(!fake_attr(command, VBUF_A_LIMIT_VALUE));
	put_limit(command, 0,
		  fake_attr_u32(command, VBUF_A_LIMIT_SCOPE),
		  fake_attr_u32(command, VBUF_A_LIMIT_RESOURCE));
	fake_refuse(command, 0, NULL, 1);
}

static void limit(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(one_limit);
	struct vbuf_ctl_limit *limit;

	for (uint32_t scope = 0; scope <= VBUF_SCOPE_MAX; scope++) {
		for (uint32_t resource = 0; resource <= VBUF_RESOURCE_MAX;
		     resource++) {
			if (!EXPECT(!vbuf_ctl_get_limit(ctl, scope, resource,
							&limit)))
				continue;
			is_limit(limit, scope, resource);
			EXPECT(!limit->next);
			vbuf_ctl_free_limits(limit);
		}
	}
	vbuf_ctl_close(ctl);

	ctl = ctl_open_with(ctl_no_answer);
	limit = (void *)&ctl_refused_with;
	errno = 0;
	EXPECT(vbuf_ctl_get_limit(ctl, 0, 0, &limit) == -1 && errno == EPROTO);
	EXPECT(limit == (void *)&ctl_refused_with);
	vbuf_ctl_close(ctl);
}

static void all_limits(const struct nlmsghdr *command)
{
	EXPECT(fake_command(command) == VBUF_CMD_LIMIT_GET);
	EXPECT((command->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	EXPECT(command->nlmsg_len == NLMSG_HDRLEN + GENL_HDRLEN);
	for (uint32_t scope = 0; scope <= VBUF_SCOPE_MAX; scope++)
		for (uint32_t resource = 0; resource <= VBUF_RESOURCE_MAX;
		     resource++)
			put_limit(command, NLM_F_MULTI, scope, resource);
	fake_done(command, 0, NULL);
}

static void limits(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(all_limits);
	struct vbuf_ctl_limit *limits = NULL, *limit;
	uint32_t number = 0;

	EXPECT(!vbuf_ctl_list_limits(ctl, &limits));
	for (limit = limits; limit; limit = limit->next, number++)
		is_limit(limit, number / (VBUF_RESOURCE_MAX + 1),
			 number % (VBUF_RESOURCE_MAX + 1));
	EXPECT(number == (VBUF_SCOPE_MAX + 1) * (VBUF_RESOURCE_MAX + 1));
	vbuf_ctl_free_limits(limits);
	vbuf_ctl_free_limits(NULL);
	vbuf_ctl_close(ctl);
}

static void setting(const struct nlmsghdr *command)
{
	EXPECT(fake_command(command) == VBUF_CMD_LIMIT_SET);
	EXPECT(command->nlmsg_flags & NLM_F_ACK);
	EXPECT(fake_attr_u32(command, VBUF_A_LIMIT_SCOPE) ==
	       VBUF_SCOPE_USER);
	EXPECT(fake_attr_u32(command, VBUF_A_LIMIT_RESOURCE) ==
	       VBUF_RESOURCE_BYTES);
	EXPECT(fake_attr_u64(command, VBUF_A_LIMIT_VALUE) == 0x800000000);
	/* An answer that nobody asked for is passed over. */
	if (fake_commands == 2)
		put_limit(command, 0, VBUF_SCOPE_USER, VBUF_RESOURCE_BYTES);
	fake_refuse(command, 0, NULL, 1);
}

static void sets_a_limit(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(setting);

	for (int i = 0; i < 2; i++)
		EXPECT(!vbuf_ctl_set_limit(ctl, VBUF_SCOPE_USER,
					   VBUF_RESOURCE_BYTES, 0x800000000));
	EXPECT(fake_commands == 2);
	vbuf_ctl_close(ctl);
}

static void refused_limits(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(ctl_refusing);
	struct vbuf_ctl_limit *limits = (void *)&ctl_refused_with;

	ctl_refused_text = "why not";
	for (ctl_refused_with = 1; ctl_refused_with < 134; ctl_refused_with++) {
		errno = 0;
		EXPECT(vbuf_ctl_get_limit(ctl, 0, 0, &limits) == -1 &&
		       errno == ctl_told_as(ctl_refused_with));
		errno = 0;
		EXPECT(vbuf_ctl_list_limits(ctl, &limits) == -1 &&
		       errno == ctl_told_as(ctl_refused_with));
		errno = 0;
		EXPECT(vbuf_ctl_set_limit(ctl, 0, 0, 0) == -1 &&
		       errno == ctl_told_as(ctl_refused_with));
		EXPECT(!strcmp(vbuf_ctl_error_text(ctl), ctl_refused_text));
		EXPECT(limits == (void *)&ctl_refused_with);
	}
	vbuf_ctl_close(ctl);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a limit, and what it does not tell", limit },
		{ "all limits are one list", limits },
		{ "setting a limit needs no answer but that it is done",
		  sets_a_limit },
		{ "what is refused of limits, every errno", refused_limits },
	};

	return TAP_RUN(cases);
}
