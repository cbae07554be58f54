/* SPDX-License-Identifier: GPL-2.0 */
/* Attributes that become members of a structure: lib/field.c. */
#ifndef _VBUF_TEST_FIELD_H
#define _VBUF_TEST_FIELD_H

#include "netlink.h"

/**
 * struct nl_field - an attribute, and where it goes
 * @attr: its type
 * @size: what it must be long; a string is shorter
 * @offset: in the structure
 * @may_lack: it is not always told
 */
struct nl_field {
	__u16 attr;
	__u16 size;
	__u16 offset;
	bool may_lack;
};

#define NL_FIELD(type, _attr, _member, ...) {				\
	.attr = (_attr), .size = sizeof(((struct type *)NULL)[0]._member),	\
	.offset = offsetof(struct type, _member), __VA_ARGS__ }

#define NL_FIELDS(array)	(sizeof(array) / sizeof((array)[0]))

/* All that must be told is told, each in its size, or the test ends. */
void nl_fill(void *info, const struct nl_field *fields, unsigned int count,
	     const struct nlattr **attrs);

#endif /* _VBUF_TEST_FIELD_H */
