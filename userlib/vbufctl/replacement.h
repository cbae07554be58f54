/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that takes another's place as a whole: who reads it sees the old one or
 * the new one, never half of it.
 */
#ifndef VBUFCTL_REPLACEMENT_H
#define VBUFCTL_REPLACEMENT_H

#include <stdio.h>

/**
 * struct replacement - one that is being written
 * @path: whose place it takes
 * @temporary: where it is meanwhile, in the same folder
 * @out: to be written to
 */
struct replacement {
	const char *path;
	char *temporary;
	FILE *out;
};

/* Each returns 0, or -1 after telling why; the old file is there still then. */
int replacement_begin(struct replacement *replacement, const char *path);
int replacement_finish(struct replacement *replacement);

/* Ends one that was begun and is not to be finished. */
void replacement_abandon(struct replacement *replacement);

#endif /* VBUFCTL_REPLACEMENT_H */
