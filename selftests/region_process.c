// SPDX-License-Identifier: GPL-2.0
/*
 * A region is one process's, an endpoint is whoever has it: what fork(), exec(),
 * exit, kill and descriptors that are passed on do to mappings, and what they do
 * to what is owned.
 */
#include "storm.h"
#include "kselftest_harness.h"

#include <sys/socket.h>

#define SLOTS	3U

FIXTURE(channel) {
	int rx;
	int tx;
	__u64 stride;
};

FIXTURE_VARIANT(channel) {
	size_t size;
};

FIXTURE_VARIANT_ADD(channel, page) { .size = VT_PAGE };
FIXTURE_VARIANT_ADD(channel, kib64) { .size = 64 << 10 };
FIXTURE_VARIANT_ADD(channel, mib2) { .size = 2 << 20 };
FIXTURE_VARIANT_ADD(channel, mib5) { .size = 5 << 20 };

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(SLOTS, variant->size));
	self->stride = vt_region(self->rx).stride;
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

static char *reserved(int tx, size_t len, __u64 seed)
{
	char *at;

	if (vt_reserve(tx, len, VBUF_DONTWAIT, &at))
		vt_die("reserve");
	vt_fill(at, len, seed);
	return at;
}

static struct vbuf_msg acquired(int rx)
{
	struct vbuf_msg msg;

	if (vt_acquire(rx, VBUF_DONTWAIT, &msg))
		vt_die("acquire");
	return msg;
}

/* A message arrives, and is that. */
static bool arrives(int rx, size_t len, __u64 seed)
{
	struct vbuf_msg msg = acquired(rx);
	bool same = msg.len == len && vt_filled(vt_at(&msg), len, seed);

	return vt_release_at(rx, vt_at(&msg), 0) == 0 && same;
}

/* Ends a child that says @good. */
#define TELL(good)	_exit((good) ? 0 : 1)

/* A child that has a window, and what is in it, until it is told to end. */
struct owner {
	pid_t pid;
	int go;
};

/* In the child: says that it is ready, with an address, and waits to be told. */
static void be_owner(int ready, int go, char *at)
{
	char byte;

	if (write(ready, &at, sizeof(at)) != sizeof(at) ||
	    read(go, &byte, 1) < 0)
		vt_die("be an owner");
}

/* Starts @work in a child; what it told of as an address. */
static char *start_owner(struct owner *owner, FIXTURE_DATA(channel) *self,
			 size_t size,
			 void (*work)(FIXTURE_DATA(channel) *self, size_t size,
				      int ready, int go))
{
	int ready[2], go[2];
	char *at = NULL;

	if (pipe2(ready, O_CLOEXEC) || pipe2(go, O_CLOEXEC))
		vt_die("pipe");
	owner->go = go[1];
	owner->pid = vt_fork();
	if (owner->pid == 0) {
		close(ready[0]);
		close(go[1]);
		work(self, size, ready[1], go[0]);
		_exit(0);
	}
	close(go[0]);
	close(ready[1]);
	if (read(ready[0], &at, sizeof(at)) != sizeof(at))
		vt_die("the owner is not ready");
	close(ready[0]);
	return at;
}

static int end_owner(struct owner *owner)
{
	close(owner->go);
	return vt_reap(owner->pid);
}

static void own_reserved(FIXTURE_DATA(channel) *self, size_t size, int ready,
			 int go)
{
	vt_map_send(self->tx);
	be_owner(ready, go, reserved(self->tx, size, 5));
}

static void own_acquired(FIXTURE_DATA(channel) *self, size_t size, int ready,
			 int go)
{
	struct vbuf_msg msg;

	(void)size;
	vt_map_receive(self->rx);
	msg = acquired(self->rx);
	be_owner(ready, go, vt_at(&msg));
}

TEST_F(channel, fork_does_not_pass_it_on)
{
	char *send = vt_map_send(self->tx), *receive = vt_map_receive(self->rx);
	char *at = reserved(self->tx, variant->size, 1);
	struct vbuf_msg msg;
	pid_t pid;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	msg = acquired(self->rx);
	EXPECT_EQ(VT_THERE, vt_peek(vt_at(&msg)));
	pid = vt_fork();
	if (pid == 0)
		TELL(vt_peek(send) == VT_NOT_MAPPED &&
		     vt_peek(receive) == VT_NOT_MAPPED &&
		     vt_peek(at) == VT_NOT_MAPPED &&
		     vt_poke(at, 'x') == VT_NOT_MAPPED &&
		     vt_peek(vt_at(&msg)) == VT_NOT_MAPPED);
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_TRUE(vt_filled(at, variant->size, 1));
	EXPECT_EQ(0, vt_discard(self->tx, at));
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
}

TEST_F(channel, a_child_commits_what_its_parent_filled)
{
	char *at;
	pid_t pid;

	vt_map_send(self->tx);
	vt_map_receive(self->rx);
	at = reserved(self->tx, variant->size, 1);
	pid = vt_fork();
	if (pid == 0)
		TELL(vt_commit(self->tx, at, variant->size) == 0);
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_TRUE(vt_gone(at));
	EXPECT_TRUE(vt_gone(at + variant->size - 1));
	EXPECT_TRUE(arrives(self->rx, variant->size, 1));
}

TEST_F(channel, a_child_discards_what_its_parent_reserved)
{
	char *at;
	pid_t pid;

	vt_map_send(self->tx);
	at = reserved(self->tx, variant->size, 1);
	pid = vt_fork();
	if (pid == 0)
		TELL(vt_discard(self->tx, at) == 0);
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_TRUE(vt_gone(at));
	EXPECT_TRUE(vt_gone(at + variant->size - 1));
}

TEST_F(channel, a_child_releases_what_its_parent_acquired)
{
	struct vbuf_msg msg;
	pid_t pid;

	vt_map_receive(self->rx);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	msg = acquired(self->rx);
	EXPECT_EQ(VT_THERE, vt_peek(vt_at(&msg)));
	pid = vt_fork();
	if (pid == 0)
		TELL(vt_release_at(self->rx, vt_at(&msg), 0) == 0);
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_TRUE(vt_gone(vt_at(&msg)));
}

/* The parent commits, from outside, what the child sees and writes to. */
TEST_F(channel, a_parent_commits_what_its_child_filled)
{
	struct owner owner;
	char *at = start_owner(&owner, self, variant->size, own_reserved), *base;

	EXPECT_EQ(-EBUSY, vt_map(self->tx, VBUF_MAP_SEND, &base));
	EXPECT_EQ(0, vt_commit(self->tx, at, variant->size));
	vt_map_receive(self->rx);
	EXPECT_TRUE(arrives(self->rx, variant->size, 5));
	EXPECT_EQ(-EBUSY, vt_reserve(self->tx, 1, 0, &at));
	EXPECT_EQ(0, end_owner(&owner));
}

static bool is_at(int fd, const char *send, const char *receive)
{
	struct vbuf_region_info info = vt_region(fd);

	return info.send_addr == (uintptr_t)send &&
	       info.receive_addr == (uintptr_t)receive;
}

/* To the process that has them alone. */
TEST_F(channel, region_tells_where_the_windows_are)
{
	int both = vt_create(NULL, vt_attr(1, variant->size), VT_BOTH);
	char *send, *receive;
	pid_t pid;

	EXPECT_TRUE(is_at(both, NULL, NULL));
	send = vt_map_send(both);
	EXPECT_TRUE(is_at(both, send, NULL));
	receive = vt_map_receive(both);
	EXPECT_TRUE(is_at(both, send, receive));
	pid = vt_fork();
	if (pid == 0)
		TELL(is_at(both, NULL, NULL));
	EXPECT_EQ(0, vt_reap(pid));
	vt_unmap(both, send);
	EXPECT_TRUE(is_at(both, NULL, receive));
	vt_unmap(both, receive);
	EXPECT_TRUE(is_at(both, NULL, NULL));
	close(both);
}

/* Whichever of the windows it is. */
TEST_F(channel, ebusy_while_another_process_has_a_window)
{
	int both = vt_create(NULL, vt_attr(1, variant->size), VT_BOTH);
	struct vbuf_msg msg;
	char *base, *at;
	pid_t pid;

	base = vt_map_receive(both);
	pid = vt_fork();
	if (pid == 0)
		TELL(vt_map(both, VBUF_MAP_SEND, &at) == -EBUSY &&
		     vt_map(both, VBUF_MAP_RECEIVE, &at) == -EBUSY &&
		     vt_reserve(both, 1, VBUF_DONTWAIT, &at) == -EBUSY &&
		     vt_acquire(both, VBUF_DONTWAIT, &msg) == -EBUSY);
	EXPECT_EQ(0, vt_reap(pid));
	vt_unmap(both, base);
	pid = vt_fork();
	if (pid == 0)
		TELL(vt_map(both, VBUF_MAP_SEND, &at) == 0 &&
		     vt_map(both, VBUF_MAP_RECEIVE, &at) == 0 &&
		     vt_reserve(both, 1, VBUF_DONTWAIT, &at) == 0 &&
		     vt_poke(at, 'x') == VT_THERE &&
		     vt_discard(both, at) == 0);
	EXPECT_EQ(0, vt_reap(pid));
	vt_map_receive(both);
	vt_map_send(both);
	EXPECT_TRUE(vt_settled(both));
	close(both);
}

/* Only the last of its two windows leaves it to others. */
TEST_F(channel, ebusy_until_both_windows_are_unmapped)
{
	int both = vt_create(NULL, vt_attr(1, variant->size), VT_BOTH);
	char *send = vt_map_send(both), *receive = vt_map_receive(both), *at;
	pid_t pid;

	vt_unmap(both, send);
	pid = vt_fork();
	if (pid == 0)
		TELL(vt_map(both, VBUF_MAP_SEND, &at) == -EBUSY);
	EXPECT_EQ(0, vt_reap(pid));
	vt_unmap(both, receive);
	pid = vt_fork();
	if (pid == 0)
		TELL(vt_map(both, VBUF_MAP_SEND, &at) == 0);
	EXPECT_EQ(0, vt_reap(pid));
	close(both);
}

/* Its endpoint lives on in the parent, and so does what it owned. */
TEST_F(channel, what_an_ended_process_reserved_is_seen_by_the_next)
{
	struct owner owner;
	char *at, *base;

	start_owner(&owner, self, variant->size, own_reserved);
	EXPECT_EQ(0, end_owner(&owner));
	EXPECT_EQ(1U, vt_look(self->rx).sending);
	base = vt_map_send(self->tx);
	at = base;
	while (vt_peek(at) != VT_THERE && at < base + SLOTS * self->stride)
		at += self->stride;
	ASSERT_GT(base + SLOTS * self->stride, at);
	EXPECT_TRUE(vt_filled(at, variant->size, 5));
	EXPECT_EQ(0, vt_commit(self->tx, at, variant->size));
	vt_map_receive(self->rx);
	EXPECT_TRUE(arrives(self->rx, variant->size, 5));
}

TEST_F(channel, what_a_killed_process_acquired_is_seen_by_the_next)
{
	struct owner owner;
	char *at;

	vt_map_send(self->tx);
	at = reserved(self->tx, variant->size, 6);
	ASSERT_EQ(0, vt_commit(self->tx, at, variant->size));
	start_owner(&owner, self, variant->size, own_acquired);
	kill(owner.pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, end_owner(&owner));
	EXPECT_EQ(1U, vt_look(self->rx).receiving);
	at = vt_map_receive(self->rx);
	while (vt_peek(at) != VT_THERE)
		at += self->stride;
	EXPECT_TRUE(vt_filled(at, variant->size, 6));
	EXPECT_EQ(0, vt_release_at(self->rx, at, 0));
}

/* Where the killed process alone had the endpoint. */
TEST_F(channel, a_killed_owners_slots_are_free)
{
	int tx = self->tx;
	struct owner owner;

	self->tx = vt_reopen(tx, VT_SEND);
	start_owner(&owner, self, variant->size, own_reserved);
	close(self->tx);
	self->tx = tx;
	EXPECT_EQ(1U, vt_look(self->rx).sending);
	kill(owner.pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, end_owner(&owner));
	EXPECT_EQ(SLOTS, vt_look(self->rx).free);
}

TEST_F(channel, a_killed_owners_messages_are_dropped)
{
	int rx = self->rx;
	struct owner owner;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	self->rx = vt_reopen(rx, VT_RECV);
	start_owner(&owner, self, variant->size, own_acquired);
	close(self->rx);
	self->rx = rx;
	EXPECT_EQ(1U, vt_look(self->rx).receiving);
	kill(owner.pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, end_owner(&owner));
	EXPECT_EQ(SLOTS, vt_look(self->rx).free);
	EXPECT_EQ(1U, vt_look(self->rx).dropped_holder);
}

static void own_and_exec(FIXTURE_DATA(channel) *self, size_t size, int ready,
			 int go)
{
	char *at;

	(void)go;
	vt_map_send(self->tx);
	at = reserved(self->tx, size, 5);
	if (fcntl(self->tx, F_SETFD, 0) ||
	    write(ready, &at, sizeof(at)) != sizeof(at))
		vt_die("prepare for exec");
	execl("/bin/sleep", "sleep", "1000", NULL);
}

/* The new program has the endpoint, but no mapping. */
TEST_F(channel, exec_leaves_the_region_to_others)
{
	struct owner owner;
	char *base;

	start_owner(&owner, self, variant->size, own_and_exec);
	while (vt_map(self->tx, VBUF_MAP_SEND, &base) == -EBUSY)
		usleep(1000);
	EXPECT_EQ(1U, vt_look(self->rx).sending);
	while (vt_peek(base) != VT_THERE)
		base += self->stride;
	EXPECT_TRUE(vt_filled(base, variant->size, 5));
	EXPECT_EQ(0, vt_discard(self->tx, base));
	kill(owner.pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, end_owner(&owner));
}

/* munmap() leaves what is owned; at what address it stands then may change. */
TEST_F(channel, what_is_owned_outlives_the_window)
{
	char *base = vt_map_send(self->tx);
	char *at = reserved(self->tx, variant->size, 1), *again;
	size_t off = at - base;

	vt_unmap(self->tx, base);
	EXPECT_EQ(VT_NOT_MAPPED, vt_peek(at));
	EXPECT_EQ(1U, vt_look(self->rx).sending);
	EXPECT_EQ(-ENXIO, vt_reserve(self->tx, 1, 0, &again));
	again = vt_map_send(self->tx) + off;
	EXPECT_TRUE(vt_filled(again, variant->size, 1));
	EXPECT_EQ(0, vt_commit(self->tx, again, variant->size));
	vt_map_receive(self->rx);
	EXPECT_TRUE(arrives(self->rx, variant->size, 1));
}

TEST_F(channel, what_is_owned_can_be_given_away_without_a_window)
{
	char *send = vt_map_send(self->tx), *receive = vt_map_receive(self->rx);
	char *at = reserved(self->tx, variant->size, 1);
	struct vbuf_msg msg;

	vt_unmap(self->tx, send);
	EXPECT_EQ(0, vt_commit(self->tx, at, variant->size));
	msg = acquired(self->rx);
	vt_unmap(self->rx, receive);
	EXPECT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
}

TEST_F(channel, what_was_acquired_outlives_the_window)
{
	char *receive = vt_map_receive(self->rx), *again;
	char *at;
	struct vbuf_msg msg;

	vt_map_send(self->tx);
	at = reserved(self->tx, variant->size, 1);
	ASSERT_EQ(0, vt_commit(self->tx, at, variant->size));
	msg = acquired(self->rx);
	vt_unmap(self->rx, receive);
	again = vt_map_receive(self->rx) + (vt_at(&msg) - receive);
	EXPECT_TRUE(vt_filled(again, variant->size, 1));
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, 0));
	EXPECT_TRUE(vt_gone(again));
}

static long op_move(struct vt_call *call)
{
	char *at;
	long ret = vt_reserve(call->fd, call->len, 0, &at);

	if (ret)
		return ret;
	vt_fill(at, call->len, call->deadline_ns);
	return vt_commit(call->fd, at, call->len);
}

/* One endpoint, one region, several threads. */
TEST_F(channel, threads_share_it)
{
	struct vt_call move[4] = { 0 };
	struct vbuf_msg msg;
	unsigned int i, seen = 0;
	__u64 seed;

	vt_map_send(self->tx);
	vt_map_receive(self->rx);
	for (i = 0; i < 4; i++) {
		move[i] = (struct vt_call) {
			.op = op_move, .fd = self->tx, .len = variant->size,
			.deadline_ns = i };
		vt_start(&move[i]);
	}
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, vt_acquire(self->rx, 0, &msg));
		for (seed = 0; seed < 4; seed++)
			if (vt_filled(vt_at(&msg), msg.len, seed))
				seen |= 1U << seed;
		ASSERT_EQ(0, vt_release_at(self->rx, vt_at(&msg), 0));
	}
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, vt_join(&move[i]));
	EXPECT_EQ(0xfU, seen);
}

/* Comes to a place at which @all are awaited. */
static void meet(unsigned int *come, unsigned int all)
{
	__atomic_add_fetch(come, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(come, __ATOMIC_SEQ_CST) < all)
		continue;
}

/* Maps a window as soon as the other does, and has it until that has tried. */
static long op_map(struct vt_call *call)
{
	char *base;
	long ret;

	meet(call->arg, 2);
	ret = vt_map(call->fd, call->flags ? VBUF_MAP_SEND : VBUF_MAP_RECEIVE,
		     &base);
	meet(call->arg, 4);
	return ret;
}

/*
 * The region comes into being with the first mapping, and is made once: in some
 * rounds, where there are two processors, both have begun to make it.
 */
TEST_F(channel, one_of_two_processes_maps_it)
{
	struct vt_call *map = vt_shared_calls(3);
	unsigned int n, i, *come = (unsigned int *)&map[2];
	long ret[2];
	int both;

	for (n = storm_scale(30); n; n--) {
		both = vt_create(NULL, vt_attr(1, variant->size), VT_BOTH);
		*come = 0;
		for (i = 0; i < 2; i++) {
			map[i] = (struct vt_call) {
				.op = op_map, .fd = both, .arg = come,
				.flags = i };
			vt_start_process(&map[i]);
		}
		for (i = 0; i < 2; i++)
			ret[i] = vt_join(&map[i]);
		EXPECT_EQ(0, ret[ret[0] == -EBUSY]);
		EXPECT_EQ(-EBUSY, ret[ret[0] != -EBUSY]);
		close(both);
	}
}

union fd_message {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void pass(int socket, int fd)
{
	union fd_message control = {
		.header.cmsg_level = SOL_SOCKET,
		.header.cmsg_type = SCM_RIGHTS,
		.header.cmsg_len = CMSG_LEN(sizeof(int)) };
	struct iovec byte = { (char *)"", 1 };
	struct msghdr msg = {
		.msg_iov = &byte, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(socket, &msg, 0) != 1)
		vt_die("pass a descriptor");
}

static int passed(int socket)
{
	union fd_message control;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control) };
	int fd;

	if (recvmsg(socket, &msg, 0) != 1 || msg.msg_controllen == 0)
		vt_die("receive a descriptor");
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

/* Passed on with what it owns, to a process that has the right to nothing else. */
TEST_F(channel, scm_rights_carries_what_is_owned)
{
	char *base = vt_map_send(self->tx);
	char *at = reserved(self->tx, variant->size, 1);
	size_t off = at - base;
	int sockets[2];
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	pid = vt_fork();
	if (pid == 0) {
		int tx;

		close(self->tx);
		if (setresuid(1234, 1234, 1234))
			_exit(1);
		tx = passed(sockets[1]);
		TELL(vt_map(tx, VBUF_MAP_SEND, &base) == 0 &&
		     vt_filled(base + off, variant->size, 1) &&
		     vt_commit(tx, base + off, variant->size) == 0);
	}
	vt_unmap(self->tx, base);
	pass(sockets[0], self->tx);
	EXPECT_EQ(0, vt_reap(pid));
	vt_map_receive(self->rx);
	EXPECT_TRUE(arrives(self->rx, variant->size, 1));
}

/* In flight it owns what it owns, though no process has it. */
TEST_F(channel, in_flight_it_owns_what_it_owned)
{
	int tx = vt_reopen(self->tx, VT_SEND), sockets[2];
	char *base = vt_map_send(tx);
	char *at = reserved(tx, variant->size, 1);

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	pass(sockets[0], tx);
	close(tx);
	EXPECT_EQ(1U, vt_look(self->rx).sending);
	EXPECT_TRUE(vt_filled(at, variant->size, 1));
	close(sockets[0]);
	close(sockets[1]);
	EXPECT_EQ(SLOTS, vt_look(self->rx).free);
	EXPECT_TRUE(vt_gone(at));
	EXPECT_EQ(0, munmap(base, SLOTS * self->stride));
}

/* Its code is needed until the mapping has gone. */
TEST(the_module_stays_while_a_window_is_mapped)
{
	size_t bytes;
	char *base;
	int fd;

	if (!getenv("VBUF_MODULE"))
		SKIP(return, "no VBUF_MODULE to load again");
	fd = vt_create(NULL, vt_attr(1, VT_PAGE), VT_BOTH);
	base = vt_map_send(fd);
	bytes = vt_region(fd).bytes;
	EXPECT_EQ(-EAGAIN, vt_unload());
	close(fd);
	EXPECT_EQ(-EAGAIN, vt_unload());
	EXPECT_TRUE(vt_gone(base));
	EXPECT_EQ(0, munmap(base, bytes));
	EXPECT_EQ(0, vt_unload());
	EXPECT_EQ(VT_NOT_MAPPED, vt_peek(base));
	EXPECT_EQ(0, vt_load());
}

/* And no longer than that, if it is the process that has gone. */
TEST(the_module_goes_after_who_had_a_window_was_killed)
{
	struct vbuf_attr attr = vt_attr(1, VT_PAGE);
	int ready[2];
	char byte;
	pid_t pid;

	if (!getenv("VBUF_MODULE"))
		SKIP(return, "no VBUF_MODULE to load again");
	ASSERT_EQ(0, pipe(ready));
	pid = vt_fork();
	if (pid == 0) {
		int fd = vt_create(NULL, attr, VT_BOTH);

		vt_map_send(fd);
		reserved(fd, VT_PAGE, 1);
		close(fd);
		if (write(ready[1], "x", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	EXPECT_EQ(-EAGAIN, vt_unload());
	kill(pid, SIGKILL);
	EXPECT_EQ(-SIGKILL, vt_reap(pid));
	EXPECT_EQ(0, vt_unload());
	EXPECT_EQ(0, vt_load());
}

TEST_HARNESS_MAIN
