# SPDX-License-Identifier: GPL-2.0
"""Knows which lines of a kernel log are complaints."""

import re

COMPLAINT = re.compile("|".join([
    r"WARNING: ", r"BUG: ", r"\bBUG [\w-]+ \(", r"\bOops\b", r"Kernel panic", r"KASAN: ",
    r"UBSAN: ", r"KCSAN: ", r"(?<!\] )general protection fault[:,]",
    r"unable to handle", r"double fault:", r"Bad page ", r"Call Trace:",
    r"possible (circular|recursive) locking", r"inconsistent lock state",
    r"suspicious RCU usage", r"scheduling while atomic",
    r"sleeping function called", r"INFO: task .* blocked",
    r"INFO: trying to register non-static key", r"refcount_t: ",
    r"rcu: INFO: .* detected", r"rcu_\w+ (self-)?detected stall",
    r"soft lockup", r"hard LOCKUP", r"list_(add|del) corruption",
    r"kmemleak: \d+ new", r"ODEBUG: ", r"Slab .* objects remaining",
    r"invoked oom-killer", r"guest: setting up failed",
    r"self-deadlock|DEADLOCK",
]))


class KernelLog:
    """Takes the log as it comes; remembers complaints and the end."""

    BEFORE, AFTER, MOST = 3, 60, 400

    def __init__(self, marker):
        self.marker = marker
        self.lines = []
        self.complaints = []
        self.ended = False
        self.rest = b""

    def feed(self, data):
        """Takes some bytes of the log."""
        *whole, self.rest = (self.rest + data).split(b"\n")
        for line in whole:
            self.add(line.decode(errors="replace").rstrip("\r"))

    def add(self, line):
        """Takes one line."""
        if self.marker in line:
            self.ended = True
            return
        if COMPLAINT.search(line):
            self.complaints.append(len(self.lines))
        self.lines.append(line)

    def excerpt(self):
        """The complaints, each with what stands around it."""
        wanted = set()
        for at in self.complaints:
            wanted.update(range(max(0, at - self.BEFORE),
                                min(len(self.lines), at + self.AFTER)))
        return [self.lines[at] for at in sorted(wanted)[:self.MOST]]
