"""Confidence intervals of rates, of their ratios and of their differences; all 95 %, all vectorised."""

import numpy as np
from scipy.special import ndtri

Z = float(ndtri(0.975))


def wilson(hits, n) -> tuple[np.ndarray, np.ndarray]:
    """Wilson score interval of hits/n (Wilson 1927); missing where n is 0."""
    hits, n = np.asarray(hits, float), np.asarray(n, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = hits / n
        centre = (rate + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * np.sqrt(rate * (1 - rate) / n + Z**2 / (4 * n**2))
    # At the ends the bound is exact; rounding must not push it past the rate.
    return np.where(hits == 0, np.where(n > 0, 0.0, np.nan), centre - half), np.where(
        (hits == n) & (n > 0), 1.0, centre + half
    )


def ratio(hits_1, n_1, hits_2, n_2, zero: str = "smooth") -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ratio of two rates with its log-normal interval (Katz et al. 1978).

    Where one of the counts is 0, or both groups hit always, half a hit and one trial are added to both (add-half
    smoothing): the interval would have no width otherwise. With ``zero="drop"`` a ratio with a count of 0 is missing.

    Returns
    -------
    ratio, low, high, smoothed (bool); missing where a group is empty.
    """
    hits_1, n_1, hits_2, n_2 = (np.asarray(value, float) for value in (hits_1, n_1, hits_2, n_2))
    if zero == "drop":
        n_1 = np.where((hits_1 == 0) | (hits_2 == 0), np.nan, n_1)
    sure = (hits_1 == n_1) & (hits_2 == n_2)
    smoothed = ((hits_1 == 0) | (hits_2 == 0) | sure) & (n_1 > 0) & (n_2 > 0)
    extra = smoothed * 0.5
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = (hits_1 + extra) / (n_1 + 2 * extra), (hits_2 + extra) / (n_2 + 2 * extra)
        value = a / b
        spread = Z * np.sqrt(
            1 / (hits_1 + extra) - 1 / (n_1 + 2 * extra) + 1 / (hits_2 + extra) - 1 / (n_2 + 2 * extra)
        )
        return value, value * np.exp(-spread), value * np.exp(spread), smoothed


def difference(hits_1, n_1, hits_2, n_2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Difference of two rates with Newcombe's hybrid score interval (Newcombe 1998, method 10)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = np.asarray(hits_1, float) / n_1, np.asarray(hits_2, float) / n_2
    low_1, high_1 = wilson(hits_1, n_1)
    low_2, high_2 = wilson(hits_2, n_2)
    value = a - b
    return (
        value,
        value - np.sqrt((a - low_1) ** 2 + (high_2 - b) ** 2),
        value + np.sqrt((high_1 - a) ** 2 + (b - low_2) ** 2),
    )


def mean_difference(mean_1, variance_1, n_1, mean_2, variance_2, n_2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Difference of two means with a large-sample interval; variances are those of single values (n - 1)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(mean_1, float) - mean_2
        half = Z * np.sqrt(np.asarray(variance_1, float) / n_1 + np.asarray(variance_2, float) / n_2)
    return value, value - half, value + half
