# SPDX-License-Identifier: GPL-2.0
"""Runs the machine and listens to its four channels until all has been said."""

import os
import selectors
import socket
import subprocess
import time

from . import machine
from .kernellog import KernelLog

GRACE = 60


class Stream:
    """Passes a channel's bytes on, up to the marker that ends it."""

    def __init__(self, marker, target):
        self.marker = marker.encode()
        self.target = target
        self.held = b""
        self.ended = False

    def feed(self, data):
        """Takes some bytes; keeps back what may be the marker's beginning."""
        data = self.held + data
        self.held = b""
        if self.ended:
            return
        whole, found, _ = data.partition(self.marker)
        self.ended = bool(found)
        if not found:
            kept = self.begun_marker(data)
            whole = data[:len(data) - kept]
            self.held = data[len(data) - kept:]
        self.write(whole)

    def begun_marker(self, data):
        """How many bytes at the end of data could begin the marker."""
        for length in range(len(self.marker) - 1, 0, -1):
            if data.endswith(self.marker[:length]):
                return length
        return 0

    def flush(self):
        """The channel is gone: what was kept back was no marker."""
        self.write(self.held)
        self.held = b""

    def write(self, data):
        """All of it, whatever the target takes at a time."""
        while data:
            data = data[os.write(self.target, data):]


class Verdict:
    """The channel on which the guest says how it went."""

    def __init__(self, marker):
        self.marker = marker
        self.said = b""
        self.status = None
        self.troubles = []
        self.unable = []
        self.started = False
        self.ended = False

    def feed(self, data):
        """Takes some bytes."""
        *lines, self.said = (self.said + data).split(b"\n")
        for line in lines:
            word, _, rest = line.decode(errors="replace").partition(" ")
            if word == "exit":
                self.status = int(rest)
            elif word == "trouble:":
                self.troubles.append(rest)
            elif word == "unable:":
                self.unable.append(rest)
            elif word == "started":
                self.started = True
            elif word == self.marker:
                self.ended = True


class Session:
    """One boot, from power on to the verdict."""

    def __init__(self, job, timeout):
        self.log = KernelLog(job.marker)
        self.verdict = Verdict(job.marker)
        self.listeners = {
            "log": self.log,
            "stdout": Stream(job.marker, 1),
            "stderr": Stream(job.marker, 2),
            "verdict": self.verdict,
        }
        self.deadline = time.monotonic() + timeout if timeout else None
        self.timed_out = False

    def run(self, kernel, initramfs, job, options):
        """Boots, listens, and leaves no machine behind."""
        selector = selectors.DefaultSelector()
        theirs = {}
        for name, listener in self.listeners.items():
            ours, theirs[name] = socket.socketpair()
            selector.register(ours, selectors.EVENT_READ, listener)
        channels = {name: end.fileno() for name, end in theirs.items()}
        # Should we be killed, the machine goes with us.
        qemu = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL",
             *machine.arguments(kernel, initramfs, job, channels, options)],
            stdin=subprocess.DEVNULL, pass_fds=list(channels.values()))
        try:
            for end in theirs.values():
                end.close()
            self.listen(selector)
        finally:
            qemu.kill()
            qemu.wait()
            for key in list(selector.get_map().values()):
                key.fileobj.close()
            selector.close()
        for name in ("stdout", "stderr"):
            self.listeners[name].flush()

    def listen(self, selector):
        """Until every channel has ended or gone, or time is up."""
        while selector.get_map() and not self.all_ended():
            left = None
            if self.deadline is not None:
                left = self.deadline - time.monotonic()
                if left <= 0:
                    self.timed_out = not self.verdict.ended
                    return
            for key, _ in selector.select(left):
                data = key.fileobj.recv(1 << 16)
                if data:
                    key.data.feed(data)
                else:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
            if self.verdict.ended:
                self.shorten_deadline()

    def all_ended(self):
        """Has every channel carried its marker?"""
        return all(listener.ended for listener in self.listeners.values())

    def shorten_deadline(self):
        """The rest is on its way; it shall not take for ever."""
        latest = time.monotonic() + GRACE
        if self.deadline is None or self.deadline > latest:
            self.deadline = latest
