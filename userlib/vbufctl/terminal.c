// SPDX-License-Identifier: GPL-2.0-only
/* What standard output can do if it is a terminal. */
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Whether it is one that heeds what makes its cursor move. */
bool terminal_redraws(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb");
}

bool terminal_colours(void)
{
	const char *no_color = getenv("NO_COLOR");

	return (!no_color || !*no_color) && terminal_redraws();
}

void terminal_print(const char *text, bool trouble)
{
	bool red = trouble && terminal_colours();

	printf("%s%s%s", red ? TERMINAL_RED : "", text,
	       red ? TERMINAL_PLAIN : "");
}

/* A serial line does not know: then as much as each terminal has. */
struct terminal_size terminal_get_size(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row ||
	    !size.ws_col)
		return (struct terminal_size){ .lines = 24, .columns = 80 };
	return (struct terminal_size){ size.ws_row, size.ws_col };
}

/* What the terminal shows before the first is pushed up, not overwritten. */
static void push_up(void)
{
	static bool pushed;

	if (!pushed)
		for (size_t i = terminal_get_size().lines; i; i--)
			putchar('\n');
	pushed = true;
}

void terminal_begin_picture(void)
{
	push_up();
	fputs("\033[H", stdout);
}

/* What stands below goes, and the cursor waits there. */
void terminal_end_picture(void)
{
	fputs("\033[J", stdout);
}
