# SPDX-License-Identifier: GPL-2.0
"""Large messages: tables, and from which size on moving beats copying."""

from .plan import BULK, EVEN_DEPTH, HUGE, MOVES, TOUCHES
from .results import Results, depth_of
from .tables import MODES, by_size, grid, size_name

PAGE = 4096
MIB = 1 << 20

WORDS = {
    "none": "just passed on",
    "page": "a word of each page written, and read",
    "all": "a word of each page written, all read",
}

# How often a message's bytes are copied, by what each subject does.
COPIES = {"vbuf": 2, "move": 0, "movenext": 0, "openview": 1,
          "openviewnext": 1, "pipe": 2, "unix": 2, "vmsplice": 1,
          "vmreadv": 1, "memfd": 2, "memfd-inplace": 0}

# Nanoseconds on a processor, not an emulator: a system call that does nothing,
# and a mebibyte copied, and mapped and unmapped a page an entry by the kernel's
# usual way. `bench machine` measures the like of the three where it is run.
HARDWARE = {"syscall": 164, "copy": 22_000, "map": 78_000}


def rates(results, unit):
    """One way, at the depth that goes with each size."""
    for touch in TOUCHES:
        usual = Results([sample for sample
                         in results.of(test="rate", touch=touch)
                         if sample["depth"] == depth_of(sample["size"])])
        for mode in ("same", "1x1"):
            by_size(usual,
                    f"{MODES[mode]}, {WORDS[touch]}: {unit} a message", "ns",
                    tuple(BULK), mode=mode)


def trips(results, unit):
    """There and back."""
    for touch in TOUCHES:
        by_size(Results(results.of(test="trip", touch=touch)),
                f"round trip, {WORDS[touch]}, p50: {unit}", "p50",
                tuple(BULK))


def entries(subject, size, large):
    """Page-table entries set for a message, and as many are cleared again.

    A page is in a page table twice, the sender's and the receiver's. A large
    mapping is one entry instead of 512; those were counted."""
    if subject not in MOVES:
        return 0
    return 2 * -(-size // PAGE) - large * (HUGE // PAGE - 1)


def count_row(results, subject, size):
    """One subject's line."""
    def value(field):
        return results.median(field, subject=subject, size=size)

    def text(field):
        return "-" if value(field) is None else f"{value(field):,.3f}"

    changed = entries(subject, size, value("large"))
    copied = COPIES[subject] * size
    zeroed = value("zeroed")
    return [subject, *(text(field) for field in
                       ("syscalls", "switches", "faults", "flushes", "ipis")),
            f"{changed:,.0f}", f"{changed:,.0f}", f"{copied:,}",
            "-" if zeroed is None else f"{zeroed:,.0f}"]


def counts(results):
    """What cannot be cheaper on one machine than on another."""
    for mode, words in MODES.items():
        for bystander in (None, True):
            found = Results(results.of(test="count", touch="none", mode=mode,
                                       bystander=bystander))
            also = ", a thread on the other CPU" if bystander else ""
            for size in found.have("size"):
                rows = [count_row(found, subject, size) for subject in BULK
                        if found.of(subject=subject, size=size)]
                grid(f"{words}{also}: counted a message of {size_name(size)}",
                     ["", "calls", "switches", "faults", "flushes", "IPIs",
                      "set", "cleared", "copied", "zeroed"], rows)
    if results.of(test="count", touch="none"):
        print("""
  calls to zeroed are of both sides together. faults: page faults in user space;
  flushes: of the own CPU's TLB, as page tables changed; IPIs: times that other
  CPUs were told to; zeroed: bytes of slots that vbuf cleared, all these counted
  by the kernel. set and cleared (page-table entries) are reckoned: a page twice,
  but for large mappings, which were counted; copied (bytes) from what each does.""")


def curve(results, subject, mode):
    """I by size, at one depth."""
    found = Results(results.of(test="rate", touch="none", subject=subject,
                               mode=mode, depth=EVEN_DEPTH))
    return {size: found.median("ns", size=size)
            for size in sorted(found.have("size"))}


def crossing(copy, move):
    """The size from which on move is below copy, None if there is none.

    Between two sizes that were measured, both are taken as straight lines."""
    sizes = [size for size in copy if size in move]
    above = [move[size] - copy[size] for size in sizes]
    if not sizes or above[-1] > 0:
        return None
    at = len(sizes) - 1
    while at and above[at - 1] <= 0:
        at -= 1
    if not at:
        return sizes[0]
    before, behind = above[at - 1], above[at]
    return sizes[at - 1] + ((sizes[at] - sizes[at - 1])
                            * before / (before - behind))


def break_even(results, subject, mode):
    """The same in I; infinite if copying is cheaper at every size."""
    copy = curve(results, "vbuf", mode)
    move = curve(results, subject, mode)
    if not copy or not move:
        return None
    size = crossing(copy, move)
    return float("inf") if size is None else size


def reckon(results, subject, mode, beyond):
    """I by size, as nanoseconds of a processor.

    What the smallest message costs is priced as a system call is; what a longer
    one costs beyond that by @beyond, of so many MiB more, and so many I."""
    found = curve(results, subject, mode)
    call = HARDWARE["syscall"] / results.median("syscall", test="machine")
    least = min(found)
    return {size: found[least] * call
            + beyond((size - least) / MIB, value - found[least])
            for size, value in found.items()}


def crossings(results, subject, mode):
    """Where moving crosses copying: reckoned for hardware, and at the most."""
    mapped = results.median("map", test="machine")
    copy = reckon(results, "vbuf", mode,
                  lambda mib, _: 2 * mib * HARDWARE["copy"])
    return [crossing(copy, reckon(results, subject, mode, beyond))
            for beyond in (lambda _, work: work * HARDWARE["map"] / mapped,
                           lambda mib, _: 2 * mib * HARDWARE["map"])]


def size_text(size):
    """A size between those that were measured."""
    return "at no size" if size in (None, float("inf")) else \
        f"{size / 1024:,.0f} KiB"


def evens(results, mode):
    """Break-even, in I and reckoned for hardware."""
    rows = []
    for subject in MOVES:
        size = break_even(results, subject, mode)
        if size is not None and results.of(test="machine"):
            rows.append([subject, size_text(size)]
                        + [size_text(size) for size
                           in crossings(results, subject, mode)])
    if rows:
        grid(f"{MODES[mode]}: from which size on moving is cheaper",
             ["", "in I", "for hardware", "at the most"], rows)
    return bool(rows)


def even(results):
    """All about the size from which moving pays."""
    for mode in ("same", "1x1"):
        by_size(Results(results.of(test="rate", touch="none",
                                   depth=EVEN_DEPTH)),
                f"{MODES[mode]}, just passed on, depth {EVEN_DEPTH}: "
                "I a message", "ns", tuple(BULK), mode=mode)
    shown = [evens(results, mode) for mode in ("same", "1x1")]
    if any(shown):
        call = results.median("syscall", test="machine")
        mapped = results.median("map", test="machine")
        print(f"""
  for hardware: where a system call that does nothing, here {call:,.0f} I, takes
  {HARDWARE['syscall']} ns, copying a MiB {HARDWARE['copy'] / 1000:.0f} us, and mapping and unmapping one by the
  kernel's usual way, here {mapped:,.0f} I, {HARDWARE['map'] / 1000:.0f} us; vbuf's own page-table work is
  taken to be as much dearer there than here as that is. at the most: if it took
  those {HARDWARE['map'] / 1000:.0f} us on each side.""")


def show(_kernel, unit, results):
    """All tables of one boot."""
    rates(results, unit)
    trips(results, unit)
    counts(results)
    if unit == "I":
        even(results)
