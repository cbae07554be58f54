// SPDX-License-Identifier: GPL-2.0
/* Arguments in memory of their own, and all that can be wrong with them. */
#include "fuzz.h"

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

/* A piece of @pages that ends where nothing can be reached. */
static char *piece(size_t size, int protection)
{
	char *mem = mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (mem == MAP_FAILED)
		vt_die("no memory");
	memset(mem, MESSAGE_BYTE, size);
	if (mprotect(mem, size, protection) ||
	    mprotect(mem + size, PAGE, PROT_NONE))
		vt_die("mprotect");
	return mem;
}

void arena_init(struct arena *arena)
{
	arena->args = piece(2 * PAGE, PROT_READ | PROT_WRITE);
	arena->vector = piece(PAGE, PROT_READ | PROT_WRITE);
	arena->from = piece(ROOM, PROT_READ);
	arena->into = piece(ROOM, PROT_READ | PROT_WRITE);
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

/* Where the kernel finds @arg. Behind it is zero, for a while. */
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
void *arg_from(const struct arena *arena, const struct step *step, size_t len)
{
	return cut_short(arena->from, step, len);
}

/* Where @room bytes can be received. */
void *arg_into(const struct arena *arena, const struct step *step, size_t room)
{
	memset(arena->into, UNTOUCHED_BYTE, ROOM);
	if (wrong_of(step) == WRONG_READ_ONLY)
		return arena->from;
	return cut_short(arena->into, step, room);
}

/* The @len bytes received are what all send, and no other of @size was written. */
void arg_check_piece(const char *into, size_t size, size_t len)
{
	size_t i;

	for (i = 0; i < size; i++)
		if ((__u8)into[i] != (i < len ? MESSAGE_BYTE : UNTOUCHED_BYTE))
			vt_die("byte %zu of %zu received is %#x", i, len,
			       (__u8)into[i]);
}

void arg_check(const struct arena *arena, const void *into, long len)
{
	if (into == arena->into && len >= 0)
		arg_check_piece(into, ROOM, len);
}
