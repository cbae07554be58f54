/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's side of generic netlink, played.
 *
 * A program linked with this has sendmsg(), recvmsg() and recv() of its own, and
 * so has libnl in it: what is sent goes to a function of the test, which answers.
 * Who asks for the family is answered before that. The sockets are real ones.
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

/* How often recvmsg() fails with EINTR before it does anything. */
extern int fake_interruptions;

/* What the recvmsg() number @call from now, counted from 0, fails with. */
void fake_recvmsg_fails(int call, int error);

/* The attribute of that type in a command, or NULL. */
const struct nlattr *fake_attr(const struct nlmsghdr *command, int type);

/* An answer is begun, gets attributes, and is ended; then it is on its way. */
void fake_begin(const struct nlmsghdr *command, int flags);
void fake_put(int type, const void *value, size_t size);
void fake_put_u32(int type, uint32_t value);
void fake_put_u64(int type, uint64_t value);
void fake_put_string(int type, const char *value);
void fake_end(void);

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
