// SPDX-License-Identifier: GPL-2.0
/*
 * Ten thousand channels and fifty thousand endpoints at a time, spread over
 * processes: traffic over any of them, and then all are closed in any order, or
 * by the death of who has them. The room for others comes back.
 */
#include <sys/resource.h>

#include "kselftest_harness.h"
#include "param.h"
#include "stress.h"

#define CHANNELS	10000U
#define ENDS		5U		/* of each channel */
#define HOLDERS		8U
#define SLOTS		4U
#define WINDOW		1000U		/* messages between looks at the clock */

/* What the processes tell one another: where all of them are. */
enum phase { CREATE, OPEN, TRAFFIC, CLOSE, PHASES };

struct world {
	struct stress *stress;
	struct tally_side sent, received;
	unsigned int channels;
	atomic_uint ready[PHASES];
	atomic_uint phase;
};

/* One process's endpoints; the first are those that it created. */
struct holder {
	struct world *world;
	__u64 rnd;
	__u32 who;
	unsigned int files;
	int *fd;
};

/* Those with @n of HOLDERS, so that all have theirs, whatever the sum is. */
static unsigned int first_of(unsigned int who, unsigned int sum)
{
	return (__u64)sum * who / HOLDERS;
}

static void wait_for(const struct world *world, enum phase phase)
{
	while (atomic_load(&world->phase) < phase)
		usleep(1000);
}

static void name_of(char name[VBUF_NAME_SIZE], unsigned int n)
{
	snprintf(name, VBUF_NAME_SIZE, "many-%u", n);
}

static void keep(struct holder *holder, int fd)
{
	if (fd < 0)
		vt_die("endpoint %u: %d", holder->files, fd);
	holder->fd[holder->files++] = fd;
	stress_did(holder->world->stress, 1);
}

static void create_some(struct holder *holder)
{
	unsigned int n = first_of(holder->who, holder->world->channels);
	unsigned int end = first_of(holder->who + 1, holder->world->channels);
	char name[VBUF_NAME_SIZE];

	for (; n < end; n++) {
		name_of(name, n);
		keep(holder, vt_create(name, vt_attr(SLOTS,
						     sizeof(struct storm_msg)),
				       VT_BOTH));
	}
}

/* Endpoints on channels that others created, next to one another or not. */
static void open_others(struct holder *holder)
{
	unsigned int sum = holder->world->channels * (ENDS - 1);
	unsigned int n = first_of(holder->who, sum);
	unsigned int end = first_of(holder->who + 1, sum);
	char name[VBUF_NAME_SIZE];

	for (; n < end; n++) {
		name_of(name, n % holder->world->channels);
		keep(holder, vt_open(name, VT_BOTH));
	}
}

static void cross(struct holder *holder, int fd)
{
	struct world *world = holder->world;
	struct storm_msg msg;
	long ret;

	if (storm_below(&holder->rnd, 2)) {
		storm_fill(&msg, holder->who, holder->rnd);
		ret = vt_send(fd, &msg, sizeof(msg), VBUF_DONTWAIT);
		tally_begin(&world->sent, !ret);
		tally_end(&world->sent, !ret, !ret);
	} else {
		vt_poison(&msg);
		ret = vt_recv(fd, &msg, sizeof(msg), VBUF_DONTWAIT);
		tally_begin(&world->received, ret > 0);
		tally_end(&world->received, ret > 0, ret > 0);
		if (ret > 0 && !storm_whole(&msg))
			vt_die("a damaged message");
	}
	if (ret < 0 && ret != -EAGAIN)
		vt_die("a message: %ld", ret);
}

static void make_traffic(struct holder *holder)
{
	unsigned int i;

	do {
		for (i = 0; i < WINDOW; i++)
			cross(holder, holder->fd[storm_below(&holder->rnd,
							     holder->files)]);
		stress_did(holder->world->stress, WINDOW);
	} while (stress_goes_on(holder->world->stress));
}

static void close_all(struct holder *holder)
{
	unsigned int which;

	while (holder->files) {
		which = storm_below(&holder->rnd, holder->files);
		close(holder->fd[which]);
		holder->fd[which] = holder->fd[--holder->files];
		stress_did(holder->world->stress, 1);
	}
}

static void work(unsigned int born, void *ctx)
{
	static void (*const doings[PHASES])(struct holder *holder) = {
		create_some, open_others, make_traffic, close_all };
	struct world *world = ctx;
	struct holder holder = {
		.world = world, .rnd = world->stress->seed + born, .who = born };
	unsigned int phase;

	holder.fd = calloc((world->channels / HOLDERS + 1) * (ENDS + 1),
			   sizeof(int));
	for (phase = 0; phase < PHASES; phase++) {
		wait_for(world, phase);
		/* Every other one leaves its endpoints to its death. */
		if (phase == CLOSE && born & 1)
			pause();
		doings[phase](&holder);
		atomic_fetch_add(&world->ready[phase], 1);
	}
	pause();
}

/* KiB of memory that are to be had. */
static unsigned long available(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long kib = 0;
	char line[128];

	if (!file)
		vt_die("open meminfo");
	while (!kib && fgets(line, sizeof(line), file))
		sscanf(line, "MemAvailable: %lu", &kib);
	fclose(file);
	return kib;
}

/* Lets the holders go on to a phase, and returns when they have done it. */
static void do_phase(struct world *world, enum phase phase, unsigned int holders)
{
	atomic_store(&world->phase, phase);
	while (atomic_load(&world->ready[phase]) < holders)
		usleep(1000);
}

/* What is told of all channels, against what there should be. */
static bool adds_up(const struct world *world)
{
	unsigned long channels = 0, ends = 0, depth = 0, sent = 0, received = 0;
	struct vt_channel *infos = calloc(world->channels, sizeof(*infos));
	long found = vt_channels(infos, world->channels), i;

	for (i = 0; i < found && i < (long)world->channels; i++) {
		if (!vt_at_rest(&infos[i]) ||
		    infos[i].senders != infos[i].receivers)
			break;
		channels++;
		ends += infos[i].senders;
		depth += infos[i].depth;
		sent += infos[i].sent;
		received += infos[i].received;
	}
	free(infos);
	return found == (long)channels && channels == world->channels &&
	       ends == channels * ENDS &&
	       sent == received + depth && tally_fits(&world->sent, sent) &&
	       tally_fits(&world->received, received);
}

FIXTURE(many) {
	struct params params;
};

/* In a namespace where there are no others to be listed. */
FIXTURE_SETUP(many)
{
	struct rlimit files = { CHANNELS * ENDS, CHANNELS * ENDS };

	param_save(&self->params);
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
}

/* In the parent, so that no failure leaves them changed. */
FIXTURE_TEARDOWN_PARENT(many)
{
	param_restore(&self->params);
}

/*
 * Everything is there at once, and used for as long as the test is to run.
 * Returns how much memory it takes, which may be less than was kept for the next.
 */
static unsigned long fill(struct world *world)
{
	unsigned long before = available(), now;
	__u64 began = vt_now();

	do_phase(world, CREATE, HOLDERS);
	do_phase(world, OPEN, HOLDERS);
	now = available();
	world->stress->end += vt_now() - began;
	do_phase(world, TRAFFIC, HOLDERS);
	return now < before ? before - now : 0;
}

TEST_F_TIMEOUT(many, come_and_go, 180)
{
	struct world *world = storm_shared(sizeof(*world));
	struct crew crew = { .size = HOLDERS, .work = work, .ctx = world };
	unsigned long room = room_needed(), memory;

	param_restore(&self->params);
	world->stress = stress_begin(1);
	world->channels = storm_scale(CHANNELS);
	if (world->channels > CHANNELS)
		world->channels = CHANNELS;
	crew_begin(&crew);
	memory = fill(world);
	EXPECT_TRUE(adds_up(world));
	do_phase(world, CLOSE, HOLDERS / 2);
	stress_crew_end(&crew);
	EXPECT_EQ(0, stress_look());
	EXPECT_TRUE(room_within(room));
	TH_LOG("%u channels, %u endpoints: %lu KiB", world->channels,
	       world->channels * ENDS, memory);
	stress_report(world->stress);
}

TEST_HARNESS_MAIN
