// SPDX-License-Identifier: GPL-2.0
/*
 * bench: measures ways of passing messages, inside the machine that is to be
 * measured. Each verb crosses its lists, every subject's turn right after the
 * others', and prints what it measured, a JSON object a line; what the figures
 * amount to is selftests/bench/run's affair.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "count.h"
#include "crew.h"
#include "machine.h"
#include "many.h"
#include "memory.h"
#include "options.h"
#include "rate.h"
#include "trip.h"

static const char *const mode_names[] = { "same", "1x1", "2x2" };
static const char *const touch_names[] = { "none", "page", "all" };

/* What was counted of @n messages, a message. */
static void print_counts(const struct counts *counts, double n)
{
	enum count what;

	for (what = 0; what < COUNTS; what++)
		if (count_name(what))
			printf(", \"%s\": %.4f", count_name(what), (double)counts->value[what] / n);
}

/* Only where it was said, so that it tells these from the usual ones. */
static void print_choices(const struct options *o)
{
	if (o->touch_said)
		printf(", \"touch\": \"%s\"", touch_names[o->touch]);
	if (o->bystander)
		printf(", \"bystander\": true");
	if (o->session_said)
		printf(", \"session\": \"%s\"", session_name(o->session));
}

/* What the session told of @n messages, or trips. */
static void print_told(const struct session_count *told, double n)
{
	if (told->records || told->lost)
		printf(", \"records\": %.4f, \"lost\": %llu", (double)told->records / n,
		       (unsigned long long)told->lost);
}

static void print_rate(const struct rate *r, const struct rate_sample *s, const struct options *o)
{
	double n = (double)r->messages;

	printf("{\"test\": \"%s\", \"subject\": \"%s\", \"mode\": \"%s\", \"size\": %zu, "
	       "\"depth\": %u, \"messages\": %llu, \"ns\": %.2f, \"switches\": %.4f",
	       o->count ? "count" : "rate", r->subject->name, mode_names[r->pairs], r->size,
	       r->depth, (unsigned long long)r->messages, (double)s->ns / n,
	       (double)s->switches / n);
	print_choices(o);
	print_told(&s->told, n);
	if (o->count)
		print_counts(&s->counts, n);
	puts("}");
}

static int rate_once(struct rate *r, const struct options *o)
{
	struct rate_sample sample = { 0 };

	if (!rate_possible(r))
		return 0;
	if (!r->messages && rate_calibrate(r, o->budget_ns, o->tries))
		return -1;
	if (rate_run(r, &sample))
		return -1;
	print_rate(r, &sample, o);
	return 0;
}

/* Everything that the lists make, subjects changing fastest. */
static struct rate *rate_list(const struct options *o, unsigned int *count)
{
	unsigned int total = o->nr_sizes * o->nr_pairs * o->nr_subjects, i;
	struct rate *rates = calloc(total ? total : 1, sizeof(*rates));

	for (i = 0; rates && i < total; i++) {
		unsigned int rest = i / o->nr_subjects;
		size_t size = o->sizes[rest / o->nr_pairs];

		rates[i].subject = o->subjects[i % o->nr_subjects];
		rates[i].pairs = o->pairs[rest % o->nr_pairs];
		rates[i].size = size;
		rates[i].touch = o->touch;
		rates[i].session = o->session;
		rates[i].messages = o->messages;
		rates[i].depth = o->depth ? o->depth : queue_depth(size);
	}
	*count = total;
	return rates;
}

static int do_rate(const struct options *o)
{
	unsigned int count, repeat, i;
	struct rate *rates = rate_list(o, &count);
	int ret = rates ? 0 : -1;

	for (repeat = 0; !ret && repeat < o->repeat; repeat++)
		for (i = 0; !ret && i < count; i++)
			ret = rate_once(&rates[i], o);
	free(rates);
	return ret;
}

static int trip_once(const struct trip *t, const struct options *o)
{
	struct trip_sample s = { 0 };
	double n = (double)t->trips;

	if (t->subject->max_size && t->size > t->subject->max_size)
		return 0;
	if (trip_run(t, &s))
		return -1;
	printf("{\"test\": \"%s\", \"subject\": \"%s\", \"size\": %zu, \"trips\": %llu, "
	       "\"ns\": %.2f, \"switches\": %.4f",
	       o->count ? "trip-count" : "trip", t->subject->name, t->size,
	       (unsigned long long)t->trips, (double)s.ns / n, (double)s.switches / n);
	print_choices(o);
	print_told(&s.told, n);
	if (o->count)
		print_counts(&s.counts, n);
	else
		printf(", \"p50\": %llu, \"p99\": %llu, \"p999\": %llu, \"worst\": %llu",
		       (unsigned long long)s.p50, (unsigned long long)s.p99,
		       (unsigned long long)s.p999, (unsigned long long)s.worst);
	puts("}");
	return 0;
}

static int do_trip(const struct options *o)
{
	unsigned int repeat, size, subject;

	for (repeat = 0; repeat < o->repeat; repeat++)
		for (size = 0; size < o->nr_sizes; size++)
			for (subject = 0; subject < o->nr_subjects; subject++) {
				const struct trip t = {
					.subject = o->subjects[subject],
					.size = o->sizes[size],
					.touch = o->touch,
					.session = o->session,
					.trips = o->number,
				};

				if (trip_once(&t, o))
					return -1;
			}
	return 0;
}

static int do_many(const struct options *o)
{
	unsigned int repeat, i;

	for (repeat = 0; repeat < o->repeat; repeat++)
		for (i = 0; i < o->nr_subjects; i++) {
			struct many_sample s;

			if (many_run(o->subjects[i], (unsigned int)o->number, &s))
				return -1;
			printf("{\"test\": \"many\", \"subject\": \"%s\", \"queues\": %lu, "
			       "\"alone\": %.2f, \"among\": %.2f, \"turns\": %.2f, "
			       "\"create_ns\": %llu, \"destroy_ns\": %llu}\n",
			       o->subjects[i]->name, o->number, s.alone_ns, s.among_ns, s.turns_ns,
			       (unsigned long long)s.create_ns, (unsigned long long)s.destroy_ns);
		}
	return 0;
}

/* Without a subject that needs the module, things that need it are left out. */
static int do_memory(const struct options *o)
{
	bool module = false;
	unsigned int i;

	for (i = 0; i < o->nr_subjects; i++)
		module |= o->subjects[i]->module;
	for (i = 0; i < memory_things_count; i++) {
		const struct memory_thing *thing = &memory_things[i];
		struct memory_sample s;

		if (thing->module && !module)
			continue;
		if (memory_run(thing, &s))
			return -1;
		printf("{\"test\": \"memory\", \"thing\": \"%s\", \"count\": %u, "
		       "\"charged\": %.1f, \"system\": %.1f}\n",
		       thing->name, thing->count, s.charged, s.system);
	}
	return 0;
}

static int do_machine(const struct options *o)
{
	struct machine_sample s;
	unsigned int repeat;

	for (repeat = 0; repeat < o->repeat; repeat++) {
		if (machine_run(&s))
			return -1;
		printf("{\"test\": \"machine\", \"syscall\": %.1f, \"copy\": %.0f, \"map\": %.0f}\n",
		       s.syscall_ns, s.copy_ns, s.map_ns);
	}
	return 0;
}

/* How many messages a queue really holds. */
static int do_bound(const struct options *o)
{
	unsigned int size, i;

	for (size = 0; size < o->nr_sizes; size++)
		for (i = 0; i < o->nr_subjects; i++) {
			const struct subject *subject = o->subjects[i];
			unsigned int depth = queue_depth(o->sizes[size]);
			struct queue q;

			if (subject->max_size && o->sizes[size] > subject->max_size)
				continue;
			if (queue_open(&q, subject, o->sizes[size], depth)) {
				perror(subject->name);
				return -1;
			}
			printf("{\"test\": \"bound\", \"subject\": \"%s\", \"size\": %zu, "
			       "\"depth\": %u, \"holds\": %u}\n",
			       subject->name, q.size, depth, queue_fill(&q));
			queue_close(&q);
		}
	return 0;
}

static const struct {
	const char *name;
	int (*run)(const struct options *o);
} verbs[] = {
	{ "rate", do_rate },
	{ "trip", do_trip },
	{ "many", do_many },
	{ "memory", do_memory },
	{ "bound", do_bound },
	{ "machine", do_machine },
};

static int run_verb(int (*run)(const struct options *o), const struct options *o)
{
	int ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	crew_set_pinned(o->pin);
	crew_set_bystanders(o->bystander);
	if (o->count && count_open()) {
		perror("bench: trace events cannot be counted");
		return 1;
	}
	ret = run(o);
	count_close();
	return ret ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct options options;
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(argv[1], verbs[i].name) &&
		    !options_parse(&options, argc - 1, argv + 1))
			return run_verb(verbs[i].run, &options);
	options_usage();
	return 2;
}
