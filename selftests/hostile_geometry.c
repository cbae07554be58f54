// SPDX-License-Identifier: GPL-2.0
/*
 * The corners of a channel's geometry: what is out of range or overflows is
 * refused, the largest works, slots do not overlap, and memory that is not to
 * be had costs nobody his life.
 */
#include "kselftest_harness.h"
#include "cgroup.h"
#include "param.h"
#include "storm.h"

#define MIB		(1UL << 20)
#define GROUP		"vbufmem"

struct geometry {
	__u32 slots, slot_size;
};

static int create(struct geometry g)
{
	return vt_create(NULL, vt_attr(g.slots, g.slot_size), VT_BOTH);
}

TEST(create_einval_out_of_range)
{
	static const struct geometry bad[] = {
		{ 0, 0 }, { 0, 1 }, { 1, 0 }, { VBUF_MAX_SLOTS + 1, 1 },
		{ 1, VBUF_MAX_SLOT_SIZE + 1 }, { ~0U, 1 }, { 1, ~0U },
		{ ~0U, ~0U }, { 1U << 31, 2 }, { 2, 1U << 31 },
		{ 1U << 31, 1U << 31 }, { VBUF_MAX_SLOTS + 1, 1U << 12 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		EXPECT_EQ(-EINVAL, create(bad[i]))
			TH_LOG("%u of %u", bad[i].slots, bad[i].slot_size);
}

/* Products that are small modulo 2^32, or that hardly fit anywhere. */
static const struct geometry huge[] = {
	{ 1U << 16, 1U << 16 }, { 1U << 20, 1U << 12 }, { 1U << 18, 1U << 14 },
	{ 1U << 20, (1U << 12) + 1 }, { 1U << 12, 1U << 20 },
	{ VBUF_MAX_SLOTS, VBUF_MAX_SLOT_SIZE },
	{ VBUF_MAX_SLOTS - 1, VBUF_MAX_SLOT_SIZE - 1 },
};

FIXTURE(limited) {
	struct params params;
};

FIXTURE_SETUP(limited)
{
	param_save(&self->params);
}

/* In the parent, so that no failure leaves them changed. */
FIXTURE_TEARDOWN_PARENT(limited)
{
	param_restore(&self->params);
}

TEST_F(limited, create_edquot_before_any_overflow)
{
	unsigned int i;

	param_set(MAX_BYTES, 64 * MIB);
	for (i = 0; i < sizeof(huge) / sizeof(huge[0]); i++)
		EXPECT_EQ(-EDQUOT, create(huge[i]))
			TH_LOG("%u of %u", huge[i].slots, huge[i].slot_size);
	EXPECT_EQ(i, param_hits(&self->params, MAX_BYTES));
}

/* A million messages of a byte, in and out, in order. */
TEST_F_TIMEOUT(limited, the_most_slots, 60)
{
	struct geometry g = { VBUF_MAX_SLOTS, 1 };
	struct vbuf_msg vec[VBUF_MAX_VECTOR] = { 0 };
	char bytes[VBUF_MAX_VECTOR];
	unsigned int i, n;
	int fd;

	param_set(MAX_BYTES, 128 * MIB);
	fd = create(g);
	ASSERT_LE(0, fd);
	for (i = 0; i < VBUF_MAX_VECTOR; i++) {
		vec[i].buf = (uintptr_t)&bytes[i];
		vec[i].len = vec[i].size = 1;
	}
	for (n = 0; n < VBUF_MAX_SLOTS; n += VBUF_MAX_VECTOR) {
		memset(bytes, n / VBUF_MAX_VECTOR * 7, sizeof(bytes));
		ASSERT_EQ((long)VBUF_MAX_VECTOR,
			  vt_sendv(fd, vec, VBUF_MAX_VECTOR, 0));
	}
	EXPECT_EQ(-EAGAIN, vt_put(fd, 'x'));
	EXPECT_EQ(VBUF_MAX_SLOTS, vt_look(fd).depth);
	for (n = 0; n < VBUF_MAX_SLOTS; n += VBUF_MAX_VECTOR) {
		memset(bytes, VT_POISON, sizeof(bytes));
		ASSERT_EQ((long)VBUF_MAX_VECTOR,
			  vt_recvv(fd, vec, VBUF_MAX_VECTOR, 0));
		for (i = 0; i < VBUF_MAX_VECTOR; i++)
			ASSERT_EQ((char)(n / VBUF_MAX_VECTOR * 7), bytes[i]);
	}
	EXPECT_TRUE(vt_settled(fd));
	EXPECT_EQ(VBUF_MAX_SLOTS, vt_look(fd).free);
	close(fd);
}

static void paint(__u32 *words, __u32 size, __u32 seed)
{
	__u32 i;

	for (i = 0; i < size / 4; i++)
		words[i] = seed * 2654435761U + i * 40503U;
	for (i *= 4; i < size; i++)
		((char *)words)[i] = seed + i;
}

/* Fills all slots, and only then looks at what is in them. */
static bool all_slots_differ(struct geometry g)
{
	__u32 *words = malloc(g.slot_size + 4), *found = malloc(g.slot_size + 4);
	int fd = create(g);
	bool good = fd >= 0;
	__u32 n;

	for (n = 0; good && n < g.slots; n++) {
		paint(words, g.slot_size, n + 1);
		good = vt_send(fd, words, g.slot_size, VBUF_DONTWAIT) == 0;
	}
	for (n = 0; good && n < g.slots; n++) {
		paint(words, g.slot_size, n + 1);
		memset(found, VT_POISON, g.slot_size);
		good = vt_recv(fd, found, g.slot_size, VBUF_DONTWAIT) ==
			       (long)g.slot_size &&
		       !memcmp(words, found, g.slot_size);
	}
	if (fd >= 0)
		close(fd);
	free(words);
	free(found);
	return good;
}

TEST_F_TIMEOUT(limited, slots_do_not_overlap, 60)
{
	static const struct geometry all[] = {
		{ 1, 1 }, { 5000, 1 }, { 1000, 7 }, { 1000, 8 }, { 999, 9 },
		{ 333, 65 }, { 100, 1000 }, { 33, 2049 }, { 17, 4095 },
		{ 17, 4096 }, { 17, 4097 }, { 9, 8193 }, { 9, 32767 },
		{ 9, 32768 }, { 9, 32769 }, { 5, 65536 }, { 5, 131073 },
		{ 3, 1048577 }, { 3, 4194304 }, { 3, 4194305 },
		{ 2, 16777215 }, { 2, 16777216 },
	};
	unsigned int i;

	param_set(MAX_BYTES, 256 * MIB);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		EXPECT_TRUE(all_slots_differ(all[i]))
			TH_LOG("%u of %u", all[i].slots, all[i].slot_size);
}

/* In a memory cgroup of so many bytes, from now on. */
static void begin_group(const char *max)
{
	cgroup_mount();
	cgroup_write("", "cgroup.subtree_control", "+memory");
	cgroup_make(GROUP);
	cgroup_write(GROUP, "memory.max", max);
}

/* What @g gives there, and that a small channel can be had afterwards. */
static int create_in_group(struct geometry g, int expected)
{
	struct geometry small = { 4, 4096 };
	pid_t pid = vt_fork();

	if (pid == 0) {
		cgroup_enter(GROUP, getpid());
		if (create(g) != expected)
			_exit(1);
		_exit(create(small) < 0 ? 2 : 0);
	}
	return vt_reap(pid);
}

static bool end_group(void)
{
	bool survived = cgroup_says(GROUP, "memory.events", "oom_kill 0") &&
			cgroup_says(GROUP, "memory.events", "oom 0");

	cgroup_remove(GROUP);
	return survived;
}

TEST_F(limited, create_enomem_in_a_small_cgroup)
{
	struct geometry g = { 64, MIB };

	param_set(MAX_BYTES, 256 * MIB);
	begin_group("16777216");
	EXPECT_EQ(0, create_in_group(g, -ENOMEM));
	EXPECT_TRUE(end_group());
}

/*
 * Where no limit refuses them, the largest ask for more than there is; what is
 * needed to describe them can be had. On a slow machine, only the very largest.
 */
TEST_F_TIMEOUT(limited, create_enomem_at_the_largest, 60)
{
	struct geometry g = { VBUF_MAX_SLOTS, VBUF_MAX_SLOT_SIZE };
	__u32 times = storm_few(2, 8);

	param_set(MAX_BYTES, ~0ULL);
	begin_group("201326592");
	for (; g.slot_size > VBUF_MAX_SLOT_SIZE / 8; g.slot_size /= times)
		EXPECT_EQ(0, create_in_group(g, -ENOMEM))
			TH_LOG("slots of %u", g.slot_size);
	EXPECT_TRUE(end_group());
}

static void allocate_for_ever(unsigned int born, void *ctx)
{
	int fd;

	(void)born;
	for (;;) {
		fd = create(*(struct geometry *)ctx);
		if (fd < 0)
			vt_die("create: %d", fd);
		close(fd);
	}
}

/* What a killed creator had taken, all of it, can be had by another. */
TEST_F_TIMEOUT(limited, killed_while_allocating, 60)
{
	struct geometry g = { 96, MIB };
	struct crew crew = {
		.size = 1, .work = allocate_for_ever, .ctx = &g };
	unsigned int kills = storm_scale(30);
	__u64 rnd = storm_seed();
	int fd;

	param_set(MAX_BYTES, 100 * MIB);
	crew_begin(&crew);
	while (kills--) {
		usleep(storm_below(&rnd, 30000));
		ASSERT_EQ(-SIGKILL, crew_kill(&crew, 0));
	}
	crew_end(&crew);
	fd = create(g);
	EXPECT_LE(0, fd);
	EXPECT_EQ(0U, param_hits(&self->params, MAX_BYTES));
	close(fd);
}

TEST_HARNESS_MAIN
