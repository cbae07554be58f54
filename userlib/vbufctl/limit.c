// SPDX-License-Identifier: GPL-2.0-only
/* What a limit is called, and how much it is. */
#include "limit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const names[LIMIT_SCOPES][LIMIT_RESOURCES] = {
	[VBUF_SCOPE_TOTAL] = {
		[VBUF_RESOURCE_CHANNELS] = "max_channels",
		[VBUF_RESOURCE_ENDPOINTS] = "max_endpoints",
		[VBUF_RESOURCE_BYTES] = "max_bytes",
		[VBUF_RESOURCE_SLOT_SIZE] = "max_slot_size",
	},
	[VBUF_SCOPE_USER] = {
		[VBUF_RESOURCE_CHANNELS] = "user_channels",
		[VBUF_RESOURCE_ENDPOINTS] = "user_endpoints",
		[VBUF_RESOURCE_BYTES] = "user_bytes",
		[VBUF_RESOURCE_SLOT_SIZE] = "user_slot_size",
	},
};

static const char *const scopes[LIMIT_SCOPES] = { "total", "user" };

static const char *const resources[LIMIT_RESOURCES] = {
	"channels", "endpoints", "bytes", "slot_size",
};

const char *limit_name(uint32_t scope, uint32_t resource)
{
	return scope < LIMIT_SCOPES && resource < LIMIT_RESOURCES ?
	       names[scope][resource] : NULL;
}

const char *limit_scope_name(uint32_t scope)
{
	return scope < LIMIT_SCOPES ? scopes[scope] : NULL;
}

const char *limit_resource_name(uint32_t resource)
{
	return resource < LIMIT_RESOURCES ? resources[resource] : NULL;
}

/* The limit whose name is the first @length bytes of @name. */
bool limit_find(const char *name, size_t length, uint32_t *scope,
		uint32_t *resource)
{
	const char *found;

	for (*scope = 0; *scope < LIMIT_SCOPES; ++*scope) {
		for (*resource = 0; *resource < LIMIT_RESOURCES; ++*resource) {
			found = names[*scope][*resource];
			if (strlen(found) == length &&
			    !memcmp(found, name, length))
				return true;
		}
	}
	return false;
}

bool limit_is_bytes(uint32_t resource)
{
	return resource == VBUF_RESOURCE_BYTES ||
	       resource == VBUF_RESOURCE_SLOT_SIZE;
}

/* A number that is typed is found again, if it is not of bytes. */
const char *limit_amount(char room[UNITS_ROOM], uint32_t resource,
			 uint64_t amount)
{
	if (amount == VBUF_CTL_NO_LIMIT)
		return "none";
	if (limit_is_bytes(resource))
		return units_bytes(room, amount);
	snprintf(room, UNITS_ROOM, "%" PRIu64, amount);
	return room;
}
