// SPDX-License-Identifier: GPL-2.0
/*
 * LIMIT_GET and LIMIT_SET: what they tell, whom they obey, and that a user
 * namespace can only tighten what holds above.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "param.h"

#include <linux/capability.h>
#include <sched.h>

static const struct ns_user user = { 5001, 5001, 5001 };

static struct vt_limit get(__u32 scope, __u32 resource)
{
	struct nl nl = nl_open();
	struct vt_limit limit = nl_get_limit(&nl, scope, resource);

	nl_close(&nl);
	return limit;
}

static int set(__u32 scope, __u32 resource, __u64 value)
{
	struct nl nl = nl_open();
	int err = nl_set_limit(&nl, scope, resource, value).error;

	nl_close(&nl);
	return err;
}

static int create(__u32 slot_size)
{
	return vt_create(NULL, vt_attr(1, slot_size), VT_BOTH);
}

FIXTURE(limits) {
	struct params params;
};

FIXTURE_SETUP(limits)
{
	param_save(&self->params);
}

/* In the parent, so that no failure leaves them changed. */
FIXTURE_TEARDOWN_PARENT(limits)
{
	param_restore(&self->params);
}

TEST_F(limits, the_hosts_are_told_in_all_its_network_namespaces)
{
	int home = ns_net_self(), other = ns_net_new();
	struct nl nl = nl_open();
	__u64 *value = self->params.value;

	ns_net_enter(home);
	close(other);
	close(home);
	EXPECT_EQ(value[MAX_CHANNELS],
		  nl_get_limit(&nl, VBUF_SCOPE_TOTAL,
			       VBUF_RESOURCE_CHANNELS).value);
	EXPECT_EQ(value[MAX_BYTES],
		  nl_get_limit(&nl, VBUF_SCOPE_TOTAL,
			       VBUF_RESOURCE_BYTES).value);
	EXPECT_EQ(value[USER_SLOT_SIZE],
		  nl_get_limit(&nl, VBUF_SCOPE_USER,
			       VBUF_RESOURCE_SLOT_SIZE).value);
	nl_close(&nl);
}

/* A parameter of 0 stands for something else; what is set does not. */
TEST_F(limits, no_bytes_are_none)
{
	ASSERT_EQ(0, set(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_BYTES, 0));
	EXPECT_EQ(0U, get(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_BYTES).value);
	EXPECT_EQ(0U, get(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_BYTES).holds);
	EXPECT_EQ(-EDQUOT, create(1));
}

static __u64 channels(__u32 scope)
{
	return get(scope, VBUF_RESOURCE_CHANNELS).use;
}

static bool one_is_counted(void)
{
	__u64 total = channels(VBUF_SCOPE_TOTAL);
	__u64 own = channels(VBUF_SCOPE_USER);
	int fd = create(100);
	bool counted = channels(VBUF_SCOPE_TOTAL) == total + 1 &&
		       channels(VBUF_SCOPE_USER) == own + 1;

	close(fd);
	return counted && channels(VBUF_SCOPE_USER) == own;
}

TEST_F(limits, use_is_counted)
{
	int fd, tries = 0;

	/*
	 * Namespaces of tests before this one die when the kernel gets to it,
	 * and their channels with them: between two looks numbers may fall.
	 */
	while (!one_is_counted() && ++tries < 100)
		usleep(20000);
	EXPECT_GT(100, tries);
	fd = create(100);
	ASSERT_LE(0, fd);
	EXPECT_TRUE(get(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_CHANNELS).use_known);
	EXPECT_TRUE(get(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS).use_known);
	EXPECT_LE(100U, get(VBUF_SCOPE_USER, VBUF_RESOURCE_BYTES).use);
	EXPECT_LE(1U, get(VBUF_SCOPE_USER, VBUF_RESOURCE_ENDPOINTS).use);
	EXPECT_FALSE(get(VBUF_SCOPE_USER, VBUF_RESOURCE_SLOT_SIZE).use_known);
	close(fd);
}

static void count_limits(const struct nlmsghdr *message, void *ctx)
{
	struct vt_limit limit;
	__u32 *seen = ctx;

	nl_limit(message, &limit);
	*seen |= 1U << (limit.scope * (VBUF_RESOURCE_MAX + 1) + limit.resource);
}

TEST_F(limits, a_dump_tells_of_all)
{
	struct nl nl = nl_open();
	struct nl_request request;
	struct nl_answer answer;
	__u32 seen = 0;

	nl_begin(&request, VBUF_CMD_LIMIT_GET, NLM_F_DUMP);
	answer = nl_ask(&nl, &request, count_limits, &seen);
	EXPECT_EQ(0, answer.error);
	EXPECT_EQ(8U, answer.messages);
	EXPECT_EQ(0xffU, seen);

	nl_begin(&request, VBUF_CMD_LIMIT_GET, NLM_F_DUMP);
	nl_put_u32(&request, VBUF_A_LIMIT_SCOPE, VBUF_SCOPE_USER);
	answer = nl_ask(&nl, &request, NULL, NULL);
	EXPECT_EQ(-EINVAL, answer.error);
	/* Kernels before 6.7 tell no more of a dump. */
	if (*answer.why)
		EXPECT_STREQ("A dump of this tells of all", answer.why);
	nl_close(&nl);
}

static long take_two_channels(void *arg)
{
	int first = create(100), second = create(100);

	(void)arg;
	return first < 0 ? first : second < 0 ? second : 0;
}

TEST_F(limits, what_is_set_holds_and_counts_refusals)
{
	__u64 hits = get(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS).hits;

	ASSERT_EQ(0, set(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS, 1));
	EXPECT_EQ(1U, get(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS).value);
	EXPECT_EQ(-EDQUOT, ns_as(user, take_two_channels, NULL));
	EXPECT_EQ(hits + 1, get(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS).hits);
	ASSERT_EQ(0, set(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS, 2));
	EXPECT_EQ(0, ns_as(user, take_two_channels, NULL));
}

static long create_with(void *arg)
{
	int fd = create(*(__u32 *)arg);

	return fd < 0 ? fd : close(fd);
}

TEST_F(limits, slots_can_be_kept_short)
{
	__u32 fits = 1000, too_long = 1001;

	ASSERT_EQ(0, set(VBUF_SCOPE_USER, VBUF_RESOURCE_SLOT_SIZE, 1000));
	EXPECT_EQ(0, ns_as(user, create_with, &fits));
	EXPECT_EQ(-EDQUOT, ns_as(user, create_with, &too_long));
	/* Who has CAP_SYS_RESOURCE passes, but not what is for all. */
	EXPECT_EQ(0, create_with(&too_long));
	ASSERT_EQ(0, set(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_SLOT_SIZE, 1000));
	EXPECT_EQ(-EDQUOT, create_with(&too_long));
}

static long set_as_user(void *arg)
{
	(void)arg;
	return set(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS, 5000);
}

TEST_F(limits, limit_set_eperm)
{
	EXPECT_EQ(-EPERM, ns_as(user, set_as_user, NULL));
	EXPECT_EQ(self->params.value[USER_CHANNELS],
		  get(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS).value);
}

/* A socket that root opened, and somebody else writes to. */
static long set_by(void *arg)
{
	return nl_set_limit(arg, VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS,
			  5000).error;
}

TEST_F(limits, limit_set_eperm_unless_opener_and_caller_may)
{
	struct nl nl = nl_open();

	EXPECT_EQ(-EPERM, ns_as(user, set_by, &nl));
	/* The child's request was not counted here. */
	nl.seq += 100;
	EXPECT_EQ(0, set_by(&nl));
	nl_close(&nl);
}

TEST_F(limits, limit_set_eperm_by_a_socket_that_another_opened)
{
	struct nl nl;

	ASSERT_EQ(0, seteuid(user.uid));
	nl = nl_open();
	ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(-EPERM, set_by(&nl));
	nl_close(&nl);
}

TEST_F(limits, limit_set_eperm_in_another_network_namespace_of_the_hosts)
{
	int home = ns_net_self(), other = ns_net_new();

	ns_net_enter(other);
	EXPECT_EQ(-EPERM, set(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS, 5000));
	EXPECT_EQ(self->params.value[USER_CHANNELS],
		  get(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS).value);
	ns_net_enter(home);
	close(other);
}

/* In a user namespace of uid 5001's, with a network namespace. */
static int tighten(void)
{
	struct vt_limit limit = get(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_CHANNELS);
	int fds[3];

	if (limit.value != ~0ULL || limit.holds != 10 || limit.use)
		return 1;
	if (set(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_CHANNELS, 11) != -ERANGE)
		return 2;
	if (set(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_CHANNELS, 2))
		return 3;
	/* Kept, though nobody has anything. */
	limit = get(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_CHANNELS);
	if (limit.value != 2 || limit.holds != 2)
		return 4;
	fds[0] = create(1);
	fds[1] = create(1);
	fds[2] = create(1);
	if (fds[0] < 0 || fds[1] < 0 || fds[2] != -EDQUOT)
		return 5;
	limit = get(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_CHANNELS);
	if (limit.use != 2 || limit.hits != 1)
		return 6;
	if (set(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_CHANNELS, ~0ULL))
		return 7;
	return create(1) < 0 ? 8 : 0;
}

TEST_F(limits, a_user_namespace_can_only_tighten)
{
	pid_t pid;

	ASSERT_EQ(0, set(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS, 10));
	pid = ns_user_fork(user.uid, CLONE_NEWNET);
	if (!pid)
		_exit(tighten());
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_EQ(10U, get(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS).value);
}

/* A user namespace with the network namespace that it was made in. */
TEST_F(limits, limit_set_eperm_from_a_user_namespace_alone)
{
	pid_t pid;

	pid = ns_user_fork(user.uid, 0);
	if (!pid)
		_exit(set(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS, 1) ==
		      -EPERM ? 0 : 1);
	EXPECT_EQ(0, vt_reap(pid));
}

static const char too_much[] =
	"That is more than the user namespace may have, or than a slot can";

/* Whether what was answered names the value, which is the third attribute. */
static bool names_the_value(struct nl_answer answer)
{
	return answer.error == -ERANGE && !strcmp(too_much, answer.why) &&
	       answer.at == NLMSG_LENGTH(GENL_HDRLEN) + 16;
}

TEST_F(limits, limit_set_erange)
{
	struct nl nl = nl_open();

	EXPECT_TRUE(names_the_value(nl_set_limit(&nl, VBUF_SCOPE_TOTAL,
						 VBUF_RESOURCE_SLOT_SIZE,
						 VBUF_MAX_SLOT_SIZE + 1)));
	EXPECT_EQ(self->params.value[MAX_SLOT_SIZE],
		  get(VBUF_SCOPE_TOTAL, VBUF_RESOURCE_SLOT_SIZE).value);
	EXPECT_EQ(0, nl_set_limit(&nl, VBUF_SCOPE_TOTAL, VBUF_RESOURCE_SLOT_SIZE,
				  VBUF_MAX_SLOT_SIZE).error);
	nl_close(&nl);
}

/* In a user namespace, whose owner may have 10 channels. */
static int loosen(__u32 scope)
{
	struct nl nl = nl_open();

	if (!names_the_value(nl_set_limit(&nl, scope, VBUF_RESOURCE_CHANNELS, 11)))
		return 1;
	if (get(scope, VBUF_RESOURCE_CHANNELS).value != ~0ULL)
		return 2;
	return nl_set_limit(&nl, scope, VBUF_RESOURCE_CHANNELS, 10).error ? 3 : 0;
}

TEST_F(limits, limit_set_erange_above_what_holds)
{
	pid_t pid;

	ASSERT_EQ(0, set(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS, 10));
	pid = ns_user_fork(user.uid, CLONE_NEWNET);
	if (!pid)
		_exit(loosen(VBUF_SCOPE_TOTAL) ?: loosen(VBUF_SCOPE_USER));
	EXPECT_EQ(0, vt_reap(pid));
}

/* Which attributes a request has. */
#define SCOPE		(1U << VBUF_A_LIMIT_SCOPE)
#define RESOURCE	(1U << VBUF_A_LIMIT_RESOURCE)
#define VALUE		(1U << VBUF_A_LIMIT_VALUE)

/* Asks with those. */
static struct nl_answer ask_with(struct nl *nl, __u8 command, unsigned int attrs)
{
	struct nl_request request;

	nl_begin(&request, command, 0);
	if (attrs & SCOPE)
		nl_put_u32(&request, VBUF_A_LIMIT_SCOPE, VBUF_SCOPE_USER);
	if (attrs & RESOURCE)
		nl_put_u32(&request, VBUF_A_LIMIT_RESOURCE,
			   VBUF_RESOURCE_CHANNELS);
	if (attrs & VALUE)
		nl_put_u64(&request, VBUF_A_LIMIT_VALUE, 5000);
	return nl_ask(nl, &request, NULL, NULL);
}

/* Whether it was refused in these words. */
static bool is_invalid(struct nl_answer answer, const char *why)
{
	return answer.error == -EINVAL && !strcmp(why, answer.why);
}

static const char no_key[] = "A limit goes by its scope and its resource";

TEST_F(limits, limit_get_einval)
{
	struct nl nl = nl_open();

	EXPECT_TRUE(is_invalid(ask_with(&nl, VBUF_CMD_LIMIT_GET, 0), no_key));
	EXPECT_TRUE(is_invalid(ask_with(&nl, VBUF_CMD_LIMIT_GET, SCOPE),
			       no_key));
	EXPECT_TRUE(is_invalid(ask_with(&nl, VBUF_CMD_LIMIT_GET, RESOURCE),
			       no_key));
	/* It takes no value. */
	EXPECT_EQ(-EINVAL, ask_with(&nl, VBUF_CMD_LIMIT_GET,
				    SCOPE | RESOURCE | VALUE).error);
	nl_close(&nl);
}

TEST_F(limits, limit_set_einval)
{
	struct nl nl = nl_open();

	EXPECT_TRUE(is_invalid(ask_with(&nl, VBUF_CMD_LIMIT_SET,
					SCOPE | RESOURCE),
			       "A limit is set to a value"));
	EXPECT_TRUE(is_invalid(ask_with(&nl, VBUF_CMD_LIMIT_SET, SCOPE | VALUE),
			       no_key));
	EXPECT_TRUE(is_invalid(ask_with(&nl, VBUF_CMD_LIMIT_SET,
					RESOURCE | VALUE), no_key));
	EXPECT_EQ(self->params.value[USER_CHANNELS],
		  get(VBUF_SCOPE_USER, VBUF_RESOURCE_CHANNELS).value);
	EXPECT_EQ(0, ask_with(&nl, VBUF_CMD_LIMIT_SET,
			      SCOPE | RESOURCE | VALUE).error);
	nl_close(&nl);
}

TEST_F(limits, what_is_no_limit_is_out_of_range)
{
	struct nl nl = nl_open();
	struct nl_request request;
	struct nl_answer answer;

	nl_begin(&request, VBUF_CMD_LIMIT_GET, 0);
	nl_put_u32(&request, VBUF_A_LIMIT_SCOPE, VBUF_SCOPE_MAX + 1);
	nl_put_u32(&request, VBUF_A_LIMIT_RESOURCE, 0);
	answer = nl_ask(&nl, &request, NULL, NULL);
	EXPECT_EQ(-ERANGE, answer.error);
	EXPECT_EQ(NLMSG_LENGTH(GENL_HDRLEN), answer.at);

	nl_begin(&request, VBUF_CMD_LIMIT_GET, 0);
	nl_put_u32(&request, VBUF_A_LIMIT_SCOPE, 0);
	nl_put_u32(&request, VBUF_A_LIMIT_RESOURCE, VBUF_RESOURCE_MAX + 1);
	answer = nl_ask(&nl, &request, NULL, NULL);
	EXPECT_EQ(-ERANGE, answer.error);
	EXPECT_EQ(NLMSG_LENGTH(GENL_HDRLEN) + 8, answer.at);
	nl_close(&nl);
}

TEST_HARNESS_MAIN
