# SPDX-License-Identifier: GPL-2.0
"""Which command lines of bench to run in a machine, one boot a plan."""

SINGLES = ["vbuf", "vbuf-ioctl", "pipe", "pipe-packet", "mq", "sysv", "unix"]
VECTORS = ["vbuf-x32", "pipe-x32", "unix-x32"]
SUBJECTS = SINGLES + VECTORS
OURS = {"vbuf", "vbuf-ioctl", "vbuf-x32"}

SIZES = [8, 64, 1024, 4096, 65536]
LARGE = 1048576

# Instructions, or nanoseconds, that a phase takes; twice as many pass before
# it. In I, what matters is that scheduling has settled; in R, the noise.
BUDGET = {"I": 20_000_000, "R": 20_000_000}
REPEAT = {"I": 3, "R": 11}


class Plan:
    """Command lines, made for a unit and for the subjects that are wanted."""

    def __init__(self, unit, subjects, repeat=None):
        self.unit = unit
        self.subjects = subjects
        self.repeat = repeat or REPEAT[unit]
        self.lines = []

    def add(self, verb, among, **options):
        """A line, for those of the subjects that are wanted."""
        chosen = [name for name in among if name in self.subjects
                  or name.startswith("null")]
        if not chosen:
            return
        words = [verb, "--subjects", ",".join(chosen)]
        for key, value in options.items():
            if isinstance(value, list):
                value = ",".join(str(item) for item in value)
            if value is True:
                words.append(f"--{key}")
            elif value:
                words += [f"--{key}", str(value)]
        self.lines.append(" ".join(words))

    def rate(self, among, sizes, modes, **options):
        """One-way rates; alone, a process has nothing to settle."""
        for some, budget in (
                ([mode for mode in modes if mode == "same"],
                 BUDGET[self.unit] // 4),
                ([mode for mode in modes if mode != "same"],
                 BUDGET[self.unit])):
            if some:
                self.add("rate", among, sizes=sizes, modes=some,
                         repeat=self.repeat, budget=budget, **options)

    def count(self, among, sizes, modes):
        """System calls, switches and wake-ups, in a pass of their own."""
        self.add("rate", among, sizes=sizes, modes=modes, count=True,
                 budget=BUDGET[self.unit] // 2)

    def trip(self, among, sizes, number, repeat=None):
        """Round trips, in R between two CPUs."""
        self.add("trip", among, sizes=sizes, number=number,
                 repeat=repeat or self.repeat, pin=self.unit == "R")

    def floor(self):
        """What system calls cost that do nothing."""
        self.rate(["null", "null-ioctl"], [64], ["same"])

    def vector_depth(self):
        """P3's second half: two processes, a deeper queue."""
        self.rate(VECTORS, [64], ["1x1"], depth=256)


def full(plan):
    """Everything the tables show."""
    modes = ["same", "1x1", "2x2"]
    plan.add("bound", SUBJECTS, sizes=SIZES + [LARGE])
    plan.floor()
    plan.rate(SUBJECTS, SIZES + [LARGE], modes)
    plan.vector_depth()
    plan.trip(SUBJECTS, [8], 5000)
    plan.trip(SUBJECTS, [64, 1024, 4096, 65536], 1000, repeat=1)
    plan.trip(SINGLES, [LARGE], 100, repeat=1)
    plan.count(SUBJECTS, [64, 65536], modes)
    plan.add("trip", SUBJECTS, sizes=[8], number=500, count=True)
    if plan.unit == "I":
        objects(plan)


def objects(plan):
    """Many channels, and what each takes."""
    plan.add("many", ["vbuf", "vbuf-ioctl", "pipe"], number=10000)
    plan.add("memory", ["vbuf", "pipe"])


def quick(plan):
    """P1 to P3 and P10, and the peers that they name."""
    plan.floor()
    plan.rate(["vbuf", "vbuf-ioctl", "pipe", "mq"], [64], ["same"])
    plan.rate(["vbuf-x32"], [8, 64], ["same"])
    plan.rate(["vbuf", "pipe"], [64], ["1x1"])
    plan.vector_depth()
    plan.trip(["vbuf", "vbuf-ioctl", "pipe", "mq"], [8], 5000)


def targets(plan):
    """What the table of targets needs, and no more."""
    if plan.unit == "I":
        quick(plan)
        plan.rate(["vbuf", "vbuf-ioctl", "pipe"], [65536, LARGE], ["1x1"])
        plan.count(["vbuf", "vbuf-x32", "pipe"], [64], ["2x2"])
        objects(plan)
        return
    plan.rate(["vbuf", "vbuf-x32", "pipe"], [64], ["1x1", "2x2"])
    plan.trip(["vbuf", "pipe"], [8], 2000)


KINDS = {"full": full, "quick": quick, "targets": targets}


def lines(kind, unit, subjects, repeat=None):
    """The command lines of a kind of run."""
    plan = Plan(unit, subjects, repeat)
    KINDS[kind](plan)
    return plan.lines
