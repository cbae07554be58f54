// SPDX-License-Identifier: GPL-2.0
/*
 * The hand-off of slots and messages, and the wake-ups, as a model for spin:
 * what waiter.c, wakes.c and moves.c do with a channel's lock, its lines, the
 * list of deferred wake-ups and its timer, over every interleaving.
 *
 * SENDERS threads send MESSAGES in all, each as many as it comes to, through
 * SLOTS slots to RECEIVERS threads. LEAVES waits may be given up (a deadline, a
 * signal), and REFUSALS may end with an error instead of being served (EDQUOT,
 * EMSGSIZE); such a thread tries again, at the end of the line, or ends. DEATHS
 * of the threads may die, at a moment when they own something, and COMERS of
 * those that ended come again, maybe after the last of their kind has gone.
 * (Were there no end of signals, no lost wake-up would show.) What is to hold:
 *
 * - no wake-up is lost: nobody is left waiting at the end (invalid end states);
 * - nothing is lost or duplicated: slots add up, and a message that is followed,
 *   which may be any, is received once, or is in the queue at the end, if it was
 *   sent (assertions);
 * - while the queue holds a message no receiver waits, while a slot is free no
 *   sender waits, whenever the lock is let go (assertions);
 * - who is served, refused or failed has nobody before it in the line who came
 *   earlier, and who came again came later (assertion);
 * - who is woken was taken out of its line, and is woken once: a hand-over wakes
 *   who was served and nobody else (assertion);
 * - with ORDER: of two messages that are followed, which may be any, the one
 *   sent later is not taken while the other is in the queue, but after it was put
 *   back (assertion). This is the order of all senders together, and so of each;
 * - a side is known to have hung up just while nobody is there (assertion);
 * - a waiter, on its thread's stack, is not touched once its thread went on.
 *
 * The lock is an atomic step, and so is a store with the barrier that follows it
 * in the code. Where a mistake leaves that out, the store becomes visible at any
 * later time.
 *
 * It is small so that all of it can be searched with MESSAGES > SLOTS, or no
 * sender would wait, and two of each kind (selftests/lab/model says how far). Two
 * senders wait at a time only with MESSAGES > SLOTS + 1:
 *
 * - messages are alike, but for those followed. Nothing depends on which one a
 *   slot holds, so what is true of any is true of all;
 * - threads of a kind are alike, so they begin one after the other;
 * - of those to be woken the model knows who they are, not their order, and wakes
 *   them in any;
 * - when it pays to wake those deferred (wake_at_full, wake_below) is left open:
 *   it may be done or not, and the timer has to do for what is not. So is when
 *   to defer, and whom to refuse;
 * - what a variable is when nobody will look at it, it is always: 0.
 *
 * Not in it: the line of who drains; chains of more than one slot; a channel to
 * which nobody has come yet, or which knows no hang-up (VBUF_PERSIST);
 * VBUF_DROP_OLDEST; an endpoint that is shut down or has several threads; looking
 * for a hand-over before sleeping (spin()). Pollers are in poll.pml.
 *
 * Mistakes to seed, each of which must be found, and what they are seeded in:
 *
 *	SLOTS=1 MESSAGES=2 DEATHS=0 LEAVES=0: NO_BARRIER_SLEEP NO_BARRIER_WAKE
 *		CHECK_BEFORE_STATE FREE_ASIDE WAKE_AFTER_WOKEN WAKE_NEXT_TOO
 *		NO_TIMER TIMER_FLUSHES_FIRST DEFER_AFTER_LOOK
 *	SENDERS=1 SLOTS=1 MESSAGES=1 DEATHS=0: JOIN_AT_HEAD LEAVE_UNSEEN
 *		CHECK_BEFORE_LAST
 *	RECEIVERS=1 SLOTS=1 DEATHS=0 LEAVES=0: JOIN_AT_HEAD
 *	SENDERS=1 MESSAGES=2 LEAVES=0 ORDER=1: QUEUE_AT_HEAD PUT_BACK_AT_TAIL
 *		KEEP_WHEN_DEAD
 *	SENDERS=1 SLOTS=1 MESSAGES=1 DEATHS=0 LEAVES=0 REFUSALS=1: REFUSE_ONE_ONLY
 *	SENDERS=1 SLOTS=1 MESSAGES=1 DEATHS=0 LEAVES=0 COMERS=1: HANG_UP_STAYS
 */
#ifndef SENDERS
#define SENDERS		2
#endif
#ifndef RECEIVERS
#define RECEIVERS	2
#endif
#ifndef SLOTS
#define SLOTS		2
#endif
#ifndef MESSAGES
#define MESSAGES	3
#endif
#ifndef DEATHS
#define DEATHS		1
#endif
#ifndef LEAVES
#define LEAVES		1
#endif
#ifndef REFUSALS
#define REFUSALS	0
#endif
#ifndef COMERS
#define COMERS		0
#endif
#ifndef ORDER
#define ORDER		0
#endif

#define THREADS		(SENDERS + RECEIVERS)
#define NO_THREAD	255
#define ONLY(who)	(1 << (who))
#define ALL_SENDERS	(ONLY(SENDERS) - 1)
#define ALIKE(who)	((who) < SENDERS -> ALL_SENDERS : ~ALL_SENDERS)

/* The channel. */
byte free_slots = SLOTS;
byte owned_by_senders;
byte owned_by_receivers;
byte senders = SENDERS;
byte receivers = RECEIVERS;
bool no_sender;
bool no_receiver;
chan queue = [SLOTS] of { byte };		/* FIRST, SECOND, or any other */
chan want_slot = [SENDERS] of { byte };
chan want_message = [RECEIVERS] of { byte };

/* Threads whose wake-up was deferred, and the timer. */
byte deferred;
bool timer_queued;

/* Each thread's waiter, and whether it is there; nothing is set while it is not. */
bool there[THREADS];
byte in_line;			/* who is */
byte ahead[THREADS];		/* who came to its line before it, and is there */
bool woken[THREADS];
bool failed[THREADS];		/* served with an error */
byte given[THREADS];		/* served with this message */

/* Each thread's state, as the scheduler has it. */
bool asleep[THREADS];

/*
 * Stores. With the barrier behind it a store is one step: nothing that its
 * thread does comes in between. Without, it is on its way to memory for a while.
 */
#ifdef NO_BARRIER_SLEEP
bool asleep_comes[THREADS];
#define STORE_ASLEEP(who)	asleep_comes[who] = true
#define SEES_ASLEEP(who, what)	!asleep_comes[who] && asleep[who] == what
#else
#define STORE_ASLEEP(who)	asleep[who] = true
#define SEES_ASLEEP(who, what)	asleep[who] == what
#endif
#ifdef NO_BARRIER_WAKE
bool woken_comes[THREADS];
#define STORE_WOKEN(who)	woken_comes[who] = true
#else
#define STORE_WOKEN(who)	woken[who] = true
#endif

/* Processes that do not end. */
#if defined(NO_BARRIER_SLEEP) || defined(NO_BARRIER_WAKE)
#define ALWAYS		(2 + THREADS)
#else
#define ALWAYS		2
#endif

/* What is still to come. */
byte to_send = MESSAGES;
byte deaths = DEATHS;
byte leaves = LEAVES;
byte refusals = REFUSALS;
byte comers = COMERS;

/* What became of the messages followed; FIRST was sent before SECOND. */
#define FIRST		1
#define SECOND		2
mtype = { UNSENT, ON_ITS_WAY, RECEIVED };
mtype first = UNSENT;
mtype second = UNSENT;		/* RECEIVED as soon as a receiver owned it */

/* The first of a kind that has not begun: those behind it wait for that. */
byte first_sender;
byte first_receiver = SENDERS;

inline begin(first)
{
	first >= self;
	if
	:: first == self -> first++
	:: else
	fi
}

/* Whenever the lock is let go. */
inline check_locked()
{
	assert(len(queue) == 0 || len(want_message) == 0);
	assert(free_slots == 0 || len(want_slot) == 0);
	assert(no_sender == (senders == 0));
	assert(no_receiver == (receivers == 0));
	assert(free_slots + owned_by_senders + len(queue) +
	       owned_by_receivers == SLOTS)
}

/*
 * vbuf_waiter_wake(), of all of @wakes, of which there are some: in any order,
 * which is more than the code does, and fewer states. wake_up_process() has the
 * barrier.
 */
inline wake_some()
{
	do
	::
		atomic {
			do
			:: wakes >> (who + 1) != 0 -> who++
			:: wakes & ONLY(who) -> break
			od;
			wakes = wakes & ~ONLY(who);
			assert(there[who] && !woken[who]);
			assert(!(in_line & ONLY(who)));
			STORE_WOKEN(who)
		}
#ifdef WAKE_AFTER_WOKEN
		assert(there[who]);
#endif
		atomic {
			asleep[who] = false;
			who = 0;
			if
			:: wakes == 0 -> break
			:: else
			fi
		}
	od
}

/* vbuf_wakes_flush(), and wakes others: those who are there now. */
inline flush_and_wake()
{
	atomic {
		wakes = wakes | deferred;
		deferred = 0
	}
	if
	:: wakes != 0 -> wake_some()
	:: else
	fi
}

/* vbuf_wakes_flush_locked(), maybe. Where it is left out, the timer has to do. */
inline may_flush_locked()
{
	if
	:: deferred != 0 ->
		timer_queued = false;
		due = true
	:: true
	fi
}

/* Puts the last one of a channel before all others. */
inline put_last_first(list)
{
	i = len(list);
	do
	:: i > 1 -> list ? who; list ! who; i--
	:: else -> break
	od;
	i = 0;
	who = 0
}

inline join(line)
{
	there[self] = true;
	ahead[self] = in_line & ALIKE(self);
	in_line = in_line | ONLY(self);
	line ! self;
#ifdef JOIN_AT_HEAD
	put_last_first(line)
#endif
}

/* Out of its line, from wherever it stood. */
inline left_line(waiter)
{
	in_line = in_line & ~ONLY(waiter);
	do
	:: i < THREADS -> ahead[i] = ahead[i] & ~ONLY(waiter); i++
	:: else -> break
	od;
	i = 0;
	ahead[waiter] = 0
}

/* What was served cannot be given up: its wake-up is to come. */
inline sleep_until_woken()
{
	do
	::
#ifdef CHECK_BEFORE_LAST
		if
		:: woken[self] -> break
		:: !woken[self]
		fi;
		STORE_ASLEEP(self);
#else
		STORE_ASLEEP(self);
		if
		:: woken[self] -> break
		:: !woken[self]
		fi;
#endif
		SEES_ASLEEP(self, false)
	od
}

/* vbuf_line_wait(); goes on where it owns what it waited for, or gave up. */
inline wait(line)
{
	do
	::
#ifdef CHECK_BEFORE_STATE
		if
		:: woken[self] -> break
		:: !woken[self]
		fi;
		STORE_ASLEEP(self);
#else
		STORE_ASLEEP(self);
		if
		:: woken[self] -> break
		:: !woken[self]
		fi;
#endif
		if
		:: /* schedule() */
			SEES_ASLEEP(self, false)
		:: atomic {
			leaves > 0 -> /* a deadline or a signal */
			leaves--;
			left = (in_line & ONLY(self)) != 0;
			if
			:: left ->
				line ?? eval(self);
				left_line(self);
				check_locked();
				break
			:: else
#ifdef LEAVE_UNSEEN
				-> left = true; break
#endif
			fi }
			flush_and_wake();	/* it may be one of those */
			sleep_until_woken();
			break
		fi
	od;
	atomic {
		SEES_ASLEEP(self, asleep[self]);
		asleep[self] = false;
		there[self] = false;
		woken[self] = false;
		this = given[self];
		given[self] = false;
		if
		:: left || failed[self] ->
			left = false;
			failed[self] = false;
			goto gave_up
		:: else -> goto owns
		fi
	}
}

inline take_first(line)
{
	line ? served;
	assert(ahead[served] == 0);
	left_line(served)
}

inline fail(waiter)
{
	failed[waiter] = true;
	wakes = wakes | ONLY(waiter)
}

/*
 * Takes the first out of a line, to be woken; NO_THREAD if there is none. Those
 * before it that may not have what they wait for are told.
 */
inline serve(line)
{
	do
	:: len(line) == 0 -> served = NO_THREAD; break
	:: len(line) > 0 ->
		take_first(line);
		if
		:: break
		:: refusals > 0 ->
			refusals--;
			fail(served);
#ifdef REFUSE_ONE_ONLY
			served = NO_THREAD;
			break
#endif
		fi
	od;
#ifdef WAKE_NEXT_TOO
	if
	:: len(line) > 0 -> line ? <who>; wakes = wakes | ONLY(who); who = 0
	:: else
	fi
#endif
}

/*
 * Who was served is woken once the lock is let go, or maybe later:
 * defer_locked(). The timer's end does not ask for the lock; whenever it comes
 * between the two stores, it could as well have come before the first.
 */
inline to_be_woken(may_defer)
{
	if
	:: served == NO_THREAD
	:: served != NO_THREAD -> wakes = wakes | ONLY(served)
	:: served != NO_THREAD && may_defer ->
#ifdef DEFER_AFTER_LOOK
		if /* the timer ends in between, with nothing to do */
		:: timer_queued && deferred == 0 -> timer_queued = false
		:: true -> timer_queued = true
		fi;
#elif !defined(NO_TIMER)
		timer_queued = true;
#endif
		deferred = deferred | ONLY(served)
	fi;
	served = 0
}

/* Where a message comes to stand: at the head or not. */
#ifdef QUEUE_AT_HEAD
#define QUEUE_AT	true
#else
#define QUEUE_AT	false
#endif
#ifdef PUT_BACK_AT_TAIL
#define PUT_BACK_AT	false
#else
#define PUT_BACK_AT	true
#endif

/* A slot that nobody owns any more; the lock is held. */
inline free_slot_locked(may_defer)
{
#ifdef FREE_ASIDE
	served = NO_THREAD;
#else
	serve(want_slot);
#endif
	if
	:: served == NO_THREAD -> free_slots++
	:: else -> owned_by_senders++
	fi;
	to_be_woken(may_defer)
}

/* A message, new or put back; the lock is held. */
inline queue_message_locked(may_defer, at_head)
{
	serve(want_message);
	if
	:: served == NO_THREAD ->
		queue ! this;
		if
		:: at_head -> put_last_first(queue)
		:: else
		fi
	:: else ->
		given[served] = this;
		owned_by_receivers++;
		check_order()
	fi;
	this = 0;
	to_be_woken(may_defer)
}

/* A receiver owns a message now. */
inline check_order()
{
	if
	:: this == SECOND && second == ON_ITS_WAY ->
		assert(!queue ?? [FIRST]);
		second = RECEIVED
	:: else
	fi
}

inline fail_all(line)
{
	do
	:: len(line) > 0 -> take_first(line); fail(served)
	:: else -> break
	od;
	served = 0
}

/* Somebody came or went. */
inline update_hangup_locked()
{
	if
	:: senders == 0 && !no_sender -> fail_all(want_message)
	:: else
	fi;
	if
	:: receivers == 0 && !no_receiver -> fail_all(want_slot)
	:: else
	fi;
	no_sender = (senders == 0);
	no_receiver = (receivers == 0)
}

/* Its own of each thread; 0 where they mean nothing, or there were more states. */
#define LOCALS	byte wakes, who, i, served, this; bool left, due

/* vbuf_channel_attach(), of one like it that was there. */
inline come_again(alike, begins)
{
	if
	:: atomic {
		comers > 0 ->
		comers--;
		alike++;
#ifndef HANG_UP_STAYS
		update_hangup_locked();
#endif
		check_locked();
		goto begins }
	:: true
	fi
}

proctype sender(byte self)
{
	LOCALS;

reserve:
	atomic {
		begin(first_sender);
		if
		:: to_send == 0 || no_receiver -> goto close
		:: to_send > 0 && !no_receiver && free_slots > 0 ->
			to_send--;
			free_slots--;
			owned_by_senders++;
			check_locked();
			goto owns
		:: else ->
			to_send--;
			join(want_slot);
			may_flush_locked();
			check_locked()
		fi;
		if
		:: due -> due = false
		:: else -> goto sleep
		fi
	}
	flush_and_wake();
sleep:
	wait(want_slot);
owns:
	atomic {
		owned_by_senders--;
		if
		:: !no_receiver -> /* commit */
			if
			:: first == UNSENT ->
				first = ON_ITS_WAY;
				this = FIRST
			:: ORDER && first != UNSENT && second == UNSENT ->
				second = ON_ITS_WAY;
				this = SECOND
			:: true
			fi;
			queue_message_locked(true, QUEUE_AT)
		:: no_receiver -> /* or not */
			free_slot_locked(false)
		:: deaths > 0 -> /* discard */
			deaths--;
#ifdef KEEP_WHEN_DEAD
			owned_by_senders++;
#else
			free_slot_locked(false);
#endif
			check_locked();
			if
			:: wakes != 0 -> goto dies
			:: else -> goto close
			fi
		fi;
		check_locked();
		if
		:: wakes == 0 -> goto reserve
		:: else
		fi
	}
	wake_some();
	goto reserve;
gave_up:
	atomic {
		to_send++;
		if
		:: goto reserve /* again */
		:: goto close
		fi
	}
dies:
	wake_some();
close:
	atomic {
		senders--;
		update_hangup_locked();
		check_locked();
		if
		:: wakes == 0 -> goto ended
		:: else
		fi
	}
	wake_some();
ended:
	come_again(senders, reserve)
}

proctype receiver(byte self)
{
	LOCALS;

acquire:
	atomic {
		begin(first_receiver);
		if
		:: len(queue) > 0 ->
			queue ? this;
			owned_by_receivers++;
			check_order();
			check_locked();
			goto owns
		:: len(queue) == 0 && no_sender -> goto close
		:: else ->
			join(want_message);
			may_flush_locked();
			check_locked()
		fi;
		if
		:: due -> due = false
		:: else -> goto sleep
		fi
	}
	flush_and_wake();
sleep:
	wait(want_message);
owns:
	atomic {
		owned_by_receivers--;
		if
		:: /* release */
			if
			:: this == FIRST ->
				assert(first == ON_ITS_WAY);
				first = RECEIVED
			:: else
			fi;
			this = 0;
			free_slot_locked(true);
			may_flush_locked();
			check_locked();
			if
			:: due -> due = false; goto flushes
			:: !due && wakes != 0 -> goto wakes_one
			:: else -> goto acquire
			fi
		:: deaths > 0 -> /* undo */
			deaths--;
			queue_message_locked(false, PUT_BACK_AT);
			check_locked();
			if
			:: wakes == 0 -> goto close
			:: else
			fi
		fi
	}
	wake_some();
	goto close;
flushes:
	flush_and_wake();
	goto acquire;
wakes_one:
	wake_some();
	goto acquire;
gave_up:
	atomic {
		if
		:: goto acquire /* again */
		:: true /* or not */
		fi
	}
close:
	atomic {
		receivers--;
		update_hangup_locked();
		check_locked();
		if
		:: wakes == 0 -> goto ended
		:: else
		fi
	}
	wake_some();
ended:
	come_again(receivers, acquire)
}

/* time_is_up(). */
active proctype timer()
{
	byte wakes, who;

end:	do
	:: timer_queued ->
#ifdef TIMER_FLUSHES_FIRST
		flush_and_wake();
		timer_queued = false
#else
		timer_queued = false;
		flush_and_wake()
#endif
	od
}

/* Makes the stores visible that have no barrier, some time. */
#ifdef NO_BARRIER_SLEEP
active [THREADS] proctype asleep_memory()
{
	byte who = _pid - 1;	/* behind the timer */

end:	do
	:: atomic {
		asleep_comes[who] ->
		asleep[who] = true;
		asleep_comes[who] = false }
	od
}
#endif
#ifdef NO_BARRIER_WAKE
active [THREADS] proctype woken_memory()
{
	byte who = _pid - 1;

end:	do
	:: atomic {
		woken_comes[who] ->
		woken[who] = true;
		woken_comes[who] = false }
	od
}
#endif

init
{
	byte i;

	atomic {
		i = 0;
		do
		:: i < SENDERS -> run sender(i); i++
		:: else -> break
		od;
		do
		:: i < THREADS -> run receiver(i); i++
		:: else -> break
		od;
		i = 0
	}
	_nr_pr == ALWAYS;
	assert(free_slots + len(queue) == SLOTS);
	assert(len(want_slot) == 0 && len(want_message) == 0);
	assert(first == ON_ITS_WAY || !queue ?? [FIRST]);
	assert(first != ON_ITS_WAY || queue ?? [FIRST])
}
