/* SPDX-License-Identifier: GPL-2.0 */
/* Memory with an end in the wrong place: lib/edge.c. */
#ifndef _VBUF_EDGE_H
#define _VBUF_EDGE_H

#include "vbuf_test.h"

/* Addresses at which nobody may read or write so much as a byte. */
#define EDGE_BADS	8

extern void *const edge_bad[EDGE_BADS];

void *edge_to_nothing(size_t len);
void *edge_to_read_only(size_t len);
void *edge_copy(const void *from, size_t len, size_t writable, int prot);
void *edge_tail(const void *from, size_t len, size_t read_only);

#endif /* _VBUF_EDGE_H */
