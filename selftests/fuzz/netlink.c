// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family, by a socket of the moment: whoever the actor is by now, and
 * wherever. A request may be spoiled as any argument may; what answers one that is
 * sound is looked at.
 */
#include "fuzz.h"
#include "../netlink.h"

#include <sys/socket.h>

/*
 * None that changes anything for others, nor one that the family may come to have. A
 * subscription ends with its socket.
 */
static const __u8 commands[] = {
	VBUF_CMD_CHANNEL_GET, VBUF_CMD_ENDPOINT_GET, VBUF_CMD_LIMIT_GET, 255,
	VBUF_CMD_EVENT_SUBSCRIBE, VBUF_CMD_THREAD_GET, VBUF_CMD_EVENT, 0 };

/* Of all sets alike: what is one's id is another's scope, or kind. */
static const __u16 types[] = {
	VBUF_A_CHANNEL_ID, VBUF_A_CHANNEL_NAME, VBUF_A_ENDPOINT_CHANNEL,
	VBUF_A_ENDPOINT_PID, VBUF_A_CHANNEL_PAD, VBUF_A_CHANNEL_MAX, 200,
	VBUF_A_CHANNEL_ID | NLA_F_NESTED };

static const __u64 numbers[] = { 0, 1, 0x7fffffff, ~0ULL };

static const char * const names[] = { "fuzz-1", "fuzz-2", "", "fuzz/4" };

static void put_number(struct nl_request *request, __u16 type, __u64 number,
		       bool wide)
{
	if (wide)
		nl_put_u64(request, type, number);
	else
		nl_put_u32(request, type, number);
}

/* Three bits tell its type, and four what is in it. */
static void put_attr(struct nl_request *request, const struct step *step,
		     unsigned int type, unsigned int what)
{
	static const char noise[256] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct vbuf_getattr attr = { .size = sizeof(attr) };
	const char *name = names[what & 3];

	switch (what >> 2 & 3) {
	case 0:
		put_number(request, types[type & 7], numbers[what & 3], true);
		return;
	case 1:
		if (!ioctl(*entry_of(step), VBUF_IOC_GETATTR, &attr) && what & 1)
			put_number(request, types[type & 7], attr.id, true);
		else
			put_number(request, types[type & 7],
				   what & 2 ? (__u32)getpid() : 0, false);
		return;
	case 2:
		nl_put(request, types[type & 7], name, strlen(name) + 1);
		return;
	default:
		nl_put(request, types[type & 7], noise, step->where);
	}
}

static void compose(struct nl_request *request, const struct step *step)
{
	unsigned int i, attrs = step->a >> 3 & 3;

	/* Two bits, and one that came later. */
	nl_begin(request, commands[(step->a & 3) | (step->a >> 5 & 4)],
		 step->a & 4 ? NLM_F_DUMP : 0);
	for (i = 0; i < attrs; i++)
		put_attr(request, step, step->b >> 3 * i, step->c >> 4 * i);
}

static void look_at_channel(const struct nlmsghdr *message, void *ctx)
{
	struct vt_channel info;

	(void)ctx;
	nl_channel(message, &info);
	if (!vt_balanced(&info))
		vt_die("channel %llu does not add up", info.id);
}

static void look_at_endpoint(const struct nlmsghdr *message, void *ctx)
{
	struct vt_endpoint info;

	(void)ctx;
	nl_endpoint(message, &info);
	if (!info.channel)
		vt_die("endpoint %llu of no channel", info.id);
}

/* There are some while a session is open. */
static void look_at_account(const struct nlmsghdr *message, void *ctx)
{
	struct vt_account account;

	(void)ctx;
	nl_thread(message, &account);
	if (!account.tid || !vt_account_adds_up(&account))
		vt_die("the account of thread %u", account.tid);
}

/* Until there is nothing more, for now. */
static void throw_away(const struct nl *nl)
{
	char bytes[NL_ROOM];

	while (recv(nl->fd, bytes, sizeof(bytes), MSG_DONTWAIT) >= 0)
		continue;
}

/* Or its beginning, and who asked leaves. */
static long ask_soundly(struct nl *nl, struct nl_request *request,
			const struct step *step)
{
	static const nl_fn looks[VBUF_CMD_MAX + 1] = {
		[VBUF_CMD_CHANNEL_GET] = look_at_channel,
		[VBUF_CMD_ENDPOINT_GET] = look_at_endpoint,
		[VBUF_CMD_THREAD_GET] = look_at_account,
	};
	__u8 command = request->genl.cmd;
	nl_fn look = command <= VBUF_CMD_MAX ? looks[command] : NULL;
	struct nl_answer answer = { .over = false };
	long ret;

	if (!(step->a & 0x20) && command != VBUF_CMD_EVENT_SUBSCRIBE)
		return nl_ask(nl, request, look, NULL).error;
	request->header.nlmsg_flags |= NLM_F_ACK;
	ret = nl_send(nl, request);
	if (command == VBUF_CMD_EVENT_SUBSCRIBE) {
		/* What others do comes before the answer, or after it. */
		throw_away(nl);
		return ret;
	}
	return ret ?: nl_receive(nl, &answer, look, NULL);
}

/* What it is to the kernel, and what that answers, nobody knows. */
static long ask_spoilt(struct actor *self, struct nl *nl,
		       struct nl_request *request, const struct step *step)
{
	size_t len = request->header.nlmsg_len;
	void *at;
	long ret;

	request->header.nlmsg_type = nl->family;
	request->header.nlmsg_flags |= step->a & 0x40 ? NLM_F_ACK : 0;
	at = arg_place(&self->arena, step, request, len);
	actor_arm(self, step);
	ret = send(nl->fd, at, len, MSG_DONTWAIT) < 0 ? -errno : 0;
	if (!(step->a & 0x20))
		throw_away(nl);
	actor_disarm(self);
	return ret;
}

static long call_netlink(struct actor *self, const struct step *step)
{
	struct nl_request request;
	struct nl nl = nl_open();
	long ret;

	compose(&request, step);
	if (wrong_of(step) == WRONG_NOTHING)
		ret = ask_soundly(&nl, &request, step);
	else
		ret = ask_spoilt(self, &nl, &request, step);
	nl_close(&nl);
	return ret;
}

/* Not where the socket is made: the call arms its faults by itself. */
const struct call netlink_calls[] = {
	{ .name = "netlink", .call = call_netlink, .faultless = true },
};

const unsigned int netlink_calls_count = ARRAY_SIZE(netlink_calls);
