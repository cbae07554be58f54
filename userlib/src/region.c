// SPDX-License-Identifier: LGPL-2.1-or-later
/* Maps regions, and moves messages through them. */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <vbuf.h>

#include "deadline.h"
#include "export.h"

static void *pointer_to(__u64 addr)
{
	return (void *)(uintptr_t)addr;
}

static __u64 address_of(const void *msg)
{
	return (uintptr_t)msg;
}

/*
 * 1 if the window is mapped now, 0 if the endpoint has none, or -1. *base is where,
 * or NULL if it was before.
 */
static int map_window(int fd, size_t bytes, int prot, off64_t window,
		      void **base)
{
	void *mapped = mmap64(NULL, bytes, prot, MAP_SHARED, fd, window);

	*base = mapped == MAP_FAILED ? NULL : mapped;
	if (*base || errno == EEXIST)
		return 1;
	/* It is not to be taken for a call that would wait: no lock fits. */
	if (errno == EAGAIN)
		errno = ENOMEM;
	return errno == EACCES ? 0 : -1;
}

VBUF_EXPORT int vbuf_map(int fd)
{
	struct vbuf_region_info arg = { .size = sizeof(arg) };
	void *send_base, *receive_base;
	int send, receive, err;

	if (ioctl(fd, VBUF_IOC_REGION, &arg) < 0)
		return -1;
	if (arg.bytes > SIZE_MAX) {
		errno = ENOMEM;
		return -1;
	}
	send = map_window(fd, arg.bytes, PROT_READ | PROT_WRITE, VBUF_MAP_SEND,
			  &send_base);
	if (send < 0)
		return -1;
	receive = map_window(fd, arg.bytes, PROT_READ, VBUF_MAP_RECEIVE,
			     &receive_base);
	if (receive < 0 && send_base) {
		err = errno;
		munmap(send_base, arg.bytes);
		errno = err;
	}
	return receive >= 0 && (send || receive) ? 0 : -1;
}

static int unmap_window(__u64 addr, size_t bytes)
{
	return addr ? munmap(pointer_to(addr), bytes) : 0;
}

VBUF_EXPORT int vbuf_unmap(int fd)
{
	struct vbuf_region_info arg = { .size = sizeof(arg) };
	int send, receive;

	if (ioctl(fd, VBUF_IOC_REGION, &arg) < 0)
		return -1;
	send = unmap_window(arg.send_addr, arg.bytes);
	receive = unmap_window(arg.receive_addr, arg.bytes);
	return send || receive ? -1 : 0;
}

/* The ioctl, once more if all that it lacked was the mapping. */
static int call_mapped(int fd, unsigned long command, void *arg)
{
	if (ioctl(fd, command, arg) == 0)
		return 0;
	if (errno != ENXIO || vbuf_map(fd) < 0)
		return -1;
	return ioctl(fd, command, arg);
}

VBUF_EXPORT void *vbuf_reserve(int fd, size_t len, unsigned int flags,
			       const struct timespec *deadline)
{
	struct vbuf_reserve arg = {
		.size = sizeof(arg),
		.flags = flags,
		.len = len,
	};

	if (vbuf_deadline_ns(deadline, &arg.deadline_ns) < 0 ||
	    call_mapped(fd, VBUF_IOC_RESERVE, &arg) < 0)
		return NULL;
	return pointer_to(arg.addr);
}

VBUF_EXPORT int vbuf_commit(int fd, void *msg, size_t len)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg),
		.addr = address_of(msg),
		.len = len,
	};

	return ioctl(fd, VBUF_IOC_COMMIT, &arg);
}

VBUF_EXPORT int vbuf_commit_next(int fd, void **msg, size_t len,
				 size_t next_len, unsigned int flags,
				 const struct timespec *deadline)
{
	struct vbuf_commit arg = {
		.size = sizeof(arg),
		.flags = VBUF_NEXT | flags,
		.addr = address_of(*msg),
		.len = len,
		.next_len = next_len,
	};

	/* Mapped anew, the window would not have the slot at that address. */
	if (vbuf_deadline_ns(deadline, &arg.deadline_ns) < 0 ||
	    ioctl(fd, VBUF_IOC_COMMIT, &arg) < 0)
		return -1;
	*msg = pointer_to(arg.next_addr);
	return 0;
}

VBUF_EXPORT int vbuf_discard(int fd, void *msg)
{
	struct vbuf_discard arg = {
		.size = sizeof(arg),
		.addr = address_of(msg),
	};

	return ioctl(fd, VBUF_IOC_DISCARD, &arg);
}

VBUF_EXPORT const void *vbuf_acquire(int fd, size_t *len, unsigned int flags,
				     const struct timespec *deadline)
{
	struct vbuf_acquire arg = { .size = sizeof(arg), .flags = flags };

	/* The kernel would tell more, but there is nowhere to put it. */
	if (flags & VBUF_INFO) {
		errno = EINVAL;
		return NULL;
	}
	if (vbuf_deadline_ns(deadline, &arg.deadline_ns) < 0 ||
	    call_mapped(fd, VBUF_IOC_ACQUIRE, &arg) < 0)
		return NULL;
	*len = arg.msg.len;
	return pointer_to(arg.msg.buf);
}

VBUF_EXPORT int vbuf_release(int fd, const void *msg, unsigned int flags)
{
	struct vbuf_release arg = {
		.size = sizeof(arg),
		.flags = flags,
		.addr = address_of(msg),
	};

	/* Without an address the kernel goes by the cookie. */
	if (!msg || flags & VBUF_NEXT) {
		errno = EINVAL;
		return -1;
	}
	return ioctl(fd, VBUF_IOC_RELEASE, &arg);
}

VBUF_EXPORT int vbuf_release_next(int fd, const void **msg, size_t *len,
				  unsigned int flags,
				  const struct timespec *deadline)
{
	struct vbuf_release arg = {
		.size = sizeof(arg),
		.flags = VBUF_NEXT | flags,
		.addr = address_of(*msg),
	};

	if (!*msg || flags & VBUF_INFO) {
		errno = EINVAL;
		return -1;
	}
	if (vbuf_deadline_ns(deadline, &arg.deadline_ns) < 0 ||
	    ioctl(fd, VBUF_IOC_RELEASE, &arg) < 0)
		return -1;
	*msg = pointer_to(arg.next.buf);
	*len = arg.next.len;
	return 0;
}
