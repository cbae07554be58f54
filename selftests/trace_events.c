// SPDX-License-Identifier: GPL-2.0
/*
 * The trace events, as ftrace shows them: every move of a slot, every block and
 * wake, in order, and nothing else.
 */
#include "trace.h"
#include "kselftest_harness.h"

#include <dirent.h>

#define SLOTS	2U
#define ROOM	4096U		/* also for slots that regions show */
#define EVENTS	15U

/*
 * What happened to a channel, a line an event, without what the kernel adds; "rx"
 * and "tx" stand for its endpoints.
 */
struct story {
	__u64 channel;
	__u64 rx;
	__u64 tx;
	char text[4096];
};

FIXTURE(events) {
	struct trace trace;
	struct story story;
	int rx;
	int tx;
};

static __u64 endpoint_of(__u64 channel, __u32 rights)
{
	struct vt_endpoint infos[4];
	long i, n = vt_endpoints(channel, infos, 4);

	for (i = 0; i < n; i++)
		if (infos[i].rights == rights)
			return infos[i].id;
	vt_die("no endpoint with rights %u", rights);
}

static void begin(struct trace *trace, struct story *story, int *rx, int *tx,
		  struct vbuf_attr attr)
{
	vt_pair(rx, tx, attr);
	story->channel = vt_getattr(*rx).id;
	story->rx = endpoint_of(story->channel, VT_RECV);
	story->tx = endpoint_of(story->channel, VT_SEND);
	trace_begin(trace);
	trace_write(trace, "events/vbuf/enable", "1");
}

FIXTURE_SETUP(events)
{
	begin(&self->trace, &self->story, &self->rx, &self->tx,
	      vt_attr(SLOTS, ROOM));
}

FIXTURE_TEARDOWN(events)
{
	trace_end(&self->trace);
}

static const char *name_of(const struct story *story, __u64 endpoint)
{
	return endpoint == story->rx ? "rx" :
	       endpoint == story->tx ? "tx" : "another";
}

/* "… vbuf_send: channel=1 endpoint=2 slot=3 …"; some are of no endpoint. */
static bool take_line(char *line, void *ctx)
{
	struct story *story = ctx;
	char *at = strstr(line, ": vbuf_"), name[32];
	size_t used = strlen(story->text);
	__u64 channel, endpoint;
	int rest = 0, from = 0;

	if (!at)
		vt_die("a line that is no event of vbuf's: %s", line);
	at += strlen(": vbuf_");
	if (sscanf(at, "%31[^:]: channel=%llu %nendpoint=%llu %n", name,
		   &channel, &rest, &endpoint, &from) < 2)
		vt_die("an event of no channel: %s", line);
	if (channel == story->channel)
		snprintf(story->text + used, sizeof(story->text) - used,
			 "%s %s %s", name, from ? name_of(story, endpoint) : "-",
			 at + (from ? from : rest));
	return true;
}

/* So far; what is told next begins after it. */
static const char *told(struct trace *trace, struct story *story)
{
	story->text[0] = '\0';
	trace_read(trace, take_line, story);
	trace_write(trace, "trace", "");
	return story->text;
}

TEST_F(events, of_a_message_by_copy)
{
	char buf[8];

	ASSERT_EQ(0, vt_send(self->tx, "hello", 5, 0));
	ASSERT_EQ(5, vt_recv(self->rx, buf, sizeof(buf), 0));
	EXPECT_STREQ("reserve tx slot=0 depth=0\n"
		     "send tx slot=0 seq=0 len=5 depth=0\n"
		     "acquire rx slot=0 seq=0 len=5 depth=0\n"
		     "receive rx slot=0 seq=0 len=5 depth=0\n",
		     told(&self->trace, &self->story));
}

TEST_F(events, of_write_and_read)
{
	char buf[8];

	ASSERT_EQ(5, vt_write(self->tx, "hello", 5));
	ASSERT_EQ(5, vt_read(self->rx, buf, sizeof(buf)));
	EXPECT_STREQ("reserve tx slot=0 depth=0\n"
		     "send tx slot=0 seq=0 len=5 depth=0\n"
		     "acquire rx slot=0 seq=0 len=5 depth=0\n"
		     "receive rx slot=0 seq=0 len=5 depth=0\n",
		     told(&self->trace, &self->story));
}

TEST_F(events, of_a_vector)
{
	struct vbuf_msg in[2] = {
		{ .buf = (uintptr_t)"a", .len = 1 },
		{ .buf = (uintptr_t)"bc", .len = 2 } };
	char room[2][4];
	struct vbuf_msg out[2] = {
		{ .buf = (uintptr_t)room[0], .size = 4 },
		{ .buf = (uintptr_t)room[1], .size = 4 } };

	ASSERT_EQ(2, vt_sendv(self->tx, in, 2, 0));
	EXPECT_STREQ("reserve tx slot=0 depth=0\n"
		     "reserve tx slot=1 depth=0\n"
		     "send tx slot=0 seq=0 len=1 depth=0\n"
		     "send tx slot=1 seq=1 len=2 depth=0\n",
		     told(&self->trace, &self->story));
	ASSERT_EQ(2, vt_recvv(self->rx, out, 2, 0));
	EXPECT_STREQ("acquire rx slot=0 seq=0 len=1 depth=0\n"
		     "acquire rx slot=1 seq=1 len=2 depth=0\n"
		     "receive rx slot=0 seq=0 len=1 depth=0\n"
		     "receive rx slot=1 seq=1 len=2 depth=0\n",
		     told(&self->trace, &self->story));
}

TEST_F(events, of_a_message_by_move)
{
	struct vbuf_msg msg = { 0 };
	char *at;

	vt_map_send(self->tx);
	vt_map_receive(self->rx);
	ASSERT_EQ(0, vt_reserve(self->tx, 100, 0, &at));
	at[0] = 'm';
	ASSERT_EQ(0, vt_commit(self->tx, at, 50));
	ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
	ASSERT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	EXPECT_STREQ("reserve tx slot=0 depth=0\n"
		     "commit tx slot=0 seq=0 len=50 depth=0\n"
		     "acquire rx slot=0 seq=0 len=50 depth=0\n"
		     "release rx slot=0 seq=0 len=50 depth=0\n",
		     told(&self->trace, &self->story));
}

/* An address that cannot be read, and one that cannot be written. */
TEST_F(events, of_what_fails_midway)
{
	ASSERT_EQ(-EFAULT, vt_send(self->tx, VT_UNMAPPED, 1, 0));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(-EFAULT, vt_recv(self->rx, VT_UNMAPPED, 1, 0));
	EXPECT_STREQ("reserve tx slot=0 depth=0\n"
		     "discard tx slot=0 depth=0\n"
		     "reserve tx slot=0 depth=0\n"
		     "send tx slot=0 seq=0 len=1 depth=0\n"
		     "acquire rx slot=0 seq=0 len=1 depth=0\n"
		     "undo rx slot=0 seq=0 len=1 depth=0\n",
		     told(&self->trace, &self->story));
}

static __u64 hold(int fd)
{
	static char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	if (vt_recvv(fd, &msg, 1, VBUF_HOLD | VBUF_DONTWAIT) != 1)
		vt_die("receive with VBUF_HOLD");
	return msg.cookie;
}

TEST_F(events, of_what_is_held)
{
	__u64 cookie;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	told(&self->trace, &self->story);
	cookie = hold(self->rx);
	ASSERT_EQ(0, vt_release(self->rx, cookie, VBUF_REQUEUE));
	cookie = hold(self->rx);
	ASSERT_EQ(0, vt_release(self->rx, cookie, 0));
	EXPECT_STREQ("acquire rx slot=0 seq=0 len=1 depth=1\n"
		     "redeliver rx slot=0 seq=0 len=1 depth=1\n"
		     "acquire rx slot=0 seq=0 len=1 depth=1\n"
		     "release rx slot=0 seq=0 len=1 depth=1\n",
		     told(&self->trace, &self->story));
	hold(self->rx);
	ASSERT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_STREQ("acquire rx slot=1 seq=1 len=1 depth=0\n"
		     "drop rx slot=1 seq=1 len=1 depth=0 reason=holder\n"
		     "notify - in=0 out=0 hup=send\n"
		     "notify - in=0 out=0 hup=receive\n",
		     told(&self->trace, &self->story));
}

TEST_F(events, of_a_receiver_that_waits)
{
	struct vt_call recv = { 0 };
	char expected[512];

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->tx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_join(&recv));
	snprintf(expected, sizeof(expected),
		 "block rx depth=0 what=message waiting=1\n"
		 "reserve tx slot=0 depth=0\n"
		 "send tx slot=0 seq=0 len=1 depth=0\n"
		 "handoff rx slot=0 seq=0 len=1 depth=0 what=message pid=%d\n"
		 "wake rx pid=%d result=0\n"
		 "resume rx what=message result=0\n"
		 "receive rx slot=0 seq=0 len=1 depth=0\n", recv.tid, recv.tid);
	EXPECT_STREQ(expected, told(&self->trace, &self->story));
}

TEST_F(events, of_a_sender_that_waits)
{
	struct vt_call send = { 0 };
	char expected[512];

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	vt_start_send(&send, self->tx, 'c');
	ASSERT_TRUE(vt_blocked(self->tx, 1, 0));
	told(&self->trace, &self->story);
	ASSERT_EQ('a', vt_take(self->rx));
	/* It may be woken later: once the queue is shorter, or a receiver waits. */
	ASSERT_EQ(0, vt_join(&send));
	snprintf(expected, sizeof(expected),
		 "acquire rx slot=0 seq=0 len=1 depth=1\n"
		 "receive rx slot=0 seq=0 len=1 depth=1\n"
		 "handoff tx slot=0 seq=-1 len=0 depth=1 what=slot pid=%d\n"
		 "wake tx pid=%d result=0\n"
		 "resume tx what=slot result=0\n"
		 "send tx slot=0 seq=2 len=1 depth=1\n", send.tid, send.tid);
	EXPECT_STREQ(expected, told(&self->trace, &self->story));
}

TEST_F(events, of_who_waits_in_vain)
{
	char byte;

	ASSERT_EQ(-ETIMEDOUT, vt_recv_until(self->rx, &byte, 1, vt_in(10)));
	EXPECT_STREQ("block rx depth=0 what=message waiting=1\n"
		     "resume rx what=message result=-110\n",
		     told(&self->trace, &self->story));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	told(&self->trace, &self->story);
	ASSERT_EQ(-ETIMEDOUT, vt_drain(self->tx, vt_in(10)));
	EXPECT_STREQ("block tx depth=1 what=drain waiting=1\n"
		     "resume tx what=drain result=-110\n",
		     told(&self->trace, &self->story));
}

/* As they looked once, they are told of what enters the queue and becomes free. */
TEST_F(events, of_who_polls)
{
	ASSERT_EQ(0U, vt_poll(self->rx, POLLIN));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_STREQ("reserve tx slot=0 depth=0\n"
		     "send tx slot=0 seq=0 len=1 depth=0\n"
		     "notify - in=1 out=0 hup=none\n",
		     told(&self->trace, &self->story));
	ASSERT_EQ(POLLOUT, vt_poll(self->tx, POLLOUT));
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_STREQ("acquire rx slot=0 seq=0 len=1 depth=0\n"
		     "receive rx slot=0 seq=0 len=1 depth=0\n"
		     "notify - in=0 out=1 hup=none\n",
		     told(&self->trace, &self->story));
}

TEST_F(events, of_ends)
{
	ASSERT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_STREQ("notify - in=0 out=0 hup=send\n"
		     "notify - in=0 out=0 hup=receive\n",
		     told(&self->trace, &self->story));
	close(self->tx);
	EXPECT_STREQ("notify - in=0 out=0 hup=receive\n",
		     told(&self->trace, &self->story));
}

/* What a sender has reserved goes back by DISCARD, and with its endpoint. */
TEST_F(events, of_what_is_not_sent)
{
	char *at;

	vt_map_send(self->tx);
	ASSERT_EQ(0, vt_reserve(self->tx, 1, 0, &at));
	ASSERT_EQ(0, vt_discard(self->tx, at));
	ASSERT_EQ(0, vt_reserve(self->tx, 1, 0, &at));
	ASSERT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	EXPECT_STREQ("reserve tx slot=0 depth=0\n"
		     "discard tx slot=0 depth=0\n"
		     "reserve tx slot=0 depth=0\n"
		     "discard tx slot=0 depth=0\n"
		     "notify - in=0 out=0 hup=receive\n"
		     "notify - in=0 out=0 hup=send\n",
		     told(&self->trace, &self->story));
}

TEST_F(events, of_a_wait_that_fails)
{
	struct vt_call recv = { 0 };
	char expected[512];

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->tx, 0, 1));
	close(self->tx);
	ASSERT_EQ(-EPIPE, vt_join(&recv));
	snprintf(expected, sizeof(expected),
		 "block rx depth=0 what=message waiting=1\n"
		 "wake rx pid=%d result=-32\n", recv.tid);
	told(&self->trace, &self->story);
	EXPECT_EQ(0, strncmp(expected, self->story.text, strlen(expected)))
		TH_LOG("%s", self->story.text);
	EXPECT_NE(NULL, strstr(self->story.text,
			       "resume rx what=message result=-32\n"));
}

/* Of channels that are made otherwise. */
FIXTURE(special) {
	struct trace trace;
	struct story story;
	int rx;
	int tx;
};

FIXTURE_SETUP(special)
{
}

FIXTURE_TEARDOWN(special)
{
	trace_end(&self->trace);
}

TEST_F(special, of_what_is_dropped)
{
	struct vbuf_attr attr = vt_attr(1, 64);

	attr.flags = VBUF_LOSSY;
	attr.max_deliveries = 1;
	begin(&self->trace, &self->story, &self->rx, &self->tx, attr);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_send(self->tx, "b", 1, VBUF_DROP_OLDEST));
	EXPECT_STREQ("reserve tx slot=0 depth=0\n"
		     "send tx slot=0 seq=0 len=1 depth=0\n"
		     "drop tx slot=0 seq=0 len=1 depth=0 reason=oldest\n"
		     "reserve tx slot=0 depth=0\n"
		     "send tx slot=0 seq=1 len=1 depth=0\n",
		     told(&self->trace, &self->story));
	ASSERT_EQ(0, vt_release(self->rx, hold(self->rx), VBUF_REQUEUE));
	EXPECT_STREQ("acquire rx slot=0 seq=1 len=1 depth=0\n"
		     "drop rx slot=0 seq=1 len=1 depth=0 reason=deliveries\n",
		     told(&self->trace, &self->story));
}

TEST_F(special, of_what_a_dead_holder_had)
{
	struct vbuf_attr attr = vt_attr(2, 64);
	int other;

	attr.flags = VBUF_REDELIVER;
	begin(&self->trace, &self->story, &self->rx, &self->tx, attr);
	other = vt_reopen(self->rx, VT_RECV);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	hold(self->rx);
	hold(self->rx);
	told(&self->trace, &self->story);
	close(self->rx);
	EXPECT_STREQ("redeliver rx slot=1 seq=1 len=1 depth=0\n"
		     "redeliver rx slot=0 seq=0 len=1 depth=0\n",
		     told(&self->trace, &self->story));
	close(other);
}

/* So that who adds one adds a test. */
TEST(there_are_no_others)
{
	DIR *folder = opendir("/sys/kernel/tracing/events/vbuf");
	struct dirent *entry;
	unsigned int n = 0;

	ASSERT_NE(NULL, folder);
	while ((entry = readdir(folder)))
		n += !strncmp(entry->d_name, "vbuf_", 5);
	closedir(folder);
	EXPECT_EQ(EVENTS, n);
}

TEST_HARNESS_MAIN
