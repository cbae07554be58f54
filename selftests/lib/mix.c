// SPDX-License-Identifier: GPL-2.0
/* How the threads of stress_mix send and receive: in every way there is. */
#include "mix.h"

__u32 mix_any(struct mix *mix, __u32 n)
{
	return storm_below(&mix->rnd, n);
}

/* More often the thread's own: who shares one is in the others' way. */
const struct mix_end *mix_end(struct mix *mix, unsigned int channel)
{
	return mix_any(mix, 4) ? &mix->own[channel] : &mix->shared[channel];
}

/* Once in a while, wait for ever: there are kills, and signals. */
__u64 mix_deadline(struct mix *mix)
{
	return mix->world->calm || mix_any(mix, 64) ? vt_in(mix_any(mix, 5)) : 0;
}

void mix_allow(const char *what, long ret, const int *errnos)
{
	if (ret >= 0)
		return;
	while (*errnos)
		if (ret == -*errnos++)
			return;
	vt_die("%s: %ld", what, ret);
}

/* What a call that moves messages may say, to who has the right to make it. */
static void allow(const char *what, long ret, bool has_right, int more)
{
	const int errnos[] = { EAGAIN, ETIMEDOUT, EINTR, EPIPE, EDQUOT, more, 0 };
	static const int no_right[] = { EBADF, 0 };

	if (!has_right && ret >= 0)
		vt_die("%s, without the right: %ld", what, ret);
	mix_allow(what, ret, has_right ? errnos : no_right);
}

static __u32 drop_flag(struct mix *mix, unsigned int channel)
{
	if (mix->world->attrs[channel].flags & VBUF_LOSSY && mix_any(mix, 2))
		return VBUF_DROP_OLDEST;
	return 0;
}

/* Any length that the channel takes, and that says whether it is whole. */
static size_t any_length(struct mix *mix, unsigned int channel)
{
	size_t least = sizeof(struct storm_msg);

	return least + mix_any(mix, mix->world->attrs[channel].slot_size - least + 1);
}

static long send_one(struct mix *mix, int fd, __u32 flags)
{
	struct vbuf_msg *msg = mix->vec;
	struct iovec iov[2] = {
		{ mix->room[0], 40 },
		{ mix->room[0] + 40, msg->len - 40 } };
	struct vbuf_xfer xfer = {
		.size = sizeof(xfer), .flags = flags, .buf = msg->buf,
		.len = msg->len, .deadline_ns = mix_deadline(mix) };
	long ret;

	switch (mix_any(mix, 3)) {
	case 0:
		ret = vt_write(fd, mix->room[0], msg->len);
		return ret == (long)msg->len ? 1 : ret;
	case 1:
		ret = writev(fd, iov, 2);
		return ret == (long)msg->len ? 1 : -errno;
	default:
		xfer.flags |= mix_any(mix, 2) ? VBUF_DONTWAIT : 0;
		ret = vt_ioctl(fd, VBUF_IOC_SEND, &xfer);
		return ret ? ret : 1;
	}
}

static long send_vector(struct mix *mix, int fd, unsigned int n, __u32 flags)
{
	struct vbuf_vector vector = {
		.msgs = (uintptr_t)mix->vec, .count = n, .flags = flags,
		.deadline_ns = mix_deadline(mix) };

	return vt_vector(fd, VBUF_IOC_SENDV, &vector);
}

void mix_send(struct mix *mix)
{
	unsigned int channel = mix_any(mix, MIX_CHANNELS), i;
	unsigned int n = mix_any(mix, 2) ? 1 : 1 + mix_any(mix, MIX_BATCH);
	struct tally_side *sent = &mix->world->counts[channel].sent;
	const struct mix_end *end = mix_end(mix, channel);
	__u32 flags = drop_flag(mix, channel);
	long ret;

	memset(mix->vec, 0, sizeof(mix->vec));
	for (i = 0; i < n; i++) {
		mix->vec[i].buf = (uintptr_t)mix->room[i];
		mix->vec[i].len = any_length(mix, channel);
		tally_fill(mix->world->tally, mix->who, mix->room[i],
			   mix->vec[i].len);
	}
	tally_begin(sent, n);
	if (n == 1)
		ret = send_one(mix, end->fd, flags);
	else
		ret = send_vector(mix, end->fd, n, flags);
	tally_end(sent, n, ret);
	allow("send", ret, end->rights & VT_SEND, 0);
}

static long receive_one(struct mix *mix, int fd)
{
	struct iovec iov[2] = {
		{ mix->room[0], 40 }, { mix->room[0] + 40, MIX_ROOM - 40 } };
	struct vbuf_xfer xfer = {
		.size = sizeof(xfer), .buf = (uintptr_t)mix->room[0],
		.len = mix_any(mix, 16) ? MIX_ROOM : 1,
		.deadline_ns = mix_deadline(mix) };
	long ret;

	switch (mix_any(mix, 3)) {
	case 0:
		ret = vt_read(fd, mix->room[0], MIX_ROOM);
		break;
	case 1:
		ret = readv(fd, iov, 2);
		ret = ret < 0 ? -errno : ret;
		break;
	default:
		xfer.flags = mix_any(mix, 2) ? VBUF_DONTWAIT : 0;
		ret = vt_ioctl(fd, VBUF_IOC_RECV, &xfer);
		break;
	}
	/* There are no messages of no bytes: it is the end, as read() says it. */
	mix->vec[0].len = ret > 0 ? ret : 0;
	return ret > 0 ? 1 : ret;
}

static long receive_vector(struct mix *mix, int fd, unsigned int n, __u32 flags)
{
	struct vbuf_vector vector = {
		.msgs = (uintptr_t)mix->vec, .count = n, .flags = flags,
		.deadline_ns = mix_deadline(mix) };

	return vt_vector(fd, VBUF_IOC_RECVV, &vector);
}

static void note(struct mix *mix, const struct storm_msg *msg)
{
	if (!tally_once(mix->world->tally, msg))
		vt_die("message %u of %u came twice", msg->nr, msg->who);
}

/* Takes note of who @n messages are, once all of them are seen to be whole. */
static void identify(struct mix *mix, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!tally_whole(mix->room[i], mix->vec[i].len))
			vt_die("message %u of %u is damaged", i, n);
		memcpy(&mix->ids[i], mix->room[i], sizeof(mix->ids[i]));
		mix->cookies[i] = mix->vec[i].cookie;
	}
}

static void receive_for_good(struct mix *mix, unsigned int channel,
			     unsigned int n)
{
	struct tally_side *received = &mix->world->counts[channel].received;
	const struct mix_end *end = mix_end(mix, channel);
	long ret, i;

	tally_begin(received, n);
	if (n == 1)
		ret = receive_one(mix, end->fd);
	else
		ret = receive_vector(mix, end->fd, n,
				     mix_any(mix, 2) ? VBUF_INFO : 0);
	tally_end(received, n, ret);
	allow("receive", ret, end->rights & VT_RECV, EMSGSIZE);
	if (ret <= 0)
		return;
	identify(mix, ret);
	for (i = 0; i < ret; i++)
		note(mix, &mix->ids[i]);
}

/* Held in an endpoint of the thread's own, so that none else lets go of it. */
static void receive_and_hold(struct mix *mix, unsigned int channel,
			     unsigned int n)
{
	const struct mix_end *end = &mix->own[channel];
	long ret = receive_vector(mix, end->fd, n, VBUF_HOLD |
				  (mix_any(mix, 2) ? VBUF_INFO : 0));

	allow("receive and hold", ret, end->rights & VT_RECV, 0);
	if (ret <= 0)
		return;
	identify(mix, ret);
	mix->held_in = channel;
	mix->held = ret;
}

void mix_receive(struct mix *mix)
{
	unsigned int channel = mix_any(mix, MIX_CHANNELS), i;
	unsigned int n = mix_any(mix, 2) ? 1 : 2 + mix_any(mix, MIX_BATCH - 1);

	mix_let_go(mix);
	memset(mix->vec, 0, sizeof(mix->vec));
	for (i = 0; i < n; i++) {
		memset(mix->room[i], VT_POISON, sizeof(struct storm_msg));
		mix->vec[i].buf = (uintptr_t)mix->room[i];
		mix->vec[i].size = MIX_ROOM;
	}
	if (mix_any(mix, 3))
		receive_for_good(mix, channel, n);
	else
		receive_and_hold(mix, channel, n);
}

/*
 * There is a window from now on; but never in a child, where there is no right, or
 * of slots that share pages.
 */
static bool can_move(struct mix *mix, unsigned int channel, __u32 right)
{
	struct mix_end *end = &mix->own[channel];

	if (mix->is_child || !(end->rights & right) ||
	    mix->world->attrs[channel].slot_size < VT_PAGE)
		return false;
	if (right == VT_SEND && !end->tx)
		end->tx = vt_map_send(end->fd);
	if (right == VT_RECV && !end->rx)
		end->rx = vt_map_receive(end->fd);
	return true;
}

static void commit(struct mix *mix, unsigned int channel, int fd, char *at)
{
	struct tally_side *sent = &mix->world->counts[channel].sent;
	size_t len = any_length(mix, channel);
	long ret;

	tally_fill(mix->world->tally, mix->who, at, len);
	tally_begin(sent, 1);
	ret = vt_commit(fd, at, len);
	tally_end(sent, 1, ret ? ret : 1);
	/* The last receiver went meanwhile; the slot is reserved still. */
	if (ret == -EPIPE)
		ret = vt_discard(fd, at);
	if (ret)
		vt_die("commit: %ld", ret);
}

/* In an endpoint of the thread's own: nobody unmaps the window meanwhile. */
void mix_move_in(struct mix *mix)
{
	unsigned int channel = mix_any(mix, MIX_CHANNELS);
	const struct mix_end *end = &mix->own[channel];
	struct vt_call call = {
		.fd = end->fd, .flags = drop_flag(mix, channel),
		.len = mix->world->attrs[channel].slot_size,
		.deadline_ns = mix_deadline(mix) };
	long ret;

	if (!can_move(mix, channel, VT_SEND))
		return;
	ret = vt_op_reserve(&call);
	allow("reserve", ret, true, 0);
	if (ret)
		return;
	if (mix_any(mix, 8))
		commit(mix, channel, end->fd, call.arg);
	else if (vt_discard(end->fd, call.arg))
		vt_die("discard");
}

/* And let go of as any message that is held. */
void mix_move_out(struct mix *mix)
{
	unsigned int channel = mix_any(mix, MIX_CHANNELS);
	const struct mix_end *end = &mix->own[channel];
	struct vbuf_acquire arg = {
		.size = sizeof(arg), .deadline_ns = mix_deadline(mix) };
	long ret;

	mix_let_go(mix);
	if (!can_move(mix, channel, VT_RECV))
		return;
	ret = vt_ioctl(end->fd, VBUF_IOC_ACQUIRE, &arg);
	allow("acquire", ret, true, 0);
	if (ret)
		return;
	if (!tally_whole(vt_at(&arg.msg), arg.msg.len))
		vt_die("a message that was moved is damaged");
	memcpy(&mix->ids[0], vt_at(&arg.msg), sizeof(mix->ids[0]));
	mix->cookies[0] = arg.msg.cookie;
	mix->held_in = channel;
	mix->held = 1;
}

static void let_go_of(struct mix *mix, unsigned int which)
{
	struct tally_side *received = &mix->world->counts[mix->held_in].received;
	__u32 requeue = mix_any(mix, 4) ? 0 : VBUF_REQUEUE;
	int fd = mix->own[mix->held_in].fd;
	long ret;

	tally_begin(received, !requeue);
	ret = vt_release(fd, mix->cookies[which], requeue);
	tally_end(received, !requeue, ret ? ret : !requeue);
	if (ret || vt_release(fd, mix->cookies[which], 0) != -EINVAL)
		vt_die("release: %ld, or twice", ret);
	if (!requeue)
		note(mix, &mix->ids[which]);
}

/* In any order; nothing but a kill takes from a thread what it holds. */
void mix_let_go(struct mix *mix)
{
	unsigned int first = mix->held ? mix_any(mix, mix->held) : 0, i;

	for (i = 0; i < mix->held; i++)
		let_go_of(mix, (first + i) % mix->held);
	mix->held = 0;
}

/* Memory that is not there: an error, and nothing is lost. */
void mix_fault(struct mix *mix)
{
	unsigned int channel = mix_any(mix, MIX_CHANNELS);
	const struct mix_end *end = mix_end(mix, channel);
	size_t len = sizeof(struct storm_msg);
	long ret;

	if (mix_any(mix, 2)) {
		ret = vt_send(end->fd, VT_UNMAPPED, len, VBUF_DONTWAIT);
		allow("send from nowhere", ret, end->rights & VT_SEND, EFAULT);
	} else {
		ret = vt_recv(end->fd, VT_UNMAPPED, MIX_ROOM, VBUF_DONTWAIT);
		allow("receive to nowhere", ret, end->rights & VT_RECV, EFAULT);
	}
	if (ret >= 0)
		vt_die("memory that is not there was used: %ld", ret);
	atomic_fetch_add(&mix->world->stress->faults, ret == -EFAULT);
}
