// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel fails the 1st, the 2nd, the 3rd ... allocation or copy of user
 * memory in a call, until the call gets by without: each time there is an error
 * that says so, and nothing is lost, left over, or different from before; or the
 * call did all the same what it says it did. Here: files, channels, names, and
 * questions by ioctl; fault_nth_calls has the messages, fault_nth_region those that
 * move, and fault_nth_netlink the netlink family.
 *
 * For kernels with CONFIG_FAULT_INJECTION: make check-debug.
 */
#include "kselftest_harness.h"
#include "stage.h"

FIXTURE_STAGE();

static long attempt_open(struct stage *stage)
{
	stage->other_device = open("/dev/vbuf", O_RDWR | O_CLOEXEC);
	return stage->other_device < 0 ? -errno : 0;
}

static const char no_name[VBUF_NAME_SIZE];

static long attempt_create(struct stage *stage)
{
	return stage_create(stage, no_name, vt_attr(2, 64));
}

static long attempt_create_named(struct stage *stage)
{
	return stage_create(stage, stage->other_name, vt_attr(2, 64));
}

/* Blocks of pages, and a list of them that is longer than a page. */
static long attempt_create_large(struct stage *stage)
{
	return stage_create(stage, no_name, vt_attr(22, 100000));
}

static long attempt_bind_open(struct stage *stage)
{
	struct vbuf_open open = { .size = sizeof(open), .rights = VT_BOTH };

	memcpy(open.name, stage->name, sizeof(open.name));
	return vt_ioctl(stage->device, VBUF_IOC_OPEN, &open);
}

static long attempt_reopen(struct stage *stage)
{
	struct vbuf_reopen reopen = {
		.size = sizeof(reopen), .rights = VT_RECV, .fd = stage->rx };

	return vt_ioctl(stage->device, VBUF_IOC_REOPEN, &reopen);
}

static long attempt_unlink(struct stage *stage)
{
	struct vbuf_unlink unlink = { .size = sizeof(unlink) };

	memcpy(unlink.name, stage->name, sizeof(unlink.name));
	return vt_ioctl(stage->device, VBUF_IOC_UNLINK, &unlink);
}

static long attempt_getattr(struct stage *stage)
{
	struct vbuf_getattr attr = { .size = sizeof(attr) };
	long ret = vt_ioctl(stage->rx, VBUF_IOC_GETATTR, &attr);

	return ret || attr.id == stage->id ? ret : -EIO;
}

static long attempt_info(struct stage *stage)
{
	struct vbuf_info info = { .size = sizeof(info) };
	long ret = vt_ioctl(stage->device, VBUF_IOC_INFO, &info);

	return ret || info.max_vector == VBUF_MAX_VECTOR ? ret : -EIO;
}

static long attempt_poll(struct stage *stage)
{
	struct pollfd pollfd = { .fd = stage->rx, .events = POLLIN };
	int ret = poll(&pollfd, 1, 0);

	return ret < 0 ? -errno : ret;
}

static long attempt_async(struct stage *stage)
{
	return fcntl(stage->both, F_SETFL, O_RDWR | O_ASYNC) ? -errno : 0;
}

TEST_NTH(create, create_enomem, 3, 1)
TEST_NTH(create_named, create_enomem_named, 2, 1)
TEST_NTH(create_large, create_enomem_large, 3, 1)
TEST_NTH(bind_open, open_enomem, 1, 1)
TEST_NTH(reopen, reopen_enomem, 1, 1)

/* What fails here is the kernel's alone: it is to leave no trace with us. */
TEST_F(stage, file_open)
{
	EXPECT_LE(1, stage_try_best(&self->stage, attempt_open, 1, 0).enomem);
}

TEST_NTH(poll, poll, 0, 1)

/* Who failed to ask to be told of both is told of neither. */
TEST_F(stage, async)
{
	struct stage *stage = &self->stage;

	EXPECT_LE(2, stage_try_best(stage, attempt_async, 2, 0).enomem);
	EXPECT_TRUE(stage->whole.outcome.told_of_slot);
	EXPECT_TRUE(stage->whole.outcome.told_of_message);
	EXPECT_FALSE(stage->nothing.told_of_slot);
	EXPECT_FALSE(stage->nothing.told_of_message);
}

/* Accounts are made: the user's, and that of the namespace's owner. */
TEST_F(stage, create_enomem_account)
{
	self->stage.stranger = true;
	EXPECT_LE(5, stage_try_best(&self->stage, attempt_create, 5, 0).enomem);
}

TEST_F(stage, reopen_enomem_account)
{
	self->stage.stranger = true;
	EXPECT_LE(3, stage_try_best(&self->stage, attempt_reopen, 3, 0).enomem);
}

TEST_COPIES(unlink, unlink_efault, 1)
TEST_COPIES(getattr, getattr_efault, 2)
TEST_COPIES(info, info_efault, 2)

/* Whether a large channel can be created where all together have so many bytes. */
static bool fits(struct stage *stage, unsigned long bytes)
{
	long ret;

	stage->max_bytes = bytes;
	stage_begin(stage);
	ret = attempt_create_large(stage);
	stage_end(stage);
	return !ret;
}

static unsigned long bytes_needed(struct stage *stage)
{
	unsigned long low = 0, high = 1UL << 24, middle;

	if (!fits(stage, high))
		vt_die("a large channel does not fit");
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (fits(stage, middle))
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* The limit is for what it takes; it takes more where large blocks are not had. */
TEST_F(stage, create_edquot_scattered)
{
	struct stage *stage = &self->stage;

	stage->max_bytes = bytes_needed(stage);
	stage->may_fail = EDQUOT;
	EXPECT_LT(0, stage_try_all(stage, attempt_create_large).other);
}

TEST_HARNESS_MAIN
