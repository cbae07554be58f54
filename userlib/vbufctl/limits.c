// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl limits: tells who may have how much, and sets that. */
#include "json.h"
#include "limit.h"
#include "list.h"
#include "number.h"
#include "report.h"
#include "table.h"
#include "verb.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum {
	OPT_JSON = 256,
	OPT_BYTES,
};

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "bytes", no_argument, NULL, OPT_BYTES },
	VERB_OPTIONS
};

/* How to list them. */
struct style {
	bool json, exact;
};

/* What a KEY=VALUE asks for. */
struct setting {
	uint32_t scope, resource;
	uint64_t value;
};

static const char *const titles[] = {
	"LIMIT", "VALUE", "HOLDS", "USE", "HITS",
};

#define COLUMNS (sizeof(titles) / sizeof(titles[0]))

static bool parse_value(const char *text, uint64_t *value)
{
	if (!strcmp(text, "none")) {
		*value = VBUF_CTL_NO_LIMIT;
		return true;
	}
	return number_parse_size(text, VBUF_CTL_NO_LIMIT - 1, value);
}

static int parse_setting(const char *text, struct setting *setting)
{
	size_t length = strcspn(text, "=");

	if (!limit_find(text, length, &setting->scope, &setting->resource))
		return verb_misused(&verb_limits, "there is no limit '%.*s'; 'vbufctl limits' lists them",
				    (int)length, text);
	if (!text[length])
		return verb_misused(&verb_limits, "say how much: %s=VALUE",
				    text);
	if (!parse_value(text + length + 1, &setting->value))
		return verb_misused(&verb_limits, "%s: '%s' is not a number, with K, M or G or without, nor 'none'",
				    limit_name(setting->scope,
					       setting->resource),
				    text + length + 1);
	return STATUS_NONE_YET;
}

/* All of them, before any is set. */
static int parse_settings(char *const *texts)
{
	struct setting setting;
	int status = STATUS_NONE_YET;

	for (; *texts && status == STATUS_NONE_YET; texts++)
		status = parse_setting(*texts, &setting);
	return status;
}

static int take_option(void *data, int option)
{
	struct style *style = data;

	if (option == OPT_JSON)
		style->json = true;
	if (option == OPT_BYTES) {
		style->exact = true;
		units_be_exact();
	}
	return STATUS_NONE_YET;
}

static int parse(int argc, char **argv, struct style *style)
{
	int status = verb_parse(&verb_limits, argc, argv, style);

	if (status != STATUS_NONE_YET)
		return status;
	if (optind < argc && (style->json || style->exact))
		return verb_misused(&verb_limits, "--json and --bytes are for the list: without KEY=VALUE");
	return parse_settings(argv + optind);
}

/* What is to be done about it, after the kernel's words. */
static const char *find_advice(int error)
{
	if (error == EPERM)
		return "it takes root, and for the host's limits its first network namespace";
	if (error == ERANGE)
		return "'vbufctl limits' tells what HOLDS; a slot has at most 16M";
	return NULL;
}

static void report_refused(const char *text, int error)
{
	const char *advice = list_is_open() ? find_advice(error) : NULL;
	const char *said = list_error_text();

	if (!advice)
		report_listed(text, error, NULL);
	else if (said)
		report("%s: %s: %s", text, said, advice);
	else
		report("%s: %s", text, advice);
}

static int set(const char *text)
{
	struct setting setting;

	if (parse_setting(text, &setting) != STATUS_NONE_YET)
		return STATUS_USAGE;
	if (!list_set_limit(setting.scope, setting.resource, setting.value))
		return STATUS_DONE;
	report_refused(text, errno);
	return STATUS_FAILED;
}

static int set_all(char *const *texts)
{
	int status = STATUS_DONE;

	for (; *texts; texts++)
		if (set(*texts) != STATUS_DONE)
			status = STATUS_FAILED;
	return status;
}

static void add_amount(struct table *table, uint32_t resource, uint64_t amount)
{
	char room[UNITS_ROOM];

	table_cell(table, "%s", limit_amount(room, resource, amount));
}

static void add_use(struct table *table, const struct vbuf_ctl_limit *limit)
{
	if (limit->use == VBUF_CTL_NOT_TOLD) {
		table_cell(table, "-");
		return;
	}
	add_amount(table, limit->resource, limit->use);
	table_mark(table, limit->use >= limit->holds);
}

static void add_row(struct table *table, const struct vbuf_ctl_limit *limit)
{
	char room[UNITS_ROOM];

	table_cell(table, "%s", limit_name(limit->scope, limit->resource));
	add_amount(table, limit->resource, limit->value);
	add_amount(table, limit->resource, limit->holds);
	add_use(table, limit);
	table_cell(table, "%s", units_count(room, limit->hits));
}

static int print_table(const struct vbuf_ctl_limit *limit)
{
	struct table table;
	int ret;

	table_init(&table, titles, COLUMNS);
	for (; limit; limit = limit->next)
		if (limit_name(limit->scope, limit->resource))
			add_row(&table, limit);
	ret = table_print(&table);
	table_deinit(&table);
	if (ret)
		report_no_memory();
	return ret ? STATUS_FAILED : STATUS_DONE;
}

/* No limit, and a use that is not told, have no key. */
static void json_known(const char *key, uint64_t amount)
{
	if (amount != UINT64_MAX)
		json_number(key, amount);
}

static void json_limit(const struct vbuf_ctl_limit *limit)
{
	json_begin_object(NULL);
	json_string("name", limit_name(limit->scope, limit->resource));
	json_string("scope", limit_scope_name(limit->scope));
	json_string("resource", limit_resource_name(limit->resource));
	json_known("value", limit->value);
	json_known("holds", limit->holds);
	json_known("use", limit->use);
	json_number("hits", limit->hits);
	json_end_object();
}

static int print_json(const struct vbuf_ctl_limit *limit)
{
	json_begin_array(NULL);
	for (; limit; limit = limit->next)
		if (limit_name(limit->scope, limit->resource))
			json_limit(limit);
	json_end_array();
	json_end();
	return STATUS_DONE;
}

static int list(bool json)
{
	struct vbuf_ctl_limit *limits;
	int status;

	if (list_limits(&limits)) {
		report_listed("the limits", errno, NULL);
		return STATUS_FAILED;
	}
	status = json ? print_json(limits) : print_table(limits);
	vbuf_ctl_free_limits(limits);
	return status;
}

static int run(int argc, char **argv)
{
	struct style style = { .json = false };
	int status = parse(argc, argv, &style);

	if (status != STATUS_NONE_YET)
		return status;
	return optind < argc ? set_all(argv + optind) : list(style.json);
}

const struct verb verb_limits = {
	.name = "limits",
	.summary = "tell who may have how much, or set it",
	.usage =
	"usage: vbufctl limits [OPTION...] [KEY=VALUE...]\n\n"
	"One line a limit of the user namespace that this network namespace is of: what\n"
	"was set, what holds, which is the least of it and those from above, what is\n"
	"in use, in total (max_) or of you (user_), how often it has refused somebody.\n\n"
	"With KEY=VALUE sets limits, as root: to a number, with K, M or G or without,\n"
	"or to none. What somebody has already stays.\n\n"
	"  --bytes            print all digits of bytes, and of counts\n"
	"  --json             print an array of objects\n"
	"  -h, --help         print this\n",
	.options = options,
	.take_option = take_option,
	.run = run,
};
