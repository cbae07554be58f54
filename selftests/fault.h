/* SPDX-License-Identifier: GPL-2.0 */
/* Injected faults: lib/fault.c. Any trouble ends the test. */
#ifndef _VBUF_FAULT_H
#define _VBUF_FAULT_H

#include "vbuf_test.h"

void fault_init(void);
int fault_open(void);
void fault_arm(int fd, unsigned int nth);
bool fault_came(int fd);

#endif /* _VBUF_FAULT_H */
