// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel fails the 1st, the 2nd, the 3rd ... allocation in a request by netlink, or
 * in what an event is made of: who asked is told by ENOMEM, or by the socket's ENOBUFS,
 * and has changed nothing; who listens has the event, or is told that one is lost; and
 * nothing is left over. The rest is as in fault_nth.
 *
 * For kernels with CONFIG_FAULT_INJECTION: make check-debug.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "stage.h"
#include "storm.h"

/* Of the cache that messages come from: more than one event takes. */
#define SKB_BYTES	4096U
#define SKB_STEP	128U

FIXTURE_STAGE();

/* The socket is there before: what is tried is a request and its answer. */
static struct nl nl;

static void open_netlink(struct stage *stage)
{
	(void)stage;
	nl = nl_open();
}

static void close_netlink(struct stage *stage)
{
	(void)stage;
	nl_close(&nl);
}

static long attempt_get_channel(struct stage *stage)
{
	struct vt_channel info = { .id = 0 };
	struct nl_request request;
	int error;

	nl_begin(&request, VBUF_CMD_CHANNEL_GET, 0);
	nl_put_u64(&request, VBUF_A_CHANNEL_ID, stage->id);
	error = nl_ask(&nl, &request, nl_channel, &info).error;
	return error || (info.id == stage->id && vt_balanced(&info)) ?
	       error : -EIO;
}

static long attempt_dump_channels(struct stage *stage)
{
	struct vt_channel info = { .id = 0 };
	struct nl_request request;
	int error;

	nl_begin(&request, VBUF_CMD_CHANNEL_GET, NLM_F_DUMP);
	error = nl_ask(&nl, &request, nl_channel, &info).error;
	/* The newest is the last. */
	return error || info.id == stage->id ? error : -EIO;
}

static long attempt_dump_endpoints(struct stage *stage)
{
	struct vt_endpoint info = { .id = 0 };
	struct nl_request request;
	int error;

	nl_begin(&request, VBUF_CMD_ENDPOINT_GET, NLM_F_DUMP);
	nl_put_u64(&request, VBUF_A_ENDPOINT_CHANNEL, stage->id);
	error = nl_ask(&nl, &request, nl_endpoint, &info).error;
	/* The last of three has both rights. */
	return error || info.rights == VT_BOTH ? error : -EIO;
}

/* ENOBUFS is the socket's, which had no memory for an answer. */
static unsigned int enomem_of(struct stage *stage, attempt what,
			      unsigned int wanted)
{
	stage->prepare = open_netlink;
	stage->tidy = close_netlink;
	stage->may_fail = ENOBUFS;
	return stage_try_best(stage, what, wanted, 0).enomem;
}

TEST_F(stage, channel_get_enomem)
{
	EXPECT_LE(1, enomem_of(&self->stage, attempt_get_channel, 1));
}

TEST_F(stage, channel_get_enomem_dump)
{
	enomem_of(&self->stage, attempt_dump_channels, 0);
}

TEST_F(stage, endpoint_get_enomem)
{
	EXPECT_LE(1, enomem_of(&self->stage, attempt_dump_endpoints, 1));
}

static long attempt_get_limit(struct stage *stage)
{
	struct vt_limit limit = { .scope = ~0U };
	struct nl_request request;
	int error;

	(void)stage;
	nl_begin(&request, VBUF_CMD_LIMIT_GET, 0);
	nl_put_u32(&request, VBUF_A_LIMIT_SCOPE, VBUF_SCOPE_USER);
	nl_put_u32(&request, VBUF_A_LIMIT_RESOURCE, VBUF_RESOURCE_BYTES);
	error = nl_ask(&nl, &request, nl_limit, &limit).error;
	return error || limit.resource == VBUF_RESOURCE_BYTES ? error : -EIO;
}

static long attempt_dump_limits(struct stage *stage)
{
	struct nl_request request;
	struct nl_answer answer;

	(void)stage;
	nl_begin(&request, VBUF_CMD_LIMIT_GET, NLM_F_DUMP);
	answer = nl_ask(&nl, &request, NULL, NULL);
	return answer.error || answer.messages == 8 ? answer.error : -EIO;
}

TEST_F(stage, limit_get_enomem)
{
	EXPECT_LE(1, enomem_of(&self->stage, attempt_get_limit, 1));
}

TEST_F(stage, limit_get_enomem_dump)
{
	enomem_of(&self->stage, attempt_dump_limits, 0);
}

/* A socket of a container that has nothing yet, not even a record of its limits. */
static void open_inside(struct stage *stage)
{
	int home = ns_net_self(), ns;
	char path[64];
	pid_t pid;

	(void)stage;
	pid = ns_user_fork(4321, CLONE_NEWNET);
	if (!pid) {
		pause();
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	ns_net_enter(ns);
	nl = nl_open();
	ns_net_enter(home);
	storm_kill(pid);
	close(ns);
	close(home);
}

/* What is tried was, and what came of it is to be looked at. */
static bool asked;

static long attempt_set_limit(struct stage *stage)
{
	(void)stage;
	asked = true;
	return nl_set_limit(&nl, VBUF_SCOPE_TOTAL, VBUF_RESOURCE_CHANNELS,
			    5).error;
}

/* With ENOBUFS or EFAULT, the request is lost, or just its answer. */
static bool is_certain(long ret)
{
	return asked && (!ret || ret == -ENOMEM);
}

static void check_limit(struct stage *stage)
{
	long ret = stage->tried->ret;
	__u64 value = nl_get_limit(&nl, VBUF_SCOPE_TOTAL,
				   VBUF_RESOURCE_CHANNELS).value;

	if (value != 5 && value != ~0ULL)
		vt_die("a limit of %llu", value);
	if (is_certain(ret) && value != (ret ? ~0ULL : 5))
		vt_die("%ld, and the limit is %llu", ret, value);
	asked = false;
	nl_close(&nl);
}

TEST_F_TIMEOUT(stage, limit_set_enomem, 120)
{
	struct stage *stage = &self->stage;

	stage->prepare = open_inside;
	stage->tidy = check_limit;
	stage->may_fail = ENOBUFS;
	/* The owner's account, and what the namespace's limits are kept in. */
	EXPECT_LE(2, stage_try_all(stage, attempt_set_limit).enomem);
}

static long attempt_subscribe(struct stage *stage)
{
	(void)stage;
	asked = true;
	return nl_subscribe(&nl);
}

/* The looks at the stage make events. */
static void check_subscription(struct stage *stage)
{
	long ret = stage->tried->ret;

	if (is_certain(ret) && nl_is_silent(&nl) != !!ret)
		vt_die("%ld, and it hears %s", ret, ret ? "all" : "nothing");
	asked = false;
	nl_close(&nl);
}

TEST_F_TIMEOUT(stage, event_subscribe_enomem, 60)
{
	struct stage *stage = &self->stage;

	stage->prepare = open_netlink;
	stage->tidy = check_subscription;
	stage->may_fail = ENOBUFS;
	EXPECT_LE(1, stage_try_best(stage, attempt_subscribe, 1, 0).enomem);
}

/* What somebody has heard. */
struct heard {
	unsigned int created;
	unsigned int all;
	unsigned int lost;
};

static void take_kind(const struct nlmsghdr *message, void *ctx)
{
	const struct nlattr *attrs[VBUF_A_EVENT_MAX + 1];
	struct heard *heard = ctx;
	__u32 kind;

	nl_parse(message, attrs, VBUF_A_EVENT_MAX);
	memcpy(&kind, nl_data(attrs[VBUF_A_EVENT_KIND]), sizeof(kind));
	heard->created += kind == VBUF_EVENT_CREATED;
	heard->all++;
}

/* All that has happened until now. */
static struct heard hear(struct nl *listener)
{
	struct nl_answer answer = { .over = false };
	struct heard heard = { .all = 0 };
	long ret;

	while (!nl_is_silent(listener)) {
		ret = nl_receive(listener, &answer, take_kind, &heard);
		if (ret && ret != -ENOBUFS)
			vt_die("listen: %ld", ret);
		heard.lost += !!ret;
	}
	return heard;
}

static unsigned int losses;

static void listen(struct stage *stage)
{
	(void)stage;
	nl = nl_subscribed();
}

static long attempt_create_heard(struct stage *stage)
{
	asked = true;
	return stage_create(stage, stage->other_name, vt_attr(2, 64));
}

static void check_heard(struct stage *stage)
{
	struct heard heard = hear(&nl);

	if (asked && !heard.lost && heard.created != !stage->tried->ret)
		vt_die("%ld, and %u were created", stage->tried->ret,
		       heard.created);
	losses += asked && heard.lost;
	asked = false;
	nl_close(&nl);
}

TEST_F_TIMEOUT(stage, an_event_that_is_not_made_is_told, 120)
{
	struct stage *stage = &self->stage;

	stage->prepare = listen;
	stage->tidy = check_heard;
	EXPECT_LE(1, stage_try_all(stage, attempt_create_heard).enomem);
	EXPECT_LE(1U, losses);
}

/* No more of what messages are made of than so many bytes, whoever asks for it. */
FIXTURE(few) {
	struct nl nl;
};

FIXTURE_SETUP(few)
{
	if (access("/sys/kernel/debug/failslab", F_OK))
		SKIP(return, "this kernel cannot inject faults; make check-debug has one that can");
	fault_init();
	fault_choose_cache("skbuff_head_cache");
	self->nl = nl_subscribed();
}

/* In the parent, so that no failure leaves the kernel so. */
FIXTURE_TEARDOWN_PARENT(few)
{
	if (!access("/sys/kernel/debug/failslab", F_OK))
		fault_stop("failslab");
}

/*
 * Three events. Their worker has a while; what it is too late for meets no fault, and
 * is heard.
 */
static struct heard hear_with(struct nl *listener, unsigned int bytes)
{
	unsigned int faults;

	fault_for_good("failslab", bytes);
	close(vt_create(NULL, vt_attr(1, 8), VT_BOTH));
	usleep(100000);
	faults = fault_stop("failslab");
	fprintf(stderr, "# with %u bytes: %u faults\n", bytes, faults);
	return hear(listener);
}

TEST_F(few, an_event_that_is_not_delivered_is_told)
{
	unsigned int bytes, lost = 0;
	struct heard heard;

	for (bytes = 0; bytes < SKB_BYTES; bytes += SKB_STEP) {
		heard = hear_with(&self->nl, bytes);
		EXPECT_EQ(heard.all != 3, heard.lost != 0);
		lost += heard.lost;
	}
	/* None was made; some were made, and not delivered; all were heard. */
	EXPECT_LE(4U, lost);
	EXPECT_EQ(3U, heard.all);
	nl_close(&self->nl);
}

TEST_HARNESS_MAIN
