// SPDX-License-Identifier: GPL-2.0
/*
 * What there is to see of a piece, and what is not to be seen. Its pages may go at
 * any moment, by another actor's doing: each look survives that.
 */
#include "region.h"

struct look {
	char *at;
	size_t len, size;
	char rest;
	__u64 number;
	bool begun;		/* read by who survives the fault */
};

static void fill(void *ctx)
{
	struct look *look = ctx;

	/* Locked, and changes nothing: whether it can be written. */
	if (look->len)
		__atomic_fetch_or(look->at, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&look->begun, true, __ATOMIC_SEQ_CST);
	if (look->number)
		arg_fill_piece(look->at, look->len, look->number);
	else
		arg_fill_plain(look->at, look->len);
}

enum fill piece_fill(char *at, size_t len, __u64 number)
{
	struct look look = { .at = at, .len = len, .number = number };

	if (vt_touch(fill, &look) == VT_THERE)
		return FILLED;
	return __atomic_load_n(&look.begun, __ATOMIC_SEQ_CST) ? SPOILT :
								NOT_HERE;
}

enum fill piece_fill_plain(char *at, size_t len)
{
	return piece_fill(at, len, 0);
}

static void check(void *ctx)
{
	struct look *look = ctx;

	look->number = arg_check_piece(look->at, look->size, look->len,
				       look->rest);
}

static size_t page_align(size_t len)
{
	return (len + PAGE - 1) / PAGE * PAGE;
}

/* False if its pages went away meanwhile. */
static bool check_message(struct look *look, __u64 *number)
{
	if (vt_touch(check, look) != VT_THERE)
		return false;
	*number = look->number;
	return true;
}

static char *at_of(const struct window *window, const struct piece *piece)
{
	return window->base + piece->offset;
}

/* A message that was acquired. Who sees all slots sees more than zeros behind it. */
bool piece_check(const struct window *window, const struct piece *piece,
		 __u64 *number)
{
	struct look look = {
		.at = at_of(window, piece), .len = piece->len,
		.size = window->open ? piece->len : page_align(piece->len) };

	return check_message(&look, number);
}

/* A message of @len bytes that was received into a slot of plain ones. */
bool piece_check_copied(const struct window *window, const struct piece *piece,
			size_t len, __u64 *number)
{
	struct look look = {
		.at = at_of(window, piece), .len = len, .size = piece->len,
		.rest = (char)PLAIN_BYTE };

	return check_message(&look, number);
}

static void read_word(void *ctx)
{
	struct look *look = ctx;

	memcpy(&look->number, look->at, sizeof(look->number));
}

/* What a reserved slot has is not another endpoint's. */
void piece_check_shown(const struct window *window, const struct piece *piece)
{
	struct look look = { .at = at_of(window, piece) };

	if (piece->len >= sizeof(look.number) &&
	    vt_touch(read_word, &look) == VT_THERE)
		ledger_check_shown(piece->endpoint, look.number);
}

/*
 * Pages of the slot that are not of the message, or not reserved, are not seen, nor
 * are the others in another window.
 */
void piece_check_alone(const struct window *window, const struct piece *piece,
		       const struct calm *taken)
{
	size_t beyond = page_align(piece->len);

	if (window->open)
		return;
	if (beyond < window->stride &&
	    vt_peek(at_of(window, piece) + beyond) == VT_THERE &&
	    upset_none(taken, UPSET_TAKES))
		vt_die("byte %zu of a slot is seen, that has %zu", beyond,
		       piece->len);
	if (piece->len && window_shared(window, piece->offset) &&
	    upset_none(taken, UPSET_TAKES))
		vt_die("a slot is seen in two windows");
}

/* The slot is not the endpoint's any more, and was not given to it again. */
void piece_check_gone(const struct window *window, const struct piece *piece,
		      const struct calm *given)
{
	if (!window->open && piece->len &&
	    (vt_peek(at_of(window, piece)) == VT_THERE ||
	     vt_peek(at_of(window, piece) + piece->len - 1) == VT_THERE) &&
	    upset_none(given, UPSET_GIVES))
		vt_die("a slot is seen that was given up");
}
