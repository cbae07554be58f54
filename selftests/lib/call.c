// SPDX-License-Identifier: GPL-2.0
/* The commands of /dev/vbuf, a wrapper each, that return -errno. */
#include "vbuf_test.h"

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

long vt_ioctl(int fd, unsigned long cmd, void *arg)
{
	return result(ioctl(fd, cmd, arg));
}

static long xfer(int fd, unsigned long cmd, struct vbuf_xfer xfer)
{
	xfer.size = sizeof(xfer);
	return vt_ioctl(fd, cmd, &xfer);
}

long vt_send(int fd, const void *buf, size_t len, __u32 flags)
{
	return xfer(fd, VBUF_IOC_SEND, (struct vbuf_xfer) {
		.flags = flags, .buf = (uintptr_t)buf, .len = len });
}

long vt_recv(int fd, void *buf, size_t room, __u32 flags)
{
	return xfer(fd, VBUF_IOC_RECV, (struct vbuf_xfer) {
		.flags = flags, .buf = (uintptr_t)buf, .len = room });
}

long vt_send_until(int fd, const void *buf, size_t len, __u64 deadline_ns)
{
	return xfer(fd, VBUF_IOC_SEND, (struct vbuf_xfer) {
		.buf = (uintptr_t)buf, .len = len,
		.deadline_ns = deadline_ns });
}

long vt_recv_until(int fd, void *buf, size_t room, __u64 deadline_ns)
{
	return xfer(fd, VBUF_IOC_RECV, (struct vbuf_xfer) {
		.buf = (uintptr_t)buf, .len = room,
		.deadline_ns = deadline_ns });
}

long vt_vector(int fd, unsigned long cmd, struct vbuf_vector *vector)
{
	vector->size = sizeof(*vector);
	vector->msg_size = sizeof(struct vbuf_msg);
	return vt_ioctl(fd, cmd, vector);
}

long vt_sendv(int fd, struct vbuf_msg *msgs, __u32 count, __u32 flags)
{
	struct vbuf_vector vector = {
		.msgs = (uintptr_t)msgs, .count = count, .flags = flags };

	return vt_vector(fd, VBUF_IOC_SENDV, &vector);
}

long vt_recvv(int fd, struct vbuf_msg *msgs, __u32 count, __u32 flags)
{
	struct vbuf_vector vector = {
		.msgs = (uintptr_t)msgs, .count = count, .flags = flags };

	return vt_vector(fd, VBUF_IOC_RECVV, &vector);
}

long vt_release(int fd, __u64 cookie, __u32 flags)
{
	struct vbuf_release release = {
		.size = sizeof(release), .flags = flags, .cookie = cookie };

	return vt_ioctl(fd, VBUF_IOC_RELEASE, &release);
}

long vt_drain(int fd, __u64 deadline_ns)
{
	struct vbuf_drain drain = {
		.size = sizeof(drain), .deadline_ns = deadline_ns };

	return vt_ioctl(fd, VBUF_IOC_DRAIN, &drain);
}

long vt_shutdown(int fd, __u32 rights)
{
	struct vbuf_shutdown shutdown = {
		.size = sizeof(shutdown), .rights = rights };

	return vt_ioctl(fd, VBUF_IOC_SHUTDOWN, &shutdown);
}

long vt_read(int fd, void *buf, size_t room)
{
	return result(read(fd, buf, room));
}

long vt_write(int fd, const void *buf, size_t len)
{
	return result(write(fd, buf, len));
}

int vt_fionread(int fd)
{
	int len = -1;

	if (ioctl(fd, FIONREAD, &len))
		return -errno;
	return len;
}

long vt_put(int fd, char byte)
{
	return vt_send(fd, &byte, 1, VBUF_DONTWAIT);
}

long vt_take(int fd)
{
	char byte;
	long len = vt_recv(fd, &byte, 1, VBUF_DONTWAIT);

	if (len == 0)
		vt_die("vt_take() met a message of no bytes");
	return len < 0 ? len : byte;
}
