// SPDX-License-Identifier: GPL-2.0
/* The kernel fails the n-th allocation or copy of user memory in a call. */
#include "fault.h"

static const char *const injectors[] = {
	"failslab", "fail_page_alloc", "fail_usercopy" };

static const struct knob {
	const char *name;
	const char *value;
} knobs[] = {
	{ "verbose", "0" },		/* a failure is no news */
	{ "ignore-gfp-wait", "N" },	/* nor is any allocation too good for it */
	{ "ignore-gfp-highmem", "N" },
	{ "min-order", "0" },
};

static void turn(const char *injector, const struct knob *knob)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", injector,
		 knob->name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;		/* not every one has every knob */
	if (write(fd, knob->value, strlen(knob->value)) < 0)
		vt_die("%s", path);
	close(fd);
}

/* Once, where there is anything to turn. */
void fault_init(void)
{
	unsigned int i, k;

	for (i = 0; i < sizeof(injectors) / sizeof(injectors[0]); i++)
		for (k = 0; k < sizeof(knobs) / sizeof(knobs[0]); k++)
			turn(injectors[i], &knobs[k]);
}

/* For the calling thread; -1 if this kernel cannot inject faults. */
int fault_open(void)
{
	return open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
}

/*
 * @nth 0 takes back what has not come. What is armed may come in the copy that
 * writing this takes: again then.
 */
void fault_arm(int fd, unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	while (write(fd, text, len) != len)
		if (errno != EFAULT)
			vt_die("fail-nth");
}

/* Whether it has come; if not, it may come in this copy, and is not told. */
bool fault_came(int fd)
{
	char text[16] = "1";

	if (pread(fd, text, sizeof(text) - 1, 0) < 0 && errno != EFAULT)
		vt_die("fail-nth");
	return atoi(text) == 0;
}
