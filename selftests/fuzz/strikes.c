// SPDX-License-Identifier: GPL-2.0
/* What can be done to a window, and to what is seen there, by who has it. */
#include "region.h"

/* A window, and what of it a step is about. */
struct target {
	struct window *window;
	char *at;
	size_t bytes;
	bool whole;
	bool here;		/* it was mapped when the call began, and stays so */
	struct calm calm;
};

/* All of a window, or a part of the pages. */
static bool aim(struct target *target, const struct step *step)
{
	struct window *window = window_named(step);

	if (!window)
		return false;
	*target = (struct target) {
		.window = window, .at = window->base, .bytes = window->bytes,
		.calm = upset_look(actor_of(step), UPSET_TAKES),
		.here = window_is_here(window, step) };
	target->whole = !(step->a & 2) || window->bytes == PAGE;
	if (target->whole)
		return true;
	target->bytes = PAGE * (1 + step->c % (window->bytes / PAGE - 1));
	if (step->a & 4)
		target->at += window->bytes - target->bytes;
	return true;
}

/* Nobody else can have unmapped it meanwhile. */
static bool was_here(const struct target *target)
{
	return target->here && upset_none(&target->calm, UPSET_TAKES);
}

static void must_fail(const char *what, int ret)
{
	if (ret == 0)
		vt_die("%s of a window succeeds", what);
}

/* Of this process, whether it is mapped or not. */
static bool is_own(const struct window *window, const struct step *step)
{
	return window->in_process == by_process(step);
}

static long call_unmap(struct actor *self, const struct step *step)
{
	struct target target;
	int ret;

	(void)self;
	if (!aim(&target, step))
		return -EBADF;
	if (step->a & 8)
		ret = mmap(target.at, target.bytes, PROT_NONE, MAP_PRIVATE |
			   MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED;
	else
		ret = munmap(target.at, target.bytes);
	if (!target.whole && was_here(&target))
		must_fail("munmap of a part", ret);
	if (target.whole && ret == 0 && is_own(target.window, step))
		target.window->gone = true;
	return ret;
}

static long call_protect(struct actor *self, const struct step *step)
{
	static const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
	int prot = step->b & all, usual, ret;
	struct target target;
	bool was_usual;

	(void)self;
	if (!aim(&target, step))
		return -EBADF;
	usual = usual_prot(target.window->kind);
	was_usual = target.window->usable;
	ret = mprotect(target.at, target.bytes, prot);
	if (prot & ~usual & (PROT_EXEC | PROT_WRITE))
		must_fail("mprotect to more rights", ret);
	if (!target.whole && prot != usual && was_usual && was_here(&target))
		must_fail("mprotect of a part", ret);
	if (ret == 0 && target.whole)
		target.window->usable = prot == usual;
	return ret;
}

/* Longer, shorter, elsewhere, once more: the window stays as it was. */
static long call_remap(struct actor *self, const struct step *step)
{
	struct target target;
	void *moved, *to;
	size_t bytes;

	(void)self;
	if (!aim(&target, step))
		return -EBADF;
	bytes = target.bytes;
	to = window_place(2 * bytes);
	switch (step->b % 6) {
	case 0:
		moved = mremap(target.at, bytes, bytes,
			       MREMAP_MAYMOVE | MREMAP_FIXED, to);
		break;
	case 1:
		moved = mremap(target.at, bytes, 2 * bytes, 0);
		break;
	case 2:
		moved = mremap(target.at, bytes, bytes + PAGE, MREMAP_MAYMOVE);
		break;
	case 3:
		moved = mremap(target.at, 0, bytes,
			       MREMAP_MAYMOVE | MREMAP_FIXED, to);
		break;
	case 4:
		moved = mremap(target.at, bytes, bytes, MREMAP_MAYMOVE |
			       MREMAP_FIXED | MREMAP_DONTUNMAP, to);
		break;
	default:
		moved = MAP_FAILED;
		remap_file_pages(target.at, bytes, 0, 0, 0);
		break;
	}
	must_fail("mremap", moved == MAP_FAILED);
	return 0;
}

/* No advice that takes pages out of the machine. */
static long call_advise(struct actor *self, const struct step *step)
{
	static const int advices[] = {
		MADV_DOFORK, MADV_DODUMP, MADV_DONTNEED, MADV_FREE,
		MADV_REMOVE, MADV_DONTFORK, MADV_DONTDUMP, MADV_WIPEONFORK,
		MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_MERGEABLE, MADV_COLD,
		MADV_PAGEOUT, MADV_POPULATE_READ, MADV_POPULATE_WRITE,
		MADV_SEQUENTIAL, MADV_NORMAL, MADV_WILLNEED,
	};
	int advice = advices[step->b % ARRAY_SIZE(advices)];
	struct target target;
	int ret;

	(void)self;
	if (!aim(&target, step))
		return -EBADF;
	if (step->b & 0x80)
		ret = mlock(target.at, target.bytes);
	else if (step->b & 0x40)
		ret = msync(target.at, target.bytes, MS_SYNC | MS_INVALIDATE);
	else
		ret = madvise(target.at, target.bytes, advice);
	if (!(step->b & 0xc0) && (advice == MADV_DOFORK || advice == MADV_DODUMP))
		must_fail("madvise", ret);
	return ret;
}

/* Writes what is there already: bytes of a slot are their owner's to choose. */
static void hit(void *ctx)
{
	__atomic_fetch_or((char *)ctx, 0, __ATOMIC_SEQ_CST);
}

/* The kernel reads from there, or writes to where nobody can write. */
static void copy(const struct window *window, char *at)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, 4 * PAGE))
		vt_die("memfd");
	if (pwrite(fd, at, 2 * PAGE, 0) < 0 && errno != EFAULT)
		vt_die("a copy from a window");
	if (window->kind == RECEIVES && pread(fd, at, PAGE, 2 * PAGE) > 0)
		vt_die("a copy to a window to receive in");
	close(fd);
}

/* The kernel would keep the pages. */
static void pin(char *at)
{
	char own[PAGE];
	struct iovec there = { at, PAGE }, here = { own, PAGE };
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return;
	if (vmsplice(fds[1], &there, 1, 0) > 0)
		vt_die("pages of a window are in a pipe");
	close(fds[0]);
	close(fds[1]);
	if (process_vm_readv(getpid(), &here, 1, &there, 1, 0) > 0)
		vt_die("a window is read as another process's");
}

static long call_touch(struct actor *self, const struct step *step)
{
	struct window *window = window_named(step);
	size_t stride;
	char *at;

	(void)self;
	if (!window)
		return -EBADF;
	stride = window->stride ?: PAGE;
	at = window->base + (step->b * stride + step->c * PAGE) % window->bytes;
	switch (step->a >> 1 & 3) {
	case 0:
		return vt_peek(at);
	case 1:
		if (vt_touch(hit, at) == VT_THERE && window->kind == RECEIVES)
			vt_die("a window to receive in is written");
		return 0;
	case 2:
		copy(window, at);
		return 0;
	default:
		pin(at);
		return 0;
	}
}

const struct call strike_calls[] = {
	/* A fault would strike a signal, or what is not vbuf's. */
	{ .name = "touch", .call = call_touch, .faultless = true },
	{ .name = "unmap", .call = call_unmap, .faultless = true,
	  .upsets = 1U << UPSET_TAKES },
	{ .name = "protect", .call = call_protect, .faultless = true,
	  .upsets = 1U << UPSET_TAKES },
	{ .name = "remap", .call = call_remap, .faultless = true },
	{ .name = "advise", .call = call_advise, .faultless = true },
};

const unsigned int strike_calls_count = ARRAY_SIZE(strike_calls);
