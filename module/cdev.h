/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_CDEV_H
#define VBUF_CDEV_H

int vbuf_cdev_init(void);
void vbuf_cdev_exit(void);

#endif /* VBUF_CDEV_H */
