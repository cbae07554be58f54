// SPDX-License-Identifier: GPL-2.0
/* What the programs about libvbuf-ctl have in common. */
#include <dirent.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>

#include "ctl.h"
#include "tap.h"

int ctl_refused_with, ctl_refused_capped;
const char *ctl_refused_text;

/* So a dump is refused while the module is being unloaded. */
int ctl_told_as(int error)
{
	return error == EPROTONOSUPPORT ? ENODEV : error;
}

struct vbuf_ctl *ctl_open_with(fake_kernel *kernel)
{
	struct vbuf_ctl *ctl;

	fake_netlink_reset(kernel);
	ctl = vbuf_ctl_open();
	EXPECT(ctl);
	if (!ctl)
		exit(1);
	return ctl;
}

void ctl_silent(const struct nlmsghdr *command)
{
	(void)command;
}

void ctl_no_answer(const struct nlmsghdr *command)
{
	fake_refuse(command, 0, NULL, 1);
}

void ctl_refusing(const struct nlmsghdr *command)
{
	fake_refuse(command, ctl_refused_with, ctl_refused_text, ctl_refused_capped);
}

void ctl_put_id(const struct nlmsghdr *command, uint64_t id, int flags)
{
	fake_begin(command, NLM_F_MULTI | flags);
	fake_put_u64(VBUF_A_CHANNEL_ID, id);
	fake_end();
}

void ctl_many(const struct nlmsghdr *command)
{
	EXPECT((command->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	EXPECT(command->nlmsg_len == NLMSG_HDRLEN + GENL_HDRLEN);
	for (uint64_t id = 1; id <= 300; id++) {
		if (id % 100 == 1)
			fake_packet_begin();
		ctl_put_id(command, id, 0);
		if (id % 100 == 0)
			fake_packet_end();
	}
	fake_done(command, 0, NULL);
}

static int count(const struct vbuf_ctl_channel *channels, uint64_t first)
{
	int number = 0;

	for (; channels; channels = channels->next)
		EXPECT(channels->id == first + number++);
	return number;
}

void ctl_list_is_whole(struct vbuf_ctl *ctl, uint64_t first, int number)
{
	struct vbuf_ctl_channel *channels = (void *)&ctl_refused_with;

	if (EXPECT(!vbuf_ctl_list_channels(ctl, &channels))) {
		EXPECT(count(channels, first) == number);
		vbuf_ctl_free_channels(channels);
	}
}

int ctl_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	if (!dir)
		return -1;
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}
