/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvbuf-ctl: the channels of /dev/vbuf, their endpoints and the limits, looked
 * at from outside, what happens to them, and where the time of threads goes that
 * use them, for tools that watch and manage them.
 *
 * Programs that just send and receive have no need of it: that is libvbuf. This
 * library asks the kernel by generic netlink, needs no access to /dev/vbuf, and
 * brings libnl along.
 *
 * A handle shows the channels of the network namespace in which it was opened, and
 * a monitor tells what happens to them. Who asks is who opened it, whatever became
 * of the process's ids since; uids and gids are told as its user namespace has
 * them, pids as the caller's pid namespace does.
 *
 * One thread at a time may use a handle or a monitor, different threads different
 * ones; a child of fork() opens its own. No function may be called from a signal
 * handler. Each blocks as long as the kernel takes to answer, and for nothing
 * else: no call waits for a message or a slot. A signal ends none of them, and
 * none is a cancellation point.
 *
 * Structures are made by the library alone, and all but events, and what others
 * have in them, come as lists, linked by their first member. A later release may
 * add members at the end, and programs built for this one go on working; a program
 * needs a library that is no older than the header it was built with. What a module
 * older than the library does not tell is 0.
 *
 * Functions that ask the kernel fail with an errno of the kernel's own, and
 * vbuf_ctl_error_text() then tells its words, if it had any. They all may fail
 * with
 *
 * * %ENODEV: the module vbuf is not loaded, or one that has no netlink family
 * * %ENOMEM: not enough memory, here or in the kernel
 * * %EPROTO: the kernel's answer makes no sense
 *
 * and leave what they were to fill in as it was.
 */
#ifndef _VBUF_CTL_H
#define _VBUF_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/vbuf.h>
#include <linux/vbuf_netlink.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a command name, its terminating NUL included. */
#define VBUF_CTL_COMM_SIZE 16

/* A handle; what is in it is the library's own. */
struct vbuf_ctl;

/* A monitor; so is what is in this. */
struct vbuf_ctl_monitor;

/**
 * struct vbuf_ctl_channel - one channel, as it was at one moment
 * @next: the next of the list, or NULL
 * @id: never used again while the module is loaded
 * @name: as created, also if it is gone (%VBUF_STATE_UNLINKED); "" for none
 * @hidden: the asker neither owns the channel nor may send or receive, and has
 *	not CAP_IPC_OWNER over the network namespace: all but @id is 0
 * @state: any of %VBUF_STATE_UNLINKED, %VBUF_STATE_NO_SENDER,
 *	%VBUF_STATE_NO_RECEIVER
 * @flags: any of %VBUF_PERSIST, %VBUF_REDELIVER, %VBUF_LOSSY, %VBUF_OPEN_VIEW,
 *	as created
 * @slots: how many messages it holds
 * @slot_size: bytes of the longest message
 * @mode: permission bits, within 0777
 * @held_max: slots that one endpoint may own; 0: any number
 * @max_deliveries: of one message; 0: any number
 * @uid: its owner
 * @gid: its group
 * @senders: endpoints that can send
 * @receivers: endpoints that can receive
 * @blocked_senders: threads that wait for a slot
 * @blocked_receivers: threads that wait for a message
 * @free: slots that are free
 * @sending: slots that senders own
 * @depth: messages in the queue
 * @receiving: slots that receivers own
 * @max_depth: the most messages that were in the queue
 * @bytes: of memory that it takes, as limits count them
 * @sent: messages sent
 * @received: messages received, and not put back
 * @sent_bytes: bytes in the messages sent
 * @received_bytes: bytes in the messages received
 * @dropped_oldest: messages dropped by %VBUF_DROP_OLDEST
 * @dropped_holder: messages dropped because their receiver ended before it
 *	released them
 * @dropped_deliveries: messages dropped at @max_deliveries
 * @time_queued: how long messages were queued, a histogram
 * @time_waking: how long after that their receivers, those that had slept for
 *	them, were woken and did not run yet, a histogram
 * @time_receiving: how long receivers took from then on, a histogram
 *
 * @free + @sending + @depth + @receiving is @slots, and @sent is @received +
 * @depth + @receiving + the three @dropped.
 *
 * A histogram counts messages. Its entry 0 has those that took no time, entry i
 * those that took from 2^(i-1) ns to less than 2^i, and the last one all that took
 * longer, too. They are of what was received while a trace session was open
 * (%VBUF_IOC_TRACE), and all 0 if nothing was.
 */
struct vbuf_ctl_channel {
	struct vbuf_ctl_channel *next;
	uint64_t id;
	char name[VBUF_NAME_SIZE];
	bool hidden;
	uint32_t state;
	uint32_t flags;
	uint32_t slots;
	uint32_t slot_size;
	uint32_t mode;
	uint32_t held_max;
	uint32_t max_deliveries;
	uint32_t uid;
	uint32_t gid;
	uint32_t senders;
	uint32_t receivers;
	uint32_t blocked_senders;
	uint32_t blocked_receivers;
	uint32_t free;
	uint32_t sending;
	uint32_t depth;
	uint32_t receiving;
	uint32_t max_depth;
	uint64_t bytes;
	uint64_t sent;
	uint64_t received;
	uint64_t sent_bytes;
	uint64_t received_bytes;
	uint64_t dropped_oldest;
	uint64_t dropped_holder;
	uint64_t dropped_deliveries;
	uint64_t time_queued[VBUF_HISTOGRAM_SIZE];
	uint64_t time_waking[VBUF_HISTOGRAM_SIZE];
	uint64_t time_receiving[VBUF_HISTOGRAM_SIZE];
};

/**
 * struct vbuf_ctl_endpoint - one endpoint, as it was at one moment
 * @next: the next of the list, or NULL
 * @id: never used again while the module is loaded
 * @channel: its channel's id
 * @pid: the process that opened it; 0 if the asker's pid namespace does not have
 *	it. The number may be another process's by now
 * @comm: that process's command name, which may have any bytes but NUL; "" if
 *	@pid is 0 or the process has ended
 * @uid: the effective user id with which it was opened
 * @rights: any of %VBUF_RIGHT_RECV, %VBUF_RIGHT_SEND, as far as it was not shut
 *	down
 * @owned: slots that it owns
 * @blocked_senders: its threads that wait for a slot
 * @blocked_receivers: its threads that wait for a message
 * @blocked_since_ns: since when threads of its have waited without a break, in
 *	nanoseconds of CLOCK_MONOTONIC, exact to two ticks of the kernel's clock; 0 if
 *	none waits
 * @sent: messages sent through it
 * @received: messages received through it, and not put back
 * @in_send_ns: that threads which have accounts (vbuf_ctl_list_threads()) slept in it
 *	until there was a slot; of a sleep that lasts, once it ends
 * @in_recv_ns: the same, until there was a message
 */
struct vbuf_ctl_endpoint {
	struct vbuf_ctl_endpoint *next;
	uint64_t id;
	uint64_t channel;
	uint32_t pid;
	char comm[VBUF_CTL_COMM_SIZE];
	uint32_t uid;
	uint32_t rights;
	uint32_t owned;
	uint32_t blocked_senders;
	uint32_t blocked_receivers;
	uint64_t blocked_since_ns;
	uint64_t sent;
	uint64_t received;
	uint64_t in_send_ns;
	uint64_t in_recv_ns;
};

/* Channels whose waits a thread's account tells apart. */
#define VBUF_CTL_WAITS 16

/**
 * struct vbuf_ctl_waits - how long a thread slept for one channel
 * @channel: its id
 * @in_send_ns: of the thread's @in_send_ns
 * @in_recv_ns: of its @in_recv_ns
 */
struct vbuf_ctl_waits {
	uint64_t channel;
	uint64_t in_send_ns;
	uint64_t in_recv_ns;
};

/**
 * struct vbuf_ctl_thread - the account of one thread, as it was at one moment
 * @next: the next of the list, or NULL
 * @tid: the thread
 * @pid: its process
 * @comm: its name, which may have any bytes but NUL
 * @began_ns: since when the account is kept, in nanoseconds of CLOCK_MONOTONIC
 * @until_ns: up to when it goes, the same
 * @running_ns: that it ran, without interrupts
 * @ready_ns: that it could have run and waited for a processor
 * @in_send_ns: that it slept until there was a slot
 * @in_recv_ns: that it slept until there was a message
 * @asleep_ns: that it slept otherwise
 * @hardirq_ns: that hard interrupts took while it ran
 * @softirq_ns: that softirqs took while it ran
 * @voluntary: switches from it as it went to sleep
 * @involuntary: switches from it as others were to run
 * @migrations: how often it went to another processor
 * @hardirqs: hard interrupts while it ran
 * @softirqs: softirqs while it ran
 * @user_faults: its page faults in user mode
 * @kernel_faults: its page faults in kernel mode
 * @waits_count: how many of @waits there are
 * @waits: the channels that it slept for, the first of them
 *
 * The times, from @running_ns to @softirq_ns, add up to @until_ns - @began_ns.
 */
struct vbuf_ctl_thread {
	struct vbuf_ctl_thread *next;
	uint32_t tid;
	uint32_t pid;
	char comm[VBUF_CTL_COMM_SIZE];
	uint64_t began_ns;
	uint64_t until_ns;
	uint64_t running_ns;
	uint64_t ready_ns;
	uint64_t in_send_ns;
	uint64_t in_recv_ns;
	uint64_t asleep_ns;
	uint64_t hardirq_ns;
	uint64_t softirq_ns;
	uint64_t voluntary;
	uint64_t involuntary;
	uint64_t migrations;
	uint64_t hardirqs;
	uint64_t softirqs;
	uint64_t user_faults;
	uint64_t kernel_faults;
	uint32_t waits_count;
	struct vbuf_ctl_waits waits[VBUF_CTL_WAITS];
};

/* No limit, where one is told or set. */
#define VBUF_CTL_NO_LIMIT UINT64_MAX

/* A use that the kernel does not tell. */
#define VBUF_CTL_NOT_TOLD UINT64_MAX

/**
 * struct vbuf_ctl_limit - one limit, as it was at one moment
 * @next: the next of the list, or NULL
 * @scope: for whom: %VBUF_SCOPE_TOTAL or %VBUF_SCOPE_USER
 * @resource: of what: %VBUF_RESOURCE_CHANNELS, %VBUF_RESOURCE_ENDPOINTS,
 *	%VBUF_RESOURCE_BYTES or %VBUF_RESOURCE_SLOT_SIZE
 * @value: as set in the user namespace, or %VBUF_CTL_NO_LIMIT
 * @holds: the least of @value and those that hold from above, or
 *	%VBUF_CTL_NO_LIMIT
 * @use: what is counted against it, in total or of the asker;
 *	%VBUF_CTL_NOT_TOLD of %VBUF_RESOURCE_SLOT_SIZE, which does not add up, and
 *	of %VBUF_SCOPE_USER to an asker who is of another user namespace
 * @hits: how often it has refused somebody
 */
struct vbuf_ctl_limit {
	struct vbuf_ctl_limit *next;
	uint32_t scope;
	uint32_t resource;
	uint64_t value;
	uint64_t holds;
	uint64_t use;
	uint64_t hits;
};

/**
 * struct vbuf_ctl_event - what happened at one moment
 * @kind: %VBUF_EVENT_CREATED and so on; a module newer than the library may tell of
 *	kinds that are not among them
 * @uid: who created the channel, opened the endpoint, or was refused, as the user
 *	namespace that owns the network namespace has it
 * @time_ns: when, in nanoseconds of CLOCK_MONOTONIC as the initial time namespace
 *	has it
 * @channel: its id; 0 for a limit
 * @name: the channel's as created, also if it has lost it; "" for none
 * @endpoint: its id, where it is about one
 * @rights: of the endpoint that came or went: any of %VBUF_RIGHT_RECV,
 *	%VBUF_RIGHT_SEND
 * @scope: of a limit: %VBUF_SCOPE_TOTAL or %VBUF_SCOPE_USER
 * @resource: of a limit: %VBUF_RESOURCE_CHANNELS and so on
 * @count: DIED: messages that the endpoint held; STALLED: senders that wait
 * @since_ns: STALLED: since when the first of them has waited, as @time_ns
 * @value: of a limit: how much it is
 */
struct vbuf_ctl_event {
	uint32_t kind;
	uint32_t uid;
	uint64_t time_ns;
	uint64_t channel;
	char name[VBUF_NAME_SIZE];
	uint64_t endpoint;
	uint32_t rights;
	uint32_t scope;
	uint32_t resource;
	uint64_t count;
	uint64_t since_ns;
	uint64_t value;
};

/**
 * vbuf_ctl_open - open a handle
 *
 * Opens a socket, which is close-on-exec, and looks for the kernel's family.
 *
 * Return: a handle, to be closed with vbuf_ctl_close(), or NULL and errno:
 *
 * * %EMFILE, %ENFILE: too many open files
 * * %EAFNOSUPPORT, %EPERM, %EACCES: something that confines the process keeps it
 *   from netlink sockets
 * * those of asking the kernel, above
 */
struct vbuf_ctl *vbuf_ctl_open(void);

/**
 * vbuf_ctl_close - close a handle
 * @ctl: the handle, or NULL
 *
 * The lists that it gave stay. Does not change errno.
 */
void vbuf_ctl_close(struct vbuf_ctl *ctl);

/**
 * vbuf_ctl_error_text - tell what the kernel said beside its errno
 * @ctl: the handle
 *
 * The words are English, for a developer or a log, and may change: "A name has 1
 * to 63 of A-Z a-z 0-9 . _ : -".
 *
 * Return: what it said to the last call that asked, until the next one or the
 * handle is closed; NULL if it said nothing, or that call did not fail.
 */
const char *vbuf_ctl_error_text(const struct vbuf_ctl *ctl);

/**
 * vbuf_ctl_get_channel - look at the channel of that id
 * @ctl: the handle
 * @id: the id, of a channel with or without a name
 * @channel: out: a list of one, to be freed with vbuf_ctl_free_channels()
 *
 * Return: 0, or -1 and errno:
 *
 * * %ENOENT: the network namespace has no such channel
 * * %ERANGE: @id is 0
 * * those of asking the kernel, above
 */
int vbuf_ctl_get_channel(struct vbuf_ctl *ctl, uint64_t id,
			 struct vbuf_ctl_channel **channel);

/**
 * vbuf_ctl_find_channel - look at the channel of that name
 * @ctl: the handle
 * @name: the name; a channel that has lost its name goes by its id only
 * @channel: out: a list of one, to be freed with vbuf_ctl_free_channels()
 *
 * Return: 0, or -1 and errno:
 *
 * * %ENOENT: the network namespace has no such channel
 * * %EINVAL: @name is NULL, empty, too long, or has other characters than
 *   vbuf_create() allows
 * * those of asking the kernel, above
 */
int vbuf_ctl_find_channel(struct vbuf_ctl *ctl, const char *name,
			  struct vbuf_ctl_channel **channel);

/**
 * vbuf_ctl_list_channels - look at all channels
 * @ctl: the handle
 * @channels: out: the channels in order of their ids, to be freed with
 *	vbuf_ctl_free_channels(); NULL if there are none
 *
 * Each channel is as it was at one moment, the list is of several. If channels
 * come or go meanwhile, the kernel is asked again, up to eight times in all;
 * after that the list is the last one, in which all that were there the whole
 * time are, and of the others some.
 *
 * Return: 0, or -1 and errno:
 *
 * * those of asking the kernel, above
 */
int vbuf_ctl_list_channels(struct vbuf_ctl *ctl,
			   struct vbuf_ctl_channel **channels);

/**
 * vbuf_ctl_free_channels - free a list of channels
 * @channels: the first of it, or NULL
 */
void vbuf_ctl_free_channels(struct vbuf_ctl_channel *channels);

/**
 * vbuf_ctl_list_endpoints - look at endpoints
 * @ctl: the handle
 * @channel: the id of the channel whose endpoints to list; 0 for all channels',
 *	but for those that are hidden
 * @pid: the process that opened them; 0 for all processes
 * @endpoints: out: the endpoints, in order of their channels' ids and then of
 *	their own, to be freed with vbuf_ctl_free_endpoints(); NULL if there are
 *	none
 *
 * As for vbuf_ctl_list_channels(), the list is of several moments.
 *
 * Return: 0, or -1 and errno:
 *
 * * %ENOENT: the network namespace has no channel of the id @channel
 * * %EACCES: the asker may not look at that channel
 * * those of asking the kernel, above
 */
int vbuf_ctl_list_endpoints(struct vbuf_ctl *ctl, uint64_t channel,
			    uint32_t pid,
			    struct vbuf_ctl_endpoint **endpoints);

/**
 * vbuf_ctl_free_endpoints - free a list of endpoints
 * @endpoints: the first of it, or NULL
 */
void vbuf_ctl_free_endpoints(struct vbuf_ctl_endpoint *endpoints);

/**
 * vbuf_ctl_list_threads - look at the accounts of threads
 * @ctl: the handle
 * @threads: out: the accounts, in no order, to be freed with
 *	vbuf_ctl_free_threads(); NULL if there are none
 *
 * Accounts are kept while a trace session is open (%VBUF_IOC_TRACE), of threads that
 * have called on a file of /dev/vbuf meanwhile. Those are told whose real, effective
 * and saved user ids are the asker's effective one, and that have no power beyond it,
 * or with CAP_PERFMON in the initial user namespace all; in either case of threads that
 * the caller's pid namespace has, whatever the network namespaces of their channels.
 * @waits are of channels of the handle's network namespace alone.
 *
 * Each account is as it was at one moment, the list is of several; threads that come
 * or go meanwhile may be missing.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EOPNOTSUPP: the module is too old for that
 * * those of asking the kernel, above
 */
int vbuf_ctl_list_threads(struct vbuf_ctl *ctl,
			  struct vbuf_ctl_thread **threads);

/**
 * vbuf_ctl_free_threads - free a list of accounts
 * @threads: the first of it, or NULL
 */
void vbuf_ctl_free_threads(struct vbuf_ctl_thread *threads);

/**
 * vbuf_ctl_get_limit - look at a limit
 * @ctl: the handle
 * @scope: for whom
 * @resource: of what
 * @limit: out: a list of one, to be freed with vbuf_ctl_free_limits()
 *
 * The limits are those of the user namespace that owns the handle's network
 * namespace.
 *
 * Return: 0, or -1 and errno:
 *
 * * %ERANGE: the module knows no such @scope or @resource
 * * those of asking the kernel, above
 */
int vbuf_ctl_get_limit(struct vbuf_ctl *ctl, uint32_t scope, uint32_t resource,
		       struct vbuf_ctl_limit **limit);

/**
 * vbuf_ctl_list_limits - look at all limits
 * @ctl: the handle
 * @limits: out: the limits, the totals before those of a user, to be freed with
 *	vbuf_ctl_free_limits()
 *
 * Return: 0, or -1 and errno:
 *
 * * those of asking the kernel, above
 */
int vbuf_ctl_list_limits(struct vbuf_ctl *ctl, struct vbuf_ctl_limit **limits);

/**
 * vbuf_ctl_set_limit - set a limit
 * @ctl: the handle
 * @scope: for whom
 * @resource: of what
 * @value: how much; %VBUF_CTL_NO_LIMIT for what holds from above
 *
 * What somebody has already stays.
 *
 * Return: 0, or -1 and errno:
 *
 * * %EPERM: the caller, or who opened the handle, has not got CAP_SYS_RESOURCE in
 *   the user namespace that owns the network namespace; or that is the initial
 *   user namespace, and the network namespace is not the initial one
 * * %ERANGE: @value is more than holds from above, or than %VBUF_MAX_SLOT_SIZE for
 *   slots; or the module knows no such @scope or @resource
 * * those of asking the kernel, above
 */
int vbuf_ctl_set_limit(struct vbuf_ctl *ctl, uint32_t scope, uint32_t resource,
		       uint64_t value);

/**
 * vbuf_ctl_free_limits - free a list of limits
 * @limits: the first of it, or NULL
 */
void vbuf_ctl_free_limits(struct vbuf_ctl_limit *limits);

/**
 * vbuf_ctl_open_monitor - begin to listen to events
 *
 * From then on all events of the network namespace that the caller may see are
 * kept until vbuf_ctl_next_event() gives them: of the channels that are not hidden
 * from it, and of the limits that refuse it, or anybody if it has
 * CAP_SYS_RESOURCE in the user namespace that owns the network namespace.
 *
 * A monitor is a socket of its own, which is close-on-exec, with room for some
 * thousand events if the caller has CAP_NET_ADMIN in the initial user namespace, and
 * else for as many as net.core.rmem_max allows, by default some hundred.
 *
 * Return: a monitor, to be closed with vbuf_ctl_close_monitor(), or NULL and
 * errno:
 *
 * * %EDQUOT: the user has as many monitors in the network namespace as may be, and
 *   not CAP_NET_ADMIN in the initial user namespace; or it has as many as may be
 * * %EOPNOTSUPP: the module is too old for that
 * * those of vbuf_ctl_open()
 */
struct vbuf_ctl_monitor *vbuf_ctl_open_monitor(void);

/**
 * vbuf_ctl_close_monitor - listen no more
 * @monitor: the monitor, or NULL
 *
 * The event that it gave goes with it. Does not change errno.
 */
void vbuf_ctl_close_monitor(struct vbuf_ctl_monitor *monitor);

/**
 * vbuf_ctl_monitor_fd - have a monitor's descriptor
 * @monitor: the monitor
 *
 * It is for poll(), epoll and their like: it is readable, or has an error, when
 * there may be something to be had from vbuf_ctl_next_event(). Who waits for edges
 * has to call that until it returns 0. A program may also set SO_RCVBUF on it.
 *
 * Return: the descriptor, which is the monitor's, and is closed with it.
 */
int vbuf_ctl_monitor_fd(const struct vbuf_ctl_monitor *monitor);

/**
 * vbuf_ctl_next_event - have the next event, if there is one
 * @monitor: the monitor
 * @event: out: the event, until the next call with @monitor
 *
 * Does not block. Events of one channel come in the order in which things happened.
 *
 * Who keeps a list opens a monitor first, and then has the list given. If events
 * are lost (%ENOBUFS), those that had come are gone as well, so that a list that
 * is asked for after that is behind none that is still to come: the new list takes
 * the place of the old one. Events that come after a list may tell what is in it
 * already. Ids tell, for none is used twice.
 *
 * Return: 1; 0 if there is none now; or -1 and errno:
 *
 * * %ENOBUFS: events were lost, and all that had come were thrown away
 * * %ENODEV: the module was unloaded, all that came before was given, and the
 *   monitor is of no more use: each further call fails so, too
 * * %EPROTO: what came makes no sense; the next may
 */
int vbuf_ctl_next_event(struct vbuf_ctl_monitor *monitor,
			const struct vbuf_ctl_event **event);

#ifdef __cplusplus
}
#endif

#endif /* _VBUF_CTL_H */
