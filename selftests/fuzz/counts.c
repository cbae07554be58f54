// SPDX-License-Identifier: GPL-2.0
/* How much was done: in a file named counts, if there is one, or for us alone. */
#include "fuzz.h"

struct counts *counts;

void counts_init(void)
{
	int fd = open("counts", O_RDWR | O_CLOEXEC);

	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
	if (counts == MAP_FAILED)
		vt_die("counts");
}

void count(__u64 *which)
{
	__atomic_fetch_add(which, 1, __ATOMIC_RELAXED);
}

void counts_print(void)
{
	printf("# did: %llu operations, %llu kills, %llu faults injected, %llu messages committed, %llu acquired\n",
	       counts->steps, counts->kills, counts->faults, counts->moves,
	       counts->acquired);
}
