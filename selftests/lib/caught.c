// SPDX-License-Identifier: GPL-2.0
/* Signals that are caught and counted. */
#include "vbuf_test.h"

static int caught;

static void count(int sig)
{
	(void)sig;
	__atomic_fetch_add(&caught, 1, __ATOMIC_SEQ_CST);
}

void vt_catch(int sig, int sa_flags)
{
	struct sigaction action = { .sa_handler = count, .sa_flags = sa_flags };

	if (sigaction(sig, &action, NULL))
		vt_die("sigaction");
}

int vt_caught(void)
{
	return __atomic_load_n(&caught, __ATOMIC_SEQ_CST);
}

/* Returns when the handler has run: whatever the thread did is interrupted. */
void vt_interrupt(struct vt_call *call, int sig)
{
	int before = vt_caught();

	if (syscall(SYS_tgkill, getpid(), call->tid, sig))
		vt_die("tgkill");
	while (vt_caught() == before)
		usleep(1000);
}
