// SPDX-License-Identifier: GPL-2.0
/* Worker processes that are killed and replaced. */
#include "storm.h"

static void fill_place(struct crew *crew, unsigned int which)
{
	unsigned int born = crew->born++;

	crew->pid[which] = vt_fork();
	if (crew->pid[which] == 0) {
		crew->work(born, crew->ctx);
		_exit(0);
	}
}

void crew_begin(struct crew *crew)
{
	unsigned int i;

	for (i = 0; i < crew->size; i++)
		fill_place(crew, i);
}

/* Kills a member; when this returns, all it had is gone, and another works. */
int crew_kill(struct crew *crew, unsigned int which)
{
	int how = storm_kill(crew->pid[which]);

	fill_place(crew, which);
	return how;
}

void crew_end(struct crew *crew)
{
	unsigned int i;

	for (i = 0; i < crew->size; i++)
		storm_kill(crew->pid[i]);
}

/* Waits for all to exit by themselves; how many did not exit with 0. */
int crew_wait(struct crew *crew)
{
	unsigned int i;
	int bad = 0;

	for (i = 0; i < crew->size; i++)
		bad += vt_reap(crew->pid[i]) != 0;
	return bad;
}
