/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_REGISTRY_H
#define VBUF_REGISTRY_H

#include <linux/types.h>
#include <linux/uidgid.h>

struct net;
struct vbuf_channel;
struct vbuf_happening;
struct vbuf_net;

/**
 * DOC: The registry
 *
 * Who is there: the channels of each network namespace, by id, and those with
 * a name by name. Names belong to the namespace of whoever creates them, as
 * abstract AF_UNIX names do, and go with it. One mutex guards it all; it is
 * taken to create, open, unlink and list, and for a channel's last reference.
 *
 * A channel does not keep its namespace alive. What was created there and is
 * still used when the namespace goes belongs to none, and is listed nowhere.
 */

/**
 * struct vbuf_access - who may do what with a channel
 * @mode: permission bits
 * @uid: the owner
 * @gid: the owner's group
 */
struct vbuf_access {
	u32 mode;
	kuid_t uid;
	kgid_t gid;
};

int vbuf_registry_init(void);
void vbuf_registry_exit(void);
int vbuf_registry_check_name(const char *name);
bool vbuf_registry_has(const char *name);
int vbuf_registry_add(struct vbuf_channel *ch);
struct vbuf_channel *vbuf_registry_open(const char *name, u32 rights);
int vbuf_registry_unlink(const char *name);
void vbuf_registry_get(struct vbuf_channel *ch);
void vbuf_registry_put(struct vbuf_channel *ch);

/* @allowed: the caller may know more of it than that it is there. */
typedef int vbuf_visit_fn(struct vbuf_channel *ch, bool allowed, void *data);

int vbuf_registry_visit(struct net *net, u64 id, vbuf_visit_fn *visit,
			void *data);
int vbuf_registry_visit_next(struct net *net, u64 id, vbuf_visit_fn *visit,
			     void *data);
int vbuf_registry_visit_named(struct net *net, const char *name,
			      vbuf_visit_fn *visit, void *data);
u32 vbuf_registry_changes(struct net *net);
u64 vbuf_registry_last_id(void);
struct vbuf_access vbuf_registry_access(const struct vbuf_channel *ch);
bool vbuf_registry_may_look(const struct net *net,
			    const struct vbuf_access *access);

void vbuf_registry_tell(const struct vbuf_happening *what);
void vbuf_registry_tell_locked(const struct vbuf_happening *what);
void vbuf_registry_run_locked(void (*run)(void));

#endif /* VBUF_REGISTRY_H */
