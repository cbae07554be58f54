# SPDX-License-Identifier: GPL-2.0
"""What one run is to do, as files that the guest reads; and its $VBUF_OUT."""

import os
import secrets
import shlex
import shutil
import tempfile
from pathlib import Path

from .build import REPOSITORY
from .error import note

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PASSED_ON = ("LANG", "LC_ALL", "TERM", "COLUMNS")


def one_stream():
    """Do our own two outputs end in the same place?"""
    out, err = os.fstat(1), os.fstat(2)
    return (out.st_dev, out.st_ino) == (err.st_dev, err.st_ino)


class Job:
    """A folder with settings, command, keep and the module."""

    def __init__(self, kernel, module, userlib, options):
        self.marker = "vm-run-end-" + secrets.token_hex(16)
        self.merged = one_stream()
        self.dir = Path(tempfile.mkdtemp(prefix="vbuf-vm-"))
        self.given_out = os.environ.get("VBUF_OUT")
        if self.given_out:
            self.out = Path(self.given_out).absolute()
            self.out.mkdir(parents=True, exist_ok=True)
        else:
            self.out = Path(tempfile.mkdtemp(prefix="vbuf-out-"))
        # Other runs may be given the same folder.
        self.counted = self.out / f".coverage-{os.getpid()}"
        if module:
            shutil.copy(module, self.dir / "module.ko")
        self.write_settings(kernel, module, options)
        self.write_command(module, userlib, options)
        self.write_kept()

    def write_settings(self, kernel, module, options):
        """Shell variables for guest/init and guest/session."""
        settings = {
            "marker": self.marker,
            "kernel": str(kernel.dir),
            "module": module.stem.replace("-", "_") if module else "",
            "modargs": options.modargs,
            "coverage": self.counted.name if options.coverage else "",
            "stderr": "merged" if self.merged else "separate",
        }
        lines = [f"{name}={shlex.quote(value)}\n"
                 for name, value in settings.items()]
        (self.dir / "settings").write_text("".join(lines))

    def write_command(self, module, userlib, options):
        """A shell script that becomes COMMAND."""
        environment = {name: os.environ[name] for name in PASSED_ON
                       if name in os.environ}
        environment.update(HOME="/root", USER="root", LOGNAME="root",
                           PATH=SYSTEM_PATH, VBUF_OUT="/run/vm/out",
                           VBUF_KERNEL=options.kernel)
        if module:
            environment["VBUF_MODULE"] = f"/run/vm/{module.name}"
        if userlib:
            environment["PATH"] = f"{userlib}:{SYSTEM_PATH}"
            environment["LD_LIBRARY_PATH"] = str(userlib)
        words = ["/usr/bin/env", "-i",
                 *[f"{name}={value}" for name, value in environment.items()],
                 *options.command]
        (self.dir / "command").write_text(
            f"cd {shlex.quote(os.getcwd())} || exit\n"
            f"exec {shlex.join(words)}\n")

    def write_kept(self):
        """Folders that the guest is to see where it has folders of its own."""
        kept = {str(REPOSITORY), os.getcwd()}
        (self.dir / "keep").write_text(
            "".join(f"{path}\n" for path in sorted(kept)
                    if path.startswith(("/tmp/", "/run/"))))

    def clean(self):
        """Removes what nobody wants to find."""
        shutil.rmtree(self.dir, ignore_errors=True)
        if self.given_out:
            return
        try:
            self.out.rmdir()
        except OSError:
            note(f"files left in $VBUF_OUT are in {self.out}")
