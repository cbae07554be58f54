// SPDX-License-Identifier: GPL-2.0
/* What a handle of libvbuf-ctl is, and what it heeds and what not. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <vbuf-ctl.h>

#include "ctl.h"
#include "fake_netlink.h"
#include "tap.h"

static void opens_and_closes(void)
{
	int before = ctl_descriptors();
	int next = dup(0);
	struct vbuf_ctl *ctl;

	close(next);
	ctl = ctl_open_with(ctl_silent);
	EXPECT(ctl_descriptors() == before + 1);
	EXPECT(fcntl(next, F_GETFD) == FD_CLOEXEC);
	EXPECT(!vbuf_ctl_error_text(ctl));
	errno = 7;
	vbuf_ctl_close(ctl);
	vbuf_ctl_close(NULL);
	EXPECT(errno == 7);
	EXPECT(ctl_descriptors() == before);
}

static void no_family(void)
{
	int before = ctl_descriptors();

	fake_netlink_reset(NULL);
	errno = 0;
	EXPECT(!vbuf_ctl_open() && errno == ENODEV);
	EXPECT(ctl_descriptors() == before);
}

static void signals(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(ctl_many);

	fake_interruptions = 5;
	ctl_list_is_whole(ctl, 1, 300);
	EXPECT(!fake_interruptions);
	vbuf_ctl_close(ctl);
}

static void broken_once(const struct nlmsghdr *command)
{
	if (fake_commands > 1) {
		ctl_many(command);
		return;
	}
	ctl_put_id(command, 1, 0);
	fake_error(ENOMEM);
	ctl_put_id(command, 2, 0);
	fake_done(command, 0, NULL);
}

/* The next command finds none of what this one left. */
static void leftovers(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(broken_once);
	struct vbuf_ctl_channel *channels;

	errno = 0;
	EXPECT(vbuf_ctl_list_channels(ctl, &channels) == -1 && errno == ENOMEM);
	EXPECT(!fake_waiting());
	ctl_list_is_whole(ctl, 1, 300);
	vbuf_ctl_close(ctl);
}

static void strangers(const struct nlmsghdr *command)
{
	struct nlmsghdr other = *command;

	other.nlmsg_seq--;
	ctl_put_id(&other, 100, 0);
	fake_done(&other, EPERM, NULL);
	ctl_put_id(command, 200, 0);
	fake_from_process(4711);
	fake_refuse(command, EPERM, NULL, 1);
	fake_from_process(4711);
	ctl_put_id(command, 1, 0);
	fake_done(command, 0, NULL);
}

static void what_others_sent(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(strangers);

	ctl_list_is_whole(ctl, 1, 1);
	vbuf_ctl_close(ctl);
}

static void module_comes_and_goes(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(ctl_many);
	struct vbuf_ctl_channel *channels;

	fake_netlink_family(31);
	ctl_list_is_whole(ctl, 1, 300);
	EXPECT(fake_family_asked == 2);
	ctl_list_is_whole(ctl, 1, 300);
	EXPECT(fake_family_asked == 2);
	fake_netlink_reset(NULL);
	errno = 0;
	EXPECT(vbuf_ctl_list_channels(ctl, &channels) == -1 && errno == ENODEV);
	EXPECT(!vbuf_ctl_error_text(ctl));
	fake_netlink_reset(ctl_many);
	ctl_list_is_whole(ctl, 1, 300);
	vbuf_ctl_close(ctl);
}

static void *ask_cancelled(void *data)
{
	struct vbuf_ctl *ctl = data;
	struct vbuf_ctl_channel *channels;

	pthread_cancel(pthread_self());
	if (vbuf_ctl_list_channels(ctl, &channels))
		return NULL;
	vbuf_ctl_free_channels(channels);
	vbuf_ctl_close(ctl);
	ctl = vbuf_ctl_open();
	vbuf_ctl_close(ctl);
	return ctl;
}

static void not_cancelled(void)
{
	pthread_t thread;
	void *ret;

	if (!EXPECT(!pthread_create(&thread, NULL, ask_cancelled,
				    ctl_open_with(ctl_many))))
		return;
	EXPECT(!pthread_join(thread, &ret));
	EXPECT(ret && ret != PTHREAD_CANCELED);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a handle is one descriptor, close-on-exec", opens_and_closes },
		{ "without the family it is ENODEV", no_family },
		{ "a signal ends no call", signals },
		{ "what a failed call left is not the next one's", leftovers },
		{ "what others sent is passed over", what_others_sent },
		{ "a module that was loaded again is found",
		  module_comes_and_goes },
		{ "no call is a cancellation point", not_cancelled },
	};

	return TAP_RUN(cases);
}
