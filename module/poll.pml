// SPDX-License-Identifier: GPL-2.0
/*
 * How pollers and owners of signals learn of edges, as a model for spin: what
 * vbuf_poll(), vbuf_fasync(), channel.c and wakes.c do with a channel's wait
 * queues, its lock and VBUF_ALERT_WATCHED. wakes.h tells why no edge is lost,
 * though who looks whether anybody stands in a wait queue has no barrier for it.
 *
 * SENDERS threads send MESSAGES in all through one slot to RECEIVERS threads.
 * None blocks in a call: each tries, and, where it cannot go on, polls, or wants
 * a signal, and sleeps until it is told. Who polls may stay in its wait queue
 * for the next time (epoll), or leave it (poll). All of a side but one may end
 * before. What is to hold: nobody sleeps for ever who has something to do (invalid
 * end states).
 *
 * The channel's lock is an atomic step. To stand in a wait queue, or not any
 * more, is a store: who looks without the queue's lock sees it any time later, at
 * the latest when who stored lets the channel's lock go. Who looks after having
 * let that go may have looked at any time since it took it. A wake-up takes the
 * queue's lock, and finds who stands there.
 *
 * Not in it: waiters, which handoff.pml has; ends, which are told whether or not
 * anybody is seen; exclusive waits; endpoints that both send and receive. The
 * kernel's part, that who is told while it is about to sleep does not, is taken
 * for granted.
 *
 * Mistakes to seed, each of which must be found, and what they are seeded in:
 *
 *	RECEIVERS=1 MESSAGES=2: WATCHED_BEFORE_STANDING TAKE_BACK_ONE_SIDE
 *		TAKE_BACK_FROM_OWNERS
 *	SENDERS=1 RECEIVERS=1: LOOK_BEFORE_STANDING LOOK_BEFORE_WATCHED
 *		LOOK_WITHOUT_LOCK TAKE_BACK_WITHOUT_LOCK READ_WATCHED_BEFORE_LOCK
 */
#ifndef SENDERS
#define SENDERS		2
#endif
#ifndef RECEIVERS
#define RECEIVERS	2
#endif
#ifndef MESSAGES
#define MESSAGES	3
#endif

#define THREADS		(SENDERS + RECEIVERS)
#define ONLY(who)	(1 << (who))
#define ALL		(ONLY(THREADS) - 1)
#define ALL_SENDERS	(ONLY(SENDERS) - 1)
#define ALL_RECEIVERS	(ALL - ALL_SENDERS)

/* The channel, as its lock guards it. */
bool free_slot = true;
bool message;
bool watched;

/* Who stands in a wait queue, or owns signals; and who seems to. */
byte stands;
byte owns;
byte seem_to_stand;
byte seem_to_own;

/* Who was told since it last began to look. */
byte told;

/* What is still to come, for either side. */
byte to_send = MESSAGES;
byte to_receive = MESSAGES;

/* How many of each side will not end before. */
byte senders = SENDERS;
byte receivers = RECEIVERS;

#ifdef TAKE_BACK_ONE_SIDE
#define CONCERNED(side)		(side)
#else
#define CONCERNED(side)		ALL
#endif
#ifdef TAKE_BACK_FROM_OWNERS
#define SEEM_TO_WATCH		seem_to_stand
#else
#define SEEM_TO_WATCH		(seem_to_stand | seem_to_own)
#endif

inline show_stores(who)
{
	seem_to_stand = (seem_to_stand & ~ONLY(who)) | (stands & ONLY(who));
	seem_to_own = (seem_to_own & ~ONLY(who)) | (owns & ONLY(who))
}

/* vbuf_channel_watch() */
inline watch()
{
	atomic {
		watched = true;
		show_stores(self)
	}
}

/* poll_wait(), or fasync_helper() */
inline stand()
{
	if
	:: (stands | owns) & ONLY(self)
	:: !((stands | owns) & ONLY(self)) -> stands = stands | ONLY(self)
	:: !((stands | owns) & ONLY(self)) -> owns = owns | ONLY(self); watch()
	fi
}

/*
 * vbuf_poll(), which goes on to try where there is something; who owns signals
 * tries again without.
 */
inline look(something)
{
	told = told & ~ONLY(self);
#ifdef WATCHED_BEFORE_STANDING
	watch();
#endif
#ifndef LOOK_BEFORE_STANDING
	stand();
#endif
	atomic {
#if !defined(WATCHED_BEFORE_STANDING) && !defined(LOOK_BEFORE_WATCHED)
		watched = watched || !(owns & ONLY(self));
#endif
#ifndef LOOK_WITHOUT_LOCK
		show_stores(self);
#endif
		if
		:: something -> goto try
		:: else
		fi
	}
#ifdef LOOK_BEFORE_WATCHED
	watch();
#endif
#ifdef LOOK_BEFORE_STANDING
	stand();
#endif
}

/*
 * A change that concerns @side, the lock's release, and what is carried out then:
 * commit_chain_watched(), release_chain_watched(). Under the lock it is seen
 * whether anybody watches still.
 */
inline move(change, side)
{
#ifdef READ_WATCHED_BEFORE_LOCK
	edge = watched;
	atomic {
#else
	atomic {
		edge = watched;
#endif
		change = true;
		stood = seem_to_stand & side;
		owned = seem_to_own & side;
		nobody = watched && !(SEEM_TO_WATCH & CONCERNED(side));
#ifndef TAKE_BACK_WITHOUT_LOCK
		watched = watched && !nobody;
		nobody = false;
#endif
		show_stores(self)
	}
#ifdef TAKE_BACK_WITHOUT_LOCK
	atomic {
		watched = watched && !nobody;
		nobody = false
	}
#endif
	tell(stood, seem_to_stand, stands, side);
	tell(owned, seem_to_own, owns, side);
	edge = false
}

/* Seen then (@before), or now. */
inline tell(before, seem_to, do_so, side)
{
	if
	:: !edge || !before
	:: !edge || !(seem_to & side)
	:: edge && (before || seem_to & side) -> told = told | (do_so & side)
	fi;
	before = 0
}

inline may_leave()
{
	if
	:: stands = stands & ~ONLY(self)
	:: true
	fi
}

proctype sender(byte self)
{
	byte stood, owned;
	bool edge, nobody;

try:
	atomic {
		if
		:: to_send == 0 -> goto ended
		:: senders > 1 -> senders--; goto ended
		:: to_send > 0 && free_slot ->
			free_slot = false;
			to_send--
		:: to_send > 0 && !free_slot -> goto polls
		fi
	}
	may_leave();
	move(message, ALL_RECEIVERS);
	goto try;
polls:
	look(free_slot || to_send == 0);
	(told & ONLY(self)) || to_send == 0;
	goto polls;
ended:
	stands = stands & ~ONLY(self)
}

proctype receiver(byte self)
{
	byte stood, owned;
	bool edge, nobody;

try:
	atomic {
		if
		:: to_receive == 0 -> goto ended
		:: receivers > 1 -> receivers--; goto ended
		:: to_receive > 0 && message ->
			message = false;
			to_receive--
		:: to_receive > 0 && !message -> goto polls
		fi
	}
	may_leave();
	move(free_slot, ALL_SENDERS);
	goto try;
polls:
	look(message || to_receive == 0);
	(told & ONLY(self)) || to_receive == 0;
	goto polls;
ended:
	stands = stands & ~ONLY(self)
}

/* Shows stores some time. */
active proctype memory()
{
	byte who;

end:	do
	:: atomic {
		seem_to_stand != stands || seem_to_own != owns ->
		do
		:: who + 1 < THREADS -> who++
		:: break
		od;
		show_stores(who);
		who = 0 }
	od
}

init
{
	byte i;

	atomic {
		do
		:: i < SENDERS -> run sender(i); i++
		:: i >= SENDERS && i < THREADS -> run receiver(i); i++
		:: i == THREADS -> break
		od
	}
}
