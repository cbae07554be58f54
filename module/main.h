/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_MAIN_H
#define VBUF_MAIN_H

/**
 * DOC: Rooms and locks
 *
 * Dependencies run one way:
 *
 *   cdev -> bind -> { registry, region, endpoint } -> channel
 *   cdev -> transfer -> { held, moves } -> channel
 *   cdev -> move -> { transfer, region, reserved, held, moves } -> channel
 *   netlink -> { look, limits, events }, look -> { registry, channel }
 *   moves -> stalls <-> registry -> events
 *   bind -> sessions -> { threads, probes, moves }
 *   { cdev, transfer, move, waiter } -> { threads, messages } -> thread -> sessions
 *   threads -> probes -> { threads, thread }
 *
 * with slots, offline, events, limits -> account, and user (all access to user
 * memory) as leaves. moves, held, wakes and waiter tell trace what happens, which
 * looks at the channel for who traces.
 * What is to the right of transfer is the channel's inside, in files by concern:
 * they know struct vbuf_channel and one another (channel -> { held, reserved }
 * -> moves -> wakes <-> waiter).
 *
 * All locks, the outer ones first; a lock to the right is taken with those on
 * its path held, or with none:
 *
 *   registry_lock (mutex, registry.c)       names and ids, last references
 *     members_lock (mutex, one a channel)   the channel's endpoints
 *       lock (spinlock, one a channel)      slots, lines, states
 *         watched_lock (spinlock, stalls.c) channels where senders wait
 *     messages.lock (spinlock, netlink_queue.c) events that wait for their worker
 *   mmap_lock (the caller's process's)
 *     region->lock (mutex)                  what is mapped; held to insert pages
 *       page-table locks
 *       messages.lock                       as a limit refuses a window
 *   lock (mutex, netlink_subscribers.c)     who has subscribed
 *     messages.lock                         to subscribe
 *   askers_lock (mutex, threads.c)          whether accounts of threads are kept
 *     buckets_lock (raw spinlock, threads.c) which threads have one
 *       thread->lock (raw spinlock)         one account
 *   sessions_lock (mutex, sessions.c)       who is told
 *   vbuf_accounts_lock (spinlock, account.c) who has how much; innermost
 *
 * thread->lock is taken by probes, too, with the scheduler's own locks held, interrupts
 * off, and any of the above: nothing else is taken within it, and nobody woken.
 *
 * Pages are taken out of page tables, at last, by unmap_mapping_range(), which
 * takes i_mmap_rwsem, with none of ours held.
 *
 * No thread that waits in a channel is woken, no signal is sent and no user memory
 * is touched with any of them held; who listens to events is woken by their worker,
 * with the subscribers' lock held.
 */

#endif /* VBUF_MAIN_H */
