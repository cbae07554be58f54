// SPDX-License-Identifier: GPL-2.0
/*
 * Who is there: names, ids, namespaces, references.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "channel.h"
#include "events.h"
#include "limits.h"
#include "registry.h"
#include "stalls.h"

/**
 * struct vbuf_net - one network namespace's part; guarded by registry_lock
 * @names: channels with a name, in its order
 * @channels: all channels, by id
 * @changes: counts those of the two
 * @net: the network namespace; constant
 */
struct vbuf_net {
	struct rb_root names;
	struct xarray channels;
	u32 changes;
	struct net *net;
};

/*
 * Guards every vbuf_net, and of every channel @net, @node, @linked, and the
 * dropping of the last reference. The outermost of our locks.
 */
static DEFINE_MUTEX(registry_lock);

/* The last id given; guarded by registry_lock. */
static u64 last_id;

static unsigned int vbuf_net_id;

/* Persistent channels that went with the module. */
static unsigned int gone_at_exit;

/**
 * vbuf_registry_check_name() - whether a name is well-formed
 * @name: VBUF_NAME_SIZE bytes
 *
 * Return: 0, or -EINVAL unless it has 1 to 63 of A-Z a-z 0-9 . _ : - and then
 * NULs only.
 */
int vbuf_registry_check_name(const char *name)
{
	static const char ok[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";
	size_t len = strnlen(name, VBUF_NAME_SIZE);

	if (!len || len == VBUF_NAME_SIZE || strspn(name, ok) != len ||
	    memchr_inv(name + len, 0, VBUF_NAME_SIZE - len))
		return -EINVAL;
	return 0;
}

static struct vbuf_net *current_vnet(void)
{
	return net_generic(current->nsproxy->net_ns, vbuf_net_id);
}

static struct user_namespace *current_net_owner(void)
{
	return current->nsproxy->net_ns->user_ns;
}

static struct vbuf_channel *find_locked(struct vbuf_net *vnet, const char *name)
{
	struct rb_node *node = vnet->names.rb_node;
	struct vbuf_channel *ch;
	int order;

	lockdep_assert_held(&registry_lock);
	while (node) {
		ch = rb_entry(node, struct vbuf_channel, node);
		order = strcmp(name, ch->name);
		if (!order)
			return ch;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

static bool name_before(struct rb_node *a, const struct rb_node *b)
{
	return strcmp(rb_entry(a, struct vbuf_channel, node)->name,
		      rb_entry(b, struct vbuf_channel, node)->name) < 0;
}

static void unlink_locked(struct vbuf_channel *ch)
{
	lockdep_assert_held(&registry_lock);
	rb_erase(&ch->node, &ch->net->names);
	ch->net->changes++;
	ch->linked = false;
}

/**
 * vbuf_registry_tell_locked() - tell of an event of a channel, if it is anywhere
 * @what: what has happened to it; the registry's lock is held
 */
void vbuf_registry_tell_locked(const struct vbuf_happening *what)
{
	lockdep_assert_held(&registry_lock);
	if (what->ch->net)
		vbuf_events_send(what->ch->net->net, what);
}

/* As vbuf_registry_tell_locked(), and its lock is not held. */
void vbuf_registry_tell(const struct vbuf_happening *what)
{
	guard(mutex)(&registry_lock);
	vbuf_registry_tell_locked(what);
}

static void tell_locked(const struct vbuf_channel *ch, enum vbuf_event kind)
{
	struct vbuf_happening what = {
		.kind = kind, .ch = ch, .uid = ch->uid,
	};

	vbuf_registry_tell_locked(&what);
}

/* Runs a function with the registry's lock held: no channel goes meanwhile. */
void vbuf_registry_run_locked(void (*run)(void))
{
	guard(mutex)(&registry_lock);
	run();
}

/**
 * vbuf_registry_has() - whether a name is taken here, just now
 * @name: well-formed
 *
 * Saves who would fail with -EEXIST taking all the memory first.
 */
bool vbuf_registry_has(const char *name)
{
	guard(mutex)(&registry_lock);
	return find_locked(current_vnet(), name);
}

/**
 * vbuf_registry_add() - make a new channel known in the caller's namespace
 * @ch: has its first endpoint
 *
 * Return: 0, -EEXIST, or -ENOMEM.
 */
int vbuf_registry_add(struct vbuf_channel *ch)
{
	struct vbuf_net *vnet = current_vnet();
	int err;

	guard(mutex)(&registry_lock);
	if (*ch->name && find_locked(vnet, ch->name))
		return -EEXIST;
	ch->id = ++last_id;
	ch->netns = vnet->net->net_cookie;
	err = xa_err(xa_store(&vnet->channels, ch->id, ch, VBUF_GFP));
	if (err)
		return err;
	ch->net = vnet;
	vnet->changes++;
	if (*ch->name) {
		rb_add(&ch->node, &vnet->names, name_before);
		ch->linked = true;
		if (ch->attr.flags & VBUF_PERSIST)
			refcount_inc(&ch->ref);
	}
	tell_locked(ch, VBUF_EVENT_CREATED);
	return 0;
}

/* Who may do what with a channel, which may go afterwards. */
struct vbuf_access vbuf_registry_access(const struct vbuf_channel *ch)
{
	return (struct vbuf_access) {
		.mode = ch->attr.mode,
		.uid = ch->uid,
		.gid = ch->gid,
	};
}

/* Whether the mode gives the caller these rights. */
static bool mode_allows(const struct vbuf_access *access, u32 rights)
{
	u32 need = (rights & VBUF_RIGHT_RECV ? 4 : 0) |
		   (rights & VBUF_RIGHT_SEND ? 2 : 0);
	u32 mode = access->mode;

	if (uid_eq(current_euid(), access->uid))
		mode >>= 6;
	else if (in_group_p(access->gid))
		mode >>= 3;
	return (mode & need) == need;
}

/**
 * vbuf_registry_open() - find a channel by name
 * @name: well-formed
 * @rights: what the caller wants to do
 *
 * Return: a new reference, or an ERR_PTR: -ENOENT, -EACCES.
 */
struct vbuf_channel *vbuf_registry_open(const char *name, u32 rights)
{
	struct vbuf_access access;
	struct vbuf_channel *ch;

	guard(mutex)(&registry_lock);
	ch = find_locked(current_vnet(), name);
	if (!ch)
		return ERR_PTR(-ENOENT);
	access = vbuf_registry_access(ch);
	if (!mode_allows(&access, rights) &&
	    !ns_capable(current_net_owner(), CAP_IPC_OWNER))
		return ERR_PTR(-EACCES);
	refcount_inc(&ch->ref);
	return ch;
}

/* The name is gone already; nobody else saw it go. */
static void forget_name(struct vbuf_channel *ch)
{
	vbuf_channel_forget_name(ch);
	if (ch->attr.flags & VBUF_PERSIST)
		vbuf_registry_put(ch);
}

/**
 * vbuf_registry_unlink() - take a name away
 * @name: well-formed
 *
 * Return: 0, -ENOENT, or -EACCES.
 */
int vbuf_registry_unlink(const char *name)
{
	struct vbuf_channel *ch;

	scoped_guard(mutex, &registry_lock) {
		ch = find_locked(current_vnet(), name);
		if (!ch)
			return -ENOENT;
		if (!uid_eq(current_euid(), ch->uid) &&
		    !ns_capable(current_net_owner(), CAP_SYS_ADMIN))
			return -EACCES;
		unlink_locked(ch);
		tell_locked(ch, VBUF_EVENT_UNLINKED);
		refcount_inc(&ch->ref);
	}
	forget_name(ch);
	vbuf_registry_put(ch);
	return 0;
}

/**
 * vbuf_registry_get() - take another reference
 * @ch: the caller has one
 */
void vbuf_registry_get(struct vbuf_channel *ch)
{
	refcount_inc(&ch->ref);
}

/**
 * vbuf_registry_put() - drop a reference; the last one ends the channel
 * @ch: the channel
 */
void vbuf_registry_put(struct vbuf_channel *ch)
{
	if (!refcount_dec_and_mutex_lock(&ch->ref, &registry_lock))
		return;
	vbuf_stalls_forget(ch);
	tell_locked(ch, VBUF_EVENT_REMOVED);
	if (ch->linked)
		unlink_locked(ch);
	if (ch->net) {
		xa_erase(&ch->net->channels, ch->id);
		ch->net->changes++;
	}
	mutex_unlock(&registry_lock);
	vbuf_channel_destroy(ch);
}

/**
 * vbuf_registry_may_look() - whether the caller may know more than that it is there
 * @net: the network namespace of the channel
 * @access: the channel's
 *
 * Takes no lock, and does not sleep. Return: true if so.
 */
bool vbuf_registry_may_look(const struct net *net,
			    const struct vbuf_access *access)
{
	return uid_eq(current_euid(), access->uid) ||
	       mode_allows(access, VBUF_RIGHT_RECV) ||
	       mode_allows(access, VBUF_RIGHT_SEND) ||
	       ns_capable_noaudit(net->user_ns, CAP_IPC_OWNER);
}

static int visit_locked(const struct net *net, struct vbuf_channel *ch,
			vbuf_visit_fn *visit, void *data)
{
	struct vbuf_access access;

	lockdep_assert_held(&registry_lock);
	if (!ch)
		return -ENOENT;
	access = vbuf_registry_access(ch);
	return visit(ch, vbuf_registry_may_look(net, &access), data);
}

/**
 * vbuf_registry_visit() - look at a channel
 * @net: of this network namespace
 * @id: its id
 * @visit: called with the registry's lock held
 * @data: for @visit
 *
 * Return: what @visit returns, or -ENOENT.
 */
int vbuf_registry_visit(struct net *net, u64 id, vbuf_visit_fn *visit,
			void *data)
{
	struct vbuf_net *vnet = net_generic(net, vbuf_net_id);

	guard(mutex)(&registry_lock);
	return visit_locked(net, xa_load(&vnet->channels, id), visit, data);
}

/* As vbuf_registry_visit(), at the channel with the next id above @id. */
int vbuf_registry_visit_next(struct net *net, u64 id, vbuf_visit_fn *visit,
			     void *data)
{
	struct vbuf_net *vnet = net_generic(net, vbuf_net_id);
	unsigned long index = id;

	guard(mutex)(&registry_lock);
	return visit_locked(net, xa_find_after(&vnet->channels, &index,
					       ULONG_MAX, XA_PRESENT),
			    visit, data);
}

/* As vbuf_registry_visit(), at the channel with a name, which is well-formed. */
int vbuf_registry_visit_named(struct net *net, const char *name,
			      vbuf_visit_fn *visit, void *data)
{
	struct vbuf_net *vnet = net_generic(net, vbuf_net_id);

	guard(mutex)(&registry_lock);
	return visit_locked(net, find_locked(vnet, name), visit, data);
}

/**
 * vbuf_registry_changes() - whether a channel came, went, or lost its name
 * @net: in this network namespace
 *
 * Return: a number other than 0, that differs from the last one if so.
 */
u32 vbuf_registry_changes(struct net *net)
{
	struct vbuf_net *vnet = net_generic(net, vbuf_net_id);

	guard(mutex)(&registry_lock);
	/* Once in 2^32 changes two of them look like one. */
	return vnet->changes ?: 1;
}

/**
 * vbuf_registry_last_id() - the id of the newest channel, of all that ever were
 *
 * Return: the id, 0 if there never was one. Those to come have higher ones.
 */
u64 vbuf_registry_last_id(void)
{
	guard(mutex)(&registry_lock);
	return last_id;
}

static int __net_init net_init(struct net *net)
{
	struct vbuf_net *vnet = net_generic(net, vbuf_net_id);

	vnet->names = RB_ROOT;
	vnet->changes = 1;
	vnet->net = net;
	xa_init(&vnet->channels);
	return 0;
}

/* As if every channel were unlinked. True when there was one. */
static bool forget_one(struct vbuf_net *vnet)
{
	struct vbuf_channel *ch;
	unsigned long index = 0;
	bool linked;

	scoped_guard(mutex, &registry_lock) {
		ch = xa_find(&vnet->channels, &index, ULONG_MAX, XA_PRESENT);
		if (!ch)
			return false;
		linked = ch->linked;
		if (linked)
			unlink_locked(ch);
		xa_erase(&vnet->channels, index);
		ch->net = NULL;
		refcount_inc(&ch->ref);
	}
	if (linked) {
		gone_at_exit += !!(ch->attr.flags & VBUF_PERSIST);
		forget_name(ch);
	}
	vbuf_registry_put(ch);
	return true;
}

static void __net_exit net_exit(struct net *net)
{
	struct vbuf_net *vnet = net_generic(net, vbuf_net_id);

	while (forget_one(vnet))
		cond_resched();
	xa_destroy(&vnet->channels);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.id = &vbuf_net_id,
	.size = sizeof(struct vbuf_net),
};

/* Module-wide. Return: 0 or -errno. */
int vbuf_registry_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/* No endpoint is left: what is here is persistent, and goes now. */
void vbuf_registry_exit(void)
{
	gone_at_exit = 0;
	unregister_pernet_subsys(&net_ops);
	if (gone_at_exit)
		pr_info("%u persistent channels are gone\n", gone_at_exit);
}
