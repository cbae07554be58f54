# SPDX-License-Identifier: GPL-2.0
"""How fast this machine's time stamp counter runs: see tsc-khz.c."""

import os
import platform
import subprocess
from pathlib import Path

from . import cache

SOURCE = Path(__file__).resolve().parent.parent / "tsc-khz.c"


def khz():
    """In kHz, measured; None where QEMU takes its ticks from elsewhere."""
    if platform.machine() != "x86_64":
        return None
    program = cache.root() / "tools" / cache.key(SOURCE)
    with cache.locked(program.parent / "lock"):
        if not program.exists():
            new = program.with_suffix(".new")
            subprocess.run(["cc", "-O2", "-o", new, SOURCE], check=True)
            os.rename(new, program)
    told = subprocess.run([program], stdout=subprocess.PIPE, text=True,
                          check=True)
    return int(told.stdout)
