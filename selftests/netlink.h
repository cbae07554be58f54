/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of generic netlink, which can also say what no client should:
 * lib/netlink.c. All that it knows is in a struct nl, which is good for one
 * request at a time, of one thread.
 */
#ifndef _VBUF_TEST_NETLINK_H
#define _VBUF_TEST_NETLINK_H

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "vbuf_test.h"

/* Of one datagram: as much as the kernel fills, if it is asked for as much. */
#define NL_ROOM		32768U

struct nl {
	int fd;
	__u16 family;		/* the number that vbuf's has by now */
	__u32 seq;		/* of the last request */
	bool subscribes;	/* events may come before the answer to it */
};

/* A type of 0 is vbuf's. */
struct nl_request {
	struct nlmsghdr header;
	struct genlmsghdr genl;
	char attrs[2048];
};

/* What has come so far. */
struct nl_answer {
	bool over;		/* an acknowledgment, or a dump's end, */
	int error;		/* which says 0 or -errno, */
	char why[128];		/* and why, or nothing, */
	unsigned int at;	/* and where in the request, or 0 */
	bool interrupted;	/* NLM_F_DUMP_INTR was in a message */
	unsigned int messages;
	unsigned int datagrams;
};

typedef void (*nl_fn)(const struct nlmsghdr *message, void *ctx);

int nl_socket(void);
long nl_ask_family(struct nl *nl, nl_fn fn, void *ctx);
long nl_resolve(struct nl *nl);
struct nl nl_open(void);
void nl_close(struct nl *nl);

void nl_begin(struct nl_request *request, __u8 command, __u16 flags);
void nl_put(struct nl_request *request, __u16 type, const void *data,
	    size_t len);
void nl_put_u32(struct nl_request *request, __u16 type, __u32 number);
void nl_put_u64(struct nl_request *request, __u16 type, __u64 number);

/* 0 or -errno: of the socket, not of what was asked for. */
long nl_send(struct nl *nl, struct nl_request *request);
long nl_receive(struct nl *nl, struct nl_answer *answer, nl_fn fn, void *ctx);
struct nl_answer nl_rest(struct nl *nl, nl_fn fn, void *ctx);
struct nl_answer nl_ask(struct nl *nl, struct nl_request *request, nl_fn fn,
			void *ctx);

/* Attributes by type; one that is not known, or there twice, ends the test. */
void nl_parse(const struct nlmsghdr *message, const struct nlattr **attrs,
	      unsigned int max);

/* The same, but @many may be there more often: the first is told, then the next. */
struct nl_known {
	unsigned int max;
	unsigned int many;
};

void nl_parse_known(const struct nlmsghdr *message, const struct nlattr **attrs,
		    struct nl_known known);
const struct nlattr *nl_next(const struct nlmsghdr *message,
			     const struct nlattr *attr);
void nl_parse_nest(const struct nlattr *nest, const struct nlattr **attrs,
		   unsigned int max);
const void *nl_data(const struct nlattr *attr);
size_t nl_len(const struct nlattr *attr);

/*
 * lib/look.c: what the answers tell, into a struct vt_channel or vt_endpoint; what
 * is missing, or of a wrong size, ends the test
 */
void nl_channel(const struct nlmsghdr *message, void *info);
void nl_endpoint(const struct nlmsghdr *message, void *info);
bool nl_find(struct nl *nl, __u64 id, struct vt_channel *info);

/* lib/limit.c: a limit of the user namespace that the socket is of */
struct vt_limit {
	__u32 scope;
	__u32 resource;
	__u64 value;
	__u64 holds;
	__u64 hits;
	__u64 use;
	bool use_known;
};

void nl_limit(const struct nlmsghdr *message, void *info);
struct vt_limit nl_get_limit(struct nl *nl, __u32 scope, __u32 resource);
struct nl_answer nl_set_limit(struct nl *nl, __u32 scope, __u32 resource,
			      __u64 value);

/*
 * lib/account.c: the accounts of threads, which a session has kept
 *
 * What is missing, or of a wrong size, ends the test. Of no account @tid is 0.
 */
#define NL_WAITS	16U

struct vt_waits {
	__u64 channel;
	__u64 in_send;
	__u64 in_recv;
};

struct vt_account {
	__u32 tid;
	__u32 pid;
	char comm[16];
	__u64 began;
	__u64 until;
	__u64 running;
	__u64 ready;
	__u64 in_send;
	__u64 in_recv;
	__u64 asleep;
	__u64 hardirq;
	__u64 softirq;
	__u64 voluntary;
	__u64 involuntary;
	__u64 migrations;
	__u64 hardirqs;
	__u64 softirqs;
	__u64 user_faults;
	__u64 kernel_faults;
	unsigned int channels;		/* so many of @waits are told */
	struct vt_waits waits[NL_WAITS];
};

/* A file: of a session that records nothing; closing it ends that. */
int vt_session(void);

/* What an answer tells, into a struct vt_account. */
void nl_thread(const struct nlmsghdr *message, void *info);

/* How many there are, of which the first @room are filled in. */
unsigned int nl_accounts(struct nl *nl, struct vt_account *accounts,
			 unsigned int room);
struct vt_account nl_account(struct nl *nl, pid_t tid);
struct vt_account vt_account(pid_t tid);

/* How long it has been kept, and whether its parts add up to that. */
__u64 vt_account_whole(const struct vt_account *account);
bool vt_account_adds_up(const struct vt_account *account);
/* What has come to it since an earlier look; it @began then. */
struct vt_account vt_account_since(const struct vt_account *account,
				   const struct vt_account *earlier);

/*
 * A part of it: whether all the time has gone there; and a look at it once all the
 * time goes there.
 */
#define VT_PART(_member)	offsetof(struct vt_account, _member)

bool vt_account_all_in(const struct vt_account *account, size_t part);
struct vt_account vt_account_comes_in(pid_t tid, size_t part);
void vt_account_print(const struct vt_account *account);

/* lib/events.c: what an event said; what it did not say is 0 */
struct nl_event {
	bool came;
	__u32 kind;
	__u32 uid;
	__u32 rights;
	__u32 scope;
	__u32 resource;
	__u64 channel;
	__u64 endpoint;
	__u64 count;
	__u64 since;
	__u64 value;
	__u64 time;
	char name[VBUF_NAME_SIZE];
};

/* Sockets that listen, and are good for nothing else: to the group, or subscribed. */
struct nl nl_joined(void);
struct nl nl_subscribed(void);
long nl_subscribe(struct nl *nl);
struct nl_event nl_next_event(struct nl *nl);
unsigned int nl_drop_events(struct nl *nl);
bool nl_is_silent(struct nl *nl);

#endif /* _VBUF_TEST_NETLINK_H */
