/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether messages are moved or copied: as was asked for, or as is cheaper. */
#ifndef VBUFCTL_MOVE_H
#define VBUFCTL_MOVE_H

#include <stdbool.h>
#include <stddef.h>

#include "geometry.h"

/*
 * Bytes of a message from which moving it is cheaper than copying it. That is
 * reckoned for hardware, where page tables cost more than in a virtual machine.
 */
#define MOVE_FROM 131072

/* What send and recv share beside the geometry. */
enum {
	OPT_RAW = OPT_OF_VERB,
	OPT_MOVE,
	OPT_COPY,
	OPT_AFTER_MOVE,	/* a verb's own options begin here */
};

#define MOVE_OPTIONS \
	{ "raw", no_argument, NULL, OPT_RAW }, \
	{ "move", no_argument, NULL, OPT_MOVE }, \
	{ "copy", no_argument, NULL, OPT_COPY }

#define MOVE_HELP \
	"  --move             with --raw: copy no bytes, let them change hands\n" \
	"  --copy             with --raw: copy them; without either, what is cheaper\n"

/**
 * struct move - how messages are to cross
 * @raw: --raw was given: they are bytes, not lines, which are always copied
 * @always: --move was given
 * @never: --copy was given
 */
struct move {
	bool raw, always, never;
};

bool move_option(struct move *move, int option);
int move_check(const struct verb *verb, const struct move *move);
int move_begin(const struct move *move, int channel, const char *name,
	       size_t longest);

#endif /* VBUFCTL_MOVE_H */
