// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family refuses what it does not know, and requests that mean nothing
 * or two things: with an errno, a sentence, and the attribute that it was. Each
 * variant is a request with one thing wrong.
 */
#include "kselftest_harness.h"
#include "netlink.h"

#include <sys/utsname.h>

#define GET_CHANNEL	VBUF_CMD_CHANNEL_GET, 0
#define DUMP_CHANNELS	VBUF_CMD_CHANNEL_GET, NLM_F_DUMP
#define DUMP_ENDPOINTS	VBUF_CMD_ENDPOINT_GET, NLM_F_DUMP
#define DUMP_THREADS	VBUF_CMD_THREAD_GET, NLM_F_DUMP

#define CHANNEL(what)	VBUF_A_CHANNEL_##what
#define ENDPOINT(what)	VBUF_A_ENDPOINT_##what
#define THREAD(what)	VBUF_A_THREAD_##what

/* Numbers of any size, in this machine's order: the first bytes are the number. */
static const __u64 one = 1, none, last = ~0ULL;

/* With a NUL after 64 of them, or after 200. */
static char letters[201];

FIXTURE(request) {
	struct nl nl;
	struct nl_request request;
	unsigned int at;		/* the bad attribute */
	__u64 id;
	int fd;
};

/* What is sent: a good attribute, or none (type 0), and a bad one, or none. */
FIXTURE_VARIANT(request) {
	__u8 command;
	__u16 flags;
	struct {
		__u16 type;
		const void *data;
		size_t len;
	} good, bad;
	int error;
	bool begun;		/* the family itself looks, as a dump begins */
};

#define REFUSED(name, command, ...) \
	FIXTURE_VARIANT_ADD(request, name) { command, __VA_ARGS__ }
#define BAD(_type, _data, _len) \
	.bad = { .type = (_type), .data = (_data), .len = (_len) }
#define GOOD(_type, _data, _len) \
	.good = { .type = (_type), .data = (_data), .len = (_len) }

REFUSED(neither_id_nor_name, GET_CHANNEL, .error = EINVAL);
REFUSED(id_zero, GET_CHANNEL, BAD(CHANNEL(ID), &none, 8), .error = ERANGE);
REFUSED(id_short, GET_CHANNEL, BAD(CHANNEL(ID), &one, 4), .error = EINVAL);
REFUSED(id_long, GET_CHANNEL, BAD(CHANNEL(ID), "123456789012", 12),
	.error = EINVAL);
REFUSED(id_empty, GET_CHANNEL, BAD(CHANNEL(ID), "", 0), .error = EINVAL);
REFUSED(name_empty, GET_CHANNEL, BAD(CHANNEL(NAME), "", 1), .error = EINVAL);
REFUSED(name_of_no_bytes, GET_CHANNEL, BAD(CHANNEL(NAME), "", 0),
	.error = EINVAL);
REFUSED(name_without_nul, GET_CHANNEL, BAD(CHANNEL(NAME), "strict", 6),
	.error = EINVAL);
REFUSED(name_with_slash, GET_CHANNEL, BAD(CHANNEL(NAME), "a/b", 4),
	.error = EINVAL);
REFUSED(name_with_space, GET_CHANNEL, BAD(CHANNEL(NAME), "a b", 4),
	.error = EINVAL);
REFUSED(name_not_ascii, GET_CHANNEL, BAD(CHANNEL(NAME), "a\xc3\xa4", 4),
	.error = EINVAL);
REFUSED(name_with_newline, GET_CHANNEL, BAD(CHANNEL(NAME), "a\n", 3),
	.error = EINVAL);
REFUSED(name_too_long, GET_CHANNEL, BAD(CHANNEL(NAME), letters, 65),
	.error = EINVAL);
REFUSED(name_far_too_long, GET_CHANNEL, BAD(CHANNEL(NAME), letters, 201),
	.error = EINVAL);
REFUSED(unknown_attribute, GET_CHANNEL, GOOD(CHANNEL(ID), &one, 8),
	BAD(VBUF_A_CHANNEL_MAX + 1, &one, 4), .error = EINVAL);
REFUSED(unknown_by_far, GET_CHANNEL, GOOD(CHANNEL(ID), &one, 8),
	BAD(1U << 13, &one, 4), .error = EINVAL);
REFUSED(pad, GET_CHANNEL, GOOD(CHANNEL(ID), &one, 8),
	BAD(CHANNEL(PAD), "", 0), .error = EINVAL);
REFUSED(answers_attribute, GET_CHANNEL, GOOD(CHANNEL(ID), &one, 8),
	BAD(CHANNEL(SLOTS), &one, 4), .error = EINVAL);
REFUSED(hidden, GET_CHANNEL, GOOD(CHANNEL(ID), &one, 8),
	BAD(CHANNEL(HIDDEN), "", 0), .error = EINVAL);
REFUSED(nested, GET_CHANNEL, BAD(CHANNEL(ID) | NLA_F_NESTED, &one, 8),
	.error = EINVAL);
REFUSED(dump_by_id, DUMP_CHANNELS, BAD(CHANNEL(ID), &one, 8), .error = EINVAL,
	.begun = true);
REFUSED(dump_by_name, DUMP_CHANNELS, BAD(CHANNEL(NAME), "strict", 7),
	.error = EINVAL, .begun = true);
REFUSED(dump_by_pad, DUMP_CHANNELS, BAD(CHANNEL(PAD), "", 0), .error = EINVAL);
REFUSED(dump_by_unknown, DUMP_CHANNELS, BAD(VBUF_A_CHANNEL_MAX + 1, "", 0),
	.error = EINVAL);
REFUSED(endpoints_of_zero, DUMP_ENDPOINTS, BAD(ENDPOINT(CHANNEL), &none, 8),
	.error = ERANGE);
REFUSED(endpoints_short, DUMP_ENDPOINTS, BAD(ENDPOINT(CHANNEL), &one, 4),
	.error = EINVAL);
REFUSED(endpoints_of_pid_zero, DUMP_ENDPOINTS, BAD(ENDPOINT(PID), &none, 4),
	.error = ERANGE);
REFUSED(endpoints_of_long_pid, DUMP_ENDPOINTS, BAD(ENDPOINT(PID), &one, 8),
	.error = EINVAL);
REFUSED(endpoints_by_id, DUMP_ENDPOINTS, BAD(ENDPOINT(ID), &one, 8),
	.error = EINVAL);
REFUSED(endpoints_by_comm, DUMP_ENDPOINTS, BAD(ENDPOINT(COMM), "x", 2),
	.error = EINVAL);
REFUSED(endpoints_unknown, DUMP_ENDPOINTS, BAD(VBUF_A_ENDPOINT_MAX + 1, "", 0),
	.error = EINVAL);
REFUSED(threads_of_tid, DUMP_THREADS, BAD(THREAD(TID), &one, 4), .error = EINVAL,
	.begun = true);
REFUSED(threads_of_pid, DUMP_THREADS, BAD(THREAD(PID), &one, 4), .error = EINVAL,
	.begun = true);
REFUSED(threads_by_pad, DUMP_THREADS, BAD(THREAD(PAD), "", 0), .error = EINVAL,
	.begun = true);
REFUSED(threads_by_waits, DUMP_THREADS,
	BAD(THREAD(WAITS) | NLA_F_NESTED, &one, 8), .error = EINVAL,
	.begun = true);
REFUSED(threads_unknown, DUMP_THREADS, BAD(VBUF_A_THREAD_MAX + 1, "", 0),
	.error = EINVAL);
REFUSED(threads_unknown_by_far, DUMP_THREADS, BAD(1U << 13, &one, 4),
	.error = EINVAL);
REFUSED(endpoints_of_none, DUMP_ENDPOINTS, BAD(ENDPOINT(CHANNEL), &last, 8),
	.error = ENOENT, .begun = true);

FIXTURE_SETUP(request)
{
	memset(letters, 'x', variant->bad.len == 65 ? 64 : 200);
	self->nl = nl_open();
	self->fd = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	ASSERT_LE(0, self->fd);
	nl_begin(&self->request, variant->command, variant->flags);
	if (variant->good.data)
		nl_put(&self->request, variant->good.type, variant->good.data,
		       variant->good.len);
	if (variant->bad.data) {
		self->at = self->request.header.nlmsg_len;
		nl_put(&self->request, variant->bad.type, variant->bad.data,
		       variant->bad.len);
	}
}

FIXTURE_TEARDOWN(request)
{
	EXPECT_TRUE(vt_settled(self->fd));
	close(self->fd);
	nl_close(&self->nl);
}

/* Older ones have no place where the beginning of a dump could say why. */
static bool kernel_explains_dumps(void)
{
	int major = 0, minor = 0;
	struct utsname name;

	if (uname(&name) || sscanf(name.release, "%d.%d", &major, &minor) != 2)
		vt_die("uname");
	return major > 6 || (major == 6 && minor >= 12);
}

TEST_F(request, is_refused_and_told_why)
{
	struct nl_answer answer = nl_ask(&self->nl, &self->request, NULL, NULL);

	EXPECT_EQ(-variant->error, answer.error);
	EXPECT_EQ(0U, answer.messages);
	if (variant->begun && !kernel_explains_dumps())
		return;
	EXPECT_NE('\0', answer.why[0]);
	EXPECT_EQ(self->at, answer.at);
	TH_LOG("%s", answer.why);
}

/* Requests whose fault is not in an attribute of their own. */
FIXTURE(whole) {
	struct nl nl;
	struct nl_request request;
	__u64 id;
	int fd;
};

FIXTURE_SETUP(whole)
{
	self->nl = nl_open();
	self->fd = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	ASSERT_LE(0, self->fd);
	self->id = vt_getattr(self->fd).id;
	nl_begin(&self->request, VBUF_CMD_CHANNEL_GET, 0);
	nl_put_u64(&self->request, VBUF_A_CHANNEL_ID, self->id);
}

FIXTURE_TEARDOWN(whole)
{
	nl_close(&self->nl);
	close(self->fd);
}

static struct nl_answer ask(FIXTURE_DATA(whole) *self)
{
	struct nl_answer answer = nl_ask(&self->nl, &self->request, NULL, NULL);

	if (answer.error && answer.messages)
		vt_die("an error and an answer");
	return answer;
}

TEST_F(whole, is_good)
{
	struct nl_answer answer = ask(self);

	EXPECT_EQ(0, answer.error);
	EXPECT_EQ(1U, answer.messages);
	EXPECT_FALSE(answer.interrupted);
}

TEST_F(whole, channel_get_einval_both)
{
	struct nl_answer answer;

	nl_put(&self->request, VBUF_A_CHANNEL_NAME, "strict", 7);
	answer = ask(self);
	EXPECT_EQ(-EINVAL, answer.error);
	EXPECT_NE('\0', answer.why[0]);
}

TEST_F(whole, trailing_bytes_are_refused)
{
	unsigned int len = self->request.header.nlmsg_len, i;

	memset((char *)&self->request + len, 0, 4);
	for (i = 1; i < 4; i++) {
		struct nl_request request = self->request;
		struct nl_answer answer;

		request.header.nlmsg_len = len + i;
		answer = nl_ask(&self->nl, &request, NULL, NULL);
		EXPECT_EQ(-EINVAL, answer.error);
		EXPECT_NE('\0', answer.why[0]);
	}
}

/* An attribute that says it were longer than what is there. */
TEST_F(whole, an_attribute_that_is_cut_off_is_refused)
{
	__u16 len;

	for (len = 0; len < 32; len++) {
		struct nl_request request = self->request;

		if (len == NLA_HDRLEN + sizeof(__u64))
			continue;
		memcpy(request.attrs, &len, sizeof(len));
		EXPECT_EQ(-EINVAL, nl_ask(&self->nl, &request, NULL, NULL).error)
			TH_LOG("an attribute of %u bytes", len);
	}
}

TEST_F(whole, twice_the_same_attribute_is_no_more_than_once)
{
	nl_put_u64(&self->request, VBUF_A_CHANNEL_ID, self->id);
	EXPECT_EQ(1U, ask(self).messages);
}

TEST_F(whole, endpoint_get_eopnotsupp)
{
	nl_begin(&self->request, VBUF_CMD_ENDPOINT_GET, 0);
	EXPECT_EQ(-EOPNOTSUPP, ask(self).error);
	nl_put_u64(&self->request, VBUF_A_ENDPOINT_CHANNEL, self->id);
	EXPECT_EQ(-EOPNOTSUPP, ask(self).error);
}

TEST_F(whole, thread_get_eopnotsupp)
{
	nl_begin(&self->request, VBUF_CMD_THREAD_GET, 0);
	EXPECT_EQ(-EOPNOTSUPP, ask(self).error);
	nl_put_u32(&self->request, VBUF_A_THREAD_TID, getpid());
	EXPECT_EQ(-EOPNOTSUPP, ask(self).error);
}

/* Without a session there are none to be told. */
TEST_F(whole, a_dump_of_no_threads_is_good)
{
	struct nl_answer answer;

	nl_begin(&self->request, VBUF_CMD_THREAD_GET, NLM_F_DUMP);
	answer = ask(self);
	EXPECT_EQ(0, answer.error);
	EXPECT_EQ(0U, answer.messages);
	self->request.genl.version = 99;
	EXPECT_EQ(0, ask(self).error);
	self->request.genl.reserved = 1;
	EXPECT_EQ(-EINVAL, ask(self).error);
	nl_begin(&self->request, VBUF_CMD_THREAD_GET, NLM_F_DUMP);
	memset(self->request.attrs, 0, 4);
	self->request.header.nlmsg_len += 2;
	EXPECT_EQ(-EINVAL, ask(self).error);
}

TEST_F(whole, unknown_commands_eopnotsupp)
{
	static const __u8 unknown[] = { 0, VBUF_CMD_MAX + 1, 127, 255 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		nl_begin(&self->request, unknown[i], 0);
		EXPECT_EQ(-EOPNOTSUPP, ask(self).error);
		nl_begin(&self->request, unknown[i], NLM_F_DUMP);
		EXPECT_EQ(-EOPNOTSUPP, ask(self).error);
	}
}

TEST_F(whole, reserved_bits_of_the_header_are_refused)
{
	struct nl_answer answer;

	self->request.genl.reserved = 1;
	answer = ask(self);
	EXPECT_EQ(-EINVAL, answer.error);
	EXPECT_NE('\0', answer.why[0]);
}

TEST_F(whole, unknown_flags_are_refused)
{
	static const __u16 flags[] = {
		NLM_F_ROOT, NLM_F_MATCH, NLM_F_ATOMIC, NLM_F_MULTI,
		NLM_F_DUMP_INTR, 0x1000 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		self->request.header.nlmsg_flags = NLM_F_REQUEST | flags[i];
		EXPECT_EQ(-EINVAL, ask(self).error)
			TH_LOG("flags %#x", flags[i]);
	}
}

TEST_F(whole, a_header_alone_is_refused)
{
	self->request.header.nlmsg_len = NLMSG_LENGTH(0);
	EXPECT_EQ(-EINVAL, ask(self).error);
}

TEST_HARNESS_MAIN
