// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading the module: 50 times with traffic in between, refused
 * while somebody has it open, while others try to open it; and what goes with
 * it. The module's file is $VBUF_MODULE.
 */
#include "kselftest_harness.h"
#include "ns.h"
#include "storm.h"

#define ROUNDS		50U
#define MESSAGES	100U

FIXTURE(module) {
	int kmsg;
};

FIXTURE_SETUP(module)
{
	if (!getenv("VBUF_MODULE"))
		SKIP(return, "no VBUF_MODULE to load again");
	self->kmsg = open("/dev/kmsg", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->kmsg);
	ASSERT_LE(0, lseek(self->kmsg, 0, SEEK_END));
}

/* If a test fails, the next finds a module; run_tests sees to who is killed. */
FIXTURE_TEARDOWN(module)
{
	vt_load();
	close(self->kmsg);
}

/* The number in the first line since the last look that says @what, or -1. */
static int said(int kmsg, const char *what)
{
	char record[1024], *text;
	int number = -1;
	ssize_t len;

	while ((len = read(kmsg, record, sizeof(record) - 1)) > 0 ||
	       (len < 0 && errno == EPIPE)) {
		record[len > 0 ? len : 0] = '\0';
		text = strchr(record, ';');
		if (number < 0 && text && strstr(text, what) &&
		    sscanf(text, ";vbuf: %d", &number) != 1)
			vt_die("the kernel says: %s", text);
	}
	return number;
}

static void *send_all(void *arg)
{
	struct storm_msg msg;
	__u32 nr;

	for (nr = 0; nr < MESSAGES; nr++) {
		storm_fill(&msg, 0, nr);
		if (vt_send(*(int *)arg, &msg, sizeof(msg), 0))
			vt_die("send");
	}
	return NULL;
}

/* A hundred messages from one thread to another. */
static bool traffic(void)
{
	struct storm_msg msg;
	bool good = true;
	pthread_t thread;
	int rx, tx;
	__u32 nr;

	vt_pair(&rx, &tx, vt_attr(4, sizeof(msg)));
	if (pthread_create(&thread, NULL, send_all, &tx))
		vt_die("pthread_create");
	for (nr = 0; nr < MESSAGES; nr++)
		good &= vt_recv(rx, &msg, sizeof(msg), 0) == sizeof(msg) &&
			storm_whole(&msg) && msg.nr == nr;
	pthread_join(thread, NULL);
	good &= vt_settled(rx);
	close(rx);
	close(tx);
	return good;
}

TEST_F_TIMEOUT(module, loads_and_unloads_with_traffic, 120)
{
	unsigned int rounds = storm_scale(ROUNDS);

	while (rounds--) {
		ASSERT_EQ(0, vt_unload());
		ASSERT_EQ(-1, open("/dev/vbuf", O_RDWR));
		ASSERT_EQ(-1, access("/sys/module/vbuf", F_OK));
		ASSERT_EQ(0, vt_load());
		ASSERT_EQ(-EEXIST, vt_load());
		ASSERT_TRUE(traffic());
	}
}

TEST_F(module, unload_refused_while_open)
{
	struct vt_call call = { 0 };
	int fd = vt_device(), rx, tx;

	EXPECT_EQ(-EAGAIN, vt_unload());
	close(fd);
	vt_pair(&rx, &tx, vt_attr(4, 64));
	vt_start_recv(&call, rx);
	ASSERT_TRUE(vt_blocked(rx, 0, 1));
	close(rx);
	EXPECT_EQ(-EAGAIN, vt_unload());
	EXPECT_EQ(0, vt_put(tx, 'x'));
	EXPECT_EQ(1, vt_join(&call));
	EXPECT_EQ(-EAGAIN, vt_unload());
	close(tx);
	EXPECT_EQ(0, vt_unload());
}

static void leave_persistent(const char *name)
{
	struct vbuf_attr attr = vt_attr(4, 64);
	int fd;

	attr.flags = VBUF_PERSIST;
	fd = vt_create(name, attr, VT_BOTH);
	if (fd < 0 || vt_put(fd, 'x'))
		vt_die("create %s: %d", name, fd);
	close(fd);
}

TEST_F(module, persistent_channels_go_and_are_counted)
{
	leave_persistent("reload-1");
	leave_persistent("reload-2");
	leave_persistent("reload-3");
	said(self->kmsg, "persistent");
	EXPECT_EQ(0, vt_unload());
	EXPECT_EQ(3, said(self->kmsg, "persistent"));
	ASSERT_EQ(0, vt_load());
	EXPECT_EQ(-ENOENT, vt_open("reload-1", VT_RECV));
	EXPECT_EQ(0, vt_unload());
	EXPECT_EQ(-1, said(self->kmsg, "persistent"));
}

/* Those that were unlinked, or went with their namespace, are not counted. */
TEST_F(module, persistent_channels_of_all_namespaces_go)
{
	int home = ns_net_self(), away = ns_net_new();

	leave_persistent("reload-1");
	leave_persistent("reload-2");
	ns_net_enter(home);
	leave_persistent("reload-1");
	leave_persistent("reload-2");
	EXPECT_EQ(0, vt_unlink("reload-2"));
	said(self->kmsg, "persistent");
	EXPECT_EQ(0, vt_unload());
	EXPECT_EQ(3, said(self->kmsg, "persistent"));
	ASSERT_EQ(0, vt_load());
	ns_net_enter(away);
	EXPECT_EQ(-ENOENT, vt_open("reload-1", VT_RECV));
	EXPECT_TRUE(traffic());
	ns_net_enter(home);
}

/* Makes and ends channels, whether there is a module or not. */
static void try_for_ever(unsigned int born, void *ctx)
{
	struct vbuf_create create = {
		.size = sizeof(create), .rights = VT_BOTH,
		.attr = vt_attr(4, 64) };
	unsigned int *done = ctx;
	int fd;

	for (;;) {
		fd = open("/dev/vbuf", O_RDWR | O_CLOEXEC);
		if (fd >= 0 && !vt_ioctl(fd, VBUF_IOC_CREATE, &create))
			done[born] += !vt_put(fd, 'x');
		close(fd);
		if (born)
			usleep(100);
	}
}

TEST_F_TIMEOUT(module, unloads_while_others_try_to_open, 120)
{
	unsigned int *done = storm_shared(2 * sizeof(*done)), loads = 0, before;
	struct crew crew = { .size = 2, .work = try_for_ever, .ctx = done };
	unsigned int rounds = storm_scale(ROUNDS);
	long ret;

	crew_begin(&crew);
	while (rounds--) {
		ret = vt_unload();
		ASSERT_TRUE(ret == 0 || ret == -EAGAIN);
		if (ret == 0) {
			ASSERT_EQ(0, vt_load());
			loads++;
		}
		before = done[0];
		while (done[0] == before)
			usleep(1000);
	}
	crew_end(&crew);
	EXPECT_LT(0U, done[1]);
	EXPECT_TRUE(traffic());
	TH_LOG("%u loads, %u channels", loads, done[0] + done[1]);
}

TEST_HARNESS_MAIN
