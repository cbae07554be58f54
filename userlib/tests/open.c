// SPDX-License-Identifier: GPL-2.0
/* Channels by name: what the library asks for, and what it leaves behind. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vbuf.h>

#include "fake_device.h"
#include "tap.h"

static const struct vbuf_attr attr = {
	.flags = VBUF_PERSIST | VBUF_LOSSY,
	.slots = 8,
	.slot_size = 4096,
	.mode = 0640,
	.held_max = 3,
	.max_deliveries = 5,
};

static char long_name[2 * VBUF_NAME_SIZE];

static void creates(void)
{
	struct vbuf_create wanted = {
		.size = sizeof(wanted),
		.rights = VBUF_RIGHT_SEND,
		.name = "jobs",
		.attr = attr,
	};
	int fd;

	fake_reset();
	fd = vbuf_create("jobs", &attr, O_WRONLY);
	EXPECT(fd >= 0 && fd == fake_opens[0].fd);
	EXPECT(fake_ioctl_count == 1 && fake_ioctls[0].fd == fd);
	EXPECT(fake_argument_is(0, VBUF_IOC_CREATE, &wanted, sizeof(wanted)));
	close(fd);
}

static void creates_anonymous(void)
{
	struct vbuf_create wanted = {
		.size = sizeof(wanted),
		.rights = VBUF_RIGHT_RECV | VBUF_RIGHT_SEND,
		.attr = attr,
	};
	int fd;

	fake_reset();
	fd = vbuf_create(NULL, &attr, O_RDWR);
	EXPECT(fd >= 0);
	EXPECT(fake_argument_is(0, VBUF_IOC_CREATE, &wanted, sizeof(wanted)));
	close(fd);
}

static void opens(void)
{
	struct vbuf_open wanted = {
		.size = sizeof(wanted),
		.rights = VBUF_RIGHT_RECV,
	};
	int fd;

	memset(wanted.name, 'x', VBUF_NAME_SIZE - 1);
	fake_reset();
	fd = vbuf_open(wanted.name, O_RDONLY);
	EXPECT(fd >= 0);
	EXPECT(fake_argument_is(0, VBUF_IOC_OPEN, &wanted, sizeof(wanted)));
	close(fd);
}

/* The open mode is O_RDWR for good; what is asked for are the rights. */
static void device_flags(void)
{
	static const int oflags[] = { 0, O_NONBLOCK, O_CLOEXEC,
				      O_NONBLOCK | O_CLOEXEC };
	int fd;

	for (int i = 0; i < 4; i++) {
		fake_reset();
		fd = vbuf_open("jobs", O_RDONLY | oflags[i]);
		EXPECT(!strcmp(fake_opens[0].path, "/dev/vbuf"));
		EXPECT(fake_opens[0].flags == (O_RDWR | O_CLOEXEC |
					       (oflags[i] & O_NONBLOCK)));
		EXPECT(fcntl(fd, F_GETFD) == FD_CLOEXEC);
		EXPECT(!(fcntl(fd, F_GETFL) & O_NONBLOCK) ==
		       !(oflags[i] & O_NONBLOCK));
		close(fd);
	}
}

static void bad_oflags(void)
{
	static const int bad[] = { O_ACCMODE, O_CREAT, O_EXCL, O_TRUNC,
				   O_APPEND, O_ASYNC, O_DIRECT, 0x40000000 };

	fake_reset();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		errno = 0;
		EXPECT(vbuf_open("jobs", bad[i]) == -1 && errno == EINVAL);
		errno = 0;
		EXPECT(vbuf_create("jobs", &attr, bad[i]) == -1 &&
		       errno == EINVAL);
		errno = 0;
		EXPECT(vbuf_ensure("jobs", &attr, bad[i]) == -1 &&
		       errno == EINVAL);
	}
	EXPECT(fake_open_count == 0);
}

static void bad_names(void)
{
	const char *const bad[] = { "", long_name };

	fake_reset();
	for (int i = 0; i < 2; i++) {
		errno = 0;
		EXPECT(vbuf_open(bad[i], O_RDWR) == -1 && errno == EINVAL);
		errno = 0;
		EXPECT(vbuf_create(bad[i], &attr, O_RDWR) == -1 &&
		       errno == EINVAL);
		errno = 0;
		EXPECT(vbuf_ensure(bad[i], &attr, O_RDWR) == -1 &&
		       errno == EINVAL);
		errno = 0;
		EXPECT(vbuf_unlink(bad[i]) == -1 && errno == EINVAL);
	}
	EXPECT(fake_open_count == 0);
}

static void null_arguments(void)
{
	fake_reset();
	EXPECT(vbuf_open(NULL, O_RDWR) == -1 && errno == EINVAL);
	errno = 0;
	EXPECT(vbuf_unlink(NULL) == -1 && errno == EINVAL);
	errno = 0;
	EXPECT(vbuf_ensure(NULL, &attr, O_RDWR) == -1 && errno == EINVAL);
	errno = 0;
	EXPECT(vbuf_ensure("jobs", NULL, O_RDWR) == -1 && errno == EINVAL);
	errno = 0;
	EXPECT(vbuf_create("jobs", NULL, O_RDWR) == -1 && errno == EINVAL);
	EXPECT(fake_open_count == 0);
}

static int call_create(void)
{
	return vbuf_create("jobs", &attr, O_RDWR);
}

static int call_open(void)
{
	return vbuf_open("jobs", O_RDWR);
}

static int call_ensure(void)
{
	return vbuf_ensure("jobs", &attr, O_RDWR);
}

static int call_unlink(void)
{
	return vbuf_unlink("jobs");
}

static int (*const by_name[])(void) = {
	call_create, call_open, call_ensure, call_unlink,
};

static void no_device(void)
{
	static const int errors[][2] = {
		{ ENOENT, ENODEV }, { ENXIO, ENODEV }, { ENODEV, ENODEV },
		{ EACCES, EACCES }, { EMFILE, EMFILE }, { ENOMEM, ENOMEM },
	};

	for (int call = 0; call < 4; call++) {
		for (int i = 0; i < 6; i++) {
			fake_reset();
			fake_open_fails(0, errors[i][0]);
			EXPECT(by_name[call]() == -1);
			EXPECT(errno == errors[i][1]);
			EXPECT(fake_open_count == 1 && fake_ioctl_count == 0);
		}
	}
}

static void nothing_left_open(void)
{
	int before = fake_open_descriptors();

	for (int call = 0; call < 4; call++) {
		fake_reset();
		fake_ioctl_fails(0, EDQUOT);
		EXPECT(by_name[call]() == -1);
		EXPECT(errno == EDQUOT);
		EXPECT(fake_open_descriptors() == before);
	}
}

static void unlinks(void)
{
	struct vbuf_unlink wanted = { .size = sizeof(wanted), .name = "jobs" };
	int before = fake_open_descriptors();

	fake_reset();
	EXPECT(vbuf_unlink("jobs") == 0);
	EXPECT(fake_argument_is(0, VBUF_IOC_UNLINK, &wanted, sizeof(wanted)));
	EXPECT(fake_open_descriptors() == before);
}

/* vbuf_ensure() until it is done, and the commands that it used. */
static void ensure(const unsigned long *commands, int count)
{
	int before = fake_open_descriptors();
	int fd = vbuf_ensure("jobs", &attr, O_RDWR);

	EXPECT(fd >= 0);
	EXPECT(fake_ioctl_count == count);
	for (int i = 0; i < count; i++)
		EXPECT(fake_ioctls[i].command == commands[i]);
	EXPECT(fake_ioctls[count - 1].fd == fd);
	EXPECT(fake_open_descriptors() == before + 1);
	close(fd);
}

static const unsigned long turns[] = {
	VBUF_IOC_OPEN, VBUF_IOC_CREATE, VBUF_IOC_OPEN, VBUF_IOC_CREATE,
	VBUF_IOC_OPEN, VBUF_IOC_CREATE,
};

static void ensure_there(void)
{
	fake_reset();
	ensure(turns, 1);
}

static void ensure_missing(void)
{
	fake_reset();
	fake_ioctl_fails(0, ENOENT);
	ensure(turns, 2);
}

static void ensure_overtaken(void)
{
	fake_reset();
	fake_ioctl_fails(0, ENOENT);
	fake_ioctl_fails(1, EEXIST);
	ensure(turns, 3);

	fake_reset();
	for (int i = 0; i < 4; i++)
		fake_ioctl_fails(i, i % 2 ? EEXIST : ENOENT);
	fake_ioctl_fails(4, ENOENT);
	ensure(turns, 6);
}

static void ensure_fails(void)
{
	fake_reset();
	fake_ioctl_fails(0, EACCES);
	EXPECT(call_ensure() == -1 && errno == EACCES);
	EXPECT(fake_ioctl_count == 1);

	fake_reset();
	fake_ioctl_fails(0, ENOENT);
	fake_ioctl_fails(1, ENOMEM);
	EXPECT(call_ensure() == -1 && errno == ENOMEM);
	EXPECT(fake_ioctl_count == 2);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "vbuf_create hands name, rights and attributes on", creates },
		{ "without a name the channel is anonymous", creates_anonymous },
		{ "vbuf_open hands name and rights on", opens },
		{ "the device is opened O_RDWR and close-on-exec", device_flags },
		{ "other oflags are EINVAL", bad_oflags },
		{ "empty and long names are EINVAL", bad_names },
		{ "NULL for a name or attributes is EINVAL", null_arguments },
		{ "a missing device is ENODEV, other errors stay", no_device },
		{ "a failed ioctl leaves no descriptor, but errno",
		  nothing_left_open },
		{ "vbuf_unlink hands the name on, and closes", unlinks },
		{ "vbuf_ensure opens what is there", ensure_there },
		{ "vbuf_ensure creates what is missing", ensure_missing },
		{ "vbuf_ensure opens what another just created",
		  ensure_overtaken },
		{ "vbuf_ensure gives other errors back", ensure_fails },
	};

	memset(long_name, 'n', VBUF_NAME_SIZE);
	return TAP_RUN(cases);
}
