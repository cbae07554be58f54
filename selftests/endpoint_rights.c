// SPDX-License-Identifier: GPL-2.0
/*
 * An endpoint does what it has the right to do, and a file that is no endpoint
 * does nothing that needs one.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

FIXTURE(endpoint) {
	char byte;
	struct vbuf_msg msg;
	int rx;
	int tx;
};

FIXTURE_SETUP(endpoint)
{
	vt_pair(&self->rx, &self->tx, vt_attr(2, 64));
	self->byte = VT_POISON;
	self->msg = (struct vbuf_msg) {
		.buf = (uintptr_t)&self->byte, .size = 1, .len = 1 };
}

FIXTURE_TEARDOWN(endpoint)
{
	EXPECT_TRUE(vt_settled(self->rx));
	EXPECT_EQ(0U, vt_look(self->rx).sent);
}

TEST_F(endpoint, send_ebadf)
{
	EXPECT_EQ(-EBADF, vt_send(self->rx, "a", 1, 0));
}

TEST_F(endpoint, sendv_ebadf)
{
	EXPECT_EQ(-EBADF, vt_sendv(self->rx, &self->msg, 1, 0));
}

TEST_F(endpoint, recv_ebadf)
{
	EXPECT_EQ(-EBADF, vt_recv(self->tx, &self->byte, 1, 0));
}

TEST_F(endpoint, recvv_ebadf)
{
	EXPECT_EQ(-EBADF, vt_recvv(self->tx, &self->msg, 1, 0));
}

/* Also where the call would have to wait, or find the channel hung up. */
TEST_F(endpoint, ebadf_comes_before_the_channels_state)
{
	int both = vt_create(NULL, vt_attr(1, 64), VT_BOTH);
	int rx = vt_reopen(both, VT_RECV), tx = vt_reopen(both, VT_SEND);

	ASSERT_EQ(0, vt_put(both, 'a'));
	EXPECT_EQ(-EBADF, vt_put(rx, 'b'));
	EXPECT_EQ(-EBADF, vt_take(tx));
	close(both);
	close(rx);
	EXPECT_EQ(-EBADF, vt_take(tx));
	close(tx);
}

TEST_F(endpoint, both_rights_do_both)
{
	int both = vt_create(NULL, vt_attr(1, 64), VT_BOTH);

	EXPECT_EQ(0, vt_put(both, 'a'));
	EXPECT_EQ('a', vt_take(both));
	close(both);
}

TEST_F(endpoint, create_einval_rights)
{
	static const __u32 bad[] = { 0, 4, 7, 1U << 31, VT_RECV | 8 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, vt_create(NULL, vt_attr(1, 1), bad[i]));
}

TEST_F(endpoint, open_einval_rights)
{
	static const __u32 bad[] = { 0, 4, 7, 1U << 31, VT_SEND | 8 };
	char name[VBUF_NAME_SIZE];
	unsigned int i;
	int fd;

	vt_name(name, "rights");
	fd = vt_create(name, vt_attr(1, 1), VT_BOTH);
	ASSERT_LE(0, fd);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, vt_open(name, bad[i]));
	EXPECT_EQ(1U, vt_look(fd).senders);
	close(fd);
}

TEST_F(endpoint, reopen_einval_rights)
{
	static const __u32 bad[] = { 0, 4, 7, 1U << 31, VT_RECV | 8 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, vt_reopen(self->rx, bad[i]));
}

TEST_F(endpoint, create_eisconn)
{
	struct vbuf_create create = {
		.size = sizeof(create), .rights = VT_BOTH,
		.attr = vt_attr(1, 1) };
	__u64 id = vt_getattr(self->rx).id;

	EXPECT_EQ(-EISCONN, vt_ioctl(self->rx, VBUF_IOC_CREATE, &create));
	EXPECT_EQ(id, vt_getattr(self->rx).id);
}

TEST_F(endpoint, open_eisconn)
{
	struct vbuf_open open = { .size = sizeof(open), .rights = VT_BOTH };
	int fd;

	vt_name(open.name, "isconn");
	fd = vt_create(open.name, vt_attr(1, 1), VT_BOTH);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EISCONN, vt_ioctl(self->rx, VBUF_IOC_OPEN, &open));
	EXPECT_EQ(-EISCONN, vt_ioctl(fd, VBUF_IOC_OPEN, &open));
	EXPECT_EQ(1U, vt_look(fd).receivers);
	close(fd);
}

TEST_F(endpoint, reopen_eisconn)
{
	struct vbuf_reopen reopen = {
		.size = sizeof(reopen), .rights = VT_RECV, .fd = self->rx };

	EXPECT_EQ(-EISCONN, vt_ioctl(self->tx, VBUF_IOC_REOPEN, &reopen));
	EXPECT_EQ(-EISCONN, vt_ioctl(self->rx, VBUF_IOC_REOPEN, &reopen));
	EXPECT_EQ(1U, vt_look(self->rx).receivers);
}

/* A failed attempt leaves the file free for the next. */
TEST_F(endpoint, a_file_may_fail_to_bind_and_bind_later)
{
	struct vbuf_create create = {
		.size = sizeof(create), .rights = 0, .attr = vt_attr(1, 1) };
	int fd = vt_device();

	EXPECT_EQ(-EINVAL, vt_ioctl(fd, VBUF_IOC_CREATE, &create));
	EXPECT_EQ(-ENOTCONN, vt_put(fd, 'a'));
	create.rights = VT_BOTH;
	EXPECT_EQ(0, vt_ioctl(fd, VBUF_IOC_CREATE, &create));
	EXPECT_EQ(0, vt_put(fd, 'a'));
	close(fd);
}

FIXTURE(unbound) {
	char byte;
	struct vbuf_msg msg;
	int fd;
};

FIXTURE_SETUP(unbound)
{
	self->fd = vt_device();
	self->msg = (struct vbuf_msg) {
		.buf = (uintptr_t)&self->byte, .size = 1, .len = 1 };
}

FIXTURE_TEARDOWN(unbound)
{
	close(self->fd);
}

TEST_F(unbound, send_enotconn)
{
	EXPECT_EQ(-ENOTCONN, vt_send(self->fd, "a", 1, 0));
}

TEST_F(unbound, recv_enotconn)
{
	EXPECT_EQ(-ENOTCONN, vt_recv(self->fd, &self->byte, 1, 0));
}

TEST_F(unbound, sendv_enotconn)
{
	EXPECT_EQ(-ENOTCONN, vt_sendv(self->fd, &self->msg, 1, 0));
}

TEST_F(unbound, recvv_enotconn)
{
	EXPECT_EQ(-ENOTCONN, vt_recvv(self->fd, &self->msg, 1, 0));
}

TEST_F(unbound, release_enotconn)
{
	EXPECT_EQ(-ENOTCONN, vt_release(self->fd, 0, 0));
}

TEST_F(unbound, drain_enotconn)
{
	EXPECT_EQ(-ENOTCONN, vt_drain(self->fd, 0));
}

TEST_F(unbound, shutdown_enotconn)
{
	EXPECT_EQ(-ENOTCONN, vt_shutdown(self->fd, VT_RECV));
}

TEST_F(unbound, getattr_enotconn)
{
	struct vbuf_getattr attr = { .size = sizeof(attr) };

	EXPECT_EQ(-ENOTCONN, vt_ioctl(self->fd, VBUF_IOC_GETATTR, &attr));
}

TEST_F(unbound, reopen_enotconn)
{
	int unbound = vt_device();

	EXPECT_EQ(-ENOTCONN, vt_reopen(unbound, VT_RECV));
	close(unbound);
}

TEST_F(unbound, fionread_enotconn)
{
	EXPECT_EQ(-ENOTCONN, vt_fionread(self->fd));
}

TEST_F(unbound, polls_as_an_error)
{
	EXPECT_EQ((unsigned int)POLLERR, vt_poll(self->fd, POLLIN | POLLOUT) &
		  POLLERR);
}

TEST_F(unbound, o_async_enotconn)
{
	EXPECT_EQ(-1, fcntl(self->fd, F_SETFL, O_ASYNC));
	EXPECT_EQ(ENOTCONN, errno);
	EXPECT_FALSE(fcntl(self->fd, F_GETFL) & O_ASYNC);
}

/* Each creates a channel of its own, through the same file, when told to. */
struct binder {
	struct vbuf_create create;
	int *go;
};

static long op_bind(struct vt_call *call)
{
	struct binder *binder = call->arg;

	while (!__atomic_load_n(binder->go, __ATOMIC_ACQUIRE))
		;
	return vt_ioctl(call->fd, VBUF_IOC_CREATE, &binder->create);
}

/* Two bind one file at once; how many of their names are there. */
static int bind_at_once(int fd, struct binder *binders, long *rets)
{
	struct vt_call calls[2] = { 0 };
	int go = 0, i, names = 0, other;

	for (i = 0; i < 2; i++) {
		binders[i].go = &go;
		calls[i].fd = fd;
		calls[i].op = op_bind;
		calls[i].arg = &binders[i];
		vt_start(&calls[i]);
	}
	__atomic_store_n(&go, 1, __ATOMIC_RELEASE);
	for (i = 0; i < 2; i++)
		rets[i] = vt_join(&calls[i]);
	for (i = 0; i < 2; i++) {
		other = vt_open(binders[i].create.name, VT_RECV);
		names += other >= 0;
		close(other);
	}
	return names;
}

TEST_F(endpoint, who_loses_the_race_to_bind_leaves_no_channel)
{
	struct binder binders[2];
	int fd, i, try, names;
	long rets[2];

	for (i = 0; i < 2; i++) {
		binders[i].create = (struct vbuf_create) {
			.size = sizeof(binders[i].create), .rights = VT_BOTH,
			.attr = vt_attr(1, 1) };
		vt_name(binders[i].create.name, i ? "binder-b" : "binder-a");
	}
	for (try = 0; try < 100; try++) {
		fd = vt_device();
		names = bind_at_once(fd, binders, rets);
		ASSERT_EQ(1, names);
		ASSERT_EQ(-EISCONN, rets[0] + rets[1]);
		close(fd);
		for (i = 0; i < 2; i++)
			ASSERT_EQ(-ENOENT, vt_open(binders[i].create.name,
						   VT_RECV));
	}
}

TEST_HARNESS_MAIN
