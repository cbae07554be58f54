// SPDX-License-Identifier: GPL-2.0-only
/* A table of aligned columns on standard output. */
#include "table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The title of a column that is aligned left begins with '<'. */
static const char *title(const struct table *table, size_t column)
{
	return table->titles[column] + (table->titles[column][0] == '<');
}

static bool aligned_left(const struct table *table, size_t column)
{
	return !column || table->titles[column][0] == '<';
}

void table_init(struct table *table, const char *const *titles, size_t columns)
{
	*table = (struct table){ .titles = titles, .columns = columns };
	for (size_t i = 0; i < columns; i++)
		table->widths[i] = strlen(title(table, i));
}

void table_deinit(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
}

static bool make_room(struct table *table)
{
	size_t room = table->room ? 2 * table->room : 64;
	char **cells;

	if (table->count < table->room)
		return true;
	cells = reallocarray(table->cells, room, sizeof(*cells));
	if (!cells)
		return false;
	table->cells = cells;
	table->room = room;
	return true;
}

static void widen(struct table *table, int length)
{
	int *width = &table->widths[table->count % table->columns];

	if (length > *width)
		*width = length;
}

/* Adds the next cell, of the row that is not full yet or of a new one. */
void table_cell(struct table *table, const char *format, ...)
{
	char *text;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		table->failed = true;
		return;
	}
	if (!make_room(table)) {
		free(text);
		table->failed = true;
		return;
	}
	widen(table, length);
	table->cells[table->count++] = text;
}

static void print_cell(const struct table *table, size_t column,
		       const char *text)
{
	bool left = aligned_left(table, column);
	int width = table->widths[column];

	if (column)
		fputs("  ", stdout);
	if (!left)
		printf("%*s", width, text);
	else if (column + 1 < table->columns)
		printf("%-*s", width, text);
	else	/* no spaces at the end of a line */
		fputs(text, stdout);
}

static bool colour_wanted(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (!no_color || !*no_color) && term &&
	       strcmp(term, "dumb");
}

static void print_titles(const struct table *table)
{
	bool bold = colour_wanted();

	if (bold)
		fputs("\033[1m", stdout);
	for (size_t i = 0; i < table->columns; i++)
		print_cell(table, i, title(table, i));
	puts(bold ? "\033[0m" : "");
}

/* Return: 0, or -1 and ENOMEM if cells are missing, with nothing printed. */
int table_print(const struct table *table)
{
	if (table->failed) {
		errno = ENOMEM;
		return -1;
	}
	print_titles(table);
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;

		print_cell(table, column, table->cells[i]);
		if (column + 1 == table->columns)
			putchar('\n');
	}
	return 0;
}
