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

/* Nobody was killed since it was settled: there is one number. */
bool tally_exact(const struct tally_side *side, __u64 count)
{
	return tally_fits(side, count) &&
	       atomic_load(&side->begun) == atomic_load(&side->ended);
}

/* All who counted are dead: @count, which fits, is how it was. */
void tally_settle(struct tally_side *side, __u64 count)
{
	atomic_store(&side->begun, count);
	atomic_store(&side->ended, count);
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
	atomic_uint *place = &tally->seen[msg->who % TALLY_SENDERS]
					 [msg->nr % TALLY_WINDOW];

	return atomic_exchange(place, msg->nr) != msg->nr;
}

long tally_send(const struct tally_flow *flow, crossing send)
{
	struct storm_msg msgs[CROSS_BATCH];
	unsigned int i;
	long ret;

	for (i = 0; i < flow->batch; i++)
		tally_fill(flow->tally, flow->who, &msgs[i], sizeof(msgs[i]));
	tally_begin(&flow->counts->sent, flow->batch);
	ret = send(flow->fd, msgs, flow->batch);
	tally_end(&flow->counts->sent, flow->batch, ret);
	return ret;
}

static void check(const struct storm_msg *msg)
{
	if (!tally_whole(msg, sizeof(*msg)))
		vt_die("a damaged message");
}

static void note(struct tally *tally, const struct storm_msg *msg)
{
	check(msg);
	if (!tally_once(tally, msg))
		vt_die("message %u of %u came twice", msg->nr, msg->who);
}

long tally_receive(const struct tally_flow *flow, crossing receive)
{
	struct storm_msg msgs[CROSS_BATCH];
	long ret, i;

	memset(msgs, VT_POISON, sizeof(msgs));
	tally_begin(&flow->counts->received, flow->batch);
	ret = receive(flow->fd, msgs, flow->batch);
	tally_end(&flow->counts->received, flow->batch, ret);
	for (i = 0; i < ret; i++)
		note(flow->tally, &msgs[i]);
	return ret;
}

static void let_go(const struct tally_flow *flow, const struct vbuf_msg *vec,
		   const struct storm_msg *msg, bool requeue)
{
	struct tally_side *received = &flow->counts->received;
	long ret;

	tally_begin(received, !requeue);
	ret = vt_release(flow->fd, vec->cookie, requeue ? VBUF_REQUEUE : 0);
	tally_end(received, !requeue, ret ? ret : !requeue);
	if (ret)
		vt_die("release: %ld", ret);
	if (!requeue)
		note(flow->tally, msg);
}

/* Holds messages for a while, and then releases them, or puts some back. */
long tally_hold(const struct tally_flow *flow, useconds_t most_us, __u64 *rnd)
{
	struct storm_msg msgs[CROSS_BATCH];
	struct vbuf_msg vec[CROSS_BATCH];
	long ret, i;

	memset(msgs, VT_POISON, sizeof(msgs));
	storm_vector(vec, msgs, flow->batch);
	ret = vt_recvv(flow->fd, vec, flow->batch, VBUF_HOLD);
	for (i = 0; i < ret; i++)
		check(&msgs[i]);
	usleep(storm_below(rnd, most_us));
	for (i = 0; i < ret; i++)
		let_go(flow, &vec[i], &msgs[i], !storm_below(rnd, 8));
	return ret;
}

/* As tally_hold(), of one message, where it is. */
long tally_hold_there(const struct tally_flow *flow, useconds_t most_us,
		      __u64 *rnd)
{
	struct storm_msg copy;
	struct vbuf_msg msg;
	long ret = vt_acquire(flow->fd, 0, &msg);

	if (ret)
		return ret;
	check((const struct storm_msg *)vt_at(&msg));
	usleep(storm_below(rnd, most_us));
	memcpy(&copy, vt_at(&msg), sizeof(copy));
	let_go(flow, &msg, &copy, !storm_below(rnd, 8));
	return 1;
}

/* How many messages were left in the queue, when nobody sends any more. */
long tally_rest(struct tally *tally, int fd)
{
	struct storm_msg msg;
	long n;

	for (n = 0; vt_recv(fd, &msg, sizeof(msg), VBUF_DONTWAIT) >= 0; n++)
		note(tally, &msg);
	return n;
}
