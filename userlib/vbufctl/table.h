/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of aligned columns on standard output. The first column is aligned
 * left, the others right, but for those whose title begins with '<', which is
 * not printed. On a terminal the titles are bold, and what is marked is red.
 */
#ifndef VBUFCTL_TABLE_H
#define VBUFCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS 16

struct table_cell {
	char *text;
	bool marked;
};

struct table {
	const char *const *titles;
	size_t columns;		/* at most TABLE_COLUMNS */
	size_t widths[TABLE_COLUMNS];
	struct table_cell *cells;	/* row by row, without the titles */
	size_t count;		/* of cells */
	bool failed;		/* memory was short */
};

void table_init(struct table *table, const char *const *titles, size_t columns);
void table_cell(struct table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void table_mark(struct table *table, bool trouble);
int table_print(const struct table *table);
int table_draw(const struct table *table);
void table_deinit(struct table *table);

#endif /* VBUFCTL_TABLE_H */
