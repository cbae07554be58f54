/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers that are typed: digits only, bounded, no sign and no space. */
#ifndef VBUFCTL_NUMBER_H
#define VBUFCTL_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

bool number_parse(const char *text, uint64_t max, uint64_t *value);
bool number_parse_octal(const char *text, uint64_t max, uint64_t *value);
bool number_parse_size(const char *text, uint64_t max, uint64_t *value);

#endif /* VBUFCTL_NUMBER_H */
