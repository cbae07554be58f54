// SPDX-License-Identifier: GPL-2.0
/* Loading the module from $VBUF_MODULE, and unloading it, idle or at work. */
#include "storm.h"

#define PATIENCE_MSEC	20000U

long vt_load(void)
{
	const char *file = getenv("VBUF_MODULE");
	int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
	long ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;

	close(fd);
	return ret;
}

long vt_unload(void)
{
	return syscall(SYS_delete_module, "vbuf", O_NONBLOCK) ? -errno : 0;
}

/* What keeps it goes: a socket's end may be late by a grace period. */
long vt_unload_soon(void)
{
	__u64 end = vt_in(vt_scaled(PATIENCE_MSEC));
	long ret;

	while ((ret = vt_unload()) == -EAGAIN && vt_now() < end)
		usleep(1000);
	return ret;
}

/*
 * While a crew works, which counts in @done what its first member does, the module goes
 * and comes in each round in which it can. How often it did.
 */
unsigned int storm_reload(struct crew *crew, const unsigned int *done,
			  unsigned int rounds)
{
	unsigned int loads = 0, before;

	crew_begin(crew);
	while (rounds--) {
		if (!vt_unload_soon()) {
			loads++;
			if (vt_load())
				vt_die("load the module");
		}
		before = __atomic_load_n(done, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(done, __ATOMIC_SEQ_CST) == before)
			usleep(1000);
	}
	crew_end(crew);
	return loads;
}
