// SPDX-License-Identifier: GPL-2.0
/* Arguments in memory of their own, and all that can be wrong with them. */
#include "fuzz.h"

/* After so many bytes a message's begin anew. */
#define PATTERN		256

static const __u32 odd32[] = {
	0, 1, 2, 3, 7, 63, 64, 255, 1024, 1025, 4096, 0x10000, 0x100000,
	0x1000001, 0x7fffffff, 0xffffffff,
};

static const __u64 odd64[] = {
	0, 1, 4095, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
	0x7fffffffe000, 0x7ffffffff000, 0x8000000000000000, 0xffff888000000000,
	0xffffffff81000000, 0xfffffffffffff000, 0xffffffffffffffff,
	0x0000800000000000, 0xdead000000000100,
};

/*
 * What a message of a sound step holds, behind its number: that says where in a
 * sequence it begins. Where there is no room for it the length does. Of others,
 * whose length may be any, every byte is PLAIN_BYTE.
 */
static __u8 message_byte(__u64 number, size_t at)
{
	return (number * 37 % PATTERN + at) * 7;
}

/* A piece of @pages that ends where nothing can be reached. */
static char *piece(size_t size)
{
	char *mem = mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (mem == MAP_FAILED)
		vt_die("no memory");
	if (mprotect(mem + size, PAGE, PROT_NONE))
		vt_die("mprotect");
	return mem;
}

/* Instead of @mem, memory that can be written elsewhere alone; where. */
static char *written_elsewhere(char *mem, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char *here;

	if (fd < 0 || ftruncate(fd, size))
		vt_die("memfd");
	here = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (here == MAP_FAILED ||
	    mmap(mem, size, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) != mem)
		vt_die("memfd");
	close(fd);
	return here;
}

void arena_init(struct arena *arena)
{
	arena->args = piece(2 * PAGE);
	arena->fixed = piece(PAGE);
	arena->fixed_here = written_elsewhere(arena->fixed, PAGE);
	arena->vector = piece(PAGE);
	arena->from = piece(ROOM);
	arena->from_here = written_elsewhere(arena->from, ROOM);
	arena->plain = piece(ROOM);
	arena->into = piece(ROOM);
	memset(arena->plain, PLAIN_BYTE, ROOM);
	if (mprotect(arena->plain, ROOM, PROT_READ))
		vt_die("mprotect");
}

/* Half of all steps are as they should be. */
enum wrong wrong_of(const struct step *step)
{
	return step->hostile < 0x80 ? WRONG_NOTHING :
	       step->hostile % WRONG_NOTHING;
}

static unsigned int choice(const struct step *step)
{
	return step->hostile >> 3 & 0xf;
}

/* Every structure begins with its size. */
static void spoil_size(char *at, const struct step *step, __u32 size)
{
	const __u32 sizes[] = {
		0, 1, 4, size - 8, size - 4, size - 1, size + 1, size + 4,
		size + 8, size + 64, 4095, 4096, 4097, 0x10000, 0x7fffffff,
		0xffffffff,
	};

	memcpy(at, &sizes[choice(step)], sizeof(sizes[0]));
	/* What a larger structure holds is zero or not. */
	if (step->where & 1)
		at[size] = 1;
}

static void spoil(char *at, const struct step *step, size_t size)
{
	switch (wrong_of(step)) {
	case WRONG_SIZE:
		spoil_size(at, step, size);
		break;
	case WRONG_U32:
		memcpy(at + step->where * sizeof(__u32) % size,
		       &odd32[choice(step)], sizeof(__u32));
		break;
	case WRONG_U64:
		memcpy(at + step->where * sizeof(__u64) % size,
		       &odd64[choice(step)], sizeof(__u64));
		break;
	default:
		break;
	}
}

/*
 * Where the kernel finds @arg. Behind it is zero, for a while, unless it cannot be
 * written.
 */
void *arg_place(const struct arena *arena, const struct step *step,
		const void *arg, size_t size)
{
	char *at = arena->args;

	if (wrong_of(step) == WRONG_POINTER)
		return (void *)(uintptr_t)(__u32)odd64[choice(step)];
	if (wrong_of(step) == WRONG_SPILLS) {
		at += 2 * PAGE - size;
		memcpy(at, arg, size);
		return memmove(at + step->where % (size + 1), at,
			       size - step->where % (size + 1));
	}
	if (wrong_of(step) == WRONG_READ_ONLY && step->where & 1) {
		memcpy(arena->fixed_here, arg, size);
		return arena->fixed;
	}
	memset(at, 0, PAGE);
	memcpy(at, arg, size);
	spoil(at, step, size);
	return at;
}

static char *cut_short(char *mem, const struct step *step, size_t size)
{
	if (wrong_of(step) == WRONG_DATA)
		return mem + ROOM - step->where % (size + 1);
	return mem;
}

/* Where the @len bytes to send are. */
void *arg_from(const struct arena *arena, const struct step *step, size_t len,
	       __u64 number)
{
	if (wrong_of(step) != WRONG_NOTHING)
		return cut_short(arena->plain, step, len);
	arg_fill_piece(arena->from_here + ROOM - len, len, number);
	return arena->from + ROOM - len;
}

/* As far as it is looked whether a call with so much room wrote; all of a vector. */
size_t arg_reach(size_t room)
{
	return room + VECTOR_ROOM < ROOM ? room + VECTOR_ROOM : ROOM;
}

/* Where @room bytes can be received. */
void *arg_into(const struct arena *arena, const struct step *step, size_t room)
{
	memset(arena->into, UNTOUCHED_BYTE, arg_reach(room));
	if (wrong_of(step) == WRONG_READ_ONLY)
		return arena->plain;
	return cut_short(arena->into, step, room);
}

/* How many bytes of a message are its number. */
static size_t number_size(size_t len)
{
	return len < sizeof(__u64) ? 0 : sizeof(__u64);
}

/* What all of a message's bytes are, from one that is a multiple of PATTERN on. */
static void make_pattern(char pattern[PATTERN], __u64 seed)
{
	size_t i;

	for (i = 0; i < PATTERN; i++)
		pattern[i] = message_byte(seed, i);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* A message where it can be written. */
void arg_fill_piece(char *piece, size_t len, __u64 number)
{
	__u64 seed = number_size(len) ? number : len;
	char pattern[PATTERN];
	size_t i;

	make_pattern(pattern, seed);
	for (i = 0; i < len; i += PATTERN)
		memcpy(piece + i, pattern, least(PATTERN, len - i));
	memcpy(piece, &number, number_size(len));
}

void arg_fill_plain(char *piece, size_t len)
{
	memset(piece, PLAIN_BYTE, len);
}

/* Where the first byte from @from up to @to is that is not @byte; @to if none. */
static size_t find_other(const char *bytes, size_t from, size_t to, char byte)
{
	if (from >= to ||
	    (bytes[from] == byte &&
	     !memcmp(bytes + from, bytes + from + 1, to - from - 1)))
		return to;
	while (bytes[from] == byte)
		from++;
	return from;
}

/* The same for bytes that are not those of a message. */
static size_t find_wrong(const char *bytes, size_t from, size_t to, __u64 seed)
{
	char pattern[PATTERN];
	size_t end;

	make_pattern(pattern, seed);
	for (; from < to; from = end) {
		end = least((from / PATTERN + 1) * PATTERN, to);
		if (!memcmp(bytes + from, pattern + from % PATTERN, end - from))
			continue;
		while (bytes[from] == pattern[from % PATTERN])
			from++;
		return from;
	}
	return to;
}

/*
 * The @len bytes received are a message, and the others of @size are all @rest.
 * Returns its number, 0 if it has none.
 */
__u64 arg_check_piece(const char *into, size_t size, size_t len, char rest)
{
	__u64 number = 0, seed = len;
	size_t i;

	i = find_other(into, 0, len, PLAIN_BYTE);
	if (i < len) {
		memcpy(&number, into, number_size(len));
		if (number_size(len))
			seed = number;
		i = find_wrong(into, number_size(len), len, seed);
	}
	if (i == len)
		i = find_other(into, len, size, rest);
	if (i < size)
		vt_die("byte %zu of %zu received is %#x", i, len,
		       (__u8)into[i]);
	return number;
}
