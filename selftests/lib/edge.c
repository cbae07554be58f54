// SPDX-License-Identifier: GPL-2.0
/*
 * Memory whose last bytes are what a call needs the first of: behind them lies
 * what may not be touched, or only read.
 */
#include "edge.h"

#define USABLE	(1UL << 20)

void *const edge_bad[EDGE_BADS] = {
	NULL, VT_UNMAPPED, VT_KERNEL, (void *)0xffffffff81000000UL,
	(void *)0x8000000000000000UL, (void *)0x00007ffffffff000UL,
	(void *)-4096L, (void *)-1L,
};

static char *map_edge(int behind)
{
	char *mem = mmap(NULL, 2 * USABLE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED || mprotect(mem + USABLE, USABLE, behind))
		vt_die("mmap");
	return mem;
}

/* @len usable bytes, behind which there are none. */
void *edge_to_nothing(size_t len)
{
	static char *mem;

	if (!mem)
		mem = map_edge(PROT_NONE);
	return mem + USABLE - len;
}

/* @len bytes that can be written, behind which there are many to read. */
void *edge_to_read_only(size_t len)
{
	static char *mem;

	if (!mem)
		mem = map_edge(PROT_READ);
	return mem + USABLE - len;
}

/* A copy whose first @writable bytes are that, and the rest as @prot says. */
void *edge_copy(const void *from, size_t len, size_t writable, int prot)
{
	char *mem = map_edge(PROT_READ | PROT_WRITE) + USABLE;

	memcpy(mem - writable, from, len);
	if (mprotect(mem, USABLE, prot))
		vt_die("mprotect");
	return mem - writable;
}

/* A copy whose first @read_only bytes are that, and the rest can be written. */
void *edge_tail(const void *from, size_t len, size_t read_only)
{
	char *mem = map_edge(PROT_READ | PROT_WRITE) + USABLE - read_only;

	memcpy(mem, from, len);
	if (mprotect(mem + read_only - USABLE, USABLE, PROT_READ))
		vt_die("mprotect");
	return mem;
}
