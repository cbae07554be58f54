# SPDX-License-Identifier: GPL-2.0
"""Commands whose output is of interest, above all those in virtual machines."""

import os
import subprocess

from programs import HERE

REPOSITORY = HERE.parent

# What the runner of virtual machines means by its status.
STATUS = {123: "the kernel complained", 124: "ran out of time"}

# For test programs on a kernel that watches itself, and is slow.
SLOWLY = ["TIMEOUT_SCALE=4", "STORM_SCALE=0.2"]

# And in little time: of slots some sizes, one of each kind.
BRIEFLY = [*SLOWLY, "SKIP_VARIANTS=half_page three_pages mib1 mib16"]


# Should we be killed, it ends, too, and its machine with it.
MORTAL = ["setpriv", "--pdeathsig", "TERM"]


def run(command, log, take, environment=()):
    """Runs a command to its end, keeps its output in the file log, and gives it
    line by line to take; returns the status."""
    with open(log, "w", encoding="utf-8") as kept:
        process = subprocess.Popen(
            [*MORTAL, *map(str, command)],
            cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
            env=dict(os.environ, **dict(environment)))
        for line in process.stdout:
            kept.write(line)
            kept.flush()
            take(line.rstrip("\n"))
    return process.wait()


def trouble(status):
    """What a status other than 0 says."""
    return STATUS.get(status, f"ended with status {status}")


def in_guest(kernel, settings, names, *options):
    """The command that runs test programs on a kernel."""
    return [HERE / "vm" / "run", "--kernel", kernel, *options, "--",
            "env", *settings, "selftests/run_tests", *names]
