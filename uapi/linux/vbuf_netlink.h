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
 * with %EINVAL or %ERANGE, and an extended acknowledgement that tells which
 * attribute it was, and why (NETLINK_EXT_ACK). No command waits for a message or
 * for a slot, or keeps a channel from sending and receiving for longer than it
 * takes to read its counters.
 *
 * A dump tells the channels in order of their ids, of each one consistent look;
 * the whole is not one. Messages of a dump during which a channel came or went
 * carry %NLM_F_DUMP_INTR: who wants a consistent whole asks once more.
 *
 * Every command may fail with %ENOMEM.
 */
#define VBUF_FAMILY_NAME	"vbuf"
#define VBUF_FAMILY_VERSION	1

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
 * @VBUF_CMD_ENDPOINT_GET: a dump only: tells of the endpoints, channel by
 *	channel, in order of their ids (&enum vbuf_endpoint_attr); with
 *	%VBUF_A_ENDPOINT_CHANNEL of one channel's, with %VBUF_A_ENDPOINT_PID of
 *	those that one process opened. Endpoints of channels of which the asker may
 *	not see more than the id are left out.
 *	%ENOENT: there is no channel of that id. %EACCES: the asker may not
 *	see that channel's endpoints
 */
enum vbuf_cmd {
	VBUF_CMD_CHANNEL_GET = 1,
	VBUF_CMD_ENDPOINT_GET,

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

	/* private: */
	__VBUF_A_CHANNEL_MAX,
	VBUF_A_CHANNEL_MAX = __VBUF_A_CHANNEL_MAX - 1
};

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
 *	namespace, exact to a tick of the kernel's clock; not there if none waits
 * @VBUF_A_ENDPOINT_SENT: u64: messages sent through it
 * @VBUF_A_ENDPOINT_RECEIVED: u64: messages received through it and not put back
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

	/* private: */
	__VBUF_A_ENDPOINT_MAX,
	VBUF_A_ENDPOINT_MAX = __VBUF_A_ENDPOINT_MAX - 1
};

#endif /* _UAPI_LINUX_VBUF_NETLINK_H */
