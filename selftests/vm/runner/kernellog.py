# SPDX-License-Identifier: GPL-2.0
"""Knows which lines of a kernel log are complaints."""

import re
import sys
from pathlib import Path

COMPLAINTS = Path(__file__).resolve().parent.parent / "complaints"
COMPLAINT = re.compile("|".join(
    line for line in COMPLAINTS.read_text().splitlines()
    if not line.startswith("#")))


# A data race is a complaint if a module's access takes part, be it by a function
# that copies for it: the kernel has races of its own, known or harmless, in every
# boot.
RACE = re.compile(r"BUG: KCSAN: ")
ACCESS = re.compile(r"\b(read|write)\b.* to 0x\w+ of \d+ bytes by |race at unknown origin")
FRAME = re.compile(r" (\w[\w.]*)\+0x\w+/0x\w+( \[\w+\])?")
FOR_OTHERS = re.compile(r"_*(copy_(to|from)_(user|iter)|mem(cpy|set|move)|"
                        r"raw_copy_\w+|strn?\w+|l?list_\w+|rb_\w+)")


class KernelLog:
    """Takes the log as it comes; remembers complaints and the end."""

    BEFORE, AFTER, MOST = 3, 60, 400

    def __init__(self, marker):
        self.marker = marker
        self.lines = []
        self.complaints = []
        self.ended = False
        self.rest = b""
        self.race = None
        self.access = False

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
        if RACE.search(line):
            self.race = len(self.lines)
        elif COMPLAINT.search(line):
            self.complaints.append(len(self.lines))
        elif self.race is not None:
            self.add_to_race(line)
        self.lines.append(line)

    def add_to_race(self, line):
        """Takes a line of a report: what follows an access is where it was."""
        frame = FRAME.search(line)
        if ACCESS.search(line):
            self.access = True
        elif self.access and frame and not FOR_OTHERS.match(frame[1]):
            self.access = False
            if frame[2]:
                self.complaints.append(self.race)
                self.race = None
        elif "==========" in line:
            self.race = None

    def excerpt(self):
        """The complaints, each with what stands around it."""
        wanted = set()
        for at in self.complaints:
            wanted.update(range(max(0, at - self.BEFORE),
                                min(len(self.lines), at + self.AFTER)))
        return [self.lines[at] for at in sorted(wanted)[:self.MOST]]


def main():
    """Whether there is a complaint in standard input."""
    log = KernelLog("the end of it")
    log.feed(sys.stdin.buffer.read())
    return 0 if log.complaints else 1


if __name__ == "__main__":
    sys.exit(main())
