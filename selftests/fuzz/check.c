// SPDX-License-Identifier: GPL-2.0
/* What must be so when an input has ended. */
#include "fuzz.h"

#include <regex.h>

/* A file may be closed by who was the last to use it, and a namespace later. */
#define PATIENCE_MS	60000

/* More than there are files. */
#define ENDPOINTS	64U

static int log_fd;
static regex_t complaint;

/* What the kernel says that is a finding: any line of the file. */
static void learn_complaints(void)
{
	FILE *file = fopen(COMPLAINTS, "re");
	char all[4096] = "", line[128];

	while (file && fgets(line, sizeof(line), file)) {
		if (line[0] == '#')
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (strlen(all) + strlen(line) + 2 > sizeof(all))
			vt_die(COMPLAINTS " is too long");
		strcat(strcat(all, *all ? "|" : ""), line);
	}
	if (!*all || regcomp(&complaint, all, REG_EXTENDED | REG_NOSUB))
		vt_die(COMPLAINTS);
	fclose(file);
}

void check_init(void)
{
	learn_complaints();
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log_fd < 0)
		vt_die("/dev/kmsg");
	lseek(log_fd, 0, SEEK_END);
}

/* Slots that the channel's endpoints own. */
static __u32 owned_on(__u64 channel)
{
	struct vt_endpoint info[ENDPOINTS];
	long count = vt_endpoints(channel, info, ENDPOINTS), i;
	__u32 owned = 0;

	if (count < 0 || count > (long)ENDPOINTS)
		vt_die("endpoints of channel %llu: %ld", channel, count);
	for (i = 0; i < count; i++)
		owned += info[i].owned;
	return owned;
}

/*
 * What is sent was received, or dropped, or is there; and a slot that is neither
 * free nor queued is an endpoint's.
 */
static bool is_at_rest(const struct vt_channel *info)
{
	__u32 owned;

	if (info->hidden)
		return true;
	if (!vt_balanced(info) || info->blocked_senders ||
	    info->blocked_receivers)
		return false;
	owned = owned_on(info->id);
	if (info->sending + info->receiving == owned)
		return true;
	fprintf(stderr, "# %u sending, %u receiving, %u are owned\n",
		info->sending, info->receiving, owned);
	return false;
}

/* Nobody is in a call. */
void check_channels(void)
{
	vt_look_at_all(is_at_rest);
}

/* Of all channels that can be seen. */
static struct {
	__u64 senders, receivers, busy;
} seen;

static bool is_counted(const struct vt_channel *info)
{
	seen.senders += info->blocked_senders;
	seen.receivers += info->blocked_receivers;
	seen.busy += info->depth || info->receiving;
	return vt_balanced(info);
}

/*
 * Nobody sleeps whose wait is over: who sleeps in a call is one that a channel
 * knows to wait, and for what is not there. One more may be waiting @elsewhere,
 * on a channel that cannot be seen.
 */
bool check_waits(const unsigned int asleep[WAIT_KINDS], bool elsewhere)
{
	memset(&seen, 0, sizeof(seen));
	vt_look_at_all(is_counted);
	return asleep[WAIT_NONE] == 0 &&
	       asleep[WAIT_SLOT] - seen.senders <= elsewhere &&
	       asleep[WAIT_MESSAGE] - seen.receivers <= elsewhere &&
	       (asleep[WAIT_DRAIN] <= elsewhere || seen.busy);
}

static bool goes(const struct vt_channel *info)
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
		if (!regexec(&complaint, line, 0, NULL, 0))
			vt_die("the kernel says: %s", line);
	}
}
