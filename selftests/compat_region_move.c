// SPDX-License-Identifier: GPL-2.0
/* Messages move to and from a 32-bit program as well. */
#include "region_move.c"
