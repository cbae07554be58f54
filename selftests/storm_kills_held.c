// SPDX-License-Identifier: GPL-2.0
/*
 * 200 times kill -9 of receivers that hold messages: with VBUF_REDELIVER each
 * message is delivered until somebody has released it, every delivery after
 * the first says so, and none is lost; without it what died with its holder
 * is counted as dropped.
 */
#include "kselftest_harness.h"
#include "storm.h"

#define SLOTS		8U
#define CREW		4U
#define KILLS		200U
#define LOG_SIZE	512U
#define BATCH		3U

/*
 * The deliveries to one receiver, where the kernel itself wrote them, so that
 * they are known however soon the receiver dies. Those beyond @returned were on
 * their way when it died: they count as deliveries, or went to another.
 */
struct log {
	volatile __u32 returned;
	struct vbuf_msg meta[LOG_SIZE];
	struct storm_msg msg[LOG_SIZE];
	__u32 released[LOG_SIZE];
};

struct work {
	int fd;
	struct log *logs;
};

/* What all deliveries of one message add up to; a bit for each number. */
struct tally {
	__u32 seen;
	__u32 sure;
	__u32 twice;		/* returned, with the number of another */
	__u32 releases;
};

static void hold_for_ever(unsigned int born, void *ctx)
{
	struct work *work = ctx;
	struct log *log = &work->logs[born];
	int fd = vt_reopen(work->fd, VT_RECV);
	__u64 rnd = born;
	int n = 0, i, got;
	__u32 requeue;

	memset(log, 0, sizeof(*log));
	while (n + BATCH <= LOG_SIZE) {
		storm_vector(&log->meta[n], &log->msg[n], BATCH);
		got = vt_recvv(fd, &log->meta[n], BATCH, VBUF_HOLD | VBUF_INFO);
		if (got <= 0)
			_exit(1);
		log->returned = n + got;
		for (i = n, n += got; i < n; i++) {
			if (!storm_below(&rnd, 4))
				usleep(2000);
			requeue = storm_below(&rnd, 8) ? 0 : VBUF_REQUEUE;
			if (vt_release(fd, log->meta[i].cookie, requeue))
				_exit(2);
			log->released[i] = !requeue;
		}
	}
	pause();
}

FIXTURE(held) {
	struct crew crew;
	struct work work;
	struct tally *tally;
	unsigned int sent;
};

FIXTURE_VARIANT(held) {
	__u32 flags;
	bool drops;
};

FIXTURE_VARIANT_ADD(held, redeliver) { VBUF_REDELIVER, false };
FIXTURE_VARIANT_ADD(held, drop) { 0, true };

static void storm(struct crew *crew, struct work *work, unsigned int *sent)
{
	unsigned int kills = storm_scale(KILLS), n;
	__u64 rnd = storm_seed();
	struct storm_msg msg;

	work->logs = storm_shared((kills + CREW) * sizeof(struct log));
	crew_begin(crew);
	while (kills--) {
		for (n = 1 + storm_below(&rnd, 12); n; n--) {
			storm_fill(&msg, 0, (*sent)++);
			if (vt_send(work->fd, &msg, sizeof(msg), 0))
				vt_die("send");
		}
		crew_kill(crew, storm_below(&rnd, CREW));
	}
	if (vt_drain(work->fd, 0))
		vt_die("drain");
	crew_end(crew);
}

static void tally_one(struct tally *tally, const struct log *log,
		      unsigned int n)
{
	__u32 bit = 1U << log->meta[n].deliveries;

	tally->seen |= bit;
	tally->releases += log->released[n];
	if (n >= log->returned)
		return;
	tally->twice += !!(tally->sure & bit);
	tally->sure |= bit;
}

/* Numbers fit a mask; a delivery says that it is not the first if it is not. */
static bool is_sound(const struct log *log, unsigned int n, unsigned int count)
{
	const struct vbuf_msg *meta = &log->meta[n];

	return storm_whole(&log->msg[n]) && log->msg[n].nr < count &&
	       meta->deliveries < 32 &&
	       meta->flags == (meta->deliveries > 1 ? VBUF_MSG_REDELIVERED : 0);
}

static void tally_log(struct tally *tallies, const struct log *log,
		      unsigned int count)
{
	unsigned int n;

	for (n = 0; n < LOG_SIZE; n++) {
		if (!log->meta[n].deliveries)
			continue;
		if (!is_sound(log, n, count))
			vt_die("delivery %u is no message of ours", n);
		tally_one(&tallies[log->msg[n].nr], log, n);
	}
}

FIXTURE_SETUP(held)
{
	struct vbuf_attr attr = vt_attr(SLOTS, sizeof(struct storm_msg));
	unsigned int i;

	attr.flags = variant->flags;
	self->work.fd = vt_create(NULL, attr, VT_BOTH);
	ASSERT_LE(0, self->work.fd);
	self->crew.size = CREW;
	self->crew.ctx = &self->work;
	self->crew.work = hold_for_ever;
	storm(&self->crew, &self->work, &self->sent);
	self->tally = calloc(self->sent, sizeof(*self->tally));
	ASSERT_NE(NULL, self->tally);
	for (i = 0; i < self->crew.born; i++)
		tally_log(self->tally, &self->work.logs[i], self->sent);
}

FIXTURE_TEARDOWN(held)
{
	free(self->tally);
	close(self->work.fd);
}

TEST_F_TIMEOUT(held, every_message_is_accounted_for, 90)
{
	struct vt_channel info = vt_look(self->work.fd);
	unsigned int releases = 0, i;
	struct tally *tally;

	EXPECT_TRUE(vt_settled(self->work.fd));
	EXPECT_EQ(SLOTS, info.free);
	EXPECT_EQ(self->sent, info.sent);
	EXPECT_EQ(0U, info.dropped_deliveries);
	for (i = 0; i < self->sent; i++) {
		tally = &self->tally[i];
		releases += tally->releases;
		ASSERT_EQ(0U, tally->twice);
		/* All from the first to the last, and none missing between. */
		ASSERT_EQ(2U, tally->seen & 2);
		ASSERT_EQ(0U, tally->seen & (tally->seen + 2));
		/* A receiver killed right after its release notes none. */
		ASSERT_GE(1U, tally->releases);
	}
	EXPECT_EQ(variant->drops, info.dropped_holder > 0);
	EXPECT_EQ(self->sent, info.received + info.dropped_holder);
	EXPECT_LE(releases, info.received);
	EXPECT_GE(releases + self->crew.born, info.received);
	TH_LOG("%u sent, %u releases noted, %llu dropped", self->sent, releases,
	       info.dropped_holder);
}

TEST_HARNESS_MAIN
