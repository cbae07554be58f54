# SPDX-License-Identifier: GPL-2.0
"""Results as tables that fit a terminal."""

from .plan import SUBJECTS, VECTORS
from .results import Results, depth_of

MODES = {
    "same": "one process sends and receives",
    "1x1": "one sender, one receiver",
    "2x2": "two senders, two receivers",
}


def base_of(subject):
    """What a subject is compared with."""
    return "vbuf-x32" if subject in VECTORS else "vbuf"


def size_name(size):
    """Bytes as people say them."""
    for unit, factor in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= factor:
            return f"{size // factor} {unit}"
    return f"{size} B"


def grid(title, columns, rows, left=(0,)):
    """A title, a line of column names, and lines of cells."""
    rows = [columns] + rows
    widths = [max(len(row[i]) for row in rows) for i in range(len(columns))]
    print(f"\n{title}\n")
    for row in rows:
        cells = [text.ljust(width) if i in left else text.rjust(width)
                 for i, (text, width) in enumerate(zip(row, widths))]
        print("  " + "  ".join(cells).rstrip())


def cell(results, field, subject, **key):
    """A median, and how many times vbuf's own it is."""
    value = results.median(field, subject=subject, **key)
    if value is None:
        return "-"
    ratio = results.ratio(subject, base_of(subject), field, **key)
    if ratio is None or subject == base_of(subject):
        return f"{value:,.0f}      "
    return f"{value:,.0f} {ratio:4.2f}x"


def by_size(results, title, field, order=tuple(SUBJECTS), **key):
    """Subjects down, sizes across, and the worst spread of each line."""
    found = Results(results.of(**key))
    sizes = sorted(found.have("size"))
    rows = []
    for subject in [name for name in order if name in found.have("subject")]:
        keys = [{"subject": subject, "size": size} for size in sizes]
        spread = max(found.spread(field, **key) for key in keys)
        rows.append([subject] + [cell(found, field, **key) for key in keys]
                    + [f"{spread:.1%}"])
    if rows:
        grid(title, [""] + [size_name(size) + "      " for size in sizes]
             + ["spread"], rows)


def rates(results, unit):
    """One table a mode, at the depth that goes with each size."""
    usual = Results([sample for sample in results.of(test="rate", touch=None)
                     if sample["depth"] == depth_of(sample["size"])])
    for mode, words in MODES.items():
        by_size(usual, f"{words}: {unit} a message", "ns", mode=mode)
    deep = Results([sample for sample in results.of(test="rate", touch=None)
                    if sample["depth"] == 256])
    by_size(deep, f"one sender, one receiver, depth 256: {unit} a message",
            "ns")


def trips(results, unit):
    """The middle, and the tail."""
    for field, words in (("p50", "p50"), ("p99", "p99"), ("p999", "p99.9")):
        # A hundred trips have no 99.9th percentile.
        enough = Results([sample for sample
                          in results.of(test="trip", touch=None, session=None)
                          if field != "p999" or sample["trips"] >= 1000])
        by_size(enough, f"round trip, {words}: {unit}", field)


def counted(results, title, **key):
    """One table of counts."""
    rows = []
    for subject in SUBJECTS:
        if results.of(subject=subject, **key):
            rows.append([subject] + [
                f"{results.median(field, subject=subject, **key):.3f}"
                for field in ("syscalls", "switches", "wakeups")])
    if rows:
        grid(title, ["", "calls", "switches", "wake-ups"], rows)


def counts(results):
    """System calls, switches and wake-ups, counted in a pass of their own."""
    found = Results(results.of(test="count", touch=None))
    for size in found.have("size"):
        for mode, words in MODES.items():
            counted(found, f"{words}: counted a message of {size_name(size)}",
                    mode=mode, size=size)
    counted(results, "counted a round trip", test="trip-count", size=8)


def bounds(results):
    """Only what is not bounded as it was meant."""
    odd = [sample for sample in results.of(test="bound")
           if sample["holds"] != sample["depth"]]
    if results.of(test="bound"):
        print("\nEvery queue held as many messages as it was meant to"
              + (", but for" if odd else "."))
    for sample in odd:
        print(f"  {sample['subject']} of {sample['size']} bytes: "
              f"{sample['holds']} instead of {sample['depth']}")


def floor(results):
    """Nulls, for what a system call costs by itself."""
    for subject, words in (("null", "write + read of /dev/null"),
                           ("null-ioctl", "two ioctls that nobody knows")):
        value = results.median("ns", subject=subject)
        if value:
            print(f"  {words}: {value:,.0f}")


def many(results):
    """One of many queues."""
    rows = []
    for subject in Results(results.of(test="many")).have("subject"):
        key = {"test": "many", "subject": subject}
        count = results.median("queues", **key)
        rows.append([subject] + [f"{results.median(field, **key):,.0f}"
                                 for field in ("alone", "among", "turns")]
                    + [f"{results.median('create_ns', **key) / count:,.0f}",
                       f"{results.median('destroy_ns', **key) / count:,.0f}"])
    if rows:
        grid("10,000 queues of 64 messages of 64 bytes, one process: I",
             ["", "alone", "among all", "all in turn", "to make one",
              "to end one"], rows)


def memory(results):
    """Bytes a thing."""
    rows = [[sample["thing"], f"{sample['count']}", f"{sample['charged']:,.0f}",
             f"{sample['system']:,.0f}"] for sample in results.of(test="memory")]
    if rows:
        grid("kernel memory of each beside its slots' bytes",
             ["", "made", "charged", "missing from the system"], rows)


def show(kernel, unit, results):
    """All tables of one boot."""
    names = {"I": "guest instructions", "R": "nanoseconds of wall clock"}
    print(f"\n== {kernel}: {unit} is {names[unit]}; x: times vbuf's own")
    bounds(results)
    if results.of(subject="null"):
        print(f"\nsystem calls that do nothing: {unit}\n")
        floor(results)
    rates(results, unit)
    trips(results, unit)
    counts(results)
    many(results)
    memory(results)
