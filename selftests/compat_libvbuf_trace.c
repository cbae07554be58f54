// SPDX-License-Identifier: GPL-2.0
/* The same promises for a 32-bit program with a 32-bit libvbuf. */
#include "libvbuf_trace.c"
