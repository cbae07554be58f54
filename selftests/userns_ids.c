// SPDX-License-Identifier: GPL-2.0
/*
 * User ids as seen from another user namespace: translated where they have a
 * number there, the overflow id where they have none; and it is the opener of
 * an endpoint who is told, not whoever was made to write to it.
 */
#include "kselftest_harness.h"
#include "ns.h"

#include <sys/stat.h>

#define OVERFLOW_ID	65534U
#define INNER_ID	7U

/* The uid and the gid of the channel, the uid of the only message in it. */
struct seen {
	__u32 channel_uid, channel_gid, endpoint_uid, message_uid;
};

static struct seen look(int fd)
{
	struct vt_endpoint endpoint;
	struct vt_channel info;
	struct vbuf_msg msg = { .size = 1 };
	struct seen seen;
	char byte;

	vt_poison(&endpoint);
	info = vt_look(fd);
	msg.buf = (uintptr_t)&byte;
	msg.uid = VT_POISON32;
	if (vt_endpoints(info.id, &endpoint, 1) < 1 ||
	    vt_recvv(fd, &msg, 1, VBUF_INFO | VBUF_DONTWAIT) != 1)
		vt_die("look at the channel");
	seen = (struct seen){ info.uid, info.gid, endpoint.uid, msg.uid };
	return seen;
}

static bool all_are(struct seen seen, __u32 id)
{
	return seen.channel_uid == id && seen.channel_gid == id &&
	       seen.endpoint_uid == id && seen.message_uid == id;
}

/* A channel of the caller's, open to all, with a message in it. */
static int create_open(const char *name)
{
	struct vbuf_attr attr = vt_attr(2, 8);
	int fd;

	attr.mode = 0666;
	umask(0);
	fd = vt_create(name, attr, VT_BOTH);
	if (fd < 0 || vt_put(fd, 'x'))
		vt_die("create %s: %d", name, fd);
	return fd;
}

TEST(inner_ids_are_seen_from_outside)
{
	struct ns_user inner = { INNER_ID, INNER_ID, INNER_ID };
	struct seen *seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ready[2];
	pid_t pid;
	char byte;
	int fd;

	ASSERT_NE(MAP_FAILED, seen);
	ASSERT_EQ(0, pipe(ready));
	pid = ns_user_fork(1001, 0);
	if (!pid) {
		ns_become(inner);
		fd = create_open("userns-inner");
		*seen = look(fd);
		if (vt_put(fd, 'x') || write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	EXPECT_TRUE(all_are(*seen, INNER_ID));
	fd = vt_open("userns-inner", VT_RECV);
	ASSERT_LE(0, fd);
	EXPECT_TRUE(all_are(look(fd), NS_FIRST_ID + INNER_ID));
	kill(pid, SIGKILL);
	vt_reap(pid);
	close(fd);
}

TEST(outer_ids_overflow_inside)
{
	int fd = create_open("userns-outer");
	pid_t pid = ns_user_fork(1001, 0);

	if (!pid)
		_exit(all_are(look(vt_open("userns-outer", VT_RECV)),
			      OVERFLOW_ID) ? 0 : 1);
	EXPECT_EQ(0, vt_reap(pid));
	close(fd);
}

/* Another user writes to an endpoint that root opened. */
static long put(void *arg)
{
	return vt_put(*(int *)arg, 'y');
}

TEST(uid_is_the_openers)
{
	struct ns_user user = { 1001, 1001, 1001 };
	int fd = vt_create(NULL, vt_attr(2, 8), VT_BOTH);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ns_as(user, put, &fd));
	EXPECT_TRUE(all_are(look(fd), 0));
	close(fd);
}

/* An effective uid is what counts, as it was when the endpoint was opened. */
TEST(uid_is_the_effective_one)
{
	int fd;

	ASSERT_EQ(0, seteuid(1001));
	fd = vt_create(NULL, vt_attr(2, 8), VT_BOTH);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vt_put(fd, 'x'));
	EXPECT_EQ(1001U, look(fd).message_uid);
	close(fd);
}

TEST_HARNESS_MAIN
