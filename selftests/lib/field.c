// SPDX-License-Identifier: GPL-2.0
/* What attributes tell, put into a structure. */
#include "field.h"

static bool is_string(const struct nl_field *field)
{
	return field->size > sizeof(__u64);
}

/* With a NUL at its end, and no other, nor empty. */
static bool fits(const struct nl_field *field, const struct nlattr *attr)
{
	size_t len = nl_len(attr);

	if (!is_string(field))
		return len == field->size;
	return len > 1 && len <= field->size &&
	       strnlen(nl_data(attr), len) == len - 1;
}

void nl_fill(void *info, const struct nl_field *fields, unsigned int count,
	     const struct nlattr **attrs)
{
	const struct nl_field *field;
	const struct nlattr *attr;

	for (field = fields; field < fields + count; field++) {
		attr = attrs[field->attr];
		if (!attr && field->may_lack)
			continue;
		if (!attr || !fits(field, attr))
			vt_die("attribute %u is missing, or of a wrong size",
			       field->attr);
		memcpy((char *)info + field->offset, nl_data(attr),
		       nl_len(attr));
	}
}
