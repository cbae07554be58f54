// SPDX-License-Identifier: GPL-2.0
/* What a monitor of libvbuf-ctl tells of what the kernel sends unasked. */
#include <errno.h>
#include <linux/genetlink.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vbuf-ctl.h>

#include "ctl.h"
#include "fake_netlink.h"
#include "tap.h"

/* Must not be touched. */
static const struct vbuf_ctl_event *const poison = (const void *)&poison;

static void subscribing(const struct nlmsghdr *command)
{
	EXPECT(fake_command(command) == VBUF_CMD_EVENT_SUBSCRIBE);
	EXPECT(command->nlmsg_flags & NLM_F_ACK);
	EXPECT((command->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP);
	EXPECT(command->nlmsg_len == NLMSG_HDRLEN + GENL_HDRLEN);
	fake_refuse(command, 0, NULL, 1);
}

static struct vbuf_ctl_monitor *open_monitor(void)
{
	struct vbuf_ctl_monitor *monitor;

	fake_netlink_reset(subscribing);
	monitor = vbuf_ctl_open_monitor();
	EXPECT(monitor);
	if (!monitor)
		exit(1);
	EXPECT(fake_commands == 1 && !fake_waiting());
	return monitor;
}

static void put_event(uint32_t kind, uint64_t channel)
{
	fake_begin_unasked(VBUF_CMD_EVENT);
	fake_put_u32(VBUF_A_EVENT_KIND, kind);
	fake_put_u64(VBUF_A_EVENT_CHANNEL, channel);
	fake_end();
}

static bool comes(struct vbuf_ctl_monitor *monitor, uint32_t kind,
		  uint64_t channel)
{
	const struct vbuf_ctl_event *event = poison;

	return vbuf_ctl_next_event(monitor, &event) == 1 &&
	       event->kind == kind && event->channel == channel;
}

static bool nothing_comes(struct vbuf_ctl_monitor *monitor)
{
	const struct vbuf_ctl_event *event = poison;

	return !vbuf_ctl_next_event(monitor, &event) && event == poison;
}

static bool fails(struct vbuf_ctl_monitor *monitor, int error)
{
	const struct vbuf_ctl_event *event = poison;

	errno = 0;
	return vbuf_ctl_next_event(monitor, &event) == -1 && errno == error &&
	       event == poison;
}

static void opens_and_closes(void)
{
	int before = ctl_descriptors();
	int next = dup(0);
	struct vbuf_ctl_monitor *monitor;
	struct pollfd look;

	close(next);
	monitor = open_monitor();
	EXPECT(ctl_descriptors() == before + 1);
	EXPECT(vbuf_ctl_monitor_fd(monitor) == next);
	EXPECT(fcntl(next, F_GETFD) == FD_CLOEXEC);
	look = (struct pollfd){ .fd = next, .events = POLLIN };
	EXPECT(!poll(&look, 1, 0));
	errno = 7;
	vbuf_ctl_close_monitor(monitor);
	vbuf_ctl_close_monitor(NULL);
	EXPECT(errno == 7);
	EXPECT(ctl_descriptors() == before);
}

static void has_room(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();
	int forced = fake_forced_room;

	EXPECT(forced >= 1 << 20 && !fake_room);
	vbuf_ctl_close_monitor(monitor);
	fake_netlink_reset(subscribing);
	fake_force_fails = EPERM;
	monitor = vbuf_ctl_open_monitor();
	EXPECT(monitor && fake_room == forced && !fake_forced_room);
	vbuf_ctl_close_monitor(monitor);
}

static void cannot_be_opened(void)
{
	int before = ctl_descriptors();

	fake_netlink_reset(NULL);
	errno = 0;
	EXPECT(!vbuf_ctl_open_monitor() && errno == ENODEV);
	for (int error = 1; error < 134; error++) {
		/* That would be about the family. */
		if (error == ENOENT)
			continue;
		fake_netlink_reset(ctl_refusing);
		ctl_refused_with = error;
		errno = 0;
		EXPECT(!vbuf_ctl_open_monitor() && errno == ctl_told_as(error));
	}
	EXPECT(ctl_descriptors() == before);
}

/* What put_all() puts as an attribute of 64 bits. */
#define WIDE(type) (0x100000000 + (type))

static void put_all(void)
{
	static const int wide[] = {
		VBUF_A_EVENT_TIME, VBUF_A_EVENT_CHANNEL, VBUF_A_EVENT_ENDPOINT,
		VBUF_A_EVENT_COUNT, VBUF_A_EVENT_SINCE, VBUF_A_EVENT_VALUE,
	};
	static const int narrow[] = {
		VBUF_A_EVENT_KIND, VBUF_A_EVENT_RIGHTS, VBUF_A_EVENT_UID,
		VBUF_A_EVENT_SCOPE, VBUF_A_EVENT_RESOURCE,
	};

	fake_begin_unasked(VBUF_CMD_EVENT);
	for (unsigned int i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		fake_put_u64(wide[i], WIDE(wide[i]));
	for (unsigned int i = 0; i < sizeof(narrow) / sizeof(narrow[0]); i++)
		fake_put_u32(narrow[i], narrow[i]);
	fake_put_string(VBUF_A_EVENT_NAME, "jobs");
	/* What a newer kernel may add is passed over. */
	fake_put_u32(1000, 1);
	fake_end();
}

static void every_field(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();
	const struct vbuf_ctl_event *event;

	put_all();
	if (EXPECT(vbuf_ctl_next_event(monitor, &event) == 1)) {
		EXPECT(event->kind == VBUF_A_EVENT_KIND);
		EXPECT(event->uid == VBUF_A_EVENT_UID);
		EXPECT(event->time_ns == WIDE(VBUF_A_EVENT_TIME));
		EXPECT(event->channel == WIDE(VBUF_A_EVENT_CHANNEL));
		EXPECT(!strcmp(event->name, "jobs"));
		EXPECT(event->endpoint == WIDE(VBUF_A_EVENT_ENDPOINT));
		EXPECT(event->rights == VBUF_A_EVENT_RIGHTS);
		EXPECT(event->scope == VBUF_A_EVENT_SCOPE);
		EXPECT(event->resource == VBUF_A_EVENT_RESOURCE);
		EXPECT(event->count == WIDE(VBUF_A_EVENT_COUNT));
		EXPECT(event->since_ns == WIDE(VBUF_A_EVENT_SINCE));
		EXPECT(event->value == WIDE(VBUF_A_EVENT_VALUE));
	}
	vbuf_ctl_close_monitor(monitor);
}

/* Also after one that had more. */
static void untold_is_zero(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();
	const struct vbuf_ctl_event *event;
	struct vbuf_ctl_event bare;

	memset(&bare, 0, sizeof(bare));
	bare.kind = VBUF_EVENT_WENT;
	bare.channel = 5;
	put_all();
	put_event(VBUF_EVENT_WENT, 5);
	EXPECT(vbuf_ctl_next_event(monitor, &event) == 1);
	EXPECT(vbuf_ctl_next_event(monitor, &event) == 1);
	EXPECT(event->kind == bare.kind && event->channel == 5);
	EXPECT(!event->uid && !event->time_ns && !event->endpoint);
	EXPECT(!event->rights && !event->scope && !event->resource);
	EXPECT(!event->count && !event->since_ns && !event->value);
	EXPECT(!memcmp(event->name, bare.name, sizeof(bare.name)));
	vbuf_ctl_close_monitor(monitor);
}

static void every_kind(void)
{
	static const uint32_t unknown[] = { VBUF_EVENT_MAX + 1, 1000, 1U << 31 };
	struct vbuf_ctl_monitor *monitor = open_monitor();

	for (uint32_t kind = 0; kind <= VBUF_EVENT_MAX; kind++)
		put_event(kind, kind);
	for (uint32_t kind = 0; kind <= VBUF_EVENT_MAX; kind++)
		EXPECT(comes(monitor, kind, kind));
	for (int i = 0; i < 3; i++) {
		put_event(unknown[i], 1);
		EXPECT(comes(monitor, unknown[i], 1));
	}
	EXPECT(nothing_comes(monitor));
	EXPECT(nothing_comes(monitor));
	vbuf_ctl_close_monitor(monitor);
}

static void several_in_a_packet(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();

	fake_packet_begin();
	for (int channel = 1; channel <= 20; channel++)
		put_event(VBUF_EVENT_CAME, channel);
	fake_packet_end();
	put_event(VBUF_EVENT_CAME, 21);
	for (int channel = 1; channel <= 21; channel++)
		EXPECT(comes(monitor, VBUF_EVENT_CAME, channel));
	EXPECT(nothing_comes(monitor));
	vbuf_ctl_close_monitor(monitor);
}

static void tells_of_loss(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();

	put_event(VBUF_EVENT_CREATED, 1);
	fake_error(ENOBUFS);
	put_event(VBUF_EVENT_CREATED, 2);
	fake_error(ENOBUFS);
	put_event(VBUF_EVENT_CREATED, 3);
	EXPECT(comes(monitor, VBUF_EVENT_CREATED, 1));
	EXPECT(fails(monitor, ENOBUFS));
	EXPECT(!fake_waiting());
	EXPECT(nothing_comes(monitor));
	put_event(VBUF_EVENT_CREATED, 4);
	EXPECT(comes(monitor, VBUF_EVENT_CREATED, 4));
	vbuf_ctl_close_monitor(monitor);
}

static void tells_of_unloading(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();

	/* The kernel tells it before what came until then. */
	fake_error(ENODEV);
	put_event(VBUF_EVENT_UNLINKED, 1);
	put_event(VBUF_EVENT_REMOVED, 1);
	EXPECT(comes(monitor, VBUF_EVENT_UNLINKED, 1));
	EXPECT(comes(monitor, VBUF_EVENT_REMOVED, 1));
	for (int i = 0; i < 3; i++)
		EXPECT(fails(monitor, ENODEV));
	vbuf_ctl_close_monitor(monitor);

	/* What is told after a loss. */
	monitor = open_monitor();
	fake_error(ENOBUFS);
	put_event(VBUF_EVENT_CREATED, 1);
	fake_error(ENODEV);
	put_event(VBUF_EVENT_CREATED, 2);
	EXPECT(fails(monitor, ENODEV));
	EXPECT(!fake_waiting());
	EXPECT(fails(monitor, ENODEV));
	vbuf_ctl_close_monitor(monitor);
}

static void other_errors(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();

	fake_error(ENOMEM);
	put_event(VBUF_EVENT_CREATED, 1);
	EXPECT(fails(monitor, ENOMEM));
	EXPECT(comes(monitor, VBUF_EVENT_CREATED, 1));
	vbuf_ctl_close_monitor(monitor);
}

static void leaves_over(const struct nlmsghdr *command)
{
	put_event(VBUF_EVENT_CREATED, 1);
	fake_refuse(command, 0, NULL, 1);
	fake_refuse(command, EPERM, "from before", 0);
}

static void what_is_no_event(void)
{
	struct vbuf_ctl_monitor *monitor;

	fake_netlink_reset(leaves_over);
	monitor = vbuf_ctl_open_monitor();
	fake_begin_unasked(VBUF_CMD_CHANNEL_GET);
	fake_put_u32(VBUF_A_EVENT_KIND, VBUF_EVENT_CREATED);
	fake_end();
	put_event(VBUF_EVENT_CREATED, 2);
	fake_from_process(4711);
	fake_netlink_family(31);
	put_event(VBUF_EVENT_CREATED, 3);
	fake_netlink_family(30);
	put_event(VBUF_EVENT_CREATED, 4);
	EXPECT(comes(monitor, VBUF_EVENT_CREATED, 4));
	EXPECT(nothing_comes(monitor));
	vbuf_ctl_close_monitor(monitor);
}

static void without_sense(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();

	/* An id too narrow, a kind too wide, no kind. */
	fake_begin_unasked(VBUF_CMD_EVENT);
	fake_put_u32(VBUF_A_EVENT_KIND, VBUF_EVENT_CREATED);
	fake_put_u32(VBUF_A_EVENT_CHANNEL, 1);
	fake_end();
	fake_begin_unasked(VBUF_CMD_EVENT);
	fake_put_u64(VBUF_A_EVENT_KIND, VBUF_EVENT_CREATED);
	fake_end();
	fake_begin_unasked(VBUF_CMD_EVENT);
	fake_put_u64(VBUF_A_EVENT_CHANNEL, 1);
	fake_end();
	/* Bytes in the end that are no attribute. */
	fake_packet_begin();
	fake_begin_unasked(VBUF_CMD_EVENT);
	fake_put_u32(VBUF_A_EVENT_KIND, VBUF_EVENT_CREATED);
	fake_put_u32(VBUF_A_EVENT_UID, 1);
	fake_shorten(4);
	fake_packet_end();
	for (int i = 0; i < 4; i++)
		EXPECT(fails(monitor, EPROTO));
	put_event(VBUF_EVENT_CREATED, 4);
	EXPECT(comes(monitor, VBUF_EVENT_CREATED, 4));
	EXPECT(nothing_comes(monitor));
	vbuf_ctl_close_monitor(monitor);
}

/* A whole event, to be spoiled. */
static size_t take_whole(char *bytes, size_t size)
{
	size_t length;

	put_all();
	length = fake_take(bytes, size);
	EXPECT(length > 100);
	return length;
}

static void cut_off(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();
	char bytes[1024];
	size_t whole = take_whole(bytes, sizeof(bytes));

	for (size_t length = 0; length < whole; length++) {
		fake_packet(bytes, length);
		EXPECT(fails(monitor, EPROTO));
		EXPECT(nothing_comes(monitor));
	}
	fake_packet(bytes, whole);
	EXPECT(comes(monitor, VBUF_A_EVENT_KIND, WIDE(VBUF_A_EVENT_CHANNEL)));
	vbuf_ctl_close_monitor(monitor);
}

/* The rest of it is lost; it may have been another event. */
static void too_long(void)
{
	static char bytes[16384];
	struct vbuf_ctl_monitor *monitor = open_monitor();

	take_whole(bytes, sizeof(bytes));
	fake_packet(bytes, sizeof(bytes));
	put_event(VBUF_EVENT_CREATED, 4);
	EXPECT(fails(monitor, EPROTO));
	EXPECT(comes(monitor, VBUF_EVENT_CREATED, 4));
	vbuf_ctl_close_monitor(monitor);
}

/* For the sanitizers: each ends as an event, as none, or as one without sense. */
static void bytes_at_random(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();
	const struct vbuf_ctl_event *event;
	char whole[1024], bytes[1024];
	size_t length = take_whole(whole, sizeof(whole));
	int ret, told = 0;

	srandom(1);
	for (int i = 0; i < 20000; i++) {
		memcpy(bytes, whole, length);
		for (long n = random() % 4; n >= 0; n--)
			bytes[random() % length] = random();
		fake_packet(bytes, length);
		ret = vbuf_ctl_next_event(monitor, &event);
		if (ret < 0 && errno != EPROTO)
			EXPECT(!errno);
		if (ret > 0)
			told += !event->name[VBUF_NAME_SIZE - 1];
		while (fake_waiting() || ret > 0)
			ret = vbuf_ctl_next_event(monitor, &event);
	}
	EXPECT(told > 1000);
	vbuf_ctl_close_monitor(monitor);
}

static void signals(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();

	put_event(VBUF_EVENT_CREATED, 1);
	fake_interruptions = 5;
	EXPECT(comes(monitor, VBUF_EVENT_CREATED, 1));
	EXPECT(!fake_interruptions);
	fake_interruptions = 5;
	EXPECT(nothing_comes(monitor));
	fake_interruptions = 0;
	vbuf_ctl_close_monitor(monitor);
}

static void *listen_cancelled(void *data)
{
	struct vbuf_ctl_monitor *monitor = data;

	pthread_cancel(pthread_self());
	EXPECT(comes(monitor, VBUF_EVENT_CREATED, 1));
	EXPECT(fails(monitor, ENOBUFS));
	vbuf_ctl_close_monitor(monitor);
	monitor = vbuf_ctl_open_monitor();
	vbuf_ctl_close_monitor(monitor);
	return monitor;
}

static void not_cancelled(void)
{
	struct vbuf_ctl_monitor *monitor = open_monitor();
	pthread_t thread;
	void *ret;

	put_event(VBUF_EVENT_CREATED, 1);
	fake_error(ENOBUFS);
	if (!EXPECT(!pthread_create(&thread, NULL, listen_cancelled, monitor)))
		return;
	EXPECT(!pthread_join(thread, &ret));
	EXPECT(ret && ret != PTHREAD_CANCELED);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a monitor is one descriptor, close-on-exec", opens_and_closes },
		{ "it has more room than other sockets", has_room },
		{ "one that is refused is not opened, every errno",
		  cannot_be_opened },
		{ "an event, with all that is told", every_field },
		{ "what is not told is 0", untold_is_zero },
		{ "kinds that are not known come as numbers, too", every_kind },
		{ "events that come in one packet", several_in_a_packet },
		{ "of a loss it is told once, and what came before is gone",
		  tells_of_loss },
		{ "once the module was unloaded it is ENODEV for good",
		  tells_of_unloading },
		{ "another error is told, and ends nothing", other_errors },
		{ "what is no event of the kernel's is passed over",
		  what_is_no_event },
		{ "an event without sense is EPROTO, and the next one comes",
		  without_sense },
		{ "so is a packet that is cut off, wherever", cut_off },
		{ "and one that is too long", too_long },
		{ "bytes at random do no harm", bytes_at_random },
		{ "a signal ends no call", signals },
		{ "no call is a cancellation point", not_cancelled },
	};

	return TAP_RUN(cases);
}
