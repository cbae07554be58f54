/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a machine makes of three kinds of work: a system call that does nothing,
 * a mebibyte copied, and a mebibyte mapped and unmapped, a page an entry, by the
 * kernel's usual ways. An emulator's prices are not a processor's; these say how
 * far the two are apart.
 */
#ifndef VBUF_BENCH_MACHINE_H
#define VBUF_BENCH_MACHINE_H

struct machine_sample {
	double syscall_ns;
	double copy_ns;
	double map_ns;
};

int machine_run(struct machine_sample *sample);

#endif
