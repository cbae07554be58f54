// SPDX-License-Identifier: GPL-2.0
/* How long a stress program runs, and what it did until then. */
#include <sys/prctl.h>
#include <sys/resource.h>

#include "stress.h"

/* Long enough to meet every kind of operation many times. */
#define SECONDS		3

/* So long none of an operation's calls takes. */
#define PATIENCE_MSEC	30000U

/* @parts tests share the STRESS_SECONDS of their program. */
struct stress *stress_begin(unsigned int parts)
{
	struct stress *stress = storm_shared(sizeof(*stress));
	const char *env = getenv("STRESS_SECONDS");
	double seconds = env ? atof(env) : SECONDS;

	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		vt_die("PR_SET_CHILD_SUBREAPER");
	stress->seed = storm_seed();
	stress->end = vt_now() + (__u64)(seconds / parts * VT_NSEC_PER_SEC);
	return stress;
}

/* Asked for again and again: ends the test if nothing is done meanwhile. */
bool stress_goes_on(struct stress *stress)
{
	unsigned long now = atomic_load(&stress->operations);

	if (now != stress->seen || !stress->patience) {
		stress->seen = now;
		stress->patience = vt_in(vt_scaled(PATIENCE_MSEC));
	}
	if (vt_now() > stress->patience)
		vt_die("nobody does anything any more");
	return vt_now() < stress->end;
}

void stress_did(struct stress *stress, unsigned int operations)
{
	atomic_fetch_add(&stress->operations, operations);
}

/* Until others have done so much more; ends the test if they do nothing. */
void stress_wait_for(struct stress *stress, unsigned int operations)
{
	unsigned long end = atomic_load(&stress->operations) + operations;

	stress->patience = 0;
	while (atomic_load(&stress->operations) < end) {
		stress_goes_on(stress);
		usleep(500);
	}
}

static bool is_member(const struct crew *crew, pid_t pid)
{
	unsigned int i;

	for (i = 0; i < crew->size; i++)
		if (crew->pid[i] == pid)
			return true;
	return false;
}

/* Members' own children fall to a subreaper: the dead among them. */
static void reap_strangers(const struct crew *crew)
{
	siginfo_t info = { .si_pid = 0 };

	while (!waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) &&
	       info.si_pid && !is_member(crew, info.si_pid)) {
		vt_reap(info.si_pid);
		info.si_pid = 0;
	}
}

/* For who never sleeps: who kills and replaces it is not to wait for it. */
void stress_step_back(void)
{
	if (setpriority(PRIO_PROCESS, 0, 10))
		vt_die("setpriority");
}

/* A member that has ended by itself, or otherwise, found something wrong. */
void stress_kill(struct stress *stress, struct crew *crew, unsigned int which)
{
	int how = crew_kill(crew, which);

	if (how != -SIGKILL)
		vt_die("member %u ended before it was killed: %d", which, how);
	atomic_fetch_add(&stress->kills, 1);
	reap_strangers(crew);
}

/* Kills all; when this returns they are gone. */
void stress_crew_end(struct crew *crew)
{
	unsigned int i;
	int how;

	for (i = 0; i < crew->size; i++) {
		how = storm_kill(crew->pid[i]);
		if (how != -SIGKILL)
			vt_die("member %u ended by itself: %d", i, how);
	}
}

/* The children of who was killed die with it, but not at once. */
void stress_wait_for_strangers(void)
{
	while (wait(NULL) > 0)
		continue;
}

/* All channels of the namespace account for themselves; how many there are. */
long stress_look(void)
{
	return vt_look_at_all(vt_balanced);
}

/* The line that tables are made of. */
void stress_report(const struct stress *stress)
{
	fprintf(stderr,
		"# did: %lu operations, %lu kills, %lu faults injected\n",
		atomic_load(&stress->operations), atomic_load(&stress->kills),
		atomic_load(&stress->faults));
}
