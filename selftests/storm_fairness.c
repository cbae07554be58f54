// SPDX-License-Identifier: GPL-2.0
/*
 * Eight senders on a channel of one slot, and eight receivers on an empty one:
 * as the hand-off is in order of arrival, those who all wait are served in
 * turn, and a newcomer who would not wait gets nothing.
 */
#include "kselftest_harness.h"
#include "storm.h"

#define WORKERS		8U
#define ROUNDS		40U
#define BATCH		3U

struct work {
	int fd;
	bool vectors;
	/* Where each receiver puts its messages. */
	volatile __u32 *got;
};

static void send_for_ever(unsigned int who, void *ctx)
{
	struct work *work = ctx;
	struct storm_msg msgs[BATCH];
	struct vbuf_msg vec[BATCH];
	__u32 nr = 0, i;
	long ret;

	do {
		for (i = 0; i < BATCH; i++)
			storm_fill(&msgs[i], who, nr + i);
		storm_vector(vec, msgs, BATCH);
		if (work->vectors)
			ret = vt_sendv(work->fd, vec, BATCH, 0);
		else
			ret = vt_send(work->fd, msgs, sizeof(msgs[0]), 0);
		nr += work->vectors ? BATCH : 1;
	} while (ret >= 0);
}

/* Receivers note in which turn the sender was when they were served. */
static void receive_for_ever(unsigned int who, void *ctx)
{
	struct work *work = ctx;
	struct storm_msg msgs[BATCH];
	struct vbuf_msg vec[BATCH];
	long ret;

	do {
		storm_vector(vec, msgs, BATCH);
		if (work->vectors)
			ret = vt_recvv(work->fd, vec, BATCH, 0);
		else
			ret = vt_recv(work->fd, msgs, sizeof(msgs[0]), 0);
		if (ret > 0 && storm_whole(&msgs[0]))
			work->got[msgs[0].nr] = who + 1;
	} while (ret >= 0);
}

FIXTURE(fair) {
	struct crew crew;
	struct work work;
	unsigned int turns;
};

FIXTURE_VARIANT(fair) {
	bool vectors;
};

FIXTURE_VARIANT_ADD(fair, single) { false };
FIXTURE_VARIANT_ADD(fair, vector) { true };

FIXTURE_SETUP(fair)
{
	self->work.fd = vt_create(NULL, vt_attr(1, sizeof(struct storm_msg)),
				  VT_BOTH);
	ASSERT_LE(0, self->work.fd);
	self->turns = storm_scale(ROUNDS) * WORKERS;
	self->work.vectors = variant->vectors;
	self->work.got = storm_shared(self->turns * sizeof(__u32));
	self->crew.size = WORKERS;
	self->crew.ctx = &self->work;
}

FIXTURE_TEARDOWN(fair)
{
	struct vt_channel info;

	crew_end(&self->crew);
	EXPECT_TRUE(vt_settled(self->work.fd));
	info = vt_look(self->work.fd);
	EXPECT_EQ(0U, info.receiving);
	close(self->work.fd);
}

TEST_F_TIMEOUT(fair, senders_take_turns, 60)
{
	__u32 turn[WORKERS], next[WORKERS] = { 0 };
	struct storm_msg msg;
	unsigned int i;

	self->crew.work = send_for_ever;
	crew_begin(&self->crew);
	for (i = 0; i < self->turns; i++) {
		ASSERT_TRUE(vt_blocked(self->work.fd, WORKERS, 0));
		ASSERT_EQ((long)sizeof(msg), vt_recv(self->work.fd, &msg,
						     sizeof(msg), 0));
		ASSERT_TRUE(storm_whole(&msg));
		ASSERT_EQ(next[msg.who]++, msg.nr);
		/* The very first was sent without waiting in line. */
		if (i < WORKERS + 1)
			turn[i % WORKERS] = msg.who;
		ASSERT_EQ(turn[i % WORKERS], msg.who);
	}
	for (i = 0; i < WORKERS; i++)
		EXPECT_LE(self->turns / WORKERS - 1, next[i]);
}

TEST_F_TIMEOUT(fair, receivers_take_turns, 60)
{
	struct storm_msg msg;
	__u32 all = 0, i;

	self->crew.work = receive_for_ever;
	crew_begin(&self->crew);
	for (i = 0; i < self->turns; i++) {
		ASSERT_TRUE(vt_blocked(self->work.fd, 0, WORKERS));
		storm_fill(&msg, 0, i);
		ASSERT_EQ(0, vt_send(self->work.fd, &msg, sizeof(msg), 0));
	}
	ASSERT_TRUE(vt_blocked(self->work.fd, 0, WORKERS));
	for (i = 0; i < self->turns; i++) {
		ASSERT_NE(0U, self->work.got[i]);
		ASSERT_EQ(self->work.got[i % WORKERS], self->work.got[i]);
	}
	for (i = 0; i < WORKERS; i++)
		all |= 1U << (self->work.got[i] - 1);
	EXPECT_EQ((1U << WORKERS) - 1, all);
}

/*
 * While others wait, the slot goes from hand to hand and is never free. Four of
 * the eight are served between two looks, so none of them comes twice.
 */
TEST_F_TIMEOUT(fair, newcomers_do_not_overtake, 60)
{
	__u32 turns[WORKERS] = { 0 }, i;
	struct storm_msg msg;

	self->crew.work = send_for_ever;
	crew_begin(&self->crew);
	ASSERT_TRUE(vt_blocked(self->work.fd, WORKERS, 0));
	for (i = 0; i < self->turns; i++) {
		if (i % 4 == 0)
			ASSERT_TRUE(vt_blocked(self->work.fd, WORKERS, 0));
		ASSERT_EQ((long)sizeof(msg), vt_recv(self->work.fd, &msg,
						     sizeof(msg), 0));
		turns[msg.who]++;
		storm_fill(&msg, 99, i);
		ASSERT_EQ(-EAGAIN, vt_send(self->work.fd, &msg, sizeof(msg),
					   VBUF_DONTWAIT));
	}
	for (i = 0; i < WORKERS; i++)
		EXPECT_LE(self->turns / WORKERS - 1, turns[i]);
}

TEST_HARNESS_MAIN
