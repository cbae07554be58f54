# SPDX-License-Identifier: GPL-2.0
"""The archive a guest starts from: busybox, our scripts, a few drivers."""

import lzma
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import cache
from .error import RunError

BUSYBOX = Path("/bin/busybox")
GUEST = Path(__file__).resolve().parent.parent / "guest"
DRIVERS = ["virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay"]


def driver_files(kernel):
    """Module files in the order to load them; what is built in has none."""
    files = []
    for driver in DRIVERS:
        shown = subprocess.run(
            ["/sbin/modprobe", "-d", kernel.dir, "-S", kernel.release,
             "--show-depends", driver],
            capture_output=True, text=True, check=False)
        if shown.returncode:
            raise RunError(f"kernel {kernel.release} has no {driver}: "
                           + shown.stderr.strip())
        for line in shown.stdout.splitlines():
            word, _, rest = line.partition(" ")
            if word == "insmod" and rest.split()[0] not in files:
                files.append(rest.split()[0])
    return [Path(file) for file in files]


def add_drivers(kernel, folder):
    """Unpacked, for busybox cannot; listed in the order to load them."""
    folder.mkdir()
    names = []
    for file in driver_files(kernel):
        data = file.read_bytes()
        if file.suffix == ".xz":
            data = lzma.decompress(data)
            file = file.with_suffix("")
        (folder / file.name).write_bytes(data)
        names.append(file.name + "\n")
    (folder / "list").write_text("".join(names))


def pack(tree, archive):
    """Writes the archive whole or not at all."""
    new = archive.with_suffix(".new")
    files = sorted(str(path.relative_to(tree)) for path in tree.rglob("*"))
    with open(new, "wb") as out:
        subprocess.run(["cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"],
                       input="\n".join(files).encode(), stdout=out,
                       cwd=tree, check=True)
    os.rename(new, archive)


def get(kernel):
    """The archive for a kernel, from the cache where it is there."""
    scripts = [GUEST / "init", GUEST / "session"]
    name = cache.key(str(kernel.dir), BUSYBOX, *scripts, *DRIVERS)
    archive = cache.root() / "initramfs" / f"{name}.cpio"
    with cache.locked(archive.parent / "lock"):
        if not archive.exists():
            with tempfile.TemporaryDirectory() as tmp:
                tree = Path(tmp)
                (tree / "bin").mkdir()
                shutil.copy(BUSYBOX, tree / "bin")
                for script in scripts:
                    shutil.copy(script, tree)
                    (tree / script.name).chmod(0o755)
                add_drivers(kernel, tree / "modules")
                pack(tree, archive)
        cache.used(archive)
    return archive
