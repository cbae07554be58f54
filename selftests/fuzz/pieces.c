// SPDX-License-Identifier: GPL-2.0
/* The slots that endpoints own, as far as is known, in memory that all share. */
#include "region.h"

/* A step makes one at the most. */
#define PIECES		(2 * MAX_STEPS)

static struct piece *pieces;

/* Before there is an actor. */
void pieces_init(void)
{
	pieces = storm_shared(PIECES * sizeof(*pieces));
}

/* An input begins: nothing is owned. */
void pieces_begin(void)
{
	memset(pieces, 0, PIECES * sizeof(*pieces));
}

static void set_state(struct piece *piece, enum piece_state state)
{
	__atomic_store_n(&piece->state, state, __ATOMIC_RELEASE);
}

static bool take(struct piece *piece, enum piece_state state)
{
	__u32 before = state;

	return __atomic_compare_exchange_n(&piece->state, &before, PIECE_TAKEN,
					   false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

void piece_put(const struct piece *piece, enum piece_state state)
{
	unsigned int i;

	for (i = 0; i < PIECES && !take(&pieces[i], PIECE_NONE); i++)
		;
	if (i == PIECES)
		return;
	pieces[i].endpoint = piece->endpoint;
	pieces[i].offset = piece->offset;
	pieces[i].len = piece->len;
	pieces[i].known = piece->known;
	pieces[i].number = piece->number;
	pieces[i].cookie = piece->cookie;
	set_state(&pieces[i], state);
}

/* One of the endpoint's, which is gone from the table then. */
bool piece_take(struct piece *piece, enum piece_state state, __u32 endpoint,
		unsigned int nth)
{
	unsigned int i;

	for (i = nth; i < nth + PIECES; i++) {
		struct piece *found = &pieces[i % PIECES];

		if (!take(found, state))
			continue;
		*piece = *found;
		if (found->endpoint == endpoint) {
			set_state(found, PIECE_NONE);
			return true;
		}
		set_state(found, state);
	}
	return false;
}

/* The endpoint owns it no more, or owns it anew. */
void piece_forget(enum piece_state state, __u32 endpoint, __u64 offset)
{
	unsigned int i;

	for (i = 0; i < PIECES; i++) {
		if (!take(&pieces[i], state))
			continue;
		if (pieces[i].endpoint == endpoint &&
		    (offset == ALL_OFFSETS || pieces[i].offset == offset))
			set_state(&pieces[i], PIECE_NONE);
		else
			set_state(&pieces[i], state);
	}
}
