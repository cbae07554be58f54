/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes one JSON document to standard output, on one line.
 *
 * Every function takes the key that its value stands under; NULL in an array
 * and at the top. Strings may have any bytes: what is not UTF-8 becomes U+FFFD.
 */
#ifndef VBUFCTL_JSON_H
#define VBUFCTL_JSON_H

#include <stdbool.h>
#include <stdint.h>

void json_begin_array(const char *key);
void json_end_array(void);
void json_begin_object(const char *key);
void json_end_object(void);
void json_string(const char *key, const char *value);
void json_number(const char *key, uint64_t value);
void json_real(const char *key, double value);
void json_bool(const char *key, bool value);
void json_end(void);

#endif /* VBUFCTL_JSON_H */
