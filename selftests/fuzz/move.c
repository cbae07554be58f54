// SPDX-License-Identifier: GPL-2.0
/* Messages that are moved: what a sender does with a slot. */
#include "region.h"

/* Of a slot that was just given: nobody can have taken it away. */
static bool must_be_seen(const struct window *window, const struct step *step,
			 const struct calm *calm)
{
	return window->usable && window_is_here(window, step) &&
	       upset_none(calm, UPSET_TAKES);
}

/* Its bytes are to be known, whatever becomes of it. */
static void make_plain(const struct window *window, struct piece *piece,
		       const struct step *step, const struct calm *calm)
{
	piece->known = piece_fill_plain(window->base + piece->offset,
					piece->len) == FILLED;
	if (!piece->known && must_be_seen(window, step, calm))
		vt_die("a reserved slot is not seen");
}

/* RESERVE, or COMMIT with VBUF_NEXT, has told where. */
static void take_slot(const struct step *step, __u32 endpoint, __u64 addr,
		      size_t len, const struct calm *calm)
{
	struct window *window = window_at(addr);
	struct piece piece = { .endpoint = endpoint, .len = len };

	if (endpoint != endpoint_of(step))
		return;
	if (!window || window->kind != SENDS || window->endpoint != endpoint)
		vt_die("a slot is reserved at %#llx, where no window is", addr);
	piece.offset = addr - (uintptr_t)window->base;
	if (piece.offset % window->stride)
		vt_die("a slot is reserved %llu bytes into a window",
		       piece.offset);
	piece_forget(PIECE_RESERVED, endpoint, piece.offset);
	if (upset_claim(actor_of(step), UPSET_HAS)) {
		piece_check_shown(window, &piece);
		make_plain(window, &piece, step, calm);
		piece_check_alone(window, &piece, calm);
	}
	piece_put(&piece, PIECE_RESERVED);
	upset_over(actor_of(step), 1U << UPSET_HAS);
}

static long call_reserve(struct actor *self, const struct step *step)
{
	struct calm calm = upset_look(actor_of(step), UPSET_TAKES);
	__u32 endpoint = endpoint_of(step);
	struct vbuf_reserve reserve = {
		.size = sizeof(reserve), .flags = step->a & 7,
		.len = move_length_of(step), .deadline_ns = deadline_of(step->c) };
	long ret = command(self, step, VBUF_IOC_RESERVE, &reserve,
			   sizeof(reserve));

	actor_disarm(self);
	if (ret == 0 && is_told(step))
		take_slot(step, endpoint, reserve.addr, reserve.len, &calm);
	return ret;
}

/* Where a piece is, as its endpoint's window is mapped, or was last. */
static __u64 address_of(const struct window *window, const struct piece *piece)
{
	return (uintptr_t)window->base + piece->offset;
}

/*
 * A place that may be another's, or none. What comes of a COMMIT there is a
 * message of no bytes.
 */
static bool find_stray(const struct step *step, struct piece *piece,
		       struct window **window)
{
	unsigned int slot = step->b & 63;

	piece->endpoint = endpoint_of(step);
	*window = window_of(piece->endpoint, SENDS);
	if (!*window || !(*window)->stride)
		return false;
	piece->offset = (slot * (*window)->stride +
			 (step->where & 3 ? 0 : step->where)) % (*window)->bytes;
	return true;
}

/* One that the step's file has reserved, and its window; or a stray. */
static bool find_slot(const struct step *step, struct piece *piece,
		      struct window **window)
{
	__u32 endpoint = endpoint_of(step);

	if (names_place(step))
		return find_stray(step, piece, window);
	*window = window_of(endpoint, SENDS);
	return *window &&
	       piece_take(piece, PIECE_RESERVED, endpoint, step->where);
}

/* To itself, or while nobody has one to itself. */
static bool claim(const struct step *step)
{
	return upset_claim(actor_of(step), is_stray(step) ? UPSET_STRAYS : UPSET_HAS);
}

/* Whoever thought to have what was given up by a stray does not. */
static void forget(const struct step *step, const struct piece *piece)
{
	if (is_stray(step))
		piece_forget(PIECE_RESERVED, piece->endpoint,
			     is_told(step) ? piece->offset : ALL_OFFSETS);
}

static long discard(struct actor *self, const struct step *step,
		    const struct window *window, const struct piece *piece)
{
	struct calm calm = upset_look(actor_of(step), UPSET_GIVES);
	struct vbuf_discard arg = {
		.size = sizeof(arg), .addr = address_of(window, piece) };
	long ret = command(self, step, VBUF_IOC_DISCARD, &arg, sizeof(arg));

	actor_disarm(self);
	if (ret == 0)
		forget(step, piece);
	if (ret == 0 && is_told(step))
		piece_check_gone(window, piece, &calm);
	return ret;
}

static long call_discard(struct actor *self, const struct step *step)
{
	struct piece piece = { .len = 1 };
	struct window *window;
	long ret = -EBUSY;

	if (!find_slot(step, &piece, &window))
		return -EINVAL;
	if (claim(step))
		ret = discard(self, step, window, &piece);
	if (ret < 0 && ret != -EINVAL && !(names_place(step)))
		piece_put(&piece, PIECE_RESERVED);
	upset_let_go(actor_of(step));
	return ret;
}

/* All that was reserved, or less, or one byte more. */
static size_t commit_length(const struct step *step, const struct piece *piece)
{
	size_t len = move_length_of(step);

	if (names_place(step))
		return 0;
	if (step->c & 4)
		return piece->len;
	if (step->c & 8)
		return piece->len + 1;
	return len < piece->len ? len : piece->len;
}

/* What COMMIT is to say; and RESERVE, in the same call. */
static struct vbuf_commit commit_of(const struct step *step, __u64 addr,
				    size_t len, const struct piece *piece)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg), .flags = step->a & 0x23, .addr = addr,
		.len = len, .tag = PLAIN_TAG };

	vt_poison(&arg.next_addr);
	if (!(arg.flags & VBUF_NEXT))
		return arg;
	if (is_stray(step))
		arg.flags |= VBUF_DONTWAIT;
	arg.next_len = step->c & 0x10 ? move_length_of(step) : piece->len;
	arg.deadline_ns = deadline_of(step->c);
	return arg;
}

/*
 * The message's number, 0 if it is to have none: its bytes cannot be known, or
 * cannot be written here.
 */
static __u64 fill(const struct step *step, const struct window *window,
		  struct piece *piece, size_t len)
{
	enum fill filled;
	__u64 number;

	if (is_stray(step) || len > piece->len || !piece->known)
		return 0;
	number = ledger_take(1);
	ledger_write(step, number, len, true);
	filled = piece_fill(window->base + piece->offset, len, number);
	if (filled == FILLED)
		return number;
	ledger_refuse(number);
	piece->known = filled == NOT_HERE;
	return 0;
}

/* It was not sent, and may be still there. */
static void put_back(const struct step *step, const struct window *window,
		     struct piece *piece, __u64 number, long ret)
{
	if (number) {
		ledger_refuse(number);
		piece->known = piece_fill_plain(window->base + piece->offset,
						piece->len) == FILLED;
	}
	if (!(names_place(step)) && (ret != -EINVAL || is_stray(step)))
		piece_put(piece, PIECE_RESERVED);
}

static long commit(struct actor *self, const struct step *step,
		   const struct window *window, struct piece *piece)
{
	struct calm taken = upset_look(actor_of(step), UPSET_TAKES);
	struct calm given = upset_look(actor_of(step), UPSET_GIVES);
	size_t len = commit_length(step, piece);
	__u64 number = fill(step, window, piece, len);
	struct vbuf_commit arg = commit_of(step, address_of(window, piece), len,
					   piece);
	long ret;

	/* Bytes that are not known are nobody's message. */
	if (!piece->known)
		return discard(self, step, window, piece);
	if (number)
		arg.tag = number;
	ret = command(self, step, VBUF_IOC_COMMIT, &arg, sizeof(arg));
	actor_disarm(self);
	if (ret < 0) {
		put_back(step, window, piece, number, ret);
		return ret;
	}
	forget(step, piece);
	if (!is_told(step))
		return ret;
	count(&counts->moves);
	if (!(arg.flags & VBUF_NEXT))
		arg.next_addr = 0;
	if (arg.next_addr != arg.addr)
		piece_check_gone(window, piece, &given);
	if (arg.next_addr)
		take_slot(step, piece->endpoint, arg.next_addr, arg.next_len,
			  &taken);
	return ret;
}

static long call_commit(struct actor *self, const struct step *step)
{
	struct piece piece = { .known = true };
	struct window *window;
	long ret = -EBUSY;

	if (!find_slot(step, &piece, &window))
		return -EINVAL;
	if (claim(step))
		ret = commit(self, step, window, &piece);
	else if (!(names_place(step)))
		piece_put(&piece, PIECE_RESERVED);
	upset_let_go(actor_of(step));
	return ret;
}

/* Its bytes, which say nothing, as a message of another file's. */
static long send_from(const struct step *step, const struct window *window,
		      const struct piece *piece)
{
	return vt_send(*other_of(step), window->base + piece->offset,
		       piece->len, VBUF_DONTWAIT);
}

/* What another file receives, into the slot: it may be put back, if pages go. */
static long recv_into(struct actor *self, const struct step *step,
		      const struct window *window, struct piece *piece)
{
	char *at = window->base + piece->offset;
	__u64 number = 0;
	long ret;

	ledger_expect(self, step, 1, true);
	ret = vt_recv(*other_of(step), at, piece->len, VBUF_DONTWAIT);
	actor_disarm(self);
	if (ret >= 0 && piece_check_copied(window, piece, ret, &number) && number)
		ledger_receive(self, 0, number, ret, false);
	piece->known = piece_fill_plain(at, piece->len) == FILLED;
	ledger_over(actor_of(step));
	return ret;
}

/* A system call of ours works on a slot that is seen as on any memory. */
static long call_through(struct actor *self, const struct step *step)
{
	__u32 endpoint = endpoint_of(step);
	struct window *window = window_of(endpoint, SENDS);
	struct piece piece;
	long ret = -EBUSY;

	if (!window || !piece_take(&piece, PIECE_RESERVED, endpoint, step->where))
		return -EINVAL;
	if (piece.known && upset_claim(actor_of(step), UPSET_HAS))
		ret = step->a & 1 ? recv_into(self, step, window, &piece) :
				    send_from(step, window, &piece);
	piece_put(&piece, PIECE_RESERVED);
	upset_let_go(actor_of(step));
	return ret;
}

const struct call move_calls[] = {
	{ .name = "reserve", .call = call_reserve, .wait = WAIT_SLOT,
	  .upsets = 1U << UPSET_GIVES },
	{ .name = "commit", .call = call_commit, .wait = WAIT_SLOT,
	  .upsets = 1U << UPSET_GIVES },
	{ .name = "discard", .call = call_discard },
	{ .name = "through", .call = call_through },
};

const unsigned int move_calls_count = ARRAY_SIZE(move_calls);
