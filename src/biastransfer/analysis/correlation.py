"""Agreement of two series of bias over the same targets: in order, in level, and in spread."""

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

MISSING = (
    "pearson", "pearson_low", "pearson_high", "pearson_p", "kendall", "kendall_p", "lin", "spread_ratio",
)  # fmt: skip


def correlate(first: pd.Series, second: pd.Series) -> dict[str, float]:
    """Pearson and Kendall correlation of two series over the targets that both have, and what they do not see.

    Returns
    -------
    dict with ``n``; ``pearson`` with Fisher's 95 % interval and the t test's p; ``kendall`` and its p (exact for few targets
    without ties); ``lin``, the concordance with the line of equality (Lin 1989); ``mean_shift``, second minus first;
    ``spread_ratio``, the standard deviation of second over that of first. Correlations are missing for fewer than four
    targets or where a series does not vary.
    """
    a, b = _pair(first, second)
    found = {"n": len(a), **dict.fromkeys(MISSING, np.nan), "mean_shift": float((b - a).mean()) if len(a) else np.nan}
    if not _varies(a, b):
        return found
    found |= {"lin": lin(a, b), "spread_ratio": float(b.std() / a.std())}
    if np.allclose(a, b, rtol=0, atol=1e-12):
        ones = dict.fromkeys(("pearson", "pearson_low", "pearson_high", "kendall"), 1.0)
        return {**found, **ones, "pearson_p": 0.0, "kendall_p": 0.0}
    pearson = stats.pearsonr(a, b)
    interval = pearson.confidence_interval(0.95)
    kendall = stats.kendalltau(a, b)
    return {
        **found,
        "pearson": float(pearson.statistic),
        "pearson_low": float(interval.low),
        "pearson_high": float(interval.high),
        "pearson_p": float(pearson.pvalue),
        "kendall": float(kendall.statistic),
        "kendall_p": float(kendall.pvalue),
    }


def lin(a: np.ndarray, b: np.ndarray) -> float:
    """Lin's concordance correlation: 2 s_ab / (s_a² + s_b² + (mean a − mean b)²), moments divided by n."""
    return float(2 * np.cov(a, b, ddof=0)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2))


def resample(first: pd.Series, second: pd.Series, *, resamples: int, margin: float, seed: int) -> dict[str, float]:
    """What a correlation's formulas assume away: bootstrap intervals over targets, a permutation test, and equivalence.

    Parameters
    ----------
    resamples : bootstrap samples (BCa intervals) and permutations.
    margin : in standard deviations of ``first``; shifts of the mean within it count as no shift.

    Returns
    -------
    dict with ``pearson_boot_low/high, kendall_boot_low/high, lin_boot_low/high``, ``permutation_p`` (of Pearson's r),
    ``margin`` (in units of the series) and ``equivalence_p`` (two one-sided t tests of the paired differences, TOST: small if
    the mean has shifted by less than the margin). Missing where the correlation is, or where a statistic has no spread.
    """
    a, b = _pair(first, second)
    names = ("pearson", "kendall", "lin")
    found = {f"{name}_boot_{side}": np.nan for name in names for side in ("low", "high")}
    found |= {"permutation_p": np.nan, "margin": np.nan, "equivalence_p": np.nan}
    if not _varies(a, b):
        return found
    width = margin * a.std(ddof=1)
    found["margin"] = float(width)
    if np.ptp(b - a) > 1e-12:
        found["equivalence_p"] = float(ttost_paired(b, a, -width, width)[0])
    else:
        found["equivalence_p"] = 0.0 if abs(float((b - a).mean())) < width else 1.0
    if np.allclose(a, b, rtol=0, atol=1e-12):
        return found
    weights, orders = _draws(len(a), resamples, seed)
    for name in names:
        low, high = _bca(a, b, name, weights)
        found[f"{name}_boot_low"], found[f"{name}_boot_high"] = low, high
    a, b = a - a.mean(), b - b.mean()
    drawn = np.abs(b[orders] @ a)
    found["permutation_p"] = float((1 + (drawn >= abs(a @ b) * (1 - 1e-12)).sum()) / (1 + resamples))
    return found


def _pair(first: pd.Series, second: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The values of the targets that both have, in one order."""
    if not first.index.equals(second.index):
        first, second = first.align(second, join="inner")
    order = np.argsort(first.index.to_numpy(object))
    a, b = first.to_numpy(float)[order], second.to_numpy(float)[order]
    known = np.isfinite(a) & np.isfinite(b)
    return a[known], b[known]


def _varies(a: np.ndarray, b: np.ndarray) -> bool:
    return len(a) >= 4 and np.ptp(a) >= 1e-12 and np.ptp(b) >= 1e-12


@lru_cache(maxsize=4)
def _draws(n: int, resamples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each of n targets is drawn in each bootstrap sample, and the permutations; shared by all correlations."""
    random = np.random.default_rng([seed, n])
    weights = random.multinomial(n, np.full(n, 1 / n), size=resamples).astype(float)
    return weights, np.argsort(random.random((resamples, n)), axis=1)


def _weighted(a: np.ndarray, b: np.ndarray, name: str, weights: np.ndarray) -> np.ndarray:
    """A statistic of each row of weights (…, n): how often each pair counts."""
    if name == "kendall":
        signs = [np.sign(values[:, None] - values[None, :]) for values in (a, b)]
        agreement, first, second = (
            _quadratic(weights, part) for part in (signs[0] * signs[1], np.abs(signs[0]), np.abs(signs[1]))
        )
        return _ratio(agreement, np.sqrt(first * second))
    a, b = a - a.mean(), b - a.mean()  # about one origin, so that products lose few digits
    total = weights.sum(-1)
    mean_a, mean_b = weights @ a / total, weights @ b / total
    variance_a, variance_b = weights @ a**2 / total - mean_a**2, weights @ b**2 / total - mean_b**2
    covariance = weights @ (a * b) / total - mean_a * mean_b
    if name == "pearson":
        return _ratio(covariance, np.sqrt(np.maximum(variance_a * variance_b, 0)))
    return _ratio(2 * covariance, variance_a + variance_b + (mean_a - mean_b) ** 2)


def _quadratic(weights: np.ndarray, part: np.ndarray) -> np.ndarray:
    """w' M w for each row w."""
    if (part + np.eye(len(part)) == 1).all():  # no ties
        return weights.sum(-1) ** 2 - (weights**2).sum(-1)
    return np.einsum("ij,ij->i", weights @ part, weights)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 1e-14 * np.abs(below).max(initial=0))


def _bca(a: np.ndarray, b: np.ndarray, name: str, weights: np.ndarray) -> tuple[float, float]:
    """95 % bias-corrected and accelerated interval over resampled pairs (Efron 1987)."""
    n = len(a)
    drawn = _weighted(a, b, name, weights)
    drawn = drawn[np.isfinite(drawn)]
    observed = _weighted(a, b, name, np.ones((1, n)))[0]
    below = ((drawn < observed).sum() + (drawn <= observed).sum()) / (2 * len(drawn)) if len(drawn) else 0.0
    left_out = _weighted(a, b, name, 1 - np.eye(n))
    deviation = left_out.mean() - left_out
    if not 0 < below < 1 or not (deviation**2).sum() > 0:
        return np.nan, np.nan
    acceleration = float((deviation**3).sum() / (6 * (deviation**2).sum() ** 1.5))
    z0, z = stats.norm.ppf(below), stats.norm.ppf([0.025, 0.975])
    shares = stats.norm.cdf(z0 + (z0 + z) / (1 - acceleration * (z0 + z)))
    low, high = np.quantile(drawn, shares)
    return float(low), float(high)
