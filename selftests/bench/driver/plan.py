# SPDX-License-Identifier: GPL-2.0
"""Which command lines of bench to run in a machine, one boot a plan."""

SINGLES = ["vbuf", "vbuf-ioctl", "pipe", "pipe-packet", "mq", "sysv", "unix"]
VECTORS = ["vbuf-x32", "pipe-x32", "unix-x32"]
SMALL = SINGLES + VECTORS
MOVES = ["move", "movenext"]
VIEWS = ["openview", "openviewnext"]
# What large messages are measured by: vbuf's ways, then its peers.
BULK = ["vbuf", *MOVES, *VIEWS, "pipe", "unix", "vmsplice", "vmreadv", "memfd",
        "memfd-inplace"]
SUBJECTS = SMALL + [name for name in BULK if name not in SMALL]
OURS = {"vbuf", "vbuf-ioctl", "vbuf-x32", *MOVES, *VIEWS}

SIZES = [8, 64, 1024, 4096, 65536]
LARGE = 1048576
# One entry of a page table maps so much, where it can.
HUGE = 2097152
BULK_SIZES = [4096, 65536, LARGE]
BULK_HUGE = [4 * LARGE, 16 * LARGE]
# What passes them on without looking at the bytes: more messages in a while.
IN_PLACE = ["move", "movenext", "memfd-inplace"]
# Among these is the size from which moving is cheaper than copying, all at one
# depth.
EVEN_SIZES = [4096 << shift for shift in range(8)]
EVEN_DEPTH = 16
TOUCHES = ["none", "page", "all"]
SESSIONS = ["none", "accounts", "records"]

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

    def bulk_trip(self, touch):
        """Fewer where they take longer."""
        for sizes, number in (([4096, 65536], 500), ([LARGE], 60),
                              ([4 * LARGE], 12), ([16 * LARGE], 3)):
            if number >= 60 or self.unit == "I":
                self.add("trip", BULK, sizes=sizes, number=number,
                         touch=touch, pin=self.unit == "R")

    def bulk_rate(self, among, sizes, modes, repeat=1, **options):
        """As rate(), in less time: instructions need no second try."""
        self.add("rate", among, sizes=sizes, modes=modes,
                 budget=BUDGET[self.unit] // 2,
                 repeat=repeat if self.unit == "I" else self.repeat,
                 tries=1 if self.unit == "I" else None, **options)

    def bulk_huge(self, touch):
        """Messages so long that few must do."""
        among = [name for name in BULK if name not in IN_PLACE]
        self.bulk_rate(IN_PLACE, BULK_HUGE, ["1x1"], touch=touch)
        self.add("rate", among, sizes=BULK_HUGE, modes=["1x1"], touch=touch,
                 messages=4)

    def even(self):
        """Copying and moving, by size."""
        self.bulk_rate(["vbuf", "move", "movenext"], EVEN_SIZES,
                       ["same", "1x1"], depth=EVEN_DEPTH, touch="none",
                       repeat=self.repeat)

    def bulk_count(self, sizes, modes, **options):
        """What passing messages on does to page tables and TLBs."""
        self.add("rate", BULK, sizes=sizes, modes=modes, count=True,
                 touch="none", messages=128, **options)

    def floor(self):
        """What system calls cost that do nothing."""
        self.rate(["null", "null-ioctl"], [64], ["same"])

    def machine(self):
        """What work that nobody can save costs here."""
        self.lines.append(f"machine --repeat {self.repeat}")

    def trace(self, sessions):
        """Round trips, while a trace session of each kind is open."""
        for session in sessions:
            self.add("trip", ["vbuf"], sizes=[8, 64], number=5000,
                     repeat=self.repeat, session=session)

    def vector_depth(self):
        """P3's second half: two processes, a deeper queue."""
        self.rate(VECTORS, [64], ["1x1"], depth=256)


def full(plan):
    """Everything the tables show."""
    modes = ["same", "1x1", "2x2"]
    plan.add("bound", SMALL, sizes=SIZES + [LARGE])
    plan.floor()
    plan.rate(SMALL, SIZES + [LARGE], modes)
    plan.vector_depth()
    plan.trip(SMALL, [8], 5000)
    plan.trip(SMALL, [64, 1024, 4096, 65536], 1000, repeat=1)
    plan.trip(SINGLES, [LARGE], 100, repeat=1)
    plan.count(SMALL, [64, 65536], modes)
    plan.add("trip", SMALL, sizes=[8], number=500, count=True)
    if plan.unit == "I":
        objects(plan)
        trace(plan)
    bulk(plan)


def bulk(plan):
    """Large messages, by every way to pass them."""
    plan.add("bound", BULK, sizes=BULK_SIZES)
    if plan.unit == "R":
        plan.bulk_rate(BULK, BULK_SIZES, ["1x1"], touch="none")
        plan.bulk_trip("none")
        plan.bulk_count([4096, LARGE], ["1x1"], pin=True)
        plan.bulk_count([4096, LARGE], ["same"], pin=True, bystander=True)
        return
    plan.machine()
    plan.even()
    plan.rate(MOVES, [4096, LARGE, HUGE], ["same", "1x1"], touch="none")
    plan.rate(VIEWS, [65536, LARGE], ["same", "1x1"], touch="none")
    plan.bulk_rate(BULK, BULK_SIZES, ["same"], touch="none")
    for touch in TOUCHES:
        plan.bulk_rate(BULK, BULK_SIZES, ["1x1"], touch=touch)
        plan.bulk_huge(touch)
        plan.bulk_trip(touch)
    plan.bulk_count(BULK_SIZES + [HUGE], ["1x1"])


def objects(plan):
    """Many channels, and what each takes."""
    plan.add("many", ["vbuf", "vbuf-ioctl", "pipe"], number=10000)
    plan.add("memory", ["vbuf", "pipe"])


def trace(plan):
    """What sessions cost."""
    plan.trace(SESSIONS)


def untraced(plan):
    """What trace() is compared with, of a module that was built without."""
    plan.trace(["none"])


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
        trace(plan)
        plan.machine()
        plan.even()
        plan.rate(MOVES, [4096, LARGE, HUGE], ["same", "1x1"], touch="none")
        plan.rate(VIEWS, [65536, LARGE], ["same", "1x1"], touch="none")
        plan.bulk_count([LARGE], ["1x1"])
        return
    plan.rate(["vbuf", "vbuf-x32", "pipe"], [64], ["1x1", "2x2"])
    plan.trip(["vbuf", "pipe"], [8], 2000)


KINDS = {"full": full, "bulk": bulk, "quick": quick, "targets": targets,
         "trace": trace, "untraced": untraced}


def lines(kind, unit, subjects, repeat=None):
    """The command lines of a kind of run."""
    plan = Plan(unit, subjects, repeat)
    KINDS[kind](plan)
    return plan.lines
