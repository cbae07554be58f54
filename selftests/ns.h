/* SPDX-License-Identifier: GPL-2.0 */
/* Processes in other namespaces, with other ids: lib/ns.c. */
#ifndef _VBUF_NS_H
#define _VBUF_NS_H

#include "vbuf_test.h"

/* The network namespace of the calling thread, as a file. */
int ns_net_self(void);
int ns_net_new(void);
void ns_net_enter(int ns);

/* A uid, a gid, one more group, and what to do with them. */
struct ns_user {
	uid_t uid;
	gid_t gid;
	gid_t group;
};

void ns_become(struct ns_user user);
long ns_as(struct ns_user user, long (*what)(void *arg), void *arg);

/* Capabilities (CAP_*) of the calling process from now on; -1 for none. */
void ns_keep_cap(int cap, struct ns_user user);
void ns_drop_cap(int cap);

/*
 * A child in a new user namespace (and others, CLONE_NEW* in @flags), which
 * belongs to uid @owner, and where ids 0 to 99 are those from NS_FIRST_ID on.
 */
#define NS_FIRST_ID	200000U

pid_t ns_user_fork(uid_t owner, int flags);

/* As ns_user_fork(), and so many ids, from 0 on, are those from @first on. */
struct ns_ids {
	unsigned int first;
	unsigned int count;
};

pid_t ns_user_fork_with(uid_t owner, int flags, struct ns_ids ids);

/* A time namespace for what is started afterwards, whose clock is ahead. */
void ns_time_ahead(long long sec);

#endif /* _VBUF_NS_H */
