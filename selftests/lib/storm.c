// SPDX-License-Identifier: GPL-2.0
/* A storm's size, seed and memory, and messages that show damage. */
#include "storm.h"

/* @n times STORM_SCALE (default 1), 1 at the least. */
unsigned int storm_scale(unsigned int n)
{
	const char *env = getenv("STORM_SCALE");
	double scaled = n * (env ? atof(env) : 1.0);

	return scaled < 1 ? 1 : (unsigned int)scaled;
}

/* @n; on a machine that is slow, where STORM_SCALE says so, @few must do. */
unsigned int storm_few(unsigned int n, unsigned int few)
{
	const char *env = getenv("STORM_SCALE");

	return env && atof(env) < 1 ? few : n;
}

/* STORM_SEED, or else one from the clock; printed, to be given again. */
__u64 storm_seed(void)
{
	const char *env = getenv("STORM_SEED");
	__u64 seed = env ? strtoull(env, NULL, 0) : vt_now() * 2654435761U;

	fprintf(stderr, "# STORM_SEED=%#llx\n", seed);
	return seed;
}

/* splitmix64: any state will do, also 0. */
__u32 storm_below(__u64 *state, __u32 n)
{
	__u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (__u32)((z ^ (z >> 31)) >> 32) % n;
}

/* Zeroed memory that children share. */
void *storm_shared(size_t size)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		vt_die("mmap");
	return mem;
}

/* Returns when the child, and all that it had, is gone: how, as vt_reap(). */
int storm_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	return vt_reap(pid);
}

static __u64 sum_of(const struct storm_msg *msg)
{
	__u64 sum = ((__u64)msg->who << 32 | msg->nr) + 1;
	unsigned int i;

	for (i = 0; i < STORM_WORDS; i++)
		sum = (sum ^ msg->words[i]) * 0x100000001b3ULL;
	return sum;
}

void storm_fill(struct storm_msg *msg, __u32 who, __u32 nr)
{
	unsigned int i;

	msg->who = who;
	msg->nr = nr;
	for (i = 0; i < STORM_WORDS; i++)
		msg->words[i] = (who + 1) * 0x9e3779b97f4a7c15ULL + nr + i;
	msg->sum = sum_of(msg);
}

/* Memory that is all zero or all poison is no message. */
bool storm_whole(const struct storm_msg *msg)
{
	return msg->sum == sum_of(msg);
}

/* Describes @msgs, whole, for a vector call in either direction. */
void storm_vector(struct vbuf_msg *vec, struct storm_msg *msgs, unsigned int n)
{
	unsigned int i;

	memset(vec, 0, n * sizeof(*vec));
	for (i = 0; i < n; i++) {
		vec[i].buf = (uintptr_t)&msgs[i];
		vec[i].size = sizeof(msgs[i]);
		vec[i].len = sizeof(msgs[i]);
	}
}

void storm_set_cpu1(bool online)
{
	int fd = open(STORM_CPU1, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, online ? "1" : "0", 1) != 1)
		vt_die("set cpu1 %s", online ? "online" : "offline");
	close(fd);
}
