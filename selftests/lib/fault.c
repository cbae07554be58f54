// SPDX-License-Identifier: GPL-2.0
/* The kernel fails the n-th allocation or copy of user memory in a call. */
#include <glob.h>

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
	{ "cache-filter", "Y" },
};

/* Not every injector has every knob, nor can every cache be told. */
static void turn(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) < 0 && errno != EINVAL)
		vt_die("%s", path);
	close(fd);
}

/*
 * All that is allocated from a cache of any kind, but by who looks for leaks: it
 * has something to fall back on, for a while, and what it does is not ours.
 */
static void choose_caches(void)
{
	glob_t caches;
	size_t i;

	if (glob("/sys/kernel/slab/*/failslab", 0, NULL, &caches))
		return;
	for (i = 0; i < caches.gl_pathc; i++)
		turn(caches.gl_pathv[i],
		     strstr(caches.gl_pathv[i], "kmemleak") ? "0" : "1");
	globfree(&caches);
}

/* Once, where there is anything to turn. */
void fault_init(void)
{
	char path[128];
	unsigned int i, k;

	for (i = 0; i < sizeof(injectors) / sizeof(injectors[0]); i++)
		for (k = 0; k < sizeof(knobs) / sizeof(knobs[0]); k++) {
			snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s",
				 injectors[i], knobs[k].name);
			turn(path, knobs[k].value);
		}
	choose_caches();
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
