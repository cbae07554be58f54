// SPDX-License-Identifier: GPL-2.0
/*
 * A camera and two consumers of its frames, of which no byte is copied.
 *
 * The camera renders each frame into a slot that it reserved. When it commits,
 * the frame's pages go out of its page tables, and then into those of the
 * consumer that acquires it, read-only. So a consumer can look at a frame as
 * long as it likes, and nobody can alter it meanwhile.
 *
 *	cc camera.c $(pkg-config --cflags --libs libvbuf)
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vbuf.h>

#define CONSUMERS 2
#define FRAMES 60
#define PIXELS (1 << 17)

struct frame {
	uint64_t number;
	uint64_t pixels[PIXELS - 1];
};

/* What a consumer has seen; the bits say which frames. */
struct report {
	int consumer;
	int frames;
	uint64_t seen;
};

static uint64_t pixel(uint64_t number, uint64_t i)
{
	return number << 32 ^ i * 0x9e3779b97f4a7c15;
}

static void render(struct frame *frame, uint64_t number)
{
	frame->number = number;
	for (uint64_t i = 0; i < PIXELS - 1; i++)
		frame->pixels[i] = pixel(number, i);
}

static void check(const struct frame *frame, size_t size)
{
	if (size != sizeof(*frame) || frame->number >= FRAMES)
		errx(1, "that is no frame: %zu bytes", size);
	for (uint64_t i = 0; i < PIXELS - 1; i++)
		if (frame->pixels[i] != pixel(frame->number, i))
			errx(1, "frame %ju: pixel %ju is wrong",
			     (uintmax_t)frame->number, (uintmax_t)i);
}

static void watch(int frames, struct report *report)
{
	const void *frame = NULL;
	size_t size;

	for (;;) {
		if (!frame)
			frame = vbuf_acquire(frames, &size, 0, NULL);
		if (!frame)
			break;
		check(frame, size);
		report->frames++;
		report->seen |= UINT64_C(1) << ((const struct frame *)frame)->number;
		/* One system call: this frame goes, and the next comes. */
		if (vbuf_release_next(frames, &frame, &size, 0, NULL) < 0)
			err(1, "vbuf_release_next");
	}
	if (errno != EPIPE)	/* which says that the camera has gone */
		err(1, "vbuf_acquire");
}

/*
 * A region is one endpoint's, and one process's. So each consumer reopens the
 * channel, and has an endpoint of its own.
 */
static void consumer(int number, const int fds[2], int reports)
{
	struct report report = { .consumer = number };
	int frames = vbuf_reopen(fds[0], O_RDONLY);

	if (frames < 0)
		err(1, "vbuf_reopen");
	close(fds[0]);
	close(fds[1]);		/* or the consumer would be a camera too */
	watch(frames, &report);
	if (vbuf_send(reports, &report, sizeof(report), 0) < 0)
		err(1, "vbuf_send");
	exit(0);
}

static void film(int frames)
{
	const size_t size = sizeof(struct frame);
	void *frame = NULL;

	for (uint64_t number = 0; number < FRAMES; number++) {
		if (!frame)
			frame = vbuf_reserve(frames, size, 0, NULL);
		if (!frame)
			err(1, "vbuf_reserve");
		render(frame, number);
		/* One system call: this frame goes, and room for another comes. */
		if (vbuf_commit_next(frames, &frame, size, size, 0, NULL) < 0)
			err(1, "vbuf_commit_next");
	}
	close(frames);		/* what is still reserved goes with it */
}

/* Tells what each consumer saw, and whether each frame came just once. */
static int add_up(const struct report *reports)
{
	uint64_t seen = 0;
	int frames = 0;

	for (int i = 0; i < CONSUMERS; i++) {
		printf("consumer %d: %d frames of %zu bytes, every pixel as it was rendered\n",
		       i + 1, reports[i].frames, sizeof(struct frame));
		frames += reports[i].frames;
		seen |= reports[i].seen;
	}
	printf("%d of %d frames came, %d of them different\n", frames, FRAMES,
	       __builtin_popcountll(seen));
	return frames == FRAMES && __builtin_popcountll(seen) == FRAMES;
}

static int collect(int fd)
{
	struct report reports[CONSUMERS], report;

	for (int i = 0; i < CONSUMERS; i++) {
		if (vbuf_recv(fd, &report, sizeof(report), 0) < 0)
			err(1, "vbuf_recv");
		reports[report.consumer - 1] = report;
	}
	return add_up(reports);
}

int main(void)
{
	struct vbuf_attr frames_attr = { .slots = 4,
					 .slot_size = sizeof(struct frame) };
	struct vbuf_attr reports_attr = { .slots = CONSUMERS,
					  .slot_size = sizeof(struct report) };
	int frames[2], reports[2], good, status;

	if (vbuf_pair(frames, &frames_attr, 0) < 0 ||
	    vbuf_pair(reports, &reports_attr, 0) < 0)
		err(1, "vbuf_pair");
	for (int i = 1; i <= CONSUMERS; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0)
			consumer(i, frames, reports[1]);
	}
	close(frames[0]);	/* without a consumer, vbuf_reserve() fails */
	film(frames[1]);
	close(reports[1]);	/* and so does vbuf_recv() */
	good = collect(reports[0]);
	while (wait(&status) > 0)
		good &= status == 0;
	return !good;
}
