// SPDX-License-Identifier: GPL-2.0
/* A channel and files that calls are tried on, and what comes of each. */
#include "stage.h"

#include "cgroup.h"
#include "storm.h"

/* No call has as many places to fail. */
#define MOST		500
/* A user who has nothing else. */
#define STRANGER	4321
/* The cgroup that the channels' memory is charged to, and what may vary. */
#define GROUP		"stage"
#define LEFT_OVER	(32UL << 12)
#define PATIENCE_MSEC	20000U

bool stage_whole(const char *bytes, char byte)
{
	return bytes[0] == byte && !memcmp(bytes, bytes + 1, STAGE_LEN - 1);
}

static long put(int fd, char byte)
{
	char bytes[STAGE_LEN];

	memset(bytes, byte, STAGE_LEN);
	return vt_send(fd, bytes, STAGE_LEN, VBUF_DONTWAIT);
}

/* Returns the byte that a message is made of, or 0. */
static char take(int fd)
{
	char bytes[STAGE_LEN];
	long len;

	memset(bytes, VT_POISON, STAGE_LEN);
	len = vt_recv(fd, bytes, STAGE_LEN, VBUF_DONTWAIT);
	if (len >= 0 && (len != STAGE_LEN || !stage_whole(bytes, bytes[0])))
		vt_die("a damaged message");
	return len < 0 ? 0 : bytes[0];
}

/* A message is held, and two are queued, or as many as there are slots. */
void stage_begin(struct stage *stage)
{
	char bytes[STAGE_LEN];
	struct vbuf_msg msg = { .buf = (uintptr_t)bytes, .size = STAGE_LEN };
	struct vbuf_attr attr = vt_attr(STAGE_SLOTS, stage->slot_size ?: STAGE_LEN);

	attr.flags = VBUF_LOSSY;
	attr.mode = 0666;
	stage->device = vt_device();
	stage->other_device = -1;
	stage->rx = vt_create(stage->name, attr, VT_RECV);
	stage->tx = vt_open(stage->name, VT_SEND);
	stage->both = vt_open(stage->name, VT_BOTH);
	if (stage->rx < 0 || stage->tx < 0 || stage->both < 0 ||
	    fcntl(stage->both, F_SETOWN, getpid()) || put(stage->tx, 'h') ||
	    vt_recvv(stage->rx, &msg, 1, VBUF_HOLD) != 1 ||
	    put(stage->tx, 'p') || put(stage->tx, 'q'))
		vt_die("a channel to begin with");
	while (stage->full && !put(stage->tx, 'f'))
		continue;
	stage->id = vt_getattr(stage->rx).id;
	stage->held = msg.cookie;
	if (stage->prepare)
		stage->prepare(stage);
	if (stage->max_bytes)
		param_set(MAX_BYTES, stage->max_bytes);
}

/* Nothing is left, and nothing is charged that was not before. */
void stage_end(struct stage *stage)
{
	struct vt_channel info;

	if (stage->max_bytes)
		param_restore(&stage->usual);
	if (stage->tidy)
		stage->tidy(stage);
	if (stage->other_device >= 0)
		close(stage->other_device);
	close(stage->device);
	close(stage->both);
	close(stage->rx);
	close(stage->tx);
	if (vt_find(stage->id, &info))
		vt_die("the channel outlives its endpoints");
	if (vt_open(stage->other_name, VT_RECV) != -ENOENT)
		vt_die("a channel is left over");
	if (!room_within(stage->room))
		vt_die("more is charged than before");
	param_restore(&stage->usual);
}

/* Makes the device an endpoint of a channel, of that name if it is not empty. */
long stage_create(struct stage *stage, const char *name, struct vbuf_attr attr)
{
	struct vbuf_create create = {
		.size = sizeof(create), .rights = VT_BOTH, .attr = attr };

	memcpy(create.name, name, sizeof(create.name));
	return vt_ioctl(stage->device, VBUF_IOC_CREATE, &create);
}

static void look_at_ends(struct stage *stage, struct outcome *outcome)
{
	int i;

	outcome->count = vt_endpoints(stage->id, outcome->ends, STAGE_ENDS);
	for (i = 0; i < outcome->count && i < STAGE_ENDS; i++) {
		outcome->ends[i].id = 0;
		outcome->ends[i].channel = 0;
		outcome->ends[i].pid = outcome->ends[i].pid == (__u32)getpid();
	}
}

/* One is taken first, for the channel may be full. */
static void cross(struct stage *stage, struct outcome *outcome)
{
	int caught = vt_caught();
	unsigned int n = 0;

	outcome->taken[n] = take(stage->rx);
	outcome->told_of_slot = vt_caught() != caught;
	caught = vt_caught();
	outcome->put = put(stage->tx, 'n');
	outcome->told_of_message = vt_caught() != caught;
	while (outcome->taken[n] && n < sizeof(outcome->taken) - 1)
		outcome->taken[++n] = take(stage->rx);
}

static long become(struct stage *stage, int fd)
{
	struct vbuf_reopen reopen = {
		.size = sizeof(reopen), .rights = VT_RECV, .fd = stage->rx };

	return fd < 0 ? 1 : vt_ioctl(fd, VBUF_IOC_REOPEN, &reopen);
}

static void use_files(struct stage *stage, struct outcome *outcome)
{
	struct vbuf_getattr attr = { .size = sizeof(attr) };

	/* No more than a device, it is as good as any. */
	outcome->becomes = become(stage, stage->device);
	outcome->other_becomes = become(stage, stage->other_device);
	if (vt_ioctl(stage->device, VBUF_IOC_GETATTR, &attr))
		return;
	outcome->made = vt_look(stage->device);
	outcome->made.id = 0;
	/* More where large blocks are not had. */
	outcome->made.bytes = 0;
	vt_put(stage->tx, 'd');
	outcome->sends = vt_put(stage->device, 'd');
	outcome->receives = vt_take(stage->device);
	outcome->receives_more = vt_take(stage->device);
}

/* Moves messages, and binds files, in order to see whether it still can. */
void stage_look(struct stage *stage, struct outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	outcome->channel = vt_look(stage->rx);
	if (!vt_balanced(&outcome->channel))
		vt_die("the channel does not add up");
	outcome->channel.id = 0;
	look_at_ends(stage, outcome);
	cross(stage, outcome);
	use_files(stage, outcome);
}

static void try_here(struct stage *stage, int fail_nth, unsigned int nth,
		     attempt what)
{
	struct tried *tried = stage->tried;

	fault_arm(fail_nth, nth);
	tried->ret = what(stage);
	tried->came = fault_came(fail_nth);
	fault_arm(fail_nth, 0);
}

/* In a process of its own, in a user namespace of its own. */
static void try_as_stranger(struct stage *stage, unsigned int nth, attempt what)
{
	pid_t pid = vt_fork();
	int fail_nth;

	if (!pid) {
		fail_nth = fault_open();
		if (fail_nth < 0 || setresuid(STRANGER, STRANGER, STRANGER) ||
		    unshare(CLONE_NEWUSER))
			vt_die("be a stranger");
		try_here(stage, fail_nth, nth, what);
		_exit(0);
	}
	if (vt_reap(pid))
		vt_die("a stranger's end");
}

/* The call with its @nth fault, if it has as many, and what came of it. */
struct tried stage_try(struct stage *stage, unsigned int nth, attempt what)
{
	struct tried tried;

	stage_begin(stage);
	if (stage->stranger)
		try_as_stranger(stage, nth, what);
	else
		try_here(stage, stage->fail_nth, nth, what);
	stage_look(stage, &stage->tried->outcome);
	tried = *stage->tried;
	stage_end(stage);
	return tried;
}

static long do_nothing(struct stage *stage)
{
	(void)stage;
	return 0;
}

/* Finds out what the call does if nothing fails, and what there is without it. */
void stage_get_to_know(struct stage *stage, attempt what)
{
	if (stage->known == what)
		return;
	stage->nothing = stage_try(stage, 0, do_nothing).outcome;
	stage->whole = stage_try(stage, 0, what);
	stage->known = what;
	if (stage->whole.ret < 0)
		vt_die("without a fault: %ld", stage->whole.ret);
}

/* What @ret says is done: all of it, some messages, or nothing. */
static struct outcome promised(struct stage *stage, attempt what, long ret)
{
	unsigned int count = stage->count;
	struct tried tried;

	stage_get_to_know(stage, what);
	if (ret < 0)
		return stage->nothing;
	if (ret == stage->whole.ret)
		return stage->whole.outcome;
	stage->count = ret;
	tried = stage_try(stage, 0, what);
	stage->count = count;
	if (tried.ret != ret)
		vt_die("%ld is more than was asked for, or less", ret);
	return tried.outcome;
}

/* As if the oldest message were still there that was dropped for nothing. */
static void undo_drop(struct outcome *outcome, char oldest)
{
	outcome->channel.dropped_oldest--;
	outcome->channel.depth++;
	outcome->channel.free--;
	outcome->made.dropped_oldest--;
	outcome->made.received++;
	outcome->made.received_bytes += STAGE_LEN;
	memmove(outcome->taken + 1, outcome->taken, sizeof(outcome->taken) - 1);
	outcome->taken[0] = oldest;
}

/* Dies unless what came of a call is what its result promises. */
void stage_compare(struct stage *stage, attempt what, const struct tried *tried)
{
	struct outcome wanted = promised(stage, what, tried->ret);
	struct outcome now = tried->outcome;

	if (stage->drops && tried->came &&
	    now.channel.dropped_oldest == wanted.channel.dropped_oldest + 1)
		undo_drop(&now, wanted.taken[0]);
	if (!memcmp(&now, &wanted, sizeof(now)))
		return;
	fprintf(stderr, "# %u free, messages %s; not %u and %s\n",
		now.channel.free, now.taken, wanted.channel.free, wanted.taken);
	vt_die("a call that returns %ld did something else", tried->ret);
}

static void count_error(const struct stage *stage, struct faults *faults,
			long ret)
{
	if (ret != -EFAULT && ret != -ENOMEM &&
	    (!stage->may_fail || ret != -stage->may_fail))
		vt_die("fault %u: %ld", faults->came, ret);
	faults->errors++;
	faults->enomem += ret == -ENOMEM;
	faults->efault += ret == -EFAULT;
	faults->other += ret == -stage->may_fail;
}

/* The line that tables are made of. */
void stage_report(unsigned int operations, unsigned int faults)
{
	fprintf(stderr, "# did: %u operations, 0 kills, %u faults injected\n",
		operations, faults);
}

/*
 * Each fault is an error after which all is as before, or one that the call got
 * by without, or that ended it early: what it says that it did is done.
 */
struct faults stage_try_all(struct stage *stage, attempt what)
{
	struct faults faults = { .came = 0 };
	struct tried tried;
	unsigned int nth;

	stage_get_to_know(stage, what);
	for (nth = 1; nth < MOST; nth++) {
		tried = stage_try(stage, nth, what);
		stage_compare(stage, what, &tried);
		if (!tried.came)
			break;
		faults.came++;
		if (tried.ret < 0)
			count_error(stage, &faults, tried.ret);
		else
			faults.partial += tried.ret < stage->whole.ret;
	}
	if (tried.came || tried.ret != stage->whole.ret)
		vt_die("%u faults, and still %ld", nth, tried.ret);
	fprintf(stderr, "# of %u faults %u are errors, %u ENOMEM, %u EFAULT; %u partial\n",
		faults.came, faults.errors, faults.enomem, faults.efault,
		faults.partial);
	stage_report(faults.came + 1, faults.came);
	return faults;
}

/*
 * Every round is judged in full; what is returned is of the one with most errors.
 * The kernel tries to refill a cache with many pages first, now and then, and
 * takes less if it must: a fault there moves all others, so that one is missed.
 * The rounds go on until one has the errors that are wanted.
 */
struct faults stage_try_best(struct stage *stage, attempt what,
			     unsigned int enomem, unsigned int efault)
{
	struct faults faults, best = { .errors = 0 };
	unsigned int round;

	for (round = 0; round < STAGE_ROUNDS; round++) {
		if (round >= STAGE_ROUNDS_LEAST && best.enomem >= enomem &&
		    best.efault >= efault)
			break;
		faults = stage_try_all(stage, what);
		if (faults.errors > best.errors)
			best = faults;
	}
	return best;
}

/* In a cgroup that has nothing else, and nothing before: false without faults. */
bool stage_open(struct stage *stage)
{
	stage->fail_nth = fault_open();
	if (stage->fail_nth < 0)
		return false;
	fault_init();
	vt_catch(SIGIO, 0);
	stage->count = 2;
	stage->tried = storm_shared(sizeof(*stage->tried));
	vt_name(stage->name, "stage");
	vt_name(stage->other_name, "stage-other");
	cgroup_mount();
	cgroup_write("", "cgroup.subtree_control", "+memory");
	cgroup_make(GROUP);
	cgroup_enter(GROUP, getpid());
	param_save(&stage->usual);
	stage->room = room_needed();
	param_restore(&stage->usual);
	stage_try(stage, 0, do_nothing);
	stage->charged = cgroup_kernel_bytes(GROUP);
	return true;
}

/*
 * The pages of the slots are nowhere but in the cgroup's account, where they stay
 * if nobody gives them back. That is late by some seconds.
 */
bool stage_close(struct stage *stage)
{
	__u64 end = vt_in(vt_scaled(PATIENCE_MSEC));
	unsigned long now;

	while ((now = cgroup_kernel_bytes(GROUP)) > stage->charged + LEFT_OVER &&
	       vt_now() < end)
		usleep(100000);
	fprintf(stderr, "# %lu bytes were charged, and now %lu\n",
		stage->charged, now);
	close(stage->fail_nth);
	cgroup_enter("", getpid());
	cgroup_remove(GROUP);
	return now <= stage->charged + LEFT_OVER;
}
