// SPDX-License-Identifier: GPL-2.0
/* Namespaces, users and capabilities, for tests that run as root. */
#include "ns.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>

#define NS_IDS	100

int ns_net_self(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		vt_die("open the network namespace");
	return fd;
}

/* Moves the calling thread into a new one, and returns that. */
int ns_net_new(void)
{
	if (unshare(CLONE_NEWNET))
		vt_die("unshare the network namespace");
	return ns_net_self();
}

void ns_net_enter(int ns)
{
	if (setns(ns, CLONE_NEWNET))
		vt_die("enter a network namespace");
}

/* For good. */
void ns_become(struct ns_user user)
{
	if (setgroups(1, &user.group) ||
	    setresgid(user.gid, user.gid, user.gid) ||
	    setresuid(user.uid, user.uid, user.uid))
		vt_die("become user %u", user.uid);
	/* That cleared it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* What @what returned, 0 or -errno, in a process of @user. */
long ns_as(struct ns_user user, long (*what)(void *arg), void *arg)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		ns_become(user);
		_exit(-what(arg));
	}
	return -vt_reap(pid);
}

static void cap_call(long call, struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3 };

	if (syscall(call, &header, data))
		vt_die("capabilities");
}

/* Becomes @user, with one capability. */
void ns_keep_cap(int cap, struct ns_user user)
{
	struct __user_cap_data_struct data[2] = { { 0 } };

	if (prctl(PR_SET_KEEPCAPS, 1))
		vt_die("PR_SET_KEEPCAPS");
	ns_become(user);
	data[cap / 32].effective = 1U << cap % 32;
	data[cap / 32].permitted = 1U << cap % 32;
	cap_call(SYS_capset, data);
}

void ns_drop_cap(int cap)
{
	struct __user_cap_data_struct data[2];

	cap_call(SYS_capget, data);
	data[cap / 32].effective &= ~(1U << cap % 32);
	cap_call(SYS_capset, data);
}

void ns_time_ahead(long long sec)
{
	int fd;

	if (unshare(CLONE_NEWTIME))
		vt_die("unshare the time namespace");
	fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || dprintf(fd, "monotonic %lld 0\n", sec) < 0)
		vt_die("set the clock's offset");
	close(fd);
}

static void write_map(pid_t pid, const char *name, struct ns_ids ids)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || dprintf(fd, "0 %u %u\n", ids.first, ids.count) < 0)
		vt_die("write %s", path);
	close(fd);
}

/* Enters the namespaces, and waits until its ids are mapped. */
static void enter(uid_t owner, int flags, int told, int tell)
{
	char byte = 0;

	if (seteuid(owner) || unshare(CLONE_NEWUSER | flags))
		vt_die("unshare the user namespace");
	/* Who is not root of the host, either, writes to its files in /proc. */
	prctl(PR_SET_DUMPABLE, 1);
	if (write(tell, &byte, 1) != 1 || read(told, &byte, 1) != 1 ||
	    setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0))
		vt_die("become root of the user namespace");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

pid_t ns_user_fork_with(uid_t owner, int flags, struct ns_ids ids)
{
	int up[2], down[2];
	char byte;
	pid_t pid;

	if (pipe(up) || pipe(down))
		vt_die("pipe");
	pid = vt_fork();
	if (pid == 0) {
		enter(owner, flags, down[0], up[1]);
	} else {
		if (read(up[0], &byte, 1) != 1)
			vt_die("start a user namespace");
		write_map(pid, "uid_map", ids);
		write_map(pid, "gid_map", ids);
		if (write(down[1], &byte, 1) != 1)
			vt_die("go on in a user namespace");
	}
	close(up[0]);
	close(up[1]);
	close(down[0]);
	close(down[1]);
	return pid;
}

pid_t ns_user_fork(uid_t owner, int flags)
{
	struct ns_ids ids = { NS_FIRST_ID, NS_IDS };

	return ns_user_fork_with(owner, flags, ids);
}
