/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors on standard error, with what can be done about them. */
#ifndef VBUFCTL_REPORT_H
#define VBUFCTL_REPORT_H

void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_channel(const char *name, int error);
void report_no_memory(void);

#endif /* VBUFCTL_REPORT_H */
