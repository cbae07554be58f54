// SPDX-License-Identifier: GPL-2.0
/* The n-th allocation or copy of user memory in a call fails. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void turn(const char *injector, const char *knob, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", injector, knob);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) < 0)
		fuzz_die("%s: %s", path, strerror(errno));
	close(fd);
}

/* A failure is no news, and no allocation of the kernel's own is too good. */
void fault_init(void)
{
	static const char * const injectors[] = {
		"failslab", "fail_page_alloc", "fail_usercopy" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(injectors); i++) {
		turn(injectors[i], "verbose", "0");
		turn(injectors[i], "ignore-gfp-wait", "N");
		turn(injectors[i], "min-order", "0");
	}
}

/* The calling thread's. */
int fault_open(void)
{
	return open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
}

/* Whether what was armed has struck; if not yet, it may in the file's own copy. */
bool fault_came(int fd)
{
	char text[16] = "1";

	return pread(fd, text, sizeof(text) - 1, 0) > 0 && text[0] == '0';
}

/* @nth 0 takes back what was not used up. */
void fault_arm(int fd, unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	/* What is armed may strike in the file's own copy. */
	while (fd >= 0 && write(fd, text, len) != len)
		if (errno != EFAULT)
			fuzz_die("fail-nth: %s", strerror(errno));
}
