/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a shared library shows; its .map gives each its version. */
#ifndef _VBUF_EXPORT_H
#define _VBUF_EXPORT_H

#define VBUF_EXPORT __attribute__((visibility("default")))

#endif /* _VBUF_EXPORT_H */
