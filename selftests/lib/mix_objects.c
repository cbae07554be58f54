// SPDX-License-Identifier: GPL-2.0
/* What the threads of stress_mix do beside moving messages. */
#include "mix.h"

#define NAMES		4U
#define LOOK		32U

const char *mix_name(unsigned int channel)
{
	static const char *const names[MIX_CHANNELS] = {
		"m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7" };

	return names[channel];
}

static const char *const names[NAMES] = { "n0", "n1", "n2", "n3" };

/* Names that anybody makes and takes away. */
static const char *any_name(struct mix *mix)
{
	return names[mix_any(mix, NAMES)];
}

/* An endpoint on one of the eight, with any right, that may wait or not. */
void mix_open_end(struct mix *mix, struct mix_end *end, unsigned int channel)
{
	end->tx = NULL;
	end->rx = NULL;
	end->rights = 1 + mix_any(mix, VT_BOTH);
	end->fd = vt_open(mix_name(channel), end->rights);
	if (end->fd < 0)
		vt_die("open %s: %d", mix_name(channel), end->fd);
	if (mix_any(mix, 8) && fcntl(end->fd, F_SETFL, O_NONBLOCK))
		vt_die("O_NONBLOCK");
}

/* Its windows would be there still. */
static void close_end(const struct mix_end *end)
{
	if (end->tx)
		vt_unmap(end->fd, end->tx);
	if (end->rx)
		vt_unmap(end->fd, end->rx);
	close(end->fd);
}

/* What a channel that others may use, too, is used for, if it is there. */
static void use(int fd)
{
	static const int may[] = { EAGAIN, EPIPE, EDQUOT, EBADF, 0 };

	mix_allow("put", vt_put(fd, 'x'), may);
	mix_allow("take", vt_take(fd), may);
	close(fd);
}

void mix_create(struct mix *mix)
{
	static const int may[] = { EEXIST, 0 };
	struct vbuf_attr attr = vt_attr(1 + mix_any(mix, 40),
					1 + mix_any(mix, 9999));
	int fd;

	attr.flags = mix_any(mix, 8);
	attr.held_max = mix_any(mix, 4);
	fd = vt_create(any_name(mix), attr, 1 + mix_any(mix, VT_BOTH));
	mix_allow("create", fd, may);
	if (fd >= 0)
		use(fd);
}

void mix_open(struct mix *mix)
{
	static const int may[] = { ENOENT, 0 };
	int fd = vt_open(any_name(mix), 1 + mix_any(mix, VT_BOTH));

	mix_allow("open", fd, may);
	if (fd >= 0)
		use(fd);
}

void mix_unlink(struct mix *mix)
{
	static const int may[] = { ENOENT, 0 };

	mix_allow("unlink", vt_unlink(any_name(mix)), may);
}

void mix_pair(struct mix *mix)
{
	int rx, tx;

	vt_pair(&rx, &tx, mix->world->attrs[mix_any(mix, 2)]);
	if (vt_put(tx, 'x') || vt_take(rx) != 'x')
		vt_die("one's own channel does not work");
	close(tx);
	use(rx);
}

/* Another endpoint in the place of one of the thread's own. */
void mix_change(struct mix *mix)
{
	unsigned int channel = mix_any(mix, MIX_CHANNELS);
	struct mix_end *end = &mix->own[channel];
	struct mix_end old = *end;

	mix_let_go(mix);
	mix_open_end(mix, end, channel);
	close_end(&old);
}

/* What has no rights left has none to give. */
void mix_reopen(struct mix *mix)
{
	static const int may[] = { EACCES, 0 };
	unsigned int channel = mix_any(mix, MIX_CHANNELS);
	const struct mix_end *end = mix_end(mix, channel);
	__u32 rights = 1 + mix_any(mix, VT_BOTH);
	int fd = vt_reopen(end->fd, rights);

	mix_allow("reopen", fd, may);
	if (fd < 0)
		return;
	if (rights & ~end->rights)
		vt_die("more rights than there were");
	close(fd);
}

void mix_shutdown(struct mix *mix)
{
	static const int may[] = { EBADF, 0 };
	struct mix_end *end = &mix->own[mix_any(mix, MIX_CHANNELS)];
	__u32 rights = 1 + mix_any(mix, VT_BOTH);
	bool has_all = !(rights & ~end->rights);
	long ret;

	mix_let_go(mix);
	ret = vt_shutdown(end->fd, rights);
	mix_allow("shutdown", ret, may);
	if (has_all != !ret)
		vt_die("shutdown of %u, having %u: %ld", rights, end->rights, ret);
}

void mix_drain(struct mix *mix)
{
	static const int may[] = { ETIMEDOUT, EINTR, EPIPE, 0 };
	unsigned int channel = mix_any(mix, MIX_CHANNELS);

	mix_allow("drain", vt_drain(mix_end(mix, channel)->fd,
				    vt_in(mix_any(mix, 3))), may);
}

/* All that only asks. */
void mix_ask(struct mix *mix)
{
	unsigned int channel = mix_any(mix, MIX_CHANNELS);
	const struct vbuf_attr *expected = &mix->world->attrs[channel];
	int fd = mix_end(mix, channel)->fd, len = vt_fionread(fd);
	struct vbuf_getattr attr = vt_getattr(fd);
	struct vbuf_info info = { .size = sizeof(info) };
	struct pollfd pollfd = { .fd = fd, .events = POLLIN | POLLOUT };

	if (len < 0 || len > (int)expected->slot_size ||
	    attr.attr.slots != expected->slots ||
	    vt_ioctl(fd, VBUF_IOC_INFO, &info) ||
	    info.max_vector != VBUF_MAX_VECTOR)
		vt_die("channel %u says what is not so", channel);
	poll(&pollfd, 1, mix_any(mix, 3));
}

void mix_list(struct mix *mix)
{
	int fd = mix_end(mix, mix_any(mix, MIX_CHANNELS))->fd;
	struct vt_endpoint ends[LOOK];

	if (stress_look() < (long)MIX_CHANNELS ||
	    vt_endpoints(vt_getattr(fd).id, ends, LOOK) < 1)
		vt_die("a look lacks what is there");
}

/* When all who make them are gone. */
void mix_unlink_all(void)
{
	unsigned int i;

	for (i = 0; i < NAMES; i++)
		vt_unlink(names[i]);
}
