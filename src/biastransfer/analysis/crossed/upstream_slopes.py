"""Does bias change where upstream bias does, when a model takes the place of the reference?

For target t and model m, with the reference 0: b(t, m) - b(t, 0) = a(m) + β · (u(t, m) - u(t, 0)) + noise. The intercepts a(m) take up what
a model does to all targets. Exchanging a model does more than move its upstream bias, so β describes and does not explain. Noise in
upstream bias makes it smaller.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from biastransfer.analysis.crossed.bias import CrossedBias
from biastransfer.analysis.crossed.intervals import CONFIDENCE

COLUMNS = ["measure", "n_targets", "n_models", "slope", "low", "high", "correlation"]
FEWEST = 4
"""Targets below which there is no slope."""


def upstream_slopes(bias: CrossedBias, upstream: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The slope of the change of bias on the change of upstream bias, over targets and models.

    Parameters
    ----------
    bias : its first model is the reference; a mean over trainsets and replicates counts.
    upstream : measure -> scores, one row per target and one column per model.

    Returns
    -------
    Columns :data:`COLUMNS`. ``slope``: units of bias per unit of the measure, both less their mean within a model; ``low``, ``high``: its
    95 % interval from the jackknife over targets, which clusters errors by target (MacKinnon, Nielsen and Webb 2023, CV3);
    ``correlation``: of the two changes. Missing with fewer than four targets or one model.
    """
    rows = []
    for measure, scores in upstream.items():
        known = scores.reindex(index=bias.targets, columns=bias.models).to_numpy(float)
        of_bias = bias.values.mean((2, 3))
        whole = np.isfinite(known).all(1)
        known, of_bias = known[whole], of_bias[whole]
        row = {"measure": measure, "n_targets": len(known), "n_models": len(bias.models)}
        if len(known) >= FEWEST and len(bias.models) > 1:
            row |= _slope(known[:, 1:] - known[:, :1], of_bias[:, 1:] - of_bias[:, :1])
        rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def _slope(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Slope of y on x, shape (targets, models) each, with its interval and the correlation."""
    slope, correlation = _fitted(x, y)
    count = len(x)
    without = np.array([_fitted(np.delete(x, left, 0), np.delete(y, left, 0))[0] for left in range(count)])
    error = np.sqrt((count - 1) / count * ((without - slope) ** 2).sum())
    half = stats.t.ppf(0.5 + CONFIDENCE / 2, count - 1) * error
    return {"slope": slope, "low": slope - half, "high": slope + half, "correlation": correlation}


def _fitted(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    x, y = x - x.mean(0), y - y.mean(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return float((x * y).sum() / (x**2).sum()), float((x * y).sum() / np.sqrt((x**2).sum() * (y**2).sum()))
