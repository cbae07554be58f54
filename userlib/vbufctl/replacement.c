// SPDX-License-Identifier: GPL-2.0-only
/* A file that takes another's place as a whole. */
#include "replacement.h"

#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* For whoever reads it, whatever the umask. */
#define MODE 0644

/* A device or a link would be lost, not written to. */
static int check_place(const char *path)
{
	struct stat there;

	if (lstat(path, &there) || S_ISREG(there.st_mode))
		return 0;
	report("%s: this is no regular file, which could be replaced", path);
	return -1;
}

/* The name does not end as the old one's, which collectors go by. */
static FILE *open_temporary(char *name)
{
	int fd = mkstemp(name);
	FILE *out;

	if (fd < 0)
		return NULL;
	out = fdopen(fd, "w");
	if (out && !fchmod(fd, MODE))
		return out;
	unlink(name);
	if (out)
		fclose(out);
	else
		close(fd);
	return NULL;
}

int replacement_begin(struct replacement *replacement, const char *path)
{
	*replacement = (struct replacement){ .path = path };
	if (check_place(path))
		return -1;
	if (asprintf(&replacement->temporary, "%s.XXXXXX", path) < 0) {
		report_no_memory();
		return -1;
	}
	replacement->out = open_temporary(replacement->temporary);
	if (replacement->out)
		return 0;
	report("%s: no file can be made beside it: %m", path);
	free(replacement->temporary);
	return -1;
}

static int close_output(FILE *out)
{
	int error = ferror(out) ? EIO : 0;

	/* Why an earlier write failed is not known any more. */
	if (fclose(out))
		error = errno;
	errno = error;
	return error ? -1 : 0;
}

int replacement_finish(struct replacement *replacement)
{
	int ret = close_output(replacement->out);

	if (!ret)
		ret = rename(replacement->temporary, replacement->path);
	if (ret) {
		report("%s: %m; what was there is there still",
		       replacement->path);
		unlink(replacement->temporary);
	}
	free(replacement->temporary);
	return ret;
}

void replacement_abandon(struct replacement *replacement)
{
	fclose(replacement->out);
	unlink(replacement->temporary);
	free(replacement->temporary);
}
