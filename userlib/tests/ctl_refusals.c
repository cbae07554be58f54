// SPDX-License-Identifier: GPL-2.0
/* What libvbuf-ctl makes of what the kernel refuses. */
#include <errno.h>
#include <string.h>

#include <vbuf-ctl.h>

#include "ctl.h"
#include "fake_netlink.h"
#include "tap.h"

static void refused(struct vbuf_ctl *ctl, int error, const char *text)
{
	struct vbuf_ctl_endpoint *endpoints = (void *)&ctl_refused_with;
	struct vbuf_ctl_channel *channel = (void *)&ctl_refused_with;
	struct vbuf_ctl_thread *threads = (void *)&ctl_refused_with;
	const char *told;

	ctl_refused_with = error;
	ctl_refused_text = text;
	error = ctl_told_as(error);
	errno = 0;
	EXPECT(vbuf_ctl_get_channel(ctl, 1, &channel) == -1 && errno == error);
	told = vbuf_ctl_error_text(ctl);
	EXPECT(text ? told && !strcmp(text, told) : !told);
	errno = 0;
	EXPECT(vbuf_ctl_find_channel(ctl, "jobs", &channel) == -1 &&
	       errno == error);
	EXPECT(vbuf_ctl_list_channels(ctl, &channel) == -1 && errno == error);
	EXPECT(channel == (void *)&ctl_refused_with);
	errno = 0;
	EXPECT(vbuf_ctl_list_endpoints(ctl, 1, 1, &endpoints) == -1 &&
	       errno == error);
	EXPECT(endpoints == (void *)&ctl_refused_with);
	errno = 0;
	EXPECT(vbuf_ctl_list_threads(ctl, &threads) == -1 && errno == error);
	EXPECT(threads == (void *)&ctl_refused_with);
	told = vbuf_ctl_error_text(ctl);
	EXPECT(text ? told && !strcmp(text, told) : !told);
}

/* Of these, libnl would make a few of its own. */
static void every_errno(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(ctl_refusing);

	for (ctl_refused_capped = 0; ctl_refused_capped < 2; ctl_refused_capped++) {
		for (int error = 1; error < 134; error++) {
			refused(ctl, error, "why not");
			refused(ctl, error, NULL);
		}
	}
	vbuf_ctl_close(ctl);
}

static void texts_are_of_the_last_call(void)
{
	struct vbuf_ctl *ctl = ctl_open_with(ctl_refusing);
	struct vbuf_ctl_channel *channel;
	char long_text[1000];

	memset(long_text, 't', sizeof(long_text));
	long_text[999] = '\0';
	ctl_refused_with = EINVAL;
	ctl_refused_text = long_text;
	EXPECT(vbuf_ctl_get_channel(ctl, 1, &channel) == -1);
	long_text[255] = '\0';
	EXPECT(!strcmp(vbuf_ctl_error_text(ctl), long_text));
	EXPECT(vbuf_ctl_find_channel(ctl, NULL, &channel) == -1);
	EXPECT(!vbuf_ctl_error_text(ctl));
	vbuf_ctl_close(ctl);
}

static uint32_t claimed_length;

static void lying(const struct nlmsghdr *command)
{
	fake_refuse(command, EINVAL, "why not", 0);
	fake_lie(claimed_length);
}

/* The text is not where it should be then; what is found is within the message. */
static void lengths_that_lie(void)
{
	static const uint32_t lengths[] = {
		0, 1, 15, 16, 17, 31, 47, 48, 49, 100, 4096, 0x7fffffff,
		0xffffffec, 0xfffffff0, 0xfffffffc, 0xffffffff,
	};
	struct vbuf_ctl *ctl = ctl_open_with(lying);
	struct vbuf_ctl_channel *channel;
	const char *text;

	for (unsigned int i = 0; i < sizeof(lengths) / sizeof(lengths[0]);
	     i++) {
		claimed_length = lengths[i];
		errno = 0;
		EXPECT(vbuf_ctl_get_channel(ctl, 1, &channel) == -1 &&
		       errno == EINVAL);
		text = vbuf_ctl_error_text(ctl);
		EXPECT(!text || strlen(text) < 100);
	}
	vbuf_ctl_close(ctl);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "every errno comes through, and its text", every_errno },
		{ "a text is the last call's, and cut at 255",
		  texts_are_of_the_last_call },
		{ "a refusal whose length lies is read to its end at most",
		  lengths_that_lie },
	};

	return TAP_RUN(cases);
}
