// SPDX-License-Identifier: GPL-2.0
/* Windows of regions, and the commands that move messages through them. */
#include "vbuf_test.h"

struct vbuf_region_info vt_region(int fd)
{
	struct vbuf_region_info info;
	long ret;

	vt_poison(&info);
	info.size = sizeof(info);
	info.reserved = 0;
	ret = vt_ioctl(fd, VBUF_IOC_REGION, &info);
	if (ret)
		vt_die("region: %ld", ret);
	return info;
}

/* The whole of it, as it is meant to be used. */
long vt_map(int fd, __u64 window, char **base)
{
	int prot = window == VBUF_MAP_SEND ? PROT_READ | PROT_WRITE : PROT_READ;
	void *mem = mmap64(NULL, vt_region(fd).bytes, prot, MAP_SHARED, fd,
			   window);

	*base = mem;
	return mem == MAP_FAILED ? -errno : 0;
}

static char *mapped(int fd, __u64 window)
{
	char *base;
	long ret = vt_map(fd, window, &base);

	if (ret)
		vt_die("map the window at %#llx: %ld", window, ret);
	return base;
}

char *vt_map_send(int fd)
{
	return mapped(fd, VBUF_MAP_SEND);
}

char *vt_map_receive(int fd)
{
	return mapped(fd, VBUF_MAP_RECEIVE);
}

void vt_unmap(int fd, char *base)
{
	if (munmap(base, vt_region(fd).bytes))
		vt_die("munmap");
}

static char *pointer_to(__u64 addr)
{
	return (char *)(uintptr_t)addr;
}

long vt_reserve(int fd, size_t len, __u32 flags, char **at)
{
	struct vt_call call = { .fd = fd, .flags = flags, .len = len };
	long ret = vt_op_reserve(&call);

	*at = call.arg;
	return ret;
}

long vt_commit(int fd, const void *at, size_t len)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg), .addr = (uintptr_t)at, .len = len };

	vt_poison(&arg.next_addr);
	return vt_ioctl(fd, VBUF_IOC_COMMIT, &arg);
}

long vt_commit_next(int fd, char **at, size_t len, size_t next_len,
		    __u32 flags)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg), .flags = VBUF_NEXT | flags,
		.addr = (uintptr_t)*at, .len = len, .next_len = next_len };
	long ret;

	vt_poison(&arg.next_addr);
	ret = vt_ioctl(fd, VBUF_IOC_COMMIT, &arg);
	if (ret == 0)
		*at = pointer_to(arg.next_addr);
	return ret;
}

long vt_discard(int fd, const void *at)
{
	struct vbuf_discard arg = {
		.size = sizeof(arg), .addr = (uintptr_t)at };

	return vt_ioctl(fd, VBUF_IOC_DISCARD, &arg);
}

long vt_acquire(int fd, __u32 flags, struct vbuf_msg *msg)
{
	struct vbuf_acquire arg;
	long ret;

	vt_poison(&arg);
	arg.size = sizeof(arg);
	arg.flags = flags;
	arg.deadline_ns = 0;
	ret = vt_ioctl(fd, VBUF_IOC_ACQUIRE, &arg);
	*msg = arg.msg;
	return ret;
}

long vt_release_at(int fd, const void *at, __u32 flags)
{
	struct vbuf_release arg = {
		.size = sizeof(arg), .flags = flags, .addr = (uintptr_t)at };

	vt_poison(&arg.next);
	return vt_ioctl(fd, VBUF_IOC_RELEASE, &arg);
}

long vt_release_next(int fd, const void *at, __u32 flags,
		     struct vbuf_msg *next)
{
	struct vbuf_release arg = {
		.size = sizeof(arg), .flags = VBUF_NEXT | flags,
		.addr = (uintptr_t)at };
	long ret;

	vt_poison(&arg.next);
	ret = vt_ioctl(fd, VBUF_IOC_RELEASE, &arg);
	*next = arg.next;
	return ret;
}

long vt_op_reserve(struct vt_call *call)
{
	struct vbuf_reserve arg = {
		.size = sizeof(arg), .flags = call->flags, .len = call->len,
		.deadline_ns = call->deadline_ns };
	long ret;

	vt_poison(&arg.addr);
	ret = vt_ioctl(call->fd, VBUF_IOC_RESERVE, &arg);
	call->arg = pointer_to(arg.addr);
	return ret;
}

long vt_op_acquire(struct vt_call *call)
{
	struct vbuf_acquire arg = {
		.size = sizeof(arg), .flags = call->flags,
		.deadline_ns = call->deadline_ns };
	long ret;

	vt_poison(&arg.msg);
	ret = vt_ioctl(call->fd, VBUF_IOC_ACQUIRE, &arg);
	call->arg = vt_at(&arg.msg);
	call->len = arg.msg.len;
	return ret;
}
