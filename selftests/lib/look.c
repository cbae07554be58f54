// SPDX-License-Identifier: GPL-2.0
/* A channel as it looks from outside: counts, readiness, who waits. */
#include "field.h"

/* How long a state may take to come about on a slow machine. */
#define PATIENCE_MSEC	20000

#define CHANNEL(_attr, _member, ...) \
	NL_FIELD(vt_channel, VBUF_A_CHANNEL_##_attr, _member, __VA_ARGS__)
#define ENDPOINT(_attr, _member, ...) \
	NL_FIELD(vt_endpoint, VBUF_A_ENDPOINT_##_attr, _member, __VA_ARGS__)

static const struct nl_field channel_fields[] = {
	CHANNEL(ID, id),
	CHANNEL(NAME, name, .may_lack = true),
	CHANNEL(STATE, state),
	CHANNEL(FLAGS, attr.flags),
	CHANNEL(SLOTS, attr.slots),
	CHANNEL(SLOT_SIZE, attr.slot_size),
	CHANNEL(MODE, attr.mode),
	CHANNEL(HELD_MAX, attr.held_max),
	CHANNEL(MAX_DELIVERIES, attr.max_deliveries),
	CHANNEL(UID, uid),
	CHANNEL(GID, gid),
	CHANNEL(BYTES, bytes),
	CHANNEL(SENDERS, senders),
	CHANNEL(RECEIVERS, receivers),
	CHANNEL(BLOCKED_SENDERS, blocked_senders),
	CHANNEL(BLOCKED_RECEIVERS, blocked_receivers),
	CHANNEL(FREE, free),
	CHANNEL(SENDING, sending),
	CHANNEL(DEPTH, depth),
	CHANNEL(RECEIVING, receiving),
	CHANNEL(MAX_DEPTH, max_depth),
	CHANNEL(SENT, sent),
	CHANNEL(RECEIVED, received),
	CHANNEL(SENT_BYTES, sent_bytes),
	CHANNEL(RECEIVED_BYTES, received_bytes),
	CHANNEL(DROPPED_OLDEST, dropped_oldest),
	CHANNEL(DROPPED_HOLDER, dropped_holder),
	CHANNEL(DROPPED_DELIVERIES, dropped_deliveries),
};

static const struct nl_field endpoint_fields[] = {
	ENDPOINT(ID, id),
	ENDPOINT(CHANNEL, channel),
	ENDPOINT(PID, pid),
	ENDPOINT(COMM, comm, .may_lack = true),
	ENDPOINT(UID, uid),
	ENDPOINT(RIGHTS, rights),
	ENDPOINT(OWNED, owned),
	ENDPOINT(BLOCKED_SENDERS, blocked_senders),
	ENDPOINT(BLOCKED_RECEIVERS, blocked_receivers),
	ENDPOINT(BLOCKED_SINCE, blocked_since, .may_lack = true),
	ENDPOINT(SENT, sent),
	ENDPOINT(RECEIVED, received),
	ENDPOINT(IN_SEND, in_send),
	ENDPOINT(IN_RECV, in_recv),
};

/* Two attributes, and no others. */
static bool is_hidden(const struct nlmsghdr *message, const struct nlattr **attrs)
{
	const struct nlattr *hidden = attrs[VBUF_A_CHANNEL_HIDDEN];

	if (hidden && (nl_len(hidden) || message->nlmsg_len !=
		       NLMSG_LENGTH(GENL_HDRLEN) + NLA_HDRLEN + sizeof(__u64) +
		       NLA_HDRLEN))
		vt_die("a hidden channel of which more is told");
	return hidden;
}

void nl_channel(const struct nlmsghdr *message, void *into)
{
	const struct nlattr *attrs[VBUF_A_CHANNEL_MAX + 1];
	struct vt_channel *info = into;

	memset(info, 0, sizeof(*info));
	nl_parse(message, attrs, VBUF_A_CHANNEL_MAX);
	info->hidden = is_hidden(message, attrs);
	/* The id comes first. */
	nl_fill(info, channel_fields,
		info->hidden ? 1 : NL_FIELDS(channel_fields), attrs);
}

void nl_endpoint(const struct nlmsghdr *message, void *info)
{
	const struct nlattr *attrs[VBUF_A_ENDPOINT_MAX + 1];

	memset(info, 0, sizeof(struct vt_endpoint));
	nl_parse(message, attrs, VBUF_A_ENDPOINT_MAX);
	nl_fill(info, endpoint_fields, NL_FIELDS(endpoint_fields), attrs);
}

struct vbuf_getattr vt_getattr(int fd)
{
	struct vbuf_getattr attr = { .size = sizeof(attr) };
	long ret = vt_ioctl(fd, VBUF_IOC_GETATTR, &attr);

	if (ret)
		vt_die("getattr: %ld", ret);
	return attr;
}

/* Tells whether the socket's network namespace has a channel with that id. */
bool nl_find(struct nl *nl, __u64 id, struct vt_channel *info)
{
	struct nl_request request;
	struct nl_answer answer;

	nl_begin(&request, VBUF_CMD_CHANNEL_GET, 0);
	nl_put_u64(&request, VBUF_A_CHANNEL_ID, id);
	answer = nl_ask(nl, &request, nl_channel, info);
	if (answer.error == -ENOENT)
		return false;
	if (answer.error || answer.messages != 1 || info->id != id)
		vt_die("channel %llu: %d, %s", id, answer.error, answer.why);
	return true;
}

/* The same of the network namespace of the calling thread. */
bool vt_find(__u64 id, struct vt_channel *info)
{
	struct nl nl = nl_open();
	bool found = nl_find(&nl, id, info);

	nl_close(&nl);
	return found;
}

struct vt_channel vt_look(int fd)
{
	struct vt_channel info;

	if (!vt_find(vt_getattr(fd).id, &info))
		vt_die("the channel of descriptor %d is not here", fd);
	return info;
}

/*
 * Every slot is in one place, no message came from or went to nowhere, and nobody
 * waits for what is there. The kernel counts as sending what is nowhere else: a
 * slot that was lost shows when nobody is in a call any more (vt_at_rest()).
 */
bool vt_balanced(const struct vt_channel *info)
{
	__u64 slots = (__u64)info->free + info->sending + info->depth +
		      info->receiving;
	__u64 messages = info->received + info->depth + info->receiving +
			 info->dropped_oldest + info->dropped_holder +
			 info->dropped_deliveries;

	if (slots == info->attr.slots && messages == info->sent &&
	    !(info->free && info->blocked_senders) &&
	    !(info->depth && info->blocked_receivers))
		return true;
	fprintf(stderr, "# %u slots: %u free, %u sending, %u queued, %u receiving\n",
		info->attr.slots, info->free, info->sending, info->depth,
		info->receiving);
	fprintf(stderr, "# %u senders and %u receivers wait\n",
		info->blocked_senders, info->blocked_receivers);
	fprintf(stderr, "# %llu sent, %llu received, %llu + %llu + %llu dropped\n",
		info->sent, info->received, info->dropped_oldest,
		info->dropped_holder, info->dropped_deliveries);
	return false;
}

/* Balanced, and no call of anybody's is under way. */
bool vt_at_rest(const struct vt_channel *info)
{
	if (!vt_balanced(info))
		return false;
	if (!info->sending && !info->blocked_senders && !info->blocked_receivers)
		return true;
	fprintf(stderr, "# left over: %u sending, %u + %u blocked\n",
		info->sending, info->blocked_senders, info->blocked_receivers);
	return false;
}

bool vt_settled(int fd)
{
	struct vt_channel info = vt_look(fd);

	return vt_at_rest(&info);
}

/**
 * struct list - what a dump tells, in order of ids
 * @take: makes such an item of a message; each begins with its id
 * @is_right: looks at each; or NULL
 * @items: where the first @room go
 * @size: of an item
 * @room: may be 0
 * @count: how many there are
 * @last: the id of the last one
 */
struct list {
	nl_fn take;
	bool (*is_right)(const struct vt_channel *info);
	void *items;
	size_t size;
	unsigned int room;
	unsigned int count;
	__u64 last;
};

static void take_item(const struct nlmsghdr *message, void *ctx)
{
	union {
		__u64 id;
		struct vt_channel channel;
		struct vt_endpoint endpoint;
	} item;
	struct list *list = ctx;

	list->take(message, &item);
	if (item.id <= list->last ||
	    (list->is_right && !list->is_right(&item.channel)))
		vt_die("%llu is out of order, or not right", item.id);
	list->last = item.id;
	if (list->count < list->room)
		memcpy((char *)list->items + list->count * list->size, &item,
		       list->size);
	list->count++;
}

/* How many there are, or -errno. */
static long fill_list(struct list *list, struct nl_request *request)
{
	struct nl nl = nl_open();
	struct nl_answer answer = nl_ask(&nl, request, take_item, list);

	nl_close(&nl);
	return answer.error ?: (long)list->count;
}

static long look_at_all(struct list *list)
{
	struct nl_request request;
	long ret;

	list->take = nl_channel;
	list->size = sizeof(struct vt_channel);
	nl_begin(&request, VBUF_CMD_CHANNEL_GET, NLM_F_DUMP);
	ret = fill_list(list, &request);
	if (ret < 0)
		vt_die("all channels: %ld", ret);
	return ret;
}

long vt_channels(struct vt_channel *infos, unsigned int room)
{
	struct list list = { .items = infos, .room = room };

	return look_at_all(&list);
}

/* How many channels the namespace has, which are all as they should be. */
long vt_look_at_all(bool (*is_right)(const struct vt_channel *info))
{
	struct list list = { .is_right = is_right };

	return look_at_all(&list);
}

long vt_endpoints(__u64 channel, struct vt_endpoint *infos, unsigned int room)
{
	struct list list = {
		.take = nl_endpoint, .items = infos, .size = sizeof(*infos),
		.room = room };
	struct nl_request request;

	nl_begin(&request, VBUF_CMD_ENDPOINT_GET, NLM_F_DUMP);
	nl_put_u64(&request, VBUF_A_ENDPOINT_CHANNEL, channel);
	return fill_list(&list, &request);
}

/* Waits until exactly so many threads are blocked. */
bool vt_blocked(int fd, __u32 senders, __u32 receivers)
{
	struct vt_channel info;
	__u64 end = vt_in(vt_scaled(PATIENCE_MSEC));

	do {
		info = vt_look(fd);
		if (info.blocked_senders == senders &&
		    info.blocked_receivers == receivers)
			return true;
		usleep(1000);
	} while (vt_now() < end);
	fprintf(stderr, "# blocked: %u senders, %u receivers; expected %u, %u\n",
		info.blocked_senders, info.blocked_receivers, senders,
		receivers);
	return false;
}

/* What poll() says now, of @events and of what it always says. */
unsigned int vt_poll(int fd, short events)
{
	struct pollfd pollfd = { .fd = fd, .events = events };

	if (poll(&pollfd, 1, 0) < 0)
		vt_die("poll");
	return pollfd.revents;
}

__u64 vt_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * VT_NSEC_PER_SEC + now.tv_nsec;
}

__u64 vt_in(unsigned int msec)
{
	return vt_now() + msec * VT_NSEC_PER_MSEC;
}
