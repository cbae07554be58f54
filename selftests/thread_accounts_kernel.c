// SPDX-License-Identifier: GPL-2.0
/*
 * The account of a thread says what the kernel itself counts: how long it ran and
 * waited for a processor, its switches, migrations and faults; and which interrupts
 * came on top of it.
 */
#include "kselftest_harness.h"
#include "netlink.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/timerfd.h>

#define PATIENCE_MSEC	20000U
#define PAGES		64U

/* So often a comparison of times may be disturbed by what is on no account. */
#define ROUNDS		100

/* What the kernel says of a thread. */
struct counts {
	__u64 ran;
	__u64 waited;
	__u64 voluntary;
	__u64 involuntary;
	__u64 migrations;
	__u64 faults;
};

/* A thread that works when it is given a message, and waits for the next. */
FIXTURE(thread) {
	int session;
	int rx;
	int tx;
	void (*work)(void);
	int worked[2];			/* a pipe: a byte for each work done */
	struct vt_call call;
};

static long op_work(struct vt_call *call)
{
	FIXTURE_DATA(thread) *self = call->arg;
	char byte;

	while (vt_recv(call->fd, &byte, 1, 0) == 1) {
		self->work();
		if (write(self->worked[1], &byte, 1) != 1)
			vt_die("write to a pipe");
	}
	return 0;
}

/* All on one processor. */
FIXTURE_SETUP(thread)
{
	vt_one_cpu();
	ASSERT_EQ(0, pipe(self->worked));
	self->session = vt_session();
	vt_pair(&self->rx, &self->tx, vt_attr(2, 8));
	self->call = (struct vt_call) {
		.op = op_work, .fd = self->rx, .arg = self };
	vt_start(&self->call);
}

FIXTURE_TEARDOWN(thread)
{
	vt_shutdown(self->tx, VT_SEND);
	vt_join(&self->call);
	close(self->session);
}

static FILE *open_proc(pid_t tid, const char *name)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/%s", tid, name);
	file = fopen(path, "re");
	if (!file)
		vt_die("open %s", path);
	return file;
}

/* The number behind @name in a file of lines. */
static __u64 number_in(pid_t tid, const char *path, const char *name)
{
	FILE *file = open_proc(tid, path);
	__u64 number = ~0ULL;
	char line[256], *at;

	while (fgets(line, sizeof(line), file)) {
		at = strncmp(line, name, strlen(name)) ? NULL : strchr(line, ':');
		if (at)
			number = strtoull(at + 1, NULL, 10);
	}
	fclose(file);
	if (number == ~0ULL)
		vt_die("no %s in %s", name, path);
	return number;
}

static void read_schedstat(pid_t tid, struct counts *counts)
{
	FILE *file = open_proc(tid, "schedstat");

	if (fscanf(file, "%llu %llu", &counts->ran, &counts->waited) != 2)
		vt_die("schedstat");
	fclose(file);
}

static __u64 read_faults(pid_t tid)
{
	FILE *file = open_proc(tid, "stat");
	__u64 minor, major;

	if (fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %llu %*u %llu",
		   &minor, &major) != 2)
		vt_die("stat");
	fclose(file);
	return minor + major;
}

static struct counts counts_of(pid_t tid)
{
	struct counts counts = {
		.voluntary = number_in(tid, "status", "voluntary_ctxt"),
		.involuntary = number_in(tid, "status", "nonvoluntary_ctxt"),
		.migrations = number_in(tid, "sched", "se.nr_migrations"),
		.faults = read_faults(tid) };

	read_schedstat(tid, &counts);
	return counts;
}

/* One moment, in which the thread sleeps. */
struct look {
	struct vt_account account;
	struct counts counts;
};

/* Nothing came to the account while the kernel's own counts were read. */
static struct look look_at_rest(pid_t tid)
{
	__u64 end = vt_in(vt_scaled(PATIENCE_MSEC));
	struct vt_account after, since;
	struct look look;

	do {
		look.account = vt_account_comes_in(tid, VT_PART(in_recv));
		look.counts = counts_of(tid);
		after = vt_account(tid);
		since = vt_account_since(&after, &look.account);
		if (vt_account_all_in(&since, VT_PART(in_recv)))
			return look;
	} while (vt_now() < end);
	vt_die("thread %d does not come to rest", tid);
}

/* What one piece of work added to both. */
static struct look do_work(FIXTURE_DATA(thread) *self, void (*work)(void))
{
	struct look before = look_at_rest(self->call.tid), after, added;
	const __u64 *from = &before.counts.ran;
	__u64 *number = &added.counts.ran;
	char byte;

	self->work = work;
	/* Without disturbing it: each switch takes time that is on no account. */
	if (vt_put(self->tx, 'x') || read(self->worked[0], &byte, 1) != 1)
		vt_die("have work done");
	after = look_at_rest(self->call.tid);
	added.account = vt_account_since(&after.account, &before.account);
	added.counts = after.counts;
	for (; number <= &added.counts.faults; number++)
		*number -= *from++;
	return added;
}

static __u64 processor_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * VT_NSEC_PER_SEC + now.tv_nsec;
}

static void burn(void)
{
	__u64 end = processor_time() + 100 * VT_NSEC_PER_MSEC;

	while (processor_time() < end)
		continue;
}

/* To one in a hundred. */
static bool about(__u64 one, __u64 other)
{
	return one <= other + other / 100 && other <= one + one / 100;
}

static __u64 busy(const struct vt_account *account)
{
	return account->running + account->hardirq + account->softirq;
}

TEST_F_TIMEOUT(thread, runs_as_long_as_the_kernel_says, 120)
{
	struct look added;
	int rounds = ROUNDS;

	do {
		added = do_work(self, burn);
		ASSERT_TRUE(vt_account_adds_up(&added.account));
		ASSERT_LE(100 * VT_NSEC_PER_MSEC, added.counts.ran);
	} while (!about(busy(&added.account), added.counts.ran) && --rounds);
	EXPECT_NE(0, rounds)
		TH_LOG("%llu ns, but the kernel says %llu",
		       busy(&added.account), added.counts.ran);
}

static void *compete(void *arg)
{
	while (!__atomic_load_n((int *)arg, __ATOMIC_SEQ_CST))
		continue;
	return NULL;
}

static __u64 time_waited(void)
{
	struct counts counts;

	read_schedstat(gettid(), &counts);
	return counts.waited;
}

/* Until it has waited for the processor for long enough to be compared. */
static void burn_and_wait(void)
{
	__u64 end = time_waited() + 50 * VT_NSEC_PER_MSEC;

	while (time_waited() < end)
		continue;
}

/* Another thread that wants the processor that this one is on. */
struct rival {
	pthread_t thread;
	int over;
};

static void rival_begin(struct rival *rival)
{
	rival->over = 0;
	if (pthread_create(&rival->thread, NULL, compete, &rival->over))
		vt_die("pthread_create");
}

static void rival_end(struct rival *rival)
{
	__atomic_store_n(&rival->over, 1, __ATOMIC_SEQ_CST);
	pthread_join(rival->thread, NULL);
}

TEST_F_TIMEOUT(thread, waits_as_long_as_the_kernel_says, 120)
{
	struct rival rival;
	struct look added;
	int rounds = ROUNDS;

	rival_begin(&rival);
	do {
		added = do_work(self, burn_and_wait);
		ASSERT_TRUE(vt_account_adds_up(&added.account));
		ASSERT_LE(50 * VT_NSEC_PER_MSEC, added.counts.waited);
	} while (!about(added.account.ready, added.counts.waited) && --rounds);
	EXPECT_NE(0, rounds)
		TH_LOG("%llu ns, but the kernel says %llu",
		       added.account.ready, added.counts.waited);
	rival_end(&rival);
}

/* Sleeps, is preempted, and lets others run. */
static void switch_often(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		usleep(100);
		sched_yield();
	}
	burn_and_wait();
}

TEST_F_TIMEOUT(thread, is_switched_as_often_as_the_kernel_says, 60)
{
	struct rival rival;
	struct look added;

	rival_begin(&rival);
	added = do_work(self, switch_often);
	rival_end(&rival);
	EXPECT_NE(0U, added.account.voluntary);
	EXPECT_NE(0U, added.account.involuntary);
	EXPECT_EQ(added.counts.voluntary, added.account.voluntary);
	EXPECT_EQ(added.counts.involuntary, added.account.involuntary);
}

static void go_to(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		vt_die("sched_setaffinity");
}

#define MOVES	10U

static void move_about(void)
{
	unsigned int i;

	for (i = 0; i < MOVES; i++) {
		go_to(1);
		go_to(0);
	}
}

TEST_F(thread, moves_as_often_as_the_kernel_says)
{
	struct look added;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "no other processor");
	added = do_work(self, move_about);
	EXPECT_LE(2 * MOVES - 1, added.account.migrations);
	EXPECT_EQ(added.counts.migrations, added.account.migrations);
}

static char *fresh_pages(void)
{
	char *pages = mmap(NULL, PAGES * VT_PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		vt_die("mmap");
	/* Not all kernels have huge ones. */
	madvise(pages, PAGES * VT_PAGE, MADV_NOHUGEPAGE);
	return pages;
}

static void touch_pages(void)
{
	volatile char *pages = fresh_pages();
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		pages[i * VT_PAGE] = 1;
}

static void let_kernel_touch_pages(void)
{
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, fresh_pages(), PAGES * VT_PAGE) !=
			PAGES * (long)VT_PAGE)
		vt_die("read /dev/zero");
	close(fd);
}

/* The kernel does not count those that fail, or have to be tried again. */
TEST_F(thread, faults_at_least_as_often_as_the_kernel_says)
{
	struct look added = do_work(self, touch_pages);

	EXPECT_LE(PAGES, added.counts.faults);
	EXPECT_LE(PAGES, added.account.user_faults);
	EXPECT_LE(added.counts.faults, added.account.user_faults +
				       added.account.kernel_faults);
	added = do_work(self, let_kernel_touch_pages);
	EXPECT_LE(PAGES, added.counts.faults);
	EXPECT_LE(PAGES, added.account.kernel_faults);
	EXPECT_GT(PAGES, added.account.user_faults);
	EXPECT_LE(added.counts.faults, added.account.user_faults +
				       added.account.kernel_faults);
}

/* Until a timer has run out twenty times on the processor that it is on. */
static void burn_with_timer(void)
{
	struct itimerspec each_ms = {
		.it_interval.tv_nsec = VT_NSEC_PER_MSEC,
		.it_value.tv_nsec = VT_NSEC_PER_MSEC };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	__u64 times = 0, more;

	if (fd < 0 || timerfd_settime(fd, 0, &each_ms, NULL))
		vt_die("timerfd");
	while (times < 20)
		if (read(fd, &more, sizeof(more)) == sizeof(more))
			times += more;
	close(fd);
}

static bool is_a_part(__u64 ns, const struct vt_account *account)
{
	return ns && ns < vt_account_whole(account);
}

TEST_F(thread, has_hard_interrupts_on_top)
{
	struct look added = do_work(self, burn_with_timer);

	EXPECT_NE(0U, added.account.hardirqs);
	EXPECT_TRUE(is_a_part(added.account.hardirq, &added.account));
	EXPECT_NE(0U, added.account.running);
}

static void set_lo_up(int fd)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (ioctl(fd, SIOCSIFFLAGS, &request))
		vt_die("set lo up");
}

/* Each datagram arrives in a softirq, on top of who sent it. */
static void send_to_itself(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), i;
	char byte;

	if (fd < 0 || bind(fd, (void *)&addr, len) ||
	    getsockname(fd, (void *)&addr, &len))
		vt_die("a socket");
	for (i = 0; i < 100; i++)
		if (sendto(fd, &byte, 1, 0, (void *)&addr, len) != 1 ||
		    recv(fd, &byte, 1, 0) != 1)
			vt_die("send to itself");
	close(fd);
}

TEST_F(thread, has_softirqs_on_top)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct look added;

	if (fd < 0)
		SKIP(return, "no network");
	set_lo_up(fd);
	added = do_work(self, send_to_itself);
	EXPECT_NE(0U, added.account.softirqs);
	EXPECT_TRUE(is_a_part(added.account.softirq, &added.account));
	EXPECT_NE(0U, added.account.running);
	close(fd);
}

TEST_HARNESS_MAIN
