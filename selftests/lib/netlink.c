// SPDX-License-Identifier: GPL-2.0
/* Generic netlink without a library: requests, acknowledgments and dumps. */
#include "netlink.h"

#include <sys/socket.h>

/* A socket of generic netlink, or -errno. */
int nl_socket(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int on = 1;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)))
		vt_die("options of a netlink socket");
	return fd;
}

void nl_begin(struct nl_request *request, __u8 command, __u16 flags)
{
	memset(request, 0, offsetof(struct nl_request, attrs));
	request->header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	request->header.nlmsg_flags = NLM_F_REQUEST | flags;
	request->genl.cmd = command;
}

/* As long as it is said to be; what pads it is 0. */
void nl_put(struct nl_request *request, __u16 type, const void *data, size_t len)
{
	struct nlattr attr = { .nla_len = NLA_HDRLEN + len, .nla_type = type };
	char *at = (char *)request + request->header.nlmsg_len;

	if (at + NLA_ALIGN(attr.nla_len) > (char *)(request + 1))
		vt_die("a request that is too long");
	memset(at, 0, NLA_ALIGN(attr.nla_len));
	memcpy(at, &attr, sizeof(attr));
	memcpy(at + NLA_HDRLEN, data, len);
	request->header.nlmsg_len += NLA_ALIGN(attr.nla_len);
}

void nl_put_u32(struct nl_request *request, __u16 type, __u32 number)
{
	nl_put(request, type, &number, sizeof(number));
}

void nl_put_u64(struct nl_request *request, __u16 type, __u64 number)
{
	nl_put(request, type, &number, sizeof(number));
}

const void *nl_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

size_t nl_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

/* The first attribute at or behind @at, NULL if none is. */
static const struct nlattr *attr_at(const char *at, const char *end)
{
	const struct nlattr *attr = (const void *)at;

	if (at >= end)
		return NULL;
	if (end - at < NLA_HDRLEN || attr->nla_len < NLA_HDRLEN ||
	    attr->nla_len > end - at)
		vt_die("an attribute that is cut off");
	return attr;
}

static const struct nlattr *next_attr(const struct nlattr *attr, const char *end)
{
	return attr_at((const char *)attr + NLA_ALIGN(attr->nla_len), end);
}

/*
 * An attribute that is not known, or there once more but is not @many, ends the test.
 * Of @many the first is taken.
 */
static void parse(const char *at, const char *end, const struct nlattr **attrs,
		  struct nl_known known)
{
	const struct nlattr *attr;
	unsigned int type;

	memset(attrs, 0, (known.max + 1) * sizeof(*attrs));
	for (attr = attr_at(at, end); attr; attr = next_attr(attr, end)) {
		type = attr->nla_type & NLA_TYPE_MASK;
		if (type > known.max || (attrs[type] && type != known.many))
			vt_die("attribute %u, once more, or not known", type);
		if (!attrs[type])
			attrs[type] = attr;
	}
}

static const char *end_of(const struct nlmsghdr *message)
{
	return (const char *)message + message->nlmsg_len;
}

void nl_parse_known(const struct nlmsghdr *message, const struct nlattr **attrs,
		    struct nl_known known)
{
	parse((const char *)NLMSG_DATA(message) + GENL_HDRLEN, end_of(message),
	      attrs, known);
}

void nl_parse(const struct nlmsghdr *message, const struct nlattr **attrs,
	      unsigned int max)
{
	nl_parse_known(message, attrs, (struct nl_known) { .max = max });
}

void nl_parse_nest(const struct nlattr *nest, const struct nlattr **attrs,
		   unsigned int max)
{
	parse(nl_data(nest), (const char *)nest + nest->nla_len, attrs,
	      (struct nl_known) { .max = max });
}

const struct nlattr *nl_next(const struct nlmsghdr *message,
			     const struct nlattr *attr)
{
	const struct nlattr *next = attr;

	do
		next = next_attr(next, end_of(message));
	while (next && next->nla_type != attr->nla_type);
	return next;
}

/* What the kernel adds to an error: why, and which byte of the request. */
static void explain(struct nl_answer *answer, const char *at, const char *end)
{
	const struct nlattr *attr = attr_at(at, end);

	for (; attr; attr = next_attr(attr, end)) {
		if (attr->nla_type == NLMSGERR_ATTR_MSG)
			snprintf(answer->why, sizeof(answer->why), "%s",
				 (const char *)nl_data(attr));
		if (attr->nla_type == NLMSGERR_ATTR_OFFS)
			memcpy(&answer->at, nl_data(attr), sizeof(answer->at));
	}
}

/* Both begin with 0 or -errno. */
static void end(struct nl_answer *answer, const struct nlmsghdr *message)
{
	const char *data = NLMSG_DATA(message);
	size_t size = message->nlmsg_type == NLMSG_ERROR ?
		      sizeof(struct nlmsgerr) : sizeof(int);

	if (message->nlmsg_len < NLMSG_LENGTH(size))
		vt_die("an end that is cut off");
	memcpy(&answer->error, data, sizeof(answer->error));
	answer->over = true;
	if (message->nlmsg_flags & NLM_F_ACK_TLVS)
		explain(answer, data + NLMSG_ALIGN(size), end_of(message));
}

static void take(struct nl *nl, const struct nlmsghdr *message,
		 struct nl_answer *answer, nl_fn fn, void *ctx)
{
	/* An event, of before the subscription was answered. */
	if (nl->subscribes && !message->nlmsg_seq)
		return;
	if (message->nlmsg_seq != nl->seq || answer->over)
		vt_die("an answer to what nobody asked");
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	if (message->nlmsg_type == NLMSG_ERROR ||
	    message->nlmsg_type == NLMSG_DONE) {
		end(answer, message);
		return;
	}
	answer->messages++;
	if (fn)
		fn(message, ctx);
}

/* With an address, as libraries do, though there is just the one to send to. */
long nl_send(struct nl *nl, struct nl_request *request)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (!request->header.nlmsg_type)
		request->header.nlmsg_type = nl->family;
	request->header.nlmsg_seq = ++nl->seq;
	return sendto(nl->fd, request, request->header.nlmsg_len, 0,
		      (const void *)&kernel, sizeof(kernel)) < 0 ? -errno : 0;
}

/* One datagram, which @answer is added to. */
long nl_receive(struct nl *nl, struct nl_answer *answer, nl_fn fn, void *ctx)
{
	char bytes[NL_ROOM] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *message = (const void *)bytes;
	int len = recv(nl->fd, bytes, sizeof(bytes), MSG_TRUNC);

	if (len < 0)
		return -errno;
	if (len > (int)sizeof(bytes))
		vt_die("a datagram of %d bytes", len);
	answer->datagrams++;
	for (; NLMSG_OK(message, (unsigned int)len);
	     message = NLMSG_NEXT(message, len))
		take(nl, message, answer, fn, ctx);
	return 0;
}

/* All that is still to come; an error of the socket is an end, too. */
struct nl_answer nl_rest(struct nl *nl, nl_fn fn, void *ctx)
{
	struct nl_answer answer = { .over = false };
	long ret;

	while (!answer.over) {
		ret = nl_receive(nl, &answer, fn, ctx);
		if (ret) {
			answer.error = ret;
			break;
		}
	}
	return answer;
}

struct nl_answer nl_ask(struct nl *nl, struct nl_request *request, nl_fn fn,
			void *ctx)
{
	long ret;

	request->header.nlmsg_flags |= NLM_F_ACK;
	ret = nl_send(nl, request);
	if (ret)
		return (struct nl_answer) { .error = ret };
	return nl_rest(nl, fn, ctx);
}

static void take_family(const struct nlmsghdr *message, void *ctx)
{
	const struct nlattr *attrs[32];
	struct nl *nl = ctx;

	nl_parse(message, attrs, 31);
	if (!attrs[CTRL_ATTR_FAMILY_ID])
		vt_die("a family without a number");
	memcpy(&nl->family, nl_data(attrs[CTRL_ATTR_FAMILY_ID]),
	       sizeof(nl->family));
}

/* 0, or -ENOENT if there is no such family: the module is not loaded. */
long nl_ask_family(struct nl *nl, nl_fn fn, void *ctx)
{
	struct nl_request request;

	nl_begin(&request, CTRL_CMD_GETFAMILY, 0);
	request.header.nlmsg_type = GENL_ID_CTRL;
	request.genl.version = 1;
	nl_put(&request, CTRL_ATTR_FAMILY_NAME, VBUF_FAMILY_NAME,
	       sizeof(VBUF_FAMILY_NAME));
	return nl_ask(nl, &request, fn, ctx).error;
}

/* As nl_ask_family(). */
long nl_resolve(struct nl *nl)
{
	return nl_ask_family(nl, take_family, nl);
}

/* Of the calling thread's network namespace, and with its credentials. */
struct nl nl_open(void)
{
	struct nl nl = { .fd = nl_socket() };
	long ret;

	if (nl.fd < 0)
		vt_die("a netlink socket: %d", nl.fd);
	ret = nl_resolve(&nl);
	if (ret)
		vt_die("the netlink family: %ld", ret);
	return nl;
}

void nl_close(struct nl *nl)
{
	close(nl->fd);
}
