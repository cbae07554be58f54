# SPDX-License-Identifier: GPL-2.0
"""The cache folder: where it is, locks in it, keys made from contents."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
from pathlib import Path


UNUSED_DAYS = 14


def root():
    """The cache folder: $VBUF_CACHE, or vbuf below the user's cache."""
    if os.environ.get("VBUF_CACHE"):
        return Path(os.environ["VBUF_CACHE"]).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).absolute() / "vbuf"


@contextlib.contextmanager
def locked(path):
    """Holds the lock file path; other processes that want it wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def key(*parts):
    """A name made from strings and from the contents of Paths."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part.encode()
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()[:24]


def used(path):
    """Notes that a result was of use today, and forgets its neighbours that
    were of none for long."""
    os.utime(path)
    oldest = time.time() - UNUSED_DAYS * 24 * 3600
    for neighbour in path.parent.iterdir():
        # Others may be at the same.
        with contextlib.suppress(FileNotFoundError):
            if neighbour.stat().st_mtime < oldest:
                forget(neighbour)


def forget(path):
    """Removes a result, be it a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()
