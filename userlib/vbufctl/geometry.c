// SPDX-License-Identifier: GPL-2.0-only
/* The options that say what a channel is made with. */
#include "geometry.h"

#include "number.h"

#include <sys/stat.h>

static int take_slots(const struct verb *verb, struct vbuf_attr *attr,
		      const char *arg)
{
	uint64_t value;

	if (!number_parse(arg, VBUF_MAX_SLOTS, &value) || !value)
		return verb_misused(verb, "--slots: '%s' is not a number from 1 to %u",
				    arg, VBUF_MAX_SLOTS);
	attr->slots = value;
	return STATUS_NONE_YET;
}

static int take_slot_size(const struct verb *verb, struct vbuf_attr *attr,
			  const char *arg)
{
	uint64_t value;

	if (!number_parse_size(arg, VBUF_MAX_SLOT_SIZE, &value) || !value)
		return verb_misused(verb, "--slot-size: '%s' is not from 1 to %uM bytes",
				    arg, VBUF_MAX_SLOT_SIZE >> 20);
	attr->slot_size = value;
	return STATUS_NONE_YET;
}

static int take_mode(const struct verb *verb, struct vbuf_attr *attr,
		     const char *arg)
{
	uint64_t value;

	if (!number_parse_octal(arg, 0777, &value))
		return verb_misused(verb, "--mode: '%s' is not an octal number up to 0777",
				    arg);
	attr->mode = value;
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
 * @attr: what to change
 * @option: what getopt_long() returned
 * @arg: the option's argument
 *
 * Return: STATUS_NONE_YET to go on, else the exit status to end with.
 */
int geometry_option(const struct verb *verb, struct vbuf_attr *attr,
		    int option, const char *arg)
{
	switch (option) {
	case OPT_SLOTS:
		return take_slots(verb, attr, arg);
	case OPT_SLOT_SIZE:
		return take_slot_size(verb, attr, arg);
	case OPT_MODE:
		return take_mode(verb, attr, arg);
	}
	return verb_option(verb, option);
}
