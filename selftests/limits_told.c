// SPDX-License-Identifier: GPL-2.0
/*
 * EDQUOT says which limit it was: in the kernel's log, which no flood fills; and in an
 * event, where it happened, and to the host if the limit is the host's.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "param.h"

#define PATIENCE_MSEC	20000U
/* The kernel lets so few through in some seconds that this is many. */
#define FLOOD		2000U
#define LINES_MAX	100U

static const struct ns_user user = { 5001, 5001, 5001 };

FIXTURE(told) {
	struct params params;
	int kmsg;
};

FIXTURE_SETUP(told)
{
	param_save(&self->params);
	self->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->kmsg);
	ASSERT_LE(0, lseek(self->kmsg, 0, SEEK_END));
}

FIXTURE_TEARDOWN_PARENT(told)
{
	param_restore(&self->params);
}

/* How many lines since the last look are this. */
static unsigned int count_lines(int kmsg, const char *line)
{
	unsigned int count = 0;
	char record[1024], *text, *end;
	ssize_t len;

	while ((len = read(kmsg, record, sizeof(record) - 1)) > 0 ||
	       (len < 0 && errno == EPIPE)) {
		record[len > 0 ? len : 0] = '\0';
		text = strchr(record, ';');
		end = text ? strchr(text, '\n') : NULL;
		if (end)
			*end = '\0';
		count += text && !strcmp(text + 1, line);
	}
	return count;
}

static int create(void)
{
	return vt_create(NULL, vt_attr(1, 64), VT_BOTH);
}

static long be_refused(void *arg)
{
	unsigned int n = *(unsigned int *)arg;

	while (n--)
		if (create() != -EDQUOT)
			return -EBADR;
	return 0;
}

/* The same in a container of the user's, which is let have nothing if @limited. */
static int be_refused_inside(bool limited)
{
	struct nl nl = nl_open();
	unsigned int once = 1;

	if (limited && nl_set_limit(&nl, VBUF_SCOPE_TOTAL,
				    VBUF_RESOURCE_CHANNELS, 0).error)
		return 1;
	return be_refused(&once) ? 2 : 0;
}

static void refuse_inside(bool limited)
{
	pid_t pid = ns_user_fork(user.uid, CLONE_NEWNET);

	if (!pid)
		_exit(be_refused_inside(limited));
	if (vt_reap(pid))
		vt_die("a container");
}

/* Others may have used up what the kernel lets through just now. */
static bool is_logged(int kmsg, const char *line, bool inside, bool limited)
{
	__u64 end = vt_in(PATIENCE_MSEC);
	unsigned int once = 1;

	do {
		if (inside)
			refuse_inside(limited);
		else if (ns_as(user, be_refused, &once))
			vt_die("not refused");
		if (count_lines(kmsg, line) == 1)
			return true;
		usleep(500000);
	} while (vt_now() < end);
	return false;
}

TEST_F(told, the_log_names_a_users_limit)
{
	param_set(USER_CHANNELS, 0);
	EXPECT_TRUE(is_logged(self->kmsg,
			      "vbuf: user 5001 has reached user_channels=0",
			      false, false));
}

TEST_F(told, the_log_names_the_total)
{
	param_set(MAX_CHANNELS, 0);
	EXPECT_TRUE(is_logged(self->kmsg,
			      "vbuf: user 5001 has reached max_channels=0",
			      false, false));
}

/* The host's id of the root there, and of its owner. */
TEST_F(told, the_log_names_a_namespaces_limit)
{
	EXPECT_TRUE(is_logged(self->kmsg,
			      "vbuf: user 200000 has reached max_channels=0 of a user namespace of user 5001",
			      true, true));
}

TEST_F(told, no_flood_fills_the_log)
{
	unsigned int many = FLOOD;

	param_set(USER_CHANNELS, 0);
	EXPECT_EQ(0, ns_as(user, be_refused, &many));
	EXPECT_EQ(FLOOD, param_hits(&self->params, USER_CHANNELS));
	EXPECT_GT(LINES_MAX,
		  count_lines(self->kmsg,
			      "vbuf: user 5001 has reached user_channels=0"));
}

static bool is_refusal(struct nl_event event, __u32 scope, __u32 uid)
{
	return event.kind == VBUF_EVENT_LIMIT && event.scope == scope &&
	       event.resource == VBUF_RESOURCE_CHANNELS && !event.value &&
	       event.uid == uid;
}

/* Root of a container, which hears of itself. */
static int hear_inside(__u32 scope, __u32 uid, bool limited)
{
	struct nl nl = nl_subscribed();

	if (be_refused_inside(limited))
		return 1;
	return is_refusal(nl_next_event(&nl), scope, uid) ? 0 : 2;
}

/* Its owner's user is none of its own. */
/* A container's user is refused something, and hears of it. */
static int hear_in_container(void)
{
	pid_t pid = ns_user_fork(user.uid, CLONE_NEWNET);

	if (!pid)
		_exit(hear_inside(VBUF_SCOPE_USER, 65534, false));
	return vt_reap(pid);
}

/* The host is told ten times in five seconds: others may have used them up. */
TEST_F(told, the_hosts_limit_is_told_to_both)
{
	__u64 end = vt_in(vt_scaled(PATIENCE_MSEC));
	struct nl nl = nl_subscribed();

	param_set(USER_CHANNELS, 0);
	EXPECT_EQ(0, hear_in_container());
	while (nl_is_silent(&nl) && vt_now() < end) {
		usleep(500000);
		EXPECT_EQ(0, hear_in_container());
	}
	EXPECT_TRUE(is_refusal(nl_next_event(&nl), VBUF_SCOPE_USER, user.uid));
	EXPECT_TRUE(nl_is_silent(&nl));
	nl_close(&nl);
}

TEST_F(told, a_containers_limit_is_its_own_affair)
{
	struct nl nl = nl_subscribed();
	pid_t pid;

	pid = ns_user_fork(user.uid, CLONE_NEWNET);
	if (!pid)
		_exit(hear_inside(VBUF_SCOPE_TOTAL, 0, true));
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_TRUE(nl_is_silent(&nl));
	nl_close(&nl);
}

TEST_HARNESS_MAIN
