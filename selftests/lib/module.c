// SPDX-License-Identifier: GPL-2.0
/* Loading the module from $VBUF_MODULE, and unloading it. */
#include "vbuf_test.h"

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
