// SPDX-License-Identifier: GPL-2.0
/* What can be done to any file, and to a process that has some. */
#include "region.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

/* A process's own: the actor that is one has those of when it was forked. */
int files[FILES] = { -1, -1, -1, -1, -1, -1, -1, -1 };

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

int *entry_of(const struct step *step)
{
	return &files[step->file % FILES];
}

int *other_of(const struct step *step)
{
	return &files[(step->file >> 4) % FILES];
}

/* Of each descriptor: which of the files that were ever opened it is. */
static __u32 endpoints[1024];

static void set_endpoint(int fd, __u32 endpoint)
{
	if (fd >= (int)ARRAY_SIZE(endpoints))
		vt_die("too many files");
	__atomic_store_n(&endpoints[fd], endpoint, __ATOMIC_RELEASE);
}

/* A number for a file that may be an endpoint, whoever has it; 0 for none. */
__u32 file_endpoint(int fd)
{
	if (fd < 0 || fd >= (int)ARRAY_SIZE(endpoints))
		return 0;
	return __atomic_load_n(&endpoints[fd], __ATOMIC_ACQUIRE);
}

/* Threads may be about the same entry: each descriptor is closed once. */
static void put_file(int *entry, int fd)
{
	int old = __atomic_exchange_n(entry, fd, __ATOMIC_ACQ_REL);

	if (old >= 0)
		close(old);
}

void files_close(void)
{
	unsigned int i;

	for (i = 0; i < FILES; i++)
		put_file(&files[i], -1);
}

static long call_open(struct actor *self, const struct step *step)
{
	static const int modes[] = { O_RDWR, O_RDWR, O_RDONLY, O_WRONLY };
	int fd = open("/dev/vbuf", modes[step->a & 3] | O_CLOEXEC |
		      (step->a & 4 ? O_NONBLOCK : 0));

	(void)self;
	if (fd < 0)
		return -errno;
	set_endpoint(fd, ledger_new_endpoint());
	put_file(entry_of(step), fd);
	return 0;
}

static long call_close(struct actor *self, const struct step *step)
{
	(void)self;
	put_file(entry_of(step), -1);
	return 0;
}

static long call_dup(struct actor *self, const struct step *step)
{
	int old = *entry_of(step);
	__u32 endpoint = file_endpoint(old);
	int fd = fcntl(old, F_DUPFD_CLOEXEC, 0);

	(void)self;
	if (fd < 0)
		return -errno;
	/* What was closed meanwhile may have been another's. */
	set_endpoint(fd, endpoint == file_endpoint(old) ? endpoint : 0);
	put_file(other_of(step), fd);
	return 0;
}

/* Bytes of a message, or of room: slots and messages fit now and then. */
size_t length_of(const struct step *step)
{
	size_t len = move_length_of(step);

	return len < ROOM ? len : ROOM;
}

/* The same, and more than is copied. */
size_t move_length_of(const struct step *step)
{
	static const size_t large[] = {
		PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 3 * PAGE - 8, 5 * PAGE,
		8 * PAGE, 9 * PAGE, 16 * PAGE - 1, 16 * PAGE, 16 * PAGE + 100,
		20 * PAGE, 32 * PAGE, (2 << 20) - PAGE, 2 << 20, 4 << 20 };

	if (step->b < 128)
		return step->b % 4 * 8;
	return step->b < 240 ? step->b * 33U : large[step->b - 240];
}

/* Where it can be told without disturbing what is done: 0 is unknown. */
__u64 channel_of(struct actor *self, const struct step *step, int fd)
{
	struct vbuf_getattr attr = { .size = sizeof(attr) };
	__u64 covered = self->cover ? self->cover[0] : 0;
	long ret;

	if (wrong_of(step) != WRONG_NOTHING)
		return 0;
	ret = ioctl(fd, VBUF_IOC_GETATTR, &attr);
	if (self->cover)
		self->cover[0] = covered;
	return ret ? 0 : attr.id;
}

/* One message, which is in the ledger unless something is wrong with it. */
long send_sound(struct actor *self, const struct step *step, size_t len,
		long (*call)(struct actor *self, const struct step *step,
			     void *from, size_t len))
{
	__u64 number = 0;
	long ret;

	if (wrong_of(step) == WRONG_NOTHING) {
		number = ledger_take(1);
		ledger_write(step, number, len, false);
	}
	ret = call(self, step, arg_from(&self->arena, step, len, number), len);
	if (number && ret < 0)
		ledger_refuse(number);
	return ret;
}

/* One message, if it comes to where it can be looked at. */
long receive(struct actor *self, const struct step *step, size_t room,
	     long (*call)(struct actor *self, const struct step *step,
			  void *into, size_t room))
{
	void *into = arg_into(&self->arena, step, room);
	int fd = *entry_of(step);
	__u64 channel = channel_of(self, step, fd), number = 0;
	long ret;

	ledger_expect(self, step, 1, false);
	ret = call(self, step, into, room);
	if (channel != channel_of(self, step, fd))
		channel = 0;
	if (into == self->arena.into && ret >= 0)
		number = arg_check_piece(into, arg_reach(room), ret,
					 UNTOUCHED_BYTE);
	if (number)
		ledger_receive(self, channel, number, ret, false);
	ledger_over(actor_of(step));
	return ret;
}

static long do_write(struct actor *self, const struct step *step, void *from,
		     size_t len)
{
	(void)self;
	return result(write(*entry_of(step), from, len));
}

static long call_write(struct actor *self, const struct step *step)
{
	return send_sound(self, step, length_of(step), do_write);
}

static long do_read(struct actor *self, const struct step *step, void *into,
		    size_t room)
{
	(void)self;
	return result(read(*entry_of(step), into, room));
}

static long call_read(struct actor *self, const struct step *step)
{
	return receive(self, step, length_of(step), do_read);
}

static void split(struct iovec iov[3], const struct step *step, void *data,
		  size_t len)
{
	size_t first = len ? step->a % len : 0;

	iov[0] = (struct iovec){ data, first };
	iov[1] = (struct iovec){
		NULL, wrong_of(step) != WRONG_NOTHING && step->c & 1 };
	iov[2] = (struct iovec){ (char *)data + first, len - first };
}

/* Without waiting, or as the file says. */
static int rwf_of(const struct step *step)
{
	return step->c & 2 ? RWF_NOWAIT : 0;
}

static long do_writev(struct actor *self, const struct step *step, void *from,
		      size_t len)
{
	struct iovec iov[3];

	(void)self;
	split(iov, step, from, len);
	return result(pwritev2(*entry_of(step), iov, 3, -1, rwf_of(step)));
}

static long call_writev(struct actor *self, const struct step *step)
{
	return send_sound(self, step, length_of(step), do_writev);
}

static long do_readv(struct actor *self, const struct step *step, void *into,
		     size_t room)
{
	struct iovec iov[3];

	(void)self;
	split(iov, step, into, room);
	return result(preadv2(*entry_of(step), iov, 3, -1, rwf_of(step)));
}

static long call_readv(struct actor *self, const struct step *step)
{
	return receive(self, step, length_of(step), do_readv);
}

static long call_poll(struct actor *self, const struct step *step)
{
	struct pollfd polled[2] = {
		{ *entry_of(step), step->a, 0 }, { *other_of(step), step->b, 0 } };

	(void)self;
	return result(poll(polled, 2, step->c & 3));
}

/* Its own file, in the table like any: it can be polled, and watch itself. */
static long call_epoll(struct actor *self, const struct step *step)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | (step->a & 1 ? EPOLLET : 0) |
			(step->a & 2 ? EPOLLEXCLUSIVE : 0) };
	int fd = epoll_create1(EPOLL_CLOEXEC);

	(void)self;
	if (fd < 0)
		return -errno;
	set_endpoint(fd, 0);
	if (!epoll_ctl(fd, EPOLL_CTL_ADD, *entry_of(step), &event))
		epoll_wait(fd, &event, 1, step->c & 3);
	put_file(other_of(step), fd);
	return 0;
}

static long call_epoll_wait(struct actor *self, const struct step *step)
{
	struct epoll_event event;

	(void)self;
	return result(epoll_wait(*entry_of(step), &event, 1, step->c & 3));
}

static long call_fionread(struct actor *self, const struct step *step)
{
	int *at = arg_place(&self->arena, step, &(int){ 0 }, sizeof(int));

	return result(ioctl(*entry_of(step), FIONREAD, at));
}

/* SIGURG is ignored unless somebody cares: an edge's signal does no harm. */
static long call_fcntl(struct actor *self, const struct step *step)
{
	int fd = *entry_of(step), flags = fcntl(fd, F_GETFL);

	(void)self;
	switch (step->a & 3) {
	case 0:
		return result(fcntl(fd, F_SETFL, flags ^ O_NONBLOCK));
	case 1:
		if (fcntl(fd, F_SETSIG, SIGURG))
			return -errno;
		fcntl(fd, F_SETOWN, step->b & 1 ? getpid() : 0);
		return result(fcntl(fd, F_SETFL, flags ^ O_ASYNC));
	case 2:
		return result(fcntl(fd, F_SETOWN, step->b & 1 ? getpid() : 0));
	default:
		return result(fcntl(fd, F_SETPIPE_SZ, step->b));
	}
}

/* What a channel does not do. */
static long call_odd(struct actor *self, const struct step *step)
{
	int fd = *entry_of(step);
	struct stat st;
	void *mem;

	switch (step->a & 7) {
	case 0:
		mem = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd,
			   step->b * PAGE);
		return mem == MAP_FAILED ? -errno : munmap(mem, PAGE);
	case 1:
		return result(lseek(fd, step->b, SEEK_SET));
	case 2:
		return result(pread(fd, self->arena.into, step->b, step->c));
	case 3:
		return result(fsync(fd));
	case 4:
		return result(sendfile(*other_of(step), fd, NULL, step->b));
	case 5:
		return result(ftruncate(fd, step->b));
	case 6:
		return result(ioctl(fd, step->b << 8 | step->c, NULL));
	default:
		return result(fstat(fd, &st));
	}
}

/* From then on the process has other names, and no way back. */
static long call_new_net(struct actor *self, const struct step *step)
{
	(void)self;
	if (!by_process(step))
		return -EPERM;
	return result(unshare(CLONE_NEWNET));
}

/* Another user, or one of a namespace of its own: with fewer rights. */
static long call_new_user(struct actor *self, const struct step *step)
{
	uid_t uid = 1000 + (step->a >> 1);

	(void)self;
	if (!by_process(step))
		return -EPERM;
	if (step->a & 1)
		return result(unshare(CLONE_NEWUSER));
	if (setresuid(uid, uid, uid))
		return -errno;
	/* Which that has undone. */
	return result(prctl(PR_SET_PDEATHSIG, SIGKILL));
}

/* The dispatcher's to do: the process cannot answer for it. */
static long call_kill(struct actor *self, const struct step *step)
{
	(void)self;
	(void)step;
	return 0;
}

bool is_kill(const struct step *step)
{
	return call_of(step)->call == call_kill;
}

bool is_new_net(const struct step *step)
{
	return call_of(step)->call == call_new_net;
}

const struct call file_calls[] = {
	{ .name = "open", .call = call_open, .upsets = 1U << UPSET_TAKES },
	{ .name = "close", .call = call_close, .upsets = 1U << UPSET_TAKES },
	{ .name = "dup", .call = call_dup, .upsets = 1U << UPSET_TAKES },
	{ .name = "write", .call = call_write, .wait = WAIT_SLOT },
	{ .name = "read", .call = call_read, .wait = WAIT_MESSAGE },
	{ .name = "writev", .call = call_writev, .wait = WAIT_SLOT },
	{ .name = "readv", .call = call_readv, .wait = WAIT_MESSAGE },
	{ .name = "poll", .call = call_poll },
	{ .name = "epoll", .call = call_epoll, .upsets = 1U << UPSET_TAKES },
	{ .name = "epoll_wait", .call = call_epoll_wait },
	{ .name = "fionread", .call = call_fionread },
	{ .name = "fcntl", .call = call_fcntl, .faultless = true },
	{ .name = "odd", .call = call_odd },
	{ .name = "new_net", .call = call_new_net, .faultless = true },
	{ .name = "new_user", .call = call_new_user, .faultless = true },
	{ .name = "limit", .call = call_limit, .faultless = true },
	{ .name = "kill", .call = call_kill, .faultless = true },
};

const unsigned int file_calls_count = ARRAY_SIZE(file_calls);
