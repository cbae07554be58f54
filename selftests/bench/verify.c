// SPDX-License-Identifier: GPL-2.0
/* Stamps messages and checks them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "verify.h"

#define VERIFY_SENDERS 4
/* The number of the messages that are timed; no sender has it. */
#define VERIFY_TIMED ((uint64_t)VERIFY_SENDERS << 32)

static uint64_t word_of(uint64_t number, size_t index)
{
	return index ? (number + index) * 0x9e3779b97f4a7c15u : number;
}

static void stamp(char *message, size_t size, uint64_t number)
{
	size_t i;

	for (i = 0; i < size / sizeof(number); i++) {
		uint64_t word = word_of(number, i);

		memcpy(message + i * sizeof(word), &word, sizeof(word));
	}
}

static int check(const char *message, size_t size, uint64_t *number)
{
	size_t i;

	memcpy(number, message, sizeof(*number));
	for (i = 0; i < size / sizeof(*number); i++) {
		uint64_t word;

		memcpy(&word, message + i * sizeof(word), sizeof(word));
		if (word == word_of(*number, i))
			continue;
		fprintf(stderr, "bench: message %#llx is wrong at byte %zu\n",
			(unsigned long long)*number, i * sizeof(word));
		errno = EBADMSG;
		return -1;
	}
	return 0;
}

static unsigned int batch_of(const struct queue *q, uint64_t left)
{
	return left < q->subject->batch ? (unsigned int)left : q->subject->batch;
}

/* @check rises by what was sent, and falls by what was received. */
static int send_stamped(struct queue *q, uint64_t first, unsigned int n, uint64_t *check)
{
	unsigned int i;
	int sent;

	if (q->subject->room && q->subject->room(q))
		return -1;
	for (i = 0; i < n; i++)
		stamp(q->out + i * q->size, q->size, first + i);
	sent = q->subject->send(q, n);
	for (i = 0; (int)i < sent; i++)
		*check += first + i;
	return sent;
}

static int recv_checked(struct queue *q, unsigned int n, uint64_t *next, uint64_t *sum)
{
	const struct subject *subject = q->subject;
	int got = subject->take ? subject->take(q, n) : subject->recv(q, n);
	int i;

	for (i = 0; i < got; i++) {
		uint64_t number, sender;

		if (check(q->in + (size_t)i * q->size, q->size, &number))
			return -1;
		sender = number >> 32;
		if (sender >= VERIFY_SENDERS || number < next[sender]) {
			fprintf(stderr, "bench: message %#llx came out of order\n",
				(unsigned long long)number);
			errno = EBADMSG;
			return -1;
		}
		next[sender] = number + 1;
		*sum -= number;
	}
	return got > 0 && subject->give && subject->give(q) ? -1 : got;
}

int verify_send(struct queue *q, unsigned int sender, uint64_t count, uint64_t *check)
{
	uint64_t base = (uint64_t)sender << 32;
	uint64_t done = 0;

	while (done < count) {
		int sent = send_stamped(q, base + done, batch_of(q, count - done), check);

		if (sent <= 0)
			return -1;
		done += (unsigned int)sent;
	}
	return 0;
}

int verify_recv(struct queue *q, uint64_t count, uint64_t *check)
{
	uint64_t next[VERIFY_SENDERS] = { 0 };
	uint64_t done = 0;

	while (done < count) {
		int got = recv_checked(q, batch_of(q, count - done), next, check);

		if (got <= 0)
			return -1;
		done += (unsigned int)got;
	}
	return 0;
}

/* One process: each call's messages are received before the next are sent. */
int verify_same(struct queue *q, uint64_t count, uint64_t *check)
{
	uint64_t next[VERIFY_SENDERS] = { 0 };
	uint64_t done = 0;

	while (done < count) {
		int sent = send_stamped(q, done, batch_of(q, count - done), check);
		int left = sent;

		if (sent <= 0)
			return -1;
		while (left) {
			int got = recv_checked(q, (unsigned int)left, next, check);

			if (got <= 0)
				return -1;
			left -= got;
		}
		done += (unsigned int)sent;
	}
	return 0;
}

/* Whether messages are made or looked at in places that change all the time. */
static bool moves(const struct queue *q)
{
	return q->subject->room || q->subject->take;
}

/* Makes the messages that are going to be timed, and forgets the last ones. */
void verify_prepare(struct queue *q)
{
	unsigned int i;

	if (moves(q))
		return;
	for (i = 0; i < q->subject->batch; i++)
		stamp(q->out + i * q->size, q->size, VERIFY_TIMED);
	memset(q->in, 0xcc, q->size * q->subject->batch);
}

/* After the last send: where nothing is left to look at, one message more. */
int verify_last_sent(struct queue *q, unsigned int sender, uint64_t *check)
{
	return moves(q) ? verify_send(q, sender, 1, check) : 0;
}

int verify_last(struct queue *q, uint64_t *sum)
{
	uint64_t number;

	if (moves(q))
		return verify_recv(q, 1, sum);

	if (check(q->in, q->size, &number))
		return -1;
	if (number == VERIFY_TIMED)
		return 0;
	fprintf(stderr, "bench: message %#llx came instead of the one that was timed\n",
		(unsigned long long)number);
	errno = EBADMSG;
	return -1;
}
