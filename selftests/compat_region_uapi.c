// SPDX-License-Identifier: GPL-2.0
/* The same structures, errors and addresses for a 32-bit program. */
#include "region_uapi.c"
