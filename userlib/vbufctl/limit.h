/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a limit is called, which is as the module's parameters are named, and how
 * much it is, as people read it.
 */
#ifndef VBUFCTL_LIMIT_H
#define VBUFCTL_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vbuf-ctl.h>

#include "units.h"

#define LIMIT_SCOPES (VBUF_SCOPE_MAX + 1)
#define LIMIT_RESOURCES (VBUF_RESOURCE_MAX + 1)

/* NULL for one that this tool does not know. */
const char *limit_name(uint32_t scope, uint32_t resource);
const char *limit_scope_name(uint32_t scope);
const char *limit_resource_name(uint32_t resource);

bool limit_find(const char *name, size_t length, uint32_t *scope,
		uint32_t *resource);
bool limit_is_bytes(uint32_t resource);
const char *limit_amount(char room[UNITS_ROOM], uint32_t resource,
			 uint64_t amount);

#endif /* VBUFCTL_LIMIT_H */
