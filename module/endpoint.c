// SPDX-License-Identifier: GPL-2.0
/*
 * One open file on a channel.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "account.h"
#include "channel.h"
#include "endpoint.h"
#include "limits.h"

static struct kmem_cache *endpoints;

/* Module-wide. Return: 0 or -ENOMEM. */
int vbuf_endpoint_init(void)
{
	endpoints = KMEM_CACHE(vbuf_endpoint, SLAB_ACCOUNT);
	return endpoints ? 0 : -ENOMEM;
}

void vbuf_endpoint_exit(void)
{
	kmem_cache_destroy(endpoints);
}

/**
 * vbuf_endpoint_create() - make an endpoint for the current process
 * @ch: the channel; the caller's reference must last as long as the endpoint
 * @file: the file that it will be
 * @rights: VBUF_RIGHT_*
 *
 * May sleep.
 *
 * Return: the endpoint, or an ERR_PTR: -EDQUOT, -ENOMEM.
 */
struct vbuf_endpoint *vbuf_endpoint_create(struct vbuf_channel *ch,
					   struct file *file, u32 rights)
{
	struct vbuf_endpoint *ep;
	int err;

	ep = kmem_cache_zalloc(endpoints, VBUF_GFP);
	if (!ep)
		return ERR_PTR(-ENOMEM);
	ep->account = vbuf_account_get();
	if (IS_ERR(ep->account)) {
		err = PTR_ERR(ep->account);
		goto free_endpoint;
	}
	err = vbuf_limits_charge(ep->account, VBUF_RESOURCE_ENDPOINTS, 1);
	if (err)
		goto put_account;
	ep->channel = ch;
	ep->file = file;
	ep->rights = rights;
	ep->uid = current_euid();
	ep->pid = get_pid(task_tgid(current));
	vbuf_channel_attach(ch, ep);
	return ep;

put_account:
	vbuf_account_put(ep->account);
free_endpoint:
	kmem_cache_free(endpoints, ep);
	return ERR_PTR(err);
}

/**
 * vbuf_endpoint_destroy() - end an endpoint; what it owns goes back
 * @ep: no call runs on it any more
 *
 * May sleep.
 */
void vbuf_endpoint_destroy(struct vbuf_endpoint *ep)
{
	vbuf_channel_detach(ep);
	WARN_ON_ONCE(ep->owned);
	put_pid(ep->pid);
	vbuf_limits_uncharge(ep->account, VBUF_RESOURCE_ENDPOINTS, 1);
	vbuf_account_put(ep->account);
	kmem_cache_free(endpoints, ep);
}
