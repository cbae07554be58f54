/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes Prometheus' text format, version 0.0.4: families of samples, each after
 * a line that tells what they are and one that tells their type.
 *
 * Values of labels may have any bytes but NUL; what is to be escaped is.
 */
#ifndef VBUFCTL_EXPOSITION_H
#define VBUFCTL_EXPOSITION_H

#include <stdint.h>
#include <stdio.h>

/**
 * struct family - what its samples share
 * @name: of the metric
 * @type: "counter" or "gauge"
 * @help: what it is, on one line, without a backslash
 */
struct family {
	const char *name;
	const char *type;
	const char *help;
};

void exposition_family(FILE *out, const struct family *family);

/**
 * struct label - what tells a sample from others of its family
 * @name: of the label
 * @value: NULL for a label that this sample does not have
 */
struct label {
	const char *name;
	const char *value;
};

/* A sample; its labels end with one that has no name. */
void exposition_number(FILE *out, const struct family *family,
		       const struct label *labels, uint64_t value);
void exposition_real(FILE *out, const struct family *family,
		     const struct label *labels, double value);

/* "+Inf" where an amount is unlimited. */
void exposition_infinite(FILE *out, const struct family *family,
			 const struct label *labels);

#endif /* VBUFCTL_EXPOSITION_H */
