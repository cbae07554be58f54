// SPDX-License-Identifier: GPL-2.0
/* Messages counted by who sends and receives them, also if that is killed. */
#include "stress.h"

void tally_begin(struct tally_side *side, unsigned int n)
{
	atomic_fetch_add(&side->begun, n);
}

/* Of the @n that may have moved, @moved did; none if that is an error. */
void tally_end(struct tally_side *side, unsigned int n, long moved)
{
	if (moved < 0)
		moved = 0;
	atomic_fetch_add(&side->ended, moved);
	atomic_fetch_sub(&side->begun, n - moved);
}

/* Whether the module's @count is one that the callers can have seen. */
bool tally_fits(const struct tally_side *side, __u64 count)
{
	__u64 begun = atomic_load(&side->begun);
	__u64 ended = atomic_load(&side->ended);

	if (ended <= count && count <= begun)
		return true;
	fprintf(stderr, "# %llu counted by the module, %llu to %llu by us\n",
		count, ended, begun);
	return false;
}

/* The sender's next message, of @len bytes, which tell if they are damaged. */
void tally_fill(struct tally *tally, __u32 who, void *buf, size_t len)
{
	struct storm_msg msg;
	__u32 nr = atomic_fetch_add(&tally->next[who], 1) + 1;

	storm_fill(&msg, who, nr);
	memcpy(buf, &msg, sizeof(msg));
	memset((char *)buf + sizeof(msg), nr & 0xff, len - sizeof(msg));
}

bool tally_whole(const void *buf, size_t len)
{
	const unsigned char *bytes = buf;
	struct storm_msg msg;
	size_t i;

	if (len < sizeof(msg))
		return false;
	memcpy(&msg, buf, sizeof(msg));
	if (!storm_whole(&msg) || msg.who >= TALLY_SENDERS)
		return false;
	for (i = sizeof(msg); i < len; i++)
		if (bytes[i] != (msg.nr & 0xff))
			return false;
	return true;
}

/*
 * Notes that a message was received for good, false if it was before. A window
 * does, for a channel has few slots; where two numbers share a place the later
 * one may hide a second coming of the other, but none is made up.
 */
bool tally_once(struct tally *tally, const struct storm_msg *msg)
{
	atomic_uint *place = &tally->seen[msg->who][msg->nr % TALLY_WINDOW];

	return atomic_exchange(place, msg->nr) != msg->nr;
}

long tally_send(struct tally *tally, struct tally_channel *counts, __u32 who,
		int fd, crossing send)
{
	struct storm_msg msgs[CROSS_BATCH];
	unsigned int i;
	long ret;

	for (i = 0; i < CROSS_BATCH; i++)
		tally_fill(tally, who, &msgs[i], sizeof(msgs[i]));
	tally_begin(&counts->sent, CROSS_BATCH);
	ret = send(fd, msgs, CROSS_BATCH);
	tally_end(&counts->sent, CROSS_BATCH, ret);
	return ret;
}

long tally_receive(struct tally *tally, struct tally_channel *counts, int fd,
		   crossing receive)
{
	struct storm_msg msgs[CROSS_BATCH];
	long ret, i;

	memset(msgs, VT_POISON, sizeof(msgs));
	tally_begin(&counts->received, CROSS_BATCH);
	ret = receive(fd, msgs, CROSS_BATCH);
	tally_end(&counts->received, CROSS_BATCH, ret);
	for (i = 0; i < ret; i++)
		if (!tally_whole(&msgs[i], sizeof(msgs[i])) ||
		    !tally_once(tally, &msgs[i]))
			vt_die("message %ld of %ld is damaged or came twice",
			       i, ret);
	return ret;
}
