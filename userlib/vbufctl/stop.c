// SPDX-License-Identifier: GPL-2.0-only
/* Ending by a signal without leaving work half done. */
#include "stop.h"

#include "report.h"

#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t stop_signal;

/*
 * The signal may come after the program looked at stop_requested() and before
 * it blocks in a system call, which then would not be interrupted. So the
 * alarm goes on interrupting.
 */
static void request_stop(int number)
{
	if (number != SIGALRM)
		stop_signal = number;
	alarm(1);
}

static void catch_signal(int number)
{
	struct sigaction action = { .sa_handler = request_stop };
	struct sigaction old;

	sigemptyset(&action.sa_mask);
	sigaction(number, NULL, &old);
	/* nohup, and a shell's '&', ask for that. */
	if (old.sa_handler != SIG_IGN || number == SIGALRM)
		sigaction(number, &action, NULL);
}

void stop_prepare(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	catch_signal(SIGALRM);
	catch_signal(SIGINT);
	catch_signal(SIGTERM);
	catch_signal(SIGHUP);
}

bool stop_requested(void)
{
	return stop_signal;
}

/* Ends by the signal that asked for it, so that a shell sees it, if any did. */
void stop_finish(void)
{
	if (!stop_signal)
		return;
	signal(stop_signal, SIG_DFL);
	raise(stop_signal);
}

/* Return: -1, if SIGPIPE does not end the process. */
int stop_unread(void)
{
	raise(SIGPIPE);
	report("standard output: its reader has gone");
	return -1;
}
