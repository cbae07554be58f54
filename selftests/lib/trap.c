// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that faults: a page at which a copy stops until the test lets it go
 * on, so that the middle of a call can be looked at; and a buffer with nothing
 * behind it.
 */
#include <linux/userfaultfd.h>

#include "vbuf_test.h"

static size_t page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

void vt_trap_set(struct vt_trap *trap)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.mode = UFFDIO_REGISTER_MODE_MISSING };

	trap->page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	trap->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (trap->page == MAP_FAILED || trap->uffd < 0)
		vt_die("userfaultfd");
	range.range.start = (uintptr_t)trap->page;
	range.range.len = page_size();
	if (ioctl(trap->uffd, UFFDIO_API, &api) ||
	    ioctl(trap->uffd, UFFDIO_REGISTER, &range))
		vt_die("register with userfaultfd");
}

/* Returns when a call has stopped at the page. */
void vt_trap_wait(struct vt_trap *trap)
{
	struct uffd_msg msg;

	if (read(trap->uffd, &msg, sizeof(msg)) != sizeof(msg) ||
	    msg.event != UFFD_EVENT_PAGEFAULT)
		vt_die("wait for a page fault");
}

/* Gives the page its bytes, and lets the call go on. */
void vt_trap_fill(struct vt_trap *trap, char byte)
{
	struct uffdio_copy copy = { 0 };
	void *bytes = aligned_alloc(page_size(), page_size());

	memset(bytes, byte, page_size());
	copy.dst = (uintptr_t)trap->page;
	copy.src = (uintptr_t)bytes;
	copy.len = page_size();
	if (ioctl(trap->uffd, UFFDIO_COPY, &copy))
		vt_die("fill the page");
	free(bytes);
	close(trap->uffd);
}

/* @len bytes, at most a page, at whose end accessible memory ends. */
char *vt_guarded(size_t len)
{
	char *pages = mmap(NULL, 2 * page_size(), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED ||
	    mprotect(pages + page_size(), page_size(), PROT_NONE))
		vt_die("mmap");
	return pages + page_size() - len;
}
