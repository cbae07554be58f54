// SPDX-License-Identifier: GPL-2.0
/* A channel as it looks from outside: counts, readiness, who waits. */
#include "vbuf_test.h"

/* How long a state may take to come about on a slow machine. */
#define PATIENCE_MSEC	20000

/* Channels to ask for at a time. */
#define LOOK		64U

struct vbuf_getattr vt_getattr(int fd)
{
	struct vbuf_getattr attr = { .size = sizeof(attr) };
	long ret = vt_ioctl(fd, VBUF_IOC_GETATTR, &attr);

	if (ret)
		vt_die("getattr: %ld", ret);
	return attr;
}

/* Tells whether this network namespace has a channel with that id. */
bool vt_find(__u64 id, struct vbuf_channel_info *info)
{
	struct vbuf_list list = {
		.size = sizeof(list), .count = 1, .entry_size = sizeof(*info),
		.entries = (uintptr_t)info, .after = id - 1 };
	int fd = vt_device();
	long ret = vt_ioctl(fd, VBUF_IOC_LIST, &list);

	close(fd);
	if (ret < 0)
		vt_die("list: %ld", ret);
	return ret == 1 && info->id == id;
}

struct vbuf_channel_info vt_look(int fd)
{
	struct vbuf_channel_info info;

	if (!vt_find(vt_getattr(fd).id, &info))
		vt_die("the list lacks the channel of descriptor %d", fd);
	return info;
}

/*
 * Every slot is in one place, no message came from or went to nowhere, and nobody
 * waits for what is there. The kernel counts as sending what is nowhere else: a
 * slot that was lost shows when nobody is in a call any more (vt_at_rest()).
 */
bool vt_balanced(const struct vbuf_channel_info *info)
{
	__u64 slots = (__u64)info->free + info->sending + info->depth +
		      info->receiving;
	__u64 messages = info->received + info->depth + info->receiving +
			 info->dropped_oldest + info->dropped_holder +
			 info->dropped_deliveries;

	if (slots == info->attr.slots && messages == info->sent &&
	    !(info->free && info->blocked_senders) &&
	    !(info->depth && info->blocked_receivers))
		return true;
	fprintf(stderr, "# %u slots: %u free, %u sending, %u queued, %u receiving\n",
		info->attr.slots, info->free, info->sending, info->depth,
		info->receiving);
	fprintf(stderr, "# %u senders and %u receivers wait\n",
		info->blocked_senders, info->blocked_receivers);
	fprintf(stderr, "# %llu sent, %llu received, %llu + %llu + %llu dropped\n",
		info->sent, info->received, info->dropped_oldest,
		info->dropped_holder, info->dropped_deliveries);
	return false;
}

/* Balanced, and no call of anybody's is under way. */
bool vt_at_rest(const struct vbuf_channel_info *info)
{
	if (!vt_balanced(info))
		return false;
	if (!info->sending && !info->blocked_senders && !info->blocked_receivers)
		return true;
	fprintf(stderr, "# left over: %u sending, %u + %u blocked\n",
		info->sending, info->blocked_senders, info->blocked_receivers);
	return false;
}

bool vt_settled(int fd)
{
	struct vbuf_channel_info info = vt_look(fd);

	return vt_at_rest(&info);
}

/* How many channels the namespace has, which are all as they should be. */
long vt_look_at_all(bool (*is_right)(const struct vbuf_channel_info *info))
{
	struct vbuf_channel_info info[LOOK];
	struct vbuf_list list = {
		.size = sizeof(list), .count = LOOK,
		.entry_size = sizeof(info[0]), .entries = (uintptr_t)info };
	long found = 0, ret, i;
	int fd = vt_device();

	do {
		ret = vt_ioctl(fd, VBUF_IOC_LIST, &list);
		if (ret < 0)
			vt_die("list: %ld", ret);
		for (i = 0; i < ret; i++) {
			if (info[i].id <= list.after || !is_right(&info[i]))
				vt_die("channel %llu is out of order, or not right",
				       info[i].id);
			list.after = info[i].id;
		}
		found += ret;
	} while (ret == (long)LOOK);
	close(fd);
	return found;
}

/* Waits until exactly so many threads are blocked. */
bool vt_blocked(int fd, __u32 senders, __u32 receivers)
{
	struct vbuf_channel_info info;
	__u64 end = vt_in(vt_scaled(PATIENCE_MSEC));

	do {
		info = vt_look(fd);
		if (info.blocked_senders == senders &&
		    info.blocked_receivers == receivers)
			return true;
		usleep(1000);
	} while (vt_now() < end);
	fprintf(stderr, "# blocked: %u senders, %u receivers; expected %u, %u\n",
		info.blocked_senders, info.blocked_receivers, senders,
		receivers);
	return false;
}

/* What poll() says now, of @events and of what it always says. */
unsigned int vt_poll(int fd, short events)
{
	struct pollfd pollfd = { .fd = fd, .events = events };

	if (poll(&pollfd, 1, 0) < 0)
		vt_die("poll");
	return pollfd.revents;
}

__u64 vt_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * VT_NSEC_PER_SEC + now.tv_nsec;
}

__u64 vt_in(unsigned int msec)
{
	return vt_now() + msec * VT_NSEC_PER_MSEC;
}
