// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps: they tell of all that there is, once, in order, in as many messages as it
 * takes; what changes meanwhile is marked; and a dump that nobody reads, or ends,
 * is in nobody's way. The module's file is $VBUF_MODULE.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "storm.h"

#include <sys/resource.h>

/*
 * More than go into what is dumped before the second datagram is read. That is two
 * datagrams: on a slow machine, those and a part of a third must do.
 */
#define CHANNELS	800U
#define FEW_CHANNELS	300U
#define ENDPOINTS	700U
#define FEW_ENDPOINTS	500U
#define MORE		300U
#define FEW		3U
#define ROUNDS		20U

struct seen {
	unsigned int count;
	__u64 *ids;
	unsigned int room;
	__u64 last;
	__u64 last_channel;
};

static void see(struct seen *seen, __u64 id)
{
	if (seen->count < seen->room)
		seen->ids[seen->count] = id;
	seen->count++;
}

static void see_channel(const struct nlmsghdr *message, void *ctx)
{
	struct seen *seen = ctx;
	struct vt_channel info;

	nl_channel(message, &info);
	if (info.id <= seen->last || !vt_balanced(&info))
		vt_die("channel %llu after %llu", info.id, seen->last);
	seen->last = info.id;
	see(seen, info.id);
}

static void see_endpoint(const struct nlmsghdr *message, void *ctx)
{
	struct seen *seen = ctx;
	struct vt_endpoint info;

	nl_endpoint(message, &info);
	if (info.channel < seen->last_channel ||
	    (info.channel == seen->last_channel && info.id <= seen->last))
		vt_die("endpoint %llu after %llu", info.id, seen->last);
	seen->last_channel = info.channel;
	seen->last = info.id;
	see(seen, info.id);
}

static void begin_dump(struct nl *nl, __u8 command)
{
	struct nl_request request;

	nl_begin(&request, command, NLM_F_DUMP);
	if (nl_send(nl, &request))
		vt_die("send a request");
}

static void take_first(struct nl *nl, nl_fn fn, struct seen *seen)
{
	struct nl_answer answer = { .over = false };

	if (nl_receive(nl, &answer, fn, seen) || answer.over ||
	    !answer.messages || answer.interrupted)
		vt_die("the first datagram");
}

/*
 * Channels in a network namespace of their own; or endpoints, on one channel, or on
 * one each.
 */
FIXTURE(dump) {
	unsigned int count;
	int *fds;
	__u64 *ids;
	struct seen seen;
	struct nl nl;
	nl_fn see;
};

FIXTURE_VARIANT(dump) {
	__u8 command;
	bool one_channel;
	unsigned int count, few;
	unsigned int few_more;		/* about a datagram's */
};

FIXTURE_VARIANT_ADD(dump, channels) {
	VBUF_CMD_CHANNEL_GET, false, CHANNELS, FEW_CHANNELS, 120 };
FIXTURE_VARIANT_ADD(dump, endpoints) {
	VBUF_CMD_ENDPOINT_GET, true, ENDPOINTS, FEW_ENDPOINTS, 240 };
FIXTURE_VARIANT_ADD(dump, all_endpoints) {
	VBUF_CMD_ENDPOINT_GET, false, ENDPOINTS, FEW_ENDPOINTS, 240 };

static int make_one(FIXTURE_DATA(dump) *self, bool one_channel, unsigned int i)
{
	int fd = i && one_channel ? vt_reopen(self->fds[0], VT_SEND) :
				    vt_create(NULL, vt_attr(1, 8), VT_BOTH);

	if (fd < 0)
		vt_die("number %u: %d", i, fd);
	return fd;
}

/* Of endpoints, which do not know theirs, as they are told. */
static void learn_ids(FIXTURE_DATA(dump) *self, __u8 command)
{
	struct seen seen = { .ids = self->ids, .room = self->count };
	unsigned int i;

	if (command == VBUF_CMD_ENDPOINT_GET) {
		begin_dump(&self->nl, command);
		nl_rest(&self->nl, see_endpoint, &seen);
	}
	for (i = 0; command == VBUF_CMD_CHANNEL_GET && i < self->count; i++)
		self->ids[i] = vt_getattr(self->fds[i]).id;
}

FIXTURE_SETUP(dump)
{
	struct rlimit files = { 2 * CHANNELS, 2 * CHANNELS };
	unsigned int i;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	self->count = storm_few(variant->count, variant->few);
	self->fds = calloc(self->count, sizeof(*self->fds));
	self->ids = calloc(self->count, sizeof(*self->ids));
	self->seen.room = 2 * self->count;
	self->seen.ids = calloc(self->seen.room, sizeof(*self->seen.ids));
	for (i = 0; i < self->count; i++)
		self->fds[i] = make_one(self, variant->one_channel, i);
	self->nl = nl_open();
	self->see = variant->command == VBUF_CMD_CHANNEL_GET ? see_channel :
							       see_endpoint;
	learn_ids(self, variant->command);
}

FIXTURE_TEARDOWN(dump)
{
	unsigned int i;

	for (i = 0; i < self->count; i++)
		close(self->fds[i]);
	EXPECT_EQ(0, vt_channels(NULL, 0));
	nl_close(&self->nl);
}

TEST_F_TIMEOUT(dump, tells_all_of_them_once_in_order, 60)
{
	__u64 begin = vt_now();
	struct nl_answer answer;

	begin_dump(&self->nl, variant->command);
	answer = nl_rest(&self->nl, self->see, &self->seen);
	TH_LOG("%u in %u datagrams and %llu us", answer.messages,
	       answer.datagrams, (vt_now() - begin) / 1000);
	EXPECT_EQ(0, answer.error);
	EXPECT_FALSE(answer.interrupted);
	EXPECT_LT(storm_few(3, 2), answer.datagrams);
	ASSERT_EQ(self->count, self->seen.count);
	EXPECT_EQ(0, memcmp(self->ids, self->seen.ids,
			    self->count * sizeof(*self->ids)));
}

/* A reader with little room is served, too. */
TEST_F_TIMEOUT(dump, goes_on_however_slowly_it_is_read, 60)
{
	struct nl_answer answer = { .over = false };

	begin_dump(&self->nl, variant->command);
	while (!answer.over) {
		usleep(1000);
		ASSERT_EQ(0, nl_receive(&self->nl, &answer, self->see,
					&self->seen));
	}
	EXPECT_EQ(self->count, self->seen.count);
	EXPECT_FALSE(answer.interrupted);
}

TEST_F_TIMEOUT(dump, is_marked_when_one_comes_amid, 60)
{
	struct nl_answer answer;
	int fd;

	begin_dump(&self->nl, variant->command);
	take_first(&self->nl, self->see, &self->seen);
	fd = make_one(self, variant->one_channel, 1);
	answer = nl_rest(&self->nl, self->see, &self->seen);
	EXPECT_EQ(0, answer.error);
	EXPECT_TRUE(answer.interrupted);
	/* What is new is marked, and not told: that could go on for ever. */
	EXPECT_EQ(self->count, self->seen.count);
	close(fd);
}

/* As many as the next datagram can tell, of those that came last. */
static void make_more(FIXTURE_DATA(dump) *self, bool one_channel, int *more,
		      unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (more[i] >= 0)
			close(more[i]);
		more[i] = make_one(self, one_channel, i + 1);
	}
}

TEST_F_TIMEOUT(dump, ends_however_many_come_amid, 60)
{
	unsigned int count = storm_few(MORE, variant->few_more), i;
	struct nl_answer answer = { .over = false };
	int more[MORE];

	memset(more, -1, sizeof(more));
	begin_dump(&self->nl, variant->command);
	while (!answer.over && self->seen.count <= self->count) {
		ASSERT_EQ(0, nl_receive(&self->nl, &answer, self->see,
					&self->seen));
		make_more(self, variant->one_channel, more, count);
	}
	EXPECT_TRUE(answer.over);
	EXPECT_EQ(0, answer.error);
	EXPECT_TRUE(answer.interrupted);
	ASSERT_EQ(self->count, self->seen.count);
	EXPECT_EQ(0, memcmp(self->ids, self->seen.ids,
			    self->count * sizeof(*self->ids)));
	for (i = 0; i < count; i++)
		close(more[i]);
}

/* The last one is not told any more, nor is any other left out. */
TEST_F_TIMEOUT(dump, is_marked_when_one_goes_amid, 60)
{
	struct nl_answer answer;

	begin_dump(&self->nl, variant->command);
	take_first(&self->nl, self->see, &self->seen);
	close(self->fds[--self->count]);
	answer = nl_rest(&self->nl, self->see, &self->seen);
	EXPECT_EQ(0, answer.error);
	EXPECT_TRUE(answer.interrupted);
	ASSERT_EQ(self->count, self->seen.count);
	EXPECT_EQ(0, memcmp(self->ids, self->seen.ids,
			    self->count * sizeof(*self->ids)));
}

/* One that was told already. */
TEST_F_TIMEOUT(dump, is_marked_when_one_goes_that_was_told, 60)
{
	struct nl_answer answer;

	begin_dump(&self->nl, variant->command);
	take_first(&self->nl, self->see, &self->seen);
	close(self->fds[1]);
	answer = nl_rest(&self->nl, self->see, &self->seen);
	EXPECT_TRUE(answer.interrupted);
	EXPECT_EQ(self->count, self->seen.count);
	self->fds[1] = make_one(self, variant->one_channel, 1);
	/* The next one is whole. */
	self->seen = (struct seen) { .room = 0 };
	begin_dump(&self->nl, variant->command);
	answer = nl_rest(&self->nl, self->see, &self->seen);
	EXPECT_FALSE(answer.interrupted);
	EXPECT_EQ(self->count, self->seen.count);
}

/* Messages and counts are not what is dumped. */
TEST_F_TIMEOUT(dump, is_not_marked_for_what_is_sent_amid, 60)
{
	struct nl_answer answer;

	begin_dump(&self->nl, variant->command);
	take_first(&self->nl, self->see, &self->seen);
	ASSERT_EQ(0, vt_put(self->fds[0], 'x'));
	answer = nl_rest(&self->nl, self->see, &self->seen);
	EXPECT_FALSE(answer.interrupted);
	EXPECT_EQ(self->count, self->seen.count);
	EXPECT_EQ('x', vt_take(self->fds[0]));
}

TEST_F_TIMEOUT(dump, is_ended_by_who_closes_amid, 60)
{
	struct nl nl;
	unsigned int i;

	for (i = 0; i < storm_scale(100); i++) {
		nl = nl_open();
		begin_dump(&nl, variant->command);
		if (i % 2)
			take_first(&nl, self->see, &self->seen);
		self->seen.last = 0;
		self->seen.last_channel = 0;
		nl_close(&nl);
	}
	begin_dump(&self->nl, variant->command);
	self->seen.count = 0;
	EXPECT_EQ(0, nl_rest(&self->nl, self->see, &self->seen).error);
	EXPECT_EQ(self->count, self->seen.count);
}

/* All of them go while dumps of them have come half way, and then are read on. */
TEST_F_TIMEOUT(dump, ends_where_nothing_is_left, 60)
{
	struct nl_answer answer;
	unsigned int i;

	begin_dump(&self->nl, variant->command);
	take_first(&self->nl, self->see, &self->seen);
	for (i = 0; i < self->count; i++)
		close(self->fds[i]);
	self->count = 0;
	answer = nl_rest(&self->nl, self->see, &self->seen);
	EXPECT_EQ(0, answer.error);
	EXPECT_TRUE(answer.interrupted);
}

/* Of several channels, each with as many endpoints as do not go into one message. */
TEST(all_endpoints_are_told_channel_by_channel)
{
	struct seen seen = { .room = 0 };
	int fds[FEW][100], more[FEW];
	struct nl_answer answer;
	unsigned int i, k;
	struct nl nl;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	for (i = 0; i < FEW; i++)
		fds[i][0] = vt_create(NULL, vt_attr(1, 8), VT_BOTH);
	/* By turns: their ids and their channels' are in another order. */
	for (k = 1; k < 100; k++)
		for (i = 0; i < FEW; i++)
			fds[i][k] = vt_reopen(fds[FEW - 1 - i][0], VT_SEND);
	for (i = 0; i < FEW; i++) {
		more[i] = vt_reopen(fds[i][0], VT_SEND);
		ASSERT_LE(0, more[i]);
	}
	nl = nl_open();
	begin_dump(&nl, VBUF_CMD_ENDPOINT_GET);
	answer = nl_rest(&nl, see_endpoint, &seen);
	EXPECT_EQ(0, answer.error);
	EXPECT_FALSE(answer.interrupted);
	EXPECT_EQ(FEW * 101, seen.count);
	nl_close(&nl);
}

TEST(an_empty_namespace_has_an_empty_dump)
{
	struct nl_answer answer;
	struct nl nl;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	nl = nl_open();
	begin_dump(&nl, VBUF_CMD_CHANNEL_GET);
	answer = nl_rest(&nl, NULL, NULL);
	EXPECT_EQ(0, answer.error);
	EXPECT_EQ(0U, answer.messages);
	begin_dump(&nl, VBUF_CMD_ENDPOINT_GET);
	answer = nl_rest(&nl, NULL, NULL);
	EXPECT_EQ(0, answer.error);
	EXPECT_EQ(0U, answer.messages);
	nl_close(&nl);
}

/* A name that is lost is a change, too, though the channel stays. */
TEST(a_dump_is_marked_when_a_name_goes_amid)
{
	struct seen seen = { .room = 0 };
	char name[VBUF_NAME_SIZE];
	struct nl_answer answer;
	int fds[300], named;
	unsigned int i;
	struct nl nl;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	vt_name(name, "dump");
	named = vt_create(name, vt_attr(1, 8), VT_BOTH);
	ASSERT_LE(0, named);
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = vt_create(NULL, vt_attr(1, 8), VT_BOTH);
	ASSERT_LE(0, fds[299]);
	nl = nl_open();
	begin_dump(&nl, VBUF_CMD_CHANNEL_GET);
	take_first(&nl, see_channel, &seen);
	ASSERT_EQ(0, vt_unlink(name));
	answer = nl_rest(&nl, see_channel, &seen);
	EXPECT_TRUE(answer.interrupted);
	EXPECT_EQ(301U, seen.count);
	nl_close(&nl);
}

/* Channels that no file keeps: what is in the way of unloading is a dump alone. */
FIXTURE(module) {
	struct nl nl;
};

FIXTURE_SETUP(module)
{
	struct vbuf_attr attr = vt_attr(1, 8);
	char name[VBUF_NAME_SIZE];
	unsigned int i;
	int fd;

	if (!getenv("VBUF_MODULE"))
		SKIP(return, "no VBUF_MODULE to load again");
	attr.flags = VBUF_PERSIST;
	for (i = 0; i < storm_few(500, 300); i++) {
		snprintf(name, sizeof(name), "dump-%u", i);
		fd = vt_create(name, attr, VT_BOTH);
		ASSERT_LE(0, fd);
		close(fd);
	}
	self->nl = nl_open();
}

/* If a test fails, the next finds a module; run_tests sees to who is killed. */
FIXTURE_TEARDOWN(module)
{
	vt_load();
	nl_close(&self->nl);
}

TEST_F(module, a_dump_keeps_it_until_it_is_read)
{
	begin_dump(&self->nl, VBUF_CMD_CHANNEL_GET);
	EXPECT_EQ(-EAGAIN, vt_unload());
	EXPECT_EQ(0, nl_rest(&self->nl, NULL, NULL).error);
	EXPECT_EQ(0, vt_unload_soon());
}

TEST_F(module, a_dump_keeps_it_until_it_is_closed)
{
	begin_dump(&self->nl, VBUF_CMD_ENDPOINT_GET);
	begin_dump(&self->nl, VBUF_CMD_CHANNEL_GET);
	nl_close(&self->nl);
	self->nl.fd = -1;
	EXPECT_EQ(0, vt_unload_soon());
}

TEST_F(module, a_socket_alone_does_not_keep_it)
{
	struct nl_request request;

	EXPECT_EQ(0, vt_unload());
	nl_begin(&request, VBUF_CMD_CHANNEL_GET, NLM_F_DUMP);
	EXPECT_EQ(-ENOENT, nl_ask(&self->nl, &request, NULL, NULL).error);
	EXPECT_EQ(-ENOENT, nl_resolve(&self->nl));
	ASSERT_EQ(0, vt_load());
	EXPECT_EQ(0, nl_resolve(&self->nl));
	/* Those that persisted went with it. */
	EXPECT_EQ(0, vt_channels(NULL, 0));
}

/* Asks whether there is a module or not; and leaves now and then in the middle. */
static void ask_for_ever(unsigned int born, void *ctx)
{
	unsigned int *done = ctx, n;
	struct nl nl;

	for (n = 0;; n++) {
		nl = (struct nl) { .fd = nl_socket() };
		if (nl.fd < 0)
			vt_die("a netlink socket");
		if (!nl_resolve(&nl)) {
			begin_dump(&nl, n % 2 ? VBUF_CMD_CHANNEL_GET :
						VBUF_CMD_ENDPOINT_GET);
			if (n % 4)
				nl_rest(&nl, NULL, NULL);
			__atomic_fetch_add(&done[born], 1, __ATOMIC_SEQ_CST);
		}
		nl_close(&nl);
	}
}

TEST_F_TIMEOUT(module, goes_while_others_ask, 120)
{
	unsigned int *done = storm_shared(2 * sizeof(*done)), loads;
	struct crew crew = { .size = 2, .work = ask_for_ever, .ctx = done };

	loads = storm_reload(&crew, &done[0], storm_scale(ROUNDS));
	TH_LOG("%u loads, %u dumps", loads, done[0] + done[1]);
	EXPECT_LT(0U, loads);
	EXPECT_EQ(0, vt_unload_soon());
}

TEST_HARNESS_MAIN
