/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DOC: Are these messages?
 *
 * Before anything is timed, stamped messages cross the queue, enough of them to
 * fill it several times, and every byte is looked at: each message whole, each
 * sender's in order, and all of them there once. What crosses while the clock
 * runs is looked at afterwards, in the last call's buffer. Where it is not there
 * any more, as nothing is copied, one more stamped message crosses instead.
 */
#ifndef VBUF_BENCH_VERIFY_H
#define VBUF_BENCH_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "queue.h"

int verify_send(struct queue *q, unsigned int sender, uint64_t count, uint64_t *check);
int verify_recv(struct queue *q, uint64_t count, uint64_t *check);
int verify_same(struct queue *q, uint64_t count, uint64_t *check);
void verify_prepare(struct queue *q);
int verify_last_sent(struct queue *q, unsigned int sender, uint64_t *check);
int verify_last(struct queue *q, uint64_t *check);

#endif
