// SPDX-License-Identifier: GPL-2.0
/*
 * The account of a thread: where its time goes, compared with what the kernel itself
 * counts.
 */
#include "netlink.h"
#include "kselftest_harness.h"

#include <sys/resource.h>

/* As the attributes follow one another. */
struct account {
	__u32 tid;
	__u32 pid;
	char comm[16];
	__u64 numbers[VBUF_A_THREAD_MAX + 1];
};

#define NS(_account, _what)	((_account).numbers[VBUF_A_THREAD_##_what])

struct search {
	__u32 tid;
	struct account found;
};

static void take_account(const struct nlmsghdr *message, void *ctx)
{
	const struct nlattr *attrs[VBUF_A_THREAD_MAX + 1];
	struct search *search = ctx;
	__u32 tid;
	int i;

	nl_parse(message, attrs, VBUF_A_THREAD_MAX);
	memcpy(&tid, nl_data(attrs[VBUF_A_THREAD_TID]), sizeof(tid));
	if (tid != search->tid)
		return;
	search->found.tid = tid;
	for (i = VBUF_A_THREAD_BEGAN; i <= VBUF_A_THREAD_MAX; i++)
		memcpy(&search->found.numbers[i], nl_data(attrs[i]),
		       sizeof(__u64));
}

static struct account account_of(pid_t tid)
{
	struct search search = { .tid = tid };
	struct nl nl = nl_open();
	struct nl_request request;
	struct nl_answer answer;

	nl_begin(&request, VBUF_CMD_THREAD_GET, NLM_F_DUMP);
	answer = nl_ask(&nl, &request, take_account, &search);
	if (answer.error)
		vt_die("threads: %ld", (long)answer.error);
	nl_close(&nl);
	return search.found;
}

static int session(void)
{
	struct vbuf_trace trace = {
		.size = sizeof(trace), .slots = 64, .slot_size = 4096 };
	int fd = vt_device();
	long ret = vt_ioctl(fd, VBUF_IOC_TRACE, &trace);

	if (ret)
		vt_die("trace: %ld", ret);
	return fd;
}

static __u64 sum_of(const struct account *account)
{
	__u64 sum = 0;
	int i;

	for (i = VBUF_A_THREAD_RUNNING; i < VBUF_A_THREAD_VOLUNTARY; i++)
		sum += account->numbers[i];
	return sum;
}

static void show(const struct account *account)
{
	static const char *const names[] = { "running", "ready", "in send",
		"in recv", "asleep", "hardirq", "softirq", "voluntary",
		"involuntary", "migrations", "hardirqs", "softirqs",
		"user faults", "kernel faults" };
	int i;

	for (i = 0; i < 14; i++)
		fprintf(stderr, "# %s: %llu\n", names[i],
			account->numbers[VBUF_A_THREAD_RUNNING + i]);
	fprintf(stderr, "# whole: %llu, sum %llu\n",
		NS(*account, UNTIL) - NS(*account, BEGAN), sum_of(account));
}

static void schedstat(pid_t tid, __u64 *ran, __u64 *waited)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/schedstat", tid);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%llu %llu", ran, waited) != 2)
		vt_die("%s", path);
	fclose(file);
}

static void burn(unsigned int msec)
{
	__u64 end = vt_in(msec);

	while (vt_now() < end)
		;
}

TEST(its_parts_add_up)
{
	int fd = session(), rx, tx;
	struct account before, after;
	__u64 ran[2], waited[2];
	struct rusage usage[2];
	char byte;

	vt_pair(&rx, &tx, vt_attr(2, 64));
	before = account_of(gettid());
	schedstat(gettid(), &ran[0], &waited[0]);
	getrusage(RUSAGE_THREAD, &usage[0]);
	burn(300);
	vt_recv_until(rx, &byte, 1, vt_in(200));
	usleep(100000);
	vt_put(tx, 'a');
	vt_put(tx, 'b');
	vt_send_until(tx, "c", 1, vt_in(150));
	getrusage(RUSAGE_THREAD, &usage[1]);
	schedstat(gettid(), &ran[1], &waited[1]);
	after = account_of(gettid());
	ASSERT_EQ((__u32)gettid(), after.tid);
	show(&before);
	show(&after);
	fprintf(stderr, "# schedstat: ran %llu, waited %llu; %ld voluntary, %ld not, %ld faults\n",
		ran[1] - ran[0], waited[1] - waited[0],
		usage[1].ru_nvcsw - usage[0].ru_nvcsw,
		usage[1].ru_nivcsw - usage[0].ru_nivcsw,
		usage[1].ru_minflt - usage[0].ru_minflt);
	EXPECT_EQ(NS(after, UNTIL) - NS(after, BEGAN), sum_of(&after));
	EXPECT_LE(190000000ULL, NS(after, IN_RECV));
	EXPECT_LE(140000000ULL, NS(after, IN_SEND));
	EXPECT_LE(100000000ULL, NS(after, ASLEEP));
	close(fd);
	EXPECT_EQ(0U, account_of(gettid()).tid);
}

TEST_HARNESS_MAIN
