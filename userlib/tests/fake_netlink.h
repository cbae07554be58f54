/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's side of generic netlink, played.
 *
 * A program linked with this has sendmsg(), recvmsg(), recvfrom(), recv() and
 * setsockopt() of its own, and so has libnl in it: what is sent goes to a function of
 * the test, which answers. Who asks for the family is answered before that. The
 * sockets are real ones.
 */
#ifndef _VBUF_TEST_FAKE_NETLINK_H
#define _VBUF_TEST_FAKE_NETLINK_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

/* Answers a command, by the functions below. */
typedef void fake_kernel(const struct nlmsghdr *command);

/*
 * From here on, that kernel answers, or none that has the family if it is NULL;
 * nothing is on its way.
 */
void fake_netlink_reset(fake_kernel *kernel);

/* The family's number, from the next asking on. */
void fake_netlink_family(uint16_t number);

/* How many commands came that did not ask for the family; how many that did. */
extern int fake_commands, fake_family_asked;

/* How often receiving fails with EINTR before it does anything. */
extern int fake_interruptions;

/* The room for what is received that was asked for last; 0: as the system does. */
extern int fake_room, fake_forced_room;

/* What asking for room by force fails with, or 0. */
extern int fake_force_fails;

/* Which command of its family it is. */
int fake_command(const struct nlmsghdr *command);

/* The attribute of that type in a command, or NULL; and what it has to be. */
const struct nlattr *fake_attr(const struct nlmsghdr *command, int type);
uint32_t fake_attr_u32(const struct nlmsghdr *command, int type);
uint64_t fake_attr_u64(const struct nlmsghdr *command, int type);
const char *fake_attr_string(const struct nlmsghdr *command, int type);

/* An answer is begun, gets attributes, and is ended; then it is on its way. */
void fake_begin(const struct nlmsghdr *command, int flags);

/* So is what answers nothing, as of that command. */
void fake_begin_unasked(int command);
void fake_put(int type, const void *value, size_t size);
void fake_put_u32(int type, uint32_t value);
void fake_put_u64(int type, uint64_t value);
void fake_put_string(int type, const char *value);
void fake_end(void);

/* The message begun last ends so many bytes earlier, in what is put last. */
void fake_shorten(uint32_t bytes);

/* Takes back the only packet, and returns its length. */
size_t fake_take(void *bytes, size_t size);

/* A packet of these bytes. */
void fake_packet(const void *bytes, size_t size);

/* In its turn among the packets, receiving fails so, once. */
void fake_error(int error);

/* How many packets are on their way. */
int fake_waiting(void);

/* As if another process had sent what was ended last. */
void fake_from_process(uint32_t port);

/* What is put from here on goes into one packet, until fake_packet_end(). */
void fake_packet_begin(void);
void fake_packet_end(void);

/*
 * Refuses a command, or with 0 says that it is done. With @text it is an
 * extended ack; @capped leaves out the command's own bytes.
 */
void fake_refuse(const struct nlmsghdr *command, int error, const char *text,
		 int capped);

/* What was refused last claims to have been so long. */
void fake_lie(uint32_t length);

/* Ends a dump, with an errno or 0, and a text or NULL. */
void fake_done(const struct nlmsghdr *command, int error, const char *text);

#endif /* _VBUF_TEST_FAKE_NETLINK_H */
