# SPDX-License-Identifier: GPL-2.0
"""Which test programs there are, and how long each may take."""

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT_TIMEOUT = 300


def source(name):
    """The file a program is made from, or is."""
    script = HERE / f"{name}.sh"
    return script if script.exists() else HERE / f"{name}.c"


def known():
    """Every program's name."""
    return sorted(path.stem for path in [*HERE.glob("*.c"),
                                         *HERE.glob("*.sh")])


def timeout(name):
    """Seconds a program may take."""
    told = re.search(r"\btimeout: (\d+)", source(name).read_text())
    return int(told[1]) if told else DEFAULT_TIMEOUT
