# SPDX-License-Identifier: GPL-2.0
"""The project's targets, and whether they are met."""

from dataclasses import dataclass
from math import inf
from typing import Callable

from .bulk import break_even
from .plan import HUGE, LARGE
from .tables import grid
from .trace import more

# What a figure may miss its target by and still meet it: boots differ.
TOLERANCE = 0.03

SLOTS_FEW, SLOTS_MANY, SLOT = 64, 65536, 64


@dataclass
class Target:
    """One figure and its bound."""
    name: str
    what: str
    unit: str
    limit: float
    figure: Callable
    least: bool = False     # the limit is the least, not the most
    form: str = ",.0f"

    def verdict(self, figure):
        """In words."""
        if figure == self.limit:
            return "met"
        if not figure or not self.limit:
            return "met" if (figure > self.limit) == self.least else "missed"
        off = (self.limit / figure if self.least else figure / self.limit) - 1
        if off <= 0:
            return "met"
        if off <= TOLERANCE:
            return f"met within {TOLERANCE:.0%} (off {off:.1%})"
        return "missed" if off == inf else f"missed by {off:.0%}"

    def row(self, results):
        """A line of the table; None if the figure is not there."""
        figure = self.figure(results)
        if figure is None:
            return None
        sign = ">=" if self.least else "<="
        return [self.name, self.what, self.unit,
                f"{sign} {self.limit:{self.form}}", f"{figure:{self.form}}",
                self.verdict(figure)]


def rate(subject, mode, size, field="ns", depth=None, touch=None):
    """The median of a rate."""
    key = {"test": "rate", "subject": subject, "mode": mode, "size": size,
           "depth": depth or (4 if size > 65536 else 64), "touch": touch}
    return lambda results: results.median(field, **key)


def bulk(subject, mode, size):
    """The same, of a large message that is just passed on."""
    return rate(subject, mode, size, touch="none")


def zeroed(subject):
    """Bytes that were cleared for a message of 1 MiB."""
    key = {"test": "count", "subject": subject, "mode": "1x1", "size": LARGE,
           "touch": "none", "bystander": None}
    return lambda results: results.median("zeroed", **key)


def beside(peer, subject, mode, size=64):
    """How many times the subject's cost the peer's is."""
    key = {"test": "rate", "mode": mode, "size": size, "depth": 64,
           "touch": None}
    return lambda results: results.ratio(peer, subject, **key)


def trip(subject, size=8):
    """The middle one of round trips."""
    key = {"test": "trip", "subject": subject, "size": size, "touch": None,
           "session": None}
    return lambda results: results.median("p50", **key)


def trip_beside(subject, peer, size=8):
    """A round trip, as a part of the peer's."""
    key = {"test": "trip", "size": size, "touch": None, "session": None}
    return lambda results: results.ratio(subject, peer, "p50", **key)


def tail(subject, size=8):
    """How much worse the worst in a thousand is than the middle."""
    key = {"test": "trip", "subject": subject, "size": size, "touch": None,
           "session": None}

    def figure(results):
        middle = results.median("p50", **key)
        worst = results.median("p999", **key)
        return worst / middle if middle else None
    return figure


def wakeups(subject):
    """Wake-ups a message, two senders and two receivers."""
    key = {"test": "count", "subject": subject, "mode": "2x2", "size": 64,
           "touch": None}
    return lambda results: results.median("wakeups", **key)


def crowd(subject):
    """The rate of two pairs as a part of one pair's."""
    def figure(results):
        one = rate(subject, "1x1", 64)(results)
        two = rate(subject, "2x2", 64)(results)
        return one / two if one and two else None
    return figure


def growth(field):
    """What more a message costs because there are 10,000 channels, in %."""
    key = {"test": "many", "subject": "vbuf"}

    def figure(results):
        alone = results.median("alone", **key)
        there = results.median(field, **key)
        return 100 * (there / alone - 1) if alone else None
    return figure


def creation(results):
    """Seconds to make 10,000 channels."""
    key = {"test": "many", "subject": "vbuf"}
    made = results.median("create_ns", **key)
    return made / results.median("queues", **key) * 1e-5 if made else None


def charged(thing, results):
    """Bytes of a thing beside its slots'."""
    return results.median("charged", test="memory", thing=thing)


def slot_bytes(results):
    """What a slot takes beside its bytes: many less few."""
    few = charged("channel-64", results)
    many = charged("channel-65536", results)
    if few is None or many is None:
        return None
    return (many - few) / (SLOTS_MANY - SLOTS_FEW)


def channel_bytes(results):
    """A channel less its slots and its endpoint."""
    each = slot_bytes(results)
    if each is None:
        return None
    return (charged("channel-64", results) - charged("endpoint", results)
            - each * SLOTS_FEW)


IN_I = [
    Target("P1", "one process, 64 B, write and read", "I", 1450,
           rate("vbuf", "same", 64)),
    Target("", "the same by vbuf_send, vbuf_recv", "I", 1650,
           rate("vbuf-ioctl", "same", 64)),
    Target("", "pipe's cost / vbuf's", "I", 1.6,
           beside("pipe", "vbuf", "same"), True, ".2f"),
    Target("", "mq's cost / vbuf's", "I", 1.8,
           beside("mq", "vbuf", "same"), True, ".2f"),
    Target("P2", "two processes, 64 B, depth 64", "I", 1650,
           rate("vbuf", "1x1", 64)),
    Target("", "switches a message", "I", 0.11,
           rate("vbuf", "1x1", 64, "switches"), form=".3f"),
    Target("", "vbuf's cost / a pipe's of 64 messages", "I", 0.5,
           lambda results: results.ratio("vbuf", "pipe", test="rate",
                                         mode="1x1", size=64, depth=64,
                                         touch=None),
           form=".2f"),
    Target("P3", "32 a call, one process, 8 B", "I", 130,
           rate("vbuf-x32", "same", 8)),
    Target("", "32 a call, one process, 64 B", "I", 200,
           rate("vbuf-x32", "same", 64)),
    Target("", "32 a call, two processes, depth 256, 64 B", "I", 250,
           rate("vbuf-x32", "1x1", 64, depth=256)),
    Target("P4", "two processes, 64 KiB", "I", 18000,
           rate("vbuf", "1x1", 65536)),
    Target("", "two processes, 1 MiB", "I", 280000,
           rate("vbuf", "1x1", 1048576)),
    Target("P5", "open view, two processes, 64 KiB", "I", 10800,
           bulk("openview", "1x1", 65536)),
    Target("", "the same, one call to release and acquire", "I", 10800,
           bulk("openviewnext", "1x1", 65536)),
    Target("", "open view, two processes, 1 MiB", "I", 138000,
           bulk("openview", "1x1", LARGE)),
    Target("P6", "move, one process, 1 MiB", "I", 70000,
           bulk("move", "same", LARGE)),
    Target("", "move, two processes, 1 MiB", "I", 70000,
           bulk("move", "1x1", LARGE)),
    Target("", "the same, the stretch", "I", 30000,
           bulk("move", "1x1", LARGE)),
    Target("", "fused, one process, 4 KiB", "I", 6000,
           bulk("movenext", "same", 4096)),
    Target("", "fused, two processes, 4 KiB", "I", 6000,
           bulk("movenext", "1x1", 4096)),
    Target("", "fused, one process, a slot of 2 MiB", "I", 6600,
           bulk("movenext", "same", HUGE)),
    Target("", "fused, two processes, a slot of 2 MiB", "I", 6600,
           bulk("movenext", "1x1", HUGE)),
    Target("", "break-even with copying, one process", "B", 65536,
           lambda results: break_even(results, "move", "same")),
    Target("", "break-even with copying, two processes", "B", 65536,
           lambda results: break_even(results, "move", "1x1")),
    Target("", "bytes cleared a message, one to one", "B", 0,
           zeroed("move")),
    Target("P10", "round trip of 8 B", "I", 10800, trip("vbuf")),
    Target("", "vbuf's / pipe's", "I", 0.8, trip_beside("vbuf", "pipe"),
           form=".2f"),
    Target("", "vbuf's / mq's", "I", 0.94, trip_beside("vbuf", "mq"),
           form=".2f"),
    Target("", "p99.9 / p50", "I", 1.8, tail("vbuf"), form=".2f"),
    Target("P11", "2x2, wake-ups a message", "I", 1, wakeups("vbuf"),
           form=".3f"),
    Target("P12", "% more with 10,000 channels there", "I", 2,
           growth("among"), form=".1f"),
    Target("", "% more through 10,000 in turn", "I", 2, growth("turns"),
           form=".1f"),
    Target("", "seconds to create 10,000", "I", 2, creation, form=".2f"),
    Target("P13", "bytes of a channel", "", 1024, channel_bytes),
    Target("", "bytes of a slot beside its message", "", 64, slot_bytes,
           form=".1f"),
    Target("", "bytes of an endpoint", "", 640,
           lambda results: charged("endpoint", results)),
    Target("trace", "% more than a build without, no session", "I", 2,
           more("none", "absent", "p50"), form=".1f"),
    Target("", "% more with a session of all records", "I", 25,
           more("records", "none", "p50"), form=".1f"),
    Target("", "the same, with the turns of its reader", "I", 25,
           more("records", "none", "ns"), form=".1f"),
]

IN_R = [
    Target("P2", "pipe's time / vbuf's, two processes", "R", 1.6,
           beside("pipe", "vbuf", "1x1"), True, ".2f"),
    Target("P10", "round trip, vbuf's / pipe's, two CPUs", "R", 0.2,
           trip_beside("vbuf", "pipe"), form=".2f"),
    Target("P11", "2x2, pipe's time / vbuf's", "R", 1.5,
           beside("pipe", "vbuf", "2x2"), True, ".2f"),
    Target("", "2x2, pipe's time / vbuf's, 32 a call", "R", 5,
           beside("pipe", "vbuf-x32", "2x2"), True, ".2f"),
    Target("", "rate of 2x2 / rate of 1x1", "R", 0.9, crowd("vbuf"), True,
           ".2f"),
]


def show(kernel, unit, results):
    """Every target that these results can judge."""
    rows = []
    for target in IN_I if unit == "I" else IN_R:
        row = target.row(results)
        if row:
            rows.append(row)
    if rows:
        grid(f"targets on {kernel}, in {unit}",
             ["", "", "unit", "target", "measured", ""], rows,
             left=(0, 1, 5))
