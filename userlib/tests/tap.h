/* SPDX-License-Identifier: GPL-2.0 */
/* One test program: cases that each stand for a promise, told as TAP. */
#ifndef _VBUF_TEST_TAP_H
#define _VBUF_TEST_TAP_H

#include <stdbool.h>

struct tap_case {
	const char *promise;
	void (*run)(void);
};

/* Counts against the running case, which goes on, and says where. */
#define EXPECT(condition) \
	tap_expect(condition, #condition, __FILE__, __LINE__)

bool tap_expect(bool held, const char *what, const char *file, int line);
void tap_skip(const char *why);
int tap_run(const struct tap_case *cases, int count);

#define TAP_RUN(cases) tap_run(cases, sizeof(cases) / sizeof((cases)[0]))

#endif /* _VBUF_TEST_TAP_H */
