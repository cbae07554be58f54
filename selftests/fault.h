/* SPDX-License-Identifier: GPL-2.0 */
/* Injected faults: lib/fault.c. Any trouble ends the test. */
#ifndef _VBUF_FAULT_H
#define _VBUF_FAULT_H

#include "vbuf_test.h"

void fault_init(void);
int fault_open(void);
void fault_arm(int fd, unsigned int nth);
bool fault_came(int fd);

/* All that the module allocates by one injector, and how often it was told no. */
void fault_for_good(const char *injector, unsigned int budget);
void fault_choose_cache(const char *name);
unsigned int fault_stop(const char *injector);

#endif /* _VBUF_FAULT_H */
