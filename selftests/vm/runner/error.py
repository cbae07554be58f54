# SPDX-License-Identifier: GPL-2.0
"""What the runner itself says to its user, and the statuses it ends with."""

import sys

KERNEL_COMPLAINED = 123
TIMED_OUT = 124
NO_VERDICT = 125


class RunError(Exception):
    """The run cannot be made, or came to no verdict."""


def note(text):
    """One line on standard error."""
    print(f"vm/run: {text}", file=sys.stderr, flush=True)
