"""Percentile intervals over resampled texts (Efron 1979), for measures that are functions of sums over texts."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

WEIGHTS_AT_ONCE = 2**22


class Estimate(NamedTuple):
    """A measure over targets, with the 2.5th and the 97.5th percentile of its replicates."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def estimate(
    terms: Sequence[sparse.csr_array],
    values: Callable[[np.ndarray], dict[str, np.ndarray]],
    *,
    replicates: int,
    seed: int,
) -> dict[str, Estimate]:
    """Measures with percentile intervals over resampled texts.

    The bootstrap draws whole texts with replacement within a test set, so that all measures of a text vary together.
    Replicates depend only on ``seed`` and on the number of texts: runs on the same test set share them. A replicate without a
    text of a cell has no value, and does not count. Without any variation, as with a rate of 0, the interval is missing.

    Parameters
    ----------
    terms : per test set, each text's contribution to each sum, shape (texts, sums).
    values : computes measures, each of shape (..., targets), from sums of shape (..., sums).
    replicates : their number; with 0 the intervals are missing.

    Returns
    -------
    Per measure its estimates, test set after test set.
    """
    estimates: dict[str, list[Estimate]] = {}
    for matrix in terms:
        points = values(np.asarray(matrix.sum(axis=0)))
        drawn = values(resampled_sums(matrix, replicates, seed))
        for measure, point in points.items():
            estimates.setdefault(measure, []).append(Estimate(point, *_percentiles(drawn[measure], point)))
    return {measure: Estimate(*map(np.concatenate, zip(*parts, strict=True))) for measure, parts in estimates.items()}


def resampled_sums(terms: sparse.csr_array, replicates: int, seed: int) -> np.ndarray:
    """Sums over texts drawn with replacement, shape (replicates, sums)."""
    random = np.random.default_rng(seed)
    texts, width = terms.shape
    across = terms.T.tocsr()
    at_once = max(1, WEIGHTS_AT_ONCE // max(texts, 1))
    sums = np.empty((replicates, width))
    for start in range(0, replicates, at_once):
        stop = min(start + at_once, replicates)
        weights = np.empty((texts, stop - start))
        for column in range(stop - start):
            weights[:, column] = np.bincount(random.integers(0, texts, texts), minlength=texts)
        sums[start:stop] = (across @ weights).T
    return sums


def _percentiles(drawn: np.ndarray, point: np.ndarray) -> np.ndarray:
    """The 2.5th and 97.5th percentile over the first axis, shape (2, targets); missing with the estimate or without variation."""
    bounds = np.full((2, len(point)), np.nan)
    for target in np.flatnonzero(~np.isnan(point)):
        values = drawn[~np.isnan(drawn[:, target]), target]
        if len(values) and np.ptp(values) > 0:
            bounds[:, target] = np.percentile(values, (2.5, 97.5))
    return bounds
