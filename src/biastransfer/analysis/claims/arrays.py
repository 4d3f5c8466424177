"""Means, noise and comparisons of runs, at the targets that all have."""

from collections.abc import Callable

import numpy as np

from biastransfer.analysis.claims.findings import (
    Finding,
    Region,
    jackknife,
)
from biastransfer.analysis.claims.runs import Runs

FEWEST_TARGETS = 8


def of_control(runs: Runs, *arrays: np.ndarray) -> tuple[int, list[np.ndarray]]:
    """Means over the control's runs at the targets that have all values, and how many these are."""
    means = [mean_over_runs(values[runs.control]) for values in arrays]
    known = np.isfinite(means).all(0)
    return int(known.sum()), [values[known] for values in means]


def means_of(runs: Runs, *parts: np.ndarray) -> tuple[int, list[np.ndarray]]:
    """Mean bias of several sets of runs at the targets that all have."""
    if not min(map(len, parts)):
        return 0, [np.zeros(1) for _ in parts]
    means = [mean_over_runs(runs.bias[part]) for part in parts]
    known = np.isfinite(means).all(0)
    return int(known.sum()), [values[known] for values in means]


def mean_over_runs(values: np.ndarray) -> np.ndarray:
    """Mean over runs that have a value; missing where none has."""
    known = np.isfinite(values)
    count = known.sum(0)
    return np.where(count > 0, np.where(known, values, 0).sum(0) / np.maximum(count, 1), np.nan)


def noise_of_seeds(runs: Runs, statistic: Callable[[np.ndarray], np.ndarray]) -> tuple[float, int]:
    """Standard deviation of a run's statistic between runs that differ in their seed or trial alone, and its degrees of freedom."""
    keys = ["model_intervention", "data_intervention", "family", "level"]
    squares, degrees = 0.0, 0
    for _, rows in runs.facts.groupby(keys, dropna=False):
        kept = runs.bias[rows.index]
        kept = kept[:, np.isfinite(kept).all(0)]
        if len(kept) > 1 and kept.shape[1] >= FEWEST_TARGETS:
            values = statistic(kept)
            squares, degrees = squares + ((values - values.mean()) ** 2).sum(), degrees + len(values) - 1
    return (float(np.sqrt(squares / degrees)), degrees) if degrees else (np.nan, 0)


def compared(
    runs: Runs, condition: str, cells: tuple[np.ndarray, ...], statistic: Callable[[np.ndarray], np.ndarray], region: Region,
    scale: str = "plain", *, standardise: bool = True,
) -> Finding | None:  # fmt: skip
    """A statistic of the first runs less that of the second, plus that of the third less that of the fourth.

    Its error has two parts: targets (jackknife) and runs (between runs that differ in their seed alone).
    """
    kept, means = means_of(runs, *cells)
    if kept < FEWEST_TARGETS:
        return None
    known = np.all([np.isfinite(mean_over_runs(runs.bias[cell])) for cell in cells], 0)
    parts = [runs.bias[cell][:, known] for cell in cells]
    parts = [np.where(np.isfinite(part), part, mean) for part, mean in zip(parts, means, strict=True)]
    signs = [1, -1, 1, -1][: len(cells)]
    unit = float(np.nanstd(mean_over_runs(runs.bias[runs.control])[known])) if standardise else 1.0
    if not unit > 0:
        return None

    def difference(these: np.ndarray) -> float:
        return sum(sign * statistic(part[:, these]).mean() for sign, part in zip(signs, parts, strict=True)) / unit

    value, error = jackknife(difference, kept)
    noise, degrees = noise_of_seeds(runs, statistic)
    of_runs = (noise / unit) ** 2 * sum(1 / len(cell) for cell in cells)
    total = error**2 + of_runs
    if not np.isfinite(total) or total == 0:
        return Finding(condition, value, np.nan, 0, region, scale)
    free = total**2 / (error**4 / (kept - 1) + of_runs**2 / degrees)
    return Finding(condition, value, float(np.sqrt(total)), float(free), region, scale)
