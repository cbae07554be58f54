// SPDX-License-Identifier: GPL-2.0
/*
 * The hand-off of slots and messages, and the wake-ups, as a model for spin:
 * what waiter.c, wakes.c and moves.c do with a channel's lock, its lines, the
 * list of deferred wake-ups and its timer, over every interleaving.
 *
 * SENDERS threads send MESSAGES in all, each as many as it comes to, through
 * SLOTS slots to RECEIVERS threads. LEAVES waits may be given up (a deadline, a
 * signal), and DEATHS of the threads may die, at a moment when they own
 * something. (Were there no end of signals, no lost wake-up would show.) What is
 * to hold:
 *
 * - no wake-up is lost: nobody is left waiting at the end (invalid end states);
 * - nothing is lost or duplicated: slots add up, and a message that is followed,
 *   which may be any, is received once, or is in the queue at the end, if it was
 *   sent (assertions);
 * - while the queue holds a message no receiver waits, while a slot is free no
 *   sender waits, whenever the lock is let go (assertions);
 * - a waiter, on its thread's stack, is not touched once its thread went on.
 *
 * The lock is an atomic step, and so is a store with the barrier that follows it
 * in the code. Where a mistake leaves that out, the store becomes visible at any
 * later time.
 *
 * It is small so that all of it can be searched with MESSAGES > SLOTS, or no
 * sender would wait, and two of each kind (selftests/lab/model says how far):
 *
 * - messages are alike, but for the one followed. Nothing depends on which one a
 *   slot holds, so what is true of any one is true of all;
 * - threads of a kind are alike, so they begin one after the other;
 * - of those to be woken the model knows who they are, not their order, and wakes
 *   them in any;
 * - when it pays to wake those deferred (wake_at_full, wake_below) is left open:
 *   it may be done or not, and the timer has to do for what is not. So is when
 *   to defer;
 * - what a variable is when nobody will look at it, it is always: 0.
 *
 * Mistakes to seed, each of which must be found: NO_BARRIER_SLEEP,
 * NO_BARRIER_WAKE, CHECK_BEFORE_STATE, LEAVE_UNSEEN, KEEP_WHEN_DEAD, FREE_ASIDE,
 * WAKE_AFTER_WOKEN, NO_TIMER, TIMER_FLUSHES_FIRST, DEFER_AFTER_LOOK,
 * CHECK_BEFORE_LAST.
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

#define THREADS		(SENDERS + RECEIVERS)
#define NO_THREAD	255
#define ONLY(who)	(1 << (who))

/* The channel. */
byte free_slots = SLOTS;
byte owned_by_senders;
byte owned_by_receivers;
byte senders = SENDERS;
byte receivers = RECEIVERS;
chan queue = [SLOTS] of { bool };		/* whether it is the one followed */
chan want_slot = [SENDERS] of { byte };
chan want_message = [RECEIVERS] of { byte };

/* Threads whose wake-up was deferred, and the timer. */
byte deferred;
bool timer_queued;

/* Each thread's waiter, and whether it is there; nothing is set while it is not. */
bool there[THREADS];
bool in_line[THREADS];
bool woken[THREADS];
bool failed[THREADS];		/* served with an error */
bool given[THREADS];		/* served with the message followed */

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

/* What is still to come, and what became of the message followed. */
byte to_send = MESSAGES;
byte deaths = DEATHS;
byte leaves = LEAVES;
mtype = { UNSENT, ON_ITS_WAY, RECEIVED };
mtype followed = UNSENT;

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
			assert(there[who]);
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

inline join(line)
{
	there[self] = true;
	in_line[self] = true;
	line ! self
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
			left = in_line[self];
			if
			:: left ->
				line ?? eval(self);
				in_line[self] = false;
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

/* Takes the first out of a line, to be woken; NO_THREAD if there is none. */
inline serve(line)
{
	if
	:: len(line) > 0 ->
		line ? served;
		in_line[served] = false
	:: else -> served = NO_THREAD
	fi
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

/* A message; the lock is held. Which end of the queue makes no difference. */
inline queue_message_locked(may_defer)
{
	serve(want_message);
	if
	:: served == NO_THREAD -> queue ! this
	:: else ->
		given[served] = this;
		owned_by_receivers++
	fi;
	this = false;
	to_be_woken(may_defer)
}

inline fail_all(line)
{
	do
	:: len(line) > 0 ->
		line ? served;
		in_line[served] = false;
		failed[served] = true;
		wakes = wakes | ONLY(served)
	:: else -> break
	od;
	served = 0
}

/* Its own of each thread; 0 where they mean nothing, or there were more states. */
#define LOCALS	byte wakes, who, served; bool this, left, due

proctype sender(byte self)
{
	LOCALS;

reserve:
	atomic {
		begin(first_sender);
		if
		:: to_send == 0 || receivers == 0 -> goto close
		:: to_send > 0 && receivers > 0 && free_slots > 0 ->
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
		:: receivers > 0 -> /* commit */
			if
			:: followed == UNSENT ->
				followed = ON_ITS_WAY;
				this = true
			:: true
			fi;
			queue_message_locked(true)
		:: receivers == 0 -> /* or not */
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
gave_up:
	goto reserve;
dies:
	wake_some();
close:
	atomic {
		senders--;
		if
		:: senders == 0 -> fail_all(want_message)
		:: else
		fi;
		if
		:: wakes == 0 -> goto ended
		:: else
		fi
	}
	wake_some();
ended:
	skip
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
			check_locked();
			goto owns
		:: len(queue) == 0 && senders == 0 -> goto close
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
			:: this ->
				assert(followed == ON_ITS_WAY);
				followed = RECEIVED;
				this = false
			:: else
			fi;
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
			queue_message_locked(false);
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
close:
	atomic {
		receivers--;
		if
		:: receivers == 0 -> fail_all(want_slot)
		:: else
		fi;
		if
		:: wakes == 0 -> goto ended
		:: else
		fi
	}
	wake_some();
ended:
	skip
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
	assert(followed == ON_ITS_WAY || !queue ?? [true]);
	assert(followed != ON_ITS_WAY || queue ?? [true])
}
