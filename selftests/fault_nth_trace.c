// SPDX-License-Identifier: GPL-2.0
/*
 * As fault_nth, of trace sessions.
 *
 * For kernels with CONFIG_FAULT_INJECTION: make check-debug.
 */
#include "kselftest_harness.h"
#include "stage.h"

FIXTURE_STAGE();

/* Of nothing, so that nothing comes by it. */
static long attempt_trace(struct stage *stage)
{
	struct vbuf_trace trace = {
		.size = sizeof(trace), .slots = 2, .slot_size = 4096 };

	return vt_ioctl(stage->device, VBUF_IOC_TRACE, &trace);
}

/* There are many, and each time the kernel's text is changed and changed back. */
TEST_F_TIMEOUT(stage, trace_enomem_nth, 120)
{
	struct faults faults = stage_try_all(&self->stage, attempt_trace);

	EXPECT_LE(8, faults.enomem);
	EXPECT_EQ(2, faults.efault);
}

TEST_HARNESS_MAIN
