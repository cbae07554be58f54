// SPDX-License-Identifier: GPL-2.0
/*
 * Touching memory that may not be there, and telling what came; and bytes that
 * tell whose they are.
 */
#include <setjmp.h>

#include "storm.h"

/* Of the thread: where to go on after a fault, if it expects one, and which. */
static __thread sigjmp_buf back;
static __thread volatile sig_atomic_t expected;
static __thread int fault;
static __thread const char *fault_at;

/* Who expects none dies of it: the handler is gone, and the touch comes again. */
static void caught(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (!expected) {
		signal(sig, SIG_DFL);
		return;
	}
	fault = VT_FAULT(sig, info->si_code);
	fault_at = info->si_addr;
	siglongjmp(back, 1);
}

static void catch(void)
{
	struct sigaction action = {
		.sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_NODEFER };

	if (sigaction(SIGBUS, &action, NULL) ||
	    sigaction(SIGSEGV, &action, NULL))
		vt_die("sigaction");
}

/* Runs @op; the fault that ended it, as VT_FAULT(), or VT_THERE. */
int vt_touch(void (*op)(void *ctx), void *ctx)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, catch);
	fault = VT_THERE;
	if (!sigsetjmp(back, 0)) {
		expected = 1;
		op(ctx);
	}
	expected = 0;
	return fault;
}

struct touch {
	char *at;
	char byte;
};

static void peek(void *ctx)
{
	const struct touch *touch = ctx;

	(void)*(const volatile char *)touch->at;
}

static void poke(void *ctx)
{
	const struct touch *touch = ctx;

	*(volatile char *)touch->at = touch->byte;
}

/* A fault of one byte must tell of the page that it is in. */
static int touched(void (*op)(void *ctx), struct touch *touch)
{
	int met = vt_touch(op, touch);

	if (met != VT_THERE &&
	    ((uintptr_t)fault_at ^ (uintptr_t)touch->at) >= VT_PAGE)
		vt_die("a touch of %p is told as one of %p", touch->at, fault_at);
	return met;
}

int vt_peek(const void *at)
{
	struct touch touch = { .at = (char *)at };

	return touched(peek, &touch);
}

int vt_poke(void *at, char byte)
{
	struct touch touch = { .at = at, .byte = byte };

	return touched(poke, &touch);
}

/* Can neither be read nor, in whichever window, be written. */
bool vt_gone(const void *at)
{
	return vt_peek(at) == VT_NOT_OWNED &&
	       vt_poke((char *)at, 'x') != VT_THERE;
}

/* Of more pages than these, about as many are looked at; fewer on a slow machine. */
#define ALL_OF		256U
#define FEW_OF		64U

/* What has its own entry in a table of tables. */
#define TABLE		(2UL << 20)

/* How far on to look next: no table's first or last page is left out. */
static size_t step(const char *at, size_t bytes)
{
	size_t all = storm_few(ALL_OF, FEW_OF) * VT_PAGE;
	size_t pages = bytes <= all ? 1 : bytes / all | 1;
	uintptr_t page = (uintptr_t)at / VT_PAGE, in_table = TABLE / VT_PAGE;
	size_t left = in_table - 1 - page % in_table;

	if (left && left < pages)
		pages = left;
	return (left ? pages : 1) * VT_PAGE;
}

bool vt_all_peek(const char *at, size_t bytes, int met)
{
	const char *end = at + bytes, *page;

	for (page = at; page < end; page += step(page, bytes))
		if (vt_peek(page) != met)
			return false;
	return !bytes || vt_peek(end - 1) == met;
}

static __u64 word(__u64 seed, size_t i)
{
	return (seed + 1) * 0x9e3779b97f4a7c15ULL + i;
}

void vt_fill(void *at, size_t len, __u64 seed)
{
	__u64 *words = at, last;
	size_t i;

	for (i = 0; i < len / sizeof(*words); i++)
		words[i] = word(seed, i);
	last = word(seed, i);
	memcpy(&words[i], &last, len % sizeof(*words));
}

bool vt_filled(const void *at, size_t len, __u64 seed)
{
	const __u64 *words = at;
	__u64 last;
	size_t i;

	for (i = 0; i < len / sizeof(*words); i++)
		if (words[i] != word(seed, i))
			return false;
	last = word(seed, i);
	return !memcmp(&words[i], &last, len % sizeof(*words));
}

bool vt_all(const void *at, size_t len, char byte)
{
	const char *bytes = at;

	return !len || (bytes[0] == byte && !memcmp(bytes, bytes + 1, len - 1));
}
