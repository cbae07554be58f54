// SPDX-License-Identifier: GPL-2.0
/* Knows how a test program tells what held. */
#include <stdio.h>

#include "tap.h"

static bool all_held;
static const char *skipped_why;

bool tap_expect(bool held, const char *what, const char *file, int line)
{
	if (!held) {
		all_held = false;
		printf("# %s:%d: not so: %s\n", file, line, what);
	}
	return held;
}

void tap_skip(const char *why)
{
	skipped_why = why;
}

int tap_run(const struct tap_case *cases, int count)
{
	int failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", count);
	for (int i = 0; i < count; i++) {
		all_held = true;
		skipped_why = NULL;
		cases[i].run();
		failed += !all_held;
		printf("%s %d - %s", all_held ? "ok" : "not ok", i + 1,
		       cases[i].promise);
		if (skipped_why)
			printf(" # SKIP %s", skipped_why);
		printf("\n");
	}
	return failed != 0;
}
