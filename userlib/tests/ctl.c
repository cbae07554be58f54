// SPDX-License-Identifier: GPL-2.0
/* What libvbuf-ctl makes of the kernel's answers, and of what it refuses. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vbuf-ctl.h>

#include "fake_netlink.h"
#include "tap.h"

static struct vbuf_ctl *open_with(fake_kernel *kernel)
{
	struct vbuf_ctl *ctl;

	fake_netlink_reset(kernel);
	ctl = vbuf_ctl_open();
	EXPECT(ctl);
	if (!ctl)
		exit(1);
	return ctl;
}

static int command_of(const struct nlmsghdr *command)
{
	const struct genlmsghdr *header = NLMSG_DATA(command);

	return header->cmd;
}

static uint64_t u64_of(const struct nlattr *attr)
{
	uint64_t value = 0;

	if (EXPECT(attr && attr->nla_len == NLA_HDRLEN + sizeof(value)))
		memcpy(&value, (const char *)attr + NLA_HDRLEN, sizeof(value));
	return value;
}

static const char *string_of(const struct nlattr *attr)
{
	return attr ? (const char *)attr + NLA_HDRLEN : "";
}

static int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	if (!dir)
		return -1;
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void silent(const struct nlmsghdr *command)
{
	(void)command;
}

static void opens_and_closes(void)
{
	int before = descriptors();
	int next = dup(0);
	struct vbuf_ctl *ctl;

	close(next);
	ctl = open_with(silent);
	EXPECT(descriptors() == before + 1);
	EXPECT(fcntl(next, F_GETFD) == FD_CLOEXEC);
	EXPECT(!vbuf_ctl_error_text(ctl));
	errno = 7;
	vbuf_ctl_close(ctl);
	vbuf_ctl_close(NULL);
	EXPECT(errno == 7);
	EXPECT(descriptors() == before);
}

static void no_family(void)
{
	int before = descriptors();

	fake_netlink_reset(NULL);
	errno = 0;
	EXPECT(!vbuf_ctl_open() && errno == ENODEV);
	EXPECT(descriptors() == before);
}

/* What put_channel() puts as an attribute of 64 bits. */
#define WIDE(type) (0x100000000 + (type))

/* All attributes, with numbers that tell them apart. */
static void put_channel(const struct nlmsghdr *command)
{
	fake_begin(command, 0);
	for (int type = VBUF_A_CHANNEL_STATE; type <= VBUF_A_CHANNEL_MAX;
	     type++) {
		if (type == VBUF_A_CHANNEL_BYTES ||
		    type >= VBUF_A_CHANNEL_SENT)
			fake_put_u64(type, WIDE(type));
		else
			fake_put_u32(type, type);
	}
	fake_put_u64(VBUF_A_CHANNEL_ID, 0x1122334455667788);
	fake_put_string(VBUF_A_CHANNEL_NAME, "jobs");
	/* What a newer kernel may add is passed over. */
	fake_put_u32(1000, 1);
	fake_end();
	fake_refuse(command, 0, NULL, 1);
}

static void one_channel(const struct nlmsghdr *command)
{
	EXPECT(command_of(command) == VBUF_CMD_CHANNEL_GET);
	EXPECT(command->nlmsg_flags & NLM_F_ACK);
	EXPECT((command->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP);
	EXPECT(u64_of(fake_attr(command, VBUF_A_CHANNEL_ID)) == 5);
	EXPECT(!fake_attr(command, VBUF_A_CHANNEL_NAME));
	put_channel(command);
}

static void is_whole(const struct vbuf_ctl_channel *channel)
{
	EXPECT(!channel->next);
	EXPECT(channel->id == 0x1122334455667788);
	EXPECT(!strcmp(channel->name, "jobs"));
	EXPECT(!channel->hidden);
	EXPECT(channel->state == VBUF_A_CHANNEL_STATE);
	EXPECT(channel->flags == VBUF_A_CHANNEL_FLAGS);
	EXPECT(channel->slots == VBUF_A_CHANNEL_SLOTS);
	EXPECT(channel->slot_size == VBUF_A_CHANNEL_SLOT_SIZE);
	EXPECT(channel->mode == VBUF_A_CHANNEL_MODE);
	EXPECT(channel->held_max == VBUF_A_CHANNEL_HELD_MAX);
	EXPECT(channel->max_deliveries == VBUF_A_CHANNEL_MAX_DELIVERIES);
	EXPECT(channel->uid == VBUF_A_CHANNEL_UID);
	EXPECT(channel->gid == VBUF_A_CHANNEL_GID);
	EXPECT(channel->bytes == WIDE(VBUF_A_CHANNEL_BYTES));
	EXPECT(channel->senders == VBUF_A_CHANNEL_SENDERS);
	EXPECT(channel->receivers == VBUF_A_CHANNEL_RECEIVERS);
	EXPECT(channel->blocked_senders == VBUF_A_CHANNEL_BLOCKED_SENDERS);
	EXPECT(channel->blocked_receivers == VBUF_A_CHANNEL_BLOCKED_RECEIVERS);
	EXPECT(channel->free == VBUF_A_CHANNEL_FREE);
	EXPECT(channel->sending == VBUF_A_CHANNEL_SENDING);
	EXPECT(channel->depth == VBUF_A_CHANNEL_DEPTH);
	EXPECT(channel->receiving == VBUF_A_CHANNEL_RECEIVING);
	EXPECT(channel->max_depth == VBUF_A_CHANNEL_MAX_DEPTH);
	EXPECT(channel->sent == WIDE(VBUF_A_CHANNEL_SENT));
	EXPECT(channel->received == WIDE(VBUF_A_CHANNEL_RECEIVED));
	EXPECT(channel->sent_bytes == WIDE(VBUF_A_CHANNEL_SENT_BYTES));
	EXPECT(channel->received_bytes == WIDE(VBUF_A_CHANNEL_RECEIVED_BYTES));
	EXPECT(channel->dropped_oldest == WIDE(VBUF_A_CHANNEL_DROPPED_OLDEST));
	EXPECT(channel->dropped_holder == WIDE(VBUF_A_CHANNEL_DROPPED_HOLDER));
	EXPECT(channel->dropped_deliveries ==
	       WIDE(VBUF_A_CHANNEL_DROPPED_DELIVERIES));
}

static void channel_by_id(void)
{
	struct vbuf_ctl *ctl = open_with(one_channel);
	struct vbuf_ctl_channel *channel;

	if (EXPECT(!vbuf_ctl_get_channel(ctl, 5, &channel))) {
		is_whole(channel);
		vbuf_ctl_free_channels(channel);
	}
	EXPECT(fake_commands == 1 && fake_family_asked == 1);
	vbuf_ctl_close(ctl);
}

static void named_channel(const struct nlmsghdr *command)
{
	EXPECT(!strcmp(string_of(fake_attr(command, VBUF_A_CHANNEL_NAME)),
		       "jobs"));
	EXPECT(!fake_attr(command, VBUF_A_CHANNEL_ID));
	put_channel(command);
}

static void channel_by_name(void)
{
	struct vbuf_ctl *ctl = open_with(named_channel);
	struct vbuf_ctl_channel *channel;
	char name[VBUF_NAME_SIZE + 1] = "";

	if (EXPECT(!vbuf_ctl_find_channel(ctl, "jobs", &channel))) {
		is_whole(channel);
		vbuf_ctl_free_channels(channel);
	}
	channel = (void *)name;
	errno = 0;
	EXPECT(vbuf_ctl_find_channel(ctl, NULL, &channel) && errno == EINVAL);
	memset(name, 'n', VBUF_NAME_SIZE);
	errno = 0;
	EXPECT(vbuf_ctl_find_channel(ctl, name, &channel) && errno == EINVAL);
	EXPECT(channel == (void *)name);
	EXPECT(fake_commands == 1);
	vbuf_ctl_close(ctl);
}

static void hidden_channel(const struct nlmsghdr *command)
{
	fake_begin(command, 0);
	fake_put_u64(VBUF_A_CHANNEL_ID, 5);
	fake_put(VBUF_A_CHANNEL_HIDDEN, NULL, 0);
	fake_end();
	fake_refuse(command, 0, NULL, 1);
}

static void untold_is_zero(void)
{
	struct vbuf_ctl *ctl = open_with(hidden_channel);
	struct vbuf_ctl_channel *channel, bare;

	memset(&bare, 0, sizeof(bare));
	bare.id = 5;
	bare.hidden = true;
	if (EXPECT(!vbuf_ctl_get_channel(ctl, 5, &channel))) {
		EXPECT(!memcmp(channel, &bare, sizeof(bare)));
		vbuf_ctl_free_channels(channel);
	}
	vbuf_ctl_close(ctl);
}

static int refused_with, refused_capped;
static const char *refused_text;

static void refusing(const struct nlmsghdr *command)
{
	fake_refuse(command, refused_with, refused_text, refused_capped);
}

static void refused(struct vbuf_ctl *ctl, int error, const char *text)
{
	struct vbuf_ctl_endpoint *endpoints = (void *)&refused_with;
	struct vbuf_ctl_channel *channel = (void *)&refused_with;
	const char *told;

	refused_with = error;
	refused_text = text;
	errno = 0;
	EXPECT(vbuf_ctl_get_channel(ctl, 1, &channel) == -1 && errno == error);
	told = vbuf_ctl_error_text(ctl);
	EXPECT(text ? told && !strcmp(text, told) : !told);
	errno = 0;
	EXPECT(vbuf_ctl_find_channel(ctl, "jobs", &channel) == -1 &&
	       errno == error);
	EXPECT(vbuf_ctl_list_channels(ctl, &channel) == -1 && errno == error);
	EXPECT(channel == (void *)&refused_with);
	errno = 0;
	EXPECT(vbuf_ctl_list_endpoints(ctl, 1, 1, &endpoints) == -1 &&
	       errno == error);
	EXPECT(endpoints == (void *)&refused_with);
	told = vbuf_ctl_error_text(ctl);
	EXPECT(text ? told && !strcmp(text, told) : !told);
}

/* Of these, libnl would make a few of its own. */
static void every_errno(void)
{
	struct vbuf_ctl *ctl = open_with(refusing);

	for (refused_capped = 0; refused_capped < 2; refused_capped++) {
		for (int error = 1; error < 134; error++) {
			refused(ctl, error, "why not");
			refused(ctl, error, NULL);
		}
	}
	vbuf_ctl_close(ctl);
}

static void texts_are_of_the_last_call(void)
{
	struct vbuf_ctl *ctl = open_with(refusing);
	struct vbuf_ctl_channel *channel;
	char long_text[1000];

	memset(long_text, 't', sizeof(long_text));
	long_text[999] = '\0';
	refused_with = EINVAL;
	refused_text = long_text;
	EXPECT(vbuf_ctl_get_channel(ctl, 1, &channel) == -1);
	long_text[255] = '\0';
	EXPECT(!strcmp(vbuf_ctl_error_text(ctl), long_text));
	EXPECT(vbuf_ctl_find_channel(ctl, NULL, &channel) == -1);
	EXPECT(!vbuf_ctl_error_text(ctl));
	vbuf_ctl_close(ctl);
}

static uint32_t claimed_length;

static void lying(const struct nlmsghdr *command)
{
	fake_refuse(command, EINVAL, "why not", 0);
	fake_lie(claimed_length);
}

/* The text is not where it should be then; what is found is within the message. */
static void lengths_that_lie(void)
{
	static const uint32_t lengths[] = {
		0, 1, 15, 16, 17, 31, 47, 48, 49, 100, 4096, 0x7fffffff,
		0xffffffec, 0xfffffff0, 0xfffffffc, 0xffffffff,
	};
	struct vbuf_ctl *ctl = open_with(lying);
	struct vbuf_ctl_channel *channel;
	const char *text;

	for (unsigned int i = 0; i < sizeof(lengths) / sizeof(lengths[0]);
	     i++) {
		claimed_length = lengths[i];
		errno = 0;
		EXPECT(vbuf_ctl_get_channel(ctl, 1, &channel) == -1 &&
		       errno == EINVAL);
		text = vbuf_ctl_error_text(ctl);
		EXPECT(!text || strlen(text) < 100);
	}
	vbuf_ctl_close(ctl);
}

static void narrow_id(const struct nlmsghdr *command)
{
	fake_begin(command, 0);
	fake_put_u32(VBUF_A_CHANNEL_ID, 1);
	fake_end();
	fake_refuse(command, 0, NULL, 1);
}

static void no_answer(const struct nlmsghdr *command)
{
	fake_refuse(command, 0, NULL, 1);
}

static void answers_without_sense(void)
{
	struct vbuf_ctl *ctl = open_with(narrow_id);
	struct vbuf_ctl_channel *channel;

	errno = 0;
	EXPECT(vbuf_ctl_get_channel(ctl, 1, &channel) == -1 && errno == EPROTO);
	vbuf_ctl_close(ctl);

	ctl = open_with(no_answer);
	errno = 0;
	EXPECT(vbuf_ctl_get_channel(ctl, 1, &channel) == -1 && errno == EPROTO);
	vbuf_ctl_close(ctl);
}

static void put_id(const struct nlmsghdr *command, uint64_t id, int flags)
{
	fake_begin(command, NLM_F_MULTI | flags);
	fake_put_u64(VBUF_A_CHANNEL_ID, id);
	fake_end();
}

/* 300 of them, in three packets. */
static void many(const struct nlmsghdr *command)
{
	EXPECT((command->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	EXPECT(command->nlmsg_len == NLMSG_HDRLEN + GENL_HDRLEN);
	for (uint64_t id = 1; id <= 300; id++) {
		if (id % 100 == 1)
			fake_packet_begin();
		put_id(command, id, 0);
		if (id % 100 == 0)
			fake_packet_end();
	}
	fake_done(command, 0, NULL);
}

static int count(const struct vbuf_ctl_channel *channels, uint64_t first)
{
	int number = 0;

	for (; channels; channels = channels->next)
		EXPECT(channels->id == first + number++);
	return number;
}

static void list_is_whole(struct vbuf_ctl *ctl, uint64_t first, int number)
{
	struct vbuf_ctl_channel *channels = (void *)&refused_with;

	if (EXPECT(!vbuf_ctl_list_channels(ctl, &channels))) {
		EXPECT(count(channels, first) == number);
		vbuf_ctl_free_channels(channels);
	}
}

static void lists(void)
{
	struct vbuf_ctl *ctl = open_with(many);

	list_is_whole(ctl, 1, 300);
	vbuf_ctl_close(ctl);
}

static void none(const struct nlmsghdr *command)
{
	fake_done(command, 0, NULL);
}

static void no_channels(void)
{
	struct vbuf_ctl *ctl = open_with(none);
	struct vbuf_ctl_channel *channels = (void *)&refused_with;

	EXPECT(!vbuf_ctl_list_channels(ctl, &channels) && !channels);
	vbuf_ctl_free_channels(NULL);
	vbuf_ctl_close(ctl);
}

/* Marked the first so many times, and each time of other ids. */
static int changes;

static void changing(const struct nlmsghdr *command)
{
	bool marked = fake_commands <= changes;

	put_id(command, 10 * fake_commands, 0);
	put_id(command, 10 * fake_commands + 1, marked ? NLM_F_DUMP_INTR : 0);
	put_id(command, 10 * fake_commands + 2, 0);
	fake_done(command, 0, NULL);
}

static void asks_again(void)
{
	struct vbuf_ctl *ctl;

	for (changes = 0; changes < 8; changes++) {
		ctl = open_with(changing);
		list_is_whole(ctl, 10 * (changes + 1), 3);
		EXPECT(fake_commands == changes + 1);
		vbuf_ctl_close(ctl);
	}
	changes = 100;
	ctl = open_with(changing);
	list_is_whole(ctl, 80, 3);
	EXPECT(fake_commands == 8);
	vbuf_ctl_close(ctl);
}

static void ends_badly(const struct nlmsghdr *command)
{
	put_id(command, 1, 0);
	fake_done(command, ENOBUFS, fake_commands > 1 ? "no room" : NULL);
}

static void a_dump_that_fails_at_its_end(void)
{
	struct vbuf_ctl *ctl = open_with(ends_badly);
	struct vbuf_ctl_channel *channels = (void *)&refused_with;

	errno = 0;
	EXPECT(vbuf_ctl_list_channels(ctl, &channels) == -1 &&
	       errno == ENOBUFS);
	EXPECT(!vbuf_ctl_error_text(ctl));
	EXPECT(vbuf_ctl_list_channels(ctl, &channels) == -1 &&
	       errno == ENOBUFS);
	EXPECT(!strcmp(vbuf_ctl_error_text(ctl), "no room"));
	EXPECT(channels == (void *)&refused_with);
	vbuf_ctl_close(ctl);
}

static void signals(void)
{
	struct vbuf_ctl *ctl = open_with(many);

	fake_interruptions = 5;
	list_is_whole(ctl, 1, 300);
	EXPECT(!fake_interruptions);
	vbuf_ctl_close(ctl);
}

/* The next command finds none of what this one left. */
static void leftovers(void)
{
	struct vbuf_ctl *ctl = open_with(many);
	struct vbuf_ctl_channel *channels;

	fake_recvmsg_fails(1, ENOMEM);
	errno = 0;
	EXPECT(vbuf_ctl_list_channels(ctl, &channels) == -1 && errno == ENOMEM);
	list_is_whole(ctl, 1, 300);
	vbuf_ctl_close(ctl);
}

static void strangers(const struct nlmsghdr *command)
{
	struct nlmsghdr other = *command;

	other.nlmsg_seq--;
	put_id(&other, 100, 0);
	fake_done(&other, EPERM, NULL);
	put_id(command, 200, 0);
	fake_from_process(4711);
	fake_refuse(command, EPERM, NULL, 1);
	fake_from_process(4711);
	put_id(command, 1, 0);
	fake_done(command, 0, NULL);
}

static void what_others_sent(void)
{
	struct vbuf_ctl *ctl = open_with(strangers);

	list_is_whole(ctl, 1, 1);
	vbuf_ctl_close(ctl);
}

static void module_comes_and_goes(void)
{
	struct vbuf_ctl *ctl = open_with(many);
	struct vbuf_ctl_channel *channels;

	fake_netlink_family(31);
	list_is_whole(ctl, 1, 300);
	EXPECT(fake_family_asked == 2);
	list_is_whole(ctl, 1, 300);
	EXPECT(fake_family_asked == 2);
	fake_netlink_reset(NULL);
	errno = 0;
	EXPECT(vbuf_ctl_list_channels(ctl, &channels) == -1 && errno == ENODEV);
	EXPECT(!vbuf_ctl_error_text(ctl));
	fake_netlink_reset(many);
	list_is_whole(ctl, 1, 300);
	vbuf_ctl_close(ctl);
}

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
	fake_end();
}

static bool by_channel, by_pid;

static void two_endpoints(const struct nlmsghdr *command)
{
	EXPECT(command_of(command) == VBUF_CMD_ENDPOINT_GET);
	EXPECT((command->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	EXPECT(by_channel == !!fake_attr(command, VBUF_A_ENDPOINT_CHANNEL));
	EXPECT(by_pid == !!fake_attr(command, VBUF_A_ENDPOINT_PID));
	if (by_channel)
		EXPECT(u64_of(fake_attr(command, VBUF_A_ENDPOINT_CHANNEL)) ==
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
	struct vbuf_ctl *ctl = open_with(two_endpoints);

	endpoints_by(ctl, 0, 0);
	endpoints_by(ctl, 0x200000000, 0);
	endpoints_by(ctl, 0, 9);
	endpoints_by(ctl, 0x200000000, 9);
	EXPECT(fake_commands == 4);
	vbuf_ctl_free_endpoints(NULL);
	vbuf_ctl_close(ctl);
}

static uint32_t u32_of(const struct nlattr *attr)
{
	uint32_t value = 0;

	if (EXPECT(attr && attr->nla_len == NLA_HDRLEN + sizeof(value)))
		memcpy(&value, (const char *)attr + NLA_HDRLEN, sizeof(value));
	return value;
}

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
	EXPECT(command_of(command) == VBUF_CMD_LIMIT_GET);
	EXPECT((command->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP);
	EXPECT(!fake_attr(command, VBUF_A_LIMIT_VALUE));
	put_limit(command, 0,
		  u32_of(fake_attr(command, VBUF_A_LIMIT_SCOPE)),
		  u32_of(fake_attr(command, VBUF_A_LIMIT_RESOURCE)));
	fake_refuse(command, 0, NULL, 1);
}

static void limit(void)
{
	struct vbuf_ctl *ctl = open_with(one_limit);
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

	ctl = open_with(no_answer);
	limit = (void *)&refused_with;
	errno = 0;
	EXPECT(vbuf_ctl_get_limit(ctl, 0, 0, &limit) == -1 && errno == EPROTO);
	EXPECT(limit == (void *)&refused_with);
	vbuf_ctl_close(ctl);
}

static void all_limits(const struct nlmsghdr *command)
{
	EXPECT(command_of(command) == VBUF_CMD_LIMIT_GET);
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
	struct vbuf_ctl *ctl = open_with(all_limits);
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
	EXPECT(command_of(command) == VBUF_CMD_LIMIT_SET);
	EXPECT(command->nlmsg_flags & NLM_F_ACK);
	EXPECT(u32_of(fake_attr(command, VBUF_A_LIMIT_SCOPE)) ==
	       VBUF_SCOPE_USER);
	EXPECT(u32_of(fake_attr(command, VBUF_A_LIMIT_RESOURCE)) ==
	       VBUF_RESOURCE_BYTES);
	EXPECT(u64_of(fake_attr(command, VBUF_A_LIMIT_VALUE)) == 0x800000000);
	/* An answer that nobody asked for is passed over. */
	if (fake_commands == 2)
		put_limit(command, 0, VBUF_SCOPE_USER, VBUF_RESOURCE_BYTES);
	fake_refuse(command, 0, NULL, 1);
}

static void sets_a_limit(void)
{
	struct vbuf_ctl *ctl = open_with(setting);

	for (int i = 0; i < 2; i++)
		EXPECT(!vbuf_ctl_set_limit(ctl, VBUF_SCOPE_USER,
					   VBUF_RESOURCE_BYTES, 0x800000000));
	EXPECT(fake_commands == 2);
	vbuf_ctl_close(ctl);
}

static void refused_limits(void)
{
	struct vbuf_ctl *ctl = open_with(refusing);
	struct vbuf_ctl_limit *limits = (void *)&refused_with;

	refused_text = "why not";
	for (refused_with = 1; refused_with < 134; refused_with++) {
		errno = 0;
		EXPECT(vbuf_ctl_get_limit(ctl, 0, 0, &limits) == -1 &&
		       errno == refused_with);
		errno = 0;
		EXPECT(vbuf_ctl_list_limits(ctl, &limits) == -1 &&
		       errno == refused_with);
		errno = 0;
		EXPECT(vbuf_ctl_set_limit(ctl, 0, 0, 0) == -1 &&
		       errno == refused_with);
		EXPECT(!strcmp(vbuf_ctl_error_text(ctl), refused_text));
		EXPECT(limits == (void *)&refused_with);
	}
	vbuf_ctl_close(ctl);
}

static void *ask_cancelled(void *data)
{
	struct vbuf_ctl *ctl = data;
	struct vbuf_ctl_channel *channels;

	pthread_cancel(pthread_self());
	if (vbuf_ctl_list_channels(ctl, &channels))
		return NULL;
	vbuf_ctl_free_channels(channels);
	vbuf_ctl_close(ctl);
	ctl = vbuf_ctl_open();
	vbuf_ctl_close(ctl);
	return ctl;
}

static void not_cancelled(void)
{
	pthread_t thread;
	void *ret;

	if (!EXPECT(!pthread_create(&thread, NULL, ask_cancelled,
				    open_with(many))))
		return;
	EXPECT(!pthread_join(thread, &ret));
	EXPECT(ret && ret != PTHREAD_CANCELED);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a handle is one descriptor, close-on-exec", opens_and_closes },
		{ "without the family it is ENODEV", no_family },
		{ "a channel by id, with all that is told", channel_by_id },
		{ "a channel by name; none and long ones are EINVAL",
		  channel_by_name },
		{ "what is not told is 0", untold_is_zero },
		{ "every errno comes through, and its text", every_errno },
		{ "a text is the last call's, and cut at 255",
		  texts_are_of_the_last_call },
		{ "a refusal whose length lies is read to its end at most",
		  lengths_that_lie },
		{ "an answer without sense is EPROTO", answers_without_sense },
		{ "channels in several packets are one list", lists },
		{ "no channels are an empty list", no_channels },
		{ "a list that changed is asked for again, eight times at most",
		  asks_again },
		{ "a dump that fails at its end fails",
		  a_dump_that_fails_at_its_end },
		{ "a signal ends no call", signals },
		{ "what a failed call left is not the next one's", leftovers },
		{ "what others sent is passed over", what_others_sent },
		{ "a module that was loaded again is found",
		  module_comes_and_goes },
		{ "endpoints, of a channel, of a process, of all", endpoints },
		{ "a limit, and what it does not tell", limit },
		{ "all limits are one list", limits },
		{ "setting a limit needs no answer but that it is done",
		  sets_a_limit },
		{ "what is refused of limits, every errno", refused_limits },
		{ "no call is a cancellation point", not_cancelled },
	};

	return TAP_RUN(cases);
}
