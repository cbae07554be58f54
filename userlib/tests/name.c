// SPDX-License-Identifier: GPL-2.0
/* Names go to the kernel whole, or not at all. */
#include <errno.h>
#include <string.h>

#include "../src/name.h"
#include "tap.h"

static void whole(void)
{
	char name[VBUF_NAME_SIZE], field[VBUF_NAME_SIZE];

	for (size_t length = 1; length < VBUF_NAME_SIZE; length++) {
		memset(field, 0, sizeof(field));
		memset(name, 0, sizeof(name));
		memset(name, 'n', length);
		EXPECT(vbuf_name_copy(field, name) == 0);
		EXPECT(!memcmp(field, name, sizeof(field)));
	}
}

static void refused(const char *name)
{
	char field[VBUF_NAME_SIZE], before[VBUF_NAME_SIZE];

	memset(field, 0xcc, sizeof(field));
	memcpy(before, field, sizeof(field));
	errno = 0;
	EXPECT(vbuf_name_copy(field, name) == -1);
	EXPECT(errno == EINVAL);
	EXPECT(!memcmp(field, before, sizeof(field)));
}

static void too_long(void)
{
	char name[4 * VBUF_NAME_SIZE] = "";

	memset(name, 'n', VBUF_NAME_SIZE);
	refused(name);
	memset(name, 'n', sizeof(name) - 1);
	refused(name);
}

static void none(void)
{
	refused("");
	refused(NULL);
}

/* Which characters a name may have is for the kernel to say. */
static void other_characters(void)
{
	char field[VBUF_NAME_SIZE] = "";

	EXPECT(vbuf_name_copy(field, "a/b \xff") == 0);
	EXPECT(!strcmp(field, "a/b \xff"));
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a name of 1 to 63 bytes is copied, and NULs after it", whole },
		{ "one of 64 and more is EINVAL, and never cut", too_long },
		{ "an empty name and NULL are EINVAL", none },
		{ "other characters pass through", other_characters },
	};

	return TAP_RUN(cases);
}
