/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What standard output can do if it is a terminal: show colours, and have a
 * picture at its top that is drawn again and again.
 */
#ifndef VBUFCTL_TERMINAL_H
#define VBUFCTL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#define TERMINAL_BOLD "\033[1m"
#define TERMINAL_RED "\033[31m"
#define TERMINAL_PLAIN "\033[0m"

/* Begins a line of a picture: what stood there before goes. */
#define TERMINAL_CLEAR_LINE "\033[K"

/**
 * struct terminal_size - how much it shows
 * @lines: of text
 * @columns: of each
 */
struct terminal_size {
	size_t lines, columns;
};

bool terminal_redraws(void);
bool terminal_colours(void);
struct terminal_size terminal_get_size(void);

/* In red if it is @trouble, where there are colours. */
void terminal_print(const char *text, bool trouble);

void terminal_begin_picture(void);
void terminal_end_picture(void);

#endif /* VBUFCTL_TERMINAL_H */
