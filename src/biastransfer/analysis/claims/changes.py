"""Claims that a change of the model or of the data leaves biases as they were: their level, spread, order, and the largest."""

from collections.abc import Iterator

import numpy as np

from biastransfer.analysis.claims.arrays import FEWEST_TARGETS, compared, means_of, noise_of_seeds
from biastransfer.analysis.claims.findings import (
    NOT_PRINTED,
    Finding,
    Margins,
    Region,
    above,
    above_zero,
    correlation,
    within,
)
from biastransfer.analysis.claims.runs import Runs
from biastransfer.common import registry
from biastransfer.common.control import CONTROL

SAME_ORDER = 0.8
"""Correlation from which the order of biases counts as kept."""
SAME_SCALE = 0.25
"""Change of the logarithm of the spread up to which it counts as the same: a quarter."""
MOST_HARMED = 5
PRINTED = {
    "random_init": (0.93, 0.64), "uniform_noise": (0.67, NOT_PRINTED), "gaussian_noise": (0.9, NOT_PRINTED),
    "sentdebias": (0.96, NOT_PRINTED),
}  # fmt: skip
"""Intervention on the model -> the paper's correlation of biases with the control's, of occupations and of terms."""


def same(runs: Runs, margins: Margins, part: str, which: str) -> Iterator[Finding]:
    """Whether changed runs have biases of the same level, scale or order as the control's.

    Parameters
    ----------
    part : one of :data:`PARTS`.
    which : ``models``, ``rebalanced`` or ``scrubbed``.
    """
    for condition, changed, printed in conditions(runs, which):
        if finding := PARTS[part](runs, margins, condition, changed, printed):
            yield finding


def level(runs: Runs, margins: Margins, condition: str, changed: np.ndarray, printed: float) -> Finding | None:
    """Difference of mean bias, in sd of the control."""
    return compared(runs, condition, (changed, runs.control), lambda each: each.mean(1), within(margins.equivalence))


def scale(runs: Runs, margins: Margins, condition: str, changed: np.ndarray, printed: float) -> Finding | None:
    """Ratio of the spreads of bias over targets."""

    def spread(each: np.ndarray) -> np.ndarray:
        return np.log(np.maximum(each.std(1), 1e-12))

    return compared(runs, condition, (changed, runs.control), spread, within(SAME_SCALE), "ratio", standardise=False)


def order(
    runs: Runs, margins: Margins, condition: str, changed: np.ndarray, printed: float, region: Region | None = None
) -> Finding | None:
    """Correlation with the control's biases over targets."""
    kept, (before, after) = means_of(runs, runs.control, changed)
    if kept < FEWEST_TARGETS or min(before.std(), after.std()) == 0:
        return None
    value, error = correlation(before, after)
    region = region or above(np.arctanh(SAME_ORDER), np.arctanh(0.95))
    return Finding(condition, value, error, kept - 1, region, "correlation", printed)


def most_harmed(runs: Runs, margins: Margins, condition: str, changed: np.ndarray, printed: float) -> Finding | None:
    """Change of the five largest biases, in sd of the control; above zero: larger."""
    if (parts := _worst_and_rest(runs, changed)) is None:
        return None
    worst, rest, unit = parts
    noise, _ = noise_of_seeds(runs, lambda each: each.mean(1))
    of_runs = noise / unit * np.sqrt(1 / len(runs.control) + 1 / len(changed))
    error = np.hypot(np.append(worst, rest).std(ddof=1) / np.sqrt(len(worst)), of_runs)
    degrees = len(worst) + len(rest) - 1
    return Finding(condition, float(worst.mean()), float(error), degrees, above(-margins.equivalence, 0.0))


def most_harmed_less(
    runs: Runs, margins: Margins, condition: str, changed: np.ndarray, printed: float
) -> Finding | None:
    """By how much less the five largest biases fall than the others, in sd of the control; what all have in common does not count."""
    if (parts := _worst_and_rest(runs, changed)) is None:
        return None
    worst, rest, _ = parts
    error = np.append(worst - worst.mean(), rest - rest.mean()).std(ddof=2) * np.sqrt(1 / len(worst) + 1 / len(rest))
    degrees = len(worst) + len(rest) - 2
    region = above_zero(margins.equivalence, 0.5)
    return Finding(condition, float(worst.mean() - rest.mean()), float(error), degrees, region)


def _worst_and_rest(runs: Runs, changed: np.ndarray) -> tuple[np.ndarray, np.ndarray, float] | None:
    """Changes of the five largest biases and of all others, in sd of the control, and this sd.

    The five are the largest by the mean of both: those of the control alone would seem to shrink by chance. Harm is a high flag rate or a
    low ratio of rates.
    """
    kept, (before, after) = means_of(runs, runs.control, changed)
    if kept < FEWEST_TARGETS or before.std() == 0:
        return None
    harm = -1.0 if runs.log else 1.0
    order_of_harm = np.argsort(harm * (before + after))
    change = harm * (after - before) / before.std()
    return change[order_of_harm[-MOST_HARMED:]], change[order_of_harm[:-MOST_HARMED]], float(before.std())


def conditions(runs: Runs, which: str) -> Iterator[tuple[str, np.ndarray, float]]:
    """Conditions that are compared with the control: name, runs, and the printed correlation."""
    if which == "models":
        for name in registry.model_interventions():
            if name != CONTROL and len(these := runs.on_original(name)):
                yield name, these, PRINTED.get(name, (NOT_PRINTED, NOT_PRINTED))[0 if runs.log else 1]
    else:
        on_data = runs.facts[(runs.facts["data_intervention"] == which) & (runs.facts["model_intervention"] == CONTROL)]
        for family in sorted(on_data["family"].unique()):
            highest = on_data.loc[on_data["family"] == family, "level"].max()
            these = runs.on_data(which, family, None if np.isnan(highest) else highest)
            yield f"{which} {family}", these, 0.94 if which == "rebalanced" else NOT_PRINTED


PARTS = {
    "level": level, "scale": scale, "order": order, "most_harmed": most_harmed, "most_harmed_less": most_harmed_less,
}  # fmt: skip
