/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vbuf: bounded message channels through /dev/vbuf.
 *
 * With linux/vbuf_netlink.h, which is for administrators and tools, and
 * linux/vbuf_trace.h, the records of a trace session, all that the kernel and user
 * space share.
 */
#ifndef _UAPI_LINUX_VBUF_H
#define _UAPI_LINUX_VBUF_H

#include <linux/types.h>
#include <linux/ioctl.h>

/**
 * DOC: The objects
 *
 * A *channel* is a pool of slots of one size, and a queue of the slots that
 * hold a message. A *slot* is at each moment in exactly one place: free, owned
 * by a sender, in the queue, or owned by a receiver. An *endpoint* is an open
 * file of /dev/vbuf that was bound to a channel, for good, by
 * %VBUF_IOC_CREATE, %VBUF_IOC_OPEN or %VBUF_IOC_REOPEN, with the right to
 * send, to receive, or both. The rights are the endpoint's, whatever the
 * file's open mode (read() and write() need the open mode as well; open
 * /dev/vbuf with O_RDWR).
 *
 * write() sends and read() receives one message a call, as do writev() and
 * readv(); they meet the errors of %VBUF_IOC_SEND and %VBUF_IOC_RECV, but for
 * one: read() returns 0 where %VBUF_IOC_RECV fails with %EPIPE. read() also
 * returns 0 for a message of no bytes; %VBUF_IOC_RECV tells the two apart.
 * readv() and writev() over no bytes at all do nothing and return 0.
 *
 * poll() gives %POLLIN while the queue is not empty, %POLLOUT while a slot is
 * free, %POLLHUP when the queue has lost its last sender, %POLLERR when it has
 * lost its last receiver, each to the endpoints with the right that it is
 * about. %POLLHUP and %POLLERR also tell an endpoint of its own shutdown for
 * receiving and for sending. An edge (EPOLLET, SIGIO) is a message entering the
 * queue, or a slot becoming free; what is handed straight to a waiting thread
 * makes none. Those that a call makes in one go, 32 at the most, may be one
 * signal. An endpoint that owns @held_max slots still polls as the others do:
 * with EPOLLEXCLUSIVE it may be the one that is woken, and cannot take what
 * came.
 * ioctl(FIONREAD) gives the length in bytes of the first message of the queue,
 * 0 if there is none.
 */

/**
 * DOC: Regions
 *
 * A *region* is an endpoint's own mapping of the channel's slots, in two
 * windows: mmap() at the offset %VBUF_MAP_SEND, of the slots that it may fill,
 * and at %VBUF_MAP_RECEIVE, of the messages that it has received, read-only.
 * %VBUF_IOC_REGION tells a window's size. In each, slot *i* stands at *i* times
 * the stride, and its pages are there only while the endpoint owns the slot;
 * any other touch raises SIGBUS. They come by page faults, and
 * %VBUF_IOC_RESERVE and %VBUF_IOC_ACQUIRE put them there at once. No byte of a
 * message is copied, and none can be altered once it was committed.
 *
 * A reserved slot shows zeros, or bytes that this endpoint put there before.
 * Of a received message, the rest of its last page shows zeros. The region is
 * one process's at a time: fork() does not pass it on.
 *
 * On a channel with %VBUF_OPEN_VIEW there is no window to send from, and the one
 * to receive in shows all slots, whoever owns them, as long as it is mapped.
 * Where slots are shorter than a page they are packed there: %VBUF_IOC_ACQUIRE
 * tells where a message is.
 *
 * mmap() takes a whole window, %MAP_SHARED, once, and fails with
 *
 * * %EINVAL: an offset other than the two; a length other than the window's; not
 *   %MAP_SHARED, which nothing can be where the file was opened with O_RDONLY; at
 *   address 0, which stands for none
 * * %EACCES: for a window that the endpoint has no right to; executable; the
 *   window to receive in, writable; %VBUF_MAP_SEND with %VBUF_OPEN_VIEW; what the
 *   file's open mode does not allow
 * * %EOPNOTSUPP: slots shorter than a page, without %VBUF_OPEN_VIEW
 * * %EEXIST: this process has mapped that window already
 * * %EBUSY: another process has mapped a window
 * * %EDQUOT, %ENOMEM: the limit on bytes, or memory, for the accounts of a
 *   window to send from (16 bytes a slot)
 * * %ENFILE: the system's limit on open files, of which a region is one
 * * %ENOTCONN: the file is not an endpoint
 *
 * A window is one piece that neither moves nor splits: mremap(), and munmap(),
 * mprotect() and madvise() of a part, fail with %EINVAL (mremap() to make it
 * longer with %EFAULT; mmap() with %MAP_FIXED over a part of it, on Linux 6.1,
 * with %ENOMEM). It cannot be pinned, dumped or inherited. munmap() of all
 * of it leaves the endpoint what it owns.
 */

/**
 * DOC: Structures that grow
 *
 * Each structure that an ioctl takes begins with its own size in bytes, as the
 * caller knows it. A smaller one than the kernel's is taken as if the rest were
 * zero; a larger one is taken if what the kernel does not know is zero, and
 * fails with %E2BIG if it is not, or if it is larger than 4096 bytes. A size
 * smaller than that of the structure's first release is %EINVAL, and so is a
 * set bit or a reserved field that has no meaning yet.
 *
 * Every command may fail with %EFAULT (the structure, or what it points to,
 * cannot be read or written), %EINVAL and %E2BIG as just said, and %ENOTTY (no
 * such command). All but %VBUF_IOC_INFO and %VBUF_IOC_UNLINK need to know about
 * the file's state: %VBUF_IOC_CREATE, %VBUF_IOC_OPEN, %VBUF_IOC_REOPEN and
 * %VBUF_IOC_TRACE fail with %EISCONN on a file that is an endpoint, the others with
 * %ENOTCONN on one that is not; so do read() and write(), and poll() gives %POLLERR at
 * once (so make a file an endpoint before an epoll instance watches it: the change
 * makes no edge).
 */

/* The largest geometry, and the longest vector. */
#define VBUF_MAX_SLOTS		1048576U
#define VBUF_MAX_SLOT_SIZE	16777216U
#define VBUF_MAX_VECTOR		1024U

/* The least geometry of VBUF_IOC_TRACE: a header and a record. */
#define VBUF_TRACE_MIN_SLOT_SIZE	80U

/* Bytes of a name, its terminating NUL included. */
#define VBUF_NAME_SIZE		64

/* Rights of an endpoint. */
#define VBUF_RIGHT_RECV		0x1U
#define VBUF_RIGHT_SEND		0x2U

/* struct vbuf_attr.flags */
#define VBUF_PERSIST		0x1U	/* outlives its endpoints; needs a name */
#define VBUF_REDELIVER		0x2U	/* what dies with a receiver is queued again */
#define VBUF_LOSSY		0x4U	/* VBUF_DROP_OLDEST is allowed */
#define VBUF_OPEN_VIEW		0x8U	/* receivers see all slots, senders SEND */

/* Flags of the calls; each call's comment says which it takes. */
#define VBUF_DONTWAIT		0x1U	/* fail with EAGAIN instead of blocking */
#define VBUF_DROP_OLDEST	0x2U	/* reuse the oldest message's slot if full */
#define VBUF_HOLD		0x4U	/* keep the slot owned until released */
#define VBUF_INFO		0x8U	/* fill in all of struct vbuf_msg */
#define VBUF_REQUEUE		0x10U	/* release to the head of the queue */
#define VBUF_NEXT		0x20U	/* then reserve or acquire the next */

/* Offsets for mmap(): the windows of an endpoint's region. */
#define VBUF_MAP_SEND		0x0ULL
#define VBUF_MAP_RECEIVE	0x80000000000ULL

/* struct vbuf_msg.flags, out */
#define VBUF_MSG_REDELIVERED	0x1U	/* was delivered before, and put back */

/**
 * struct vbuf_attr - what a channel is created with
 * @flags: any of %VBUF_PERSIST, %VBUF_REDELIVER, %VBUF_LOSSY, %VBUF_OPEN_VIEW
 * @slots: how many messages the channel holds, 1 to %VBUF_MAX_SLOTS
 * @slot_size: bytes of the longest message, 1 to %VBUF_MAX_SLOT_SIZE
 * @mode: permission bits within 0777, of which the caller's umask takes away;
 *	read is the right to receive, write the right to send
 * @held_max: slots that one endpoint may own at a time, those that a running
 *	call is copying included; 0 for no limit
 * @max_deliveries: how often a message is delivered at the most; one that is
 *	put back after as many deliveries is dropped, and counted; 0 for no limit
 */
struct vbuf_attr {
	__u32 flags;
	__u32 slots;
	__u32 slot_size;
	__u32 mode;
	__u32 held_max;
	__u32 max_deliveries;
};

/**
 * struct vbuf_create - argument of VBUF_IOC_CREATE
 * @size: sizeof(struct vbuf_create)
 * @rights: the new endpoint's, %VBUF_RIGHT_RECV, %VBUF_RIGHT_SEND or both
 * @name: the channel's name, 1 to 63 of ``A-Z a-z 0-9 . _ : -`` and then NULs
 *	only; all NUL for an anonymous channel
 * @attr: the channel's attributes; they stand last, so that they can grow
 */
struct vbuf_create {
	__u32 size;
	__u32 rights;
	char name[VBUF_NAME_SIZE];
	struct vbuf_attr attr;
};

/**
 * struct vbuf_open - argument of VBUF_IOC_OPEN
 * @size: sizeof(struct vbuf_open)
 * @rights: the new endpoint's, %VBUF_RIGHT_RECV, %VBUF_RIGHT_SEND or both
 * @name: the channel's name, padded with NULs
 */
struct vbuf_open {
	__u32 size;
	__u32 rights;
	char name[VBUF_NAME_SIZE];
};

/**
 * struct vbuf_reopen - argument of VBUF_IOC_REOPEN
 * @size: sizeof(struct vbuf_reopen)
 * @rights: the new endpoint's, %VBUF_RIGHT_RECV, %VBUF_RIGHT_SEND or both
 * @fd: an endpoint of the channel, whose rights bound the new one's
 * @reserved: 0
 */
struct vbuf_reopen {
	__u32 size;
	__u32 rights;
	__s32 fd;
	__u32 reserved;
};

/**
 * struct vbuf_trace - argument of VBUF_IOC_TRACE
 * @size: sizeof(struct vbuf_trace)
 * @flags: 0
 * @slots: of the channel that the records come by, 1 to %VBUF_MAX_SLOTS
 * @slot_size: of each, in bytes, %VBUF_TRACE_MIN_SLOT_SIZE to %VBUF_MAX_SLOT_SIZE;
 *	it takes a header and as many records as there is room for
 *	(linux/vbuf_trace.h)
 * @buffer: records that each processor has room for until they are sent, a power of
 *	two of 64 to 1048576; 0 for 4096, or fewer on machines that may have more than 16
 * @reserved: 0
 * @types: what to record, bits by &enum vbuf_trace_type; 0 for accounts alone.
 *	Out: those of them that come: not those that this kernel cannot tell, nor,
 *	without %CAP_PERFMON in the initial user namespace, %VBUF_TRACE_IRQ and
 *	%VBUF_TRACE_IRQ_END
 */
struct vbuf_trace {
	__u32 size;
	__u32 flags;
	__u32 slots;
	__u32 slot_size;
	__u32 buffer;
	__u32 reserved;
	__u64 types;
};

/**
 * struct vbuf_unlink - argument of VBUF_IOC_UNLINK
 * @size: sizeof(struct vbuf_unlink)
 * @reserved: 0
 * @name: the channel's name, padded with NULs
 */
struct vbuf_unlink {
	__u32 size;
	__u32 reserved;
	char name[VBUF_NAME_SIZE];
};

/**
 * struct vbuf_getattr - argument of VBUF_IOC_GETATTR
 * @size: in: sizeof(struct vbuf_getattr)
 * @reserved: in: 0
 * @id: out: the channel's id, never used again while the module is loaded
 * @name: out: the name it was created with, padded with NULs; all NUL for none
 * @attr: out: the attributes; the umask is gone from @mode
 */
struct vbuf_getattr {
	__u32 size;
	__u32 reserved;
	__u64 id;
	char name[VBUF_NAME_SIZE];
	struct vbuf_attr attr;
};

/**
 * struct vbuf_xfer - argument of VBUF_IOC_SEND and VBUF_IOC_RECV
 * @size: sizeof(struct vbuf_xfer)
 * @flags: SEND: %VBUF_DONTWAIT, %VBUF_DROP_OLDEST; RECV: %VBUF_DONTWAIT
 * @buf: address of the message, or of the room for it
 * @len: SEND: bytes of the message; RECV: bytes of room, and, where the call
 *	fails with %EMSGSIZE, out: bytes of the message that did not fit
 * @deadline_ns: CLOCK_MONOTONIC in the caller's time namespace, absolute, in
 *	nanoseconds, until when to wait; 0 for ever
 */
struct vbuf_xfer {
	__u32 size;
	__u32 flags;
	__u64 buf;
	__u64 len;
	__u64 deadline_ns;
};

/**
 * struct vbuf_msg - one message of a vector
 * @buf: in: address of the message, or of the room for it
 * @tag: SEND: in: 64 bits of the sender's own, which travel with the message;
 *	RECV with %VBUF_INFO: out: what the sender set, 0 from write() and
 *	%VBUF_IOC_SEND
 * @cookie: RECV with %VBUF_HOLD: out: names the message to VBUF_IOC_RELEASE
 * @seq: RECV with %VBUF_INFO: out: number of the message in its channel,
 *	counted from 0 in the order of entering the queue
 * @time_ns: RECV with %VBUF_INFO: out: when it was sent, CLOCK_MONOTONIC in the
 *	caller's time namespace, in nanoseconds; messages that a vector sends
 *	in one go have one time
 * @size: RECV: in: bytes of room at @buf
 * @len: SEND: in: bytes of the message; RECV: out: bytes of the message, also
 *	where it did not fit into @size (%EMSGSIZE)
 * @pid: RECV with %VBUF_INFO: out: the sending process, as seen from the
 *	caller's pid namespace; 0 if it cannot be seen from there, which in a
 *	namespace other than the initial one no process can that has ended.
 *	Information: the number may have been used again
 * @uid: RECV with %VBUF_INFO: out: the effective user id with which the sending
 *	endpoint was opened, in the caller's user namespace (the overflow id
 *	if it has none there)
 * @flags: SEND: in: 0; RECV: out: %VBUF_MSG_REDELIVERED or 0
 * @deliveries: RECV with %VBUF_INFO: out: how often the message was delivered,
 *	this time included
 *
 * SEND reads @buf, @tag, @len and @flags, RECV reads @buf and @size. RECV
 * writes what is marked "out" above and leaves the rest as it was.
 */
struct vbuf_msg {
	__u64 buf;
	__u64 tag;
	__u64 cookie;
	__u64 seq;
	__u64 time_ns;
	__u32 size;
	__u32 len;
	__u32 pid;
	__u32 uid;
	__u32 flags;
	__u32 deliveries;
};

/**
 * struct vbuf_vector - argument of VBUF_IOC_SENDV and VBUF_IOC_RECVV
 * @size: sizeof(struct vbuf_vector)
 * @flags: SENDV: %VBUF_DONTWAIT, %VBUF_DROP_OLDEST; RECVV: %VBUF_DONTWAIT,
 *	%VBUF_HOLD, %VBUF_INFO
 * @msgs: address of an array of struct vbuf_msg
 * @count: entries in the array, 1 to %VBUF_MAX_VECTOR
 * @msg_size: sizeof(struct vbuf_msg)
 * @deadline_ns: as in struct vbuf_xfer
 */
struct vbuf_vector {
	__u32 size;
	__u32 flags;
	__u64 msgs;
	__u32 count;
	__u32 msg_size;
	__u64 deadline_ns;
};

/**
 * struct vbuf_release - argument of VBUF_IOC_RELEASE
 * @size: sizeof(struct vbuf_release)
 * @flags: any of %VBUF_REQUEUE, %VBUF_NEXT, and with the latter those of
 *	ACQUIRE
 * @cookie: what RECVV with %VBUF_HOLD or ACQUIRE gave; 0 with @addr
 * @addr: what ACQUIRE gave as the address; 0 to go by @cookie
 * @deadline_ns: with %VBUF_NEXT: as in struct vbuf_xfer, else 0
 * @next: with %VBUF_NEXT: as @msg of struct vbuf_acquire; its @buf is 0 if there
 *	was none
 */
struct vbuf_release {
	__u32 size;
	__u32 flags;
	__u64 cookie;
	__u64 addr;
	__u64 deadline_ns;
	struct vbuf_msg next;
};

/**
 * struct vbuf_region_info - argument of VBUF_IOC_REGION
 * @size: in: sizeof(struct vbuf_region_info)
 * @reserved: in: 0
 * @stride: out: bytes from slot to slot in a window; 0 if they are packed
 * @bytes: out: size of a window, for mmap()
 * @send_addr: out: where the calling process has mapped the window to send from;
 *	0 if it has not
 * @receive_addr: out: the same of the window to receive in
 */
struct vbuf_region_info {
	__u32 size;
	__u32 reserved;
	__u64 stride;
	__u64 bytes;
	__u64 send_addr;
	__u64 receive_addr;
};

/**
 * struct vbuf_reserve - argument of VBUF_IOC_RESERVE
 * @size: in: sizeof(struct vbuf_reserve)
 * @flags: in: any of %VBUF_DONTWAIT, %VBUF_DROP_OLDEST
 * @len: in: bytes that the message will have at the most
 * @deadline_ns: in: as in struct vbuf_xfer
 * @addr: out: where the slot is, in the window to send from
 */
struct vbuf_reserve {
	__u32 size;
	__u32 flags;
	__u64 len;
	__u64 deadline_ns;
	__u64 addr;
};

/**
 * struct vbuf_commit - argument of VBUF_IOC_COMMIT
 * @size: in: sizeof(struct vbuf_commit)
 * @flags: in: 0, or %VBUF_NEXT and any of RESERVE's
 * @addr: in: what RESERVE gave
 * @len: in: bytes of the message, no more than were reserved
 * @tag: in: 64 bits of the sender's own
 * @next_len: in: with %VBUF_NEXT: as @len of struct vbuf_reserve, else 0
 * @deadline_ns: in: with %VBUF_NEXT: as in struct vbuf_xfer, else 0
 * @next_addr: out: with %VBUF_NEXT: as @addr of struct vbuf_reserve; 0 if none
 *	was reserved
 */
struct vbuf_commit {
	__u32 size;
	__u32 flags;
	__u64 addr;
	__u64 len;
	__u64 tag;
	__u64 next_len;
	__u64 deadline_ns;
	__u64 next_addr;
};

/**
 * struct vbuf_discard - argument of VBUF_IOC_DISCARD
 * @size: sizeof(struct vbuf_discard)
 * @reserved: 0
 * @addr: what RESERVE gave
 */
struct vbuf_discard {
	__u32 size;
	__u32 reserved;
	__u64 addr;
};

/**
 * struct vbuf_acquire - argument of VBUF_IOC_ACQUIRE
 * @size: in: sizeof(struct vbuf_acquire)
 * @flags: in: any of %VBUF_DONTWAIT, %VBUF_INFO
 * @deadline_ns: in: as in struct vbuf_xfer
 * @msg: out: @buf is where the message is, in the window to receive in; @len,
 *	@cookie and @flags as RECV gives them with %VBUF_HOLD, and, with
 *	%VBUF_INFO, @tag, @seq, @time_ns, @pid, @uid and @deliveries
 */
struct vbuf_acquire {
	__u32 size;
	__u32 flags;
	__u64 deadline_ns;
	struct vbuf_msg msg;
};

/**
 * struct vbuf_drain - argument of VBUF_IOC_DRAIN
 * @size: sizeof(struct vbuf_drain)
 * @reserved: 0
 * @deadline_ns: as in struct vbuf_xfer
 */
struct vbuf_drain {
	__u32 size;
	__u32 reserved;
	__u64 deadline_ns;
};

/**
 * struct vbuf_shutdown - argument of VBUF_IOC_SHUTDOWN
 * @size: sizeof(struct vbuf_shutdown)
 * @rights: what to give up, %VBUF_RIGHT_RECV, %VBUF_RIGHT_SEND or both
 */
struct vbuf_shutdown {
	__u32 size;
	__u32 rights;
};

/**
 * struct vbuf_info - argument of VBUF_IOC_INFO
 * @size: in: sizeof(struct vbuf_info)
 * @max_vector: out: %VBUF_MAX_VECTOR of the loaded module
 * @features: out: a bit for each thing that came after the first release; 0
 * @max_slots: out: %VBUF_MAX_SLOTS of the loaded module
 * @max_slot_size: out: %VBUF_MAX_SLOT_SIZE of the loaded module
 */
struct vbuf_info {
	__u32 size;
	__u32 max_vector;
	__u64 features;
	__u32 max_slots;
	__u32 max_slot_size;
};

/* The commands carry no size: the structure's own first field does. */
#define VBUF_IOC_MAGIC		0xF7

/**
 * DOC: VBUF_IOC_CREATE
 *
 * Creates a channel (struct vbuf_create) and makes the file an endpoint on it.
 * Any process may call it. All memory is taken here; the call may sleep for
 * memory, and a fatal signal ends it. A name is the network namespace's.
 * The creator's own endpoint is not bound by the channel's mode.
 *
 * * %EINVAL: no or unknown rights; a geometry, mode or flag out of range; a
 *   malformed name; %VBUF_PERSIST without a name
 * * %EEXIST: the name is taken
 * * %EISCONN: the file is an endpoint already, or just being made one
 * * %EDQUOT: a limit of the user, or in total, is reached, also on how long slots
 *   may be; VBUF_CMD_LIMIT_GET tells which by the hits that it counts, and so does
 *   the kernel's log
 * * %ENOMEM: not enough memory, also by the memory cgroup's limit
 * * %EINTR: a fatal signal came
 */
#define VBUF_IOC_CREATE		_IO(VBUF_IOC_MAGIC, 0x00)

/**
 * DOC: VBUF_IOC_OPEN
 *
 * Makes the file an endpoint on the named channel (struct vbuf_open) of the
 * caller's network namespace. Does not block.
 *
 * * %EINVAL: no or unknown rights; a malformed name
 * * %ENOENT: no such name
 * * %EACCES: the channel's mode does not give the caller these rights, and it
 *   has no CAP_IPC_OWNER in the user namespace of the network namespace
 * * %EISCONN: the file is an endpoint already, or just being made one
 * * %EDQUOT: a limit on endpoints is reached
 * * %ENOMEM: not enough memory
 */
#define VBUF_IOC_OPEN		_IO(VBUF_IOC_MAGIC, 0x01)

/**
 * DOC: VBUF_IOC_REOPEN
 *
 * Makes the file another endpoint on the channel of an endpoint that the caller
 * has (struct vbuf_reopen). Works on anonymous and unlinked channels too, and
 * asks for no permission but the other endpoint's rights. Does not block.
 *
 * * %EINVAL: no or unknown rights; @reserved is not 0
 * * %EBADF: @fd is not open, or no file of /dev/vbuf
 * * %ENOTCONN: @fd is not an endpoint
 * * %EACCES: more rights than @fd has, or has not shut down
 * * %EISCONN: the file is an endpoint already, or just being made one
 * * %EDQUOT: a limit on endpoints is reached
 * * %ENOMEM: not enough memory
 */
#define VBUF_IOC_REOPEN		_IO(VBUF_IOC_MAGIC, 0x02)

/**
 * DOC: VBUF_IOC_UNLINK
 *
 * Takes a name (struct vbuf_unlink) out of the caller's network namespace. The
 * channel lives on while it has endpoints, and is then as one that was never
 * %VBUF_PERSIST; who waits for a side that has nobody, or would, fails with
 * %EPIPE, for nobody can come any more. Any file of /dev/vbuf will do. Does not
 * block.
 *
 * * %EINVAL: a malformed name; @reserved is not 0
 * * %ENOENT: no such name
 * * %EACCES: the caller is not the owner, and has no CAP_SYS_ADMIN in the user
 *   namespace of the network namespace
 */
#define VBUF_IOC_UNLINK		_IO(VBUF_IOC_MAGIC, 0x03)

/**
 * DOC: VBUF_IOC_GETATTR
 *
 * Tells the attributes that the endpoint's channel was created with (struct
 * vbuf_getattr); %VBUF_PERSIST stays there after the name is gone. Does not
 * block.
 *
 * * %EINVAL: @reserved is not 0
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_GETATTR	_IO(VBUF_IOC_MAGIC, 0x04)

/**
 * DOC: VBUF_IOC_SEND
 *
 * Sends one message (struct vbuf_xfer). Blocks while no slot is free, in order
 * of arrival with the other senders, until it gets one. Returns 0.
 *
 * * %EINVAL: an unknown flag; %VBUF_DROP_OLDEST on a channel that is not
 *   %VBUF_LOSSY
 * * %EMSGSIZE: the message is longer than the channel's slots
 * * %EAGAIN: no slot is free, and O_NONBLOCK or %VBUF_DONTWAIT is set
 * * %ETIMEDOUT: the deadline passed before a slot came free
 * * %EINTR: a signal came, and its handler has no SA_RESTART
 * * %EPIPE: the last receiver has gone, before or while the message was copied,
 *   or the endpoint was shut down for sending; there is no SIGPIPE
 * * %EBADF: the endpoint has no right to send
 * * %EDQUOT: the endpoint owns @held_max slots already
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_SEND		_IO(VBUF_IOC_MAGIC, 0x05)

/**
 * DOC: VBUF_IOC_RECV
 *
 * Receives one message (struct vbuf_xfer) and returns its length in bytes.
 * Blocks while the queue is empty, in order of arrival with the other
 * receivers, until it gets one.
 *
 * * %EINVAL: an unknown flag
 * * %EMSGSIZE: the message is longer than @len; it stays, or goes to the next in
 *   line that has room, and its length is in @len
 * * %EAGAIN: the queue is empty, and O_NONBLOCK or %VBUF_DONTWAIT is set
 * * %ETIMEDOUT: the deadline passed before a message came
 * * %EINTR: a signal came, and its handler has no SA_RESTART
 * * %EPIPE: the queue is empty and the last sender has gone, or the endpoint
 *   was shut down for receiving
 * * %EBADF: the endpoint has no right to receive
 * * %EDQUOT: the endpoint owns @held_max slots already
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_RECV		_IO(VBUF_IOC_MAGIC, 0x06)

/**
 * DOC: VBUF_IOC_SENDV
 *
 * Sends a vector of messages (struct vbuf_vector) in their order, each as
 * %VBUF_IOC_SEND does, and returns how many. It takes the slots that are free,
 * and for the rest waits again at the end of the line, until all are sent.
 * After a part was sent, an error ends it and the number done is returned;
 * trying the rest again meets the error.
 *
 * * %EINVAL: an unknown flag, here or in an entry; @count or @msg_size out of
 *   range; %VBUF_DROP_OLDEST on a channel that is not %VBUF_LOSSY
 * * %EMSGSIZE: a message is longer than the channel's slots
 * * %EAGAIN: no slot is free, and O_NONBLOCK or %VBUF_DONTWAIT is set
 * * %ETIMEDOUT: the deadline passed before a slot came free
 * * %EINTR: a signal came, and its handler has no SA_RESTART
 * * %EPIPE: the last receiver has gone, before or while the message was copied,
 *   or the endpoint was shut down for sending; there is no SIGPIPE
 * * %EBADF: the endpoint has no right to send
 * * %EDQUOT: the endpoint owns @held_max slots already
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_SENDV		_IO(VBUF_IOC_MAGIC, 0x07)

/**
 * DOC: VBUF_IOC_RECVV
 *
 * Receives a vector of messages (struct vbuf_vector) and returns how many. It
 * waits for the first as %VBUF_IOC_RECV does, and then takes those that are
 * there. With %VBUF_HOLD each slot stays owned by the endpoint until
 * %VBUF_IOC_RELEASE gives it back. After a part was received, an error ends it
 * and the number done is returned; trying the rest again meets the error.
 *
 * * %EINVAL: an unknown flag; @count or @msg_size out of range
 * * %EMSGSIZE: a message is longer than its entry's @size; it stays, or goes to
 *   the next in line that has room, and its length is in the entry's @len
 * * %EAGAIN: the queue is empty, and O_NONBLOCK or %VBUF_DONTWAIT is set
 * * %ETIMEDOUT: the deadline passed before a message came
 * * %EINTR: a signal came, and its handler has no SA_RESTART
 * * %EPIPE: the queue is empty and the last sender has gone, or the endpoint
 *   was shut down for receiving
 * * %EBADF: the endpoint has no right to receive
 * * %EDQUOT: the endpoint owns @held_max slots already
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_RECVV		_IO(VBUF_IOC_MAGIC, 0x08)

/**
 * DOC: VBUF_IOC_RELEASE
 *
 * Gives back the slot of a message that was acquired, or received with
 * %VBUF_HOLD (struct vbuf_release), or, with %VBUF_REQUEUE, puts the message
 * back at the head of the queue, to be delivered again. Its pages are gone from
 * the region when this returns, but for that of an open view, which shows them
 * still. Any process that has the endpoint may call it. Does not block.
 *
 * With %VBUF_NEXT it then acquires a message as %VBUF_IOC_ACQUIRE does, and may
 * block for it. What that meets is no error, for the first part is done: @next's
 * @buf is then 0, and %VBUF_IOC_ACQUIRE meets it again. Its errors that are known
 * before fail the call, and nothing is done.
 *
 * * %EINVAL: an unknown flag; @cookie or @addr names nothing that this endpoint
 *   owns; both are given; @deadline_ns without %VBUF_NEXT
 * * %EBADF, %EOPNOTSUPP, %ENXIO, %EBUSY: with %VBUF_NEXT, as %VBUF_IOC_ACQUIRE;
 *   nothing was released
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_RELEASE	_IO(VBUF_IOC_MAGIC, 0x09)

/**
 * DOC: VBUF_IOC_DRAIN
 *
 * Blocks until the queue is empty and no receiver owns a message (struct
 * vbuf_drain). Takes no heed of O_NONBLOCK: a deadline in the past asks without
 * waiting. Any endpoint may call it.
 *
 * * %EINVAL: @reserved is not 0
 * * %ETIMEDOUT: the deadline passed before
 * * %EINTR: a signal came, and its handler has no SA_RESTART
 * * %EPIPE: the last receiver has gone, while messages were queued or a call was
 *   still receiving one
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_DRAIN		_IO(VBUF_IOC_MAGIC, 0x0a)

/**
 * DOC: VBUF_IOC_SHUTDOWN
 *
 * Gives up rights of the endpoint (struct vbuf_shutdown), for every process
 * that has it: as if it were closed for that direction, to the others and to
 * itself. Wakes the threads that block in it to send or to receive, which fail
 * with %EPIPE. What it owns by a right that it gives up goes back as at close.
 * Giving up again what was given up is no error, and done at once, also while
 * another thread's SHUTDOWN is still about it. Does not block.
 *
 * * %EINVAL: no or unknown rights
 * * %EBADF: the endpoint never had one of the rights
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_SHUTDOWN	_IO(VBUF_IOC_MAGIC, 0x0b)

/**
 * DOC: VBUF_IOC_INFO
 *
 * Tells what the loaded module can do (struct vbuf_info). Any file of
 * /dev/vbuf will do. Does not block.
 */
#define VBUF_IOC_INFO		_IO(VBUF_IOC_MAGIC, 0x0c)

/**
 * DOC: VBUF_IOC_REGION
 *
 * Tells the geometry of the endpoint's region, and where its windows are
 * (struct vbuf_region_info). Does not block.
 *
 * * %EINVAL: @reserved is not 0
 * * %EOPNOTSUPP: slots shorter than a page, on a channel without
 *   %VBUF_OPEN_VIEW
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_REGION		_IO(VBUF_IOC_MAGIC, 0x0e)

/**
 * DOC: VBUF_IOC_RESERVE
 *
 * Takes a free slot for a message of up to @len bytes, and maps as many,
 * writable, in the window to send from (struct vbuf_reserve). Blocks while no
 * slot is free, in order of arrival with the other senders, until it gets one.
 * The slot is the endpoint's until it is committed or discarded, or the endpoint
 * ends or is shut down for sending. If a slot is free, and among the first eight
 * free ones is one that this endpoint filled last, it is that one, which need not
 * be cleared. Returns 0.
 *
 * * %EINVAL: an unknown flag; %VBUF_DROP_OLDEST on a channel that is not
 *   %VBUF_LOSSY
 * * %EMSGSIZE: @len is more than the channel's slots have
 * * %EOPNOTSUPP: slots shorter than a page; a channel with %VBUF_OPEN_VIEW
 * * %ENXIO: the window to send from is not mapped, also if it went while this
 *   waited
 * * %EBUSY: another process has the region mapped, also by now
 * * %EAGAIN: no slot is free, and O_NONBLOCK or %VBUF_DONTWAIT is set
 * * %ETIMEDOUT: the deadline passed before a slot came free
 * * %EINTR: a signal came, and its handler has no SA_RESTART
 * * %EPIPE: the last receiver has gone, or the endpoint was shut down for
 *   sending
 * * %EBADF: the endpoint has no right to send
 * * %EDQUOT: the endpoint owns @held_max slots already
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_RESERVE	_IO(VBUF_IOC_MAGIC, 0x0f)

/**
 * DOC: VBUF_IOC_COMMIT
 *
 * Takes a reserved slot's pages out of the sender's page tables and queues it
 * as a message (struct vbuf_commit). From then on nobody can alter it. Any
 * process that has the endpoint may call it. Does not block. Returns 0.
 *
 * With %VBUF_NEXT it then reserves a slot as %VBUF_IOC_RESERVE does, and may
 * block for it. What that meets is no error, for the message is sent: @next_addr
 * is then 0, and %VBUF_IOC_RESERVE meets it again. Its errors that are known
 * before fail the call, and nothing is done.
 *
 * * %EINVAL: an unknown flag; @addr is not that of a slot that the endpoint
 *   reserved; @next_len or @deadline_ns without %VBUF_NEXT
 * * %EMSGSIZE: @len is more than was reserved, or @next_len more than the
 *   channel's slots have; the slot is still reserved
 * * %EPIPE: the last receiver has gone, and the slot is still reserved; or the
 *   endpoint was shut down for sending meanwhile, and it is not
 * * %EBADF, %EOPNOTSUPP, %ENXIO, %EBUSY: with %VBUF_NEXT, as %VBUF_IOC_RESERVE;
 *   nothing was sent
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_COMMIT		_IO(VBUF_IOC_MAGIC, 0x10)

/**
 * DOC: VBUF_IOC_DISCARD
 *
 * Gives a reserved slot back without sending it (struct vbuf_discard). Any
 * process that has the endpoint may call it. Does not block.
 *
 * * %EINVAL: @reserved is not 0; @addr is not that of a slot that the endpoint
 *   reserved
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_DISCARD	_IO(VBUF_IOC_MAGIC, 0x11)

/**
 * DOC: VBUF_IOC_ACQUIRE
 *
 * Receives one message by mapping it, read-only, in the window to receive in
 * (struct vbuf_acquire). Blocks while the queue is empty, in order of arrival
 * with the other receivers, until it gets one. The slot is the endpoint's until
 * %VBUF_IOC_RELEASE gives it back, or the endpoint ends or is shut down for
 * receiving. Returns 0.
 *
 * * %EINVAL: an unknown flag
 * * %EOPNOTSUPP: slots shorter than a page, on a channel without
 *   %VBUF_OPEN_VIEW
 * * %ENXIO: the window to receive in is not mapped, also if it went while this
 *   waited; the message stays
 * * %EBUSY: another process has the region mapped, also by now; the message stays
 * * %EAGAIN: the queue is empty, and O_NONBLOCK or %VBUF_DONTWAIT is set
 * * %ETIMEDOUT: the deadline passed before a message came
 * * %EINTR: a signal came, and its handler has no SA_RESTART
 * * %EPIPE: the queue is empty and the last sender has gone, or the endpoint
 *   was shut down for receiving
 * * %EBADF: the endpoint has no right to receive
 * * %EDQUOT: the endpoint owns @held_max slots already
 * * %ENOTCONN: the file is not an endpoint
 */
#define VBUF_IOC_ACQUIRE	_IO(VBUF_IOC_MAGIC, 0x12)

/**
 * DOC: VBUF_IOC_TRACE
 *
 * Opens a trace session (struct vbuf_trace): makes a channel that the kernel alone
 * sends into, and the file an endpoint of it that receives. While the file lasts,
 * accounts of threads and of messages are kept, and what @types names is recorded,
 * of all threads that use a channel and that the opener may see: those whose real,
 * effective and saved user ids are its effective one at this call, and that have no
 * power beyond it (no other group's, nor capabilities that are not root's), or all with
 * %CAP_PERFMON in the initial user namespace; in either case those of its pid
 * namespace. No more than 65536 threads have accounts, and 4096 of one user on the host,
 * but for those that have that capability, of which all may have them.
 * linux/vbuf_trace.h says what the messages are. They come some 10 ms after what they
 * tell. The kernel never waits for the reader: what finds no room is counted, and the
 * count is told in its place, before the next record. The processors' buffers count as
 * bytes of the opener's. Without that capability, the call takes about a second where
 * the last session ended just before: to begin one interrupts all processors.
 *
 * * %EINVAL: @flags, @reserved, @slots, @slot_size, @buffer, or a bit of @types that
 *   has no meaning yet
 * * %EISCONN: the file is an endpoint already, or just being made one
 * * %EDQUOT: the opener's limit on channels, endpoints, bytes or the size of a slot;
 *   or its user on the host has four sessions, or there are 64 in all, and it has not
 *   got %CAP_PERFMON in the initial user namespace
 * * %ENOMEM: there is no memory
 * * %EOPNOTSUPP: the kernel lacks a tracepoint without which there are no accounts
 * * %EINTR: the caller is about to be killed
 */
#define VBUF_IOC_TRACE		_IO(VBUF_IOC_MAGIC, 0x13)

#endif /* _UAPI_LINUX_VBUF_H */
