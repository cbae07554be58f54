// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that slots are in is not taken offline: who tries is told so at once,
 * and does not wait for it until he is killed. Runs as root.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define MEMORY		"/sys/devices/system/memory"
#define CHANNELS	96U
#define SIZE		(4U << 20)
#define MOST_BLOCKS	1024U
#define ROUNDS		5U

/* Of a slot at least, and of more than anything else uses meanwhile. */
#define SOME		(SIZE / 2 / VT_PAGE)

/* Bytes of what is taken offline at a time; 0 where none is. */
static unsigned long block_bytes(void)
{
	FILE *file = fopen(MEMORY "/block_size_bytes", "re");
	unsigned long bytes = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%lx", &bytes) != 1)
		vt_die("block_size_bytes");
	fclose(file);
	return bytes;
}

/* How many pages are in use, and for nothing that a process could see. */
static unsigned long plain_pages(unsigned long first, unsigned long pages)
{
	__u64 *flags = calloc(pages, sizeof(*flags));
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	unsigned long plain = 0, i;
	ssize_t got;

	if (!flags || fd < 0)
		vt_die("kpageflags");
	got = pread(fd, flags, pages * sizeof(*flags), first * sizeof(*flags));
	for (i = 0; got > 0 && i < got / sizeof(*flags); i++)
		plain += !flags[i];
	close(fd);
	free(flags);
	return plain;
}

/* 0 or -errno. */
static int take_offline(unsigned long block)
{
	char path[128];
	int fd, err;

	snprintf(path, sizeof(path), MEMORY "/memory%lu/state", block);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		vt_die("%s", path);
	err = write(fd, "offline", 7) < 0 ? -errno : 0;
	if (!err && write(fd, "online", 6) < 0)
		vt_die("%s: online", path);
	close(fd);
	return err;
}

FIXTURE(memory) {
	int channel[CHANNELS];
	unsigned long pages;			/* of a block */
	unsigned long before[MOST_BLOCKS];
	unsigned long filled[MOST_BLOCKS];
	bool tried[MOST_BLOCKS];
	unsigned int count;
	unsigned long refused[MOST_BLOCKS];
	unsigned int refusals;
};

static unsigned long plain_in(FIXTURE_DATA(memory) *self, unsigned long block)
{
	return plain_pages(block * self->pages, self->pages);
}

/* Finds the blocks of which slots fill more than half. */
static void fill(FIXTURE_DATA(memory) *self)
{
	unsigned long block;
	unsigned int i;

	self->count = self->refusals = 0;
	memset(self->tried, 0, sizeof(self->tried));
	for (block = 0; block < MOST_BLOCKS; block++)
		self->before[block] = plain_in(self, block);
	for (i = 0; i < CHANNELS; i++) {
		self->channel[i] = vt_create(NULL, vt_attr(1, SIZE), VT_BOTH);
		if (self->channel[i] < 0)
			vt_die("create: %d", self->channel[i]);
	}
	for (block = 0; block < MOST_BLOCKS; block++)
		if (plain_in(self, block) >=
		    self->before[block] + self->pages / 2)
			self->filled[self->count++] = block;
}

FIXTURE_SETUP(memory)
{
	self->pages = block_bytes() / VT_PAGE;
	if (!self->pages)
		SKIP(return, "this kernel takes no memory offline");
}

FIXTURE_TEARDOWN(memory)
{
}

/*
 * Says EBUSY, for what is not known yet; or goes, and then no slot was in it:
 * free pages that a processor keeps at hand look like slots until then.
 */
static bool refuses(FIXTURE_DATA(memory) *self, unsigned long block)
{
	int err = take_offline(block);

	if (err == -EBUSY)
		self->refused[self->refusals++] = block;
	return !err || err == -EBUSY;
}

/*
 * Ends all. A refusal counts if it was for the slots: without them the block goes.
 * One that does is enough, for that takes long.
 */
static bool refused_for_slots(FIXTURE_DATA(memory) *self)
{
	unsigned int i;

	for (i = 0; i < CHANNELS; i++)
		if (self->channel[i] >= 0)
			close(self->channel[i]);
	for (i = 0; i < self->refusals; i++)
		if (!take_offline(self->refused[i]))
			return true;
	return false;
}

/* What else there is in a block is not for the test to say: it may keep it, too. */
static bool once_for_slots(FIXTURE_DATA(memory) *self,
			   bool (*all_refuse)(FIXTURE_DATA(memory) *self))
{
	unsigned int round;

	for (round = 0; round < ROUNDS; round++) {
		fill(self);
		if (!all_refuse(self))
			vt_die("memory neither went nor said EBUSY");
		if (refused_for_slots(self))
			return true;
	}
	return false;
}

static bool filled_refuse(FIXTURE_DATA(memory) *self)
{
	unsigned int i;

	for (i = 0; i < self->count; i++)
		if (!refuses(self, self->filled[i]))
			return false;
	return true;
}

TEST_F_TIMEOUT(memory, with_slots_in_it_stays, 120)
{
	if (!once_for_slots(self, filled_refuse))
		SKIP(return, "no memory with slots in it can go without them, either");
}

/* From either end: pages are given out in ascending order, or in descending. */
static void close_channel(FIXTURE_DATA(memory) *self, unsigned int n)
{
	int *fd = &self->channel[n % 2 ? CHANNELS - 1 - n / 2 : n / 2];

	close(*fd);
	*fd = -1;
}

/* Its first page is no slot's, or not any more; whether others are, at that moment. */
static bool begins_otherwise(FIXTURE_DATA(memory) *self, unsigned int i)
{
	if (self->tried[i] || plain_pages(self->filled[i] * self->pages, 1))
		return false;
	self->tried[i] = true;
	return plain_in(self, self->filled[i]) >=
	       self->before[self->filled[i]] + SOME;
}

static bool ends_refuse(FIXTURE_DATA(memory) *self)
{
	unsigned int n, i;

	for (n = 0; n < CHANNELS; n++) {
		close_channel(self, n);
		for (i = 0; i < self->count; i++)
			if (begins_otherwise(self, i) &&
			    !refuses(self, self->filled[i]))
				return false;
	}
	return true;
}

TEST_F_TIMEOUT(memory, with_slots_at_its_end_stays, 120)
{
	if (!once_for_slots(self, ends_refuse))
		SKIP(return, "no memory with slots at its end can go without them, either");
}

TEST_HARNESS_MAIN
