// SPDX-License-Identifier: GPL-2.0
/* Messages that are moved: what a receiver does with one. */
#include "region.h"

/* What a call that acquires needs to know of the time before it. */
struct before {
	__u32 endpoint;
	__u64 channel;
	struct calm taken, given;
};

static struct before look_before(struct actor *self, const struct step *step)
{
	return (struct before) {
		.endpoint = endpoint_of(step),
		.channel = channel_of(self, step, *entry_of(step)),
		.taken = upset_look(actor_of(step), UPSET_TAKES),
		.given = upset_look(actor_of(step), UPSET_GIVES) };
}

/* It is where a message can be, and nothing can be written there. */
static struct window *check_place(const struct before *before, __u64 addr)
{
	struct window *window = window_at(addr);

	if (!window || window->kind != RECEIVES ||
	    window->endpoint != before->endpoint)
		vt_die("a message is acquired at %#llx, where no window is",
		       addr);
	if (window->stride &&
	    (addr - (uintptr_t)window->base) % window->stride)
		vt_die("a message is acquired at %#llx, in a slot", addr);
	if (vt_poke((char *)(uintptr_t)addr, 'x') == VT_THERE)
		vt_die("a message that was acquired can be written");
	return window;
}

/* The bytes are a message's, if nobody took them away. */
static void look_at_bytes(const struct step *step, const struct before *before,
			  const struct window *window, struct piece *piece)
{
	piece_check_alone(window, piece, &before->taken);
	piece->known = piece_check(window, piece, &piece->number);
	if (!piece->known && window->usable && window_is_here(window, step) &&
	    upset_none(&before->taken, UPSET_TAKES))
		vt_die("a message that was acquired is not seen");
}

/* ACQUIRE, or RELEASE with VBUF_NEXT, has told of a message. */
static void take_message(struct actor *self, const struct step *step,
			 const struct before *before, const struct vbuf_msg *msg)
{
	struct piece piece = {
		.endpoint = before->endpoint, .len = msg->len,
		.cookie = msg->cookie };
	__u64 channel = before->channel;
	struct window *window;

	if (before->endpoint != endpoint_of(step))
		return;
	window = check_place(before, msg->buf);
	piece.offset = msg->buf - (uintptr_t)window->base;
	piece_forget(PIECE_HELD, piece.endpoint, piece.offset);
	if (upset_claim(actor_of(step), UPSET_HAS))
		look_at_bytes(step, before, window, &piece);
	if (channel != channel_of(self, step, *entry_of(step)))
		channel = 0;
	check_msg(self, step, channel, msg, piece.number, true);
	count(&counts->acquired);
	piece_put(&piece, PIECE_HELD);
	upset_over(actor_of(step), 1U << UPSET_HAS);
}

static long call_acquire(struct actor *self, const struct step *step)
{
	struct before before = look_before(self, step);
	struct vbuf_acquire acquire;
	long ret;

	vt_poison(&acquire);
	acquire.size = sizeof(acquire);
	acquire.flags = step->a & 13;
	acquire.deadline_ns = deadline_of(step->c);
	ledger_expect(self, step, 1, true);
	ret = command(self, step, VBUF_IOC_ACQUIRE, &acquire, sizeof(acquire));
	actor_disarm(self);
	if (ret == 0 && is_told(step))
		take_message(self, step, &before, &acquire.msg);
	ledger_over(actor_of(step));
	return ret;
}

/* A message that the step's file has acquired, or a place that may have one. */
static bool find_message(const struct step *step, struct piece *piece,
			 struct window **window)
{
	size_t stride;

	piece->endpoint = endpoint_of(step);
	*window = window_of(piece->endpoint, RECEIVES);
	if (!*window)
		return false;
	if (!(names_place(step)))
		return piece_take(piece, PIECE_HELD, piece->endpoint, step->where);
	stride = (*window)->stride ?: 8;
	piece->offset = ((step->b & 63) * stride +
			 (step->where & 3 ? 0 : step->where)) % (*window)->bytes;
	return true;
}

static struct vbuf_release release_of(const struct step *step,
				      const struct window *window,
				      const struct piece *piece)
{
	struct vbuf_release arg;

	vt_poison(&arg);
	arg.size = sizeof(arg);
	arg.flags = step->a & 0x20;
	if (step->a & 1)
		arg.flags |= VBUF_REQUEUE;
	if (arg.flags & VBUF_NEXT)
		arg.flags |= step->a >> 1 & VBUF_DONTWAIT;
	if (arg.flags & VBUF_NEXT)
		arg.flags |= step->a & VBUF_INFO;
	if (arg.flags & VBUF_NEXT && is_stray(step))
		arg.flags |= VBUF_DONTWAIT;
	arg.cookie = step->a & 0x10 ? piece->cookie : 0;
	/* One of them; or both, which is refused. */
	arg.addr = step->a & 0x10 && !(step->a & 4) ? 0 :
		   (uintptr_t)window->base + piece->offset;
	arg.deadline_ns = arg.flags & VBUF_NEXT ? deadline_of(step->c) : 0;
	return arg;
}

/* It is what it was when it was acquired. */
static void check_again(const struct window *window, const struct piece *piece)
{
	__u64 number;

	if (piece->known && piece_check(window, piece, &number) &&
	    number != piece->number)
		vt_die("message %llu has become %llu", piece->number, number);
}

static void gave_back(const struct step *step, const struct before *before,
		      const struct window *window, const struct piece *piece,
		      const struct vbuf_release *arg)
{
	if (is_stray(step))
		piece_forget(PIECE_HELD, piece->endpoint,
			     is_told(step) ? piece->offset : ALL_OFFSETS);
	else if (piece->number && !(arg->flags & VBUF_REQUEUE))
		ledger_take_out(piece->number);
	if (is_told(step) &&
	    (!(arg->flags & VBUF_NEXT) ||
	     arg->next.buf != (uintptr_t)window->base + piece->offset))
		piece_check_gone(window, piece, &before->given);
}

static long give_back(struct actor *self, const struct step *step,
		      const struct window *window, const struct piece *piece)
{
	struct before before = look_before(self, step);
	struct vbuf_release arg = release_of(step, window, piece);
	long ret;

	if (!is_stray(step))
		check_again(window, piece);
	if (arg.flags & VBUF_NEXT)
		ledger_expect(self, step, 1, true);
	ret = command(self, step, VBUF_IOC_RELEASE, &arg, sizeof(arg));
	actor_disarm(self);
	if (ret == 0)
		gave_back(step, &before, window, piece, &arg);
	if (ret == 0 && is_told(step) && arg.flags & VBUF_NEXT && arg.next.buf)
		take_message(self, step, &before, &arg.next);
	ledger_over(actor_of(step));
	return ret;
}

static long call_give_back(struct actor *self, const struct step *step)
{
	struct piece piece = { .len = 1 };
	struct window *window;
	long ret = -EBUSY;

	if (!find_message(step, &piece, &window))
		return -EINVAL;
	if (upset_claim(actor_of(step), is_stray(step) ? UPSET_STRAYS : UPSET_HAS))
		ret = give_back(self, step, window, &piece);
	if (ret < 0 && !(names_place(step)) && (ret != -EINVAL || is_stray(step)))
		piece_put(&piece, PIECE_HELD);
	upset_let_go(actor_of(step));
	return ret;
}

const struct call acquire_calls[] = {
	{ .name = "acquire", .call = call_acquire, .wait = WAIT_MESSAGE,
	  .upsets = 1U << UPSET_GIVES },
	{ .name = "give_back", .call = call_give_back, .wait = WAIT_MESSAGE,
	  .upsets = 1U << UPSET_GIVES },
};

const unsigned int acquire_calls_count = ARRAY_SIZE(acquire_calls);
