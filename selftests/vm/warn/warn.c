// SPDX-License-Identifier: GPL-2.0
/* A module with a fault on purpose: the runner must notice its warning. */

#include <linux/bug.h>
#include <linux/module.h>

/* A build with WARN_QUIET is quiet unless told. */
#ifdef WARN_QUIET
static bool quiet = true;
#else
static bool quiet;
#endif
module_param(quiet, bool, 0444);
MODULE_PARM_DESC(quiet, "load without a warning");

static int __init warn_init(void)
{
	WARN(!quiet, "a warning on purpose\n");
	return 0;
}

static void __exit warn_exit(void)
{
}

module_init(warn_init);
module_exit(warn_exit);
MODULE_DESCRIPTION("Warns when loaded, to test the runner of virtual machines");
MODULE_LICENSE("GPL");
