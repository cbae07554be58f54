// SPDX-License-Identifier: GPL-2.0-only
/* Errors on standard error, with what can be done about them. */
#include "report.h"

#include "list.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEVICE "/dev/vbuf"
#define MODULE_STATE "/sys/module/vbuf/initstate"

#define NOT_LOADED "the module is not loaded: modprobe vbuf"
#define TOO_OLD "the loaded module is older than this vbufctl: load the one" \
		" that came with it"

/* What an errno of libvbuf means whatever was done; %m does the others. */
static const struct report_advice advices[] = {
	{ ENOENT, "there is no such channel: 'vbufctl ls' lists those there are,"
		  " 'vbufctl create' makes one" },
	{ EACCES, "the channel's mode does not allow this: 'vbufctl show' as its"
		  " owner tells the mode, and 'vbufctl create --mode' makes a"
		  " channel with a wider one (r receives, w sends)" },
	{ EDQUOT, "a limit is reached, here or in a user namespace above:"
		  " 'vbufctl limits' tells what holds, and what is in use" },
	{ ENOMEM, "not enough memory" },
	{ ENOTTY, "the loaded module does not know this command: load the one"
		  " that came with this vbufctl" },
	{ E2BIG, TOO_OLD },
	{ 0, NULL },
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

/* And not about to go. */
static bool is_loaded(void)
{
	FILE *file = fopen(MODULE_STATE, "re");
	bool live;

	if (!file)
		return false;
	live = fgetc(file) == 'l';
	fclose(file);
	return live;
}

/* What is wrong with the device, if it is to blame, or NULL. */
static const char *blame_device(int error)
{
	/* A closed device and a closed channel are the same errno. */
	if (error == EACCES && access(DEVICE, R_OK | W_OK))
		return DEVICE " may not be opened: its mode should be 0666";
	if (error != ENODEV)
		return NULL;
	if (!is_loaded())
		return NOT_LOADED;
	return "the module is loaded, but here is no " DEVICE " that leads to it:"
	       " a container has to be given the device";
}

/* What is wrong with the module's netlink family, or NULL. */
static const char *blame_module(int error)
{
	if (error == ENODEV && !is_loaded())
		return NOT_LOADED;
	return error == ENODEV || error == EOPNOTSUPP ? TOO_OLD : NULL;
}

/* What keeps the process from asking, a monitor too, or NULL. */
static const char *blame_socket(int error)
{
	if (list_is_open())
		return NULL;
	if (error != EACCES && error != EPERM && error != EAFNOSUPPORT)
		return NULL;
	return "no netlink socket may be opened here: what confines this process,"
	       " such as a sandbox, has to allow AF_NETLINK";
}

/* @advice may be NULL. */
static const char *find_advice(const struct report_advice *advice, int error)
{
	for (; advice && advice->error; advice++)
		if (advice->error == error)
			return advice->text;
	return NULL;
}

/**
 * report_channel - say why something could not be done with a channel
 * @name: the channel's
 * @error: the errno that libvbuf gave
 */
void report_channel(const char *name, int error)
{
	report_advised(name, error, NULL);
}

/**
 * report_advised - the same, where some errnos have a meaning of their own
 * @name: the channel's
 * @error: the errno that libvbuf gave
 * @own: what they mean; takes precedence, but for what the device is to blame
 */
void report_advised(const char *name, int error,
		    const struct report_advice *own)
{
	const char *text = blame_device(error);

	if (!text)
		text = find_advice(own, error);
	if (!text)
		text = find_advice(advices, error);
	report("%s: %s", name, text ? text : strerror(error));
}

/**
 * report_listed - the same of what was asked by list.h
 * @name: the channel's, or what else was asked for
 * @error: the errno that it gave
 * @own: what some mean; NULL if there is nothing to say about them
 *
 * No device is to blame, but a socket may be. What nothing is known about is told in
 * the kernel's own words, if there are any.
 */
void report_listed(const char *name, int error, const struct report_advice *own)
{
	const char *text = blame_socket(error);

	if (!text)
		text = find_advice(own, error);
	if (!text)
		text = blame_module(error);
	if (!text)
		text = find_advice(advices, error);
	if (!text)
		text = list_error_text();
	report("%s: %s", name, text ? text : strerror(error));
}
