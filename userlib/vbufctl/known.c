// SPDX-License-Identifier: GPL-2.0-only
/* The channels that whoever reads a monitor's lines knows of. */
#include "known.h"

#include "array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where the channel of that id is, or would be. */
static size_t find_place(const struct known *known, uint64_t id)
{
	size_t low = 0, high = known->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (known->channels[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct known_channel *find(const struct known *known, uint64_t id)
{
	size_t place = find_place(known, id);

	if (place == known->count || known->channels[place]->id != id)
		return NULL;
	return known->channels[place];
}

static int make_room(struct known *known)
{
	struct known_channel **channels;

	channels = array_extend(known->channels, known->count,
				sizeof(*channels));
	if (!channels)
		return -1;
	known->channels = channels;
	return 0;
}

/* @name has VBUF_NAME_SIZE bytes. Return: the channel, or NULL and ENOMEM. */
static struct known_channel *add(struct known *known, uint64_t id,
				 const char *name)
{
	size_t place = find_place(known, id);
	struct known_channel *channel = calloc(1, sizeof(*channel));

	if (!channel || make_room(known)) {
		free(channel);
		errno = ENOMEM;
		return NULL;
	}
	channel->id = id;
	memcpy(channel->name, name, sizeof(channel->name));
	memmove(known->channels + place + 1, known->channels + place,
		(known->count - place) * sizeof(*known->channels));
	known->channels[place] = channel;
	known->count++;
	return channel;
}

static void remove_channel(struct known *known, uint64_t id)
{
	size_t place = find_place(known, id);

	free(known->channels[place]);
	known->count--;
	memmove(known->channels + place, known->channels + place + 1,
		(known->count - place) * sizeof(*known->channels));
}

static int add_listed(struct known *known,
		      const struct vbuf_ctl_channel *listed)
{
	struct known_channel *channel = add(known, listed->id, listed->name);

	if (!channel)
		return -1;
	channel->unlinked = listed->state & VBUF_STATE_UNLINKED;
	return 0;
}

/**
 * known_init - begin with what is there
 * @known: the channels
 * @channels: a list, of which those that are hidden do not count
 *
 * Return: 0, or -1 and ENOMEM; to be undone either way.
 */
int known_init(struct known *known, const struct vbuf_ctl_channel *channels)
{
	*known = (struct known){ .count = 0 };
	for (; channels; channels = channels->next)
		if (!channels->hidden && add_listed(known, channels))
			return -1;
	return 0;
}

void known_deinit(struct known *known)
{
	for (size_t i = 0; i < known->count; i++)
		free(known->channels[i]);
	free(known->channels);
}

/* Whether the event changes something; one of before a look may not. */
static bool note(struct known *known, struct known_channel *channel,
		 uint32_t kind)
{
	bool news = !known->looked_again;

	switch (kind) {
	case VBUF_EVENT_CREATED:
		return news;
	case VBUF_EVENT_UNLINKED:
		news |= !channel->unlinked;
		channel->unlinked = true;
		return news;
	case VBUF_EVENT_REMOVED:
		remove_channel(known, channel->id);
		return true;
	case VBUF_EVENT_STALLED:
		channel->stalled = true;
		return true;
	case VBUF_EVENT_FLOWS:
		news |= channel->stalled;
		channel->stalled = false;
		return news;
	}
	return true;
}

/**
 * known_apply - let an event count
 * @known: the channels
 * @event: the event
 * @unlinked: out: its channel goes by its id alone
 *
 * Return: 1 if it is to be told, 0 if a look has told it, or the channel's end; -1
 * and ENOMEM.
 */
int known_apply(struct known *known, const struct vbuf_ctl_event *event,
		bool *unlinked)
{
	struct known_channel *channel = find(known, event->channel);

	*unlinked = channel && channel->unlinked &&
		    event->kind != VBUF_EVENT_UNLINKED;
	if (channel)
		return note(known, channel, event->kind);
	if (event->kind == VBUF_EVENT_CREATED)
		return add(known, event->channel, event->name) ? 1 : -1;
	return !event->channel || !known->looked_again;
}

/* Where the comparison of what was known and what is there stands. */
struct look {
	struct known *known;
	size_t place;
	known_tell *tell;
	void *data;
};

static void tell(const struct look *look, uint32_t kind,
		 const struct known_channel *channel)
{
	struct vbuf_ctl_event event = { .kind = kind, .channel = channel->id };

	memcpy(event.name, channel->name, sizeof(event.name));
	look->tell(&event, channel->unlinked, look->data);
}

/* Those before that id have gone: all that are there come in order. */
static void remove_until(struct look *look, uint64_t id)
{
	struct known *known = look->known;
	const struct known_channel *channel;

	while (look->place < known->count) {
		channel = known->channels[look->place];
		if (channel->id >= id)
			return;
		tell(look, VBUF_EVENT_REMOVED, channel);
		remove_channel(known, channel->id);
	}
}

static int compare(struct look *look, const struct vbuf_ctl_channel *listed)
{
	struct known_channel *channel;

	remove_until(look, listed->id);
	channel = find(look->known, listed->id);
	if (!channel) {
		channel = add(look->known, listed->id, listed->name);
		if (!channel)
			return -1;
		tell(look, VBUF_EVENT_CREATED, channel);
	}
	look->place++;
	if (!channel->unlinked && listed->state & VBUF_STATE_UNLINKED) {
		tell(look, VBUF_EVENT_UNLINKED, channel);
		channel->unlinked = true;
	}
	/* Whether one that was not stalled is by now, a look does not tell. */
	if (channel->stalled && !listed->blocked_senders) {
		tell(look, VBUF_EVENT_FLOWS, channel);
		channel->stalled = false;
	}
	return 0;
}

/**
 * known_look_again - tell what happened by what is there
 * @known: the channels
 * @channels: the list of all, in order of their ids
 * @tell: is told of each difference; such an event has a kind and a channel
 * @data: passed to @tell
 *
 * Return: 0, or -1 and ENOMEM.
 */
int known_look_again(struct known *known,
		     const struct vbuf_ctl_channel *channels, known_tell *tell,
		     void *data)
{
	struct look look = { .known = known, .tell = tell, .data = data };

	known->looked_again = true;
	for (; channels; channels = channels->next)
		if (!channels->hidden && compare(&look, channels))
			return -1;
	remove_until(&look, UINT64_MAX);
	return 0;
}
