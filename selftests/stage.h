/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A channel and files that calls are tried on, and what comes of each call when
 * something in it fails: lib/stage.c. Any trouble ends the test.
 *
 * An error must leave everything as if there had been no call; who says that it
 * did something must have done it, or as much of it as it says.
 */
#ifndef _VBUF_STAGE_H
#define _VBUF_STAGE_H

#include "fault.h"
#include "param.h"

#define STAGE_SLOTS	6
/* Vectors copy up to 64 bytes word by word, and no fault is injected there. */
#define STAGE_LEN	100
#define STAGE_ENDS	8
/* So often all of a call's faults are tried, at the least and at the most. */
#define STAGE_ROUNDS_LEAST	2
#define STAGE_ROUNDS		4

struct stage;

/* What is tried; a call's result, or -errno. */
typedef long (*attempt)(struct stage *stage);

/* All that shows, with the ids taken out, so that two of them can be compared. */
struct outcome {
	struct vt_channel channel;
	struct vt_endpoint ends[STAGE_ENDS];
	long count;
	char taken[STAGE_SLOTS + 2];	/* the first byte of each message */
	long put;
	bool told_of_slot;
	bool told_of_message;
	/* The files: results of calls on them. */
	long becomes, other_becomes;
	struct vt_channel made;
	long sends, receives, receives_more;
};

struct tried {
	long ret;
	bool came;		/* the fault */
	struct outcome outcome;
};

/* Made anew for every call; what is first is for the tests to set. */
struct stage {
	bool full;		/* no slot is free */
	bool drops;		/* a call may fail after it dropped a message */
	bool stranger;		/* the call is that of a user who has nothing yet */
	unsigned int count;	/* messages of a vector */
	unsigned long max_bytes;	/* of all channels, if not 0 */
	int may_fail;		/* an errno beside EFAULT and ENOMEM, or 0 */
	unsigned int slot_size;	/* STAGE_LEN if 0 */
	/* If not NULL: before each call, and after what came of it was looked at. */
	void (*prepare)(struct stage *stage);
	void (*tidy)(struct stage *stage);

	char name[VBUF_NAME_SIZE];
	char other_name[VBUF_NAME_SIZE];
	int fail_nth;
	int device;		/* not an endpoint yet */
	int other_device;	/* what open() gave, or -1 */
	int rx;
	int tx;
	int both;		/* whose owner is told by SIGIO, if it asks */
	__u64 id;
	__u64 held;
	struct params usual;
	unsigned long room;
	unsigned long charged;
	struct tried *tried;	/* shared with children */
	attempt known;		/* of which it is known what it does, and */
	struct outcome nothing;	/* what there is without it */
	struct tried whole;
};

/* What came of all the faults that there are in a call. */
struct faults {
	unsigned int came;
	unsigned int errors;
	unsigned int enomem;
	unsigned int efault;
	unsigned int other;	/* errors of the kind that may_fail says */
	unsigned int partial;	/* it did less than it does without */
};

void stage_get_to_know(struct stage *stage, attempt what);
bool stage_open(struct stage *stage);
bool stage_close(struct stage *stage);
void stage_begin(struct stage *stage);
void stage_end(struct stage *stage);
long stage_create(struct stage *stage, const char *name, struct vbuf_attr attr);
bool stage_whole(const char *bytes, char byte);
void stage_look(struct stage *stage, struct outcome *outcome);
void stage_compare(struct stage *stage, attempt what, const struct tried *tried);
struct tried stage_try(struct stage *stage, unsigned int nth, attempt what);
struct faults stage_try_all(struct stage *stage, attempt what);
struct faults stage_try_best(struct stage *stage, attempt what,
			     unsigned int enomem, unsigned int efault);
void stage_report(unsigned int operations, unsigned int faults);

/* The fixture `stage', of a struct stage of that name; @first is done before it opens. */
#define FIXTURE_STAGE(first)					\
FIXTURE(stage) {						\
	struct stage stage;					\
};								\
								\
FIXTURE_SETUP(stage)						\
{								\
	first;							\
	if (!stage_open(&self->stage))				\
		SKIP(, "this kernel cannot inject faults; make check-debug has one that can"); \
}								\
								\
FIXTURE_TEARDOWN(stage)						\
{								\
	EXPECT_TRUE(stage_close(&self->stage));			\
}								\
								\
struct stage

/* Tests of what attempt_@what does, in that fixture. */

/* Each of the @allocations, or more, fails with ENOMEM, and each copy with EFAULT. */
#define TEST_NTH(what, name, allocations, copies)		\
TEST_F(stage, name)						\
{								\
	struct faults faults = stage_try_best(&self->stage, attempt_##what, \
					      allocations, copies);	\
								\
	EXPECT_LE(allocations, faults.enomem);			\
	EXPECT_EQ(copies, faults.efault);			\
}

/* Nothing is allocated: each of the @copies fails with EFAULT, or ends a vector. */
#define TEST_COPIES(what, name, copies)				\
TEST_F(stage, name)						\
{								\
	struct faults faults = stage_try_all(&self->stage, attempt_##what); \
								\
	EXPECT_EQ(copies, faults.came);				\
	EXPECT_EQ(faults.came, faults.efault + faults.partial);	\
}

#endif /* _VBUF_STAGE_H */
