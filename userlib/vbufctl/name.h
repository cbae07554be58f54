/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of channels as they are typed. */
#ifndef VBUFCTL_NAME_H
#define VBUFCTL_NAME_H

#include <stdbool.h>

#include "verb.h"

bool name_valid(const char *name);
int name_check(const struct verb *verb, const char *name);

#endif /* VBUFCTL_NAME_H */
