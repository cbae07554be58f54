// SPDX-License-Identifier: GPL-2.0
/*
 * A trace session, on a file of its own: what that tells is in no ledger. It is open
 * until a step opens another, or none, or the input ends. There is one where
 * $FUZZ_TRACE is set alone, for not every machine stands it: run says why.
 */
#include "fuzz.h"

#include <linux/vbuf_trace.h>

static const __u32 slot_counts[] = { 1, 2, 8, 64 };
static const __u32 slot_sizes[] = {
	VBUF_TRACE_MIN_SLOT_SIZE, VBUF_TRACE_MIN_SLOT_SIZE + 100, 4096, 65536 };
static const __u32 buffers[] = { 0, 64, 256, 4096 };

static int session = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_allowed;

static void take_lock(void)
{
	pthread_mutex_lock(&lock);
}

static void give_lock(void)
{
	pthread_mutex_unlock(&lock);
}

static void put_session_locked(int fd)
{
	if (session >= 0)
		close(session);
	session = fd;
}

/* It is to end when we close it: so a process that is forked has none. */
static void close_in_child(void)
{
	put_session_locked(-1);
	give_lock();
}

void sessions_init(void)
{
	is_allowed = getenv("FUZZ_TRACE");
	if (pthread_atfork(take_lock, give_lock, close_in_child))
		vt_die("pthread_atfork");
}

void sessions_close(void)
{
	take_lock();
	put_session_locked(-1);
	give_lock();
}

static long open_locked(struct actor *self, const struct step *step)
{
	struct vbuf_trace trace = {
		.size = sizeof(trace),
		.slots = slot_counts[step->a & 3],
		.slot_size = slot_sizes[step->a >> 2 & 3],
		.buffer = buffers[step->a >> 4 & 3],
		/* None too many, or that there is not. */
		.types = (step->b | step->c << 8) & ((2ULL << VBUF_TRACE_MAX) - 2),
	};
	void *at = arg_place(&self->arena, step, &trace, sizeof(trace));
	int fd = vt_device();
	long ret;

	actor_arm(self, step);
	ret = vt_ioctl(fd, VBUF_IOC_TRACE, at);
	actor_disarm(self);
	if (ret == -EINVAL && wrong_of(step) == WRONG_NOTHING)
		vt_die("a session is refused");
	if (ret)
		close(fd);
	else
		put_session_locked(fd);
	return ret;
}

static long call_trace(struct actor *self, const struct step *step)
{
	long ret;

	if (!is_allowed || by_process(step))
		return -EPERM;
	take_lock();
	ret = open_locked(self, step);
	give_lock();
	return ret;
}

/* What came by it, now and then. */
static long call_told(struct actor *self, const struct step *step)
{
	void *into = arg_into(&self->arena, step, length_of(step));
	long ret;

	take_lock();
	actor_arm(self, step);
	ret = vt_recv(session, into, length_of(step), VBUF_DONTWAIT);
	actor_disarm(self);
	give_lock();
	return ret;
}

static long call_untrace(struct actor *self, const struct step *step)
{
	(void)self;
	(void)step;
	sessions_close();
	return 0;
}

/* Not where their files are opened: the calls arm their faults by themselves. */
const struct call session_calls[] = {
	{ .name = "trace", .call = call_trace, .faultless = true },
	{ .name = "told", .call = call_told, .faultless = true },
	{ .name = "untrace", .call = call_untrace, .faultless = true },
};

const unsigned int session_calls_count = ARRAY_SIZE(session_calls);
