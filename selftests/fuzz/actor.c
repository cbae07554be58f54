// SPDX-License-Identifier: GPL-2.0
/*
 * Who does the steps. Each actor has a mailbox in memory that all share, and
 * sleeps on its state; the dispatcher sleeps on the same word.
 */
#include "fuzz.h"

#include <linux/futex.h>
#include <sys/prctl.h>

/* After so long a look whether the actor is asleep in its call. */
#define PATIENCE_NS	1000000
/* A call hangs that does not sleep, and does not end, for so many of those, */
#define BUSY_LOOKS	40000
/* or that so many signals do not end. */
#define NUDGES		2000
/* A wait is in vain that so many looks at the channels do not explain. */
#define WAIT_LOOKS	8000

#define OWN_FILES	100

enum { IDLE, BUSY };

static struct mailbox {
	__u32 state;		/* IDLE: the dispatcher's, BUSY: the actor's */
	bool check;		/* is to look at its channels, not to do the step */
	struct step step;
	long result;
	pid_t pid, tid;
	bool elsewhere;		/* in a network namespace of its own */
	int fail_nth;		/* the dispatcher's own descriptors of its files */
	int stat;
} *mailboxes;

static void futex_wait(__u32 *word, __u32 value, long ns)
{
	struct timespec timeout = { .tv_nsec = ns };

	syscall(SYS_futex, word, FUTEX_WAIT, value, ns ? &timeout : NULL);
}

static void set_state(struct mailbox *box, __u32 state)
{
	__atomic_store_n(&box->state, state, __ATOMIC_RELEASE);
	syscall(SYS_futex, &box->state, FUTEX_WAKE, 1);
}

static __u32 state_of(struct mailbox *box)
{
	return __atomic_load_n(&box->state, __ATOMIC_ACQUIRE);
}

/* What proc(5) says of it: S for asleep, Z for dead, and others. */
static char kernel_state_of(const struct mailbox *box)
{
	char text[128];
	const char *name_end;
	ssize_t len = pread(box->stat, text, sizeof(text) - 1, 0);

	if (len < 0)
		return 'Z';
	text[len] = '\0';
	name_end = strrchr(text, ')');
	return name_end ? name_end[2] : 'Z';
}

/* Not on a processor, and not about to be. Who is dead found something. */
static bool is_asleep(const struct mailbox *box)
{
	char state = kernel_state_of(box);

	if (state == 'Z' || state == 'X')
		vt_die("%s was the process's end",
		       call_of(&box->step)->name);
	return state == 'S';
}

/* False once it blocks: how loaded the machine is makes no difference. */
static bool becomes_idle(struct mailbox *box)
{
	unsigned int i;

	for (i = 0; state_of(box) == BUSY; i++) {
		if (i == BUSY_LOOKS)
			vt_die("%s does not end", call_of(&box->step)->name);
		futex_wait(&box->state, BUSY, PATIENCE_NS);
		if (state_of(box) == BUSY && is_asleep(box))
			return false;
	}
	return true;
}

/* Of the network namespace that it is in, which may be its own. */
static void check_own_channels(struct mailbox *box)
{
	box->check = false;
	check_channels();
}

static void check_result(const struct step *step, long ret)
{
	switch (-ret) {
	case 512 ... 530:
		vt_die("%s ended with an error of the kernel's own, %ld",
		       call_of(step)->name, ret);
	}
}

void actor_arm(struct actor *self, const struct step *step)
{
	self->armed = wrong_of(step) == WRONG_FAULT && self->fail_nth >= 0;
	if (self->armed)
		fault_arm(self->fail_nth, 1 + step->where % 32);
}

/* Also in the middle of a call, before what is no part of it. */
void actor_disarm(struct actor *self)
{
	if (!self->armed)
		return;
	if (fault_came(self->fail_nth))
		count(&counts->faults);
	fault_arm(self->fail_nth, 0);
	self->armed = false;
}

static long act(struct actor *self, const struct step *step)
{
	const struct call *call = call_of(step);
	unsigned int who = actor_of(step);
	long ret;

	upset_begin(who, call->upsets);
	if (!call->faultless)
		actor_arm(self, step);
	ret = call->call(self, step);
	actor_disarm(self);
	upset_over(who, call->upsets);
	count(&counts->steps);
	cover_fold(self->cover);
	return ret;
}

static void *actor(void *arg)
{
	struct mailbox *box = arg;
	struct actor self = { .fail_nth = fault_open() };

	arena_init(&self.arena);
	self.cover = cover_open();
	box->tid = gettid();
	box->pid = getpid();
	for (;;) {
		set_state(box, IDLE);
		while (state_of(box) == IDLE)
			futex_wait(&box->state, IDLE, 0);
		if (box->check) {
			check_own_channels(box);
			continue;
		}
		box->result = act(&self, &box->step);
		check_result(&box->step, box->result);
	}
	return NULL;
}

/* Not where an actor might have a number of a file that was closed. */
static int open_file(const struct mailbox *box, const char *name, int mode)
{
	char path[64];
	int fd, own;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", box->pid, box->tid,
		 name);
	fd = open(path, mode | O_CLOEXEC);
	if (fd < 0)
		return -1;
	own = fcntl(fd, F_DUPFD_CLOEXEC, OWN_FILES);
	close(fd);
	return own;
}

/* A process may find something at once: then it is dead. */
static void await_start(struct mailbox *box, pid_t pid)
{
	while (state_of(box) == BUSY) {
		futex_wait(&box->state, BUSY, PATIENCE_NS);
		if (pid && waitpid(pid, NULL, WNOHANG) == pid)
			vt_die("the process has ended at its beginning");
	}
	box->fail_nth = open_file(box, "fail-nth", O_WRONLY);
	box->stat = open_file(box, "stat", O_RDONLY);
}

static void begin_process(void)
{
	struct mailbox *box = &mailboxes[PROCESS];
	pid_t pid;

	box->state = BUSY;
	box->elsewhere = false;
	pid = fork();
	if (pid < 0)
		vt_die("fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		windows_check_child();
		actor(box);
	}
	await_start(box, pid);
}

/* Whatever it is about; all that it had has gone when this returns. */
void actors_end_process(void)
{
	struct mailbox *box = &mailboxes[PROCESS];

	if (!box->pid)
		return;
	kill(box->pid, SIGKILL);
	if (waitpid(box->pid, NULL, 0) != box->pid)
		vt_die("the process does not end");
	ledger_over(PROCESS);
	upset_begin(PROCESS, ALL_UPSETS);
	upset_over(PROCESS, ALL_UPSETS);
	windows_lose_process();
	close(box->fail_nth);
	close(box->stat);
	box->pid = 0;
	box->state = IDLE;
}

/* No fault is left for what the signal's delivery copies. */
static void nudge(struct mailbox *box)
{
	if (state_of(box) == IDLE)
		return;
	if (box->fail_nth >= 0)
		fault_arm(box->fail_nth, 0);
	syscall(SYS_tgkill, box->pid, box->tid, SIGUSR1);
}

static void nothing(int sig)
{
	(void)sig;
}

void actors_init(void)
{
	struct sigaction action = { .sa_handler = nothing };
	pthread_t thread;
	unsigned int i;

	sigaction(SIGUSR1, &action, NULL);
	mailboxes = storm_shared(PAGE);
	for (i = 0; i < PROCESS; i++) {
		mailboxes[i].state = BUSY;
		if (pthread_create(&thread, NULL, actor, &mailboxes[i]))
			vt_die("pthread_create");
		await_start(&mailboxes[i], 0);
	}
}

/*
 * To an actor that still blocks nothing can be given, but signals: a step for
 * it is one.
 */
void actor_give(const struct step *step)
{
	struct mailbox *box = &mailboxes[actor_of(step)];

	if (is_kill(step)) {
		if (mailboxes[PROCESS].pid)
			count(&counts->kills);
		actors_end_process();
		return;
	}
	if (box == &mailboxes[PROCESS] && !box->pid)
		begin_process();
	if (!becomes_idle(box)) {
		nudge(box);
		return;
	}
	box->step = *step;
	if (box == &mailboxes[PROCESS] && is_new_net(step))
		box->elsewhere = true;
	set_state(box, BUSY);
	if (!(step->who & WHO_GO_ON))
		becomes_idle(box);
}

/*
 * Whether who is asleep in a call has what to wait for. Who ends while this looks
 * makes it wrong, and so does a deadline that is near: for a moment only.
 */
static bool waits_are_due(void)
{
	unsigned int i, asleep[WAIT_KINDS] = { 0 };
	bool elsewhere = false;

	for (i = 0; i < ACTORS; i++) {
		if (becomes_idle(&mailboxes[i]))
			continue;
		asleep[wait_of(&mailboxes[i].step)]++;
		elsewhere |= mailboxes[i].elsewhere;
	}
	return check_waits(asleep, elsewhere);
}

/* Before a signal could wake who should have been woken already. */
static void check_sleepers(void)
{
	unsigned int i, n;

	for (n = 0; !waits_are_due(); n++) {
		if (n < WAIT_LOOKS) {
			usleep(PATIENCE_NS / 1000);
			continue;
		}
		for (i = 0; i < ACTORS; i++)
			if (state_of(&mailboxes[i]) == BUSY)
				fprintf(stderr, "# %u sleeps in %s\n", i,
					call_of(&mailboxes[i].step)->name);
		vt_die("somebody sleeps in vain: a wake-up is lost");
	}
}

/* Until nobody is in a call. */
void actors_settle(void)
{
	unsigned int i, n;

	check_sleepers();
	for (i = 0; i < ACTORS; i++) {
		if (i == PROCESS && !mailboxes[i].pid)
			continue;
		for (n = 0; !becomes_idle(&mailboxes[i]); n++) {
			if (n == NUDGES)
				vt_die("%s does not end by a signal",
				       call_of(&mailboxes[i].step)->name);
			nudge(&mailboxes[i]);
		}
	}
}

/* Everybody is idle, and it waits for nobody: asleep is on its way only. */
void actors_check_process(void)
{
	struct mailbox *box = &mailboxes[PROCESS];
	unsigned int i;

	if (!box->pid)
		return;
	box->check = true;
	set_state(box, BUSY);
	for (i = 0; !becomes_idle(box); i++)
		if (i == NUDGES)
			vt_die("the process does not look at its channels");
}
