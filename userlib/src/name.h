/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channel names, as the kernel takes them. */
#ifndef _VBUF_NAME_H
#define _VBUF_NAME_H

#include <linux/vbuf.h>

int vbuf_name_copy(char field[VBUF_NAME_SIZE], const char *name);

#endif /* _VBUF_NAME_H */
