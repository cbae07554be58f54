// SPDX-License-Identifier: GPL-2.0
/* Channels, one by one and as lists, as libvbuf-ctl tells of them. */
#include <errno.h>
#include <string.h>

#include <vbuf-ctl.h>

#include "ctl.h"
#include "fake_netlink.h"
#include "tap.h"

/* What put_channel() puts as an attribute of 64 bits. */
#define WIDE(type) (0x100000000 + (type))

/* Of that type, and of as many entries; it begins with the type, and ends with 1. */
static void put_histogram(int type, size_t entries)
{
	uint64_t histogram[2 * VBUF_HISTOGRAM_SIZE] = { type };

	histogram[entries - 1] = 1;
	fake_put(type, histogram, entries * sizeof(histogram[0]));
}

/* All attributes, with numbers that tell them apart. */
static void put_channel(const struct nlmsghdr *command)
{
	fake_begin(command, 0);
	for (int type = VBUF_A_CHANNEL_STATE;
	     type <= VBUF_A_CHANNEL_DROPPED_DELIVERIES; type++) {
		if (type == VBUF_A_CHANNEL_BYTES ||
		    type >= VBUF_A_CHANNEL_SENT)
			fake_put_u64(type, WIDE(type));
		else
			fake_put_u32(type, type);
	}
	for (int type = VBUF_A_CHANNEL_TIME_QUEUED;
	     type <= VBUF_A_CHANNEL_TIME_RECEIVING; type++)
		put_histogram(type, VBUF_HISTOGRAM_SIZE);
	fake_put_u64(VBUF_A_CHANNEL_ID, 0x1122334455667788);
	fake_put_string(VBUF_A_CHANNEL_NAME, "jobs");
	/* What a newer kernel may add is passed over. */
	fake_put_u32(1000, 1);
	fake_end();
	fake_refuse(command, 0, NULL, 1);
}

static void one_channel(const struct nlmsghdr *command)
{
	EXPECT(fake_command(command) == VBUF_CMD_CHANNEL_GET);
	EXPECT(command->nlmsg_flags & NLM_F_ACK);
	EXPECT((command->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP);
	EXPECT(fake_attr_u64(command, VBUF_A_CHANNEL_ID) == 5);
	EXPECT(!fake_attr(command, VBUF_A_CHANNEL_NAME));
	put_channel(command);
}

static void is_histogram(const uint64_t *histogram, uint64_t type)
{
	EXPECT(histogram[0] == type);
	for (int i = 1; i < VBUF_HISTOGRAM_SIZE - 1; i++)
		EXPECT(!histogram[i]);
	EXPECT(histogram[VBUF_HISTOGRAM_SIZE - 1] == 1);
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
	is_histogram(channel->time_queued, VBUF_A_CHANNEL_TIME_QUEUED);
	is_histogram(channel->time_waking, VBUF_A_CHANNEL_TIME_WAKING);
	is_histogram(channel->time_receiving, VBUF_A_CHANNEL_TIME_RECEIVING);
}

static void channel_by_id(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(one_channel);
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
	EXPECT(!strcmp(fake_attr_string(command, VBUF_A_CHANNEL_NAME),
		       "jobs"));
	EXPECT(!fake_attr(command, VBUF_A_CHANNEL_ID));
	put_channel(command);
}

static void channel_by_name(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(named_channel);
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
	struct vbuf_ctl *ctl = ctl_open_with(hidden_channel);
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

static void narrow_id(const struct nlmsghdr *command)
{
	fake_begin(command, 0);
	fake_put_u32(VBUF_A_CHANNEL_ID, 1);
	fake_end();
	fake_refuse(command, 0, NULL, 1);
}

static void long_histogram(const struct nlmsghdr *command)
{
	fake_begin(command, 0);
	put_histogram(VBUF_A_CHANNEL_TIME_WAKING, VBUF_HISTOGRAM_SIZE + 1);
	fake_end();
	fake_refuse(command, 0, NULL, 1);
}

static void makes_no_sense(fake_kernel *kernel)
{
	struct vbuf_ctl *ctl = ctl_open_with(kernel);
	struct vbuf_ctl_channel *channel;

	errno = 0;
	EXPECT(vbuf_ctl_get_channel(ctl, 1, &channel) == -1 && errno == EPROTO);
	vbuf_ctl_close(ctl);
}

static void answers_without_sense(void)
{
	makes_no_sense(narrow_id);
	makes_no_sense(long_histogram);
	makes_no_sense(ctl_no_answer);
}

static void lists(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(ctl_many);

	ctl_list_is_whole(ctl, 1, 300);
	vbuf_ctl_close(ctl);
}

static void none(const struct nlmsghdr *command)
{
	fake_done(command, 0, NULL);
}

static void no_channels(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(none);
	struct vbuf_ctl_channel *channels = (void *)&ctl_refused_with;

	EXPECT(!vbuf_ctl_list_channels(ctl, &channels) && !channels);
	vbuf_ctl_free_channels(NULL);
	vbuf_ctl_close(ctl);
}

/* Marked the first so many times, and each time of other ids. */
static int changes;

static void changing(const struct nlmsghdr *command)
{
	bool marked = fake_commands <= changes;

	ctl_put_id(command, 10 * fake_commands, 0);
	ctl_put_id(command, 10 * fake_commands + 1, marked ? NLM_F_DUMP_INTR : 0);
	ctl_put_id(command, 10 * fake_commands + 2, 0);
	fake_done(command, 0, NULL);
}

static void asks_again(void)
{
	struct vbuf_ctl *ctl;

	for (changes = 0; changes < 8; changes++) {
		ctl = ctl_open_with(changing);
		ctl_list_is_whole(ctl, 10 * (changes + 1), 3);
		EXPECT(fake_commands == changes + 1);
		vbuf_ctl_close(ctl);
	}
	changes = 100;
	ctl = ctl_open_with(changing);
	ctl_list_is_whole(ctl, 80, 3);
	EXPECT(fake_commands == 8);
	vbuf_ctl_close(ctl);
}

static void ends_badly(const struct nlmsghdr *command)
{
	ctl_put_id(command, 1, 0);
	fake_done(command, ENOBUFS, fake_commands > 1 ? "no room" : NULL);
}

static void a_dump_that_fails_at_its_end(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(ends_badly);
	struct vbuf_ctl_channel *channels = (void *)&ctl_refused_with;

	errno = 0;
	EXPECT(vbuf_ctl_list_channels(ctl, &channels) == -1 &&
	       errno == ENOBUFS);
	EXPECT(!vbuf_ctl_error_text(ctl));
	EXPECT(vbuf_ctl_list_channels(ctl, &channels) == -1 &&
	       errno == ENOBUFS);
	EXPECT(!strcmp(vbuf_ctl_error_text(ctl), "no room"));
	EXPECT(channels == (void *)&ctl_refused_with);
	vbuf_ctl_close(ctl);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a channel by id, with all that is told", channel_by_id },
		{ "a channel by name; none and long ones are EINVAL",
		  channel_by_name },
		{ "what is not told is 0", untold_is_zero },
		{ "an answer without sense is EPROTO", answers_without_sense },
		{ "channels in several packets are one list", lists },
		{ "no channels are an empty list", no_channels },
		{ "a list that changed is asked for again, eight times at most",
		  asks_again },
		{ "a dump that fails at its end fails",
		  a_dump_that_fails_at_its_end },
	};

	return TAP_RUN(cases);
}
