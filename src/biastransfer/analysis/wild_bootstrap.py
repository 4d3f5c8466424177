"""The wild cluster bootstrap: a p value for a slope when the clusters (targets) are few.

Restricted residuals times Rademacher weights, one a cluster, and the t statistic with CRV1 errors (Cameron, Gelbach & Miller
2008; computed from the clusters' cross products as in MacKinnon, Nielsen & Webb 2023).
"""

import numpy as np
import pandas as pd

from biastransfer.analysis.regression import Fit

ENUMERATED = 12
"""Up to so many clusters all 2^G weights are enumerated in place of drawn ones."""


def wild_cluster_p(fit: Fit, term: str, *, draws: int = 9999, seed: int = 0) -> float:
    """Two-sided p value of ``slope = 0``, clustered by target.

    Parameters
    ----------
    term : the slope that is tested.
    draws : how many weights are drawn; ignored up to ``ENUMERATED`` clusters.

    Returns
    -------
    The share of bootstrap |t| that are at least the observed one. The draw of all ones is the data itself and counts.
    """
    outcome, slopes = fit.design.within
    tested = fit.design.slopes.columns.get_loc(term)
    rest = np.delete(slopes, tested, axis=1)
    regressor, restricted = slopes[:, tested], outcome
    if rest.shape[1]:
        basis = np.linalg.qr(rest)[0]
        regressor = regressor - basis @ (basis.T @ regressor)
        restricted = outcome - basis @ (basis.T @ outcome)
    # With dummies that targets cut across, a bootstrap sample must be projected on the full design.
    whole = np.linalg.qr(fit.design.matrix)[0]
    codes = pd.factorize(fit.design.targets)[0]
    count = int(codes.max()) + 1
    scores = np.bincount(codes, regressor * restricted)
    projected = _by_cluster(codes, whole * restricted[:, None])
    weights_of = _by_cluster(codes, whole * regressor[:, None])
    size = float(regressor @ regressor)
    signs = _signs(count, draws, seed)
    slope = signs @ scores / size
    residual_scores = signs * scores - (signs @ projected) @ weights_of.T
    t = np.abs(slope) / np.sqrt((residual_scores**2).sum(1))
    observed = t[0]
    return float((t >= observed * (1 - 1e-10)).mean())


def _by_cluster(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    return pd.DataFrame(values).groupby(codes).sum().to_numpy()


def _signs(count: int, draws: int, seed: int) -> np.ndarray:
    """Rademacher weights (draws + 1, count), the first row all ones; or all 2^count of them."""
    if count <= ENUMERATED:
        bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
        return 1.0 - 2.0 * bits
    drawn = np.random.default_rng(seed).integers(0, 2, (draws, count))
    return np.vstack([np.ones(count), 1.0 - 2.0 * drawn])
