// SPDX-License-Identifier: GPL-2.0
/*
 * What was sent and what was received. Each message of a sound step has a number,
 * in its first bytes where there is room, and as its tag where it has one; the
 * record of the number, in memory that all actors share, tells whether it can be
 * what was received.
 */
#include "fuzz.h"

/* More than an input sends; at its end no message is left. */
#define RECORDS		8192U

/* A bit for each delivery by RECVV with VBUF_INFO that is told, from the first. */
#define DELIVERIES	64U

enum { SENT, REFUSED, RECEIVED };

struct record {
	__u64 number;
	__u64 seq;		/* and 1, once it is told */
	__u64 deliveries;
	__u32 len;
	__u32 state;
	__u32 endpoint;		/* whose bytes they are */
	__u8 sender;
	bool tagged;
};

static struct ledger {
	__u64 last;
	__u32 endpoint;		/* the last that was numbered */
	__u32 holds;		/* of messages, which may come back */
	__u32 disturbances;	/* begun; */
	__u32 disturbing;	/* and those that go on, a bit for each actor */
	struct record records[RECORDS];
} *ledger;

/* The bit of what is held. */
static const __u32 held_bit = 1U << ACTORS;

/* Before there is an actor. */
void ledger_init(void)
{
	ledger = storm_shared(sizeof(*ledger));
}

/* An input begins: nothing is queued, or held. */
void ledger_begin(void)
{
	ledger->holds = 0;
	ledger->disturbing = 0;
}

static struct record *record_of(__u64 number)
{
	return &ledger->records[number % RECORDS];
}

/* The numbers of @count messages that are about to be sent; returns the first. */
__u64 ledger_take(unsigned int count)
{
	return __atomic_fetch_add(&ledger->last, count, __ATOMIC_RELAXED) + 1;
}

__u32 ledger_new_endpoint(void)
{
	return __atomic_add_fetch(&ledger->endpoint, 1, __ATOMIC_RELAXED);
}

void ledger_write(const struct step *step, __u64 number, size_t len,
		  bool tagged)
{
	*record_of(number) = (struct record) {
		.number = number, .len = len, .tagged = tagged,
		.endpoint = file_endpoint(*entry_of(step)),
		.sender = actor_of(step) };
}

/* It was not sent after all. */
void ledger_refuse(__u64 number)
{
	if (__atomic_exchange_n(&record_of(number)->state, REFUSED,
				__ATOMIC_ACQ_REL) == RECEIVED)
		vt_die("message %llu was received, and SEND failed", number);
}

/* Messages that it returns may be put back, and then come out of order. */
static bool may_put_back(const struct step *step, bool held)
{
	return held || wrong_of(step) != WRONG_NOTHING ||
	       by_process(step);
}

/* Before a call that receives @count messages at the most. */
void ledger_expect(struct actor *self, const struct step *step,
		   unsigned int count, bool held)
{
	__u32 me = 1U << (actor_of(step));

	if (may_put_back(step, held)) {
		__atomic_fetch_or(&ledger->disturbing,
				  held ? me | held_bit : me, __ATOMIC_SEQ_CST);
		__atomic_fetch_add(&ledger->disturbances, 1, __ATOMIC_SEQ_CST);
	}
	if (held)
		__atomic_fetch_add(&ledger->holds, count, __ATOMIC_SEQ_CST);
	self->disturbances = __atomic_load_n(&ledger->disturbances,
					     __ATOMIC_SEQ_CST);
	self->undisturbed = !(__atomic_load_n(&ledger->disturbing,
					      __ATOMIC_SEQ_CST) & ~me);
}

/* After it. Who was killed in one cannot say so: the dispatcher does. */
void ledger_over(unsigned int who)
{
	__atomic_fetch_and(&ledger->disturbing, ~(1U << who), __ATOMIC_SEQ_CST);
}

/* Nobody has put back anything since the call began. */
static bool was_undisturbed(const struct actor *self)
{
	return self->undisturbed &&
	       __atomic_load_n(&ledger->disturbances, __ATOMIC_SEQ_CST) ==
	       self->disturbances;
}

static struct record *find(__u64 number, size_t len)
{
	struct record *record = record_of(number);

	if (!number || record->number != number || record->len != len)
		vt_die("nobody sent message %llu of %zu bytes", number, len);
	if (__atomic_load_n(&record->state, __ATOMIC_ACQUIRE) == REFUSED)
		vt_die("message %llu was received, and SEND failed", number);
	return record;
}

/* What the actor has received from each on that channel. */
static struct came *came_on(struct actor *self, __u64 channel)
{
	struct came *came = &self->came[channel % ARRAY_SIZE(self->came)];

	if (came->channel != channel)
		*came = (struct came) { .channel = channel };
	return came;
}

/*
 * One that went before it must not come after it, unless it was put back: while
 * this one was received, that one was somebody else's.
 */
static void check_order(struct actor *self, __u64 channel,
			const struct record *record)
{
	__u64 *last = &came_on(self, channel)->number[record->sender];

	if (record->number < *last)
		vt_die("message %llu comes after %llu", record->number, *last);
	if (was_undisturbed(self))
		*last = record->number;
}

/* Nobody can receive it any more. */
void ledger_take_out(__u64 number)
{
	if (__atomic_exchange_n(&record_of(number)->state, RECEIVED,
				__ATOMIC_ACQ_REL) == RECEIVED)
		vt_die("message %llu was received twice", number);
}

/* A message was received, on @channel, or 0 if it is not known on which. */
void ledger_receive(struct actor *self, __u64 channel, __u64 number, size_t len,
		    bool held)
{
	struct record *record = find(number, len);

	if (channel)
		check_order(self, channel, record);
	if (!held)
		ledger_take_out(number);
}

/* A slot that @endpoint has just reserved shows @word where a number would be. */
void ledger_check_shown(__u32 endpoint, __u64 word)
{
	const struct record *record = record_of(word);

	if (word && record->number == word && record->endpoint != endpoint)
		vt_die("a reserved slot shows message %llu, which is another's",
		       word);
}

static int compare(__u64 a, __u64 b)
{
	if (a == b)
		return 0;
	return a < b ? -1 : 1;
}

/* Sent earlier, numbered earlier; whoever has put it back. */
static void check_seq(struct actor *self, __u64 channel, struct record *record,
		      __u64 seq)
{
	struct came *came = came_on(self, channel);
	__u64 *number = &came->told_number[record->sender];
	__u64 *last = &came->told_seq[record->sender];
	__u64 before = 0;

	if (!__atomic_compare_exchange_n(&record->seq, &before, seq + 1, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED) &&
	    before != seq + 1)
		vt_die("message %llu has seq %llu, and had %llu",
		       record->number, seq, before - 1);
	if (*number &&
	    compare(record->number, *number) != compare(seq, *last))
		vt_die("message %llu has seq %llu, and %llu has %llu",
		       record->number, seq, *number, *last);
	*number = record->number;
	*last = seq;
}

static void check_deliveries(struct record *record, const struct vbuf_msg *msg)
{
	__u64 bit = 1ULL << msg->deliveries % DELIVERIES;

	if (msg->deliveries <= DELIVERIES &&
	    __atomic_fetch_or(&record->deliveries, bit, __ATOMIC_RELAXED) & bit)
		vt_die("message %llu was delivered twice for the %uth time",
		       record->number, msg->deliveries);
}

/*
 * What RECVV tells of a message of number @number, if its bytes tell that, or 0. A
 * message without a tag, or with that of all hostile ones, may be anybody's.
 */
void ledger_check_info(struct actor *self, __u64 channel, __u64 number,
		       const struct vbuf_msg *msg)
{
	__u32 flags = msg->deliveries > 1 ? VBUF_MSG_REDELIVERED : 0;
	struct record *record;

	if (msg->deliveries < 1 || msg->deliveries > 1 + ledger->holds ||
	    msg->flags != flags)
		vt_die("a message has deliveries %u, flags %#x",
		       msg->deliveries, msg->flags);
	if (!number && (msg->tag == 0 || msg->tag == PLAIN_TAG))
		return;
	record = find(number ?: msg->tag, msg->len);
	if (msg->tag != (record->tagged ? record->number : 0))
		vt_die("message %llu has tag %llu", record->number, msg->tag);
	if (channel)
		check_seq(self, channel, record, msg->seq);
	check_deliveries(record, msg);
}
