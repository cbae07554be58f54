// SPDX-License-Identifier: GPL-2.0
/*
 * A fatal signal ends CREATE while it takes memory. The process that made the
 * call learns nothing any more: its errno is read from the kernel's trace.
 */
#include "param.h"
#include "trace.h"
#include "kselftest_harness.h"

#include <sys/sysinfo.h>

#define SLOT_SIZE	(1U << 20)
#define TRIES		60

FIXTURE(create) {
	struct trace trace;
	struct params params;
	struct vbuf_attr attr;
};

/* Half of the memory that there is: enough to be interrupted at. */
FIXTURE_SETUP(create)
{
	struct sysinfo memory;
	char event[64];

	param_save(&self->params);
	param_set(MAX_BYTES, 1ULL << 50);
	sysinfo(&memory);
	self->attr = vt_attr(memory.freeram * memory.mem_unit / SLOT_SIZE / 2,
			     SLOT_SIZE);
	trace_begin(&self->trace);
	snprintf(event, sizeof(event), "id == %d", SYS_ioctl);
	trace_write(&self->trace, "events/raw_syscalls/sys_exit/filter", event);
	trace_write(&self->trace, "events/raw_syscalls/sys_exit/enable", "1");
}

FIXTURE_TEARDOWN(create)
{
	param_restore(&self->params);
	trace_end(&self->trace);
}

/* Kills a process that creates, after a while; true if it died creating. */
static bool dies_creating(const struct vbuf_attr *attr, unsigned int usec)
{
	pid_t pid = vt_fork();

	if (pid == 0)
		_exit(vt_create(NULL, *attr, VT_BOTH) < 0 ? 1 : 0);
	usleep(usec);
	kill(pid, SIGKILL);
	return vt_reap(pid) == -SIGKILL;
}

TEST_F_TIMEOUT(create, create_eintr, 240)
{
	char eintr[64];
	int i, killed = 0;

	snprintf(eintr, sizeof(eintr), "NR %d = %d", SYS_ioctl, -EINTR);
	for (i = 0; i < TRIES && !trace_has(&self->trace, eintr); i++)
		killed += dies_creating(&self->attr, 1000 << (i % 10));
	EXPECT_TRUE(trace_has(&self->trace, eintr))
		TH_LOG("%d of %d died, none of them in CREATE", killed, i);
}

/* What was taken so far has been given back. */
TEST_F_TIMEOUT(create, a_killed_one_leaves_nothing, 240)
{
	int i, fd;

	for (i = 0; i < 10; i++)
		dies_creating(&self->attr, 1000 << i);
	fd = vt_create(NULL, self->attr, VT_BOTH);
	EXPECT_LE(0, fd) TH_LOG("got %d", fd);
	close(fd);
}

TEST_HARNESS_MAIN
