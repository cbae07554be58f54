// SPDX-License-Identifier: GPL-2.0
/*
 * Hand-overs at every moment of a waiter's going to sleep, from another CPU
 * where there is one: no wake-up is lost. One that was would leave its waiter
 * asleep, as nobody else ever wakes it.
 */
#include "kselftest_harness.h"
#include "param.h"
#include "storm.h"

#define MESSAGES	20000U
/* Rounds of an empty loop; enough to let the other side fall asleep. */
#define PAUSE		4000U

FIXTURE(wakeups) {
	struct params params;
	int rx, tx;
	__u32 count;
	__u64 rnd;
};

FIXTURE_VARIANT(wakeups) {
	unsigned long spin_ns;
	crossing send, recv;
};

FIXTURE_VARIANT_ADD(wakeups, asleep) { 0, cross_write, cross_read };
FIXTURE_VARIANT_ADD(wakeups, spinning) { 2000, cross_write, cross_read };
FIXTURE_VARIANT_ADD(wakeups, vectors) { 0, cross_sendv, cross_recvv };

/* In the parent, so that no failure leaves it changed. */
FIXTURE_TEARDOWN_PARENT(wakeups)
{
	param_restore(&self->params);
}

FIXTURE_SETUP(wakeups)
{
	param_save(&self->params);
	param_set(SPIN_NS, variant->spin_ns);
	vt_pair(&self->rx, &self->tx, vt_attr(1, sizeof(struct storm_msg)));
	self->count = storm_scale(MESSAGES);
	self->rnd = storm_seed();
}

/* Runs the calling thread on the first or last CPU that there is. */
static void take_cpu(bool last)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(last ? sysconf(_SC_NPROCESSORS_ONLN) - 1 : 0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		vt_die("sched_setaffinity");
}

/* No sleep: it would take much longer, and always the same time. */
static void pause_a_moment(__u64 *rnd, __u32 most)
{
	volatile __u32 rounds = storm_below(rnd, most);

	while (rounds)
		rounds--;
}

/* One side of the stream: who pauses is waited for by the other. */
struct end {
	int fd;
	crossing cross;
	__u32 count;
	__u64 rnd;
	__u32 pause;
	bool receives, last_cpu;
	bool sound;
};

static void *run_end(void *arg)
{
	struct end *end = arg;
	struct storm_msg msg;
	__u32 nr;

	take_cpu(end->last_cpu);
	end->sound = true;
	for (nr = 0; nr < end->count && end->sound; nr++) {
		pause_a_moment(&end->rnd, end->pause);
		storm_fill(&msg, 0, nr);
		if (end->receives)
			vt_poison(&msg);
		end->sound = end->cross(end->fd, &msg, 1) == 1 &&
			     storm_whole(&msg) && msg.nr == nr;
	}
	return NULL;
}

/* Both ends of a stream, of which one keeps the other waiting. */
static bool stream(FIXTURE_DATA(wakeups) *self,
		   const FIXTURE_VARIANT(wakeups) *how, bool slow_sender)
{
	struct end send = { .fd = self->tx, .cross = how->send,
			    .count = self->count, .rnd = self->rnd,
			    .pause = slow_sender ? PAUSE : 1 };
	struct end recv = { .fd = self->rx, .cross = how->recv,
			    .count = self->count, .rnd = ~self->rnd,
			    .pause = slow_sender ? 1 : PAUSE,
			    .receives = true, .last_cpu = true };
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_end, &send))
		vt_die("pthread_create");
	run_end(&recv);
	pthread_join(thread, NULL);
	return send.sound && recv.sound && vt_settled(self->rx);
}

TEST_F_TIMEOUT(wakeups, of_receivers, 90)
{
	EXPECT_TRUE(stream(self, variant, true));
}

TEST_F_TIMEOUT(wakeups, of_senders, 90)
{
	EXPECT_TRUE(stream(self, variant, false));
}

TEST_HARNESS_MAIN
