// SPDX-License-Identifier: GPL-2.0-only
/* A table of aligned columns on standard output. */
#include "table.h"

#include "array.h"
#include "terminal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
		free(table->cells[i].text);
	free(table->cells);
}

static bool make_room(struct table *table)
{
	struct table_cell *cells;

	cells = array_extend(table->cells, table->count, sizeof(*cells));
	if (!cells)
		return false;
	table->cells = cells;
	return true;
}

static void widen(struct table *table, size_t length)
{
	size_t *width = &table->widths[table->count % table->columns];

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
	table->cells[table->count++] = (struct table_cell){ .text = text };
}

/* Of the cell that was added last: whether it tells of trouble. */
void table_mark(struct table *table, bool trouble)
{
	if (table->count)
		table->cells[table->count - 1].marked = trouble;
}

/* A line that is being printed. */
struct line {
	size_t left;		/* columns, for what still fits */
	bool coloured;
};

static void put_spaces(struct line *line, size_t count)
{
	if (count > line->left)
		count = line->left;
	line->left -= count;
	printf("%*s", (int)count, "");
}

static void put_text(struct line *line, const char *text, bool marked)
{
	size_t length = strnlen(text, line->left);
	bool coloured = marked && line->coloured;

	line->left -= length;
	printf("%s%.*s%s", coloured ? TERMINAL_RED : "", (int)length, text,
	       coloured ? TERMINAL_PLAIN : "");
}

static void put_cell(struct line *line, const struct table *table,
		     size_t column, const char *text, bool marked)
{
	size_t blank = table->widths[column] - strlen(text);
	bool left = aligned_left(table, column);

	put_spaces(line, (column ? 2 : 0) + (left ? 0 : blank));
	put_text(line, text, marked);
	/* no spaces at the end of a line */
	if (left && column + 1 < table->columns)
		put_spaces(line, blank);
}

/* What the lines are printed on. */
struct paper {
	size_t columns;
	const char *begin;	/* of a line */
	bool coloured;
};

static void print_titles(const struct table *table, const struct paper *paper)
{
	struct line line = { .left = paper->columns };

	printf("%s%s", paper->begin, paper->coloured ? TERMINAL_BOLD : "");
	for (size_t i = 0; i < table->columns; i++)
		put_cell(&line, table, i, title(table, i), false);
	puts(paper->coloured ? TERMINAL_PLAIN : "");
}

static void print_row(const struct table *table, size_t row,
		      const struct paper *paper)
{
	const struct table_cell *cells = &table->cells[row * table->columns];
	struct line line = {
		.left = paper->columns,
		.coloured = paper->coloured,
	};

	fputs(paper->begin, stdout);
	for (size_t i = 0; i < table->columns; i++)
		put_cell(&line, table, i, cells[i].text, cells[i].marked);
	putchar('\n');
}

static void print_rows(const struct table *table, size_t rows,
		       const struct paper *paper)
{
	print_titles(table, paper);
	for (size_t i = 0; i < rows; i++)
		print_row(table, i, paper);
}

static int check_cells(const struct table *table)
{
	if (!table->failed)
		return 0;
	errno = ENOMEM;
	return -1;
}

/* Return: 0, or -1 and ENOMEM if cells are missing, with nothing printed. */
int table_print(const struct table *table)
{
	struct paper paper = {
		.columns = SIZE_MAX,
		.begin = "",
		.coloured = terminal_colours(),
	};

	if (check_cells(table))
		return -1;
	print_rows(table, table->count / table->columns, &paper);
	return 0;
}

/*
 * The same as a picture, as much as fits. The screen's last line is for the
 * cursor: a line that ended there would move the others.
 */
int table_draw(const struct table *table)
{
	struct terminal_size size = terminal_get_size();
	struct paper paper = {
		.columns = size.columns,
		.begin = TERMINAL_CLEAR_LINE,
		.coloured = terminal_colours(),
	};
	size_t rows = table->count / table->columns;
	size_t room = size.lines > 2 ? size.lines - 2 : 0;
	size_t shown = rows <= room ? rows : room ? room - 1 : 0;

	if (check_cells(table))
		return -1;
	terminal_begin_picture();
	print_rows(table, shown, &paper);
	if (shown < rows && room)
		printf("%sand %zu more\n", paper.begin, rows - shown);
	terminal_end_picture();
	return 0;
}
