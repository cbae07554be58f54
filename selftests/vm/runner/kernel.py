# SPDX-License-Identifier: GPL-2.0
"""Kernels to boot: each is a recipe in kernels/, which fetches or builds it."""

import subprocess
from pathlib import Path

from .error import RunError

RECIPES = Path(__file__).resolve().parent.parent / "kernels"


def known():
    """The names that --kernel takes."""
    return sorted(recipe.name for recipe in RECIPES.iterdir()
                  if recipe.is_file())


class Kernel:
    """A kernel in the cache: vmlinux, release, headers, lib/modules; and
    append, where it wants more on its command line."""

    def __init__(self, name):
        self.name = name
        fetched = subprocess.run([RECIPES / name], stdout=subprocess.PIPE,
                                 text=True, check=False)
        if fetched.returncode:
            raise RunError(f"kernel {name} is not to be had")
        self.dir = Path(fetched.stdout.strip())
        self.release = (self.dir / "release").read_text().strip()
        self.headers = self.dir / "headers"
        if not self.headers.is_dir():
            raise RunError(f"the headers of kernel {self.release} are missing")

    def image(self):
        """What to boot: the kernel proper, or one that unpacks itself."""
        plain = self.dir / "vmlinux"
        return plain if plain.exists() else self.dir / "vmlinuz"

    def append(self):
        """Words that this kernel wants on its command line."""
        words = self.dir / "append"
        return words.read_text().split() if words.exists() else []
