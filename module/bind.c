// SPDX-License-Identifier: GPL-2.0
/*
 * How a file becomes an endpoint.
 */
#include <linux/err.h>
#include <linux/fs_struct.h>
#include <linux/string.h>

#include "bind.h"
#include "channel.h"
#include "registry.h"

#define ALL_RIGHTS	(VBUF_RIGHT_RECV | VBUF_RIGHT_SEND)
#define ALL_FLAGS	(VBUF_PERSIST | VBUF_REDELIVER | VBUF_LOSSY)

static int check_rights(u32 rights)
{
	return !rights || rights & ~ALL_RIGHTS ? -EINVAL : 0;
}

/**
 * vbuf_bind_check_name() - whether a name is well-formed
 * @name: VBUF_NAME_SIZE bytes
 *
 * Return: 0, or -EINVAL unless it has 1 to 63 of A-Z a-z 0-9 . _ : - and then
 * NULs only.
 */
int vbuf_bind_check_name(const char *name)
{
	static const char ok[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";
	size_t len = strnlen(name, VBUF_NAME_SIZE);

	if (!len || len == VBUF_NAME_SIZE || strspn(name, ok) != len ||
	    memchr_inv(name + len, 0, VBUF_NAME_SIZE - len))
		return -EINVAL;
	return 0;
}

static bool is_anonymous(const struct vbuf_create *arg)
{
	return !memchr_inv(arg->name, 0, sizeof(arg->name));
}

static int check_attr(const struct vbuf_attr *attr)
{
	if (attr->flags & ~ALL_FLAGS || attr->mode & ~0777U)
		return -EINVAL;
	if (!attr->slots || attr->slots > VBUF_MAX_SLOTS)
		return -EINVAL;
	if (!attr->slot_size || attr->slot_size > VBUF_MAX_SLOT_SIZE)
		return -EINVAL;
	return 0;
}

static int check_create(const struct vbuf_create *arg)
{
	int err;

	err = check_rights(arg->rights);
	if (!err)
		err = check_attr(&arg->attr);
	if (err)
		return err;
	if (is_anonymous(arg))
		return arg->attr.flags & VBUF_PERSIST ? -EINVAL : 0;
	err = vbuf_bind_check_name(arg->name);
	if (!err && vbuf_registry_has(arg->name))
		err = -EEXIST;
	return err;
}

/* Makes @file the endpoint @ep, or ends it if the file is one by now. */
static int bind(struct file *file, struct vbuf_endpoint *ep)
{
	struct vbuf_channel *ch = ep->channel;

	/* Pairs with the acquire in vbuf_bind_endpoint(). */
	if (!cmpxchg(&file->private_data, NULL, ep))
		return 0;
	vbuf_endpoint_destroy(ep);
	vbuf_registry_put(ch);
	return -EISCONN;
}

/* Makes @file an endpoint on @ch; takes over the caller's reference. */
static int bind_new(struct file *file, struct vbuf_channel *ch, u32 rights)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_create(ch, file, rights);

	if (IS_ERR(ep)) {
		vbuf_registry_put(ch);
		return PTR_ERR(ep);
	}
	return bind(file, ep);
}

/**
 * vbuf_bind_create() - VBUF_IOC_CREATE
 * @file: of /dev/vbuf
 * @arg: its argument
 *
 * The channel has its first endpoint before anybody can find it, so nobody sees
 * it without.
 *
 * Return: 0 or -errno, as VBUF_IOC_CREATE says.
 */
int vbuf_bind_create(struct file *file, const struct vbuf_create *arg)
{
	struct vbuf_endpoint *ep;
	struct vbuf_channel *ch;
	struct vbuf_attr attr;
	int err;

	if (vbuf_bind_endpoint(file))
		return -EISCONN;
	err = check_create(arg);
	if (err)
		return err;
	attr = arg->attr;
	attr.mode &= ~current_umask();
	ch = vbuf_channel_create(&attr);
	if (IS_ERR(ch))
		return PTR_ERR(ch);
	memcpy(ch->name, arg->name, sizeof(ch->name));
	ep = vbuf_endpoint_create(ch, file, arg->rights);
	if (IS_ERR(ep)) {
		err = PTR_ERR(ep);
		goto put_channel;
	}
	err = vbuf_registry_add(ch);
	if (err)
		goto destroy_endpoint;
	return bind(file, ep);

destroy_endpoint:
	vbuf_endpoint_destroy(ep);
put_channel:
	vbuf_registry_put(ch);
	return err;
}

/**
 * vbuf_bind_open() - VBUF_IOC_OPEN
 * @file: of /dev/vbuf
 * @arg: its argument
 *
 * Return: 0 or -errno, as VBUF_IOC_OPEN says.
 */
int vbuf_bind_open(struct file *file, const struct vbuf_open *arg)
{
	struct vbuf_channel *ch;
	int err;

	if (vbuf_bind_endpoint(file))
		return -EISCONN;
	err = check_rights(arg->rights);
	if (!err)
		err = vbuf_bind_check_name(arg->name);
	if (err)
		return err;
	ch = vbuf_registry_open(arg->name, arg->rights);
	if (IS_ERR(ch))
		return PTR_ERR(ch);
	return bind_new(file, ch, arg->rights);
}

/**
 * vbuf_bind_reopen() - VBUF_IOC_REOPEN
 * @file: of /dev/vbuf
 * @arg: its argument
 * @other: of /dev/vbuf, what its fd names
 *
 * Return: 0 or -errno, as VBUF_IOC_REOPEN says.
 */
int vbuf_bind_reopen(struct file *file, const struct vbuf_reopen *arg,
		     struct file *other)
{
	struct vbuf_endpoint *ep = vbuf_bind_endpoint(other);
	int err;

	if (vbuf_bind_endpoint(file))
		return -EISCONN;
	err = check_rights(arg->rights);
	if (err)
		return err;
	if (!ep)
		return -ENOTCONN;
	if (arg->rights & ~READ_ONCE(ep->can))
		return -EACCES;
	vbuf_registry_get(ep->channel);
	return bind_new(file, ep->channel, arg->rights);
}

/**
 * vbuf_bind_end() - a file of /dev/vbuf has lost its last descriptor
 * @file: the file
 */
void vbuf_bind_end(struct file *file)
{
	struct vbuf_endpoint *ep = vbuf_bind_endpoint(file);
	struct vbuf_channel *ch;

	if (!ep)
		return;
	ch = ep->channel;
	vbuf_endpoint_destroy(ep);
	vbuf_registry_put(ch);
}
