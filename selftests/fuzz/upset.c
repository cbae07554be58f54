// SPDX-License-Identifier: GPL-2.0
/*
 * What actors do that others could see, so that nobody takes for the module's
 * doing what was another actor's: in memory that all share, which actors are at
 * it, and how often it was begun.
 */
#include "region.h"

static struct {
	__u32 begun[UPSETS];
	__u32 actors[UPSETS];		/* a bit for each */
} *upsets;

/* Before there is an actor. */
void upset_init(void)
{
	upsets = storm_shared(sizeof(*upsets));
}

/* @kinds has a bit for each. */
void upset_begin(unsigned int who, unsigned int kinds)
{
	unsigned int kind;

	for (kind = 0; kind < UPSETS; kind++) {
		if (!(kinds & 1U << kind))
			continue;
		__atomic_fetch_or(&upsets->actors[kind], 1U << who,
				  __ATOMIC_SEQ_CST);
		__atomic_fetch_add(&upsets->begun[kind], 1, __ATOMIC_SEQ_CST);
	}
}

/* Who was killed in one cannot say so: the dispatcher does. */
void upset_over(unsigned int who, unsigned int kinds)
{
	unsigned int kind;

	for (kind = 0; kind < UPSETS; kind++)
		if (kinds & 1U << kind)
			__atomic_fetch_and(&upsets->actors[kind], ~(1U << who),
					   __ATOMIC_SEQ_CST);
}

static bool is_at_it(unsigned int who, enum upset kind)
{
	return __atomic_load_n(&upsets->actors[kind], __ATOMIC_SEQ_CST) &
	       1U << who;
}

static bool are_others(unsigned int who, enum upset kind)
{
	return __atomic_load_n(&upsets->actors[kind], __ATOMIC_SEQ_CST) &
	       ~(1U << who);
}

struct calm upset_look(unsigned int who, enum upset kind)
{
	return (struct calm) {
		.begun = __atomic_load_n(&upsets->begun[kind], __ATOMIC_SEQ_CST),
		.alone = !are_others(who, kind), };
}

/* Whether nobody else was at it since that look. */
bool upset_none(const struct calm *calm, enum upset kind)
{
	return calm->alone &&
	       calm->begun == __atomic_load_n(&upsets->begun[kind],
					      __ATOMIC_SEQ_CST);
}

/*
 * To have a slot to oneself, or to name one that may be another's, excludes the
 * other: false if somebody is at that.
 */
bool upset_claim(unsigned int who, enum upset kind)
{
	enum upset other = kind == UPSET_HAS ? UPSET_STRAYS : UPSET_HAS;
	unsigned int kinds = 1U << kind;

	/* What is named may be taken away. */
	if (kind == UPSET_STRAYS)
		kinds |= 1U << UPSET_TAKES;
	if (is_at_it(who, other))
		return true;
	upset_begin(who, kinds);
	if (!are_others(who, other))
		return true;
	upset_over(who, kinds);
	return false;
}

void upset_let_go(unsigned int who)
{
	upset_over(who, 1U << UPSET_HAS | 1U << UPSET_STRAYS |
		   1U << UPSET_TAKES);
}
