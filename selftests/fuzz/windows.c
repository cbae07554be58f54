// SPDX-License-Identifier: GPL-2.0
/* Windows: where they are mapped, and with what arguments. */
#include "region.h"

/* Places for windows; nothing else is mapped so low. */
#define PLACES		0x100000000000ULL
#define PLACE_SIZE	(64ULL << 20)
#define PLACE_COUNT	(1ULL << 20)

static struct {
	__u64 place;
	unsigned int count;
	struct window windows[MAX_STEPS];
} *table;

/* Before there is an actor. */
void windows_init(void)
{
	table = storm_shared(sizeof(*table));
}

/* An input begins: nothing is mapped. */
void windows_begin(void)
{
	memset(table->windows, 0, sizeof(table->windows));
	table->count = 0;
}

/* Where so many bytes, and a page, can be mapped. */
char *window_place(size_t bytes)
{
	__u64 many = bytes / PLACE_SIZE + 2;
	__u64 place = __atomic_fetch_add(&table->place, many, __ATOMIC_RELAXED);

	return (char *)(PLACES + place % PLACE_COUNT * PLACE_SIZE);
}

/* The one that the endpoint had last. */
struct window *window_of(__u32 endpoint, enum kind kind)
{
	unsigned int i = __atomic_load_n(&table->count, __ATOMIC_ACQUIRE);

	while (i--) {
		struct window *window = &table->windows[i % MAX_STEPS];

		if (window->base && window->endpoint == endpoint &&
		    window->kind == kind)
			return window;
	}
	return NULL;
}

struct window *window_at(__u64 addr)
{
	unsigned int i = __atomic_load_n(&table->count, __ATOMIC_ACQUIRE);

	while (i--) {
		struct window *window = &table->windows[i % MAX_STEPS];

		if (window->base && addr - (uintptr_t)window->base < window->bytes)
			return window;
	}
	return NULL;
}

/* The file's own; or any that there was, whosever file it is or was. */
struct window *window_named(const struct step *step)
{
	struct window *window = &table->windows[step->where % MAX_STEPS];

	if (step->a & 0x80)
		return window->base ? window : NULL;
	return window_of(endpoint_of(step), step->a & 1);
}

bool window_is_here(const struct window *window, const struct step *step)
{
	return window->mapped && !window->gone &&
	       window->in_process == by_process(step);
}

/* Whether what @own shows at @offset is seen in any other window here. */
bool window_shared(const struct window *own, __u64 offset)
{
	const struct window *other;
	unsigned int i;

	for (i = 0; i < MAX_STEPS; i++) {
		other = &table->windows[i];
		if (other != own && other->base && other->channel == own->channel &&
		    vt_peek(other->base + offset) == VT_THERE)
			return true;
	}
	return false;
}

/* The actor that is a process has ended. */
void windows_lose_process(void)
{
	unsigned int i;

	for (i = 0; i < MAX_STEPS; i++)
		if (table->windows[i].in_process)
			table->windows[i].gone = true;
}

/* In a child: it has none of the parent's. */
void windows_check_child(void)
{
	const struct window *window;
	unsigned int i;
	int met;

	for (i = 0; i < MAX_STEPS; i++) {
		window = &table->windows[i];
		met = window->base ? vt_peek(window->base) : VT_NOT_MAPPED;
		if (met == VT_THERE || met == VT_NOT_OWNED)
			vt_die("a child has its parent's window");
	}
}

/* Of files that are closed: nothing is seen any more. */
void windows_close(void)
{
	size_t bytes;
	unsigned int i;
	char *base;

	for (i = 0; i < MAX_STEPS; i++) {
		base = table->windows[i].base;
		bytes = table->windows[i].bytes;
		if (!base)
			continue;
		if (vt_peek(base) == VT_THERE ||
		    vt_peek(base + bytes - PAGE) == VT_THERE)
			vt_die("what was closed is seen still");
		if (munmap(base, bytes))
			vt_die("munmap of a window");
	}
}

int usual_prot(enum kind kind)
{
	return kind == SENDS ? PROT_READ | PROT_WRITE : PROT_READ;
}

struct mapping {
	char *at;
	size_t bytes;
	int prot;
	int flags;
	__u64 offset;
};

/* One thing is wrong: what is expected to fail, and what a call may take. */
static bool spoil(struct mapping *mapping, const struct step *step,
		  enum kind kind)
{
	switch (step->where % 10) {
	case 0:
		mapping->offset += PAGE;
		return true;
	case 1:
		mapping->offset = VBUF_MAP_RECEIVE * 2;
		return true;
	case 2:
		mapping->bytes += PAGE;
		return true;
	case 3:
		mapping->bytes = mapping->bytes > PAGE ? PAGE :
				 mapping->bytes + PAGE;
		return true;
	case 4:
		mapping->flags = MAP_PRIVATE;
		return true;
	case 5:
		mapping->prot |= PROT_EXEC;
		return true;
	case 6:
		mapping->prot |= PROT_WRITE;
		return kind == RECEIVES;
	case 7:
		mapping->prot = PROT_NONE;
		return false;
	case 8:
		mapping->prot = PROT_READ;
		return false;
	default:
		mapping->flags |= MAP_POPULATE | MAP_LOCKED;
		return false;
	}
}

/* In the table before it is mapped, for another thread may use it at once. */
static struct window *add(const struct step *step, enum kind kind, int fd,
			  const struct mapping *mapping, size_t stride)
{
	struct vbuf_getattr attr = { .size = sizeof(attr) };
	unsigned int i;

	/* If it is no endpoint it is not mapped either. */
	ioctl(fd, VBUF_IOC_GETATTR, &attr);
	i = __atomic_fetch_add(&table->count, 1, __ATOMIC_ACQ_REL);
	table->windows[i % MAX_STEPS] = (struct window) {
		.base = mapping->at, .bytes = mapping->bytes, .stride = stride,
		.endpoint = file_endpoint(fd), .channel = attr.id, .kind = kind,
		.open = attr.attr.flags & VBUF_OPEN_VIEW,
		.in_process = by_process(step),
		.usable = mapping->prot == usual_prot(kind) };
	return &table->windows[i % MAX_STEPS];
}

static long map(const struct step *step, enum kind kind, int fd,
		const struct mapping *mapping, size_t stride)
{
	struct window *window = add(step, kind, fd, mapping, stride);
	char *at;

	at = mmap64(mapping->at, mapping->bytes, mapping->prot,
		    mapping->flags | MAP_FIXED_NOREPLACE, fd, mapping->offset);
	window->mapped = at != MAP_FAILED;
	if (window->mapped)
		return 0;
	window->base = NULL;
	return -errno;
}

/* Of what has no region, too. */
static long call_map(struct actor *self, const struct step *step)
{
	struct vbuf_region_info info = { .size = sizeof(info) };
	enum wrong wrong = wrong_of(step);
	enum kind kind = step->a & 1;
	int fd = *entry_of(step);
	struct mapping mapping = {
		.prot = usual_prot(kind), .flags = MAP_SHARED,
		.offset = kind == SENDS ? VBUF_MAP_SEND : VBUF_MAP_RECEIVE };
	bool fails = false;
	long ret;

	(void)self;
	if (ioctl(fd, VBUF_IOC_REGION, &info))
		info.bytes = PAGE;
	mapping.bytes = info.bytes;
	if (wrong != WRONG_NOTHING && wrong != WRONG_FAULT)
		fails = spoil(&mapping, step, kind);
	/* Where large pages stand, or not. */
	mapping.at = window_place(mapping.bytes) + (step->b & 1) * PAGE;
	ret = map(step, kind, fd, &mapping, info.stride);
	if (fails && ret == 0)
		vt_die("a window is mapped as it must not be");
	return ret;
}

static long call_region(struct actor *self, const struct step *step)
{
	struct vbuf_region_info info = { .size = sizeof(info) };
	long ret = command(self, step, VBUF_IOC_REGION, &info, sizeof(info));

	if (ret == 0 && wrong_of(step) == WRONG_NOTHING &&
	    (info.bytes % PAGE || info.stride % PAGE || !info.bytes ||
	     info.send_addr % PAGE || info.receive_addr % PAGE))
		vt_die("a region has %llu bytes, stride %llu", info.bytes,
		       info.stride);
	return ret;
}

const struct call window_calls[] = {
	{ .name = "region", .call = call_region },
	{ .name = "map", .call = call_map, .upsets = 1U << UPSET_GIVES },
};

const unsigned int window_calls_count = ARRAY_SIZE(window_calls);
