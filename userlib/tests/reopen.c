// SPDX-License-Identifier: GPL-2.0
/* Endpoints without names: reopening, and pairs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vbuf.h>

#include "fake_device.h"
#include "tap.h"

static const struct vbuf_attr attr = { .slots = 2, .slot_size = 64 };

static bool reopened(int call, int fd, unsigned int rights)
{
	struct vbuf_reopen wanted = {
		.size = sizeof(wanted),
		.rights = rights,
		.fd = fd,
	};

	return fake_argument_is(call, VBUF_IOC_REOPEN, &wanted, sizeof(wanted));
}

static void reopens(void)
{
	static const struct {
		int oflags;
		unsigned int rights;
	} table[] = {
		{ O_RDONLY, VBUF_RIGHT_RECV },
		{ O_WRONLY, VBUF_RIGHT_SEND },
		{ O_RDWR, VBUF_RIGHT_RECV | VBUF_RIGHT_SEND },
	};
	int fd;

	for (int i = 0; i < 3; i++) {
		fake_reset();
		fd = vbuf_reopen(77, table[i].oflags | O_NONBLOCK);
		EXPECT(fd >= 0 && fd == fake_ioctls[0].fd);
		EXPECT(reopened(0, 77, table[i].rights));
		EXPECT(fake_opens[0].flags == (O_RDWR | O_CLOEXEC | O_NONBLOCK));
		close(fd);
	}
}

static void reopen_fails(void)
{
	int before = fake_open_descriptors();

	fake_reset();
	EXPECT(vbuf_reopen(77, O_RDWR | O_APPEND) == -1 && errno == EINVAL);
	EXPECT(fake_open_count == 0);
	fake_ioctl_fails(0, EACCES);
	EXPECT(vbuf_reopen(77, O_RDWR) == -1 && errno == EACCES);
	EXPECT(fake_open_descriptors() == before);
}

static void pairs(void)
{
	struct vbuf_create wanted = {
		.size = sizeof(wanted),
		.rights = VBUF_RIGHT_RECV | VBUF_RIGHT_SEND,
		.attr = attr,
	};
	int before = fake_open_descriptors();
	int fds[2];

	fake_reset();
	EXPECT(vbuf_pair(fds, &attr, 0) == 0);
	EXPECT(fake_ioctl_count == 3);
	EXPECT(fake_argument_is(0, VBUF_IOC_CREATE, &wanted, sizeof(wanted)));
	EXPECT(reopened(1, fake_opens[0].fd, VBUF_RIGHT_RECV));
	EXPECT(reopened(2, fake_opens[0].fd, VBUF_RIGHT_SEND));
	EXPECT(fds[0] == fake_ioctls[1].fd && fds[1] == fake_ioctls[2].fd);
	EXPECT(fake_open_descriptors() == before + 2);
	for (int i = 0; i < 2; i++) {
		EXPECT(fcntl(fds[i], F_GETFD) == FD_CLOEXEC);
		EXPECT(!(fcntl(fds[i], F_GETFL) & O_NONBLOCK));
		close(fds[i]);
	}
}

static void pair_nonblocking(void)
{
	int fds[2];

	fake_reset();
	EXPECT(vbuf_pair(fds, &attr, O_NONBLOCK | O_CLOEXEC) == 0);
	for (int i = 0; i < 2; i++) {
		EXPECT(fcntl(fds[i], F_GETFL) & O_NONBLOCK);
		close(fds[i]);
	}
}

static void pair_refused(void)
{
	static const int bad[] = { O_WRONLY, O_RDWR, O_ACCMODE, O_APPEND };
	int fds[2] = { -7, -8 };

	fake_reset();
	for (int i = 0; i < 4; i++) {
		errno = 0;
		EXPECT(vbuf_pair(fds, &attr, bad[i]) == -1 && errno == EINVAL);
	}
	errno = 0;
	EXPECT(vbuf_pair(fds, NULL, 0) == -1 && errno == EINVAL);
	EXPECT(fake_open_count == 0);
	EXPECT(fds[0] == -7 && fds[1] == -8);
}

/* Each of its steps fails in turn: three times open(), three times ioctl(). */
static void pair_fails(void)
{
	int before = fake_open_descriptors();
	int fds[2] = { -7, -8 };

	for (int step = 0; step < 6; step++) {
		fake_reset();
		if (step % 2)
			fake_ioctl_fails(step / 2, EDQUOT);
		else
			fake_open_fails(step / 2, EMFILE);
		EXPECT(vbuf_pair(fds, &attr, 0) == -1);
		EXPECT(errno == (step % 2 ? EDQUOT : EMFILE));
		EXPECT(fds[0] == -7 && fds[1] == -8);
		EXPECT(fake_open_descriptors() == before);
	}
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "vbuf_reopen hands descriptor and rights on", reopens },
		{ "a failed vbuf_reopen leaves no descriptor", reopen_fails },
		{ "fds[0] of a pair receives, fds[1] sends", pairs },
		{ "a pair may be O_NONBLOCK", pair_nonblocking },
		{ "other oflags of a pair are EINVAL", pair_refused },
		{ "a pair that fails half-way leaves no descriptor",
		  pair_fails },
	};

	return TAP_RUN(cases);
}
