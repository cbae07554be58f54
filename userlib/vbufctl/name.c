// SPDX-License-Identifier: GPL-2.0-only
/* Names of channels as they are typed. */
#include "name.h"

#include <string.h>

#include <linux/vbuf.h>

#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-"

bool name_valid(const char *name)
{
	size_t len = strlen(name);

	return len && len < VBUF_NAME_SIZE && strspn(name, ALPHABET) == len;
}

/* Return: STATUS_NONE_YET if @name may be a channel's, else the exit status. */
int name_check(const struct verb *verb, const char *name)
{
	if (name_valid(name))
		return STATUS_NONE_YET;
	return verb_misused(verb, "'%s' is no name: use 1 to %d characters of A-Z a-z 0-9 . _ : -",
			    name, VBUF_NAME_SIZE - 1);
}
