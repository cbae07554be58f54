// SPDX-License-Identifier: GPL-2.0-only
/* Arrays that grow by one at a time, and have room for the next power of two. */
#include "array.h"

#include <stdlib.h>

/**
 * array_extend - make room for one more
 * @array: NULL if @count is 0
 * @count: how many are in it
 * @size: bytes of one
 *
 * Return: the array in place of @array, or NULL and ENOMEM; then that is as it was.
 */
void *array_extend(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return reallocarray(array, count ? 2 * count : 1, size);
}
