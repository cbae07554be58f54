/* SPDX-License-Identifier: GPL-2.0 */
/* A trace buffer of a test's own, apart from all others. */
#ifndef _VBUF_TRACE_H
#define _VBUF_TRACE_H

#include "vbuf_test.h"

struct trace {
	char folder[64];
};

/* lib/trace.c; trouble ends the test */
void trace_begin(struct trace *trace);
void trace_end(struct trace *trace);
void trace_write(const struct trace *trace, const char *file,
		 const char *text);

/* What the buffer has, line by line, without the comments, until @fn says false. */
void trace_read(const struct trace *trace, bool (*fn)(char *line, void *ctx),
		void *ctx);
bool trace_has(const struct trace *trace, const char *text);

#endif /* _VBUF_TRACE_H */
