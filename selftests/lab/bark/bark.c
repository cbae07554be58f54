// SPDX-License-Identifier: GPL-2.0
/*
 * A module with the faults that the debug kernels are there to find, to see
 * that each is found: nothing else shows that a watcher which is silent is
 * awake.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *faults[16];
static unsigned int count;
module_param_array(faults, charp, &count, 0444);
MODULE_PARM_DESC(faults, "those to commit, in their order");

/* Not known to the compiler: it would see the fault. */
static size_t room = 24;
module_param(room, ulong, 0444);
MODULE_PARM_DESC(room, "bytes that are allocated");

static void use_after_free(void)
{
	char *bytes = kmalloc(room, GFP_KERNEL);

	kfree(bytes);
	OPTIMIZER_HIDE_VAR(bytes);
	WRITE_ONCE(bytes[0], 'x');
}

static void overrun(void)
{
	char *bytes = kmalloc(room, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(bytes);
	if (bytes)
		WRITE_ONCE(bytes[room], 'x');
	kfree(bytes);
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static void invert_locks(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static DEFINE_SPINLOCK(spinning);

static void sleep_in_atomic(void)
{
	spin_lock(&spinning);
	msleep(20);
	spin_unlock(&spinning);
}

/* It would sleep only if it had to. */
static void lock_in_atomic(void)
{
	spin_lock(&spinning);
	might_sleep();
	spin_unlock(&spinning);
}

static char __rcu *pointer;

static void forget_to_read_lock(void)
{
	char *bytes = rcu_dereference(pointer);

	OPTIMIZER_HIDE_VAR(bytes);
}

static void shift_too_far(void)
{
	int one = 1;

	OPTIMIZER_HIDE_VAR(one);
	one <<= room + 32;
	OPTIMIZER_HIDE_VAR(one);
}

/* Into what follows the array, which KASAN has nothing against. */
static struct {
	int few[4];
	int more[60];
} ints;

static void index_too_far(void)
{
	WRITE_ONCE(ints.few[room], 1);
}

struct timed {
	struct timer_list timer;
};

static void never(struct timer_list *timer)
{
}

static void free_a_timer(void)
{
	struct timed *timed = kmalloc(sizeof(*timed), GFP_KERNEL);

	if (!timed)
		return;
	timer_setup(&timed->timer, never, 0);
	mod_timer(&timed->timer, jiffies + 3600 * HZ);
	kfree(timed);
}

static LIST_HEAD(list);

static void delete_twice(void)
{
	struct list_head entry;

	list_add(&entry, &list);
	list_del(&entry);
	list_del(&entry);
}

static void leak(void)
{
	char *bytes = kmalloc(room, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(bytes);
	if (bytes)
		WRITE_ONCE(bytes[0], 'x');
}

static unsigned long shared;
static DECLARE_COMPLETION(other_ended);

static int add_alone(void *unused)
{
	unsigned int i;

	for (i = 0; i < 3000000; i++) {
		shared++;
		barrier();	/* else it is one addition */
	}
	complete(&other_ended);
	return 0;
}

static void race(void)
{
	struct task_struct *other = kthread_run(add_alone, NULL, "bark");
	unsigned int i;

	if (IS_ERR(other))
		return;
	for (i = 0; i < 3000000; i++) {
		shared++;
		cond_resched();
	}
	wait_for_completion(&other_ended);
}

static const struct {
	const char *name;
	void (*commit)(void);
} known[] = {
	{ "rcu", forget_to_read_lock }, { "block", lock_in_atomic },
	{ "shift", shift_too_far }, { "index", index_too_far },
	{ "timer", free_a_timer }, { "list", delete_twice },
	{ "inversion", invert_locks }, { "sleep", sleep_in_atomic },
	{ "leak", leak }, { "uaf", use_after_free }, { "overrun", overrun },
	{ "race", race },
};

static int __init bark_init(void)
{
	unsigned int i, j;

	for (i = 0; i < count; i++)
		for (j = 0; j < ARRAY_SIZE(known); j++)
			if (!strcmp(faults[i], known[j].name))
				known[j].commit();
	return 0;
}

static void __exit bark_exit(void)
{
}

module_init(bark_init);
module_exit(bark_exit);
MODULE_DESCRIPTION("Commits faults when loaded, to test the debug kernels");
MODULE_LICENSE("GPL");
