/* SPDX-License-Identifier: GPL-2.0-only */
/* What show says of the threads that use a channel. */
#ifndef VBUFCTL_THREADS_H
#define VBUFCTL_THREADS_H

#include <vbuf-ctl.h>

/**
 * struct threads - accounts of threads, and of which channel's use
 * @all: whatever they use
 * @channel: the channel's id
 * @endpoints: the channel's
 */
struct threads {
	const struct vbuf_ctl_thread *all;
	uint64_t channel;
	const struct vbuf_ctl_endpoint *endpoints;
};

/* The first thread that uses the channel; the next one; NULL if there is none. */
const struct vbuf_ctl_thread *threads_first(const struct threads *threads);
const struct vbuf_ctl_thread *threads_next(const struct threads *threads,
					   const struct vbuf_ctl_thread *thread);

int threads_print(const struct threads *threads);
void threads_json(const char *key, const struct threads *threads);

#endif /* VBUFCTL_THREADS_H */
