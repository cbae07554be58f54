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

#include <sys/stat.h>

#define SLOTS		4
/* Vectors copy up to 64 bytes word by word, and no fault is injected there. */
#define SLOT_SIZE	100
/* No call has as many places to fail. */
#define MOST		500
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
};

FIXTURE_SETUP(channel)
{
	self->fail_nth = fault_open();
	if (self->fail_nth < 0)
		SKIP(return, "this kernel cannot inject faults; make check-debug has one that can");
	fault_init();
	vt_name(self->name, "fault");
	vt_name(self->other_name, "fault-other");
}

FIXTURE_TEARDOWN(channel)
{
	close(self->fail_nth);
}

/* A channel with one message that is queued, and one that is held. */
static void begin(FIXTURE_DATA(channel) *self)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };
	struct vbuf_attr attr = vt_attr(SLOTS, SLOT_SIZE);

	attr.flags = VBUF_LOSSY;
	self->device = vt_device();
	self->rx = vt_create(self->name, attr, VT_RECV);
	self->tx = vt_open(self->name, VT_SEND);
	if (self->rx < 0 || self->tx < 0 || vt_put(self->tx, 'h') ||
	    vt_put(self->tx, 'q') || vt_recvv(self->rx, &msg, 1, VBUF_HOLD) != 1)
		vt_die("a channel to begin with");
	self->held = msg.cookie;
	self->before = vt_look(self->rx);
}

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
}

/* What is tried; a call's result, or -errno. */
typedef long (*attempt)(FIXTURE_DATA(channel) *self);

/* Whether all is as it was, and messages cross as they did. */
static bool as_before(FIXTURE_DATA(channel) *self)
{
	struct vbuf_channel_info now = vt_look(self->rx);

	return vt_balanced(&now) &&
	       !memcmp(&now, &self->before, sizeof(now)) &&
	       !vt_put(self->tx, 'n') && vt_take(self->rx) == 'q' &&
	       vt_take(self->rx) == 'n';
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
	end(self);
	return ret;
}

static void report(unsigned int faults)
{
	fprintf(stderr, "# did: %u operations, 0 kills, %u faults injected\n",
		faults + 1, faults);
}

/* Returns how many places to fail there are. */
static unsigned int try_all(struct __test_metadata *_metadata,
			    FIXTURE_DATA(channel) *self, attempt what)
{
	unsigned int nth, failed = 0;
	bool came = true;
	long ret;

	for (nth = 1; came && nth < MOST; nth++) {
		ret = try_one(self, nth, what, &came);
		if (ret >= 0)
			continue;
		failed++;
		EXPECT_TRUE(came && (ret == -ENOMEM || ret == -EFAULT))
			TH_LOG("fault %u: %ld", nth, ret);
	}
	EXPECT_FALSE(came);
	EXPECT_LE(0, ret);
	TH_LOG("%u of %u faults were errors", failed, nth - 2);
	report(nth - 2);
	return nth - 2;
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
	return vt_send(self->tx, "a", 1, 0);
}

static long attempt_recv(FIXTURE_DATA(channel) *self)
{
	char byte;

	return vt_recv(self->rx, &byte, 1, 0);
}

static long attempt_write(FIXTURE_DATA(channel) *self)
{
	return vt_write(self->tx, "a", 1);
}

static long attempt_read(FIXTURE_DATA(channel) *self)
{
	char byte;

	return vt_read(self->rx, &byte, 1);
}

static long attempt_writev(FIXTURE_DATA(channel) *self)
{
	struct iovec iov[] = { { "a", 1 }, { "b", 1 } };
	ssize_t ret = writev(self->tx, iov, 2);

	return ret < 0 ? -errno : ret;
}

static long attempt_readv(FIXTURE_DATA(channel) *self)
{
	char bytes[2];
	struct iovec iov[] = { { bytes, 1 }, { bytes + 1, 1 } };
	ssize_t ret = readv(self->rx, iov, 2);

	return ret < 0 ? -errno : ret;
}

static long attempt_sendv(FIXTURE_DATA(channel) *self)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)"a", .len = 1 };

	return vt_sendv(self->tx, &msg, 1, 0);
}

static long attempt_sendv_long(FIXTURE_DATA(channel) *self)
{
	char bytes[SLOT_SIZE] = { 0 };
	struct vbuf_msg msg = {
		.buf = (uintptr_t)bytes, .len = sizeof(bytes) };

	return vt_sendv(self->tx, &msg, 1, 0);
}

static long attempt_recvv_held(FIXTURE_DATA(channel) *self)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	return vt_recvv(self->rx, &msg, 1, VBUF_HOLD);
}

static long attempt_recvv(FIXTURE_DATA(channel) *self)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	return vt_recvv(self->rx, &msg, 1, VBUF_INFO);
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

static long attempt_fionread(FIXTURE_DATA(channel) *self)
{
	int len;

	return vt_ioctl(self->rx, FIONREAD, &len);
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

/* @least: so many faults there are in it, or more. */
#define TEST_NTH(what, name, least)				\
TEST_F(channel, name)						\
{								\
	EXPECT_LE(least, try_all(_metadata, self, attempt_##what));	\
}

TEST_NTH(open, file_open, 5)
TEST_NTH(create, create, 8)
TEST_NTH(create_named, create_named, 8)
TEST_NTH(create_large, create_large, 40)
TEST_NTH(bind_open, open_enomem, 3)
TEST_NTH(reopen, reopen_enomem, 3)
TEST_NTH(unlink, unlink, 1)
TEST_NTH(getattr, getattr, 2)
TEST_NTH(info, info, 2)
TEST_NTH(list_channels, list_enomem_channels, 2)
TEST_NTH(list_endpoints, list_enomem_endpoints, 4)
TEST_NTH(send, send, 1)
TEST_NTH(recv, recv, 1)
TEST_NTH(write, write, 1)
TEST_NTH(read, read, 1)
TEST_NTH(writev, writev, 2)
TEST_NTH(readv, readv, 1)
TEST_NTH(sendv, sendv, 0)
TEST_NTH(sendv_long, sendv_long, 1)
TEST_NTH(recvv, recvv, 0)
TEST_NTH(recvv_held, recvv_held, 0)
TEST_NTH(release, release, 1)
TEST_NTH(requeue, requeue, 1)
TEST_NTH(drain, drain, 1)
TEST_NTH(shutdown, shutdown, 1)
TEST_NTH(fionread, fionread, 0)
TEST_NTH(poll, poll, 1)
TEST_NTH(async, async, 2)

/* Whether a large channel can be created where all together have so many bytes. */
static bool fits(FIXTURE_DATA(channel) *self, unsigned long bytes)
{
	struct params usual;
	long ret;

	begin(self);
	param_save(&usual);
	param_set(MAX_BYTES, bytes);
	ret = attempt_create_large(self);
	param_restore(&usual);
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
	struct params usual;
	bool came = true;
	long ret;

	param_save(&usual);
	for (nth = 1; came; nth++) {
		param_set(MAX_BYTES, bytes);
		ret = try_one(self, nth, attempt_create_large, &came);
		exceeded += ret == -EDQUOT;
		if (ret && ret != -EDQUOT && ret != -ENOMEM)
			break;
	}
	param_restore(&usual);
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
	EXPECT_LE(8, try_all_as_stranger(_metadata, self, attempt_create));
}

TEST_F(channel, reopen_enomem_account)
{
	EXPECT_LE(5, try_all_as_stranger(_metadata, self, attempt_reopen));
}

TEST_HARNESS_MAIN
