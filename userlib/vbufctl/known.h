/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The channels that whoever reads a monitor's lines knows of, so that what was lost
 * can be made up for by looking again, and nothing is told twice.
 */
#ifndef VBUFCTL_KNOWN_H
#define VBUFCTL_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vbuf-ctl.h>

/**
 * struct known_channel - what is known of a channel
 * @id: the channel's
 * @name: as created, or ""
 * @unlinked: it has lost its name
 * @stalled: it was told to be
 */
struct known_channel {
	uint64_t id;
	char name[VBUF_NAME_SIZE];
	bool unlinked;
	bool stalled;
};

/**
 * struct known - the channels, sorted by id
 * @channels: each allocated
 * @count: how many
 * @looked_again: an event may be of before a look that has told it
 */
struct known {
	struct known_channel **channels;
	size_t count;
	bool looked_again;
};

/* Is told what looking again has found out. */
typedef void known_tell(const struct vbuf_ctl_event *event, bool unlinked,
			void *data);

int known_init(struct known *known, const struct vbuf_ctl_channel *channels);
void known_deinit(struct known *known);
int known_apply(struct known *known, const struct vbuf_ctl_event *event,
		bool *unlinked);
int known_look_again(struct known *known,
		     const struct vbuf_ctl_channel *channels, known_tell *tell,
		     void *data);

#endif /* VBUFCTL_KNOWN_H */
