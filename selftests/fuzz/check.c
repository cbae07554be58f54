// SPDX-License-Identifier: GPL-2.0
/* What must be so when an input has ended. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define AT_A_TIME	16U
/* A file may be closed by who was the last to use it. */
#define PATIENCE_MS	10000

static int device, log_fd;

void fuzz_die(const char *format, ...)
{
	/* afl-fuzz throws away what a program says. */
	FILE *why = getenv("FUZZ_WHY") ? fopen(getenv("FUZZ_WHY"), "ae") : stderr;
	va_list args;

	if (why) {
		va_start(args, format);
		fputs("fuzz: ", why);
		vfprintf(why, format, args);
		fputs("\n", why);
		va_end(args);
		fflush(why);
	}
	abort();
}

void check_init(void)
{
	device = open("/dev/vbuf", O_RDWR | O_CLOEXEC);
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (device < 0 || log_fd < 0)
		fuzz_die("/dev/vbuf and /dev/kmsg: %s", strerror(errno));
	lseek(log_fd, 0, SEEK_END);
}

static long list(struct vbuf_channel_info *infos, __u64 after)
{
	struct vbuf_list list = {
		.size = sizeof(list), .count = AT_A_TIME,
		.entry_size = sizeof(*infos), .entries = (uintptr_t)infos,
		.after = after };
	long ret = ioctl(device, VBUF_IOC_LIST, &list);

	if (ret < 0)
		fuzz_die("LIST: %s", strerror(errno));
	return ret;
}

/* Nobody is in a call: what is sent was received, or dropped, or is there. */
static void check_channel(const struct vbuf_channel_info *info)
{
	if (info->sending || info->blocked_senders || info->blocked_receivers)
		fuzz_die("channel %llu: somebody is in a call", info->id);
	if (info->free + info->depth + info->receiving != info->attr.slots)
		fuzz_die("channel %llu: %u free, %u queued, %u received, of %u",
			 info->id, info->free, info->depth, info->receiving,
			 info->attr.slots);
	if (info->sent != info->received + info->depth + info->receiving +
	    info->dropped_oldest + info->dropped_holder +
	    info->dropped_deliveries)
		fuzz_die("channel %llu: %llu sent, %llu received, %u queued",
			 info->id, info->sent, info->received, info->depth);
}

void check_channels(void)
{
	struct vbuf_channel_info infos[AT_A_TIME];
	__u64 after = 0;
	long i, count;

	do {
		count = list(infos, after);
		for (i = 0; i < count; i++)
			check_channel(&infos[i]);
		after = count ? infos[count - 1].id : after;
	} while (count == AT_A_TIME);
}

static void unlink_name(const char *name)
{
	struct vbuf_unlink unlink = { .size = sizeof(unlink) };

	memcpy(unlink.name, name, sizeof(unlink.name));
	ioctl(device, VBUF_IOC_UNLINK, &unlink);
}

/* Files are closed, processes have ended; persistent channels go now. */
void check_nothing_left(void)
{
	struct vbuf_channel_info infos[AT_A_TIME];
	unsigned int tries;
	long i, count;

	for (tries = 0; (count = list(infos, 0)); tries++) {
		if (tries == PATIENCE_MS)
			fuzz_die("channel %llu is left over", infos[0].id);
		for (i = 0; i < count; i++)
			unlink_name(infos[i].name);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
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
			fuzz_die("the kernel says: %s", line);
	}
}
