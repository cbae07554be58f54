/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_MESSAGES_H
#define VBUF_MESSAGES_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <linux/vbuf_netlink.h>

#include "threads.h"

struct vbuf_chain;
struct vbuf_channel;
struct vbuf_times_look;

/**
 * DOC: The account of a message
 *
 * Where the time goes from a message's sending until its receiver has it; what
 * each part means says linux/vbuf_trace.h. It is made as the message is received, by
 * the receiver, from its thread's account: when it called, was woken, and ran. So it
 * costs sender and queue nothing; and where no accounts of threads are kept there
 * is none of messages.
 *
 * A channel's histograms are there from the first message that was received so.
 */

/**
 * struct vbuf_message_times - of one message, in ns
 * @queued: until somebody called for it, or was woken for it
 * @waking: until that ran, if it @slept
 * @receiving: until that had it
 * @slept: the receiver did
 */
struct vbuf_message_times {
	u64 queued;
	u64 waking;
	u64 receiving;
	bool slept;
};

/**
 * struct vbuf_histograms - of a channel's messages, by log2 of ns
 * @queued: of all
 * @waking: of those whose receiver slept
 * @receiving: of all
 */
struct vbuf_histograms {
	atomic64_t queued[VBUF_HISTOGRAM_SIZE];
	atomic64_t waking[VBUF_HISTOGRAM_SIZE];
	atomic64_t receiving[VBUF_HISTOGRAM_SIZE];
};

bool vbuf_messages_look(const struct vbuf_channel *ch,
			struct vbuf_times_look *look);
void vbuf_messages_received_all(struct vbuf_channel *ch,
				const struct vbuf_chain *chain);
void vbuf_messages_received_one(struct vbuf_channel *ch, u32 n);

/* The caller has received a message; its slot is the caller's still. */
static __always_inline void vbuf_messages_note(struct vbuf_channel *ch, u32 n)
{
	if (vbuf_threads_are_asked())
		vbuf_messages_received_one(ch, n);
}

/* The same of several. */
static __always_inline void
vbuf_messages_note_all(struct vbuf_channel *ch, const struct vbuf_chain *chain)
{
	if (vbuf_threads_are_asked())
		vbuf_messages_received_all(ch, chain);
}

#endif /* VBUF_MESSAGES_H */
