// SPDX-License-Identifier: GPL-2.0
/* The accounts of threads, as libvbuf-ctl tells of them. */
#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

#include <vbuf-ctl.h>

#include "ctl.h"
#include "fake_netlink.h"
#include "tap.h"

/* What put_thread() puts as an attribute of 64 bits. */
#define WIDE(type) (0x100000000 + (type))

/* All but the waits, with numbers that tell them apart. */
static void put_thread(const struct nlmsghdr *command)
{
	fake_begin(command, NLM_F_MULTI);
	fake_put_u32(VBUF_A_THREAD_TID, 1);
	fake_put_u32(VBUF_A_THREAD_PID, 2);
	fake_put_string(VBUF_A_THREAD_COMM, "fifteen letters");
	for (int type = VBUF_A_THREAD_BEGAN; type <= VBUF_A_THREAD_KERNEL_FAULTS;
	     type++)
		fake_put_u64(type, WIDE(type));
}

/* With bytes of its own between the numbers, as the kernel aligns them. */
static void put_waits(uint64_t channel, int flags)
{
	struct {
		struct nlattr pad, channel;
		uint64_t id;
		struct nlattr in_send;
		uint64_t in_send_ns;
		struct nlattr in_recv;
		uint64_t in_recv_ns;
	} __attribute__((packed)) nest = {
		{ sizeof(struct nlattr), VBUF_A_WAITS_PAD },
		{ sizeof(struct nlattr) + 8, VBUF_A_WAITS_CHANNEL }, channel,
		{ sizeof(struct nlattr) + 8, VBUF_A_WAITS_IN_SEND }, 10 * channel,
		{ sizeof(struct nlattr) + 8, VBUF_A_WAITS_IN_RECV }, 100 * channel,
	};

	fake_put(VBUF_A_THREAD_WAITS | flags, &nest, sizeof(nest));
}

static void two_threads(const struct nlmsghdr *command)
{
	EXPECT(fake_command(command) == VBUF_CMD_THREAD_GET);
	EXPECT((command->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	EXPECT(command->nlmsg_len == NLMSG_HDRLEN + GENL_HDRLEN);
	put_thread(command);
	put_waits(0x500000000, NLA_F_NESTED);
	put_waits(6, 0);
	put_waits(7, NLA_F_NESTED);
	/* What a newer kernel may add is passed over. */
	fake_put_u32(1000, 1);
	fake_end();
	fake_begin(command, NLM_F_MULTI);
	fake_put_u32(VBUF_A_THREAD_TID, 3);
	fake_end();
	fake_done(command, 0, NULL);
}

static void is_whole(const struct vbuf_ctl_thread *thread)
{
	EXPECT(thread->tid == 1 && thread->pid == 2);
	EXPECT(!strcmp(thread->comm, "fifteen letters"));
	EXPECT(thread->began_ns == WIDE(VBUF_A_THREAD_BEGAN));
	EXPECT(thread->until_ns == WIDE(VBUF_A_THREAD_UNTIL));
	EXPECT(thread->running_ns == WIDE(VBUF_A_THREAD_RUNNING));
	EXPECT(thread->ready_ns == WIDE(VBUF_A_THREAD_READY));
	EXPECT(thread->in_send_ns == WIDE(VBUF_A_THREAD_IN_SEND));
	EXPECT(thread->in_recv_ns == WIDE(VBUF_A_THREAD_IN_RECV));
	EXPECT(thread->asleep_ns == WIDE(VBUF_A_THREAD_ASLEEP));
	EXPECT(thread->hardirq_ns == WIDE(VBUF_A_THREAD_HARDIRQ));
	EXPECT(thread->softirq_ns == WIDE(VBUF_A_THREAD_SOFTIRQ));
	EXPECT(thread->voluntary == WIDE(VBUF_A_THREAD_VOLUNTARY));
	EXPECT(thread->involuntary == WIDE(VBUF_A_THREAD_INVOLUNTARY));
	EXPECT(thread->migrations == WIDE(VBUF_A_THREAD_MIGRATIONS));
	EXPECT(thread->hardirqs == WIDE(VBUF_A_THREAD_HARDIRQS));
	EXPECT(thread->softirqs == WIDE(VBUF_A_THREAD_SOFTIRQS));
	EXPECT(thread->user_faults == WIDE(VBUF_A_THREAD_USER_FAULTS));
	EXPECT(thread->kernel_faults == WIDE(VBUF_A_THREAD_KERNEL_FAULTS));
}

static void has_waits(const struct vbuf_ctl_waits *waits, uint64_t channel)
{
	EXPECT(waits->channel == channel);
	EXPECT(waits->in_send_ns == 10 * channel);
	EXPECT(waits->in_recv_ns == 100 * channel);
}

static void threads(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(two_threads);
	struct vbuf_ctl_thread *list = NULL, bare;

	EXPECT(!vbuf_ctl_list_threads(ctl, &list));
	if (EXPECT(list)) {
		is_whole(list);
		EXPECT(list->waits_count == 3);
		has_waits(&list->waits[0], 0x500000000);
		has_waits(&list->waits[1], 6);
		has_waits(&list->waits[2], 7);
		EXPECT(list->next);
	}
	memset(&bare, 0, sizeof(bare));
	bare.tid = 3;
	if (list && list->next)
		EXPECT(!memcmp(list->next, &bare, sizeof(bare)));
	vbuf_ctl_free_threads(list);
	vbuf_ctl_free_threads(NULL);
	vbuf_ctl_close(ctl);
}

static int nests;

static void many_waits(const struct nlmsghdr *command)
{
	put_thread(command);
	for (int i = 1; i <= nests; i++)
		put_waits(i, NLA_F_NESTED);
	fake_end();
	fake_done(command, 0, NULL);
}

/* With more than there is room for, the first. */
static void as_many_waits_as_there_is_room_for(void)
{
	struct vbuf_ctl_thread *list = NULL;
	struct vbuf_ctl *ctl;

	for (nests = 15; nests < 19; nests++) {
		ctl = ctl_open_with(many_waits);
		EXPECT(!vbuf_ctl_list_threads(ctl, &list));
		if (EXPECT(list)) {
			EXPECT((int)list->waits_count ==
			       (nests < VBUF_CTL_WAITS ? nests : VBUF_CTL_WAITS));
			for (uint32_t i = 0; i < list->waits_count; i++)
				has_waits(&list->waits[i], i + 1);
		}
		vbuf_ctl_free_threads(list);
		vbuf_ctl_close(ctl);
	}
}

static void none(const struct nlmsghdr *command)
{
	fake_done(command, 0, NULL);
}

static void no_threads(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(none);
	struct vbuf_ctl_thread *list = (void *)&nests;

	EXPECT(!vbuf_ctl_list_threads(ctl, &list) && !list);
	vbuf_ctl_close(ctl);
}

/* The bytes of a nest. */
static const void *nest;
static size_t nest_size;

static void bad_nest(const struct nlmsghdr *command)
{
	put_thread(command);
	put_waits(5, NLA_F_NESTED);
	fake_put(VBUF_A_THREAD_WAITS | NLA_F_NESTED, nest, nest_size);
	fake_end();
	fake_done(command, 0, NULL);
}

static void fails(const void *bytes, size_t size)
{
	struct vbuf_ctl *ctl = ctl_open_with(bad_nest);
	struct vbuf_ctl_thread *list = (void *)&nests;

	nest = bytes;
	nest_size = size;
	errno = 0;
	EXPECT(vbuf_ctl_list_threads(ctl, &list) == -1 && errno == EPROTO);
	EXPECT(list == (void *)&nests);
	vbuf_ctl_close(ctl);
}

static void nests_without_sense(void)
{
	static const struct nlattr broken[] = {
		{ sizeof(struct nlattr), VBUF_A_WAITS_PAD },
		{ 100, VBUF_A_WAITS_CHANNEL },
	};
	static const struct {
		struct nlattr attr;
		uint32_t number;
	} narrow = { { sizeof(narrow), VBUF_A_WAITS_IN_RECV }, 1 };

	fails(broken, sizeof(broken));
	fails(broken, 3);
	fails(&narrow, sizeof(narrow));
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "accounts, with all that is told, and bare", threads },
		{ "sixteen channels that a thread slept for",
		  as_many_waits_as_there_is_room_for },
		{ "no accounts are an empty list", no_threads },
		{ "waits without sense are EPROTO", nests_without_sense },
	};

	return TAP_RUN(cases);
}
