// SPDX-License-Identifier: GPL-2.0
/*
 * As fault_nth, of messages: the kernel fails the 1st, the 2nd ... copy in a call
 * that sends or receives, also in one that had waited, or dropped the oldest.
 *
 * For kernels with CONFIG_FAULT_INJECTION: make check-debug.
 */
#include "kselftest_harness.h"
#include "stage.h"

static char bytes_to_send[STAGE_LEN];

FIXTURE_STAGE(memset(bytes_to_send, 's', STAGE_LEN));

static long attempt_send(struct stage *stage)
{
	return vt_send(stage->tx, bytes_to_send, STAGE_LEN, 0);
}

/* Who says that it received has it. */
static long received(long ret, const char *bytes)
{
	return ret < 0 || stage_whole(bytes, 'p') ? ret : -EIO;
}

static long attempt_recv(struct stage *stage)
{
	char bytes[STAGE_LEN] = { 0 };

	return received(vt_recv(stage->rx, bytes, STAGE_LEN, 0), bytes);
}

static long attempt_write(struct stage *stage)
{
	return vt_write(stage->tx, bytes_to_send, STAGE_LEN);
}

static long attempt_read(struct stage *stage)
{
	char bytes[STAGE_LEN] = { 0 };

	return received(vt_read(stage->rx, bytes, STAGE_LEN), bytes);
}

static long attempt_writev(struct stage *stage)
{
	struct iovec iov[] = {
		{ bytes_to_send, 60 }, { bytes_to_send, 40 } };
	ssize_t ret = writev(stage->tx, iov, 2);

	return ret < 0 ? -errno : ret;
}

static long attempt_readv(struct stage *stage)
{
	char bytes[STAGE_LEN] = { 0 };
	struct iovec iov[] = { { bytes, 60 }, { bytes + 60, 40 } };
	ssize_t ret = readv(stage->rx, iov, 2);

	return received(ret < 0 ? -errno : ret, bytes);
}

static long sendv(struct stage *stage, unsigned int count, __u32 flags)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)bytes_to_send, .len = STAGE_LEN };
	struct vbuf_msg msgs[2] = { msg, msg };

	return vt_sendv(stage->tx, msgs, count, flags);
}

static long attempt_sendv(struct stage *stage)
{
	return sendv(stage, 1, 0);
}

static long attempt_sendv_two(struct stage *stage)
{
	return sendv(stage, stage->count, 0);
}

static long attempt_send_drop(struct stage *stage)
{
	return vt_send(stage->tx, bytes_to_send, STAGE_LEN, VBUF_DROP_OLDEST);
}

static long attempt_sendv_drop(struct stage *stage)
{
	return sendv(stage, stage->count, VBUF_DROP_OLDEST);
}

static long recvv(struct stage *stage, unsigned int count, __u32 flags)
{
	char bytes[2 * STAGE_LEN] = { 0 };
	struct vbuf_msg msgs[2] = {
		{ .buf = (uintptr_t)bytes, .size = STAGE_LEN },
		{ .buf = (uintptr_t)bytes + STAGE_LEN, .size = STAGE_LEN } };
	long ret = vt_recvv(stage->rx, msgs, count, flags);

	if (ret == 2 && !stage_whole(bytes + STAGE_LEN, 'q'))
		return -EIO;
	return received(ret, bytes);
}

static long attempt_recvv(struct stage *stage)
{
	return recvv(stage, 1, VBUF_INFO);
}

static long attempt_recvv_two(struct stage *stage)
{
	return recvv(stage, stage->count, 0);
}

static long attempt_recvv_held(struct stage *stage)
{
	return recvv(stage, stage->count, VBUF_HOLD | VBUF_INFO);
}

static long attempt_release(struct stage *stage)
{
	return vt_release(stage->rx, stage->held, 0);
}

static long attempt_requeue(struct stage *stage)
{
	return vt_release(stage->rx, stage->held, VBUF_REQUEUE);
}

/* What is there stays there: it asks, and does not wait. */
static long attempt_drain(struct stage *stage)
{
	long ret = vt_drain(stage->rx, 1);

	return ret == -ETIMEDOUT ? 0 : ret;
}

static long attempt_shutdown(struct stage *stage)
{
	return vt_shutdown(stage->tx, VT_SEND);
}

/* The second message's is tried again, as the first of what is left. */
TEST_NTH(sendv_two, sendv_efault_two, 0, 1)

TEST_COPIES(send, send_efault, 1)
TEST_COPIES(recv, recv_efault, 1)
TEST_COPIES(write, write_efault, 1)
TEST_COPIES(read, read_efault, 1)
TEST_COPIES(writev, writev_efault, 2)
TEST_COPIES(readv, readv_efault, 2)
TEST_COPIES(sendv, sendv_efault, 1)
TEST_COPIES(recvv, recvv_efault, 1)
TEST_COPIES(recvv_two, recvv_efault_two, 2)
TEST_COPIES(recvv_held, recvv_efault_held, 2)
TEST_COPIES(release, release_efault, 1)
TEST_COPIES(requeue, release_efault_requeue, 1)
TEST_COPIES(drain, drain_efault, 1)
TEST_COPIES(shutdown, shutdown_efault, 1)

static struct faults try_all_dropping(struct stage *stage, attempt what)
{
	stage->full = true;
	stage->drops = true;
	return stage_try_all(stage, what);
}

/* The oldest message is dropped for one that then cannot be copied, or is not. */
TEST_F(stage, send_efault_drop)
{
	struct stage *stage = &self->stage;
	struct faults faults = try_all_dropping(stage, attempt_send_drop);

	EXPECT_LE(1, faults.efault);
	EXPECT_EQ(faults.came, faults.efault);
	EXPECT_EQ(1, stage->whole.outcome.channel.dropped_oldest);
}

TEST_F(stage, sendv_efault_drop)
{
	struct stage *stage = &self->stage;
	struct faults faults = try_all_dropping(stage, attempt_sendv_drop);

	EXPECT_LE(1, faults.efault);
	EXPECT_LE(1, faults.partial);
	EXPECT_EQ(faults.came, faults.efault + faults.partial);
	EXPECT_EQ(2, stage->whole.outcome.channel.dropped_oldest);
}

/* A call that waits first, in a thread of its own, and its n-th fault. */
struct waiting {
	struct vt_call call;
	attempt what;
	struct stage *stage;
	unsigned int nth;
	bool came;
};

static long op_faulty(struct vt_call *call)
{
	struct waiting *waiting = call->arg;
	int fd = fault_open();
	long ret;

	fault_arm(fd, waiting->nth);
	ret = waiting->what(waiting->stage);
	waiting->came = fault_came(fd);
	fault_arm(fd, 0);
	close(fd);
	return ret;
}

static long op_send_whole(struct vt_call *call)
{
	return vt_send(call->fd, bytes_to_send, STAGE_LEN, 0);
}

static long op_recv_whole(struct vt_call *call)
{
	char bytes[STAGE_LEN] = { 0 };
	long ret = vt_recv(call->fd, bytes, STAGE_LEN, 0);

	return ret != STAGE_LEN || stage_whole(bytes, 'p') ? ret : -EIO;
}

/* Lets one of those who wait go on. */
static void hand_over(struct stage *stage, bool sends)
{
	char bytes[STAGE_LEN];
	long ret;

	memset(bytes, 'p', STAGE_LEN);
	if (sends)
		ret = vt_recv(stage->rx, bytes, STAGE_LEN, VBUF_DONTWAIT);
	else
		ret = vt_send(stage->tx, bytes, STAGE_LEN, VBUF_DONTWAIT);
	if (ret < 0)
		vt_die("hand over: %ld", ret);
}

/*
 * Two wait, and the first one's call fails at its @nth fault after it was handed
 * what it waited for: then the second has that. Returns whether the fault came.
 */
static bool fail_when_handed(struct stage *stage, attempt what, bool sends,
			     unsigned int nth, unsigned int *errors)
{
	struct waiting first = { .what = what, .stage = stage, .nth = nth };
	struct vt_call next = { .fd = sends ? stage->tx : stage->rx };
	long ret;

	first.call.op = op_faulty;
	first.call.arg = &first;
	next.op = sends ? op_send_whole : op_recv_whole;
	vt_start(&first.call);
	if (!vt_blocked(stage->rx, sends, !sends))
		vt_die("it does not wait");
	vt_start(&next);
	if (!vt_blocked(stage->rx, 2 * sends, 2 * !sends))
		vt_die("the next does not wait");
	hand_over(stage, sends);
	ret = vt_join(&first.call);
	if (ret < 0 && ret != -EFAULT)
		vt_die("fault %u: %ld", nth, ret);
	*errors += ret < 0;
	/* It has what it waited for, and the next still waits for more. */
	if (ret >= 0)
		hand_over(stage, sends);
	ret = vt_join(&next);
	if (ret != (sends ? 0 : STAGE_LEN))
		vt_die("the next in line: %ld", ret);
	return first.came;
}

static void empty(struct stage *stage)
{
	char bytes[STAGE_LEN];

	while (vt_recv(stage->rx, bytes, STAGE_LEN, VBUF_DONTWAIT) >= 0)
		continue;
}

/* How many faults were errors, each of them after a wait. */
static unsigned int try_all_handed(struct stage *stage, attempt what, bool sends)
{
	unsigned int nth = 0, errors = 0;
	bool came;

	stage->full = sends;
	stage->count = 1;
	do {
		stage_begin(stage);
		if (!sends)
			empty(stage);
		came = fail_when_handed(stage, what, sends, ++nth, &errors);
		if (!vt_settled(stage->rx))
			vt_die("a slot or a message is lost");
		stage_end(stage);
	} while (came);
	stage_report(nth, nth - 1);
	return errors;
}

#define TEST_HANDED(what, name, sends)				\
TEST_F(stage, name)						\
{								\
	EXPECT_LE(1, try_all_handed(&self->stage, attempt_##what, sends)); \
}

TEST_HANDED(send, send_efault_handed, true)
TEST_HANDED(write, write_efault_handed, true)
TEST_HANDED(writev, writev_efault_handed, true)
TEST_HANDED(sendv_two, sendv_efault_handed, true)
TEST_HANDED(recv, recv_efault_handed, false)
TEST_HANDED(read, read_efault_handed, false)
TEST_HANDED(readv, readv_efault_handed, false)
TEST_HANDED(recvv_two, recvv_efault_handed, false)
TEST_HANDED(recvv_held, recvv_efault_handed_held, false)

/* A slot of several pieces, and a message that goes into all. */
#define LARGE		(6U << 20)

static long send_large(int fd, const char *bytes)
{
	return vt_send(fd, bytes, LARGE, VBUF_DONTWAIT);
}

/* Until there is no fault left; how many there were, each of which was EFAULT. */
static unsigned int cross_large(int fail_nth, int fd, char *bytes, bool receive)
{
	unsigned int nth = 0;
	bool came;
	long ret;

	do {
		fault_arm(fail_nth, ++nth);
		ret = receive ? vt_recv(fd, bytes, LARGE, VBUF_DONTWAIT) :
		      send_large(fd, bytes);
		came = fault_came(fail_nth);
		fault_arm(fail_nth, 0);
	} while (came && ret == -EFAULT && vt_settled(fd));
	if (came || ret != (receive ? LARGE : 0))
		vt_die("fault %u: %ld", nth, ret);
	stage_report(nth, nth - 1);
	return nth - 1;
}

TEST_F(stage, efault_in_pieces)
{
	char *bytes = malloc(LARGE), *wanted = malloc(LARGE);
	int fd = vt_create(NULL, vt_attr(1, LARGE), VT_BOTH);

	ASSERT_LE(0, fd);
	memset(wanted, 'w', LARGE);
	memset(bytes, 0, LARGE);
	EXPECT_LE(2, cross_large(self->stage.fail_nth, fd, wanted, false));
	EXPECT_LE(2, cross_large(self->stage.fail_nth, fd, bytes, true));
	EXPECT_EQ(0, memcmp(bytes, wanted, LARGE));
	EXPECT_EQ(1, vt_look(fd).free);
	free(bytes);
	free(wanted);
	close(fd);
}

TEST_HARNESS_MAIN
