// SPDX-License-Identifier: LGPL-2.1-or-later
/* Knows how a name gets into a field of the kernel interface. */
#include <errno.h>
#include <string.h>

#include "name.h"

/**
 * vbuf_name_copy - put a name into a field of the kernel interface
 * @field: out: all NUL on entry
 * @name: a string
 *
 * Which characters it may have is the kernel's to say. An empty name is not:
 * to the kernel it would mean an anonymous channel.
 *
 * Return: 0, or -1 and %EINVAL if there is no name, or it does not fit.
 */
int vbuf_name_copy(char field[VBUF_NAME_SIZE], const char *name)
{
	size_t length = name ? strnlen(name, VBUF_NAME_SIZE) : 0;

	if (length == 0 || length == VBUF_NAME_SIZE) {
		errno = EINVAL;
		return -1;
	}
	memcpy(field, name, length);
	return 0;
}
