// SPDX-License-Identifier: GPL-2.0
/*
 * How a file becomes an endpoint.
 */
#include <linux/err.h>
#include <linux/fs_struct.h>
#include <linux/string.h>

#include "bind.h"
#include "channel.h"
#include "events.h"
#include "region.h"
#include "registry.h"
#include "sessions.h"
#include "wakes.h"

#define ALL_RIGHTS	(VBUF_RIGHT_RECV | VBUF_RIGHT_SEND)
#define ALL_FLAGS	(VBUF_PERSIST | VBUF_REDELIVER | VBUF_LOSSY | \
			 VBUF_OPEN_VIEW)

static int check_rights(u32 rights)
{
	return !rights || rights & ~ALL_RIGHTS ? -EINVAL : 0;
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
	err = vbuf_registry_check_name(arg->name);
	if (!err && vbuf_registry_has(arg->name))
		err = -EEXIST;
	return err;
}

/* From here to conclude() no other command can bind @file. */
static int claim(struct file *file)
{
	return cmpxchg(&file->private_data, NULL, VBUF_BINDING) ? -EISCONN : 0;
}

/* @ep: what the file is now, or an ERR_PTR; returns 0 or the error. */
static int conclude(struct file *file, struct vbuf_endpoint *ep)
{
	/* Pairs with the acquire in vbuf_endpoint_of(). */
	smp_store_release(&file->private_data, IS_ERR(ep) ? NULL : (void *)ep);
	return PTR_ERR_OR_ZERO(ep);
}

static struct vbuf_happening happening(enum vbuf_event kind,
				       const struct vbuf_endpoint *ep)
{
	return (struct vbuf_happening){
		.kind = kind,
		.ch = ep->channel,
		.endpoint = ep->id,
		.rights = ep->rights,
		.uid = ep->uid,
	};
}

/* An endpoint on @ch; takes over the caller's reference, also if it fails. */
static struct vbuf_endpoint *endpoint_on(struct vbuf_channel *ch,
					 struct file *file, u32 rights)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_create(ch, file, rights);
	struct vbuf_happening came;

	if (IS_ERR(ep)) {
		vbuf_registry_put(ch);
		return ep;
	}
	came = happening(VBUF_EVENT_CAME, ep);
	vbuf_registry_tell(&came);
	return ep;
}

static void end(struct vbuf_endpoint *ep)
{
	struct vbuf_happening died = happening(VBUF_EVENT_DIED, ep);
	struct vbuf_happening went = happening(VBUF_EVENT_WENT, ep);
	struct vbuf_channel *ch = ep->channel;

	died.count = ep->held.count;
	if (died.count)
		vbuf_registry_tell(&died);
	vbuf_region_end(ep);
	vbuf_endpoint_destroy(ep);
	vbuf_registry_tell(&went);
	vbuf_registry_put(ch);
}

static struct vbuf_channel *new_channel(const struct vbuf_create *arg)
{
	struct vbuf_attr attr = arg->attr;
	struct vbuf_channel *ch;

	attr.mode &= ~current_umask();
	ch = vbuf_channel_create(&attr);
	if (!IS_ERR(ch))
		memcpy(ch->name, arg->name, sizeof(ch->name));
	return ch;
}

/*
 * The channel has its first endpoint before anybody can find it, so nobody sees
 * it without.
 */
static struct vbuf_endpoint *create(struct file *file,
				    const struct vbuf_create *arg)
{
	struct vbuf_endpoint *ep;
	struct vbuf_channel *ch;
	int err;

	err = check_create(arg);
	if (err)
		return ERR_PTR(err);
	ch = new_channel(arg);
	if (IS_ERR(ch))
		return ERR_CAST(ch);
	ep = endpoint_on(ch, file, arg->rights);
	if (IS_ERR(ep))
		return ep;
	err = vbuf_registry_add(ch);
	if (!err)
		return ep;
	vbuf_endpoint_destroy(ep);
	vbuf_registry_put(ch);
	return ERR_PTR(err);
}

/**
 * vbuf_bind_create() - VBUF_IOC_CREATE
 * @file: of /dev/vbuf
 * @arg: its argument
 *
 * Return: 0 or -errno, as VBUF_IOC_CREATE says.
 */
int vbuf_bind_create(struct file *file, const struct vbuf_create *arg)
{
	return claim(file) ?: conclude(file, create(file, arg));
}

static struct vbuf_endpoint *open(struct file *file, const struct vbuf_open *arg)
{
	struct vbuf_channel *ch;
	int err;

	err = check_rights(arg->rights);
	if (!err)
		err = vbuf_registry_check_name(arg->name);
	if (err)
		return ERR_PTR(err);
	ch = vbuf_registry_open(arg->name, arg->rights);
	return IS_ERR(ch) ? ERR_CAST(ch) : endpoint_on(ch, file, arg->rights);
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
	return claim(file) ?: conclude(file, open(file, arg));
}

static struct vbuf_endpoint *reopen(struct file *file, u32 rights,
				    const struct file *other)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(other);
	int err;

	err = check_rights(rights);
	if (err)
		return ERR_PTR(err);
	if (!ep)
		return ERR_PTR(-ENOTCONN);
	if (rights & ~READ_ONCE(ep->can))
		return ERR_PTR(-EACCES);
	vbuf_registry_get(ep->channel);
	return endpoint_on(ep->channel, file, rights);
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
	return claim(file) ?: conclude(file, reopen(file, arg->rights, other));
}

/* The file @session is for, and the endpoint by which the kernel sends to it. */
static struct vbuf_endpoint *trace_with(struct file *file,
					const struct vbuf_trace *arg,
					struct vbuf_session *session)
{
	struct vbuf_create channel = {
		.rights = VBUF_RIGHT_RECV,
		.attr = { .slots = arg->slots, .slot_size = arg->slot_size },
	};
	struct vbuf_endpoint *ep, *sender;
	int err;

	ep = create(file, &channel);
	if (IS_ERR(ep))
		return ep;
	ep->channel->is_trace = true;
	vbuf_registry_get(ep->channel);
	sender = endpoint_on(ep->channel, NULL, VBUF_RIGHT_SEND);
	if (IS_ERR(sender)) {
		end(ep);
		return sender;
	}
	err = vbuf_session_begin(session, sender);
	if (err) {
		end(sender);
		end(ep);
		return ERR_PTR(err);
	}
	ep->session = session;
	return ep;
}

static struct vbuf_endpoint *trace(struct file *file, const struct vbuf_trace *arg)
{
	struct vbuf_session *session = vbuf_session_create(arg);
	struct vbuf_endpoint *ep;

	if (IS_ERR(session))
		return ERR_CAST(session);
	ep = trace_with(file, arg, session);
	if (IS_ERR(ep))
		vbuf_session_destroy(session);
	return ep;
}

/**
 * vbuf_bind_trace() - VBUF_IOC_TRACE
 * @file: of /dev/vbuf
 * @arg: its argument, of which vbuf_session_check() thinks well
 *
 * Return: 0 or -errno, as VBUF_IOC_TRACE says.
 */
int vbuf_bind_trace(struct file *file, const struct vbuf_trace *arg)
{
	return claim(file) ?: conclude(file, trace(file, arg));
}

static void end_session(struct vbuf_session *session)
{
	end(vbuf_session_end(session));
	vbuf_session_destroy(session);
}

/**
 * vbuf_bind_end() - a file of /dev/vbuf has lost its last descriptor
 * @file: the file
 */
void vbuf_bind_end(struct file *file)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(file);

	if (!ep)
		return;
	/* It sends to this one, so it ends first. */
	if (ep->session)
		end_session(ep->session);
	end(ep);
}

/**
 * vbuf_bind_shut_down() - an endpoint gives up rights
 * @ep: the endpoint
 * @rights: what it gives up, as far as it still has it
 *
 * As it ends, but for those rights alone: it can do nothing with them, then
 * nobody sees what it owns by them, then that goes back.
 */
void vbuf_bind_shut_down(struct vbuf_endpoint *ep, u32 rights)
{
	vbuf_channel_note_shutdown(ep->channel);
	rights = vbuf_channel_stop(ep, rights);
	vbuf_region_hide_all(ep, rights);
	vbuf_channel_leave(ep, rights);
	vbuf_wakes_tell_end(ep->channel, rights);
}
