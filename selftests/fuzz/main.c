// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz: does the steps that standard input holds; for afl-fuzz, again and again;
 *	the file counts in the working directory, if there is one, tells how many,
 *	the file that $FUZZ_CURRENT names is the last that was begun, and in that
 *	which $FUZZ_WHY names is what was found
 * fuzz FILE...: those of inputs as text; TAP
 * fuzz --pack FILE: makes an input of text
 * fuzz --show FILE: makes text of an input
 */
#include "fuzz.h"

/* A new process after so many inputs. */
#define INPUTS		1000

/* What afl-fuzz looks for in the program, to know that it stays. */
__attribute__((used)) static const char stays[] = "##SIG_AFL_PERSISTENT##";
__attribute__((used)) static const char defers[] = "##SIG_AFL_DEFER_FORKSRV##";

/* What a file's owner would get for an edge, if what it asked for failed. */
static void begin(void)
{
	const char *why = getenv("FUZZ_WHY");

	/* afl-fuzz throws away what a program says. */
	if (why && !freopen(why, "ae", stderr))
		vt_die("%s", why);
	signal(SIGIO, SIG_IGN);
	check_init();
	counts_init();
	ledger_init();
	upset_init();
	windows_init();
	pieces_init();
	sessions_init();
	limits_restore();
	fault_init();
	actors_init();
}

static void run(const struct step *steps, unsigned int count)
{
	unsigned int i;

	ledger_begin();
	windows_begin();
	pieces_begin();
	for (i = 0; i < count; i++)
		actor_give(&steps[i]);
	actors_settle();
	/* Its channel is never at rest. */
	sessions_close();
	check_channels();
	actors_check_process();
	actors_end_process();
	files_close();
	windows_close();
	check_nothing_left();
	check_kernel_log();
}

static unsigned int read_packed(int fd, struct step *steps)
{
	ssize_t len = read(fd, steps, MAX_STEPS * sizeof(*steps));

	return len < 0 ? 0 : len / sizeof(*steps);
}

/* Where it is found should the machine end in the middle of it. */
static void keep(const struct step *steps, unsigned int count)
{
	const char *path = getenv("FUZZ_CURRENT");
	size_t size = count * sizeof(*steps);
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			     0644) : -1;

	if (path && (fd < 0 || write(fd, steps, size) != (ssize_t)size))
		vt_die("%s", path);
	close(fd);
}

static unsigned int read_text(const char *path, struct step *steps)
{
	char *line = NULL;
	unsigned int count = 0, number = 0;
	size_t size = 0;
	FILE *file = fopen(path, "r");

	if (!file) {
		fprintf(stderr, "fuzz: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	while (getline(&line, &size, file) > 0) {
		number++;
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (count == MAX_STEPS || !step_scan(line, &steps[count++])) {
			fprintf(stderr, "fuzz: %s:%u: no step, or too many\n",
				path, number);
			exit(2);
		}
	}
	free(line);
	fclose(file);
	return count;
}

static int pack(const char *path)
{
	struct step steps[MAX_STEPS];
	size_t size = read_text(path, steps) * sizeof(steps[0]);

	return write(STDOUT_FILENO, steps, size) != (ssize_t)size;
}

static int show(const char *path)
{
	struct step steps[MAX_STEPS];
	int fd = open(path, O_RDONLY);
	unsigned int i, count = read_packed(fd, steps);

	for (i = 0; i < count; i++)
		step_print(&steps[i]);
	return fd < 0;
}

static int replay(char **paths, unsigned int count)
{
	struct step steps[MAX_STEPS];
	unsigned int i;

	printf("TAP version 13\n1..%u\n", count);
	limits_init();
	begin();
	for (i = 0; i < count; i++) {
		run(steps, read_text(paths[i], steps));
		printf("ok %u - %s\n", i + 1, basename(paths[i]));
		fflush(stdout);
	}
	counts_print();
	return 0;
}

static int fuzz(void)
{
	struct step steps[MAX_STEPS];
	unsigned int count;

	limits_init();
	if (!__afl_manual_init) {
		begin();
		run(steps, read_packed(STDIN_FILENO, steps));
		return 0;
	}
	__afl_manual_init();
	begin();
	while (__afl_persistent_loop(INPUTS)) {
		count = read_packed(STDIN_FILENO, steps);
		keep(steps, count);
		run(steps, count);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--pack"))
		return pack(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "--show"))
		return show(argv[2]);
	if (argc > 1)
		return replay(argv + 1, argc - 1);
	return fuzz();
}
