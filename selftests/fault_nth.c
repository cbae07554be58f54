// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel fails the 1st, the 2nd, the 3rd ... allocation or copy of user
 * memory in a call, until the call gets by without: each time there is an error
 * that says so, and nothing is lost, left over, or different from before.
 *
 * For kernels with CONFIG_FAULT_INJECTION: make check-debug.
 */
#include "fault.h"
#include "kselftest_harness.h"
#include "param.h"

#define SLOTS		6
/* Vectors copy up to 64 bytes word by word, and no fault is injected there. */
#define LEN		100
/* No call has as many places to fail. */
#define MOST		500
/* So often all of a call's faults are tried. */
#define ROUNDS		4
/* A user who has nothing else. */
#define STRANGER	4321

FIXTURE(channel) {
	char name[VBUF_NAME_SIZE];
	char other_name[VBUF_NAME_SIZE];
	int fail_nth;
	int device;		/* not an endpoint yet */
	int rx;
	int tx;
	__u64 held;
	struct vbuf_channel_info before;
	struct params usual;
	unsigned long room;
};

static char bytes_to_send[LEN];

FIXTURE_SETUP(channel)
{
	self->fail_nth = fault_open();
	if (self->fail_nth < 0)
		SKIP(return, "this kernel cannot inject faults; make check-debug has one that can");
	fault_init();
	memset(bytes_to_send, 's', LEN);
	param_save(&self->usual);
	self->room = room_needed();
	param_restore(&self->usual);
	vt_name(self->name, "fault");
	vt_name(self->other_name, "fault-other");
}

FIXTURE_TEARDOWN(channel)
{
	close(self->fail_nth);
}

static long put(int fd, char byte)
{
	char bytes[LEN];

	memset(bytes, byte, LEN);
	return vt_send(fd, bytes, LEN, VBUF_DONTWAIT);
}

static bool is_whole(const char *bytes, char byte)
{
	return bytes[0] == byte && !memcmp(bytes, bytes + 1, LEN - 1);
}

static bool take(int fd, char byte)
{
	char bytes[LEN];

	memset(bytes, VT_POISON, LEN);
	return vt_recv(fd, bytes, LEN, VBUF_DONTWAIT) == LEN &&
	       is_whole(bytes, byte);
}

/* Those there were, and those that an attempt sent. */
static void take_rest(int fd)
{
	char bytes[LEN];

	while (vt_recv(fd, bytes, LEN, VBUF_DONTWAIT) >= 0)
		if (!is_whole(bytes, bytes[0]) || !strchr("hpqs", bytes[0]))
			vt_die("a damaged message");
}

/* A channel with two messages that are queued, and one that is held. */
static void begin(FIXTURE_DATA(channel) *self)
{
	char bytes[LEN];
	struct vbuf_msg msg = { .buf = (uintptr_t)bytes, .size = LEN };
	struct vbuf_attr attr = vt_attr(SLOTS, LEN);

	attr.flags = VBUF_LOSSY;
	self->device = vt_device();
	self->rx = vt_create(self->name, attr, VT_RECV);
	self->tx = vt_open(self->name, VT_SEND);
	if (self->rx < 0 || self->tx < 0 || put(self->tx, 'h') ||
	    put(self->tx, 'p') || put(self->tx, 'q') ||
	    vt_recvv(self->rx, &msg, 1, VBUF_HOLD) != 1)
		vt_die("a channel to begin with");
	self->held = msg.cookie;
	self->before = vt_look(self->rx);
}

/* Nothing is left, and nothing is charged that was not before. */
static void end(FIXTURE_DATA(channel) *self)
{
	struct vbuf_channel_info info;
	__u64 id = self->before.id;

	close(self->device);
	close(self->rx);
	close(self->tx);
	if (vt_find(id, &info))
		vt_die("the channel outlives its endpoints");
	if (vt_open(self->other_name, VT_RECV) != -ENOENT)
		vt_die("a channel is left over");
	if (!room_within(self->room))
		vt_die("more is charged than before");
	param_restore(&self->usual);
}

/* What is tried; a call's result, or -errno. */
typedef long (*attempt)(FIXTURE_DATA(channel) *self);

/* Whether all is as it was, and messages cross as they did. */
static bool as_before(FIXTURE_DATA(channel) *self)
{
	struct vbuf_channel_info now = vt_look(self->rx);

	return vt_balanced(&now) &&
	       !memcmp(&now, &self->before, sizeof(now)) &&
	       !put(self->tx, 'n') && take(self->rx, 'p') &&
	       take(self->rx, 'q') && take(self->rx, 'n');
}

/* The call with its @nth fault, if it has as many. */
static long try_one(FIXTURE_DATA(channel) *self, unsigned int nth, attempt what,
		    bool *came)
{
	long ret;

	begin(self);
	fault_arm(self->fail_nth, nth);
	ret = what(self);
	*came = fault_came(self->fail_nth);
	fault_arm(self->fail_nth, 0);
	if (ret < 0 && !as_before(self))
		vt_die("fault %u changed something", nth);
	take_rest(self->rx);
	end(self);
	return ret;
}

/* What came of all the faults that there are in a call. */
struct faults {
	unsigned int came;
	unsigned int errors;
	unsigned int efault;
	unsigned int partial;	/* it did less than it does without */
};

static void report(unsigned int faults)
{
	fprintf(stderr, "# did: %u operations, 0 kills, %u faults injected\n",
		faults + 1, faults);
}

static struct faults try_all(FIXTURE_DATA(channel) *self, attempt what)
{
	struct faults faults = { .came = 0 };
	bool came;
	long whole = try_one(self, 0, what, &came), ret;
	unsigned int nth;

	for (nth = 1; nth < MOST; nth++) {
		ret = try_one(self, nth, what, &came);
		if (!came)
			break;
		if (ret < 0 && ret != -EFAULT && ret != -ENOMEM)
			vt_die("fault %u: %ld", nth, ret);
		faults.came++;
		faults.errors += ret < 0;
		faults.efault += ret == -EFAULT;
		faults.partial += ret >= 0 && ret < whole;
	}
	if (came || ret != whole || whole < 0)
		vt_die("%u faults, and still %ld, not %ld", nth, ret, whole);
	fprintf(stderr, "# of %u faults %u are errors, %u of them EFAULT; %u partial\n",
		faults.came, faults.errors, faults.efault, faults.partial);
	report(faults.came);
	return faults;
}

static long attempt_open(FIXTURE_DATA(channel) *self)
{
	int fd = open("/dev/vbuf", O_RDWR | O_CLOEXEC);

	(void)self;
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static const char no_name[VBUF_NAME_SIZE];

static long create(FIXTURE_DATA(channel) *self, const char *name,
		   struct vbuf_attr attr)
{
	struct vbuf_create create = {
		.size = sizeof(create), .rights = VT_BOTH, .attr = attr };

	memcpy(create.name, name, sizeof(create.name));
	return vt_ioctl(self->device, VBUF_IOC_CREATE, &create);
}

static long attempt_create(FIXTURE_DATA(channel) *self)
{
	return create(self, no_name, vt_attr(2, 64));
}

static long attempt_create_named(FIXTURE_DATA(channel) *self)
{
	return create(self, self->other_name, vt_attr(2, 64));
}

/* Blocks of pages, and a list of them that is longer than a page. */
static long attempt_create_large(FIXTURE_DATA(channel) *self)
{
	return create(self, no_name, vt_attr(40, 100000));
}

static long attempt_bind_open(FIXTURE_DATA(channel) *self)
{
	struct vbuf_open open = { .size = sizeof(open), .rights = VT_BOTH };

	memcpy(open.name, self->name, sizeof(open.name));
	return vt_ioctl(self->device, VBUF_IOC_OPEN, &open);
}

static long attempt_reopen(FIXTURE_DATA(channel) *self)
{
	struct vbuf_reopen reopen = {
		.size = sizeof(reopen), .rights = VT_RECV, .fd = self->rx };

	return vt_ioctl(self->device, VBUF_IOC_REOPEN, &reopen);
}

static long attempt_unlink(FIXTURE_DATA(channel) *self)
{
	struct vbuf_unlink unlink = { .size = sizeof(unlink) };

	memcpy(unlink.name, self->name, sizeof(unlink.name));
	return vt_ioctl(self->device, VBUF_IOC_UNLINK, &unlink);
}

static long attempt_getattr(FIXTURE_DATA(channel) *self)
{
	struct vbuf_getattr attr = { .size = sizeof(attr) };

	return vt_ioctl(self->rx, VBUF_IOC_GETATTR, &attr);
}

static long attempt_info(FIXTURE_DATA(channel) *self)
{
	struct vbuf_info info = { .size = sizeof(info) };

	return vt_ioctl(self->device, VBUF_IOC_INFO, &info);
}

static long list(FIXTURE_DATA(channel) *self, __u64 channel, void *entries,
		 size_t size)
{
	struct vbuf_list list = {
		.size = sizeof(list), .count = 4, .entry_size = size,
		.entries = (uintptr_t)entries, .channel = channel };

	return vt_ioctl(self->device, VBUF_IOC_LIST, &list);
}

static long attempt_list_channels(FIXTURE_DATA(channel) *self)
{
	struct vbuf_channel_info info[4];

	return list(self, 0, info, sizeof(info[0]));
}

static long attempt_list_endpoints(FIXTURE_DATA(channel) *self)
{
	struct vbuf_endpoint_info info[4];

	return list(self, self->before.id, info, sizeof(info[0]));
}

static long attempt_send(FIXTURE_DATA(channel) *self)
{
	return vt_send(self->tx, bytes_to_send, LEN, 0);
}

/* Who says that it received has it. */
static long received(long ret, const char *bytes)
{
	return ret < 0 || is_whole(bytes, 'p') ? ret : -EIO;
}

static long attempt_recv(FIXTURE_DATA(channel) *self)
{
	char bytes[LEN] = { 0 };

	return received(vt_recv(self->rx, bytes, LEN, 0), bytes);
}

static long attempt_write(FIXTURE_DATA(channel) *self)
{
	return vt_write(self->tx, bytes_to_send, LEN);
}

static long attempt_read(FIXTURE_DATA(channel) *self)
{
	char bytes[LEN] = { 0 };

	return received(vt_read(self->rx, bytes, LEN), bytes);
}

static long attempt_writev(FIXTURE_DATA(channel) *self)
{
	struct iovec iov[] = {
		{ bytes_to_send, 60 }, { bytes_to_send, 40 } };
	ssize_t ret = writev(self->tx, iov, 2);

	return ret < 0 ? -errno : ret;
}

static long attempt_readv(FIXTURE_DATA(channel) *self)
{
	char bytes[LEN] = { 0 };
	struct iovec iov[] = { { bytes, 60 }, { bytes + 60, 40 } };
	ssize_t ret = readv(self->rx, iov, 2);

	return received(ret < 0 ? -errno : ret, bytes);
}

static long sendv(FIXTURE_DATA(channel) *self, unsigned int count)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)bytes_to_send, .len = LEN };
	struct vbuf_msg msgs[2] = { msg, msg };

	return vt_sendv(self->tx, msgs, count, 0);
}

static long attempt_sendv(FIXTURE_DATA(channel) *self)
{
	return sendv(self, 1);
}

static long attempt_sendv_two(FIXTURE_DATA(channel) *self)
{
	return sendv(self, 2);
}

static long recvv(FIXTURE_DATA(channel) *self, unsigned int count, __u32 flags)
{
	char bytes[2 * LEN] = { 0 };
	struct vbuf_msg msgs[2] = {
		{ .buf = (uintptr_t)bytes, .size = LEN },
		{ .buf = (uintptr_t)bytes + LEN, .size = LEN } };
	long ret = vt_recvv(self->rx, msgs, count, flags);

	if (ret == 2 && !is_whole(bytes + LEN, 'q'))
		return -EIO;
	return received(ret, bytes);
}

static long attempt_recvv(FIXTURE_DATA(channel) *self)
{
	return recvv(self, 1, VBUF_INFO);
}

static long attempt_recvv_two(FIXTURE_DATA(channel) *self)
{
	return recvv(self, 2, 0);
}

static long attempt_recvv_held(FIXTURE_DATA(channel) *self)
{
	return recvv(self, 2, VBUF_HOLD | VBUF_INFO);
}

static long attempt_release(FIXTURE_DATA(channel) *self)
{
	return vt_release(self->rx, self->held, 0);
}

static long attempt_requeue(FIXTURE_DATA(channel) *self)
{
	return vt_release(self->rx, self->held, VBUF_REQUEUE);
}

/* What is there stays there: it asks, and does not wait. */
static long attempt_drain(FIXTURE_DATA(channel) *self)
{
	long ret = vt_drain(self->rx, 1);

	return ret == -ETIMEDOUT ? 0 : ret;
}

static long attempt_shutdown(FIXTURE_DATA(channel) *self)
{
	return vt_shutdown(self->tx, VT_SEND);
}

static long attempt_poll(FIXTURE_DATA(channel) *self)
{
	struct pollfd pollfd = { .fd = self->rx, .events = POLLIN };
	int ret = poll(&pollfd, 1, 0);

	return ret < 0 ? -errno : ret;
}

static long attempt_async(FIXTURE_DATA(channel) *self)
{
	return fcntl(self->rx, F_SETFL, O_RDWR | O_ASYNC) ? -errno : 0;
}

/*
 * The kernel tries to refill a cache with many pages first, now and then, and
 * takes less if it must: a fault there moves all others, so that one is missed.
 */
static unsigned int most_errors(FIXTURE_DATA(channel) *self, attempt what)
{
	unsigned int round, errors, most = 0;

	for (round = 0; round < ROUNDS; round++) {
		errors = try_all(self, what).errors;
		if (errors > most)
			most = errors;
	}
	return most;
}

/* Each of the @least allocations and copies, or more, fails with an error. */
#define TEST_NTH(what, name, least)				\
TEST_F(channel, name)						\
{								\
	EXPECT_LE(least, most_errors(self, attempt_##what));	\
}

TEST_NTH(open, file_open, 2)
TEST_NTH(create, create_enomem, 4)
TEST_NTH(create_named, create_enomem_named, 4)
TEST_NTH(create_large, create_enomem_large, 4)
TEST_NTH(bind_open, open_enomem, 2)
TEST_NTH(reopen, reopen_enomem, 2)
TEST_NTH(list_channels, list_enomem_channels, 2)
TEST_NTH(list_endpoints, list_enomem_endpoints, 4)
TEST_NTH(poll, poll, 1)
TEST_NTH(async, async, 1)

/* Nothing is allocated: each of the @copies fails with EFAULT, or ends a vector. */
#define TEST_COPIES(what, name, copies)				\
TEST_F(channel, name)						\
{								\
	struct faults faults = try_all(self, attempt_##what);	\
								\
	EXPECT_EQ(copies, faults.came);				\
	EXPECT_EQ(faults.came, faults.efault + faults.partial);	\
}

/* The second message's is tried again, as the first of what is left. */
TEST_NTH(sendv_two, sendv_efault_two, 1)

TEST_COPIES(unlink, unlink_efault, 1)
TEST_COPIES(getattr, getattr_efault, 2)
TEST_COPIES(info, info_efault, 2)
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

/* Whether a large channel can be created where all together have so many bytes. */
static bool fits(FIXTURE_DATA(channel) *self, unsigned long bytes)
{
	long ret;

	begin(self);
	param_set(MAX_BYTES, bytes);
	ret = attempt_create_large(self);
	param_restore(&self->usual);
	end(self);
	return !ret;
}

static unsigned long bytes_needed(FIXTURE_DATA(channel) *self)
{
	unsigned long low = 0, high = 1UL << 24, middle;

	if (!fits(self, high))
		vt_die("a large channel does not fit");
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (fits(self, middle))
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* The limit is for what it takes; it takes more where large blocks are not had. */
TEST_F(channel, create_edquot_scattered)
{
	unsigned long bytes = bytes_needed(self);
	unsigned int nth, exceeded = 0;
	bool came = true;
	long ret;

	for (nth = 1; came; nth++) {
		param_set(MAX_BYTES, bytes);
		ret = try_one(self, nth, attempt_create_large, &came);
		exceeded += ret == -EDQUOT;
		if (ret && ret != -EDQUOT && ret != -ENOMEM && ret != -EFAULT)
			break;
	}
	EXPECT_EQ(0, ret);
	EXPECT_LT(0, exceeded);
	report(nth - 2);
}

/* What came of a call with a fault. */
enum { CAME_NOT, CAME_UNNOTICED, CAME_AS_ERROR, WRONG };

/* In a process of its own: a user who has nothing yet, in a namespace of its own. */
static int as_stranger(FIXTURE_DATA(channel) *self, unsigned int nth, attempt what)
{
	int fd = fault_open();
	bool came;
	long ret;

	if (fd < 0 || setresuid(STRANGER, STRANGER, STRANGER) ||
	    unshare(CLONE_NEWUSER))
		vt_die("be a stranger");
	fault_arm(fd, nth);
	ret = what(self);
	came = fault_came(fd);
	fault_arm(fd, 0);
	if (!ret)
		return came ? CAME_UNNOTICED : CAME_NOT;
	return came && (ret == -ENOMEM || ret == -EFAULT) ? CAME_AS_ERROR : WRONG;
}

/* Returns how many faults were errors. */
static unsigned int try_all_as_stranger(struct __test_metadata *_metadata,
					FIXTURE_DATA(channel) *self, attempt what)
{
	unsigned int nth = 0, failed = 0;
	int came;
	pid_t pid;

	do {
		nth++;
		begin(self);
		pid = vt_fork();
		if (!pid)
			_exit(as_stranger(self, nth, what));
		came = vt_reap(pid);
		failed += came == CAME_AS_ERROR;
		EXPECT_TRUE(came != CAME_AS_ERROR || as_before(self));
		end(self);
	} while (came == CAME_UNNOTICED || came == CAME_AS_ERROR);
	EXPECT_EQ(CAME_NOT, came);
	report(nth - 1);
	return failed;
}

/* Accounts are made: the user's, and that of the namespace's owner. */
TEST_F(channel, create_enomem_account)
{
	EXPECT_LE(4, try_all_as_stranger(_metadata, self, attempt_create));
}

TEST_F(channel, reopen_enomem_account)
{
	EXPECT_LE(3, try_all_as_stranger(_metadata, self, attempt_reopen));
}

/* A slot of two pieces, and a message that goes into both. */
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
	report(nth - 1);
	return nth - 1;
}

TEST_F(channel, efault_in_pieces)
{
	char *bytes = malloc(LARGE), *wanted = malloc(LARGE);
	int fd = vt_create(NULL, vt_attr(1, LARGE), VT_BOTH);

	ASSERT_LE(0, fd);
	memset(wanted, 'w', LARGE);
	memset(bytes, 0, LARGE);
	EXPECT_EQ(2, cross_large(self->fail_nth, fd, wanted, false));
	EXPECT_EQ(2, cross_large(self->fail_nth, fd, bytes, true));
	EXPECT_EQ(0, memcmp(bytes, wanted, LARGE));
	EXPECT_EQ(1, vt_look(fd).free);
	free(bytes);
	free(wanted);
	close(fd);
}

TEST_HARNESS_MAIN
