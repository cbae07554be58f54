// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Has commands carried out by the kernel, by means of libnl.
 *
 * libnl's errors are no errnos, and fewer than those: many of the kernel's come
 * out as one. So what the kernel says is read from its own message, and no
 * number of libnl's leaves this file.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include <linux/vbuf_netlink.h>

#include "netlink.h"
#include "netlink_answer.h"
#include "netlink_socket.h"

/* The longest message that the kernel makes of a dump. */
#define MESSAGE_SIZE 32768

/**
 * struct exchange - a command on its way, until its last answer
 * @ctl: whose
 * @command: what is asked
 * @seq: the number of its message, which that of each answer is
 * @error: the first errno that it met, or 0
 * @ended: the last answer has come
 * @interrupted: things came or went in the middle of a dump
 */
struct exchange {
	struct vbuf_ctl *ctl;
	const struct vbuf_netlink_command *command;
	uint32_t seq;
	int error;
	bool ended;
	bool interrupted;
};

/* Those that can come from libnl itself, and from the calls that it makes. */
static const struct {
	int nle;
	int error;
} errnos[] = {
	{ NLE_NOMEM, ENOMEM },
	{ NLE_INTR, EINTR },
	{ NLE_AGAIN, EAGAIN },
	{ NLE_BAD_SOCK, EBADF },
	{ NLE_PERM, EPERM },
	{ NLE_NOACCESS, EACCES },
	{ NLE_MSGSIZE, EMSGSIZE },
};

/* Of what a function of libnl returned; by default, it makes no sense to libnl. */
static int errno_of(int err)
{
	int error = EPROTO;

	for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++)
		if (errnos[i].nle == -err)
			error = errnos[i].error;
	return error;
}

static int fail(int err)
{
	errno = errno_of(err);
	return -1;
}

/* The first error tells why the others came. */
static void note_error(struct exchange *exchange, int error)
{
	if (!exchange->error)
		exchange->error = error;
}

/* The text among the attributes of an extended ack, if there is one. */
static void keep_text(struct vbuf_ctl *ctl, const char *attrs, int length)
{
	const struct nlattr *text;

	text = nla_find((const struct nlattr *)attrs, length,
			NLMSGERR_ATTR_MSG);
	if (text)
		nla_strlcpy(ctl->text, text, sizeof(ctl->text));
}

/*
 * libnl hands on the payload of the message; its header stands before that. The
 * attributes come after the refused command, which the kernel may leave out but
 * for its header.
 */
static void keep_error_text(struct vbuf_ctl *ctl, const struct nlmsgerr *error)
{
	const char *payload = (const char *)error;
	const struct nlmsghdr *header =
		(const struct nlmsghdr *)(payload - NLMSG_HDRLEN);
	unsigned int length = header->nlmsg_len - NLMSG_HDRLEN;
	unsigned int begin = sizeof(*error);

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		begin += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (begin < length)
		keep_text(ctl, payload + begin, length - begin);
}

/*
 * What is left over from a command that was given up is not for this one, and
 * neither is what another process sent.
 */
static int check_sender(struct nl_msg *msg, void *data)
{
	const struct exchange *exchange = data;

	return nlmsg_hdr(msg)->nlmsg_seq == exchange->seq &&
	       !nlmsg_get_src(msg)->nl_pid ? NL_OK : NL_SKIP;
}

static int take_answer(struct nl_msg *msg, void *data)
{
	struct vbuf_netlink_answer answer;
	struct exchange *exchange = data;

	/* The rest is read all the same, so that nothing is left. */
	if (exchange->error || !exchange->command->take)
		return NL_OK;
	if (vbuf_netlink_parse(nlmsg_hdr(msg), &answer) ||
	    exchange->command->take(&answer, exchange->command->data))
		note_error(exchange, errno);
	return NL_OK;
}

static int take_ack(struct nl_msg *msg, void *data)
{
	struct exchange *exchange = data;

	(void)msg;
	exchange->ended = true;
	return NL_OK;
}

static int take_interruption(struct nl_msg *msg, void *data)
{
	struct exchange *exchange = data;

	(void)msg;
	exchange->interrupted = true;
	return NL_OK;
}

/* The end of a dump has an errno of its own, which libnl takes no notice of. */
static int take_end(struct nl_msg *msg, void *data)
{
	const struct nlmsghdr *header = nlmsg_hdr(msg);
	struct exchange *exchange = data;
	int length = nlmsg_datalen(header);
	int status = 0;

	exchange->ended = true;
	if (length < (int)sizeof(status))
		return NL_OK;
	memcpy(&status, nlmsg_data(header), sizeof(status));
	if (status >= 0)
		return NL_OK;
	note_error(exchange, -status);
	if (header->nlmsg_flags & NLM_F_ACK_TLVS)
		keep_text(exchange->ctl,
			  (const char *)nlmsg_data(header) + sizeof(status),
			  length - sizeof(status));
	return NL_OK;
}

static int take_error(struct sockaddr_nl *from, struct nlmsgerr *error,
		      void *data)
{
	struct exchange *exchange = data;

	(void)from;
	exchange->ended = true;
	note_error(exchange, -error->error);
	keep_error_text(exchange->ctl, error);
	return NL_SKIP;
}

static struct nl_cb *alloc_callbacks(struct exchange *exchange)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	if (!cb)
		return NULL;
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, check_sender, exchange);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, take_answer, exchange);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, take_ack, exchange);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, take_end, exchange);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, take_interruption,
		  exchange);
	nl_cb_err(cb, NL_CB_CUSTOM, take_error, exchange);
	return cb;
}

/* All answers, up to the last. libnl goes on by itself after a signal. */
static int receive(struct exchange *exchange)
{
	struct nl_cb *cb = alloc_callbacks(exchange);
	int err = cb ? 0 : -NLE_NOMEM;

	while (err >= 0 && !exchange->ended)
		err = nl_recvmsgs(exchange->ctl->socket, cb);
	if (err < 0) {
		note_error(exchange, errno_of(err));
		/* Until a dump is read to its end, the kernel takes no other. */
		vbuf_netlink_socket_drain(vbuf_netlink_fd(exchange->ctl));
	}
	if (cb)
		nl_cb_put(cb);
	errno = exchange->error;
	return exchange->error ? -1 : exchange->interrupted;
}

static int put_attrs(struct nl_msg *msg,
		     const struct vbuf_netlink_command *command)
{
	const struct vbuf_netlink_attr *attr;
	int err = 0;

	for (int i = 0; i < VBUF_NETLINK_ATTRS && !err; i++) {
		attr = &command->attrs[i];
		if (attr->size)
			err = nla_put(msg, attr->type, attr->size,
				      attr->value);
	}
	return err;
}

static int put_command(struct nl_msg *msg, uint16_t family,
		       const struct vbuf_netlink_command *command)
{
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0,
			 command->dump ? NLM_F_DUMP : 0, command->command,
			 VBUF_FAMILY_VERSION))
		return -NLE_NOMEM;
	return put_attrs(msg, command);
}

/* Asks the family of that number, and has the answers taken. */
static int ask(struct vbuf_ctl *ctl, uint16_t family,
	       const struct vbuf_netlink_command *command)
{
	struct exchange exchange = { .ctl = ctl, .command = command };
	struct nl_msg *msg = nlmsg_alloc();
	int err;

	if (!msg)
		return fail(-NLE_NOMEM);
	err = put_command(msg, family, command);
	if (!err) {
		do {
			err = nl_send_auto(ctl->socket, msg);
		} while (err == -NLE_INTR);
		exchange.seq = nlmsg_hdr(msg)->nlmsg_seq;
	}
	nlmsg_free(msg);
	return err < 0 ? fail(err) : receive(&exchange);
}

static const struct vbuf_netlink_field family_field = {
	.type = CTRL_ATTR_FAMILY_ID,
	.kind = VBUF_NETLINK_NUMBER,
	.size = sizeof(uint16_t),
};

static int take_family(const struct vbuf_netlink_answer *answer, void *data)
{
	return vbuf_netlink_read(answer, &family_field, 1, data);
}

/* Asks for the family's number. That there is none is ENODEV. */
static int find_family(struct vbuf_ctl *ctl)
{
	const struct vbuf_netlink_command command = {
		.command = CTRL_CMD_GETFAMILY,
		.attrs[0] = {
			CTRL_ATTR_FAMILY_NAME, sizeof(VBUF_FAMILY_NAME),
			VBUF_FAMILY_NAME
		},
		.take = take_family,
		.data = &ctl->family,
	};
	int ret = ask(ctl, GENL_ID_CTRL, &command);

	if (ret && errno == ENOENT)
		errno = ENODEV;
	return ret;
}

static int ask_family(struct vbuf_ctl *ctl,
		      const struct vbuf_netlink_command *command)
{
	uint16_t family = ctl->family;
	int ret = ask(ctl, family, command);

	/*
	 * ENOENT without a word may be about the family: the module was
	 * unloaded, and maybe loaded again, which gives it another number.
	 * Of one that is being unloaded there is no dump any more.
	 */
	if (ret < 0 && errno == EPROTONOSUPPORT)
		errno = ENODEV;
	if (ret >= 0 || errno != ENOENT || *ctl->text)
		return ret;
	if (find_family(ctl))
		return -1;
	if (ctl->family != family)
		return ask(ctl, ctl->family, command);
	errno = ENOENT;
	return -1;
}

/**
 * vbuf_netlink_do - have a command carried out
 * @ctl: the handle
 * @command: the command
 *
 * The answers are taken when this returns, and no others are on their way.
 *
 * Return: 0; 1 if things came or went in the middle of a dump; or -1 and errno.
 */
int vbuf_netlink_do(struct vbuf_ctl *ctl,
		    const struct vbuf_netlink_command *command)
{
	int cancel, ret;

	ctl->text[0] = '\0';
	/* A thread that ended in one of libnl's calls would leave its memory. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	ret = ask_family(ctl, command);
	pthread_setcancelstate(cancel, NULL);
	return ret;
}

/* Gives libnl the socket, which it closes with its own. */
static int adopt_socket(struct vbuf_ctl *ctl)
{
	int fd = vbuf_netlink_socket_open();
	int err;

	if (fd < 0)
		return -1;
	err = nl_socket_set_fd(ctl->socket, NETLINK_GENERIC, fd);
	if (err) {
		close(fd);
		return fail(err);
	}
	err = nl_socket_set_msg_buf_size(ctl->socket, MESSAGE_SIZE);
	return err ? fail(err) : 0;
}

static int open_handle(struct vbuf_ctl *ctl)
{
	int error;

	ctl->socket = nl_socket_alloc();
	if (!ctl->socket)
		return fail(-NLE_NOMEM);
	if (!adopt_socket(ctl) && !find_family(ctl))
		return 0;
	error = errno;
	nl_socket_free(ctl->socket);
	errno = error;
	return -1;
}

/**
 * vbuf_netlink_open - make a handle usable
 * @ctl: all 0
 *
 * Return: 0, or -1 and errno, and nothing is left to be closed; %ENODEV: there
 * is no such family.
 */
int vbuf_netlink_open(struct vbuf_ctl *ctl)
{
	int cancel, ret;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	ret = open_handle(ctl);
	pthread_setcancelstate(cancel, NULL);
	return ret;
}

int vbuf_netlink_fd(const struct vbuf_ctl *ctl)
{
	return nl_socket_get_fd(ctl->socket);
}

/* Leaves errno as it was. */
void vbuf_netlink_close(struct vbuf_ctl *ctl)
{
	int error = errno;
	int cancel;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	nl_socket_free(ctl->socket);
	pthread_setcancelstate(cancel, NULL);
	errno = error;
}
