// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the frequency of this machine's time stamp counter in kHz. It is what
 * an emulated machine counts with; one that measures it by itself, against a
 * timer whose emulation comes late, can be wrong by any factor.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct reading {
	uint64_t ns;
	uint64_t ticks;
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Both at one time: of many readings the one that took the least time. */
static struct reading take_reading(void)
{
	struct reading best = { 0, 0 };
	uint64_t shortest = UINT64_MAX;

	for (int i = 0; i < 1000; i++) {
		uint64_t before = now();
		uint64_t ticks = __rdtsc();
		uint64_t after = now();

		if (after - before < shortest) {
			shortest = after - before;
			best.ns = before + shortest / 2;
			best.ticks = ticks;
		}
	}
	return best;
}

int main(void)
{
	const struct timespec pause = { 0, 20000000 };
	struct reading first = take_reading();
	struct reading last;

	nanosleep(&pause, NULL);
	last = take_reading();
	printf("%.0f\n", (last.ticks - first.ticks) * 1e6 /
			 (last.ns - first.ns));
	return 0;
}
