/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvbuf: bounded message channels through /dev/vbuf.
 *
 * The library is as thin as the C library's own calls: a descriptor in, -1 and
 * errno out, no state. Every descriptor it returns is close-on-exec and works
 * with read, write, poll, epoll, dup, fork, SCM_RIGHTS and O_ASYNC. All
 * functions may be called from several threads at a time, on one descriptor
 * too, but for vbuf_unmap(), which takes away what others may be using. None is
 * a cancellation point, and none raises SIGPIPE.
 *
 * The flags, the limits, struct vbuf_attr and struct vbuf_msg are the kernel
 * interface's own, in <linux/vbuf.h>, which the library brings along.
 *
 * Two lists of errors are the same for several functions and stand here once.
 *
 * Functions that return a descriptor, and vbuf_unlink(), open /dev/vbuf for
 * reading and writing, and so may fail with
 *
 * * %ENODEV: there is no /dev/vbuf: the module vbuf is not loaded, or a container
 *   was not given the device
 * * %EACCES: the administrator took away the permission for /dev/vbuf
 * * %EMFILE, %ENFILE, %ENOMEM: too many open files, or not enough memory
 *
 * Functions that take a descriptor fail with
 *
 * * %EBADF: @fd is not open
 * * %ENOTTY: @fd is no file of /dev/vbuf
 * * %ENOTCONN: @fd is a file of /dev/vbuf, but no endpoint
 */
#ifndef _VBUF_H
#define _VBUF_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include <linux/vbuf.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * vbuf_create - create a channel and an endpoint on it
 * @name: 1 to 63 of ``A-Z a-z 0-9 . _ : -``, new in the caller's network
 *	namespace; NULL for an anonymous channel, which others reach only by
 *	vbuf_reopen() or a descriptor that they are given
 * @attr: what the channel is to be, see struct vbuf_attr: @slots messages of up
 *	to @slot_size bytes, the permission bits @mode (less the umask), @flags,
 *	and the limits @held_max and @max_deliveries, 0 for none
 * @oflags: O_RDONLY to receive, O_WRONLY to send or O_RDWR for both, and any of
 *	O_NONBLOCK and O_CLOEXEC (which is set anyway)
 *
 * Takes all the channel's memory at once, so that sending never fails for want
 * of it. The endpoint has the rights asked for, whatever @attr->mode says. May
 * sleep for memory, not for other processes.
 *
 * Return: a descriptor, or -1 and errno:
 *
 * * %EINVAL: a bad @oflags; @name is empty, too long or has other characters;
 *   @attr is NULL, or has a geometry, mode or flag out of range; %VBUF_PERSIST
 *   without a name
 * * %EEXIST: the name is taken
 * * %EDQUOT: a limit of the user or of the module is reached; how often each has
 *   refused somebody, vbufctl limits tells
 * * %ENOMEM: not enough memory, also by the memory cgroup's limit
 * * those of opening /dev/vbuf, above
 */
int vbuf_create(const char *name, const struct vbuf_attr *attr, int oflags);

/**
 * vbuf_open - create an endpoint on the channel of that name
 * @name: a channel of the caller's network namespace
 * @oflags: as for vbuf_create()
 *
 * Does not block.
 *
 * Return: a descriptor, or -1 and errno:
 *
 * * %EINVAL: a bad @oflags; @name is NULL, empty, too long or has other
 *   characters than vbuf_create() allows
 * * %ENOENT: there is no channel of that name
 * * %EACCES: the channel's mode does not give the caller these rights
 * * %EDQUOT: a limit on endpoints is reached
 * * %ENOMEM: not enough memory
 * * those of opening /dev/vbuf, above
 */
int vbuf_open(const char *name, int oflags);

/**
 * vbuf_ensure - open the channel of that name, or create it if it is missing
 * @name: as for vbuf_create(), but not NULL
 * @attr: what the channel is to be if it is missing; one that exists stays as
 *	it is, see vbuf_getattr()
 * @oflags: as for vbuf_create()
 *
 * Of several processes that call it at once, one creates the channel and all
 * get it. May sleep for memory, not for other processes.
 *
 * Return: a descriptor, or -1 and errno:
 *
 * * %EINVAL: @attr is NULL, @name is NULL, or as vbuf_open() and vbuf_create()
 *   have it
 * * the others of vbuf_open() and vbuf_create(), but for %ENOENT and %EEXIST
 */
int vbuf_ensure(const char *name, const struct vbuf_attr *attr, int oflags);

/**
 * vbuf_pair - create an anonymous channel with an endpoint at each side
 * @fds: out: fds[0] receives, fds[1] sends; left alone where the call fails
 * @attr: as for vbuf_create(), without %VBUF_PERSIST
 * @oflags: any of O_NONBLOCK and O_CLOEXEC (which is set anyway)
 *
 * For a moment it needs a third descriptor and endpoint. May sleep for memory,
 * not for other processes.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EINVAL: a bad @oflags, an access mode among them; @attr as for
 *   vbuf_create(), or with %VBUF_PERSIST
 * * %EDQUOT, %ENOMEM: as for vbuf_create()
 * * those of opening /dev/vbuf, above
 */
int vbuf_pair(int fds[2], const struct vbuf_attr *attr, int oflags);

/**
 * vbuf_reopen - create another endpoint on the channel of an endpoint
 * @fd: an endpoint, of an anonymous or unlinked channel too
 * @oflags: as for vbuf_create(); no more rights than @fd has
 *
 * A process that must lose its messages by itself when it dies needs an
 * endpoint of its own: one that it shares with its parent, by fork() or
 * descriptor passing, lives as long as either. Does not block.
 *
 * Return: a descriptor, or -1 and errno:
 *
 * * %EINVAL: a bad @oflags
 * * %EBADF: @fd is not open, or no file of /dev/vbuf
 * * %ENOTCONN: @fd is a file of /dev/vbuf, but no endpoint
 * * %EACCES: more rights than @fd has, or than it has not shut down
 * * %EDQUOT: a limit on endpoints is reached
 * * %ENOMEM: not enough memory
 * * those of opening /dev/vbuf, above
 */
int vbuf_reopen(int fd, int oflags);

/**
 * vbuf_unlink - take the name of a channel away
 * @name: a channel of the caller's network namespace
 *
 * The name is free at once. The channel lives on while it has endpoints, and
 * goes with the last, %VBUF_PERSIST or not. Who receives and has no sender, or
 * sends and has no receiver, gone or never come, fails with %EPIPE from then
 * on. Does not block.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EINVAL: @name is NULL, empty, too long or has other characters than
 *   vbuf_create() allows
 * * %ENOENT: there is no channel of that name
 * * %EACCES: the caller does not own the channel, and has no CAP_SYS_ADMIN over
 *   the network namespace
 * * those of opening /dev/vbuf, above
 */
int vbuf_unlink(const char *name);

/**
 * vbuf_getattr - tell what the channel of an endpoint was created with
 * @fd: an endpoint
 * @attr: out: the attributes; the umask is gone from @mode. Left alone where
 *	the call fails
 *
 * Does not block.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EINVAL: @attr is NULL
 * * those of a descriptor, above
 */
int vbuf_getattr(int fd, struct vbuf_attr *attr);

/**
 * vbuf_send - send one message
 * @fd: an endpoint with the right to send
 * @msg: the message
 * @len: its bytes, 0 to the channel's slot_size
 * @flags: any of %VBUF_DONTWAIT, %VBUF_DROP_OLDEST
 *
 * Blocks while no slot is free, in order of arrival with the other senders,
 * also before the first receiver has come. With O_NONBLOCK or %VBUF_DONTWAIT it
 * does not block. A message is sent as a whole or not at all.
 *
 * Return: @len, or -1 and errno:
 *
 * * %EINVAL: an unknown flag; %VBUF_DROP_OLDEST on a channel that is not
 *   %VBUF_LOSSY
 * * %EMSGSIZE: the message is longer than the channel's slots; this comes
 *   before %EBADF and %EPIPE
 * * %EAGAIN: no slot is free, and the call must not block
 * * %EINTR: a signal came, and its handler has no SA_RESTART
 * * %EPIPE: the last receiver has gone, or @fd was shut down for sending, before
 *   or while the message was copied
 * * %EBADF: @fd has no right to send, or is not open
 * * %EDQUOT: the endpoint owns as many slots as the channel's held_max allows
 * * %EFAULT: the message cannot be read; nothing was sent
 * * those of a descriptor, above
 */
ssize_t vbuf_send(int fd, const void *msg, size_t len, unsigned int flags);

/**
 * vbuf_recv - receive one message
 * @fd: an endpoint with the right to receive
 * @buf: room for the message
 * @size: bytes of room; the channel's slot_size is always enough
 * @flags: 0 or %VBUF_DONTWAIT; for %VBUF_HOLD and %VBUF_INFO use vbuf_recvv()
 *
 * Blocks while the queue is empty, in order of arrival with the other
 * receivers, also before the first sender has come. With O_NONBLOCK or
 * %VBUF_DONTWAIT it does not block.
 *
 * Return: the bytes of the message, which may be 0, or -1 and errno:
 *
 * * %EINVAL: an unknown flag, or one that needs vbuf_recvv()
 * * %EMSGSIZE: the message is longer than @size; it stays in the queue, or goes
 *   to the next in line that has room, and ioctl(FIONREAD) tells the length of
 *   the first message there
 * * %EAGAIN: the queue is empty, and the call must not block
 * * %EINTR: a signal came, and its handler has no SA_RESTART
 * * %EPIPE: the queue is empty and the last sender has gone, or @fd was shut
 *   down for receiving
 * * %EBADF: @fd has no right to receive, or is not open
 * * %EDQUOT: the endpoint owns as many slots as the channel's held_max allows
 * * %EFAULT: the room cannot be written to; the message stays in the queue
 * * those of a descriptor, above
 */
ssize_t vbuf_recv(int fd, void *buf, size_t size, unsigned int flags);

/**
 * vbuf_timedsend - send one message, waiting until a deadline at the longest
 * @fd: as for vbuf_send()
 * @msg: as for vbuf_send()
 * @len: as for vbuf_send()
 * @flags: as for vbuf_send()
 * @deadline: absolute CLOCK_MONOTONIC time; NULL for none. One that has passed
 *	fails the call only if it would have to wait
 *
 * Return: @len, or -1 and errno:
 *
 * * %EINVAL: @deadline is negative or has a tv_nsec outside of 0 to 999999999
 * * %ETIMEDOUT: the deadline passed before a slot came free
 * * those of vbuf_send()
 */
ssize_t vbuf_timedsend(int fd, const void *msg, size_t len, unsigned int flags,
		       const struct timespec *deadline);

/**
 * vbuf_timedrecv - receive one message, waiting until a deadline at the longest
 * @fd: as for vbuf_recv()
 * @buf: as for vbuf_recv()
 * @size: as for vbuf_recv()
 * @flags: as for vbuf_recv()
 * @deadline: as for vbuf_timedsend()
 *
 * Return: the bytes of the message, which may be 0, or -1 and errno:
 *
 * * %EINVAL: @deadline is negative or has a tv_nsec outside of 0 to 999999999
 * * %ETIMEDOUT: the deadline passed before a message came
 * * those of vbuf_recv()
 */
ssize_t vbuf_timedrecv(int fd, void *buf, size_t size, unsigned int flags,
		       const struct timespec *deadline);

/**
 * vbuf_sendv - send several messages in one call
 * @fd: an endpoint with the right to send
 * @msgs: the messages; of each, @buf, @tag and @len are read, and @flags, which
 *	must be 0
 * @n: how many, 1 to %VBUF_MAX_VECTOR
 * @flags: any of %VBUF_DONTWAIT, %VBUF_DROP_OLDEST
 * @deadline: as for vbuf_timedsend()
 *
 * Sends them in their order. Takes the slots that are free, and waits for the
 * rest at the end of the line again, until all are sent. Where an error comes
 * after a part was sent, the part is returned, and sending the rest meets the
 * error.
 *
 * Return: how many messages were sent, or -1 and errno:
 *
 * * %EINVAL: @n is 0 or over %VBUF_MAX_VECTOR; the flags of a message are not 0
 * * %EMSGSIZE: the first message is longer than the channel's slots
 * * those of vbuf_timedsend()
 */
int vbuf_sendv(int fd, struct vbuf_msg *msgs, unsigned int n,
	       unsigned int flags, const struct timespec *deadline);

/**
 * vbuf_recvv - receive several messages in one call
 * @fd: an endpoint with the right to receive
 * @msgs: room for the messages; of each, @buf and @size are read. @len and
 *	@flags are filled in; @cookie with %VBUF_HOLD; @tag, @seq, @time_ns,
 *	@pid, @uid and @deliveries with %VBUF_INFO
 * @n: how many at the most, 1 to %VBUF_MAX_VECTOR
 * @flags: any of %VBUF_DONTWAIT, %VBUF_HOLD, %VBUF_INFO
 * @deadline: as for vbuf_timedsend()
 *
 * Waits for the first message as vbuf_recv() does, and takes with it those that
 * are there. With %VBUF_HOLD the endpoint goes on owning each message's slot
 * until vbuf_ack(). Where an error comes after a part was received, the part is
 * returned, and receiving again meets the error.
 *
 * Return: how many messages were received, or -1 and errno:
 *
 * * %EINVAL: @n is 0 or over %VBUF_MAX_VECTOR; an unknown flag
 * * %EMSGSIZE: the message is longer than the first @size; it stays in the
 *   queue, or goes to the next in line that has room, and its length is in the
 *   first @len
 * * those of vbuf_timedrecv()
 */
int vbuf_recvv(int fd, struct vbuf_msg *msgs, unsigned int n,
	       unsigned int flags, const struct timespec *deadline);

/**
 * vbuf_ack - have done with a message that was received with VBUF_HOLD
 * @fd: the endpoint that received it, in whatever process
 * @cookie: what vbuf_recvv() gave
 * @flags: 0 to give the slot back, %VBUF_REQUEUE to put the message back at the
 *	head of the queue, to be delivered again
 *
 * Does not block.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EINVAL: an unknown flag; @cookie names nothing that this endpoint owns
 * * those of a descriptor, above
 */
int vbuf_ack(int fd, uint64_t cookie, unsigned int flags);

/**
 * vbuf_drain - wait until all that was sent has been received or dropped
 * @fd: any endpoint of the channel
 * @deadline: as for vbuf_timedsend()
 *
 * Blocks until the queue is empty and no receiver owns a message, with
 * O_NONBLOCK as well; a @deadline in the past asks without waiting. Dropped is
 * what its receiver owned when it ended (without %VBUF_REDELIVER), what was
 * delivered as often as the channel's max_deliveries allows, and what
 * %VBUF_DROP_OLDEST took: vbuf_ctl_get_channel() and vbufctl show tell how many.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EINVAL: @deadline is negative or has a tv_nsec outside of 0 to 999999999
 * * %ETIMEDOUT: the deadline passed before
 * * %EINTR: a signal came, and its handler has no SA_RESTART
 * * %EPIPE: the last receiver has gone, or none can come any more, while
 *   messages were queued or a call was still receiving one
 * * those of a descriptor, above
 */
int vbuf_drain(int fd, const struct timespec *deadline);

/**
 * vbuf_shutdown - give up rights of an endpoint
 * @fd: an endpoint
 * @how: SHUT_RD, SHUT_WR or SHUT_RDWR of <sys/socket.h>
 *
 * As if the endpoint were closed for that direction, for every process that has
 * it: to the others its sender or receiver is gone, and its own calls fail with
 * %EPIPE, those that block in it too. Again is no error. Does not block.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EINVAL: a bad @how
 * * %EBADF: the endpoint never had one of the rights, or @fd is not open
 * * those of a descriptor, above
 */
int vbuf_shutdown(int fd, int how);

/**
 * vbuf_map - map an endpoint's region
 * @fd: an endpoint on a channel with slots of a page or more, or with
 *	%VBUF_OPEN_VIEW
 *
 * Maps a window for each right that the endpoint has: one to send from, one to
 * receive in. What stands there comes and goes with vbuf_reserve(),
 * vbuf_acquire() and their kin. Those two map the region by themselves if need
 * be; so this is for programs that want the memory for it, or the error, early.
 * Again is no error. The region is this process's until it unmaps both windows
 * (vbuf_unmap()), executes another program or ends; fork() does not pass it on.
 * May sleep for memory, not for other processes.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EOPNOTSUPP: the slots are shorter than a page, and the channel has no
 *   %VBUF_OPEN_VIEW
 * * %EACCES: the endpoint has no window: it only sends, and the channel has
 *   %VBUF_OPEN_VIEW
 * * %EBUSY: another process has mapped this endpoint's region
 * * %EDQUOT: the user's limit on bytes has no room for the accounts of a window
 *   to send from, 16 bytes a slot
 * * %ENOMEM: not enough memory or address space
 * * %ENFILE: the system's limit on open files is reached, as a region is one
 * * those of a descriptor, above
 */
int vbuf_map(int fd);

/**
 * vbuf_unmap - unmap an endpoint's region
 * @fd: the endpoint
 *
 * Unmaps the windows that this process has mapped; that it has none is no error.
 * They outlive the descriptor, empty, so this is for before close(). It is also
 * for another process that is to map the region. What is reserved or acquired
 * stays the endpoint's, but its address is none any more: mapped again, it stands
 * as far from the window's beginning as before. Not while another thread maps or
 * uses the region. May sleep, not for other processes.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EOPNOTSUPP: as for vbuf_map()
 * * those of a descriptor, above
 */
int vbuf_unmap(int fd);

/**
 * vbuf_reserve - take a free slot, to write a message in it
 * @fd: an endpoint with the right to send
 * @len: bytes that the message will have at the most, 0 to the channel's
 *	slot_size
 * @flags: any of %VBUF_DONTWAIT, %VBUF_DROP_OLDEST
 * @deadline: as for vbuf_timedsend()
 *
 * Blocks while no slot is free, as vbuf_send() does. What stands there is zeros,
 * or bytes that this endpoint put there before. The pages are there, writable,
 * until vbuf_commit() or vbuf_discard(), or until the endpoint ends or is shut
 * down for sending; a touch afterwards, or beyond @len rounded up to a page, is
 * SIGBUS.
 *
 * Return: where the slot is, or NULL and errno:
 *
 * * %EINVAL: an unknown flag; %VBUF_DROP_OLDEST on a channel that is not
 *   %VBUF_LOSSY; @deadline is no time
 * * %EMSGSIZE: @len is more than the channel's slots have
 * * %EOPNOTSUPP: the slots are shorter than a page, or the channel has
 *   %VBUF_OPEN_VIEW
 * * %EAGAIN, %ETIMEDOUT, %EINTR, %EPIPE, %EBADF, %EDQUOT: as vbuf_timedsend()
 * * those of vbuf_map()
 */
void *vbuf_reserve(int fd, size_t len, unsigned int flags,
		   const struct timespec *deadline);

/**
 * vbuf_commit - send the message in a reserved slot
 * @fd: the endpoint that reserved it, in whatever process
 * @msg: what vbuf_reserve() returned
 * @len: bytes of the message, no more than were reserved
 *
 * Takes the pages away, and queues the message: nobody can alter it any more.
 * Does not block.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EINVAL: @msg is not where a slot is that this endpoint reserved
 * * %EMSGSIZE: @len is more than was reserved; the slot is still reserved
 * * %EPIPE: the last receiver has gone, and the slot is still reserved; or @fd
 *   was shut down for sending, and nothing is reserved any more
 * * those of a descriptor, above
 */
int vbuf_commit(int fd, void *msg, size_t len);

/**
 * vbuf_commit_next - send the message in a reserved slot, and reserve another
 * @fd: the endpoint that reserved it
 * @msg: in: what vbuf_reserve() returned; out: the same for the next slot, or
 *	NULL if none was reserved: vbuf_reserve() then tells why, or waits again
 * @len: as for vbuf_commit()
 * @next_len: as @len for vbuf_reserve()
 * @flags: as for vbuf_reserve()
 * @deadline: as for vbuf_reserve()
 *
 * One system call for two. Blocks as vbuf_reserve() does, after the message was
 * sent.
 *
 * Return: 0 if the message was sent, or -1 and errno, and then @msg is as it
 * was:
 *
 * * %EINVAL: an unknown flag; @deadline is no time
 * * %EMSGSIZE: @next_len is more than the channel's slots have
 * * %EBADF: the endpoint was opened without the right to send
 * * %EOPNOTSUPP: the channel has no window to send from
 * * %ENXIO: this process has not mapped the region, or not any more
 * * %EBUSY: another process has
 * * those of vbuf_commit()
 */
int vbuf_commit_next(int fd, void **msg, size_t len, size_t next_len,
		     unsigned int flags, const struct timespec *deadline);

/**
 * vbuf_discard - give a reserved slot back without sending it
 * @fd: the endpoint that reserved it, in whatever process
 * @msg: what vbuf_reserve() returned
 *
 * Does not block.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EINVAL: @msg is not where a slot is that this endpoint reserved
 * * those of a descriptor, above
 */
int vbuf_discard(int fd, void *msg);

/**
 * vbuf_acquire - receive one message where it stands
 * @fd: an endpoint with the right to receive
 * @len: out: bytes of the message; left alone where the call fails
 * @flags: 0 or %VBUF_DONTWAIT
 * @deadline: as for vbuf_timedrecv()
 *
 * Blocks while the queue is empty, as vbuf_recv() does. The message can be read,
 * not written, until vbuf_release(), or until the endpoint ends or is shut down
 * for receiving. The rest of its last page reads as zeros, a touch beyond it is
 * SIGBUS. (With %VBUF_OPEN_VIEW what follows is other messages, or what is left
 * of them.)
 *
 * Return: where the message is, or NULL and errno:
 *
 * * %EINVAL: an unknown flag; @deadline is no time
 * * %EAGAIN, %ETIMEDOUT, %EINTR, %EPIPE, %EBADF, %EDQUOT: as vbuf_timedrecv()
 * * those of vbuf_map()
 */
const void *vbuf_acquire(int fd, size_t *len, unsigned int flags,
			 const struct timespec *deadline);

/**
 * vbuf_release - have done with an acquired message
 * @fd: the endpoint that acquired it, in whatever process
 * @msg: what vbuf_acquire() returned
 * @flags: 0 to give the slot back, %VBUF_REQUEUE to put the message back at the
 *	head of the queue, to be delivered again
 *
 * Takes the pages away (but with %VBUF_OPEN_VIEW). Does not block.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EINVAL: an unknown flag; @msg is not where a message is that this endpoint
 *   owns
 * * those of a descriptor, above
 */
int vbuf_release(int fd, const void *msg, unsigned int flags);

/**
 * vbuf_release_next - have done with an acquired message, and acquire another
 * @fd: the endpoint that acquired it
 * @msg: in: what vbuf_acquire() returned; out: the same for the next message, or
 *	NULL if none was acquired: vbuf_acquire() then tells why, or waits again
 * @len: out: bytes of the next message
 * @flags: any of %VBUF_REQUEUE, %VBUF_DONTWAIT
 * @deadline: as for vbuf_acquire()
 *
 * One system call for two. Blocks as vbuf_acquire() does, after the message was
 * given back.
 *
 * Return: 0 if the message was given back, or -1 and errno, and then @msg and
 * @len are as they were:
 *
 * * %EINVAL: @deadline is no time
 * * %EBADF: the endpoint was opened without the right to receive
 * * %EOPNOTSUPP: the channel has no window to receive in
 * * %ENXIO: this process has not mapped the region, or not any more
 * * %EBUSY: another process has
 * * those of vbuf_release()
 */
int vbuf_release_next(int fd, const void **msg, size_t *len,
		      unsigned int flags, const struct timespec *deadline);

/**
 * vbuf_trace_open - open a trace session
 * @trace: what to record, and how much room it has (struct vbuf_trace), with its
 *	@size; NULL for all types, and 64 slots of 64 KiB. Out: of @types those that
 *	come, maybe also where the call fails; the rest is left alone
 * @oflags: any of O_NONBLOCK and O_CLOEXEC (which is set anyway)
 *
 * Makes a channel that the kernel sends into, and an endpoint that receives what
 * happens to threads that use channels, and to their messages, from now on: all
 * threads of the caller's effective user alone, or of whomever with CAP_PERFMON, in its
 * pid namespace. <linux/vbuf_trace.h> says what the messages are; vbuf_recv() and all
 * else that receives takes them. It lasts until its last descriptor is closed, and while
 * it does, accounts of threads are kept, whatever @types says. @size goes to the kernel
 * as it is, and so it may be that of a structure that the library does not know. May
 * sleep for memory, and, without CAP_PERFMON, for about a second where another session
 * ended just before.
 *
 * Return: a descriptor, or -1 and errno:
 *
 * * %EINVAL: a bad @oflags, an access mode among them; @trace has a @size, a geometry or
 *   a @buffer out of range, or a type, a flag or a reserved field that has no meaning
 *   yet
 * * %E2BIG: @trace is larger than the kernel's, and the rest is not zero
 * * %EDQUOT: a limit of the user or of the module is reached; the user has four
 *   sessions, or there are 64 in all, and the caller has no CAP_PERFMON
 * * %EOPNOTSUPP: the kernel lacks a tracepoint that this needs
 * * %EINTR: the caller is about to be killed
 * * %EFAULT: @trace cannot be read or written
 * * %ENOMEM: not enough memory, also by the memory cgroup's limit
 * * those of opening /dev/vbuf, above
 */
int vbuf_trace_open(struct vbuf_trace *trace, int oflags);

#ifdef __cplusplus
}
#endif

#endif /* _VBUF_H */
