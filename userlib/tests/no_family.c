// SPDX-License-Identifier: GPL-2.0
/* What the kernel's netlink says where there is no module. */
#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vbuf-ctl.h>

#include "tap.h"

static void missing(void)
{
	struct vbuf_ctl *ctl;

	errno = 0;
	ctl = vbuf_ctl_open();
	if (ctl) {
		tap_skip("this machine has the module");
		vbuf_ctl_close(ctl);
		return;
	}
	EXPECT(errno == ENODEV);
}

/* What libnl would have made a failure without a reason. */
static void no_descriptors(void)
{
	struct rlimit old, none = { 0 };

	EXPECT(!getrlimit(RLIMIT_NOFILE, &old));
	none.rlim_max = old.rlim_max;
	EXPECT(!setrlimit(RLIMIT_NOFILE, &none));
	errno = 0;
	EXPECT(!vbuf_ctl_open() && errno == EMFILE);
	EXPECT(!setrlimit(RLIMIT_NOFILE, &old));
}

static void closes_what_it_opened(void)
{
	int before = dup(0), after;

	close(before);
	for (int i = 0; i < 10; i++)
		vbuf_ctl_close(vbuf_ctl_open());
	after = dup(0);
	close(after);
	EXPECT(before == after);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "without the module it is ENODEV", missing },
		{ "without descriptors it is EMFILE", no_descriptors },
		{ "nothing stays open", closes_what_it_opened },
	};

	return TAP_RUN(cases);
}
