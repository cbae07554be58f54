# SPDX-License-Identifier: GPL-2.0
"""Reads the Test Anything Protocol, and trusts nothing but what it says."""

import re

RESULT = re.compile(r"(not )?ok\b *(\d+)? *(?:- )?(.*)")
PLAN = re.compile(r"1\.\.(\d+)\b(?:.*#\s*skip\S*\s*(.*))?", re.IGNORECASE)
SKIP = re.compile(r"\s*#\s*skip\S*\s*(.*)", re.IGNORECASE)


class Result:
    """One test: its name, and passed, failed or skipped, and why skipped."""

    def __init__(self, name, outcome, reason=""):
        self.name = name
        self.outcome = outcome
        self.reason = reason

    def line(self, number):
        """The result as a line of the protocol."""
        word = "not ok" if self.outcome == "failed" else "ok"
        skip = f" # SKIP {self.reason}" if self.outcome == "skipped" else ""
        return f"{word} {number} - {self.name}{skip}"


class Tap:
    """The results of one program, taken line by line."""

    def __init__(self):
        self.results = []
        self.planned = None

    def feed(self, line):
        """Takes a line; returns what result it told, if it told one."""
        plan = PLAN.match(line)
        if plan and self.planned is None:
            self.planned = int(plan[1])
            if self.planned == 0:
                return self.add("everything", "skipped", plan[2] or "no tests")
        elif line.startswith("Bail out!"):
            return self.add(line.strip(), "failed")
        else:
            told = RESULT.match(line)
            if told:
                return self.take(told)
        return None

    def take(self, told):
        """A line of the form "ok 1 - name # SKIP reason"."""
        failed, number, name = told.groups()
        skip = SKIP.search(name)
        reason = skip[1].strip() if skip else ""
        if skip:
            name = name[:skip.start()]
        outcome = ("failed" if failed
                   else "skipped" if skip
                   else "passed")
        return self.add(name.strip() or f"test {number}", outcome, reason)

    def add(self, name, outcome, reason=""):
        """Remembers a result."""
        result = Result(name, outcome, reason)
        self.results.append(result)
        return result

    def missing(self):
        """What is wrong with the whole, as text; None if nothing is."""
        if self.planned is None:
            return "printed no plan"
        told = [r for r in self.results if not r.name.startswith("Bail out!")]
        if self.planned and len(told) != self.planned:
            return f"planned {self.planned} tests, told of {len(told)}"
        return None

    def count(self, outcome):
        """How many results have an outcome."""
        return sum(result.outcome == outcome for result in self.results)


def summary(passed, failed, skipped):
    """The line that a run ends with."""
    return f"{passed} passed, {failed} failed, {skipped} skipped"
