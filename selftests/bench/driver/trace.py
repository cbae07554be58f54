# SPDX-License-Identifier: GPL-2.0
"""What trace sessions cost a round trip."""

from .tables import grid, size_name

KINDS = {
    "absent": "built without events",
    "none": "no session",
    "accounts": "a session of accounts",
    "records": "a session of all records",
}


def trips(results, field, session, size):
    """The median; None if it was not measured."""
    return results.median(field, test="trip", session=session, size=size)


def more(session, than, field, size=64):
    """What more it takes, in %."""
    def figure(results):
        there = trips(results, field, session, size)
        without = trips(results, field, than, size)
        return 100 * (there / without - 1) if there and without else None
    return figure


def cells(results, field, session, size):
    """A figure, and what it is more than that without a session."""
    value = trips(results, field, session, size)
    if value is None:
        return ["-", ""]
    off = more(session, "none", field, size)(results)
    return [f"{value:,.0f}", "" if session == "none" or off is None
            else f"{off:+.1f}%"]


def row(results, session, size):
    """One kind's line."""
    told = trips(results, "records", session, size)
    lost = trips(results, "lost", session, size)
    return [KINDS[session], *cells(results, "p50", session, size),
            *cells(results, "ns", session, size),
            "" if told is None else f"{told:.2f}",
            "" if lost is None else f"{lost:.0f}"]


def record(results, than, size):
    """Instructions of a record, by what a round trip takes with none."""
    with_all = trips(results, "ns", "records", size)
    without = trips(results, "ns", than, size)
    told = trips(results, "records", "records", size)
    return (with_all - without) / told if with_all and without and told else None


def show(_kernel, unit, results):
    """A table a size."""
    for size in sorted({sample["size"] for sample
                        in results.of(test="trip", session="records")}):
        grid(f"round trip of {size_name(size)}, traced: {unit}",
             ["", "p50", "", "mean", "", "records", "lost"],
             [row(results, session, size) for session in KINDS])
        accounts, none = (record(results, than, size)
                          for than in ("accounts", "none"))
        if accounts is None or none is None:
            continue
        print(f"""
  {accounts:,.0f} {unit} a record beside accounts alone, {none:,.0f} beside no session: of the
  means, in which the turns of worker and reader are, which the p50 does not meet.""")
