// SPDX-License-Identifier: GPL-2.0
/*
 * A trace session that lasts: a hundred thousand records of switches are told, or
 * counted as lost, within the memory that it took when it was opened; a million with
 * STORM_SCALE=10.
 *
 * timeout: 600
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "storm.h"

#include <linux/vbuf_trace.h>

#define RECORDS		100000U
#define SLOT_SIZE	65536U
/* If records stayed somewhere, a million of them would be 64 MB. */
#define GROWTH_KB	16384L
/* Messages of a session, until its bytes are looked at again. */
#define LOOK_EVERY	64U

struct pair {
	int rx, tx;
};

struct player {
	struct pair there, back;
	bool over;
};

static void *first(void *arg)
{
	struct player *player = arg;
	char c = 'x';

	while (!__atomic_load_n(&player->over, __ATOMIC_ACQUIRE))
		if (vt_send(player->there.tx, &c, 1, 0) ||
		    vt_recv(player->back.rx, &c, 1, 0) != 1)
			vt_die("first");
	close(player->there.tx);
	return NULL;
}

/* Until the first one is no more. */
static void *second(void *arg)
{
	struct player *player = arg;
	char c;

	while (vt_recv(player->there.rx, &c, 1, 0) == 1)
		if (vt_send(player->back.tx, &c, 1, 0))
			vt_die("second");
	return NULL;
}

static int session_open(void)
{
	struct vbuf_trace trace = {
		.size = sizeof(trace), .slots = 16, .slot_size = SLOT_SIZE,
		.types = 1U << VBUF_TRACE_RUN | 1U << VBUF_TRACE_STOP };
	int fd = vt_device();
	long ret = vt_ioctl(fd, VBUF_IOC_TRACE, &trace);

	if (ret)
		vt_die("trace: %ld", ret);
	return fd;
}

/* What a message tells, and what it says was lost. */
struct told {
	__u64 records;
	__u64 lost;
};

static void count(const char *message, struct told *told)
{
	const struct vbuf_trace_header *header = (const void *)message;
	__u32 i;

	for (i = 0; i < header->count; i++) {
		const struct vbuf_trace_record *record = (const void *)
			(message + sizeof(*header) + i * header->record_size);

		if (record->type == VBUF_TRACE_LOST)
			told->lost += record->count;
		else
			told->records++;
	}
}

static __u64 bytes_in_use(struct nl *nl)
{
	return nl_get_limit(nl, VBUF_SCOPE_TOTAL, VBUF_RESOURCE_BYTES).use;
}

/* Of the kernel's own memory, in KiB. */
static long kernel_kb(void)
{
	static const char *const names[] = { "Slab:", "VmallocUsed:", "Percpu:" };
	FILE *file = fopen("/proc/meminfo", "re");
	char name[64];
	long sum = 0, kb;
	int i;

	if (!file)
		vt_die("meminfo");
	while (fscanf(file, "%63s %ld%*[^\n]", name, &kb) == 2)
		for (i = 0; i < 3; i++)
			sum += strcmp(name, names[i]) ? 0 : kb;
	fclose(file);
	return sum;
}

/* Reads until so many were told or lost; false if ever it took more memory. */
static bool read_records(int fd, __u32 wanted, struct told *told)
{
	static char message[SLOT_SIZE];
	struct nl nl = nl_open();
	__u64 bytes = bytes_in_use(&nl);
	bool same = true;
	unsigned int n;

	for (n = 0; told->records + told->lost < wanted; n++) {
		if (vt_recv(fd, message, sizeof(message), 0) < 0)
			vt_die("no record");
		count(message, told);
		if (n % LOOK_EVERY == 0)
			same &= bytes_in_use(&nl) == bytes;
	}
	same &= bytes_in_use(&nl) == bytes;
	nl_close(&nl);
	return same;
}

FIXTURE(session) {
	struct player player;
	pthread_t threads[2];
	struct nl nl;
};

/* All on one CPU, so that each hand-over is a switch. */
FIXTURE_SETUP(session)
{
	vt_one_cpu();
	vt_pair(&self->player.there.rx, &self->player.there.tx, vt_attr(1, 64));
	vt_pair(&self->player.back.rx, &self->player.back.tx, vt_attr(1, 64));
	self->nl = nl_open();
}

FIXTURE_TEARDOWN(session)
{
	nl_close(&self->nl);
}

TEST_F_TIMEOUT(session, switches_are_recorded_in_the_same_memory, 600)
{
	__u64 before = bytes_in_use(&self->nl);
	struct told told = { 0 };
	int fd = session_open();
	long kb = kernel_kb();

	EXPECT_LT(before, bytes_in_use(&self->nl));
	pthread_create(&self->threads[0], NULL, first, &self->player);
	pthread_create(&self->threads[1], NULL, second, &self->player);
	EXPECT_TRUE(read_records(fd, storm_scale(RECORDS), &told));
	kb = kernel_kb() - kb;
	__atomic_store_n(&self->player.over, true, __ATOMIC_RELEASE);
	pthread_join(self->threads[0], NULL);
	pthread_join(self->threads[1], NULL);
	fprintf(stderr, "# told: %llu records, lost: %llu; kernel memory: %+ld KiB\n",
		told.records, told.lost, kb);
	EXPECT_LT(0U, told.records);
	EXPECT_GT(GROWTH_KB, kb);
	close(fd);
	EXPECT_EQ(before, bytes_in_use(&self->nl));
}

TEST_HARNESS_MAIN
