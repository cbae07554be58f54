// SPDX-License-Identifier: GPL-2.0
/*
 * The hand-off of slots and messages, and the wake-ups, as a model for spin:
 * what waiter.c, wakes.c and moves.c do with a channel's lock, its lines, the
 * list of deferred wake-ups and its timer, over every interleaving.
 *
 * SENDERS threads send MESSAGES each through SLOTS slots to RECEIVERS threads.
 * LEAVES waits may be given up (a deadline, a signal), and DEATHS of the threads
 * may die, at a moment when they own something. (Were there no end of signals,
 * no lost wake-up would show.) What is to hold:
 *
 * - no wake-up is lost: nobody is left waiting at the end (invalid end states);
 * - nothing is lost or duplicated: slots and messages add up (assertions);
 * - while the queue holds a message no receiver waits, while a slot is free no
 *   sender waits, whenever the lock is let go (assertions);
 * - a waiter, on its thread's stack, is not touched once its thread went on.
 *
 * The lock is an atomic step, and so is a store with the barrier that follows it
 * in the code. Where a mistake leaves that out, the store becomes visible at any
 * later time.
 *
 * Mistakes to seed, each of which must be found: NO_BARRIER_SLEEP,
 * NO_BARRIER_WAKE, CHECK_BEFORE_STATE, LEAVE_UNSEEN, KEEP_WHEN_DEAD, FREE_ASIDE,
 * WAKE_AFTER_WOKEN, NO_TIMER, TIMER_FLUSHES_FIRST.
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
#define MESSAGES	1
#endif
#ifndef DEATHS
#define DEATHS		1
#endif
#ifndef LEAVES
#define LEAVES		1
#endif
#ifndef DEFER
#define DEFER		1	/* 0: wake-ups are never deferred */
#endif

#define THREADS		(SENDERS + RECEIVERS)
#define ALL		(SENDERS * MESSAGES)
#define NOBODY		255

/* The channel. */
byte free_slots = SLOTS;
byte owned_by_senders;
byte owned_by_receivers;
byte senders = SENDERS;
byte receivers = RECEIVERS;
chan queue = [SLOTS] of { byte };
chan want_slot = [SENDERS] of { byte };
chan want_message = [RECEIVERS] of { byte };

/* Each thread's waiter, and whether it is there. */
bool there[THREADS];
bool in_line[THREADS];
bool woken[THREADS];
byte given[THREADS];		/* a message, plus 1, where one is given */
bool failed[THREADS];		/* served with an error */

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

/* Deferred wake-ups, and the timer. */
chan deferred = [THREADS] of { byte };
bool timer_queued;
bool wake_at_full;

/* What came of it. */
byte received[ALL];
byte not_sent;
byte deaths = DEATHS;
byte leaves = LEAVES;
byte ended;

/* Whenever the lock is let go. */
inline check_locked()
{
	assert(len(queue) == 0 || len(want_message) == 0);
	assert(free_slots == 0 || len(want_slot) == 0);
	assert(free_slots + owned_by_senders + len(queue) +
	       owned_by_receivers == SLOTS)
}

/* vbuf_waiter_wake(); wake_up_process() has the barrier. */
inline wake(who)
{
	assert(there[who]);
	STORE_WOKEN(who);
#ifdef WAKE_AFTER_WOKEN
	assert(there[who]);
#endif
	if
	:: asleep[who] -> asleep[who] = false
	:: else
	fi
}

/* Wakes those of a batch; what is left in variables would be more states. */
inline wake_batch()
{
	i = 0;
	do
	:: i < taken -> wake(batch[i]); batch[i] = 0; i++
	:: else -> break
	od;
	i = 0;
	taken = 0
}

/* vbuf_wakes_flush(): those who are there now. */
inline flush()
{
	atomic {
		taken = len(deferred);
		i = 0;
		do
		:: i < taken -> deferred ? batch[i]; i++
		:: else -> break
		od
	}
	wake_batch()
}

/*
 * vbuf_line_wait(). Sets left where @line gave nothing, and the thread is out of
 * it; late where it was served while it was about to leave.
 */
inline wait(self, line)
{
	left = false;
	late = false;
	do
	::
#ifdef CHECK_BEFORE_STATE
		if
		:: woken[self] -> break
		:: else
		fi;
#endif
		STORE_ASLEEP(self);
#ifndef CHECK_BEFORE_STATE
		if
		:: woken[self] -> break
		:: else
		fi;
#endif
		if
		:: /* schedule() */
			SEES_ASLEEP(self, false)
		:: leaves > 0 -> /* a deadline or a signal */
			atomic {
				leaves--;
				left = in_line[self];
				late = !left;
#ifdef LEAVE_UNSEEN
				left = true;
				late = false;
#endif
				if
				:: in_line[self] ->
					line ?? eval(self);
					in_line[self] = false
				:: else
				fi;
				check_locked()
			}
			break
		fi
	od;
	if
	:: late ->
		flush();	/* it may be one of those */
		woken[self];
		late = false
	:: else
	fi;
	atomic {
		SEES_ASLEEP(self, asleep[self]);
		asleep[self] = false;
		there[self] = false
	}
}

inline join(self, line)
{
	there[self] = true;
	in_line[self] = true;
	woken[self] = false;
	failed[self] = false;
	given[self] = 0;
	line ! self
}

/* Takes the first out of a line, to be woken; NOBODY if there is none. */
inline serve(line)
{
	if
	:: len(line) > 0 ->
		line ? served;
		in_line[served] = false
	:: else -> served = NOBODY
	fi
}

/* A slot that nobody owns any more; the lock is held. */
inline free_slot_locked()
{
#ifdef FREE_ASIDE
	served = NOBODY;
#else
	serve(want_slot);
#endif
	if
	:: served == NOBODY -> free_slots++
	:: else -> owned_by_senders++
	fi
}

/* A message; the lock is held. Which end of the queue makes no difference. */
inline queue_message_locked(which)
{
	serve(want_message);
	if
	:: served == NOBODY -> queue ! which
	:: else ->
		given[served] = which + 1;
		owned_by_receivers++
	fi
}

/*
 * defer_locked(), but that of the lock only the lists are held: the timer's
 * end does not ask for it.
 */
inline defer()
{
	deferred ! served;
#ifndef NO_TIMER
	if
	:: !timer_queued -> timer_queued = true
	:: else
	fi;
#endif
	served = NOBODY
}

/* What vbuf_wakes_unlock() is followed by. */
inline carry_out()
{
	if
	:: served != NOBODY -> wake(served)
	:: else
	fi;
	served = NOBODY
}

inline fail_all(line)
{
	do
	:: len(line) > 0 ->
		line ? served;
		in_line[served] = false;
		failed[served] = true;
		batch[taken] = served;
		taken++
	:: else -> break
	od;
	served = NOBODY
}

proctype sender(byte self)
{
	byte served = NOBODY, sent, i, taken, batch[THREADS];
	bool have, left, late, dead, due;

	do
	:: sent < MESSAGES && !dead ->
		/* reserve */
		due = false;
		atomic {
			have = false;
			if
			:: receivers == 0 -> left = true
			:: receivers > 0 && free_slots > 0 ->
				free_slots--;
				owned_by_senders++;
				have = true
			:: else ->
				join(self, want_slot);
				due = wake_at_full;
				wake_at_full = false;
				if
				:: due -> timer_queued = false
				:: else
				fi
			fi;
			check_locked()
		}
		if
		:: due -> flush()
		:: else
		fi;
		if
		:: have
		:: !have && there[self] ->
			wait(self, want_slot);
			have = !left && !failed[self]
		:: else
		fi;
		if
		:: have ->
			if
			:: /* commit, unless the last receiver has gone */
				atomic {
					owned_by_senders--;
					if
					:: receivers > 0 ->
						queue_message_locked(self * MESSAGES + sent)
					:: else ->
						not_sent++;
						free_slot_locked()
					fi;
					check_locked();
					if
					:: served != NOBODY && receivers > 0 ->
						/* maybe it shares this CPU */
						if
						:: DEFER -> defer(); wake_at_full = true
						:: true
						fi
					:: else
					fi
				}
				carry_out()
			:: deaths > 0 ->
				/* discard */
				atomic {
					deaths--;
					dead = true;
					not_sent = not_sent + MESSAGES - sent;
#ifndef KEEP_WHEN_DEAD
					owned_by_senders--;
					free_slot_locked();
#endif
					check_locked()
				}
				carry_out()
			fi
		:: else -> not_sent++
		fi;
		sent++
	:: else -> break
	od;
	/* close */
	atomic {
		taken = 0;
		senders--;
		if
		:: senders == 0 -> fail_all(want_message)
		:: else
		fi
	}
	wake_batch();
	ended++
}

proctype receiver(byte self)
{
	byte served = NOBODY, i, taken, batch[THREADS], which;
	bool have, left, late, end;

	do
	:: !end ->
		/* acquire */
		atomic {
			have = false;
			if
			:: len(queue) > 0 ->
				queue ? which;
				owned_by_receivers++;
				have = true
			:: len(queue) == 0 && senders == 0 -> end = true
			:: else -> join(self, want_message)
			fi;
			check_locked()
		}
		if
		:: have || end
		:: else ->
			wait(self, want_message);
			if
			:: left
			:: !left && failed[self] -> end = true
			:: else ->
				which = given[self] - 1;
				have = true
			fi
		fi;
		if
		:: have ->
			if
			:: /* release */
				atomic {
					received[which]++;
					owned_by_receivers--;
					free_slot_locked();
					check_locked();
					if
					:: served != NOBODY ->
						/* maybe there is enough queued */
						if
						:: DEFER -> defer()
						:: true
						fi
					:: else
					fi
				}
				carry_out();
				if
				:: len(deferred) > 0 ->
					/* and the queue is down to a quarter */
					timer_queued = false;
					flush()
				:: true
				fi
			:: deaths > 0 ->
				/* undo */
				atomic {
					deaths--;
					end = true;
					owned_by_receivers--;
					queue_message_locked(which);
					check_locked()
				}
				carry_out()
			fi
		:: else
		fi
	:: else -> break
	od;
	/* close */
	atomic {
		taken = 0;
		receivers--;
		if
		:: receivers == 0 -> fail_all(want_slot)
		:: else
		fi
	}
	wake_batch();
	ended++
}

/* time_is_up(). */
active proctype timer()
{
	byte i, taken, batch[THREADS];

end:	do
	:: timer_queued ->
#ifdef TIMER_FLUSHES_FIRST
		flush();
		timer_queued = false
#else
		timer_queued = false;
		flush()
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
	byte i, sum;

	atomic {
		i = 0;
		do
		:: i < SENDERS -> run sender(i); i++
		:: else -> break
		od;
		do
		:: i < THREADS -> run receiver(i); i++
		:: else -> break
		od
	}
	ended == THREADS;
	i = 0;
	do
	:: i < ALL ->
		assert(received[i] <= 1);
		sum = sum + received[i];
		i++
	:: else -> break
	od;
	assert(sum + not_sent + len(queue) == ALL);
	assert(free_slots + len(queue) == SLOTS);
	assert(len(want_slot) == 0 && len(want_message) == 0)
}
