// SPDX-License-Identifier: GPL-2.0
/* Regions: what the kernel is told, when a window is mapped, what comes back. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <vbuf.h>

#include "fake_device.h"
#include "tap.h"

#define FD 33
#define FLAGS (VBUF_DONTWAIT | 0x80000000U)
#define BYTES ((size_t)3 << 20)

static const struct timespec deadline = { 3, 5 };
static const struct timespec no_time = { 0, 1000000000 };
static const struct vbuf_region_info geometry = {
	.size = sizeof(geometry),
	.stride = 1 << 20,
	.bytes = BYTES,
};

static char slots[2][64];	/* where the fake kernel says that slots are */

static __u64 address(const void *slot)
{
	return (uintptr_t)slot;
}

static bool mapped(int call, int prot, off64_t offset)
{
	struct fake_mmap wanted = {
		.length = BYTES,
		.prot = prot,
		.flags = MAP_SHARED,
		.fd = FD,
		.offset = offset,
	};
	const struct fake_mmap *seen = &fake_mmaps[call];

	return call < fake_mmap_count && seen->addr == wanted.addr &&
	       seen->length == wanted.length && seen->prot == wanted.prot &&
	       seen->flags == wanted.flags && seen->fd == wanted.fd &&
	       seen->offset == wanted.offset;
}

/* That the ioctl() number @call asked for the geometry, and both were mapped. */
static bool windows_mapped(int call)
{
	struct vbuf_region_info wanted = { .size = sizeof(wanted) };

	return fake_argument_is(call, VBUF_IOC_REGION, &wanted,
				sizeof(wanted)) &&
	       fake_ioctls[call].fd == FD && fake_mmap_count == 2 &&
	       mapped(0, PROT_READ | PROT_WRITE, VBUF_MAP_SEND) &&
	       mapped(1, PROT_READ, VBUF_MAP_RECEIVE);
}

/* What vbuf_map() returns if the two mmap64() fail with these, or 0. */
static int map_with(int send_error, int receive_error)
{
	fake_reset();
	fake_ioctl_writes(&geometry, sizeof(geometry));
	fake_mmap_fails(0, send_error);
	fake_mmap_fails(1, receive_error);
	return vbuf_map(FD);
}

static void maps(void)
{
	EXPECT(map_with(0, 0) == 0);
	EXPECT(fake_ioctl_count == 1 && windows_mapped(0));
}

static void maps_again(void)
{
	EXPECT(map_with(EEXIST, EEXIST) == 0 && fake_mmap_count == 2);
	EXPECT(map_with(0, EEXIST) == 0 && fake_mmap_count == 2);
	EXPECT(map_with(EEXIST, 0) == 0 && fake_mmap_count == 2);
}

static void maps_by_rights(void)
{
	EXPECT(map_with(EACCES, 0) == 0 && fake_mmap_count == 2);
	EXPECT(map_with(0, EACCES) == 0 && fake_mmap_count == 2);
	EXPECT(map_with(EACCES, EEXIST) == 0);
	EXPECT(map_with(EACCES, EACCES) == -1 && errno == EACCES);
}

static void map_fails(void)
{
	EXPECT(map_with(EBUSY, 0) == -1 && errno == EBUSY);
	EXPECT(map_with(EDQUOT, EACCES) == -1 && errno == EDQUOT);
	EXPECT(map_with(0, EBUSY) == -1 && errno == EBUSY);
	EXPECT(map_with(EACCES, ENOMEM) == -1 && errno == ENOMEM);
	EXPECT(map_with(EEXIST, ENOMEM) == -1 && errno == ENOMEM);
	/* No lock on memory fits; to the caller it would be a call that waits. */
	EXPECT(map_with(EAGAIN, 0) == -1 && errno == ENOMEM);
	fake_reset();
	fake_ioctl_fails(0, EOPNOTSUPP);
	EXPECT(vbuf_map(FD) == -1 && errno == EOPNOTSUPP);
	EXPECT(fake_mmap_count == 0);
}

/* What vbuf_unmap() returns where these windows are mapped. */
static int unmap(const void *send, const void *receive, int error)
{
	struct vbuf_region_info told = geometry;

	told.send_addr = address(send);
	told.receive_addr = address(receive);
	fake_reset();
	fake_ioctl_writes(&told, sizeof(told));
	fake_munmap_fails(0, error);
	return vbuf_unmap(FD);
}

static bool unmapped(int call, const void *addr)
{
	return call < fake_munmap_count && fake_munmaps[call].addr == addr &&
	       fake_munmaps[call].length == BYTES;
}

static void unmaps(void)
{
	struct vbuf_region_info wanted = { .size = sizeof(wanted) };

	EXPECT(unmap(slots[0], slots[1], 0) == 0 && fake_munmap_count == 2);
	EXPECT(unmapped(0, slots[0]) && unmapped(1, slots[1]));
	EXPECT(fake_argument_is(0, VBUF_IOC_REGION, &wanted, sizeof(wanted)));
	EXPECT(unmap(slots[0], NULL, 0) == 0 && fake_munmap_count == 1);
	EXPECT(unmapped(0, slots[0]));
	EXPECT(unmap(NULL, slots[1], 0) == 0 && fake_munmap_count == 1);
	EXPECT(unmapped(0, slots[1]));
	EXPECT(unmap(NULL, NULL, 0) == 0 && fake_munmap_count == 0);
}

static void unmap_fails(void)
{
	EXPECT(unmap(slots[0], slots[1], ENOMEM) == -1 && errno == ENOMEM);
	EXPECT(fake_munmap_count == 2);
	fake_reset();
	fake_ioctl_fails(0, EOPNOTSUPP);
	EXPECT(vbuf_unmap(FD) == -1 && errno == EOPNOTSUPP);
	EXPECT(fake_munmap_count == 0);
}

static void *call_reserve(void)
{
	return vbuf_reserve(FD, 60, FLAGS, &deadline);
}

static const struct vbuf_reserve reserve_arg = {
	.size = sizeof(reserve_arg),
	.flags = FLAGS,
	.len = 60,
	.deadline_ns = 3000000005,
};

static void reserves(void)
{
	struct vbuf_reserve told = reserve_arg;

	told.addr = address(slots[1]);
	fake_reset();
	fake_ioctl_writes(&told, sizeof(told));
	EXPECT(call_reserve() == slots[1]);
	EXPECT(fake_ioctl_count == 1 && fake_ioctls[0].fd == FD);
	EXPECT(fake_argument_is(0, VBUF_IOC_RESERVE, &reserve_arg,
				sizeof(reserve_arg)));
	EXPECT(fake_mmap_count == 0);
	fake_reset();
	fake_ioctl_fails(0, EPIPE);
	EXPECT(!call_reserve() && errno == EPIPE && fake_ioctl_count == 1);
}

static void commits(void)
{
	struct vbuf_commit wanted = {
		.size = sizeof(wanted),
		.addr = address(slots[1]),
		.len = 59,
	};

	fake_reset();
	EXPECT(vbuf_commit(FD, slots[1], 59) == 0);
	EXPECT(fake_argument_is(0, VBUF_IOC_COMMIT, &wanted, sizeof(wanted)));
	EXPECT(fake_ioctls[0].fd == FD);
	/* Without VBUF_NEXT it needs no window, and so maps none. */
	fake_ioctl_fails(1, ENXIO);
	EXPECT(vbuf_commit(FD, slots[1], 59) == -1 && errno == ENXIO);
	EXPECT(fake_ioctl_count == 2 && fake_mmap_count == 0);
}

static int call_commit_next(void **slot)
{
	return vbuf_commit_next(FD, slot, 59, 58, FLAGS, &deadline);
}

static const struct vbuf_commit *commit_next_arg(void)
{
	static struct vbuf_commit arg = {
		.size = sizeof(arg),
		.flags = VBUF_NEXT | FLAGS,
		.len = 59,
		.next_len = 58,
		.deadline_ns = 3000000005,
	};

	arg.addr = address(slots[0]);
	return &arg;
}

static void commits_and_reserves(void)
{
	struct vbuf_commit told = *commit_next_arg();
	void *slot = slots[0];

	told.next_addr = address(slots[1]);
	fake_reset();
	fake_ioctl_writes(&told, sizeof(told));
	EXPECT(call_commit_next(&slot) == 0 && slot == slots[1]);
	EXPECT(fake_argument_is(0, VBUF_IOC_COMMIT, commit_next_arg(),
				sizeof(told)));
	EXPECT(fake_ioctl_count == 1 && fake_ioctls[0].fd == FD);

	/* The message is sent, and no other slot was to be had. */
	slot = slots[0];
	fake_reset();
	EXPECT(call_commit_next(&slot) == 0 && !slot);

	slot = slots[0];
	fake_reset();
	fake_ioctl_fails(0, EMSGSIZE);
	EXPECT(call_commit_next(&slot) == -1 && errno == EMSGSIZE);
	EXPECT(slot == slots[0]);
}

static void discards(void)
{
	struct vbuf_discard wanted = {
		.size = sizeof(wanted),
		.addr = address(slots[1]),
	};

	fake_reset();
	EXPECT(vbuf_discard(FD, slots[1]) == 0);
	EXPECT(fake_argument_is(0, VBUF_IOC_DISCARD, &wanted, sizeof(wanted)));
	EXPECT(fake_ioctls[0].fd == FD);
	fake_ioctl_fails(1, EINVAL);
	EXPECT(vbuf_discard(FD, slots[1]) == -1 && errno == EINVAL);
}

static const void *call_acquire(size_t *len)
{
	return vbuf_acquire(FD, len, FLAGS, &deadline);
}

static const struct vbuf_acquire acquire_arg = {
	.size = sizeof(acquire_arg),
	.flags = FLAGS,
	.deadline_ns = 3000000005,
};

static void acquires(void)
{
	struct vbuf_acquire told = acquire_arg;
	size_t len = 7;

	told.msg.buf = address(slots[1]);
	told.msg.len = 42;
	fake_reset();
	fake_ioctl_writes(&told, sizeof(told));
	EXPECT(call_acquire(&len) == slots[1] && len == 42);
	EXPECT(fake_ioctl_count == 1 && fake_ioctls[0].fd == FD);
	EXPECT(fake_argument_is(0, VBUF_IOC_ACQUIRE, &acquire_arg,
				sizeof(acquire_arg)));

	len = 7;
	fake_reset();
	fake_ioctl_fails(0, EAGAIN);
	EXPECT(!call_acquire(&len) && errno == EAGAIN && len == 7);
	EXPECT(fake_ioctl_count == 1);
}

static void releases(void)
{
	struct vbuf_release wanted = {
		.size = sizeof(wanted),
		.flags = VBUF_REQUEUE,
		.addr = address(slots[1]),
	};

	fake_reset();
	EXPECT(vbuf_release(FD, slots[1], VBUF_REQUEUE) == 0);
	EXPECT(fake_argument_is(0, VBUF_IOC_RELEASE, &wanted, sizeof(wanted)));
	EXPECT(fake_ioctls[0].fd == FD);
	fake_ioctl_fails(1, EINVAL);
	EXPECT(vbuf_release(FD, slots[1], 0) == -1 && errno == EINVAL);
}

static int call_release_next(const void **msg, size_t *len)
{
	return vbuf_release_next(FD, msg, len, VBUF_REQUEUE | FLAGS, &deadline);
}

static const struct vbuf_release *release_next_arg(void)
{
	static struct vbuf_release arg = {
		.size = sizeof(arg),
		.flags = VBUF_NEXT | VBUF_REQUEUE | FLAGS,
		.deadline_ns = 3000000005,
	};

	arg.addr = address(slots[0]);
	return &arg;
}

static void releases_and_acquires(void)
{
	struct vbuf_release told = *release_next_arg();
	const void *msg = slots[0];
	size_t len = 7;

	told.next.buf = address(slots[1]);
	told.next.len = 42;
	fake_reset();
	fake_ioctl_writes(&told, sizeof(told));
	EXPECT(call_release_next(&msg, &len) == 0);
	EXPECT(msg == slots[1] && len == 42);
	EXPECT(fake_argument_is(0, VBUF_IOC_RELEASE, release_next_arg(),
				sizeof(told)));
	EXPECT(fake_ioctl_count == 1 && fake_ioctls[0].fd == FD);

	/* The message is given back, and no other was there. */
	msg = slots[0];
	fake_reset();
	EXPECT(call_release_next(&msg, &len) == 0 && !msg);

	msg = slots[0];
	len = 7;
	fake_reset();
	fake_ioctl_fails(0, EBUSY);
	EXPECT(call_release_next(&msg, &len) == -1 && errno == EBUSY);
	EXPECT(msg == slots[0] && len == 7);
}

/* The kernel would go by a cookie of 0, or write to where there is no room. */
static void no_message(void)
{
	const void *msg = NULL;
	size_t len = 7;

	fake_reset();
	EXPECT(vbuf_release(FD, NULL, 0) == -1 && errno == EINVAL);
	errno = 0;
	EXPECT(vbuf_release_next(FD, &msg, &len, 0, NULL) == -1 &&
	       errno == EINVAL);
	EXPECT(!msg && len == 7);
	errno = 0;
	EXPECT(vbuf_release(FD, slots[0], VBUF_NEXT) == -1 && errno == EINVAL);
	EXPECT(fake_ioctl_count == 0);
}

/* The kernel would tell what the library cannot hand on. */
static void no_info(void)
{
	const void *msg = slots[0];
	size_t len = 7;

	fake_reset();
	EXPECT(!vbuf_acquire(FD, &len, VBUF_INFO, NULL) && errno == EINVAL);
	errno = 0;
	EXPECT(vbuf_release_next(FD, &msg, &len, VBUF_INFO, NULL) == -1 &&
	       errno == EINVAL);
	EXPECT(msg == slots[0] && len == 7 && fake_ioctl_count == 0);
}

static void bad_deadline(void)
{
	const void *msg = slots[0];
	void *slot = slots[0];
	size_t len = 7;

	fake_reset();
	EXPECT(!vbuf_reserve(FD, 1, 0, &no_time) && errno == EINVAL);
	errno = 0;
	EXPECT(vbuf_commit_next(FD, &slot, 1, 1, 0, &no_time) == -1 &&
	       errno == EINVAL);
	errno = 0;
	EXPECT(!vbuf_acquire(FD, &len, 0, &no_time) && errno == EINVAL);
	errno = 0;
	EXPECT(vbuf_release_next(FD, &msg, &len, 0, &no_time) == -1 &&
	       errno == EINVAL);
	EXPECT(slot == slots[0] && msg == slots[0] && len == 7);
	EXPECT(fake_ioctl_count == 0);
}

/* The calls that need a window, as one: 0, or -1 and errno. */
static int calls_reserve(void)
{
	return call_reserve() ? 0 : -1;
}

static int calls_commit_next(void)
{
	void *slot = slots[0];

	return call_commit_next(&slot);
}

static int calls_acquire(void)
{
	size_t len;

	return call_acquire(&len) ? 0 : -1;
}

static int calls_release_next(void)
{
	const void *msg = slots[0];
	size_t len;

	return call_release_next(&msg, &len);
}

static const struct {
	int (*call)(void);
	unsigned long command;
} with_window[] = {
	{ calls_reserve, VBUF_IOC_RESERVE },
	{ calls_acquire, VBUF_IOC_ACQUIRE },
	/* These do not map one: it would not have their slot at that address. */
	{ calls_commit_next, VBUF_IOC_COMMIT },
	{ calls_release_next, VBUF_IOC_RELEASE },
};

#define MAP_IT	2
#define ALL	4

/* The first ioctl() fails for want of a window. */
static void without_window(void)
{
	fake_reset();
	fake_ioctl_fails(0, ENXIO);
	fake_ioctl_writes(&geometry, sizeof(geometry));
}

static void maps_by_itself(void)
{
	struct vbuf_reserve told = reserve_arg;
	struct vbuf_acquire received = acquire_arg;
	size_t len = 7;

	told.addr = address(slots[1]);
	without_window();
	fake_ioctl_writes(&told, sizeof(told));
	EXPECT(call_reserve() == slots[1]);
	EXPECT(fake_ioctl_count == 3 && windows_mapped(1));

	received.msg.buf = address(slots[1]);
	received.msg.len = 42;
	without_window();
	fake_ioctl_writes(&received, sizeof(received));
	EXPECT(call_acquire(&len) == slots[1] && len == 42);
	EXPECT(fake_ioctl_count == 3 && windows_mapped(1));
}

static void maps_no_other(void)
{
	for (int i = MAP_IT; i < ALL; i++) {
		without_window();
		EXPECT(with_window[i].call() == -1 && errno == ENXIO);
		EXPECT(fake_ioctl_count == 1 && fake_mmap_count == 0);
	}
}

static void asks_the_same(void)
{
	for (int i = 0; i < MAP_IT; i++) {
		without_window();
		with_window[i].call();
		EXPECT(fake_ioctls[0].command == with_window[i].command);
		EXPECT(fake_ioctls[2].command == with_window[i].command);
		EXPECT(fake_ioctls[2].fd == FD);
		EXPECT(!memcmp(fake_ioctls[0].arg, fake_ioctls[2].arg,
			       sizeof(fake_ioctls[0].arg)));
	}
}

static void asks_once_more(void)
{
	for (int i = 0; i < MAP_IT; i++) {
		without_window();
		fake_ioctl_fails(2, ENXIO);
		EXPECT(with_window[i].call() == -1 && errno == ENXIO);
		EXPECT(fake_ioctl_count == 3 && fake_mmap_count == 2);
	}
}

static void cannot_map(void)
{
	for (int i = 0; i < MAP_IT; i++) {
		without_window();
		fake_mmap_fails(0, EBUSY);
		EXPECT(with_window[i].call() == -1 && errno == EBUSY);
		EXPECT(fake_ioctl_count == 2 && fake_mmap_count == 1);
		without_window();
		fake_ioctl_fails(1, EOPNOTSUPP);
		EXPECT(with_window[i].call() == -1 && errno == EOPNOTSUPP);
		EXPECT(fake_ioctl_count == 2 && fake_mmap_count == 0);
	}
}

static void other_errors(void)
{
	static const int errors[] = { EBUSY, EOPNOTSUPP, EAGAIN, EINTR, EBADF };

	for (int i = 0; i < ALL; i++) {
		for (int error = 0; error < 5; error++) {
			fake_reset();
			fake_ioctl_fails(0, errors[error]);
			EXPECT(with_window[i].call() == -1);
			EXPECT(errno == errors[error]);
			EXPECT(fake_ioctl_count == 1 && fake_mmap_count == 0);
		}
	}
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "vbuf_map maps both windows, as large as they are", maps },
		{ "VBUF_INFO is refused, for there is no room for it", no_info },
		{ "what has a slot already maps no window for it", maps_no_other },
		{ "a window that is mapped is no error", maps_again },
		{ "one that the endpoint has no right to is left out",
		  maps_by_rights },
		{ "any other error is told", map_fails },
		{ "vbuf_unmap unmaps those windows that there are", unmaps },
		{ "and tells an error", unmap_fails },
		{ "vbuf_reserve hands all on and returns the slot", reserves },
		{ "vbuf_commit hands address and length on", commits },
		{ "vbuf_commit_next gives the next slot, or none",
		  commits_and_reserves },
		{ "vbuf_discard hands the address on", discards },
		{ "vbuf_acquire returns message and length", acquires },
		{ "vbuf_release hands address and flags on", releases },
		{ "vbuf_release_next gives the next message, or none",
		  releases_and_acquires },
		{ "no message, or a flag of the other call, is EINVAL",
		  no_message },
		{ "a bad deadline is EINVAL, and nothing is done",
		  bad_deadline },
		{ "what needs a window maps it by itself", maps_by_itself },
		{ "and then asks for the same again", asks_the_same },
		{ "but only once", asks_once_more },
		{ "and tells why it cannot be mapped", cannot_map },
		{ "other errors map nothing", other_errors },
	};

	return TAP_RUN(cases);
}
