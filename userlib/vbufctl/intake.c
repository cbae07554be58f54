// SPDX-License-Identifier: GPL-2.0-only
/* Messages on their way from a channel to standard output. */
#include "intake.h"

#include "report.h"
#include "sink.h"
#include "stop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A slot at the least, and no more than this if there is a choice. */
#define BUFFER_SIZE (4U << 20)

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static unsigned int batch_size(const struct intake *intake,
			       const struct vbuf_attr *attr)
{
	unsigned int n = least(BUFFER_SIZE / attr->slot_size, VBUF_MAX_VECTOR);

	if (intake->move)
		return 1;
	/* While they are written, senders fill the others. */
	n = least(n, attr->slots / 2);
	if (attr->held_max)
		n = least(n, attr->held_max);
	return n ? n : 1;
}

/* Room to receive the batch in; what is moved needs none. */
static int make_room(struct intake *intake)
{
	size_t room = (size_t)intake->slot_size + 1;	/* and a newline */

	intake->buffer = malloc(intake->batch * room);
	if (!intake->buffer)
		return -1;
	for (unsigned int i = 0; i < intake->batch; i++) {
		intake->msgs[i].buf = (uintptr_t)(intake->buffer + i * room);
		intake->msgs[i].size = intake->slot_size;
	}
	return 0;
}

int intake_init(struct intake *intake, const struct vbuf_attr *attr)
{
	intake->max_deliveries = attr->max_deliveries;
	intake->slot_size = attr->slot_size;
	intake->batch = batch_size(intake, attr);
	intake->msgs = calloc(intake->batch, sizeof(*intake->msgs));
	intake->pieces = calloc(intake->batch, sizeof(*intake->pieces));
	if (intake->msgs && intake->pieces &&
	    (intake->move || !make_room(intake)))
		return 0;
	report_no_memory();
	return -1;
}

void intake_deinit(struct intake *intake)
{
	free(intake->msgs);
	free(intake->pieces);
	free(intake->buffer);
}

/* As intake_take(), but for what is not an error. */
static int copy_take(struct intake *intake, uint64_t at_most)
{
	/* How often each was delivered is asked only where it matters. */
	unsigned int flags = VBUF_HOLD |
			     (intake->max_deliveries ? VBUF_INFO : 0);
	unsigned int n = intake->batch;
	int ret;

	if (at_most < n)
		n = at_most;
	do {
		ret = vbuf_recvv(intake->channel, intake->msgs, n, flags, NULL);
	} while (ret < 0 && errno == EINTR && !stop_requested());
	return ret;
}

/**
 * intake_take - receive what is there, waiting for one message at the least
 * @intake: the intake
 * @at_most: no more than so many
 *
 * Return: how many messages intake_write() is to be called for; 0 at the end,
 * when the last sender has gone; -1 and errno, which is EINTR when the program
 * is to stop.
 */
int intake_take(struct intake *intake, uint64_t at_most)
{
	int ret = intake->move ? intake_move_take(intake) :
				 copy_take(intake, at_most);

	return ret < 0 && errno == EPIPE ? 0 : ret;
}

static void prepare_piece(struct intake *intake, unsigned int i)
{
	const struct vbuf_msg *msg = &intake->msgs[i];
	struct iovec *piece = &intake->pieces[i];

	piece->iov_base = (void *)(uintptr_t)msg->buf;
	piece->iov_len = msg->len;
	if (!intake->raw)
		((char *)piece->iov_base)[piece->iov_len++] = '\n';
}

static int give_back(struct intake *intake, unsigned int i, unsigned int flags)
{
	int ret = vbuf_ack(intake->channel, intake->msgs[i].cookie, flags);

	if (ret)
		report_channel(intake->channel_name, errno);
	return ret;
}

/* Put back, such a message is not delivered again, but dropped. */
static bool is_last_delivery(const struct intake *intake, unsigned int i)
{
	return intake->max_deliveries &&
	       intake->msgs[i].deliveries >= intake->max_deliveries;
}

/* Puts the messages from @first on back, the last one first: to the head. */
static void put_back(struct intake *intake, unsigned int first,
		     unsigned int count, int error)
{
	unsigned int back = 0, dropped = 0;

	for (unsigned int i = count; i-- > first;) {
		if (give_back(intake, i, VBUF_REQUEUE))
			continue;
		if (is_last_delivery(intake, i))
			dropped++;
		else
			back++;
	}
	if (!stop_requested())
		report("standard output: %s; %u messages not written went back to %s",
		       strerror(error), back, intake->channel_name);
	if (dropped)
		report("%s: %u messages not written were dropped: they had been delivered %u times",
		       intake->channel_name, dropped, intake->max_deliveries);
}

/*
 * Some files write only from memory of the usual kind. What is left of the
 * message goes through such memory then.
 */
static unsigned int write_copy(struct intake *intake)
{
	struct iovec *piece = &intake->pieces[0];

	if (intake->move_only) {
		report("standard output: cannot be written from where a message stands: use --copy");
		errno = EFAULT;
		return 0;
	}
	if (!intake->buffer)
		intake->buffer = malloc(intake->slot_size);
	if (!intake->buffer)
		return 0;
	memcpy(intake->buffer, piece->iov_base, piece->iov_len);
	piece->iov_base = intake->buffer;
	return sink_write(STDOUT_FILENO, piece, 1);
}

static unsigned int write_pieces(struct intake *intake, unsigned int count)
{
	unsigned int done = sink_write(STDOUT_FILENO, intake->pieces, count);

	if (done < count && errno == EFAULT && intake->move)
		return write_copy(intake);
	return done;
}

/**
 * intake_write - write what was taken to standard output
 * @intake: the intake
 * @count: what intake_take() gave
 *
 * Return: 0, or -1 if some could not be written and were put back, after saying
 * so if it is not because the program is to stop.
 */
int intake_write(struct intake *intake, unsigned int count)
{
	unsigned int done;
	int error, ret = 0;

	for (unsigned int i = 0; i < count; i++)
		prepare_piece(intake, i);
	done = write_pieces(intake, count);
	error = errno;
	intake->written = intake->move && done == count;
	if (intake->written)
		return 0;
	for (unsigned int i = 0; i < done; i++)
		ret |= give_back(intake, i, 0);
	if (done == count)
		return ret;
	put_back(intake, done, count, error);
	return -1;
}

/* For when no more is to be taken. Return: 0, or -1 after saying why. */
int intake_finish(struct intake *intake)
{
	return intake->written ? give_back(intake, 0, 0) : 0;
}
