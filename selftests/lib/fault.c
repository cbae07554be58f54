// SPDX-License-Identifier: GPL-2.0
/* The kernel fails the n-th allocation or copy of user memory in a call. */
#include <glob.h>

#include "fault.h"

/* No module has more code, nor any call as many faults. */
#define MODULE_SIZE	(1UL << 20)
#define MOST_FAULTS	1000000

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

static void choose_caches(bool (*is_chosen)(const char *path, const char *name),
			  const char *name)
{
	glob_t caches;
	size_t i;

	if (glob("/sys/kernel/slab/*/failslab", 0, NULL, &caches))
		return;
	for (i = 0; i < caches.gl_pathc; i++)
		turn(caches.gl_pathv[i],
		     is_chosen(caches.gl_pathv[i], name) ? "1" : "0");
	globfree(&caches);
}

static bool has_not(const char *path, const char *name)
{
	return !strstr(path, name);
}

static bool has(const char *path, const char *name)
{
	return strstr(path, name);
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
	/*
	 * All that is allocated from a cache of any kind, but by who looks for
	 * leaks: it has something to fall back on, for a while, and what it does
	 * is not ours.
	 */
	choose_caches(has_not, "kmemleak");
}

/* Of all caches only this one. */
void fault_choose_cache(const char *name)
{
	char part[64];

	snprintf(part, sizeof(part), "/%s/", name);
	choose_caches(has, part);
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

static void path_of(char path[128], const char *injector, const char *knob)
{
	snprintf(path, 128, "/sys/kernel/debug/%s/%s", injector, knob);
}

static void set(const char *injector, const char *knob, unsigned long value)
{
	char path[128];
	FILE *file;

	path_of(path, injector, knob);
	file = fopen(path, "we");
	if (!file || fprintf(file, "%lu", value) < 0 || fclose(file))
		vt_die("set %s to %lu", path, value);
}

static unsigned long number_in(const char *path)
{
	FILE *file = fopen(path, "re");
	char text[32];

	if (!file || !fgets(text, sizeof(text), file))
		vt_die("read %s", path);
	fclose(file);
	return strtoul(text, NULL, 0);
}

/*
 * Whatever the module's functions, or what they call, ask for, once they have
 * had @budget: pages, of fail_page_alloc, or bytes, of failslab.
 */
void fault_for_good(const char *injector, unsigned int budget)
{
	unsigned long text = number_in("/sys/module/vbuf/sections/.text");

	set(injector, "stacktrace-depth", 32);
	set(injector, "require-start", text);
	set(injector, "require-end", text + MODULE_SIZE);
	set(injector, "interval", 1);
	set(injector, "times", MOST_FAULTS);
	set(injector, "space", budget);
	set(injector, "probability", 100);
}

/* Lets all have what they ask for; how often that was not so. */
unsigned int fault_stop(const char *injector)
{
	char path[128];

	set(injector, "probability", 0);
	set(injector, "stacktrace-depth", 0);
	set(injector, "require-start", 0);
	set(injector, "require-end", -1UL);
	path_of(path, injector, "times");
	return MOST_FAULTS - number_in(path);
}
