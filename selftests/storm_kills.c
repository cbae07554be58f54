// SPDX-License-Identifier: GPL-2.0
/*
 * 200 times kill -9 of senders, and of receivers, in mid-stream: a send counts
 * whole or not at all, what was handed to a dying receiver goes to another, and
 * every slot comes back.
 */
#include "kselftest_harness.h"
#include "storm.h"

#define SLOTS		2U
#define CREW		4U
#define KILLS		200U
#define LOG_SIZE	256U
#define BATCH		3U

/* What a killed sender leaves: how many sends it began, and saw end. */
struct sends {
	volatile __u32 begun;
	volatile __u32 ended;
};

/*
 * What a killed receiver leaves: each message where the kernel copied it to,
 * and how many calls it saw return. One more may have been on its way: that one
 * counts as received, or went to another.
 */
struct log {
	volatile __u32 returned;
	struct storm_msg msgs[LOG_SIZE];
};

/* What a crew works with; each member makes itself an endpoint if @own. */
struct work {
	int fd;
	bool own;
	struct sends *sends;
	struct log *logs;
	__u32 *noted;
};

static int work_fd(const struct work *work, unsigned int rights)
{
	int fd = work->own ? vt_reopen(work->fd, rights) : work->fd;

	if (fd < 0)
		_exit(1);
	return fd;
}

/* Every other sender sends vectors. */
static unsigned int batch_of(__u32 who)
{
	return who & 1 ? BATCH : 1;
}

static long send_some(int fd, __u32 who, __u32 nr)
{
	struct storm_msg msgs[BATCH];
	struct vbuf_msg vec[BATCH];
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		storm_fill(&msgs[i], who, nr + i);
	storm_vector(vec, msgs, BATCH);
	if (batch_of(who) == BATCH)
		return vt_sendv(fd, vec, BATCH, 0);
	return vt_write(fd, msgs, sizeof(msgs[0])) == sizeof(msgs[0]) ? 1 : -1;
}

static void send_for_ever(unsigned int born, void *ctx)
{
	struct work *work = ctx;
	struct sends *sends = &work->sends[born];
	int fd = work_fd(work, VT_SEND);
	long ret;

	do {
		sends->begun += batch_of(born);
		ret = send_some(fd, born, sends->ended);
		sends->ended += ret > 0 ? ret : 0;
		sends->begun = sends->ended;
	} while (ret > 0);
}

static void receive_for_ever(unsigned int born, void *ctx)
{
	struct work *work = ctx;
	struct log *log = &work->logs[born];
	int fd = work_fd(work, VT_RECV);
	unsigned int n;

	memset(log, 0, sizeof(*log));
	for (n = 0; n < LOG_SIZE; log->returned = ++n)
		if (vt_read(fd, &log->msgs[n], sizeof(log->msgs[n])) <= 0)
			_exit(1);
	pause();
}

FIXTURE(kills) {
	struct crew crew;
	struct work work;
	__u64 rnd;
	unsigned int kills, born;
};

FIXTURE_VARIANT(kills) {
	bool own;
};

FIXTURE_VARIANT_ADD(kills, own_endpoints) { true };
FIXTURE_VARIANT_ADD(kills, one_endpoint) { false };

FIXTURE_SETUP(kills)
{
	struct vbuf_attr attr = vt_attr(SLOTS, sizeof(struct storm_msg));

	self->rnd = storm_seed();
	self->kills = storm_scale(KILLS / 2);
	self->born = self->kills + CREW;
	self->work.fd = vt_create(NULL, attr, VT_BOTH);
	ASSERT_LE(0, self->work.fd);
	self->work.own = variant->own;
	self->crew.size = CREW;
	self->crew.ctx = &self->work;
}

FIXTURE_TEARDOWN(kills)
{
	close(self->work.fd);
}

/* Counts the next message of its sender, false if it is not the next. */
static bool count_next(__u32 *next, unsigned int born,
		       const struct storm_msg *msg)
{
	return storm_whole(msg) && msg->who < born &&
	       msg->nr == next[msg->who]++;
}

TEST_F_TIMEOUT(kills, senders_send_whole_or_not_at_all, 90)
{
	struct vt_channel info;
	struct storm_msg msg;
	__u32 *next = calloc(self->born, sizeof(*next));
	unsigned int kills = 0, i, n;
	__u64 total = 0;

	self->work.sends = storm_shared(self->born * sizeof(struct sends));
	ASSERT_NE(NULL, next);
	self->crew.work = send_for_ever;
	crew_begin(&self->crew);
	while (kills++ < self->kills) {
		n = 1 + storm_below(&self->rnd, 10);
		if (n > 7)
			ASSERT_TRUE(vt_blocked(self->work.fd, CREW, 0));
		for (i = 0; i < n; i++) {
			memset(&msg, 0xcc, sizeof(msg));
			ASSERT_EQ((long)sizeof(msg),
				  vt_recv(self->work.fd, &msg, sizeof(msg), 0));
			ASSERT_TRUE(count_next(next, self->born, &msg));
		}
		crew_kill(&self->crew, storm_below(&self->rnd, CREW));
	}
	crew_end(&self->crew);
	while (vt_recv(self->work.fd, &msg, sizeof(msg), VBUF_DONTWAIT) >= 0)
		ASSERT_TRUE(count_next(next, self->born, &msg));
	for (i = 0; i < self->born; total += next[i++]) {
		EXPECT_LE(self->work.sends[i].ended, next[i]);
		EXPECT_GE(self->work.sends[i].begun, next[i]);
	}
	EXPECT_TRUE(vt_settled(self->work.fd));
	info = vt_look(self->work.fd);
	EXPECT_EQ(SLOTS, info.free);
	EXPECT_EQ(total, info.sent);
	free(next);
}

/* How many of @count messages stand nowhere, or were received twice. */
static unsigned int lost_or_twice(const struct log *logs, unsigned int born,
				  unsigned int count)
{
	unsigned char *seen = calloc(count, 1), *sure = calloc(count, 1);
	unsigned int bad = 0, i, n;

	for (i = 0; i < born; i++) {
		for (n = 0; n < LOG_SIZE && storm_whole(&logs[i].msgs[n]); n++) {
			seen[logs[i].msgs[n].nr % count] = 1;
			sure[logs[i].msgs[n].nr % count] += n < logs[i].returned;
		}
		bad += n < logs[i].returned;
	}
	for (i = 0; i < count; i++)
		bad += !seen[i] || sure[i] > 1;
	free(seen);
	free(sure);
	return bad;
}

TEST_F_TIMEOUT(kills, receivers_pass_on_what_they_were_handed, 90)
{
	struct vt_channel info;
	struct storm_msg msg;
	unsigned int kills = 0, nr = 0, n;

	self->work.logs = storm_shared(self->born * sizeof(struct log));
	self->crew.work = receive_for_ever;
	crew_begin(&self->crew);
	while (kills++ < self->kills) {
		n = 1 + storm_below(&self->rnd, 10);
		if (n > 7)
			ASSERT_TRUE(vt_blocked(self->work.fd, 0, CREW));
		for (; n; n--) {
			storm_fill(&msg, 0, nr++);
			ASSERT_EQ(0, vt_send(self->work.fd, &msg,
					     sizeof(msg), 0));
		}
		crew_kill(&self->crew, storm_below(&self->rnd, CREW));
	}
	ASSERT_EQ(0, vt_drain(self->work.fd, 0));
	crew_end(&self->crew);
	ASSERT_LT(0U, nr);
	EXPECT_EQ(0U, lost_or_twice(self->work.logs, self->born, nr));
	EXPECT_TRUE(vt_settled(self->work.fd));
	info = vt_look(self->work.fd);
	EXPECT_EQ(SLOTS, info.free);
	EXPECT_EQ(nr, info.received);
}

/* Notes a message only when the call has returned. */
static void receive_and_note(unsigned int born, void *ctx)
{
	struct work *work = ctx;
	int fd = work_fd(work, VT_RECV);
	struct storm_msg msg;

	(void)born;
	while (vt_read(fd, &msg, sizeof(msg)) == sizeof(msg) &&
	       storm_whole(&msg))
		__atomic_fetch_add(&work->noted[msg.nr], 1, __ATOMIC_SEQ_CST);
	_exit(1);
}

/*
 * All run on one CPU, which the killer does not leave between sending and
 * killing: so who is killed waits, or was handed a message and knows nothing of
 * it yet. Either way another receives it.
 */
TEST_F_TIMEOUT(kills, handed_but_not_received, 90)
{
	unsigned int kills = self->kills, nr = 0, n;
	struct storm_msg msg;

	self->work.noted = storm_shared(kills * CREW * sizeof(__u32));
	self->crew.work = receive_and_note;
	vt_one_cpu();
	crew_begin(&self->crew);
	while (kills--) {
		ASSERT_TRUE(vt_blocked(self->work.fd, 0, CREW));
		vt_hold_cpu();
		for (n = 1 + storm_below(&self->rnd, SLOTS); n; n--) {
			storm_fill(&msg, 0, nr++);
			ASSERT_EQ(0, vt_send(self->work.fd, &msg, sizeof(msg),
					     VBUF_DONTWAIT));
		}
		n = storm_below(&self->rnd, CREW);
		kill(self->crew.pid[n], SIGKILL);
		vt_free_cpu();
		ASSERT_EQ(-SIGKILL, crew_kill(&self->crew, n));
	}
	ASSERT_TRUE(vt_blocked(self->work.fd, 0, CREW));
	crew_end(&self->crew);
	for (n = 0; n < nr; n++)
		ASSERT_EQ(1U, self->work.noted[n]);
	EXPECT_TRUE(vt_settled(self->work.fd));
	EXPECT_EQ(SLOTS, vt_look(self->work.fd).free);
}

TEST_HARNESS_MAIN
