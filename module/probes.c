// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel's own tracepoints tell.
 */
#include <linux/interrupt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/vbuf_trace.h>
#include <trace/events/irq.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>
#ifdef CONFIG_X86_LOCAL_APIC
#include <asm/trace/exceptions.h>
#include <asm/trace/irq_vectors.h>
#endif

#include "probes.h"
#include "threads.h"

static struct vbuf_thread *here(void)
{
	return this_cpu_read(vbuf_thread_here);
}

static void on_sched_switch(void *data, bool preempt, struct task_struct *prev,
			    struct task_struct *next, unsigned int prev_state)
{
	enum vbuf_thread_stop stop = VBUF_THREAD_SLEEPS;

	/*
	 * Who is preempted on its way to sleep goes on there later; and whom a signal
	 * keeps from it is told with the state that it had before.
	 */
	if (preempt || prev_state == TASK_RUNNING ||
	    READ_ONCE(prev->__state) == TASK_RUNNING)
		stop = VBUF_THREAD_IS_READY;
	else if (prev_state & TASK_RTLOCK_WAIT)
		stop = VBUF_THREAD_LOCKS;
	vbuf_threads_switch(next, stop);
}

static void on_sched_waking(void *data, struct task_struct *task)
{
	struct vbuf_thread *thread = vbuf_threads_find(task);

	if (thread)
		vbuf_thread_waking(thread);
}

static void on_sched_wakeup(void *data, struct task_struct *task)
{
	struct vbuf_thread *thread = vbuf_threads_find(task);

	if (thread)
		vbuf_thread_wakeup(thread);
}

static void on_sched_migrate_task(void *data, struct task_struct *task, int cpu)
{
	struct vbuf_thread *thread = vbuf_threads_find(task);

	if (thread)
		vbuf_thread_migrate(thread, cpu);
}

static void on_task_rename(void *data, struct task_struct *task,
			   const char *comm)
{
	struct vbuf_thread *thread = vbuf_threads_find(task);

	if (thread)
		vbuf_thread_rename(thread, comm);
}

static void on_sched_process_exit(void *data, struct task_struct *task)
{
	vbuf_threads_exit();
}

static void interrupt(u16 context, u32 source, bool begins)
{
	vbuf_thread_interrupt(here(),
			      (struct vbuf_interrupt){ context, source },
			      begins);
}

static void on_irq_handler_entry(void *data, int irq, struct irqaction *action)
{
	interrupt(VBUF_TRACE_HARDIRQ, irq, true);
}

static void on_irq_handler_exit(void *data, int irq, struct irqaction *action,
				int ret)
{
	interrupt(VBUF_TRACE_HARDIRQ, irq, false);
}

static void on_softirq_entry(void *data, unsigned int vec_nr)
{
	interrupt(VBUF_TRACE_SOFTIRQ, vec_nr, true);
}

static void on_softirq_exit(void *data, unsigned int vec_nr)
{
	interrupt(VBUF_TRACE_SOFTIRQ, vec_nr, false);
}

#ifdef CONFIG_X86_LOCAL_APIC
static void on_vector_entry(void *data, int vector)
{
	interrupt(VBUF_TRACE_VECTOR, vector, true);
}

static void on_vector_exit(void *data, int vector)
{
	interrupt(VBUF_TRACE_VECTOR, vector, false);
}

static void page_fault(bool kernel)
{
	struct vbuf_thread *thread = here();

	if (thread)
		vbuf_thread_fault(thread, kernel);
}

static void on_page_fault_user(void *data, unsigned long address,
			       struct pt_regs *regs, unsigned long error_code)
{
	page_fault(false);
}

static void on_page_fault_kernel(void *data, unsigned long address,
				 struct pt_regs *regs,
				 unsigned long error_code)
{
	/*
	 * The account's lock may be held here, as it is with interrupts off alone: by
	 * what a tracer does in a function that is called under it, or in a
	 * non-maskable interrupt. What the thread itself does faults with them on.
	 */
	if (regs->flags & X86_EFLAGS_IF && !in_nmi())
		page_fault(true);
}
#endif

/**
 * struct probe - a probe, and where it goes
 * @name: the tracepoint's
 * @function: what is called
 * @types: of records that it is for, bits by enum vbuf_trace_type
 * @needed: without it no account is right
 * @point: the tracepoint, once found; NULL if the kernel has none
 * @attached: it is called
 */
struct probe {
	const char *name;
	void *function;
	u64 types;
	bool needed;
	struct tracepoint *point;
	bool attached;
};

#define IRQ_TYPES	(BIT_ULL(VBUF_TRACE_IRQ) | BIT_ULL(VBUF_TRACE_IRQ_END))

#define NEEDED(_name)							\
	{ .name = #_name, .function = on_##_name, .needed = true }
#define PROBE(_name, _types)						\
	{ .name = #_name, .function = on_##_name, .types = _types }
#define VECTOR(_name, _on)						\
	{ .name = #_name, .function = _on, .types = IRQ_TYPES }

/*
 * Threads begin and end first, as interrupts belong to them. An interrupt's end is told
 * before its beginning is: an end alone does no harm, but what has no end stays.
 */
static struct probe probes[] = {
	NEEDED(sched_switch),
	NEEDED(sched_waking),
	NEEDED(sched_wakeup),
	NEEDED(sched_process_exit),
	PROBE(task_rename, 0),
	PROBE(sched_migrate_task, BIT_ULL(VBUF_TRACE_MIGRATE)),
	PROBE(irq_handler_exit, IRQ_TYPES),
	PROBE(irq_handler_entry, IRQ_TYPES),
	PROBE(softirq_exit, IRQ_TYPES),
	PROBE(softirq_entry, IRQ_TYPES),
#ifdef CONFIG_X86_LOCAL_APIC
	VECTOR(local_timer_exit, on_vector_exit),
	VECTOR(local_timer_entry, on_vector_entry),
	VECTOR(reschedule_exit, on_vector_exit),
	VECTOR(reschedule_entry, on_vector_entry),
	VECTOR(call_function_exit, on_vector_exit),
	VECTOR(call_function_entry, on_vector_entry),
	VECTOR(call_function_single_exit, on_vector_exit),
	VECTOR(call_function_single_entry, on_vector_entry),
	VECTOR(irq_work_exit, on_vector_exit),
	VECTOR(irq_work_entry, on_vector_entry),
	VECTOR(x86_platform_ipi_exit, on_vector_exit),
	VECTOR(x86_platform_ipi_entry, on_vector_entry),
	VECTOR(spurious_apic_exit, on_vector_exit),
	VECTOR(spurious_apic_entry, on_vector_entry),
	VECTOR(error_apic_exit, on_vector_exit),
	VECTOR(error_apic_entry, on_vector_entry),
	VECTOR(threshold_apic_exit, on_vector_exit),
	VECTOR(threshold_apic_entry, on_vector_entry),
	VECTOR(deferred_error_apic_exit, on_vector_exit),
	VECTOR(deferred_error_apic_entry, on_vector_entry),
	VECTOR(thermal_apic_exit, on_vector_exit),
	VECTOR(thermal_apic_entry, on_vector_entry),
	PROBE(page_fault_user, BIT_ULL(VBUF_TRACE_FAULT)),
	PROBE(page_fault_kernel, BIT_ULL(VBUF_TRACE_FAULT)),
#endif
};

/* That each is of the type that its tracepoint calls; at compile time alone. */
static void __maybe_unused check_types(void)
{
	check_trace_callback_type_sched_switch(on_sched_switch);
	check_trace_callback_type_sched_waking(on_sched_waking);
	check_trace_callback_type_sched_wakeup(on_sched_wakeup);
	check_trace_callback_type_sched_process_exit(on_sched_process_exit);
	check_trace_callback_type_task_rename(on_task_rename);
	check_trace_callback_type_sched_migrate_task(on_sched_migrate_task);
	check_trace_callback_type_irq_handler_entry(on_irq_handler_entry);
	check_trace_callback_type_irq_handler_exit(on_irq_handler_exit);
	check_trace_callback_type_softirq_entry(on_softirq_entry);
	check_trace_callback_type_softirq_exit(on_softirq_exit);
#ifdef CONFIG_X86_LOCAL_APIC
	check_trace_callback_type_local_timer_entry(on_vector_entry);
	check_trace_callback_type_local_timer_exit(on_vector_exit);
	check_trace_callback_type_page_fault_user(on_page_fault_user);
	check_trace_callback_type_page_fault_kernel(on_page_fault_kernel);
#endif
}

static void note_if_wanted(struct tracepoint *point, void *data)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (!strcmp(probes[i].name, point->name))
			probes[i].point = point;
}

static int attach(struct probe *probe)
{
	int err;

	if (!probe->point)
		return probe->needed ? -EOPNOTSUPP : 0;
	err = tracepoint_probe_register(probe->point, probe->function, NULL);
	probe->attached = !err;
	return err;
}

static void detach(struct probe *probe)
{
	if (probe->attached)
		tracepoint_probe_unregister(probe->point, probe->function, NULL);
	probe->attached = false;
}

/* What the kernel lacks; once. */
static void tell_missing(void)
{
	static bool is_told;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes) && !is_told; i++)
		if (!probes[i].point)
			pr_info("no tracepoint %s in this kernel: trace sessions tell nothing of it\n",
				probes[i].name);
	is_told = true;
}

/**
 * vbuf_probes_attach() - have the kernel tell
 *
 * May sleep. Not twice.
 *
 * Return: 0; -EOPNOTSUPP if the kernel lacks a tracepoint that is needed; -ENOMEM.
 */
int vbuf_probes_attach(void)
{
	unsigned int i;
	int err = 0;

	tell_missing();
	for (i = 0; i < ARRAY_SIZE(probes) && !err; i++)
		err = attach(&probes[i]);
	if (err)
		vbuf_probes_detach();
	return err;
}

/**
 * vbuf_probes_detach() - have the kernel tell no more
 *
 * May sleep. When it returns no probe runs any more, anywhere.
 */
void vbuf_probes_detach(void)
{
	unsigned int i = ARRAY_SIZE(probes);

	while (i--)
		detach(&probes[i]);
	tracepoint_synchronize_unregister();
}

/**
 * vbuf_probes_types() - what the kernel can tell
 *
 * Return: types of records, bits by enum vbuf_trace_type; those that need no tracepoint,
 * or one that accounts need, too, are among them; those of which it can tell a part
 * are, too.
 */
u64 vbuf_probes_types(void)
{
	u64 can = 0, special = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		special |= probes[i].types;
		if (probes[i].point)
			can |= probes[i].types;
	}
	return ~special | can;
}

/* Those of the kernel itself are there for good. Return: 0. */
int __init vbuf_probes_init(void)
{
	for_each_kernel_tracepoint(note_if_wanted, NULL);
	return 0;
}
