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
/* A network namespace's end is nobody's duty in particular. */
#define PATIENCE_MS	10000

static int device, log_fd;

void fuzz_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("fuzz: ", stderr);
	vfprintf(stderr, format, args);
	fputs("\n", stderr);
	va_end(args);
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

/* Files are closed, processes have ended; names are left. */
void check_nothing_left(void)
{
	static const char * const names[] = { "fuzz-1", "fuzz-2", "fuzz-3",
					      "x" };
	struct vbuf_channel_info infos[AT_A_TIME];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct vbuf_unlink unlink = { .size = sizeof(unlink) };

		snprintf(unlink.name, sizeof(unlink.name), "%s", names[i]);
		ioctl(device, VBUF_IOC_UNLINK, &unlink);
	}
	for (i = 0; list(infos, 0); i++) {
		if (i == PATIENCE_MS)
			fuzz_die("channel %llu is left over", infos[0].id);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

/* A warning, or worse, is a finding. */
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
		if ((atoi(line) & 7) <= 4)
			fuzz_die("the kernel says: %s", line);
	}
}
