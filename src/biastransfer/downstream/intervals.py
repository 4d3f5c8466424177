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

    Without smoothing, the interval has no width where a count is 0 or both groups always hit. There, both groups get half a hit and one
    trial more (add-half smoothing). With ``zero="drop"`` a ratio with a count of 0 is missing.

    Returns
    -------
    ratio, low, high, smoothed (bool); missing where a group is empty.
    """
    hits_1, n_1, hits_2, n_2 = (np.asarray(value, float) for value in (hits_1, n_1, hits_2, n_2))
    if zero == "drop":
        n_1 = np.where((hits_1 == 0) | (hits_2 == 0), np.nan, n_1)
    sure = (hits_1 == n_1) & (hits_2 == n_2)
    smoothed = ((hits_1 == 0) | (hits_2 == 0) | sure) & (n_1 > 0) & (n_2 > 0)
    counts = (hits_1 + smoothed / 2, n_1 + smoothed, hits_2 + smoothed / 2, n_2 + smoothed)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = confint_proportions_2indep(*counts, method="log", compare="ratio")
        return (counts[0] / counts[1]) / (counts[2] / counts[3]), low, high, smoothed


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
