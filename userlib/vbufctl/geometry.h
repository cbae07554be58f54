/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options that say what a channel is made with: --slots, --slot-size and
 * --mode, which create, send and recv share, and the defaults.
 */
#ifndef VBUFCTL_GEOMETRY_H
#define VBUFCTL_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include <vbuf.h>

#include "hits.h"
#include "verb.h"

enum {
	OPT_SLOTS = 256,
	OPT_SLOT_SIZE,
	OPT_MODE,
	OPT_OF_VERB,	/* a verb's own options begin here */
};

#define GEOMETRY_OPTIONS \
	{ "slots", required_argument, NULL, OPT_SLOTS }, \
	{ "slot-size", required_argument, NULL, OPT_SLOT_SIZE }, \
	{ "mode", required_argument, NULL, OPT_MODE }

#define GEOMETRY_HELP \
	"  --slots N          how many messages it holds (64)\n" \
	"  --slot-size BYTES  the longest message; K and M are suffixes (64K)\n" \
	"  --mode OCTAL       who may receive (r) and send (w) (0600)\n"

/**
 * struct geometry - what a channel is to be made with
 * @attr: its attributes
 * @slots: --slots was given
 * @slot_size: --slot-size was given
 * @mode: --mode was given
 * @hits: of the limits, before it is made
 */
struct geometry {
	struct vbuf_attr attr;
	bool slots, slot_size, mode;
	struct hits hits;
};

#define GEOMETRY_DEFAULT(with_flags) { .attr = { \
	.flags = (with_flags), .slots = 64, .slot_size = 64 << 10, .mode = 0600 } }

/*
 * Of a channel that send or recv makes: what a receiver leaves when it is killed
 * is there for the next one, or else send tells that nobody received it.
 */
#define GEOMETRY_MISSING_FLAGS VBUF_REDELIVER

int geometry_option(const struct verb *verb, struct geometry *geometry,
		    int option, const char *arg);
int geometry_count(const struct verb *verb, const char *option,
		   const char *arg, uint32_t *value);
void geometry_report(const struct geometry *geometry, const char *name,
		     int error);
void geometry_compare(const struct geometry *geometry, const char *name,
		      const struct vbuf_attr *found);

#endif /* VBUFCTL_GEOMETRY_H */
