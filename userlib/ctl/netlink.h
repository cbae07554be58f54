/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Commands of the kernel's generic netlink family, and the answers to them.
 *
 * A file that is about one kind of object tells here what to ask, and where in
 * its structure each attribute of an answer goes; it has no need of libnl, which
 * the files alone know whose names begin with netlink.
 *
 * Functions that fail return -1 and errno. What the kernel refuses has the
 * kernel's own errno, and its words, if there are any, are in the handle's
 * @text. An answer that makes no sense is %EPROTO.
 */
#ifndef _VBUF_CTL_NETLINK_H
#define _VBUF_CTL_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vbuf-ctl.h>

/* The kernel's texts are below 100 bytes; what is longer is cut off. */
#define VBUF_NETLINK_TEXT_SIZE 256

struct nl_sock;

/**
 * struct vbuf_ctl - a socket of generic netlink
 * @socket: connected to nobody but the kernel
 * @family: the number of the kernel's family "vbuf"
 * @text: what the kernel said to the last command, beside its errno; empty if
 *	nothing
 */
struct vbuf_ctl {
	struct nl_sock *socket;
	uint16_t family;
	char text[VBUF_NETLINK_TEXT_SIZE];
};

/* One answer; it lives no longer than the call that was given it. */
struct vbuf_netlink_answer;

/**
 * struct vbuf_netlink_attr - an attribute of a command
 * @type: its type
 * @size: its bytes; 0 if it is not to be sent
 * @value: the bytes
 */
struct vbuf_netlink_attr {
	uint16_t type;
	uint16_t size;
	const void *value;
};

#define VBUF_NETLINK_ATTRS 3

/**
 * struct vbuf_netlink_command - what to ask, and what to do with the answers
 * @command: its number
 * @dump: if it asks for all there are
 * @attrs: its attributes
 * @take: called with each answer; if it returns -1 and errno the others are not
 *	looked at, and the command fails so. NULL if there are none
 * @data: passed to @take
 */
struct vbuf_netlink_command {
	uint8_t command;
	bool dump;
	struct vbuf_netlink_attr attrs[VBUF_NETLINK_ATTRS];
	int (*take)(const struct vbuf_netlink_answer *answer, void *data);
	void *data;
};

enum vbuf_netlink_kind {
	VBUF_NETLINK_NUMBER,	/* of as many bytes as its place; or an array */
	VBUF_NETLINK_FLAG,	/* a bool */
	VBUF_NETLINK_STRING,	/* an array of char, NUL in the end */
};

/**
 * struct vbuf_netlink_field - where an attribute of an answer goes
 * @type: the attribute's type
 * @kind: of what kind both are
 * @offset: in the structure
 * @size: bytes there
 */
struct vbuf_netlink_field {
	uint16_t type;
	enum vbuf_netlink_kind kind;
	size_t offset;
	size_t size;
};

#define VBUF_NETLINK_FIELD(_type, _kind, _struct, _member) {	\
	.type = _type,						\
	.kind = VBUF_NETLINK_##_kind,				\
	.offset = offsetof(_struct, _member),			\
	.size = sizeof(((_struct *)0)->_member),		\
}

/* Bytes of the longest message that nobody asked for; one of today has below 300. */
#define VBUF_NETLINK_PACKET_SIZE 8192

/**
 * struct vbuf_netlink_listener - what to hear on a subscribed handle
 * @command: messages of this command
 * @take: called with each; if it returns -1 and errno, so does who heard it
 * @data: passed to @take
 * @gone: the family is not there any more
 * @next: where in @packet the next message begins
 * @length: of what is in @packet
 * @packet: what came last; of a type that aligns it
 *
 * All from @gone on begins as 0.
 */
struct vbuf_netlink_listener {
	uint8_t command;
	int (*take)(const struct vbuf_netlink_answer *answer, void *data);
	void *data;
	bool gone;
	size_t next;
	size_t length;
	uint64_t packet[VBUF_NETLINK_PACKET_SIZE / sizeof(uint64_t)];
};

int vbuf_netlink_open(struct vbuf_ctl *ctl);
int vbuf_netlink_fd(const struct vbuf_ctl *ctl);
void vbuf_netlink_close(struct vbuf_ctl *ctl);
int vbuf_netlink_do(struct vbuf_ctl *ctl,
		    const struct vbuf_netlink_command *command);
int vbuf_netlink_listen(struct vbuf_ctl *ctl, uint8_t subscription);
int vbuf_netlink_hear(const struct vbuf_ctl *ctl,
		      struct vbuf_netlink_listener *listener);
int vbuf_netlink_read(const struct vbuf_netlink_answer *answer,
		      const struct vbuf_netlink_field *fields, size_t count,
		      void *into);
int vbuf_netlink_read_nests(const struct vbuf_netlink_answer *answer,
			    uint16_t type,
			    int (*take)(const struct vbuf_netlink_answer *nest,
					void *data),
			    void *data);

#endif /* _VBUF_CTL_NETLINK_H */
