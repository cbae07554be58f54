// SPDX-License-Identifier: GPL-2.0-only
/* The options that say what a channel is made with. */
#include "geometry.h"

#include "number.h"
#include "report.h"

#include <errno.h>
#include <sys/stat.h>

static const struct report_advice advices[] = {
	{ EEXIST, "the name is taken: 'vbufctl show' tells by what, 'vbufctl rm'"
		  " frees it; if they cannot, it is another user's, and you need"
		  " another name" },
	{ ENOMEM, "not enough memory: a channel takes all of it when it is made,"
		  " so ask for fewer --slots or a smaller --slot-size" },
	{ 0, NULL },
};

static int take_slots(const struct verb *verb, struct geometry *geometry,
		      const char *arg)
{
	uint64_t value;

	if (!number_parse(arg, VBUF_MAX_SLOTS, &value) || !value)
		return verb_misused(verb, "--slots: '%s' is not a number from 1 to %u",
				    arg, VBUF_MAX_SLOTS);
	geometry->attr.slots = value;
	geometry->slots = true;
	return STATUS_NONE_YET;
}

static int take_slot_size(const struct verb *verb, struct geometry *geometry,
			  const char *arg)
{
	uint64_t value;

	if (!number_parse_size(arg, VBUF_MAX_SLOT_SIZE, &value) || !value)
		return verb_misused(verb, "--slot-size: '%s' is not from 1 to %uM bytes",
				    arg, VBUF_MAX_SLOT_SIZE >> 20);
	geometry->attr.slot_size = value;
	geometry->slot_size = true;
	return STATUS_NONE_YET;
}

static int take_mode(const struct verb *verb, struct geometry *geometry,
		     const char *arg)
{
	uint64_t value;

	if (!number_parse_octal(arg, 0777, &value))
		return verb_misused(verb, "--mode: '%s' is not an octal number up to 0777",
				    arg);
	geometry->attr.mode = value;
	geometry->mode = true;
	/* A mode that is asked for is meant, as it is with mkfifo -m. */
	umask(0);
	return STATUS_NONE_YET;
}

/**
 * geometry_count - take an option that is a number of 32 bits
 * @verb: whose option it is
 * @option: its name
 * @arg: its argument
 * @value: out: the number, at least 1
 *
 * Return: STATUS_NONE_YET to go on, else the exit status to end with.
 */
int geometry_count(const struct verb *verb, const char *option,
		   const char *arg, uint32_t *value)
{
	uint64_t number;

	if (!number_parse(arg, UINT32_MAX, &number) || !number)
		return verb_misused(verb, "%s: '%s' is not a number from 1 on",
				    option, arg);
	*value = number;
	return STATUS_NONE_YET;
}

/**
 * geometry_option - take one of GEOMETRY_OPTIONS
 * @verb: whose option it is
 * @geometry: what to change
 * @option: what getopt_long() returned
 * @arg: the option's argument
 *
 * Return: STATUS_NONE_YET to go on, else the exit status to end with.
 */
int geometry_option(const struct verb *verb, struct geometry *geometry,
		    int option, const char *arg)
{
	switch (option) {
	case OPT_SLOTS:
		return take_slots(verb, geometry, arg);
	case OPT_SLOT_SIZE:
		return take_slot_size(verb, geometry, arg);
	case OPT_MODE:
		return take_mode(verb, geometry, arg);
	}
	return STATUS_NONE_YET;
}

/**
 * geometry_report - say why there is no endpoint on a channel made with this
 * @geometry: with @hits as of before the call
 * @name: the channel's
 * @error: the errno that libvbuf gave
 */
void geometry_report(const struct geometry *geometry, const char *name,
		     int error)
{
	if (error != EDQUOT || !hits_report(name, &geometry->hits))
		report_advised(name, error, advices);
}

/**
 * geometry_compare - warn of what was asked for and is not so
 * @geometry: what was asked for
 * @name: the channel's
 * @found: what it is; if it was there before, it stays as it was
 */
void geometry_compare(const struct geometry *geometry, const char *name,
		      const struct vbuf_attr *found)
{
	const struct vbuf_attr *wanted = &geometry->attr;

	if (geometry->slots && found->slots != wanted->slots)
		report("%s is there already, with --slots %u: it does not become %u",
		       name, found->slots, wanted->slots);
	if (geometry->slot_size && found->slot_size != wanted->slot_size)
		report("%s is there already, with --slot-size %u: it does not become %u",
		       name, found->slot_size, wanted->slot_size);
	if (geometry->mode && found->mode != wanted->mode)
		report("%s is there already, with --mode %04o: it does not become %04o",
		       name, found->mode, wanted->mode);
}
