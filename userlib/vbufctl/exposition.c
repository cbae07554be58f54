// SPDX-License-Identifier: GPL-2.0-only
/* Writes Prometheus' text format, version 0.0.4. */
#include "exposition.h"

#include <inttypes.h>

void exposition_family(FILE *out, const struct family *family)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help,
		family->name, family->type);
}

/* What would end the value, or its line, is escaped. */
static void write_value(FILE *out, const char *value)
{
	fputc('"', out);
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*value == '"' || *value == '\\')
			fputc('\\', out);
		fputc(*value, out);
	}
	fputc('"', out);
}

static void begin_sample(FILE *out, const struct family *family,
			 const struct label *label)
{
	char before = '{';

	fputs(family->name, out);
	for (; label->name; label++) {
		if (!label->value)
			continue;
		fprintf(out, "%c%s=", before, label->name);
		write_value(out, label->value);
		before = ',';
	}
	fputs(before == '{' ? " " : "} ", out);
}

void exposition_number(FILE *out, const struct family *family,
		       const struct label *labels, uint64_t value)
{
	begin_sample(out, family, labels);
	fprintf(out, "%" PRIu64 "\n", value);
}

void exposition_real(FILE *out, const struct family *family,
		     const struct label *labels, double value)
{
	begin_sample(out, family, labels);
	fprintf(out, "%.9g\n", value);
}

void exposition_infinite(FILE *out, const struct family *family,
			 const struct label *labels)
{
	begin_sample(out, family, labels);
	fputs("+Inf\n", out);
}
