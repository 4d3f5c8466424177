"""Numbers and lists of names as they appear in sentences."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from biastransfer.report.record_labels import spaced

SPACE = "\N{NO-BREAK SPACE}"
SPLITS = ("train", "dev", "test", "phrases")
"""Parts of a task's data, in the order of sentences."""


def listed(names: Iterable[object], most: int | None = None) -> str:
    """Names in a row, the first ``most`` of them and how many more."""
    words = [spaced(str(name)) for name in names]
    rest = len(words) - len(words[:most])
    return ", ".join(words[:most]) + (f" and {rest} more" if rest else "")


def joined(words: Sequence[str]) -> str:
    """Words as a sentence lists them: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def row_counts(rows: Mapping[str, int]) -> str:
    """How many texts each part of a task's data has."""
    return joined([f"{rows[split]:,} {split}" for split in SPLITS if rows.get(split)])


def signed(number: float) -> str:
    """A number with its sign and two digits; what rounds to zero is +0.00."""
    return f"{number:+z.2f}"


def size_with_interval(size: float, low: float, high: float, unit: str) -> str:
    """A size with its interval and unit, which no line break parts; sizes below zero are noise that was taken off too much."""
    if not np.isfinite(size):
        return "not estimated"
    numbers = [f"{number:.1f}" if unit == "points" else f"{number:.2f}" for number in (size, low, high)]
    middle, lower, upper = (number.replace("-", "−") for number in numbers)
    interval = f"{SPACE}[{lower},{SPACE}{upper}]" if np.isfinite([low, high]).all() else ""
    return f"{middle}{SPACE}{unit}{interval}"


def share_with_interval(share: float, low: float, high: float) -> str:
    """A share in per cent with its interval, which no line break parts; without a finite interval, the share alone."""
    middle, lower, upper = (f"{100 * number:z.0f}".replace("-", "−") for number in (share, low, high))
    interval = f"{SPACE}[{lower},{SPACE}{upper}]" if np.isfinite([low, high]).all() else ""
    return f"{middle}{SPACE}%{interval}"


def with_interval(estimate: float, low: float, high: float) -> str:
    """An estimate with its interval, which no line break parts."""
    if not np.isfinite(estimate):
        return "not estimated"
    return f"{signed(estimate)}{SPACE}[{signed(low)},{SPACE}{signed(high)}]"
