// SPDX-License-Identifier: GPL-2.0
/* Loading the module from $VBUF_MODULE, and unloading it. */
#include "vbuf_test.h"

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
