// SPDX-License-Identifier: GPL-2.0
/* A thread that is to be cancelled is not, within the library. */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

#include <vbuf.h>

#include "fake_device.h"
#include "tap.h"

static const struct vbuf_attr attr = { .slots = 2, .slot_size = 64 };
static bool came_back;

/* What the library guards against: these two are cancellation points. */
static void *closes(void *done)
{
	pthread_cancel(pthread_self());
	close(open("/dev/null", O_RDONLY | O_CLOEXEC));
	return done;
}

static void *pairs(void *done)
{
	static int fds[2];

	pthread_cancel(pthread_self());
	came_back = vbuf_pair(fds, &attr, 0) == 0;
	return done;
}

static void *fails(void *done)
{
	pthread_cancel(pthread_self());
	came_back = vbuf_open("jobs", O_RDWR) == -1 && errno == EACCES;
	return done;
}

/* What the thread returned: a pointer to came_back, unless cancelled. */
static void *outcome(void *(*run)(void *))
{
	pthread_t thread;
	void *result = NULL;

	came_back = false;
	if (!EXPECT(pthread_create(&thread, NULL, run, &came_back) == 0))
		return NULL;
	pthread_join(thread, &result);
	return result;
}

static void control(void)
{
	fake_reset();
	EXPECT(outcome(closes) == PTHREAD_CANCELED);
}

static void not_in_pair(void)
{
	int before = fake_open_descriptors();

	fake_reset();
	EXPECT(outcome(pairs) == &came_back && came_back);
	EXPECT(fake_ioctl_count == 3);
	EXPECT(fake_open_descriptors() == before + 2);
}

static void not_in_failure(void)
{
	int before = fake_open_descriptors();

	fake_reset();
	fake_ioctl_fails(0, EACCES);
	EXPECT(outcome(fails) == &came_back && came_back);
	EXPECT(fake_open_descriptors() == before);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a thread with a request pending ends in open()", control },
		{ "but not in vbuf_pair()", not_in_pair },
		{ "nor in a vbuf_open() that fails", not_in_failure },
	};

	return TAP_RUN(cases);
}
