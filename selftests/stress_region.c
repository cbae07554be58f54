// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults against COMMIT, RELEASE, munmap(), mprotect(), fork(), close() and
 * kill, on whatever processors there are: in each process one thread moves
 * messages, one touches what it can reach, and one maps the windows anew. No
 * message changes once it was committed, none of a process that does not hammer
 * is damaged by one that does, and in the end the numbers add up.
 */
#include "kselftest_harness.h"
#include "stress.h"

#define CHANNELS	5U
#define PROCESSES	8U
#define PAUSE_US	30000U
#define KILLS		24U		/* before all are, and it is counted */
#define CALM		2000U		/* operations in the end without any */

/* Behind a message's number, within each page: the hammer's. */
#define HEAD		128U

static const struct vbuf_attr attrs[CHANNELS] = {
	{ 0, 3, 2 * VT_PAGE, 0600, 0, 0 },
	{ VBUF_REDELIVER, 4, 32 * VT_PAGE, 0600, 0, 3 },
	{ VBUF_LOSSY, 3, 2 << 20, 0600, 2, 0 },
	{ VBUF_OPEN_VIEW | VBUF_REDELIVER, 8, 5000, 0600, 0, 0 },
	{ VBUF_OPEN_VIEW, 40, 300, 0600, 0, 0 },
};

/* What all processes share. */
struct world {
	struct stress *stress;
	struct tally *tally;
	struct tally_channel *counts;	/* one for each channel */
	int keeper[CHANNELS];
	atomic_bool *over;
	bool calm;			/* nobody is killed any more */
};

/* An endpoint, and its window; which stands still while @lock is held. */
struct end {
	int fd;
	char *base;			/* read and written atomically; or NULL */
	__u64 window;
};

/* A process: what its threads share. */
static struct {
	const struct world *world;
	const struct vbuf_attr *attr;
	struct tally_channel *counts;
	int keeper;
	__u32 who;
	size_t bytes;
	struct end tx;
	struct end rx;
	pthread_mutex_t lock;
} own = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* For copies. Nothing is allocated: it might stand where a window is to. */
static char room[2 << 20];

/* A thread's random state; each has its own. */
static __thread __u64 rnd;

static __u32 any(__u32 n)
{
	return storm_below(&rnd, n);
}

/* Those who send what nobody may damage have even numbers. */
static bool hammers(__u32 who)
{
	return who & 1;
}

static bool is_open_view(const struct vbuf_attr *attr)
{
	return attr->flags & VBUF_OPEN_VIEW;
}

static char *base_of(const struct end *end)
{
	return __atomic_load_n(&end->base, __ATOMIC_SEQ_CST);
}

/* Dies unless @ret is a success or one of these errnos, which a 0 ends. */
static void allow(const char *what, long ret, const int *errnos)
{
	if (ret >= 0)
		return;
	while (*errnos)
		if (ret == -*errnos++)
			return;
	vt_die("%s: %ld", what, ret);
}

/* Without a window, at the moment, or with nothing to take. */
static const int none_now[] = {
	EAGAIN, ETIMEDOUT, ENXIO, EDQUOT, EOPNOTSUPP, 0 };

static void open_end(struct end *end, __u32 right, __u64 window)
{
	char *base = NULL;

	end->window = window;
	end->fd = vt_reopen(own.keeper, right);
	if (end->fd < 0)
		vt_die("reopen: %d", end->fd);
	if (window != VBUF_MAP_SEND || !is_open_view(own.attr))
		if (vt_map(end->fd, window, &base))
			vt_die("map");
	__atomic_store_n(&end->base, base, __ATOMIC_SEQ_CST);
}

/* The old mapping is there a while longer, and touched. */
static void change(struct end *end, __u32 right)
{
	char *old = base_of(end);

	pthread_mutex_lock(&own.lock);
	if (any(2) && vt_shutdown(end->fd, right))
		vt_die("shutdown");
	close(end->fd);
	if (any(2))
		usleep(any(500));
	if (old && vt_peek(old) == VT_THERE)
		vt_die("what was closed is seen still");
	if (old && munmap(old, own.bytes))
		vt_die("munmap");
	open_end(end, right, end->window);
	pthread_mutex_unlock(&own.lock);
}

/* A message in a slot, or as it is seen there. */
struct message {
	char *at;
	size_t len;
	__u64 sum;
	bool whole;
	struct storm_msg id;
};

static void fill(void *ctx)
{
	const struct message *message = ctx;

	tally_fill(own.world->tally, own.who, message->at, message->len);
}

static void look(void *ctx)
{
	struct message *message = ctx;
	const __u64 *words = (const __u64 *)message->at;
	size_t i;

	memcpy(&message->id, message->at, sizeof(message->id));
	message->whole = hammers(message->id.who) ?
			 storm_whole(&message->id) :
			 tally_whole(message->at, message->len);
	message->sum = 0;
	for (i = 0; i < message->len / sizeof(*words); i++)
		message->sum = (message->sum ^ words[i]) * 0x100000001b3ULL;
}

/* Again, if the window went away, or its access, in the middle. */
static void touch_all(void (*op)(void *ctx), struct message *message)
{
	while (vt_touch(op, message) != VT_THERE)
		sched_yield();
}

static size_t any_length(void)
{
	size_t least = sizeof(struct storm_msg);
	size_t most = any(4) ? own.attr->slot_size / 8 : own.attr->slot_size;

	return most <= least ? least : least + any(most - least + 1);
}

static void copy_in(void)
{
	static const int may[] = { EAGAIN, EDQUOT, 0 };
	struct message message = { .at = room, .len = any_length() };
	long ret;

	fill(&message);
	tally_begin(&own.counts->sent, 1);
	ret = vt_send(own.tx.fd, message.at, message.len, VBUF_DONTWAIT);
	tally_end(&own.counts->sent, 1, ret ? ret : 1);
	allow("send", ret, may);
}

/* By a child, which sees nothing of it. */
static long commit_by_child(const struct message *message)
{
	pid_t pid;

	pthread_mutex_lock(&own.lock);
	pid = vt_fork();
	if (pid == 0) {
		if (vt_poke(message->at, 'x') != VT_NOT_MAPPED)
			vt_die("a child sees its parent's region");
		_exit(-vt_commit(own.tx.fd, message->at, message->len));
	}
	pthread_mutex_unlock(&own.lock);
	return -vt_reap(pid);
}

/* Where the other side is slow, or dead, a wait for the next ends soon. */
static long commit_next(char **next, size_t len)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg), .addr = (uintptr_t)*next, .len = len,
		.flags = VBUF_NEXT | (any(2) ? VBUF_DONTWAIT : 0),
		.deadline_ns = vt_in(any(5)),
		.next_len = own.attr->slot_size };
	long ret = vt_ioctl(own.tx.fd, VBUF_IOC_COMMIT, &arg);

	if (ret == 0)
		*next = (char *)(uintptr_t)arg.next_addr;
	return ret;
}

/* Sends what is reserved, and has another slot, or none, at @next. */
static long commit_somehow(const struct message *message, char **next)
{
	unsigned int how = any(32);
	long ret = -ENXIO;

	*next = NULL;
	if (how == 0)
		return commit_by_child(message);
	if (how & 1) {
		*next = message->at;
		ret = commit_next(next, message->len);
	}
	if (ret != -ENXIO)
		return ret;
	/* Without a window, nothing was done. */
	*next = NULL;
	return vt_commit(own.tx.fd, message->at, message->len);
}

static void commit(struct message *message)
{
	char *next;
	long ret;

	tally_begin(&own.counts->sent, 1);
	ret = commit_somehow(message, &next);
	tally_end(&own.counts->sent, 1, ret ? ret : 1);
	if (ret)
		vt_die("commit: %ld", ret);
	message->at = next;
}

static void move_in(void)
{
	__u32 flags = own.attr->flags & VBUF_LOSSY && any(2) ?
		      VBUF_DROP_OLDEST : 0;
	struct vt_call call = {
		.fd = own.tx.fd, .len = own.attr->slot_size,
		.flags = flags | (any(8) ? VBUF_DONTWAIT : 0),
		.deadline_ns = vt_in(any(5)) };
	long ret = vt_op_reserve(&call);
	struct message message = { .at = call.arg };
	unsigned int n = any(8);

	allow("reserve", ret, none_now);
	if (ret)
		return;
	while (message.at && n--) {
		message.len = any_length();
		touch_all(fill, &message);
		commit(&message);
	}
	if (message.at && vt_discard(own.tx.fd, message.at))
		vt_die("discard");
}

/* It is whole, and does not change. */
static void check(struct message *message, size_t len)
{
	__u64 before;

	message->len = len;
	touch_all(look, message);
	before = message->sum;
	if (!message->whole)
		vt_die("message %u of %u is damaged", message->id.nr,
		       message->id.who);
	if (any(2))
		usleep(any(200));
	touch_all(look, message);
	if (message->sum != before)
		vt_die("message %u of %u has changed", message->id.nr,
		       message->id.who);
}

static void note(const struct storm_msg *id)
{
	if (!tally_once(own.world->tally, id))
		vt_die("message %u of %u came twice", id->nr, id->who);
}

static long release_next(const char *at, __u32 requeue, struct vbuf_msg *next)
{
	struct vbuf_release arg = {
		.size = sizeof(arg), .addr = (uintptr_t)at,
		.flags = VBUF_NEXT | requeue | (any(2) ? VBUF_DONTWAIT : 0),
		.deadline_ns = vt_in(any(5)) };
	long ret = vt_ioctl(own.rx.fd, VBUF_IOC_RELEASE, &arg);

	*next = arg.next;
	return ret;
}

/* Gives it back, and has the next, or none, when this returns. */
static void release(struct message *message, const struct vbuf_msg *msg,
		    struct vbuf_msg *next)
{
	struct tally_side *received = &own.counts->received;
	__u32 requeue = any(8) ? 0 : VBUF_REQUEUE;
	long ret = -ENXIO;

	next->buf = 0;
	tally_begin(received, !requeue);
	if (any(2))
		ret = release_next(message->at, requeue, next);
	if (ret == -ENXIO) {
		next->buf = 0;
		ret = any(2) ? vt_release(own.rx.fd, msg->cookie, requeue) :
			       vt_release_at(own.rx.fd, message->at, requeue);
	}
	tally_end(received, !requeue, ret ? ret : !requeue);
	if (ret)
		vt_die("release: %ld", ret);
	if (!requeue)
		note(&message->id);
}

static void move_out(void)
{
	struct vbuf_acquire arg = {
		.size = sizeof(arg), .flags = any(2) ? VBUF_DONTWAIT : 0,
		.deadline_ns = vt_in(any(5)) };
	long ret = vt_ioctl(own.rx.fd, VBUF_IOC_ACQUIRE, &arg);
	struct vbuf_msg msg = arg.msg, next;
	struct message message;

	allow("acquire", ret, none_now);
	if (ret)
		return;
	while (msg.buf) {
		message.at = vt_at(&msg);
		check(&message, msg.len);
		release(&message, &msg, &next);
		msg = next;
	}
}

/* What is sent and never received fills the channel. */
static void copy_out(void)
{
	static const int may[] = { EAGAIN, EDQUOT, 0 };
	struct message message = { .at = room };
	long ret;

	tally_begin(&own.counts->received, 1);
	ret = vt_recv(own.rx.fd, room, sizeof(room), VBUF_DONTWAIT);
	tally_end(&own.counts->received, 1, ret < 0 ? ret : 1);
	allow("receive", ret, may);
	message.len = ret > 0 ? ret : 0;
	if (ret >= 0) {
		look(&message);
		if (!message.whole)
			vt_die("a message is damaged");
		note(&message.id);
	}
}

static void change_either(void)
{
	if (any(4))
		return;
	if (any(2))
		change(&own.tx, VT_SEND);
	else
		change(&own.rx, VT_RECV);
}

/* Any byte of the hammer's, in the windows or of what was there before. */
static char *any_place(const struct end *end)
{
	char *base = base_of(end);

	if (!base)
		return NULL;
	return base + any(own.bytes / VT_PAGE) * VT_PAGE + HEAD +
	       any(VT_PAGE - HEAD - 64);
}

/* Whatever is there is the sender's own: anything may come of it but damage. */
static void hammer_at(char *at)
{
	if (!at)
		return;
	if (any(4))
		vt_poke(at, any(256));
	else if (syscall(SYS_getrandom, at, 64, 0) < 0 && errno != EFAULT)
		vt_die("getrandom");
}

/* What is received cannot be written, wherever it stands. */
static void try_to_forge(void)
{
	char *at;
	int met;

	pthread_mutex_lock(&own.lock);
	at = any_place(&own.rx);
	met = vt_poke(at, 'x');
	if (met == VT_THERE ||
	    syscall(SYS_getrandom, at, 1, 0) >= 0 || errno != EFAULT)
		vt_die("what was received can be written");
	pthread_mutex_unlock(&own.lock);
}

static void *touch_for_ever(void *arg)
{
	rnd = own.world->stress->seed + own.who * 3ULL + 1;
	(void)arg;
	for (;;) {
		if (hammers(own.who))
			hammer_at(any_place(&own.tx));
		else if (base_of(&own.tx))
			vt_peek(any_place(&own.tx));
		vt_peek(any_place(&own.rx));
		if (!any(64))
			try_to_forge();
		if (!any(64))
			usleep(any(2000));
	}
	return NULL;
}

/* Away and there again, at the same address. */
static void map_anew(const struct end *end, char *base, int prot)
{
	if (munmap(base, own.bytes))
		vt_die("munmap");
	if (any(2))
		sched_yield();
	if (mmap64(base, own.bytes, prot, MAP_SHARED | MAP_FIXED_NOREPLACE,
		   end->fd, end->window) != base)
		vt_die("mmap");
}

static void protect(char *base, int prot)
{
	if (mprotect(base, own.bytes, any(2) ? PROT_READ : PROT_NONE))
		vt_die("mprotect");
	if (any(2))
		usleep(any(200));
	if (mprotect(base, own.bytes, prot))
		vt_die("mprotect");
}

static void clear_refs(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, any(2) ? "1" : "4", 1) != 1)
		vt_die("clear_refs");
	close(fd);
}

static void churn(const struct end *end)
{
	int prot = end == &own.tx ? PROT_READ | PROT_WRITE : PROT_READ;
	char *base = base_of(end);

	if (!base)
		return;
	switch (any(8)) {
	case 0:
		clear_refs();
		break;
	case 1:
		if (mremap(base, own.bytes, own.bytes, MREMAP_MAYMOVE |
			   MREMAP_DONTUNMAP) != MAP_FAILED)
			vt_die("a window has moved");
		break;
	case 2 ... 4:
		protect(base, prot);
		break;
	default:
		map_anew(end, base, prot);
		break;
	}
}

static void *churn_for_ever(void *arg)
{
	rnd = own.world->stress->seed + own.who * 3ULL + 2;
	(void)arg;
	for (;;) {
		usleep(any(3000));
		pthread_mutex_lock(&own.lock);
		churn(any(2) ? &own.tx : &own.rx);
		pthread_mutex_unlock(&own.lock);
	}
	return NULL;
}

static void do_something(void)
{
	static void (*const doings[])(void) = {
		move_in, move_in, move_in, move_in, copy_in,
		move_out, move_out, move_out, move_out, copy_out,
		change_either,
	};
	unsigned int which = any(sizeof(doings) / sizeof(doings[0]));

	if (doings[which] == move_in && is_open_view(own.attr))
		copy_in();
	else
		doings[which]();
	stress_did(own.world->stress, 1);
}

static void work(unsigned int born, void *ctx)
{
	const struct world *world = ctx;
	unsigned int channel = born / 2 % CHANNELS;
	pthread_t thread;

	stress_step_back();
	rnd = world->stress->seed + born * 3ULL;
	own.world = world;
	own.attr = &attrs[channel];
	own.counts = &world->counts[channel];
	own.keeper = world->keeper[channel];
	own.who = born % TALLY_SENDERS;
	own.bytes = vt_region(own.keeper).bytes;
	open_end(&own.tx, VT_SEND, VBUF_MAP_SEND);
	open_end(&own.rx, VT_RECV, VBUF_MAP_RECEIVE);
	if (pthread_create(&thread, NULL, touch_for_ever, NULL) ||
	    pthread_create(&thread, NULL, churn_for_ever, NULL))
		vt_die("pthread_create");
	while (!atomic_load(world->over))
		do_something();
}

FIXTURE(region) {
	struct world world;
	struct crew crew;
};

/* In a network namespace of its own, where every channel is ours. */
FIXTURE_SETUP(region)
{
	struct world *world = &self->world;
	unsigned int i;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	world->stress = stress_begin(1);
	world->tally = storm_shared(sizeof(*world->tally));
	world->over = storm_shared(sizeof(*world->over));
	world->counts = storm_shared(CHANNELS * sizeof(*world->counts));
	for (i = 0; i < CHANNELS; i++) {
		world->keeper[i] = vt_create(NULL, attrs[i], VT_BOTH);
		ASSERT_LE(0, world->keeper[i]);
	}
	self->crew = (struct crew){
		.size = PROCESSES, .work = work, .ctx = world };
}

FIXTURE_TEARDOWN(region)
{
	unsigned int i;

	for (i = 0; i < CHANNELS; i++)
		close(self->world.keeper[i]);
	EXPECT_EQ(0, stress_look());
}

/* How many are left, each whole, and none received before. */
static unsigned int take_what_is_left(const struct world *world, int fd)
{
	struct message message = { .at = room };
	unsigned int n;
	long len;

	own.world = world;
	for (n = 0;; n++) {
		len = vt_recv(fd, room, sizeof(room), VBUF_DONTWAIT);
		if (len < 0)
			return n;
		message.len = len;
		look(&message);
		if (!message.whole)
			vt_die("what was left is damaged");
		note(&message.id);
	}
}

static bool is_counted(const struct world *world,
		       const struct tally_side *side, __u64 count)
{
	return world->calm ? tally_exact(side, count) : tally_fits(side, count);
}

/*
 * All are dead: nothing is on its way, nothing held, and every slot is back. What
 * was counted until now is settled.
 */
static bool adds_up(const struct world *world, unsigned int channel)
{
	struct tally_channel *counts = &world->counts[channel];
	const struct vbuf_attr *attr = &attrs[channel];
	int fd = world->keeper[channel];
	struct vt_channel info = vt_look(fd);
	unsigned int queued = info.depth, left;

	left = take_what_is_left(world, fd);
	if (!vt_settled(fd) || info.receiving || left != queued)
		return false;
	info = vt_look(fd);
	if (!is_counted(world, &counts->sent, info.sent) ||
	    !is_counted(world, &counts->received, info.received - left))
		return false;
	tally_settle(&counts->sent, info.sent);
	tally_settle(&counts->received, info.received);
	return info.free == attr->slots &&
	       (attr->flags & VBUF_LOSSY || !info.dropped_oldest) &&
	       (!(attr->flags & VBUF_REDELIVER) || !info.dropped_holder) &&
	       (attr->max_deliveries || !info.dropped_deliveries);
}

static bool all_add_up(const struct world *world)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < CHANNELS; i++)
		good &= adds_up(world, i);
	return good;
}

/* Some kills, and then that of all. */
static void storm(FIXTURE_DATA(region) *self, __u64 *seed)
{
	struct stress *stress = self->world.stress;
	unsigned int i;

	crew_begin(&self->crew);
	for (i = 0; i < KILLS && stress_goes_on(stress); i++) {
		usleep(storm_below(seed, PAUSE_US));
		if (stress_look() < (long)CHANNELS)
			vt_die("a channel is missing");
		stress_kill(stress, &self->crew, storm_below(seed, PROCESSES));
	}
	stress_crew_end(&self->crew);
	stress_wait_for_strangers();
}

/* A while without kills, at whose end each stops by itself. */
static void calm_down(FIXTURE_DATA(region) *self)
{
	self->world.calm = true;
	crew_begin(&self->crew);
	stress_wait_for(self->world.stress, CALM);
	atomic_store(self->world.over, true);
	if (crew_wait(&self->crew))
		vt_die("a process did not end well");
}

TEST_F_TIMEOUT(region, ends_in_balance, 60)
{
	struct stress *stress = self->world.stress;
	__u64 seed = stress->seed;

	while (stress_goes_on(stress)) {
		storm(self, &seed);
		EXPECT_TRUE(all_add_up(&self->world));
	}
	calm_down(self);
	EXPECT_TRUE(all_add_up(&self->world));
	EXPECT_EQ(CHANNELS, stress_look());
	stress_report(stress);
}

TEST_HARNESS_MAIN
