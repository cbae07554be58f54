/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the channel semantics share: thin wrappers of the calls,
 * looks at a channel from outside, threads and processes that block in a call,
 * and memory that faults when the test says so.
 *
 * A wrapper returns what its call returned, or -errno, so that a test compares
 * one number. Trouble that is not the promise under test ends the test by
 * vt_die(). A test case for an errno is named <command>_<errno>[_detail].
 */
#ifndef _VBUF_TEST_H
#define _VBUF_TEST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/vbuf.h>
#include <linux/vbuf_netlink.h>

#define VT_RECV		VBUF_RIGHT_RECV
#define VT_SEND		VBUF_RIGHT_SEND
#define VT_BOTH		(VBUF_RIGHT_RECV | VBUF_RIGHT_SEND)

/* Not mapped in any process, and not even an address of user space. */
#define VT_UNMAPPED	((void *)8)
#define VT_KERNEL	((void *)0xffff888000000000UL)

/* What outputs hold before a call, so that a write by the kernel shows. */
#define VT_POISON	0xcc
#define VT_POISON32	0xccccccccU
#define VT_POISON64	0xccccccccccccccccULL

#define vt_poison(object)	memset((object), VT_POISON, sizeof(*(object)))

#define VT_NSEC_PER_MSEC	1000000ULL
#define VT_NSEC_PER_SEC		1000000000ULL

__attribute__((noreturn, format(printf, 1, 2)))
void vt_die(const char *format, ...);

/* lib/call.c: the commands, one wrapper each */
long vt_ioctl(int fd, unsigned long cmd, void *arg);
long vt_send(int fd, const void *buf, size_t len, __u32 flags);
long vt_recv(int fd, void *buf, size_t room, __u32 flags);
long vt_send_until(int fd, const void *buf, size_t len, __u64 deadline_ns);
long vt_recv_until(int fd, void *buf, size_t room, __u64 deadline_ns);
long vt_vector(int fd, unsigned long cmd, struct vbuf_vector *vector);
long vt_sendv(int fd, struct vbuf_msg *msgs, __u32 count, __u32 flags);
long vt_recvv(int fd, struct vbuf_msg *msgs, __u32 count, __u32 flags);
long vt_release(int fd, __u64 cookie, __u32 flags);
long vt_drain(int fd, __u64 deadline_ns);
long vt_shutdown(int fd, __u32 rights);
long vt_read(int fd, void *buf, size_t room);
long vt_write(int fd, const void *buf, size_t len);
int vt_fionread(int fd);

/* Messages of one byte, never waiting; vt_take() returns the byte. */
long vt_put(int fd, char byte);
long vt_take(int fd);

/* lib/channel.c: endpoints; each returns a descriptor or -errno */
struct vbuf_attr vt_attr(__u32 slots, __u32 slot_size);
int vt_device(void);
int vt_create(const char *name, struct vbuf_attr attr, __u32 rights);
int vt_open(const char *name, __u32 rights);
int vt_reopen(int fd, __u32 rights);
long vt_unlink(const char *name);

/* An anonymous channel with one receiving and one sending endpoint. */
void vt_pair(int *rx, int *tx, struct vbuf_attr attr);

/* A name that no other test uses at the same time. */
void vt_name(char name[VBUF_NAME_SIZE], const char *what);

/*
 * lib/look.c: channels and endpoints seen from outside
 *
 * As netlink tells of them to who asks just now. What is not told is 0. Without
 * holes, so that they can be compared as bytes.
 */
struct vt_channel {
	__u64 id;
	char name[VBUF_NAME_SIZE];
	struct vbuf_attr attr;
	__u32 hidden;			/* nothing else but the id is told */
	__u32 state;
	__u32 uid;
	__u32 gid;
	__u32 senders;
	__u32 receivers;
	__u32 blocked_senders;
	__u32 blocked_receivers;
	__u32 free;
	__u32 sending;
	__u32 depth;
	__u32 receiving;
	__u32 max_depth;
	__u32 padding;
	__u64 bytes;
	__u64 sent;
	__u64 received;
	__u64 sent_bytes;
	__u64 received_bytes;
	__u64 dropped_oldest;
	__u64 dropped_holder;
	__u64 dropped_deliveries;
};

struct vt_endpoint {
	__u64 id;
	__u64 channel;
	__u64 sent;
	__u64 received;
	__u64 blocked_since;
	__u64 in_send;
	__u64 in_recv;
	__u32 pid;
	__u32 uid;
	__u32 rights;
	__u32 owned;
	__u32 blocked_senders;
	__u32 blocked_receivers;
	char comm[16];
};

struct vbuf_getattr vt_getattr(int fd);
bool vt_find(__u64 id, struct vt_channel *info);
struct vt_channel vt_look(int fd);
bool vt_balanced(const struct vt_channel *info);
bool vt_at_rest(const struct vt_channel *info);
bool vt_settled(int fd);

/*
 * How many there are, or -errno; the first @room of them are filled in. Of all
 * channels of the network namespace, and of one channel's endpoints.
 */
long vt_channels(struct vt_channel *infos, unsigned int room);
long vt_endpoints(__u64 channel, struct vt_endpoint *infos, unsigned int room);
long vt_look_at_all(bool (*is_right)(const struct vt_channel *info));
bool vt_blocked(int fd, __u32 senders, __u32 receivers);
unsigned int vt_poll(int fd, short events);
__u64 vt_now(void);
__u64 vt_in(unsigned int msec);

/*
 * lib/spawn.c: a call in a thread or process of its own
 *
 * The call is described before it starts, and may be looked at after
 * vt_join(): @ret is what @op returned, @len and @data what is there now.
 */
struct vt_call {
	int fd;
	__u32 flags;
	__u64 deadline_ns;
	size_t len;			/* of the message, or of the room */
	char data[64];
	void *arg;			/* the op's own */
	long (*op)(struct vt_call *call);

	long ret;
	int done;			/* read and written atomically */
	int tid;			/* the same; 0 until the thread runs */
	bool is_process;
	pthread_t thread;
};

long vt_op_send(struct vt_call *call);
long vt_op_recv(struct vt_call *call);
long vt_op_write(struct vt_call *call);
long vt_op_read(struct vt_call *call);
long vt_op_drain(struct vt_call *call);

/* Only memory that both see carries the result out of another process. */
struct vt_call *vt_shared_calls(unsigned int count);

void vt_start(struct vt_call *call);
void vt_start_process(struct vt_call *call);
void vt_start_send(struct vt_call *call, int fd, char byte);
void vt_start_recv(struct vt_call *call, int fd);
bool vt_done(struct vt_call *call);
long vt_join(struct vt_call *call);
void vt_kill(struct vt_call *call);

pid_t vt_fork(void);
int vt_reap(pid_t pid);
bool vt_sleeps(pid_t tid);

/* lib/slow.c */
unsigned int vt_alarm(unsigned int seconds);
unsigned int vt_scaled(unsigned int msec);

/* lib/cpu.c: who runs when */
void vt_one_cpu(void);
void vt_hold_cpu(void);
void vt_free_cpu(void);

/* lib/caught.c: signals, counted */
void vt_catch(int sig, int sa_flags);
int vt_caught(void);
void vt_interrupt(struct vt_call *call, int sig);

/* lib/module.c: where there is $VBUF_MODULE; 0 or -errno */
long vt_load(void);
long vt_unload(void);
long vt_unload_soon(void);

/* lib/trap.c: memory that faults */
struct vt_trap {
	char *page;
	int uffd;
};

void vt_trap_set(struct vt_trap *trap);
void vt_trap_wait(struct vt_trap *trap);
void vt_trap_fill(struct vt_trap *trap, char byte);
char *vt_guarded(size_t len);

/*
 * lib/region.c: windows, and what moves through them
 *
 * 0 or -errno; outputs are poisoned before the call. A window of the wrong
 * kind, or none, ends the test.
 */
struct vbuf_region_info vt_region(int fd);
long vt_map(int fd, __u64 window, char **base);
char *vt_map_send(int fd);
char *vt_map_receive(int fd);
void vt_unmap(int fd, char *base);
long vt_reserve(int fd, size_t len, __u32 flags, char **at);
long vt_commit(int fd, const void *at, size_t len);
long vt_discard(int fd, const void *at);
long vt_acquire(int fd, __u32 flags, struct vbuf_msg *msg);
long vt_release_at(int fd, const void *at, __u32 flags);

/* With VBUF_NEXT: NULL, or a @buf of 0, where there was no next. */
long vt_commit_next(int fd, char **at, size_t len, size_t next_len,
		    __u32 flags);
long vt_release_next(int fd, const void *at, __u32 flags,
		     struct vbuf_msg *next);

/* The call's @arg is then the address, and @len, of a message, its length. */
long vt_op_reserve(struct vt_call *call);
long vt_op_acquire(struct vt_call *call);

static inline char *vt_at(const struct vbuf_msg *msg)
{
	return (char *)(uintptr_t)msg->buf;
}

/* lib/touch.c: what a touch of memory meets, and what is there */
#define VT_FAULT(sig, code)	((sig) << 16 | (code))
#define VT_THERE		0
#define VT_NOT_OWNED		VT_FAULT(SIGBUS, BUS_ADRERR)
#define VT_READ_ONLY		VT_FAULT(SIGSEGV, SEGV_ACCERR)
#define VT_NOT_MAPPED		VT_FAULT(SIGSEGV, SEGV_MAPERR)

int vt_touch(void (*op)(void *ctx), void *ctx);
int vt_peek(const void *at);
int vt_poke(void *at, char byte);
bool vt_gone(const void *at);
/* Whether a look at each page meets that; at some, if there are many. */
bool vt_all_peek(const char *at, size_t bytes, int met);
void vt_fill(void *at, size_t len, __u64 seed);
bool vt_filled(const void *at, size_t len, __u64 seed);
bool vt_all(const void *at, size_t len, char byte);

#define VT_PAGE		4096UL

#endif /* _VBUF_TEST_H */
