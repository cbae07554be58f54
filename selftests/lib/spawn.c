// SPDX-License-Identifier: GPL-2.0
/* Calls that run, and block, in a thread or process of their own. */
#include <sys/prctl.h>

#include "vbuf_test.h"

long vt_op_send(struct vt_call *call)
{
	struct vbuf_xfer xfer = {
		.size = sizeof(xfer), .flags = call->flags,
		.buf = (uintptr_t)call->data, .len = call->len,
		.deadline_ns = call->deadline_ns };

	if (call->arg)
		xfer.buf = (uintptr_t)call->arg;
	return vt_ioctl(call->fd, VBUF_IOC_SEND, &xfer);
}

long vt_op_recv(struct vt_call *call)
{
	struct vbuf_xfer xfer = {
		.size = sizeof(xfer), .flags = call->flags,
		.buf = (uintptr_t)call->data, .len = call->len,
		.deadline_ns = call->deadline_ns };
	long ret;

	if (call->arg)
		xfer.buf = (uintptr_t)call->arg;
	ret = vt_ioctl(call->fd, VBUF_IOC_RECV, &xfer);
	call->len = xfer.len;
	return ret;
}

long vt_op_write(struct vt_call *call)
{
	return vt_write(call->fd, call->data, call->len);
}

long vt_op_read(struct vt_call *call)
{
	return vt_read(call->fd, call->data, call->len);
}

long vt_op_drain(struct vt_call *call)
{
	return vt_drain(call->fd, call->deadline_ns);
}

struct vt_call *vt_shared_calls(unsigned int count)
{
	void *calls = mmap(NULL, count * sizeof(struct vt_call),
			   PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (calls == MAP_FAILED)
		vt_die("mmap");
	return calls;
}

static void *run(void *arg)
{
	struct vt_call *call = arg;

	__atomic_store_n(&call->tid, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	call->ret = call->op(call);
	__atomic_store_n(&call->done, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

void vt_start(struct vt_call *call)
{
	if (pthread_create(&call->thread, NULL, run, call))
		vt_die("pthread_create");
	while (!__atomic_load_n(&call->tid, __ATOMIC_SEQ_CST))
		usleep(1000);
}

void vt_start_process(struct vt_call *call)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		run(call);
		_exit(0);
	}
	call->is_process = true;
	call->tid = pid;
}

void vt_start_send(struct vt_call *call, int fd, char byte)
{
	call->op = vt_op_send;
	call->fd = fd;
	call->data[0] = byte;
	call->len = 1;
	vt_start(call);
}

void vt_start_recv(struct vt_call *call, int fd)
{
	call->op = vt_op_recv;
	call->fd = fd;
	call->len = sizeof(call->data);
	memset(call->data, VT_POISON, sizeof(call->data));
	vt_start(call);
}

bool vt_done(struct vt_call *call)
{
	return __atomic_load_n(&call->done, __ATOMIC_SEQ_CST);
}

/*
 * To the kernel, and so to who asks it, a thread may be there a little longer than
 * pthread_join() waits.
 */
static void join_thread(struct vt_call *call)
{
	pthread_join(call->thread, NULL);
	while (!syscall(SYS_tgkill, getpid(), call->tid, 0))
		usleep(100);
}

/* What the call returned; -ECHILD where its process died before that. */
long vt_join(struct vt_call *call)
{
	if (!call->is_process)
		join_thread(call);
	else if (vt_reap(call->tid) != 0)
		return -ECHILD;
	return call->ret;
}

/* Returns when the process, and all that it had, is gone. */
void vt_kill(struct vt_call *call)
{
	kill(call->tid, SIGKILL);
	vt_join(call);
}

/* A child that does not outlive the test, however that ends. */
pid_t vt_fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		vt_die("fork");
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/* The child's exit status, or minus the signal that killed it. */
int vt_reap(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		vt_die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Waits until the thread sleeps so that a signal can interrupt it. */
bool vt_sleeps(pid_t tid)
{
	char path[64], line[256], *state;
	unsigned int tries;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	for (tries = 0; tries < 10000; tries++) {
		file = fopen(path, "r");
		if (!file || !fgets(line, sizeof(line), file))
			vt_die("read %s", path);
		fclose(file);
		state = strrchr(line, ')');
		if (state && state[2] == 'S')
			return true;
		usleep(1000);
	}
	return false;
}
