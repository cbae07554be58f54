# SPDX-License-Identifier: GPL-2.0
"""Builds a module for a kernel, and the user-space library and tool."""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import cache
from .error import RunError

REPOSITORY = Path(__file__).resolve().parents[3]
OURS = ["Kbuild", "module", "uapi"]


def sources(root, parts):
    """Source files below root, of some parts of it or of all."""
    found = []
    for part in parts or ["."]:
        path = root / part
        found += [path] if path.is_file() else path.rglob("*")
    wanted = {".c", ".h", ".S"}
    return sorted(file for file in found
                  if file.suffix in wanted or file.name in ("Kbuild",
                                                            "Makefile"))


def sources_key(root, files):
    """A name made from the files' names and contents."""
    return cache.key(*[part for file in files
                       for part in (str(file.relative_to(root)), file)])


def mirror(root, files, tree):
    """Makes tree's sources those of root, touching only what differs."""
    names = {file.relative_to(root) for file in files}
    for old in sources(tree, []):
        if (old.relative_to(tree) not in names
                and not old.name.endswith(".mod.c")):
            old.unlink()
    for name in names:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        if not ((tree / name).exists()
                and filecmp.cmp(root / name, tree / name, shallow=False)):
            shutil.copyfile(root / name, tree / name)


def kernel_flags(defines):
    """Words for make: what the compiler is to be told besides."""
    flags = " ".join(f"-D{name}" for name in defines)
    return [f"KCFLAGS={flags}"] if flags else []


def make_module(kernel, root, tree, defines):
    """Runs the kernel's build system, which rebuilds only what changed.

    What it says names the files in root: those are the ones to mend.
    """
    jobs = f"-j{os.cpu_count()}"
    made = subprocess.run(
        ["make", "-s", jobs, "-C", kernel.headers.resolve(), f"M={tree}",
         *kernel_flags(defines), "modules"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", check=False)
    if made.returncode or "warning:" in made.stdout:
        print(made.stdout.replace(str(tree), str(root)), file=sys.stderr)
    if made.returncode:
        raise RunError(f"the module does not build for {kernel.release}")


def module(kernel, root=None, defines=()):
    """The .ko for a kernel: ours, or the one whose sources are in root.

    With names defined it is another one, of a tree of its own. Trees are
    built in place again and again, so a small change is built fast; results
    are kept by what went in, so runs do not disturb one another.
    """
    parts = [] if root else OURS
    root = Path(root).absolute() if root else REPOSITORY
    files = sources(root, parts)
    if not any(file.suffix == ".c" for file in files):
        raise RunError(f"{root} holds no module sources (--no-module runs "
                       "without)")
    content = cache.key(str(kernel.dir), sources_key(root, files), *defines)
    base = cache.root() / "modules" / kernel.dir.name
    tree = base / "trees" / cache.key(str(root), *defines)
    done = base / "results" / content
    with cache.locked(tree.with_suffix(".lock")):
        if not done.is_dir():
            tree.mkdir(parents=True, exist_ok=True)
            mirror(root, files, tree)
            make_module(kernel, root, tree, defines)
            cache.used(tree)
            keep_result(tree, done, sources_key(root, files))
        cache.used(done)
    return next(done.glob("*.ko"))


def keep_result(tree, done, key):
    """Moves the one module that was built to its own folder, and what the
    compiler notes for gcov, unless another copy of the same sources came
    first."""
    built = list(tree.rglob("*.ko"))
    if len(built) != 1:
        raise RunError(f"one module was to be built, found {len(built)}")
    done.parent.mkdir(exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=tree.parent))
    for file in [built[0], *built[0].parent.glob("*.gcno")]:
        shutil.copy(file, new)
    (new / "tree").write_text(str(tree))
    (new / "sources").write_text(key)
    with cache.locked(done.parent.with_suffix(".lock")):
        if done.is_dir():
            shutil.rmtree(new)
        else:
            os.rename(new, done)


def userlib():
    """Builds library and tool, where they are, and returns that folder."""
    folder = REPOSITORY / "userlib"
    if not (folder / "Makefile").exists():
        return None
    with cache.locked(cache.root() / "userlib"
                      / (cache.key(str(folder)) + ".lock")):
        made = subprocess.run(
            ["make", "-s", f"-j{os.cpu_count()}", "-C", folder],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
            check=False)
    if made.returncode:
        print(made.stdout, file=sys.stderr)
        raise RunError("library and tool do not build")
    return folder / "build"
