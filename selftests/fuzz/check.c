// SPDX-License-Identifier: GPL-2.0
/* What must be so when an input has ended. */
#include "fuzz.h"

/* A file may be closed by who was the last to use it, and a namespace later. */
#define PATIENCE_MS	60000

static int log_fd;

void check_init(void)
{
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log_fd < 0)
		vt_die("/dev/kmsg");
	lseek(log_fd, 0, SEEK_END);
}

/* Nobody is in a call: what is sent was received, or dropped, or is there. */
void check_channels(void)
{
	vt_look_at_all(vt_at_rest);
}

static bool goes(const struct vbuf_channel_info *info)
{
	vt_unlink(info->name);
	return true;
}

/*
 * Files are closed, processes have ended, and persistent channels go now: nothing
 * is there, and nothing is charged.
 */
void check_nothing_left(void)
{
	__u64 end = vt_in(PATIENCE_MS);

	while (vt_look_at_all(goes) || !limits_leave_room()) {
		if (vt_now() > end)
			vt_die("%ld channels are left over, or charged",
			       vt_look_at_all(vt_balanced));
		usleep(1000);
	}
}

/* What the kernel says that is a finding; the runner knows more, and ends it. */
static bool is_complaint(const char *line)
{
	static const char * const complaints[] = {
		"BUG:", "WARNING:", "KASAN:", "UBSAN:", "ODEBUG:", "Oops",
		"general protection", "refcount_t:", "possible circular",
		"possible recursive", "inconsistent lock", "suspicious RCU",
		"scheduling while atomic", "sleeping function", "list_add corr",
		"list_del corr", "blocked for more than", "objects remaining",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(complaints); i++)
		if (strstr(line, complaints[i]))
			return true;
	return false;
}

void check_kernel_log(void)
{
	char line[2048];
	ssize_t len;

	for (;;) {
		len = read(log_fd, line, sizeof(line) - 1);
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			return;
		line[len] = '\0';
		if (is_complaint(line))
			vt_die("the kernel says: %s", line);
	}
}
