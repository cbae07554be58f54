// SPDX-License-Identifier: GPL-2.0
/* The commands of /dev/vbuf, each with arguments made from a step. */
#include "region.h"

#define SYS_ioctl_32	54
#define FEW		8U
#define MANY		(PAGE / sizeof(struct vbuf_msg))

static const char * const names[] = {
	"", "fuzz-1", "fuzz-2", "fuzz-3", "no such", "fuzz/4", "x", ".",
};

static const __u32 slot_counts[] = { 1, 2, 3, 4, 8, 64, 65, 1000 };
static const __u32 slot_sizes[] = {
	1, 8, 64, 100, 1024, 4096, 5000, VECTOR_ROOM };
static const __u32 large_sizes[] = {
	PAGE, 2 * PAGE, 5 * PAGE, 16 * PAGE, 16 * PAGE + 100, 32 * PAGE,
	2 << 20, 4 << 20 };

/* Bytes of a channel of such slots, which are all cleared and checked. */
#define LARGE		(8U << 20)

static const __u32 modes[] = { 0666, 0, 0400, 0222, 0777, 01777, 0600, 0444 };
static const __u32 few[] = { 0, 1, 2, 3 };

/* By the 32-bit system call, whose arguments are as long. */
static long ioctl_compat(int fd, unsigned int cmd, void *arg)
{
	int ret;

	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "0" (SYS_ioctl_32), "b" (fd), "c" (cmd),
		       "d" ((unsigned int)(uintptr_t)arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

static long ioctl_plain(int fd, unsigned int cmd, void *arg)
{
	long ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

/* What the kernel wrote comes back to @arg, unless something is wrong with it. */
long command(struct actor *self, const struct step *step, unsigned int cmd,
	     void *arg, size_t size)
{
	void *at = arg_place(&self->arena, step, arg, size);
	long ret;

	if (step->who & WHO_COMPAT)
		ret = ioctl_compat(*entry_of(step), cmd, at);
	else
		ret = ioctl_plain(*entry_of(step), cmd, at);
	if (wrong_of(step) >= WRONG_DATA)
		memcpy(arg, at, size);
	return ret;
}

static void name_of(char *to, unsigned int which)
{
	snprintf(to, VBUF_NAME_SIZE, "%s", names[which % ARRAY_SIZE(names)]);
}

/* None, one long past, soon, in a while. */
__u64 deadline_of(unsigned int which)
{
	static const __u64 ahead[] = { 0, 0, 300000, 3000000 };
	struct timespec now;

	if (which % 4 < 2)
		return which % 4;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec + ahead[which % 4];
}

/* Many, or large. */
static void set_geometry(struct vbuf_attr *attr, const struct step *step)
{
	attr->slots = slot_counts[step->b & 7];
	attr->slot_size = slot_sizes[step->b >> 3 & 7];
	if (!(step->a & 0x80))
		return;
	attr->slot_size = large_sizes[step->b >> 3 & 7];
	if (attr->slots > LARGE / attr->slot_size)
		attr->slots = LARGE / attr->slot_size;
}

static long call_create(struct actor *self, const struct step *step)
{
	struct vbuf_create create = {
		.size = sizeof(create),
		.rights = step->a & 3,
		.attr = {
			.flags = step->a >> 2 & 15,
			.held_max = few[step->b >> 6],
			.mode = modes[step->c >> 3 & 7],
			.max_deliveries = few[step->c >> 6],
		},
	};

	set_geometry(&create.attr, step);
	name_of(create.name, step->c & 7);
	return command(self, step, VBUF_IOC_CREATE, &create, sizeof(create));
}

static long call_bind(struct actor *self, const struct step *step)
{
	struct vbuf_open bind = {
		.size = sizeof(bind), .rights = step->a & 7 };

	name_of(bind.name, step->c);
	return command(self, step, VBUF_IOC_OPEN, &bind, sizeof(bind));
}

static long call_reopen(struct actor *self, const struct step *step)
{
	struct vbuf_reopen reopen = {
		.size = sizeof(reopen), .rights = step->a & 7,
		.fd = *other_of(step) };

	return command(self, step, VBUF_IOC_REOPEN, &reopen, sizeof(reopen));
}

static long call_unlink(struct actor *self, const struct step *step)
{
	struct vbuf_unlink unlink = { .size = sizeof(unlink) };

	name_of(unlink.name, step->c);
	return command(self, step, VBUF_IOC_UNLINK, &unlink, sizeof(unlink));
}

static long call_getattr(struct actor *self, const struct step *step)
{
	struct vbuf_getattr getattr = { .size = sizeof(getattr) };

	return command(self, step, VBUF_IOC_GETATTR, &getattr, sizeof(getattr));
}

static struct vbuf_xfer xfer_of(const struct step *step)
{
	return (struct vbuf_xfer) {
		.size = sizeof(struct vbuf_xfer), .flags = step->a & 7,
		.len = length_of(step), .deadline_ns = deadline_of(step->c) };
}

static long do_send(struct actor *self, const struct step *step, void *from,
		    size_t len)
{
	struct vbuf_xfer xfer = xfer_of(step);

	(void)len;
	xfer.buf = (uintptr_t)from;
	return command(self, step, VBUF_IOC_SEND, &xfer, sizeof(xfer));
}

static long call_send(struct actor *self, const struct step *step)
{
	return send_sound(self, step, length_of(step), do_send);
}

static long do_recv(struct actor *self, const struct step *step, void *into,
		    size_t room)
{
	struct vbuf_xfer xfer = xfer_of(step);

	(void)room;
	xfer.buf = (uintptr_t)into;
	return command(self, step, VBUF_IOC_RECV, &xfer, sizeof(xfer));
}

static long call_recv(struct actor *self, const struct step *step)
{
	return receive(self, step, length_of(step), do_recv);
}

/* Few, or about as many as the module moves at a time, and more. */
static unsigned int vector_count(const struct step *step)
{
	static const __u8 counts[] = {
		1, 2, 3, 4, 5, 6, 7, FEW, 9, 16, 31, 32, 33, 34, 63, MANY };

	return counts[step->a >> 4];
}

/* Of room for each message. */
static __u32 piece_size(const struct step *step)
{
	return VECTOR_ROOM / (vector_count(step) > FEW ? MANY : FEW);
}

static __u32 piece_room(const struct step *step)
{
	return length_of(step) % (piece_size(step) + 1);
}

static __u32 piece_length(const struct step *step, unsigned int i)
{
	return piece_room(step) >> (step->c >> 4 & i & 3);
}

static char *piece_of(struct actor *self, const struct step *step,
		      unsigned int i)
{
	return self->arena.into + i * piece_size(step);
}

/*
 * Entries for a vector; the end of what can be read cuts it short, or not. What
 * SENDV does not read, and RECVV is to write, is poisoned.
 */
static struct vbuf_msg *entries_of(struct actor *self, const struct step *step,
				   unsigned int cmd, __u64 number)
{
	struct vbuf_msg *msgs = (void *)self->arena.vector;
	unsigned int i, count = vector_count(step);

	if (wrong_of(step) == WRONG_SPILLS)
		msgs = (void *)(self->arena.vector + PAGE -
				step->where % count * sizeof(*msgs));
	for (i = 0; (char *)&msgs[i + 1] <= self->arena.vector + PAGE; i++) {
		if (i == count)
			break;
		vt_poison(&msgs[i]);
		msgs[i].size = piece_room(step);
		if (cmd == VBUF_IOC_RECVV)
			continue;
		msgs[i].len = piece_length(step, i);
		msgs[i].flags = 0;
		msgs[i].tag = number ? number + i : PLAIN_TAG;
	}
	return msgs;
}

/* One entry alone can be wrong. */
static long vector(struct actor *self, const struct step *step,
		   unsigned int cmd, void *data, __u64 number)
{
	struct vbuf_vector vector = {
		.size = sizeof(vector), .flags = step->a & 15,
		.count = vector_count(step),
		.msg_size = sizeof(struct vbuf_msg),
		.deadline_ns = deadline_of(step->c) };
	struct vbuf_msg *msgs = entries_of(self, step, cmd, number);
	struct step sound = *step;
	unsigned int i;
	long ret;

	for (i = 0; (char *)&msgs[i + 1] <= self->arena.vector + PAGE &&
	     i < vector.count; i++)
		msgs[i].buf = (uintptr_t)(i == step->where % vector.count &&
			wrong_of(step) != WRONG_NOTHING ? data :
			piece_of(self, step, i));
	if (wrong_of(step) == WRONG_SPILLS)
		sound.hostile = 0;
	vector.msgs = (uintptr_t)msgs;
	ret = command(self, &sound, cmd, &vector, sizeof(vector));
	for (i = 0; (long)i < ret && cmd == VBUF_IOC_RECVV && step->a & VBUF_HOLD; i++)
		self->cookies[self->cookie++ % ARRAY_SIZE(self->cookies)] =
			msgs[i].cookie;
	return ret;
}

/* What a step sends that is wrong somewhere may be of any length. */
static __u64 fill_pieces(struct actor *self, const struct step *step)
{
	unsigned int i, count = vector_count(step);
	__u64 number;

	memset(self->arena.into, PLAIN_BYTE, VECTOR_ROOM);
	if (wrong_of(step) != WRONG_NOTHING)
		return 0;
	number = ledger_take(count);
	for (i = 0; i < count; i++) {
		arg_fill_piece(piece_of(self, step, i), piece_length(step, i),
			       number + i);
		ledger_write(step, number + i, piece_length(step, i), true);
	}
	return number;
}

static long call_sendv(struct actor *self, const struct step *step)
{
	__u64 number = fill_pieces(self, step);
	void *data = arg_from(&self->arena, step, length_of(step), number);
	long ret = vector(self, step, VBUF_IOC_SENDV, data, number);
	unsigned int i;

	for (i = ret < 0 ? 0 : ret; number && i < vector_count(step); i++)
		ledger_refuse(number + i);
	return ret;
}

/* What is told of a message is right, and no more than was asked for. */
void check_msg(struct actor *self, const struct step *step, __u64 channel,
	       const struct vbuf_msg *msg, __u64 number, bool held)
{
	if (number)
		ledger_receive(self, channel, number, msg->len, held);
	if (step->a & VBUF_INFO)
		ledger_check_info(self, channel, number, msg);
	else if (msg->tag != VT_POISON64 || msg->seq != VT_POISON64 ||
		 msg->deliveries != VT_POISON32 ||
		 msg->flags & ~VBUF_MSG_REDELIVERED)
		vt_die("a message has tag %llu, seq %llu, deliveries %u, flags %#x unasked",
		       msg->tag, msg->seq, msg->deliveries, msg->flags);
}

static long call_recvv(struct actor *self, const struct step *step)
{
	const struct vbuf_msg *msgs = (const void *)self->arena.vector;
	void *data = arg_into(&self->arena, step, piece_room(step));
	int fd = *entry_of(step);
	__u64 channel = channel_of(self, step, fd);
	long ret, i;

	ledger_expect(self, step, vector_count(step), step->a & VBUF_HOLD);
	ret = vector(self, step, VBUF_IOC_RECVV, data, 0);
	if (channel != channel_of(self, step, fd))
		channel = 0;
	for (i = 0; wrong_of(step) == WRONG_NOTHING && i < ret; i++)
		check_msg(self, step, channel, &msgs[i],
			  arg_check_piece(piece_of(self, step, i),
					  piece_size(step), msgs[i].len,
					  UNTOUCHED_BYTE),
			  step->a & VBUF_HOLD);
	ledger_over(actor_of(step));
	return ret;
}

/* A message that RECVV told of, or another, which may be what was acquired. */
static long call_release(struct actor *self, const struct step *step)
{
	struct vbuf_release release = {
		.size = sizeof(release),
		.flags = step->a & 1 ? VBUF_REQUEUE : step->a & 0x40,
		.cookie = self->cookies[step->b % ARRAY_SIZE(self->cookies)] };
	unsigned int who = actor_of(step);
	long ret = -EBUSY;

	if (step->c & 1)
		release.cookie += step->where;
	if (upset_claim(who, UPSET_STRAYS))
		ret = command(self, step, VBUF_IOC_RELEASE, &release,
			      sizeof(release));
	if (ret == 0 && (step->c & 1 || wrong_of(step) != WRONG_NOTHING))
		piece_forget(PIECE_HELD, file_endpoint(*entry_of(step)),
			     ALL_OFFSETS);
	upset_let_go(who);
	return ret;
}

static long call_drain(struct actor *self, const struct step *step)
{
	struct vbuf_drain drain = {
		.size = sizeof(drain), .deadline_ns = deadline_of(step->c) };

	return command(self, step, VBUF_IOC_DRAIN, &drain, sizeof(drain));
}

static long call_shutdown(struct actor *self, const struct step *step)
{
	struct vbuf_shutdown shutdown = {
		.size = sizeof(shutdown), .rights = step->a & 7 };

	return command(self, step, VBUF_IOC_SHUTDOWN, &shutdown,
		       sizeof(shutdown));
}

static long call_info(struct actor *self, const struct step *step)
{
	struct vbuf_info info = { .size = sizeof(info) };

	return command(self, step, VBUF_IOC_INFO, &info, sizeof(info));
}

/* Any command of ours, known or not, with any argument. */
static long call_any(struct actor *self, const struct step *step)
{
	bool receives = wait_of(step) == WAIT_MESSAGE &&
			(wrong_of(step) != WRONG_NOTHING ||
			 step->a == (VBUF_IOC_ACQUIRE & 0xff));
	__u64 arg[8] = { step->b };
	long ret;

	if (receives)
		ledger_expect(self, step, 1, true);
	ret = command(self, step, _IO(VBUF_IOC_MAGIC, step->a), arg,
		      sizeof(arg));
	if (receives)
		ledger_over(actor_of(step));
	return ret;
}

/* What a call sleeps for, if it sleeps and there is no deadline. */
enum wait wait_of(const struct step *step)
{
	static const enum wait of_any[] = {
		[VBUF_IOC_SEND & 0xff] = WAIT_SLOT,
		[VBUF_IOC_SENDV & 0xff] = WAIT_SLOT,
		[VBUF_IOC_RECV & 0xff] = WAIT_MESSAGE,
		[VBUF_IOC_RECVV & 0xff] = WAIT_MESSAGE,
		[VBUF_IOC_DRAIN & 0xff] = WAIT_DRAIN,
		[VBUF_IOC_RESERVE & 0xff] = WAIT_SLOT,
		[VBUF_IOC_ACQUIRE & 0xff] = WAIT_MESSAGE,
	};
	const struct call *call = call_of(step);

	if (call->call != call_any)
		return call->wait;
	return step->a < ARRAY_SIZE(of_any) ? of_any[step->a] : WAIT_NONE;
}

const struct call channel_calls[] = {
	{ .name = "create", .call = call_create },
	{ .name = "bind", .call = call_bind },
	{ .name = "reopen", .call = call_reopen },
	{ .name = "unlink", .call = call_unlink },
	{ .name = "getattr", .call = call_getattr },
	{ .name = "send", .call = call_send, .wait = WAIT_SLOT },
	{ .name = "recv", .call = call_recv, .wait = WAIT_MESSAGE },
	{ .name = "sendv", .call = call_sendv, .wait = WAIT_SLOT },
	{ .name = "recvv", .call = call_recvv, .wait = WAIT_MESSAGE,
	  .upsets = 1U << UPSET_GIVES },
	{ .name = "release", .call = call_release },
	{ .name = "drain", .call = call_drain, .wait = WAIT_DRAIN },
	{ .name = "shutdown", .call = call_shutdown,
	  .upsets = 1U << UPSET_TAKES },
	{ .name = "info", .call = call_info },
	{ .name = "any", .call = call_any,
	  .upsets = 1U << UPSET_GIVES | 1U << UPSET_TAKES },
};

const unsigned int channel_calls_count = ARRAY_SIZE(channel_calls);
