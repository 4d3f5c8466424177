"""The fixed-effects regression of downstream on upstream bias (Steed et al. 2022, Eq. 4)::

    bias(m, y) = β0 + β1 · upstream(m, y, t) + β2 · prevalence(y) + f(t) + c(m)

with effects f of the templates and, in groups of several models, c of the models, estimated by least squares with dummy
variables (LSDV). As in the paper's tables: R² is within what is absorbed, adjusted R² is 1 − (1 − R²)(N − 1)/df2, and F is the
classical test of all k slopes, template dummies included, on (k, N − G − k) degrees of freedom.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from biastransfer.analysis.design import Design


@dataclass(frozen=True)
class Fit:
    """An estimated design: ``results`` of statsmodels on ``design.matrix``, slopes and constant by name, and the numbers below the table."""

    design: Design
    results: sm.regression.linear_model.RegressionResultsWrapper
    numbers: dict

    @property
    def params(self) -> np.ndarray:
        """Slopes in the units of the table, shape (k + G,), and effects where every regressor has its mean."""
        return self.results.params / self.design.units

    @property
    def estimates(self) -> pd.Series:
        """Slopes of the terms, and where there is one the constant, at which every regressor is zero."""
        params = pd.Series(self.params, self.design.names)
        if self.design.absorbed:
            return params[list(self.design.terms)]
        params["const"] -= self.params[:-1] @ self.design.origin
        return params[[*self.design.terms, "const"]]


def estimate(design: Design) -> Fit:
    """Estimate a design by least squares.

    Returns
    -------
    Fit, with numbers ``n_obs, n_models, n_targets, r2_within, r2_adjusted, residual_se, f, df1, df2, f_p``.
    """
    # The effects span a constant. Told so, statsmodels does not look for one, at the cost of a singular value decomposition.
    results = sm.OLS(design.outcome, design.matrix, hasconst=True).fit(method="qr")
    n, k = design.slopes.shape
    df2 = n - design.effects.shape[1] - k
    outcome, _ = design.within
    r2 = 1 - results.ssr / float(outcome @ outcome)
    f = float(np.squeeze(results.f_test(np.eye(k, design.matrix.shape[1])).fvalue)) if k else np.nan
    return Fit(
        design,
        results,
        {
            "n_obs": n,
            "n_models": len(set(design.models)),
            "n_targets": len(set(design.targets)),
            "r2_within": r2,
            "r2_adjusted": 1 - (1 - r2) * (n - 1) / df2,
            "residual_se": float(np.sqrt(results.ssr / df2)),
            "f": f,
            "df1": k,
            "df2": df2,
            "f_p": float(stats.f.sf(f, k, df2)) if k else np.nan,
        },
    )
