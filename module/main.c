// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "cdev.h"
#include "channel.h"
#include "endpoint.h"
#include "limits.h"
#include "main.h"
#include "netlink.h"
#include "netlink_subscribers.h"
#include "offline.h"
#include "probes.h"
#include "registry.h"
#include "stalls.h"
#include "waiter.h"

/* Each with what undoes it; the device comes last, and goes first. */
static const struct {
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ vbuf_offline_init, vbuf_offline_exit },
	{ vbuf_limits_init, vbuf_limits_exit },
	{ vbuf_waiter_init, NULL },
	{ vbuf_probes_init, NULL },
	{ vbuf_channel_init, vbuf_channel_exit },
	{ vbuf_endpoint_init, vbuf_endpoint_exit },
	{ NULL, vbuf_stalls_exit },
	/* Before the registry, after which it goes: see there. */
	{ vbuf_subscribers_init, vbuf_subscribers_exit },
	{ vbuf_registry_init, vbuf_registry_exit },
	{ vbuf_netlink_init, vbuf_netlink_exit },
	{ vbuf_cdev_init, vbuf_cdev_exit },
};

static void exit_first(unsigned int count)
{
	while (count--)
		if (parts[count].exit)
			parts[count].exit();
}

static int __init vbuf_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].init ? parts[i].init() : 0;
		if (err) {
			exit_first(i);
			return err;
		}
	}
	pr_info("bounded message channels through /dev/vbuf\n");
	return 0;
}

static void __exit vbuf_exit(void)
{
	exit_first(ARRAY_SIZE(parts));
}

module_init(vbuf_init);
module_exit(vbuf_exit);

MODULE_DESCRIPTION("Bounded message channels between processes");
MODULE_AUTHOR("vbuf developers");
MODULE_LICENSE("GPL");
