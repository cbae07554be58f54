// SPDX-License-Identifier: GPL-2.0-only
/* Errors on standard error, with what can be done about them. */
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEVICE "/dev/vbuf"
#define PARAMETERS "/sys/module/vbuf/parameters"

/* What an errno of libvbuf means to somebody at a shell; %m does the others. */
static const struct advice {
	int error;
	const char *text;
} advices[] = {
	{ ENOENT, "there is no such channel: 'vbufctl ls' lists those there are,"
		  " 'vbufctl create' makes one" },
	{ EEXIST, "the name is taken: 'vbufctl show' tells by what,"
		  " 'vbufctl rm' frees it" },
	{ EACCES, "the channel's mode does not allow this: 'vbufctl show' as its"
		  " owner tells the mode, and 'vbufctl create --mode' makes a"
		  " channel with a wider one (r receives, w sends)" },
	{ EDQUOT, "a limit is reached: " PARAMETERS "/limit_hits counts which,"
		  " the limits are in " PARAMETERS },
	{ ENOMEM, "not enough memory: a channel takes all of it when it is made,"
		  " so ask for fewer --slots or a smaller --slot-size" },
	{ ENOTTY, "the loaded module does not know this command: load the one"
		  " that came with this vbufctl" },
	{ E2BIG, "the loaded module is older than this vbufctl: load the one"
		 " that came with it" },
	{ ENODEV, DEVICE " is missing: load the module: modprobe vbuf" },
};

void report(const char *format, ...)
{
	int error = errno;
	va_list args;

	fputs("vbufctl: ", stderr);
	va_start(args, format);
	errno = error;	/* for %m */
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void report_no_memory(void)
{
	report("not enough memory");
}

static const char *find_advice(int error)
{
	/* A closed device and a closed channel are the same errno. */
	if (error == EACCES && access(DEVICE, R_OK | W_OK))
		return DEVICE " may not be opened: its mode should be 0666";
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (advices[i].error == error)
			return advices[i].text;
	return strerror(error);
}

/**
 * report_channel - say why something could not be done with a channel
 * @name: the channel's
 * @error: the errno that libvbuf gave
 */
void report_channel(const char *name, int error)
{
	report("%s: %s", name, find_advice(error));
}
