// SPDX-License-Identifier: LGPL-2.1-or-later
/* Takes the kernel's messages apart, by libnl. */
#include <errno.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <string.h>

#include "netlink.h"
#include "netlink_answer.h"

static int nonsense(void)
{
	errno = EPROTO;
	return -1;
}

static int parse(struct nlattr *first, int length,
		 struct vbuf_netlink_answer *answer)
{
	const struct nlattr *attr;
	int rest;

	answer->first = first;
	answer->length = length;
	if (nla_parse(answer->attrs, VBUF_NETLINK_TYPES - 1, first, length,
		      NULL) < 0)
		return nonsense();
	/* libnl is content with those up to the first that is broken. */
	nla_for_each_attr(attr, first, length, rest)
		;
	return rest ? nonsense() : 0;
}

/**
 * vbuf_netlink_parse - find the attributes of a message
 * @message: the message, all of which is there
 * @answer: out: the attributes; those of types that are not known are passed over
 *
 * Return: 0, or -1 and %EPROTO if it is no message of generic netlink, or does not
 * end with an attribute.
 */
int vbuf_netlink_parse(struct nlmsghdr *message,
		       struct vbuf_netlink_answer *answer)
{
	const struct genlmsghdr *header;

	if (!genlmsg_valid_hdr(message, 0))
		return nonsense();
	header = nlmsg_data(message);
	return parse(genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0),
		     answer);
}

static int read_field(const struct nlattr *attr,
		      const struct vbuf_netlink_field *field, void *into)
{
	char *place = (char *)into + field->offset;

	switch (field->kind) {
	case VBUF_NETLINK_FLAG:
		*(bool *)place = true;
		return 0;
	case VBUF_NETLINK_STRING:
		nla_strlcpy(place, attr, field->size);
		return 0;
	case VBUF_NETLINK_NUMBER:
		if (nla_len(attr) != (int)field->size)
			return -1;
		/* An attribute is aligned to four bytes only. */
		memcpy(place, nla_data(attr), field->size);
		return 0;
	}
	return -1;
}

/**
 * vbuf_netlink_read - put the attributes of an answer into a structure
 * @answer: the answer
 * @fields: which attributes, and where they go
 * @count: number of @fields
 * @into: the structure; what the answer does not tell stays as it is
 *
 * Return: 0, or -1 and %EPROTO if a number has not the size that it should have.
 */
int vbuf_netlink_read(const struct vbuf_netlink_answer *answer,
		      const struct vbuf_netlink_field *fields, size_t count,
		      void *into)
{
	const struct nlattr *attr;

	for (size_t i = 0; i < count; i++) {
		attr = answer->attrs[fields[i].type];
		if (attr && read_field(attr, &fields[i], into))
			return nonsense();
	}
	return 0;
}

/**
 * vbuf_netlink_read_nests - have what an answer nests taken, one after the other
 * @answer: the answer
 * @type: of the attributes in which other attributes are
 * @take: called with each; if it returns -1 and errno, so does this
 * @data: passed to @take
 *
 * Return: 0, or -1 and errno; %EPROTO if a nest does not end with an attribute.
 */
int vbuf_netlink_read_nests(const struct vbuf_netlink_answer *answer,
			    uint16_t type,
			    int (*take)(const struct vbuf_netlink_answer *nest,
					void *data),
			    void *data)
{
	struct vbuf_netlink_answer nest;
	const struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, answer->first, answer->length, rest) {
		if (nla_type(attr) != type)
			continue;
		if (parse(nla_data(attr), nla_len(attr), &nest) ||
		    take(&nest, data))
			return -1;
	}
	return 0;
}
