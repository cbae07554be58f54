// SPDX-License-Identifier: GPL-2.0
/* Endpoints, as libvbuf-ctl tells of them. */
#include <string.h>

#include <vbuf-ctl.h>

#include "ctl.h"
#include "fake_netlink.h"
#include "tap.h"

static void put_endpoint(const struct nlmsghdr *command)
{
	fake_begin(command, NLM_F_MULTI);
	fake_put_u64(VBUF_A_ENDPOINT_ID, 1);
	fake_put_u64(VBUF_A_ENDPOINT_CHANNEL, 2);
	fake_put_u32(VBUF_A_ENDPOINT_PID, 3);
	fake_put_string(VBUF_A_ENDPOINT_COMM, "fifteen letters");
	fake_put_u32(VBUF_A_ENDPOINT_UID, 4);
	fake_put_u32(VBUF_A_ENDPOINT_RIGHTS, 5);
	fake_put_u32(VBUF_A_ENDPOINT_OWNED, 6);
	fake_put_u32(VBUF_A_ENDPOINT_BLOCKED_SENDERS, 7);
	fake_put_u32(VBUF_A_ENDPOINT_BLOCKED_RECEIVERS, 8);
	fake_put_u64(VBUF_A_ENDPOINT_BLOCKED_SINCE, 0x900000000);
	fake_put_u64(VBUF_A_ENDPOINT_SENT, 0xa00000000);
	fake_put_u64(VBUF_A_ENDPOINT_RECEIVED, 0xb00000000);
	fake_put_u64(VBUF_A_ENDPOINT_IN_SEND, 0xc00000000);
	fake_put_u64(VBUF_A_ENDPOINT_IN_RECV, 0xd00000000);
	fake_end();
}

static bool by_channel, by_pid;

static void two_endpoints(const struct nlmsghdr *command)
{
	EXPECT(fake_command(command) == VBUF_CMD_ENDPOINT_GET);
	EXPECT((command->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	EXPECT(by_channel == !!fake_attr(command, VBUF_A_ENDPOINT_CHANNEL));
	EXPECT(by_pid == !!fake_attr(command, VBUF_A_ENDPOINT_PID));
	if (by_channel)
		EXPECT(fake_attr_u64(command, VBUF_A_ENDPOINT_CHANNEL) ==
		       0x200000000);
	put_endpoint(command);
	/* Longer than a command name is. */
	fake_begin(command, NLM_F_MULTI);
	fake_put_string(VBUF_A_ENDPOINT_COMM, "seventeen letters");
	fake_end();
	fake_done(command, 0, NULL);
}

static void is_endpoint(const struct vbuf_ctl_endpoint *endpoint)
{
	EXPECT(endpoint->id == 1 && endpoint->channel == 2);
	EXPECT(endpoint->pid == 3 && endpoint->uid == 4);
	EXPECT(!strcmp(endpoint->comm, "fifteen letters"));
	EXPECT(endpoint->rights == 5 && endpoint->owned == 6);
	EXPECT(endpoint->blocked_senders == 7);
	EXPECT(endpoint->blocked_receivers == 8);
	EXPECT(endpoint->blocked_since_ns == 0x900000000);
	EXPECT(endpoint->sent == 0xa00000000);
	EXPECT(endpoint->received == 0xb00000000);
	EXPECT(endpoint->in_send_ns == 0xc00000000);
	EXPECT(endpoint->in_recv_ns == 0xd00000000);
}

static void endpoints_by(struct vbuf_ctl *ctl, uint64_t channel, uint32_t pid)
{
	struct vbuf_ctl_endpoint *list = NULL, *second;

	by_channel = channel;
	by_pid = pid;
	EXPECT(!vbuf_ctl_list_endpoints(ctl, channel, pid, &list));
	if (!list)
		return;
	is_endpoint(list);
	second = list->next;
	EXPECT(second);
	if (second)
		EXPECT(!second->next && !strcmp(second->comm, "seventeen lette"));
	vbuf_ctl_free_endpoints(list);
}

static void endpoints(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(two_endpoints);

	endpoints_by(ctl, 0, 0);
	endpoints_by(ctl, 0x200000000, 0);
	endpoints_by(ctl, 0, 9);
	endpoints_by(ctl, 0x200000000, 9);
	EXPECT(fake_commands == 4);
	vbuf_ctl_free_endpoints(NULL);
	vbuf_ctl_close(ctl);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "endpoints, of a channel, of a process, of all", endpoints },
	};

	return TAP_RUN(cases);
}
