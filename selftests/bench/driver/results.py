# SPDX-License-Identifier: GPL-2.0
"""What one boot measured: samples, found by what they are of."""

from statistics import median


class Results:
    """The objects that bench printed."""

    def __init__(self, samples):
        self.samples = samples

    def of(self, **key):
        """All samples that agree with key, in the order of measuring."""
        return [sample for sample in self.samples
                if all(sample.get(name) == value
                       for name, value in key.items())]

    def values(self, field, **key):
        """One field of them."""
        return [sample[field] for sample in self.of(**key) if field in sample]

    def median(self, field, **key):
        """The median over the repeats; None if it was not measured."""
        values = self.values(field, **key)
        return median(values) if values else None

    def spread(self, field, **key):
        """Largest less smallest, as a part of the median."""
        values = self.values(field, **key)
        middle = median(values) if values else 0
        return (max(values) - min(values)) / middle if middle else 0.0

    def ratio(self, over, under, field="ns", **key):
        """How many times over is under, two subjects measured alike."""
        above = self.median(field, subject=over, **key)
        below = self.median(field, subject=under, **key)
        return above / below if above is not None and below else None

    def have(self, name):
        """The distinct values of a field, in the order of measuring."""
        return list(dict.fromkeys(sample[name] for sample in self.samples
                                  if name in sample))


def depth_of(size):
    """As queue_depth() in queue.h."""
    return 64 if size <= 65536 else 4
