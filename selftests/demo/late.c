// SPDX-License-Identifier: GPL-2.0-only
/*
 * A late writer of the demo: sends a message, and then writes to it once more.
 *
 *	late CHANNEL MESSAGE INSTEAD
 *
 * The message is written into a slot, and committed. With that its pages go out
 * of this process's page tables, so the pointer that it still has leads nowhere.
 */
#include <err.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <vbuf.h>

static sigjmp_buf caught;

static void catch(int number)
{
	siglongjmp(caught, number);
}

/* Returns the signal that it got for it, or 0. */
static int overwrite(char *message, const char *text)
{
	struct sigaction action = { .sa_handler = catch };
	int number;

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGBUS, &action, NULL) < 0)
		err(1, "sigaction");
	number = sigsetjmp(caught, 1);
	if (!number)
		memcpy(message, text, strlen(text));
	return number;
}

int main(int argc, char **argv)
{
	char *message;
	size_t len;
	int fd, number;

	if (argc != 4)
		errx(2, "usage: late CHANNEL MESSAGE INSTEAD");
	fd = vbuf_open(argv[1], O_WRONLY);
	if (fd < 0)
		err(1, "%s", argv[1]);
	len = strlen(argv[2]);
	message = vbuf_reserve(fd, len, 0, NULL);
	if (!message)
		err(1, "vbuf_reserve");
	memcpy(message, argv[2], len);
	if (vbuf_commit(fd, message, len) < 0)
		err(1, "vbuf_commit");
	printf("wrote '%s' at %p, and committed it\n", argv[2], message);
	number = overwrite(message, argv[3]);
	printf("writing '%s' there again: %s\n", argv[3],
	       number == SIGBUS ? "SIGBUS" : "nothing stopped it");
	return number != SIGBUS;
}
