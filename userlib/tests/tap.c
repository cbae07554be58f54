// SPDX-License-Identifier: GPL-2.0
/* Knows how a test program tells what held. */
#include <stdio.h>

#include "tap.h"

static bool case_held;
static const char *case_skipped;

bool tap_expect(bool held, const char *what, const char *file, int line)
{
	if (!held) {
		case_held = false;
		printf("# %s:%d: not so: %s\n", file, line, what);
	}
	return held;
}

void tap_skip(const char *why)
{
	case_skipped = why;
}

int tap_run(const struct tap_case *cases, int count)
{
	const char *verdict;
	int failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", count);
	for (int i = 0; i < count; i++) {
		case_held = true;
		case_skipped = NULL;
		cases[i].run();
		failed += !case_held;
		verdict = case_held ? "ok" : "not ok";
		printf("%s %d - %s", verdict, i + 1, cases[i].promise);
		if (case_skipped)
			printf(" # SKIP %s", case_skipped);
		printf("\n");
	}
	return failed != 0;
}
