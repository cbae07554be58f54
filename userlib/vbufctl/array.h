/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow by one at a time, and have room for the next power of two. */
#ifndef VBUFCTL_ARRAY_H
#define VBUFCTL_ARRAY_H

#include <stddef.h>

void *array_extend(void *array, size_t count, size_t size);

#endif /* VBUFCTL_ARRAY_H */
