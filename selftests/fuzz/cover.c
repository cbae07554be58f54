// SPDX-License-Identifier: GPL-2.0
/* What the module ran for the calling thread, by kcov; to afl-fuzz's map. */
#include "fuzz.h"

#include <linux/kcov.h>

#define ENTRIES		4096U
#define MAP_SIZE	65536U

/* NULL if the kernel does not know. */
__u64 *cover_open(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	__u64 *cover;

	if (fd < 0)
		return NULL;
	if (ioctl(fd, KCOV_INIT_TRACE, (unsigned long)ENTRIES))
		vt_die("kcov: no trace");
	cover = mmap(NULL, ENTRIES * sizeof(*cover), PROT_READ | PROT_WRITE,
		     MAP_SHARED, fd, 0);
	if (cover == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		vt_die("kcov: not enabled");
	return cover;
}

static __u32 mix(__u64 pc)
{
	return pc * 0x9e3779b97f4a7c15ULL >> 40;
}

/* Counts each step from one block of code to the next, and begins anew. */
void cover_fold(__u64 *cover)
{
	__u32 last = 0, now;
	__u64 i, count;

	if (!cover)
		return;
	count = __atomic_load_n(cover, __ATOMIC_RELAXED);
	for (i = 1; &__afl_area_ptr && i <= count && i < ENTRIES; i++) {
		now = mix(cover[i]);
		__afl_area_ptr[(now ^ last) % MAP_SIZE]++;
		last = now >> 1;
	}
	__atomic_store_n(cover, 0, __ATOMIC_RELAXED);
}
