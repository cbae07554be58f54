// SPDX-License-Identifier: GPL-2.0
/*
 * The module goes while somebody listens to events: who has subscribed is told, what
 * has happened before is delivered, and nobody keeps it but a dump. The module's file
 * is $VBUF_MODULE.
 */
#include "kselftest_harness.h"
#include "netlink.h"
#include "ns.h"
#include "storm.h"

#include <sys/socket.h>

#define ROUNDS		10U
/* Of three events each, which a socket has room for. */
#define CHANNELS	20U

FIXTURE(module) {
	struct nl subscribed;
	struct nl joined;
};

FIXTURE_SETUP(module)
{
	if (!getenv("VBUF_MODULE"))
		SKIP(return, "no VBUF_MODULE to load again");
	self->joined = nl_joined();
	self->subscribed = nl_subscribed();
}

/* If a test fails, the next finds a module; run_tests sees to who is killed. */
FIXTURE_TEARDOWN(module)
{
	vt_load();
	nl_close(&self->subscribed);
	nl_close(&self->joined);
}

/* What a socket has: an error, or how long a message is. */
static long next(const struct nl *nl)
{
	char bytes[NL_ROOM];
	long len = recv(nl->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	return len < 0 ? -errno : len;
}

/* How many messages there are, until there are no more. */
static unsigned int messages(const struct nl *nl)
{
	unsigned int n = 0;
	long ret;

	while ((ret = next(nl)) > 0)
		n++;
	if (ret != -EAGAIN)
		vt_die("a message: %ld", ret);
	return n;
}

static int create_open(void)
{
	struct vbuf_attr attr = vt_attr(1, 8);

	attr.mode = 0666;
	return vt_create(NULL, attr, VT_BOTH);
}

TEST_F(module, subscribers_are_told_once)
{
	int home = ns_net_self(), away = ns_net_new();
	struct nl elsewhere = nl_subscribed();

	ns_net_enter(home);
	ASSERT_EQ(0, vt_unload());
	EXPECT_TRUE(vt_poll(self->subscribed.fd, POLLIN) & POLLERR);
	EXPECT_EQ(-ENODEV, next(&self->subscribed));
	EXPECT_EQ(-EAGAIN, next(&self->subscribed));
	EXPECT_EQ(-ENODEV, next(&elsewhere));
	EXPECT_EQ(-EAGAIN, next(&elsewhere));
	EXPECT_EQ(0U, vt_poll(self->joined.fd, POLLIN));
	nl_close(&elsewhere);
	close(away);
	close(home);
}

TEST_F(module, what_happened_before_is_delivered)
{
	unsigned int n;

	for (n = 0; n < CHANNELS; n++)
		close(create_open());
	ASSERT_EQ(0, vt_unload_soon());
	EXPECT_EQ(-ENODEV, next(&self->subscribed));
	EXPECT_EQ(3 * CHANNELS, messages(&self->subscribed));
	EXPECT_EQ(3 * CHANNELS, messages(&self->joined));
}

/* The same socket, which has to ask for the family again. */
TEST_F(module, who_subscribes_again_hears_again)
{
	ASSERT_EQ(0, vt_unload());
	EXPECT_EQ(-ENODEV, next(&self->subscribed));
	ASSERT_EQ(0, vt_load());
	close(create_open());
	EXPECT_EQ(-EAGAIN, next(&self->subscribed));
	ASSERT_EQ(0, nl_resolve(&self->subscribed));
	ASSERT_EQ(0, nl_subscribe(&self->subscribed));
	close(create_open());
	EXPECT_EQ(VBUF_EVENT_CREATED, nl_next_event(&self->subscribed).kind);
}

TEST_F(module, a_dump_keeps_it_and_who_listens_hears_on)
{
	struct nl_request request;
	int fds[300];
	unsigned int i;
	struct nl nl;

	/* More than the kernel tells before it is read. */
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = create_open();
	nl = nl_open();
	nl_begin(&request, VBUF_CMD_CHANNEL_GET, NLM_F_DUMP);
	ASSERT_EQ(0, nl_send(&nl, &request));
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	/* What it had no room for is told before. */
	while (!nl_is_silent(&self->subscribed))
		next(&self->subscribed);
	EXPECT_EQ(-EAGAIN, vt_unload());
	close(create_open());
	EXPECT_EQ(VBUF_EVENT_CREATED, nl_next_event(&self->subscribed).kind);
	EXPECT_EQ(0, nl_rest(&nl, NULL, NULL).error);
	EXPECT_EQ(0, vt_unload_soon());
	EXPECT_EQ(-ENODEV, next(&self->subscribed));
	nl_close(&nl);
}

/* Makes some events, if there is a module. */
static void make_events(void)
{
	struct vbuf_create create = {
		.size = sizeof(create), .rights = VT_BOTH,
		.attr = vt_attr(1, 8) };
	int fd, n;

	for (n = 0; n < 10; n++) {
		fd = open("/dev/vbuf", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			return;
		create.attr.mode = 0666;
		vt_ioctl(fd, VBUF_IOC_CREATE, &create);
		close(fd);
	}
}

/* Until it is told that there is no more to be heard, or some have come. */
static unsigned int hear_some(const struct nl *nl)
{
	unsigned int heard = 0, tries = 0;
	long ret;

	while (heard < 20 && tries++ < 50) {
		ret = next(nl);
		if (ret == -ENODEV)
			break;
		if (ret < 0 && ret != -EAGAIN && ret != -ENOBUFS)
			vt_die("listen: %ld", ret);
		if (ret == -EAGAIN)
			usleep(1000);
		heard += ret > 0;
	}
	return heard;
}

/* By turns: listens, whether there is a module or not, and leaves. */
static void listen_for_ever(unsigned int born, void *ctx)
{
	unsigned int *heard = ctx;
	struct nl_request request;
	struct nl nl;

	for (;;) {
		make_events();
		nl = (struct nl) { .fd = nl_socket() };
		if (nl.fd < 0)
			vt_die("a netlink socket");
		if (!nl_resolve(&nl)) {
			nl_begin(&request, VBUF_CMD_EVENT_SUBSCRIBE, 0);
			if (nl_send(&nl, &request))
				vt_die("subscribe");
			make_events();
			__atomic_fetch_add(&heard[born], hear_some(&nl),
					   __ATOMIC_SEQ_CST);
		}
		nl_close(&nl);
	}
}

TEST_F_TIMEOUT(module, goes_while_others_listen, 120)
{
	unsigned int *heard = storm_shared(2 * sizeof(*heard)), loads;
	struct crew crew = { .size = 2, .work = listen_for_ever, .ctx = heard };

	loads = storm_reload(&crew, &heard[0], storm_scale(ROUNDS));
	TH_LOG("%u loads, %u events heard", loads, heard[0] + heard[1]);
	EXPECT_LT(0U, loads);
	EXPECT_EQ(0, vt_unload_soon());
}

TEST_HARNESS_MAIN
