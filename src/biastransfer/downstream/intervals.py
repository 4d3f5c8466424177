"""Confidence intervals (95 %) of rates, of their ratios and differences, and of differences of means.

Statsmodels computes those of rates. Own code smooths ratios, keeps bounds from passing their rate by rounding, and has the interval of
means: statsmodels' CompareMeans takes single values, and one pair at a time.
"""

import numpy as np
from scipy.special import ndtri
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

Z = float(ndtri(0.975))


def wilson(hits, n) -> tuple[np.ndarray, np.ndarray]:
    """Wilson score interval of hits/n (Wilson 1927); missing where n is 0."""
    hits, n = np.asarray(hits, float), np.asarray(n, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = proportion_confint(hits, n, method="wilson")
        return np.minimum(low, hits / n), np.maximum(high, hits / n)


def ratio(hits_1, n_1, hits_2, n_2, zero: str = "smooth") -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ratio of two rates with its log-normal interval (Katz et al. 1978).

    Equal rates have a ratio of 1, also two rates of 0 or of 1, whatever their counts. Where one count alone is 0, both groups get
    half a hit, in as many trials as half a hit takes at their common rate: equal groups of any sizes then still have a
    ratio near 1. With ``zero="drop"`` a ratio with a count of 0 is missing.

    The width of the interval is none where a count is 0 or both groups always hit. There, it is the width with half a hit and one
    trial more in both groups (add-half smoothing).

    Returns
    -------
    ratio, low, high, smoothed (bool: its value or its width is); missing where a group is empty.
    """
    hits_1, n_1, hits_2, n_2 = (np.asarray(value, float) for value in (hits_1, n_1, hits_2, n_2))
    if zero == "drop":
        n_1 = np.where((hits_1 == 0) | (hits_2 == 0), np.nan, n_1)
    some, never, always = hits_1 + hits_2 > 0, (hits_1 == 0) | (hits_2 == 0), (hits_1 == n_1) & (hits_2 == n_2)
    smoothed = (never | always) & (n_1 > 0) & (n_2 > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        added = smoothed & never & some
        trials = np.where(added, (n_1 + n_2) / (2 * (hits_1 + hits_2)), 0)
        value = ((hits_1 + added / 2) / (n_1 + trials)) / ((hits_2 + added / 2) / (n_2 + trials))
        value = np.where(smoothed & ~some, 1.0, value)
        counts = (hits_1 + smoothed / 2, n_1 + smoothed, hits_2 + smoothed / 2, n_2 + smoothed)
        low, high = confint_proportions_2indep(*counts, method="log", compare="ratio")
        return value, value * np.sqrt(low / high), value * np.sqrt(high / low), smoothed


def difference(hits_1, n_1, hits_2, n_2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Difference of two rates with Newcombe's hybrid score interval (Newcombe 1998, method 10)."""
    counts = [np.asarray(value, float) for value in (hits_1, n_1, hits_2, n_2)]
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = confint_proportions_2indep(*counts, method="newcomb", compare="diff")
        return counts[0] / counts[1] - counts[2] / counts[3], low, high


def mean_difference(mean_1, variance_1, n_1, mean_2, variance_2, n_2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Difference of two means with a large-sample interval; variances are those of single values (n - 1)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(mean_1, float) - mean_2
        half = Z * np.sqrt(np.asarray(variance_1, float) / n_1 + np.asarray(variance_2, float) / n_2)
    return value, value - half, value + half
