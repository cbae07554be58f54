/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DOC: Regions
 *
 * A *window* is mapped where nothing else ever was or will be: at a place of its
 * own, out of which there are enough for all windows of all inputs. So whatever is
 * done to a window's addresses, now or later, strikes no other memory.
 *
 * A *piece* is a slot that an endpoint has reserved or acquired, with what is known
 * of its bytes. A call takes one out of the table of all pieces, and so has it to
 * itself. A reserved one is filled with PLAIN_BYTE at once, so that whatever
 * becomes of it is a message that says nothing; with a number, just before COMMIT.
 *
 * What was promised of a slot's pages can be looked at only while no other actor
 * takes them away, or gives the slot to the endpoint again: upset.c.
 */
#ifndef VBUF_FUZZ_REGION_H
#define VBUF_FUZZ_REGION_H

#include "fuzz.h"

/* Of a step: by what endpoint; a sound step's is the same before and after, or not known; */
static inline __u32 endpoint_of(const struct step *step)
{
	return file_endpoint(*entry_of(step));
}

/* whether what the kernel wrote into its argument can be read, */
static inline bool is_told(const struct step *step)
{
	return wrong_of(step) >= WRONG_DATA;
}

/* whether it names a place, not what the endpoint is known to have there, */
static inline bool names_place(const struct step *step)
{
	return step->a & 0x40;
}

/* and whether it may be about what is another's, or nobody's. */
static inline bool is_stray(const struct step *step)
{
	return names_place(step) || wrong_of(step) != WRONG_NOTHING;
}

/* upset.c */
enum upset {
	UPSET_GIVES,		/* slots to endpoints that see them */
	UPSET_TAKES,		/* pages away from who sees them */
	UPSET_HAS,		/* a slot to itself, and looks at its bytes */
	UPSET_STRAYS,		/* names a slot that may be another's */
	UPSETS
};

struct calm {
	__u32 begun;
	bool alone;
};

struct calm upset_look(unsigned int who, enum upset kind);
bool upset_none(const struct calm *calm, enum upset kind);
bool upset_claim(unsigned int who, enum upset kind);
void upset_let_go(unsigned int who);

/* windows.c */
enum kind { SENDS, RECEIVES };

struct window {
	char *base;		/* NULL if it is none */
	size_t bytes;
	size_t stride;		/* 0 if slots are packed */
	__u32 endpoint;
	__u64 channel;
	enum kind kind;
	bool open;		/* shows all slots */
	bool in_process;	/* that is the actor */
	bool mapped;
	bool gone;		/* unmapped, or with its process */
	bool usable;		/* with its usual rights */
};

char *window_place(size_t bytes);
struct window *window_of(__u32 endpoint, enum kind kind);
struct window *window_at(__u64 addr);
struct window *window_named(const struct step *step);
bool window_is_here(const struct window *window, const struct step *step);
bool window_shared(const struct window *own, __u64 offset);
int usual_prot(enum kind kind);

/* pieces.c */
enum piece_state { PIECE_NONE, PIECE_TAKEN, PIECE_RESERVED, PIECE_HELD };

struct piece {
	__u32 state;
	__u32 endpoint;
	__u64 offset;		/* in its window */
	size_t len;
	bool known;		/* what its bytes are */
	__u64 number;		/* of a message, 0 if it has none */
	__u64 cookie;
};

void piece_put(const struct piece *piece, enum piece_state state);
bool piece_take(struct piece *piece, enum piece_state state, __u32 endpoint,
		unsigned int nth);
void piece_forget(enum piece_state state, __u32 endpoint, __u64 offset);
#define ALL_OFFSETS	(~0ULL)

/* seen.c: what there is to see of a piece */
enum fill { FILLED, NOT_HERE, SPOILT };

enum fill piece_fill(char *at, size_t len, __u64 number);
enum fill piece_fill_plain(char *at, size_t len);
bool piece_check(const struct window *window, const struct piece *piece,
		 __u64 *number);
bool piece_check_copied(const struct window *window, const struct piece *piece,
			size_t len, __u64 *number);
void piece_check_shown(const struct window *window, const struct piece *piece);
void piece_check_alone(const struct window *window, const struct piece *piece,
		       const struct calm *taken);
void piece_check_gone(const struct window *window, const struct piece *piece,
		      const struct calm *given);

#endif /* VBUF_FUZZ_REGION_H */
