/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vbuf: the generic netlink family that shows channels and their endpoints.
 *
 * The same is told, in the form of the kernel's netlink specifications, in
 * Documentation/netlink/vbuf.yaml.
 */
#ifndef _UAPI_LINUX_VBUF_NETLINK_H
#define _UAPI_LINUX_VBUF_NETLINK_H

/**
 * DOC: The family
 *
 * The family is named %VBUF_FAMILY_NAME. A socket sees the channels of the
 * network namespace that it was made in, and no others. Who asks is whoever
 * opened the socket, not whoever was tricked into writing to it: what the
 * channels' modes say, and %CAP_IPC_OWNER in the user namespace that owns the
 * network namespace, is asked of its credentials, and user and group ids are
 * told as its user namespace has them (65534, the overflow id, for those that it
 * has not). Process ids are told as the reader's pid namespace has them.
 *
 * Requests are checked strictly: an attribute that the command does not take,
 * one of a wrong size or out of range, and bytes after the last one are refused
 * with %EINVAL or %ERANGE, and an extended acknowledgment that tells which
 * attribute it was, and why (NETLINK_EXT_ACK). So is what the command itself
 * refuses, but for a dump on kernels before 6.7, which tell the error alone.
 * No command waits for a message or
 * for a slot, or keeps a channel from sending and receiving for longer than it
 * takes to read its counters.
 *
 * A dump tells the channels in order of their ids, of each one consistent look;
 * the whole is not one. If meanwhile a channel came, went or lost its name, or an
 * endpoint came to or went from the channel that a dump of endpoints was amid, the
 * next message of the dump, which may be its end, carries %NLM_F_DUMP_INTR: who
 * wants a consistent whole asks once more.
 *
 * Every command may fail with %ENOMEM.
 */
#define VBUF_FAMILY_NAME	"vbuf"
#define VBUF_FAMILY_VERSION	1

/**
 * DOC: Events
 *
 * Events of a network namespace are sent to sockets of it, in two ways. Those that
 * have subscribed (%VBUF_CMD_EVENT_SUBSCRIBE) get all that they may see: of channels
 * that they may look at, and of limits that refused their own user, or of all limits
 * with %CAP_SYS_RESOURCE in the user namespace that owns the network namespace; all
 * this by the credentials of whoever opened the socket. Those that have joined the
 * multicast group %VBUF_GROUP_EVENTS get what everybody there may see: the events of
 * channels whose mode lets the group and others read or write.
 *
 * Events of one channel come in the order in which things happened, shortly
 * afterwards. None is lost but for want of room, in the socket's buffer or where
 * events wait to be delivered, or of memory: the next recv() then fails with
 * %ENOBUFS, once, and nothing more comes until all that is there has been read. Who
 * keeps a list of what there is reads that, and then looks again by a dump. When the
 * module is unloaded, the next recv() of a socket that has subscribed fails with
 * %ENODEV, once; what was delivered before can be read still.
 */
#define VBUF_GROUP_EVENTS	"events"

/**
 * enum vbuf_cmd - commands of the family
 * @VBUF_CMD_CHANNEL_GET: tells of one channel, by %VBUF_A_CHANNEL_ID or
 *	%VBUF_A_CHANNEL_NAME, or, as a dump, which takes no attribute, of all in
 *	the network namespace. Answers with attributes of
 *	&enum vbuf_channel_attr; of a channel that the asker neither owns nor
 *	may read or write nor has the capability for, with %VBUF_A_CHANNEL_ID and
 *	%VBUF_A_CHANNEL_HIDDEN.
 *	%ENOENT: there is no such channel. %EINVAL: neither id nor name, or
 *	both; no name at all
 * @VBUF_CMD_ENDPOINT_GET: a dump: tells of the endpoints, channel by
 *	channel, in order of their ids (&enum vbuf_endpoint_attr); with
 *	%VBUF_A_ENDPOINT_CHANNEL of one channel's, with %VBUF_A_ENDPOINT_PID of
 *	those that one process opened. Endpoints of channels of which the asker may
 *	not see more than the id are left out.
 *	%ENOENT: there is no channel of that id. %EACCES: the asker may not
 *	see that channel's endpoints. %EOPNOTSUPP: not asked for as a dump
 * @VBUF_CMD_LIMIT_GET: tells of one limit, by %VBUF_A_LIMIT_SCOPE and
 *	%VBUF_A_LIMIT_RESOURCE, or, as a dump, which takes no attribute, of all.
 *	The limits are those of the user namespace that owns the socket's network
 *	namespace. Answers with attributes of &enum vbuf_limit_attr.
 *	%EINVAL: one of the two is missing
 * @VBUF_CMD_LIMIT_SET: sets one limit to %VBUF_A_LIMIT_VALUE, by
 *	%VBUF_A_LIMIT_SCOPE and %VBUF_A_LIMIT_RESOURCE. What somebody has already
 *	stays. The limits of the initial user namespace, which are the host's,
 *	can be set from the initial network namespace alone.
 *	%EINVAL: one of the three is missing. %EPERM: the socket's opener or the
 *	caller has not got %CAP_SYS_RESOURCE in the user namespace, or the network
 *	namespace is not the initial one and yet owned by the initial user
 *	namespace. %ERANGE: more than holds for the user namespace from above, or
 *	slots larger than %VBUF_MAX_SLOT_SIZE
 * @VBUF_CMD_EVENT: nothing to be asked for: what subscribers and the multicast
 *	group are sent (&enum vbuf_event_attr)
 * @VBUF_CMD_EVENT_SUBSCRIBE: from now on the socket is sent events, until it is
 *	closed; of what happened before, nothing. It takes no attribute; once more
 *	is no error, and no change.
 *	%EDQUOT: 64 sockets have subscribed in the network namespace that belong
 *	to the same user, or to users of user namespaces that are the same user's,
 *	and the socket's opener has not got %CAP_NET_ADMIN in the initial user
 *	namespace; or 1024 have
 * @VBUF_CMD_THREAD_GET: a dump, which takes no attribute: tells the accounts of
 *	threads (&enum vbuf_thread_attr), which are kept while a trace session is open
 *	(%VBUF_IOC_TRACE): of those that have called on a file of /dev/vbuf
 *	meanwhile, and that the socket's opener may see: threads whose real,
 *	effective and saved user ids are its effective one, and that have no power beyond
 *	it, or all with %CAP_PERFMON in the initial user namespace, of the reader's pid
 *	namespace. Those that neither come nor go meanwhile are told once. %EOPNOTSUPP: not
 *	asked for as a dump
 */
enum vbuf_cmd {
	VBUF_CMD_CHANNEL_GET = 1,
	VBUF_CMD_ENDPOINT_GET,
	VBUF_CMD_LIMIT_GET,
	VBUF_CMD_LIMIT_SET,
	VBUF_CMD_EVENT,
	VBUF_CMD_EVENT_SUBSCRIBE,
	VBUF_CMD_THREAD_GET,

	/* private: */
	__VBUF_CMD_MAX,
	VBUF_CMD_MAX = __VBUF_CMD_MAX - 1
};

/**
 * enum vbuf_channel_attr - of one channel
 * @VBUF_A_CHANNEL_PAD: aligns those of 64 bits
 * @VBUF_A_CHANNEL_ID: u64: never used again while the module is loaded
 * @VBUF_A_CHANNEL_NAME: string: as created; without one, it is not there
 * @VBUF_A_CHANNEL_HIDDEN: flag: the asker may not see more than the id
 * @VBUF_A_CHANNEL_STATE: u32: %VBUF_STATE_UNLINKED, %VBUF_STATE_NO_SENDER,
 *	%VBUF_STATE_NO_RECEIVER
 * @VBUF_A_CHANNEL_FLAGS: u32: %VBUF_PERSIST and so on, as created
 * @VBUF_A_CHANNEL_SLOTS: u32: how many messages it holds
 * @VBUF_A_CHANNEL_SLOT_SIZE: u32: bytes of the longest message
 * @VBUF_A_CHANNEL_MODE: u32: permission bits
 * @VBUF_A_CHANNEL_HELD_MAX: u32: slots that one endpoint may own; 0: any number
 * @VBUF_A_CHANNEL_MAX_DELIVERIES: u32: of one message; 0: any number
 * @VBUF_A_CHANNEL_UID: u32: its owner
 * @VBUF_A_CHANNEL_GID: u32: its group
 * @VBUF_A_CHANNEL_BYTES: u64: of memory that it takes, as limits count them
 * @VBUF_A_CHANNEL_SENDERS: u32: endpoints that can send
 * @VBUF_A_CHANNEL_RECEIVERS: u32: endpoints that can receive
 * @VBUF_A_CHANNEL_BLOCKED_SENDERS: u32: threads that wait for a slot
 * @VBUF_A_CHANNEL_BLOCKED_RECEIVERS: u32: threads that wait for a message
 * @VBUF_A_CHANNEL_FREE: u32: slots that are free
 * @VBUF_A_CHANNEL_SENDING: u32: slots that senders own
 * @VBUF_A_CHANNEL_DEPTH: u32: messages in the queue
 * @VBUF_A_CHANNEL_RECEIVING: u32: slots that receivers own
 * @VBUF_A_CHANNEL_MAX_DEPTH: u32: the most messages that were in the queue
 * @VBUF_A_CHANNEL_SENT: u64: messages sent
 * @VBUF_A_CHANNEL_RECEIVED: u64: messages received and not put back
 * @VBUF_A_CHANNEL_SENT_BYTES: u64: bytes in the messages sent
 * @VBUF_A_CHANNEL_RECEIVED_BYTES: u64: bytes in the messages received
 * @VBUF_A_CHANNEL_DROPPED_OLDEST: u64: messages dropped by %VBUF_DROP_OLDEST
 * @VBUF_A_CHANNEL_DROPPED_HOLDER: u64: messages dropped because their receiver
 *	ended before it released them
 * @VBUF_A_CHANNEL_DROPPED_DELIVERIES: u64: messages dropped at
 *	%VBUF_A_CHANNEL_MAX_DELIVERIES
 * @VBUF_A_CHANNEL_TIME_QUEUED: binary: how long messages were queued, a histogram
 * @VBUF_A_CHANNEL_TIME_WAKING: binary: how long after that their receivers, those that had
 *	slept for them, were woken and did not run yet, a histogram
 * @VBUF_A_CHANNEL_TIME_RECEIVING: binary: how long receivers took from then on, a histogram
 *
 * A histogram is an array of u64, of which entry 0 counts what took no time, and
 * entry *i* what took from 2^(i-1) ns to less than 2^i, entry 39 also all that took
 * longer. They count what was received while a trace session was open
 * (%VBUF_IOC_TRACE), and are not there if nothing was. linux/vbuf_trace.h defines the
 * three times (@queued_ns, @waking_ns, @receiving_ns).
 *
 * Free, sending, depth and receiving add up to slots; and sent is received +
 * depth + receiving + the three dropped.
 */
enum vbuf_channel_attr {
	VBUF_A_CHANNEL_PAD = 1,
	VBUF_A_CHANNEL_ID,
	VBUF_A_CHANNEL_NAME,
	VBUF_A_CHANNEL_HIDDEN,
	VBUF_A_CHANNEL_STATE,
	VBUF_A_CHANNEL_FLAGS,
	VBUF_A_CHANNEL_SLOTS,
	VBUF_A_CHANNEL_SLOT_SIZE,
	VBUF_A_CHANNEL_MODE,
	VBUF_A_CHANNEL_HELD_MAX,
	VBUF_A_CHANNEL_MAX_DELIVERIES,
	VBUF_A_CHANNEL_UID,
	VBUF_A_CHANNEL_GID,
	VBUF_A_CHANNEL_BYTES,
	VBUF_A_CHANNEL_SENDERS,
	VBUF_A_CHANNEL_RECEIVERS,
	VBUF_A_CHANNEL_BLOCKED_SENDERS,
	VBUF_A_CHANNEL_BLOCKED_RECEIVERS,
	VBUF_A_CHANNEL_FREE,
	VBUF_A_CHANNEL_SENDING,
	VBUF_A_CHANNEL_DEPTH,
	VBUF_A_CHANNEL_RECEIVING,
	VBUF_A_CHANNEL_MAX_DEPTH,
	VBUF_A_CHANNEL_SENT,
	VBUF_A_CHANNEL_RECEIVED,
	VBUF_A_CHANNEL_SENT_BYTES,
	VBUF_A_CHANNEL_RECEIVED_BYTES,
	VBUF_A_CHANNEL_DROPPED_OLDEST,
	VBUF_A_CHANNEL_DROPPED_HOLDER,
	VBUF_A_CHANNEL_DROPPED_DELIVERIES,
	VBUF_A_CHANNEL_TIME_QUEUED,
	VBUF_A_CHANNEL_TIME_WAKING,
	VBUF_A_CHANNEL_TIME_RECEIVING,

	/* private: */
	__VBUF_A_CHANNEL_MAX,
	VBUF_A_CHANNEL_MAX = __VBUF_A_CHANNEL_MAX - 1
};

/* Entries of a channel's histograms. */
#define VBUF_HISTOGRAM_SIZE	40

/* Bits of VBUF_A_CHANNEL_STATE. */
#define VBUF_STATE_UNLINKED	0x2U	/* has no name any more */
#define VBUF_STATE_NO_SENDER	0x4U	/* the last sender has gone */
#define VBUF_STATE_NO_RECEIVER	0x8U	/* the last receiver has gone */

/**
 * enum vbuf_endpoint_attr - of one endpoint
 * @VBUF_A_ENDPOINT_PAD: aligns those of 64 bits
 * @VBUF_A_ENDPOINT_ID: u64: never used again while the module is loaded
 * @VBUF_A_ENDPOINT_CHANNEL: u64: its channel's id
 * @VBUF_A_ENDPOINT_PID: u32: the process that opened it; 0 if the reader's pid
 *	namespace does not have it
 * @VBUF_A_ENDPOINT_COMM: string: that process's command name, up to 15 bytes; not
 *	there if %VBUF_A_ENDPOINT_PID is 0 or the process has ended
 * @VBUF_A_ENDPOINT_UID: u32: the effective user id with which it was opened
 * @VBUF_A_ENDPOINT_RIGHTS: u32: %VBUF_RIGHT_RECV and %VBUF_RIGHT_SEND, as far as
 *	it was not shut down
 * @VBUF_A_ENDPOINT_OWNED: u32: slots that it owns
 * @VBUF_A_ENDPOINT_BLOCKED_SENDERS: u32: its threads that wait for a slot
 * @VBUF_A_ENDPOINT_BLOCKED_RECEIVERS: u32: its threads that wait for a message
 * @VBUF_A_ENDPOINT_BLOCKED_SINCE: u64: since when threads of its have waited
 *	without a break, in nanoseconds of CLOCK_MONOTONIC in the reader's time
 *	namespace, exact to two ticks of the kernel's clock; not there if none waits
 * @VBUF_A_ENDPOINT_SENT: u64: messages sent through it
 * @VBUF_A_ENDPOINT_RECEIVED: u64: messages received through it and not put back
 * @VBUF_A_ENDPOINT_IN_SEND: u64: ns that threads which have accounts
 *	(%VBUF_CMD_THREAD_GET) slept in it until there was a slot; of a sleep that lasts,
 *	once it ends
 * @VBUF_A_ENDPOINT_IN_RECV: u64: the same, until there was a message
 */
enum vbuf_endpoint_attr {
	VBUF_A_ENDPOINT_PAD = 1,
	VBUF_A_ENDPOINT_ID,
	VBUF_A_ENDPOINT_CHANNEL,
	VBUF_A_ENDPOINT_PID,
	VBUF_A_ENDPOINT_COMM,
	VBUF_A_ENDPOINT_UID,
	VBUF_A_ENDPOINT_RIGHTS,
	VBUF_A_ENDPOINT_OWNED,
	VBUF_A_ENDPOINT_BLOCKED_SENDERS,
	VBUF_A_ENDPOINT_BLOCKED_RECEIVERS,
	VBUF_A_ENDPOINT_BLOCKED_SINCE,
	VBUF_A_ENDPOINT_SENT,
	VBUF_A_ENDPOINT_RECEIVED,
	VBUF_A_ENDPOINT_IN_SEND,
	VBUF_A_ENDPOINT_IN_RECV,

	/* private: */
	__VBUF_A_ENDPOINT_MAX,
	VBUF_A_ENDPOINT_MAX = __VBUF_A_ENDPOINT_MAX - 1
};

/**
 * enum vbuf_scope - for whom a limit is
 * @VBUF_SCOPE_TOTAL: all users of a user namespace, and of those below it,
 *	together; what its owner has elsewhere does not count
 * @VBUF_SCOPE_USER: each user of it, with what the users of the namespaces
 *	have that are the user's own; %CAP_SYS_RESOURCE there passes
 */
enum vbuf_scope {
	VBUF_SCOPE_TOTAL,
	VBUF_SCOPE_USER,

	/* private: */
	__VBUF_SCOPE_MAX,
	VBUF_SCOPE_MAX = __VBUF_SCOPE_MAX - 1
};

/**
 * enum vbuf_resource - of what there is a limit
 * @VBUF_RESOURCE_CHANNELS: channels
 * @VBUF_RESOURCE_ENDPOINTS: endpoints
 * @VBUF_RESOURCE_BYTES: bytes of channels and regions
 * @VBUF_RESOURCE_SLOT_SIZE: bytes of a slot, of one channel; what there is of it
 *	is not added up
 */
enum vbuf_resource {
	VBUF_RESOURCE_CHANNELS,
	VBUF_RESOURCE_ENDPOINTS,
	VBUF_RESOURCE_BYTES,
	VBUF_RESOURCE_SLOT_SIZE,

	/* private: */
	__VBUF_RESOURCE_MAX,
	VBUF_RESOURCE_MAX = __VBUF_RESOURCE_MAX - 1
};

/**
 * enum vbuf_thread_attr - of the account of a thread
 * @VBUF_A_THREAD_PAD: aligns those of 64 bits
 * @VBUF_A_THREAD_TID: u32: the thread
 * @VBUF_A_THREAD_PID: u32: its process
 * @VBUF_A_THREAD_COMM: string: its name
 * @VBUF_A_THREAD_BEGAN: u64: since when the account is kept, in nanoseconds of
 *	CLOCK_MONOTONIC in the reader's time namespace
 * @VBUF_A_THREAD_UNTIL: u64: up to when it goes, the same
 * @VBUF_A_THREAD_RUNNING: u64: ns that it ran, without interrupts
 * @VBUF_A_THREAD_READY: u64: ns that it could have run and waited for a processor
 * @VBUF_A_THREAD_IN_SEND: u64: ns that it slept until there was a slot
 * @VBUF_A_THREAD_IN_RECV: u64: ns that it slept until there was a message
 * @VBUF_A_THREAD_ASLEEP: u64: ns that it slept otherwise
 * @VBUF_A_THREAD_HARDIRQ: u64: ns that hard interrupts took while it ran
 * @VBUF_A_THREAD_SOFTIRQ: u64: ns that softirqs took while it ran
 * @VBUF_A_THREAD_VOLUNTARY: u64: switches from it as it went to sleep
 * @VBUF_A_THREAD_INVOLUNTARY: u64: switches from it as others were to run
 * @VBUF_A_THREAD_MIGRATIONS: u64: how often it went to another processor
 * @VBUF_A_THREAD_HARDIRQS: u64: hard interrupts while it ran
 * @VBUF_A_THREAD_SOFTIRQS: u64: softirqs while it ran
 * @VBUF_A_THREAD_USER_FAULTS: u64: its page faults in user mode
 * @VBUF_A_THREAD_KERNEL_FAULTS: u64: its page faults in kernel mode
 * @VBUF_A_THREAD_WAITS: nest: how long it slept for one channel (&enum
 *	vbuf_waits_attr); as often as there are such, up to sixteen
 *
 * The times, from running to softirq, add up to until - began. They are as the
 * kernel's tracepoints tell them: a switch belongs to the thread that it is from up
 * to sched_switch, and an interrupt's first and last instructions, outside of its
 * entry's and exit's tracepoints, to the thread.
 */
enum vbuf_thread_attr {
	VBUF_A_THREAD_PAD = 1,
	VBUF_A_THREAD_TID,
	VBUF_A_THREAD_PID,
	VBUF_A_THREAD_COMM,
	VBUF_A_THREAD_BEGAN,
	VBUF_A_THREAD_UNTIL,
	VBUF_A_THREAD_RUNNING,
	VBUF_A_THREAD_READY,
	VBUF_A_THREAD_IN_SEND,
	VBUF_A_THREAD_IN_RECV,
	VBUF_A_THREAD_ASLEEP,
	VBUF_A_THREAD_HARDIRQ,
	VBUF_A_THREAD_SOFTIRQ,
	VBUF_A_THREAD_VOLUNTARY,
	VBUF_A_THREAD_INVOLUNTARY,
	VBUF_A_THREAD_MIGRATIONS,
	VBUF_A_THREAD_HARDIRQS,
	VBUF_A_THREAD_SOFTIRQS,
	VBUF_A_THREAD_USER_FAULTS,
	VBUF_A_THREAD_KERNEL_FAULTS,
	VBUF_A_THREAD_WAITS,

	/* private: */
	__VBUF_A_THREAD_MAX,
	VBUF_A_THREAD_MAX = __VBUF_A_THREAD_MAX - 1
};

/**
 * enum vbuf_waits_attr - of how long a thread slept for one channel
 * @VBUF_A_WAITS_PAD: aligns those of 64 bits
 * @VBUF_A_WAITS_CHANNEL: u64: the channel's id
 * @VBUF_A_WAITS_IN_SEND: u64: ns of the thread's in-send time
 * @VBUF_A_WAITS_IN_RECV: u64: ns of its in-recv time
 */
enum vbuf_waits_attr {
	VBUF_A_WAITS_PAD = 1,
	VBUF_A_WAITS_CHANNEL,
	VBUF_A_WAITS_IN_SEND,
	VBUF_A_WAITS_IN_RECV,

	/* private: */
	__VBUF_A_WAITS_MAX,
	VBUF_A_WAITS_MAX = __VBUF_A_WAITS_MAX - 1
};

/**
 * enum vbuf_limit_attr - of one limit
 * @VBUF_A_LIMIT_PAD: aligns those of 64 bits
 * @VBUF_A_LIMIT_SCOPE: u32: &enum vbuf_scope
 * @VBUF_A_LIMIT_RESOURCE: u32: &enum vbuf_resource
 * @VBUF_A_LIMIT_VALUE: u64: as set in this user namespace; 2^64 - 1 for none
 * @VBUF_A_LIMIT_HOLDS: u64: the least of it and those that hold from above, for
 *	the namespace or its owner; 2^64 - 1 for none
 * @VBUF_A_LIMIT_USE: u64: what is counted against it: in total, or of the
 *	asker; not there for %VBUF_RESOURCE_SLOT_SIZE, nor of a user for an
 *	asker who is of another user namespace
 * @VBUF_A_LIMIT_HITS: u64: how often it has refused somebody
 */
enum vbuf_limit_attr {
	VBUF_A_LIMIT_PAD = 1,
	VBUF_A_LIMIT_SCOPE,
	VBUF_A_LIMIT_RESOURCE,
	VBUF_A_LIMIT_VALUE,
	VBUF_A_LIMIT_HOLDS,
	VBUF_A_LIMIT_USE,
	VBUF_A_LIMIT_HITS,

	/* private: */
	__VBUF_A_LIMIT_MAX,
	VBUF_A_LIMIT_MAX = __VBUF_A_LIMIT_MAX - 1
};

/**
 * enum vbuf_event - what has happened
 * @VBUF_EVENT_CREATED: a channel was created
 * @VBUF_EVENT_UNLINKED: a channel has lost its name
 * @VBUF_EVENT_REMOVED: a channel has gone
 * @VBUF_EVENT_CAME: an endpoint came; the first one of a channel, just before it
 *	is created, makes no event of its own
 * @VBUF_EVENT_WENT: an endpoint went
 * @VBUF_EVENT_DIED: an endpoint is about to go that still held messages, which are
 *	queued again or dropped, as the channel's flags say
 * @VBUF_EVENT_STALLED: a sender has waited for a slot for as long as the module's
 *	parameter stall_ms says
 * @VBUF_EVENT_FLOWS: that is over
 * @VBUF_EVENT_LIMIT: a limit has refused somebody
 */
enum vbuf_event {
	VBUF_EVENT_CREATED,
	VBUF_EVENT_UNLINKED,
	VBUF_EVENT_REMOVED,
	VBUF_EVENT_CAME,
	VBUF_EVENT_WENT,
	VBUF_EVENT_DIED,
	VBUF_EVENT_STALLED,
	VBUF_EVENT_FLOWS,
	VBUF_EVENT_LIMIT,

	/* private: */
	__VBUF_EVENT_MAX,
	VBUF_EVENT_MAX = __VBUF_EVENT_MAX - 1
};

/**
 * enum vbuf_event_attr - of one event
 * @VBUF_A_EVENT_PAD: aligns those of 64 bits
 * @VBUF_A_EVENT_KIND: u32: &enum vbuf_event
 * @VBUF_A_EVENT_TIME: u64: when, in nanoseconds of the host's CLOCK_MONOTONIC
 * @VBUF_A_EVENT_CHANNEL: u64: the channel's id; of all but a limit
 * @VBUF_A_EVENT_NAME: string: the channel's name as created, if it has one
 * @VBUF_A_EVENT_ENDPOINT: u64: the endpoint's id; of what is about one
 * @VBUF_A_EVENT_RIGHTS: u32: of an endpoint that came or went: its rights
 * @VBUF_A_EVENT_UID: u32: who created the channel, opened the endpoint, or was
 *	refused, as the user namespace that owns the network namespace has it
 * @VBUF_A_EVENT_COUNT: u64: DIED: messages that it held; STALLED: senders that
 *	wait
 * @VBUF_A_EVENT_SINCE: u64: STALLED: since when the first of them has waited, in
 *	nanoseconds of the host's CLOCK_MONOTONIC
 * @VBUF_A_EVENT_SCOPE: u32: LIMIT: &enum vbuf_scope
 * @VBUF_A_EVENT_RESOURCE: u32: LIMIT: &enum vbuf_resource
 * @VBUF_A_EVENT_VALUE: u64: LIMIT: how much the limit is
 */
enum vbuf_event_attr {
	VBUF_A_EVENT_PAD = 1,
	VBUF_A_EVENT_KIND,
	VBUF_A_EVENT_TIME,
	VBUF_A_EVENT_CHANNEL,
	VBUF_A_EVENT_NAME,
	VBUF_A_EVENT_ENDPOINT,
	VBUF_A_EVENT_RIGHTS,
	VBUF_A_EVENT_UID,
	VBUF_A_EVENT_COUNT,
	VBUF_A_EVENT_SINCE,
	VBUF_A_EVENT_SCOPE,
	VBUF_A_EVENT_RESOURCE,
	VBUF_A_EVENT_VALUE,

	/* private: */
	__VBUF_A_EVENT_MAX,
	VBUF_A_EVENT_MAX = __VBUF_A_EVENT_MAX - 1
};

#endif /* _UAPI_LINUX_VBUF_NETLINK_H */
