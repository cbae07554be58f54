/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_LIST_H
#define VBUF_LIST_H

#include <linux/vbuf.h>

long vbuf_list(const struct vbuf_list *arg);

#endif /* VBUF_LIST_H */
