// SPDX-License-Identifier: LGPL-2.1-or-later
/* Makes lists of answers, and knows what to do about one that changes meanwhile. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

/* Where things come and go without a pause, no list would ever be of one piece. */
#define TRIES 8

/* Those told so far. */
struct taken {
	const struct vbuf_list_kind *kind;
	void *first, *last;
};

/* The pointers are of as many types as there are kinds of items. */
static void *next_of(const void *item)
{
	void *next;

	memcpy(&next, item, sizeof(next));
	return next;
}

static void append(struct taken *taken, void *item)
{
	if (taken->last)
		memcpy(taken->last, &item, sizeof(item));
	else
		taken->first = item;
	taken->last = item;
}

static int take(const struct vbuf_netlink_answer *answer, void *data)
{
	struct taken *taken = data;
	const struct vbuf_list_kind *kind = taken->kind;
	void *item = calloc(1, kind->size);

	if (!item)
		return -1;
	if (kind->blank)
		memcpy(item, kind->blank, kind->size);
	append(taken, item);
	if (vbuf_netlink_read(answer, kind->fields, kind->count, item))
		return -1;
	return kind->take_nests ? kind->take_nests(answer, item) : 0;
}

static void forget(struct taken *taken)
{
	vbuf_list_free(taken->first);
	taken->first = NULL;
	taken->last = NULL;
}

/**
 * vbuf_list_get - have one item told
 * @ctl: the handle
 * @command: what tells it; @take and @data are not looked at
 * @kind: what the item is
 * @first: out: a list of one
 *
 * Return: 0, or -1 and errno; %EPROTO also if nothing was told.
 */
int vbuf_list_get(struct vbuf_ctl *ctl,
		  const struct vbuf_netlink_command *command,
		  const struct vbuf_list_kind *kind, void **first)
{
	struct vbuf_netlink_command taking = *command;
	struct taken taken = { .kind = kind };

	taking.take = take;
	taking.data = &taken;
	if (!vbuf_netlink_do(ctl, &taking)) {
		if (taken.first) {
			*first = taken.first;
			return 0;
		}
		errno = EPROTO;
	}
	forget(&taken);
	return -1;
}

/**
 * vbuf_list_dump - have a list told, of one piece if possible
 * @ctl: the handle
 * @command: what tells it; @dump, @take and @data are not looked at
 * @kind: what its items are
 * @first: out: the list; NULL if nothing is there
 *
 * If each list was interrupted, what the last one told stays. It is good for
 * most that is done with lists: of all that was there the whole time, nothing is
 * missing and nothing is there twice.
 *
 * Return: 0, or -1 and errno.
 */
int vbuf_list_dump(struct vbuf_ctl *ctl,
		   const struct vbuf_netlink_command *command,
		   const struct vbuf_list_kind *kind, void **first)
{
	struct vbuf_netlink_command taking = *command;
	struct taken taken = { .kind = kind };
	int interrupted;
	int tries = 0;

	taking.dump = true;
	taking.take = take;
	taking.data = &taken;
	do {
		forget(&taken);
		interrupted = vbuf_netlink_do(ctl, &taking);
	} while (interrupted > 0 && ++tries < TRIES);
	if (interrupted < 0) {
		forget(&taken);
		return -1;
	}
	*first = taken.first;
	return 0;
}

/* Does not change errno. */
void vbuf_list_free(void *first)
{
	void *next;

	for (; first; first = next) {
		next = next_of(first);
		free(first);
	}
}
