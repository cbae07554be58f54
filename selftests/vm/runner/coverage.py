# SPDX-License-Identifier: GPL-2.0
"""Keeps what the guest counted of the module's lines, for gcov."""

import shutil
from pathlib import Path


def keep(counted, module, folder):
    """Moves the counts that a guest left to a folder of their own, with what
    the compiler noted when it built the module, and from which tree."""
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if not counted.is_dir():
        return
    for file in [*counted.glob("*.gcda"), *module.parent.glob("*.gcno"),
                 module.parent / "tree", module.parent / "sources"]:
        shutil.copyfile(file, folder / file.name)
    shutil.rmtree(counted)
