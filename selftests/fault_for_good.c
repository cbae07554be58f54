// SPDX-License-Identifier: GPL-2.0
/*
 * Memory is exhausted in the middle of CREATE, and stays so: whatever it had by
 * then is given back, and it says ENOMEM.
 *
 * For kernels with CONFIG_FAULT_INJECTION: make check-debug.
 */
#include "kselftest_harness.h"
#include "ns.h"
#include "stage.h"

/* No channel here takes as many pages. */
#define MOST	300U

FIXTURE(stage) {
	struct stage stage;
};

FIXTURE_SETUP(stage)
{
	if (!stage_open(&self->stage))
		SKIP(return, "this kernel cannot inject faults; make check-debug has one that can");
}

/* In the parent, so that no failure leaves the kernel so. */
FIXTURE_TEARDOWN_PARENT(stage)
{
	if (access("/sys/kernel/debug/failslab", F_OK))
		return;
	fault_stop("failslab");
	fault_stop("fail_page_alloc");
}

/* Three blocks; or six; or thirty of a page. */
static long attempt_blocks(struct stage *stage)
{
	return stage_create(stage, stage->other_name, vt_attr(3, 40000));
}

/* More for the descriptions than for the bytes. */
static long attempt_many(struct stage *stage)
{
	return stage_create(stage, stage->other_name, vt_attr(1000, 8));
}

/* The call after which no more than @pages are to be had. */
static struct tried with_pages(struct stage *stage, unsigned int pages,
			       attempt what)
{
	struct tried tried;

	stage_begin(stage);
	fault_for_good("fail_page_alloc", pages);
	tried.ret = what(stage);
	tried.came = fault_stop("fail_page_alloc");
	stage_look(stage, &tried.outcome);
	stage_end(stage);
	return tried;
}

/* With no page, with one, with two ... until there are enough: how many failed. */
static unsigned int with_few_pages(struct stage *stage, attempt what)
{
	unsigned int pages = 0, failed = 0;
	struct tried tried;

	do {
		tried = with_pages(stage, pages, what);
		if (tried.ret && tried.ret != -ENOMEM)
			vt_die("with %u pages: %ld", pages, tried.ret);
		stage_compare(stage, what, &tried);
		failed += tried.ret < 0;
	} while (tried.came && ++pages < MOST);
	if (tried.came || tried.ret)
		vt_die("with %u pages: %ld", pages, tried.ret);
	stage_report(pages + 1, failed);
	return failed;
}

TEST_F_TIMEOUT(stage, create_enomem_blocks, 60)
{
	EXPECT_LE(30, with_few_pages(&self->stage, attempt_blocks));
	EXPECT_TRUE(stage_close(&self->stage));
}

TEST_F_TIMEOUT(stage, create_enomem_many, 60)
{
	EXPECT_LE(16, with_few_pages(&self->stage, attempt_many));
	EXPECT_TRUE(stage_close(&self->stage));
}

/*
 * Where the first channel of a namespace cannot be entered in the list, also when
 * that is tried again, the one that is whole goes.
 */
TEST_F(stage, create_enomem_unlisted)
{
	struct stage *stage = &self->stage;
	int home = ns_net_self(), away;
	struct tried tried;

	stage_get_to_know(stage, attempt_many);
	stage_begin(stage);
	away = ns_net_new();
	fault_choose_cache("radix_tree_node");
	fault_for_good("failslab", 0);
	tried.ret = attempt_many(stage);
	tried.came = fault_stop("failslab");
	EXPECT_EQ(-ENOMEM, tried.ret);
	EXPECT_TRUE(tried.came);
	EXPECT_EQ(0, vt_look_at_all(vt_at_rest));
	EXPECT_EQ(-ENOENT, vt_open(stage->other_name, VT_RECV));
	ns_net_enter(home);
	stage_look(stage, &tried.outcome);
	stage_compare(stage, attempt_many, &tried);
	stage_end(stage);
	close(away);
	close(home);
	stage_report(1, 1);
	EXPECT_TRUE(stage_close(stage));
}

TEST_HARNESS_MAIN
