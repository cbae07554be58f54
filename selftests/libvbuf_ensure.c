// SPDX-License-Identifier: GPL-2.0
/* vbuf_ensure(): whoever comes first creates the channel, and all get it. */
#include <vbuf.h>

#include "vbuf_test.h"
#include "kselftest_harness.h"

#define PROCESSES 8
#define ROUNDS 100

static const struct vbuf_attr attr = { .slots = 16, .slot_size = 64,
				       .mode = 0600 };

TEST(what_is_there_stays_as_it_is)
{
	struct vbuf_attr other = { .slots = 1, .slot_size = 1 }, got;
	char name[VBUF_NAME_SIZE];
	int first, second;

	vt_name(name, "ensure");
	first = vbuf_ensure(name, &attr, O_RDWR);
	second = vbuf_ensure(name, &other, O_RDWR);
	ASSERT_LE(0, first);
	ASSERT_LE(0, second);
	EXPECT_EQ(vt_getattr(first).id, vt_getattr(second).id);
	EXPECT_EQ(0, vbuf_getattr(second, &got));
	EXPECT_EQ(attr.slots, got.slots);
	EXPECT_EQ(attr.slot_size, got.slot_size);
	close(first);
	close(second);
}

TEST(errors_other_than_a_missing_channel_come_back)
{
	struct vbuf_attr bad = { .slots = 0, .slot_size = 64 };
	char name[VBUF_NAME_SIZE];

	vt_name(name, "ensure");
	EXPECT_EQ(-1, vbuf_ensure(name, &bad, O_RDWR));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, vbuf_ensure("a/b", &attr, O_RDWR));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, vbuf_ensure(NULL, &attr, O_RDWR));
	EXPECT_EQ(EINVAL, errno);
}

struct race {
	pthread_barrier_t start, end;
	__u64 ids[PROCESSES];
};

/* Each round a new channel: it goes when all have closed it. */
static int racer(struct race *race, const char *name, int me)
{
	int round, fd;

	for (round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&race->start);
		fd = vbuf_ensure(name, &attr, O_RDWR);
		if (fd < 0)
			return errno;
		race->ids[me] = vt_getattr(fd).id;
		pthread_barrier_wait(&race->end);
		close(fd);
	}
	return 0;
}

/* The rounds in which not all got the same new channel. */
static int judge(struct race *race)
{
	int round, bad = 0, i;
	__u64 last = 0;

	for (round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&race->start);
		pthread_barrier_wait(&race->end);
		for (i = 1; i < PROCESSES; i++)
			if (race->ids[i] != race->ids[0])
				break;
		bad += i < PROCESSES || race->ids[0] < last;
		last = race->ids[0];
	}
	return bad;
}

TEST(of_eight_at_once_one_creates_and_all_open)
{
	pthread_barrierattr_t shared;
	char name[VBUF_NAME_SIZE];
	struct race *race;
	pid_t pids[PROCESSES];
	int i;

	race = mmap(NULL, sizeof(*race), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, race);
	pthread_barrierattr_init(&shared);
	pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&race->start, &shared, PROCESSES + 1);
	pthread_barrier_init(&race->end, &shared, PROCESSES + 1);
	vt_name(name, "race");
	for (i = 0; i < PROCESSES; i++) {
		pids[i] = vt_fork();
		if (pids[i] == 0)
			_exit(racer(race, name, i));
	}
	EXPECT_EQ(0, judge(race));
	for (i = 0; i < PROCESSES; i++)
		EXPECT_EQ(0, vt_reap(pids[i]));
	EXPECT_EQ(-1, vbuf_open(name, O_RDWR));
	EXPECT_EQ(ENOENT, errno);
}

/*
 * Without a barrier before the close, channels come and go under the callers:
 * they meet ENOENT and EEXIST in turn, and have to try again.
 */
static int hurried(const char *name)
{
	int round, fd;

	for (round = 0; round < ROUNDS; round++) {
		fd = vbuf_ensure(name, &attr, O_RDWR);
		if (fd < 0)
			return errno;
		close(fd);
	}
	return 0;
}

FIXTURE(hurry) { };

FIXTURE_SETUP(hurry) { }

FIXTURE_TEARDOWN(hurry) { }

/* Where mutexes are handed over by the scheduler it takes its time. */
TEST_F_TIMEOUT(hurry, channels_that_come_and_go_are_no_error, 120)
{
	char name[VBUF_NAME_SIZE];
	pid_t pids[PROCESSES];
	int i;

	vt_name(name, "hurry");
	for (i = 0; i < PROCESSES; i++) {
		pids[i] = vt_fork();
		if (pids[i] == 0)
			_exit(hurried(name));
	}
	for (i = 0; i < PROCESSES; i++)
		EXPECT_EQ(0, vt_reap(pids[i]));
}

TEST_HARNESS_MAIN
