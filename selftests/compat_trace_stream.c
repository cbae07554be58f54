// SPDX-License-Identifier: GPL-2.0
/* The same promises for a 32-bit program. */
#include "trace_stream.c"
