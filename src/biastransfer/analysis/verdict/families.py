"""Do targets of one family behave alike beyond both causes: the intraclass correlation of residuals."""

import numpy as np

from biastransfer.analysis.verdict.controls import Controls


def residuals(controls: Controls) -> tuple[np.ndarray, float]:
    """What both causes and the controls leave of the first study's bias, with one intercept, shape (G,), and its standard deviation."""
    known = np.column_stack([controls.causes[0], controls.others[0]])
    known, bias = known - known.mean(0), controls.bias[0] - controls.bias[0].mean()
    size = known.std(0)
    known = known / np.where(size > 0, size, 1.0)
    rest = bias - known @ np.linalg.lstsq(known, bias)[0]
    return rest, float(np.sqrt(rest @ rest / max(len(rest) - known.shape[1] - 1, 1)))


def intraclass(values: np.ndarray, families: np.ndarray, permutations: int, seed: int) -> tuple[float, float]:
    """Intraclass correlation ICC(1) of values (N,) in families (N,), and its one-sided permutation p value.

    (B − W) / (B + (n₀ − 1) W) from the mean squares between and within families (Shrout & Fleiss 1979), with n₀ for unequal sizes
    (Donner 1986). It may be negative. Missing with fewer than two families or no value beyond one in each.
    """
    codes = np.unique(families, return_inverse=True)[1]
    sizes = np.bincount(codes)
    count, groups = len(values), len(sizes)
    if groups < 2 or count <= groups:
        return np.nan, np.nan
    drawn = np.random.default_rng(seed).permuted(np.tile(values, (permutations, 1)), axis=1)
    whole = np.vstack([values, drawn]) - values.mean()
    means = whole @ np.eye(groups)[codes] / sizes
    between = (sizes * means**2).sum(1) / (groups - 1)
    within = ((whole - means[:, codes]) ** 2).sum(1) / (count - groups)
    size = (count - (sizes**2).sum() / count) / (groups - 1)
    found = (between - within) / (between + (size - 1) * within)
    return float(found[0]), float((found >= found[0] * (1 - 1e-12)).mean())
