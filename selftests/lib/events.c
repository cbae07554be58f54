// SPDX-License-Identifier: GPL-2.0
/* Listening to events: how to, and what they say. */
#include "netlink.h"

#include <poll.h>
#include <sys/socket.h>

#define PATIENCE_MSEC	20000

struct group {
	const char *name;
	__u32 id;
};

/* One of the groups that a family has: the attributes of one, within those of all. */
static void take_group(const char *at, size_t len, struct group *group)
{
	const char *end = at + len, *name = NULL;
	const struct nlattr *attr;
	__u32 id = 0;

	for (; at < end; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const void *)at;
		if (attr->nla_type == CTRL_ATTR_MCAST_GRP_NAME)
			name = nl_data(attr);
		else if (attr->nla_type == CTRL_ATTR_MCAST_GRP_ID)
			memcpy(&id, nl_data(attr), sizeof(id));
	}
	if (name && !strcmp(name, group->name))
		group->id = id;
}

static void take_groups(const struct nlmsghdr *message, void *ctx)
{
	const struct nlattr *attrs[32], *all, *one;
	const char *at, *end;

	nl_parse(message, attrs, 31);
	all = attrs[CTRL_ATTR_MCAST_GROUPS];
	if (!all)
		vt_die("a family without groups");
	end = (const char *)all + all->nla_len;
	for (at = nl_data(all); at < end; at += NLA_ALIGN(one->nla_len)) {
		one = (const void *)at;
		take_group(nl_data(one), nl_len(one), ctx);
	}
}

long nl_subscribe(struct nl *nl)
{
	struct nl_request request;
	long ret;

	nl_begin(&request, VBUF_CMD_EVENT_SUBSCRIBE, 0);
	nl->subscribes = true;
	ret = nl_ask(nl, &request, NULL, NULL).error;
	nl->subscribes = false;
	nl->seq = 0;
	return ret;
}

struct nl nl_subscribed(void)
{
	struct nl nl = nl_open();
	long ret = nl_subscribe(&nl);

	if (ret)
		vt_die("subscribe: %ld", ret);
	return nl;
}

static __u64 number_of(const struct nlattr *attr, size_t size)
{
	__u64 number64;
	__u32 number;

	if (!attr)
		return 0;
	if (nl_len(attr) != size)
		vt_die("a number of %zu bytes", nl_len(attr));
	if (size == sizeof(number64)) {
		memcpy(&number64, nl_data(attr), sizeof(number64));
		return number64;
	}
	memcpy(&number, nl_data(attr), sizeof(number));
	return number;
}

static void take_event(const struct nlmsghdr *message, void *ctx)
{
	const struct nlattr *attrs[VBUF_A_EVENT_MAX + 1];
	struct nl_event *event = ctx;

	if (((const struct genlmsghdr *)NLMSG_DATA(message))->cmd !=
	    VBUF_CMD_EVENT || event->came)
		vt_die("no event, or more than one");
	nl_parse(message, attrs, VBUF_A_EVENT_MAX);
	if (!attrs[VBUF_A_EVENT_KIND] || !attrs[VBUF_A_EVENT_UID])
		vt_die("an event without a kind or a uid");
	event->came = true;
	event->kind = number_of(attrs[VBUF_A_EVENT_KIND], 4);
	event->uid = number_of(attrs[VBUF_A_EVENT_UID], 4);
	event->rights = number_of(attrs[VBUF_A_EVENT_RIGHTS], 4);
	event->scope = number_of(attrs[VBUF_A_EVENT_SCOPE], 4);
	event->resource = number_of(attrs[VBUF_A_EVENT_RESOURCE], 4);
	event->channel = number_of(attrs[VBUF_A_EVENT_CHANNEL], 8);
	event->endpoint = number_of(attrs[VBUF_A_EVENT_ENDPOINT], 8);
	event->count = number_of(attrs[VBUF_A_EVENT_COUNT], 8);
	event->since = number_of(attrs[VBUF_A_EVENT_SINCE], 8);
	event->value = number_of(attrs[VBUF_A_EVENT_VALUE], 8);
	event->time = number_of(attrs[VBUF_A_EVENT_TIME], 8);
	if (attrs[VBUF_A_EVENT_NAME])
		snprintf(event->name, sizeof(event->name), "%s",
			 (const char *)nl_data(attrs[VBUF_A_EVENT_NAME]));
}

static short comes(struct nl *nl, int msec)
{
	struct pollfd pollfd = { .fd = nl->fd, .events = POLLIN };

	return poll(&pollfd, 1, msec) == 1 ? pollfd.revents : 0;
}

/* The next one, or -errno of the socket; none within the time ends the test. */
static long receive_event(struct nl *nl, struct nl_event *event)
{
	struct nl_answer answer = { .over = false };
	long ret;

	*event = (struct nl_event) { .came = false };
	if (!comes(nl, PATIENCE_MSEC))
		vt_die("no event");
	ret = nl_receive(nl, &answer, take_event, event);
	if (!ret && !event->came)
		vt_die("a message that is no event");
	return ret;
}

/* Of channels with such names no test is told. */
#define MARK	"vt.mark."

static bool is_mark(const struct nl_event *event)
{
	return !strncmp(event->name, MARK, strlen(MARK));
}

/*
 * Events are delivered in order: once one has come to somebody, all that were before
 * it have come to all. Where it was lost among others, once more.
 */
static void wait_for_delivery(void)
{
	struct nl nl = nl_subscribed();
	struct nl_event event;
	char name[32];

	snprintf(name, sizeof(name), MARK "%d", getpid());
	do {
		if (close(vt_create(name, vt_attr(1, 64), VT_BOTH)))
			vt_die("a channel whose events are waited for");
		do {
			if (receive_event(&nl, &event))
				break;
		} while (strcmp(event.name, name) ||
			 event.kind != VBUF_EVENT_REMOVED);
	} while (!event.came);
	nl_close(&nl);
}

struct nl nl_joined(void)
{
	struct group group = { .name = VBUF_GROUP_EVENTS };
	struct nl nl = nl_open();

	/* A member hears of what has not been delivered yet, too. */
	wait_for_delivery();
	if (nl_ask_family(&nl, take_groups, &group) || !group.id)
		vt_die("the group %s", group.name);
	if (setsockopt(nl.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group.id,
		       sizeof(group.id)))
		vt_die("join %s: %d", group.name, errno);
	/* Events answer to nothing. */
	nl.seq = 0;
	return nl;
}

/* Whether the next one is there, and a mark. */
static bool mark_is_next(struct nl *nl)
{
	char bytes[NL_ROOM] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *message = (const void *)bytes;
	struct nl_event event = { .came = false };
	int len = recv(nl->fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);

	if (len < 0 || !NLMSG_OK(message, (unsigned int)len))
		vt_die("a look at the next event: %d", len);
	take_event(message, &event);
	return is_mark(&event);
}

/* Whether there is an event, or an error, for the test. */
static bool has_some(struct nl *nl)
{
	struct nl_event event;
	short what;

	while ((what = comes(nl, 0))) {
		/* A look would take the error away. */
		if (what & POLLERR || !mark_is_next(nl))
			return true;
		if (receive_event(nl, &event))
			vt_die("an error behind an event");
	}
	return false;
}

/* The next one; none within the time ends the test. */
struct nl_event nl_next_event(struct nl *nl)
{
	struct nl_event event;

	do {
		if (receive_event(nl, &event))
			vt_die("no event");
	} while (is_mark(&event));
	return event;
}

/* How many there are still, which are thrown away. */
unsigned int nl_drop_events(struct nl *nl)
{
	unsigned int n;

	for (n = 0; has_some(nl); n++)
		nl_next_event(nl);
	return n;
}

/*
 * Whatever happened before now in the caller's network namespace, where @nl has to be
 * from, has arrived, or was not for this listener.
 */
bool nl_is_silent(struct nl *nl)
{
	wait_for_delivery();
	return !has_some(nl);
}
