/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_PROBES_H
#define VBUF_PROBES_H

#include <linux/types.h>

/**
 * DOC: Probes
 *
 * Functions of ours that the kernel calls at tracepoints of its own: as threads are
 * switched, woken and moved, as interrupts come and go, and at page faults. The
 * tracepoints are not exported; they are looked for by name among all
 * (for_each_kernel_tracepoint()). One that a kernel has not got is not there, and
 * what it would tell is not told.
 *
 * Probes are attached while somebody asks, and not otherwise: without them, all
 * this costs nothing anywhere.
 */

int vbuf_probes_init(void);
int vbuf_probes_attach(void);
void vbuf_probes_detach(void);
u64 vbuf_probes_types(void);

#endif /* VBUF_PROBES_H */
