/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors on standard error, with what can be done about them. */
#ifndef VBUFCTL_REPORT_H
#define VBUFCTL_REPORT_H

/**
 * struct report_advice - what an errno means to somebody at a shell
 * @error: the errno; 0 ends an array of them
 * @text: what to say
 */
struct report_advice {
	int error;
	const char *text;
};

void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_channel(const char *name, int error);
void report_advised(const char *name, int error,
		    const struct report_advice *own);
void report_listed(const char *name, int error,
		   const struct report_advice *own);
void report_no_memory(void);

#endif /* VBUFCTL_REPORT_H */
