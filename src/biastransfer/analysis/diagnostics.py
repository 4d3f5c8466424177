"""Is a regression's model tenable: collinearity, unequal variances, normality, and targets on which it hangs."""

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import linalg, stats
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.outliers_influence import variance_inflation_factor

from biastransfer.analysis.regression import Fit
from biastransfer.analysis.standard_errors import without_each


def diagnose(fit: Fit) -> pd.DataFrame:
    """Diagnostics of a regression, on data from which the absorbed effects are taken out.

    Returns
    -------
    DataFrame with ``diagnostic, term, statistic, df, p``: ``vif`` of each term; ``breusch_pagan`` (studentised, as R's
    ``bptest``), ``white`` (all squares and products) and ``shapiro_wilk`` of the residuals.
    """
    slopes = fit.design.within[1] / fit.design.units[: fit.design.slopes.shape[1]]
    exogenous = sm.add_constant(slopes, has_constant="add")
    residuals = fit.results.resid
    names = list(fit.design.slopes.columns)
    found = [
        {"diagnostic": "vif", "term": term, "statistic": variance_inflation_factor(exogenous, names.index(term) + 1)}
        for term in fit.design.terms
    ]
    if slopes.shape[1]:
        lagrange, p, *_ = het_breuschpagan(residuals, exogenous)
        found.append({"diagnostic": "breusch_pagan", "statistic": lagrange, "df": slopes.shape[1], "p": p})
        products = _products(slopes)
        if products.shape[1] < len(residuals):
            lagrange, p, *_ = het_breuschpagan(residuals, products)
            found.append({"diagnostic": "white", "statistic": lagrange, "df": products.shape[1] - 1, "p": p})
    found.append({"diagnostic": "shapiro_wilk", "term": "residuals", **normality(residuals)})
    return pd.DataFrame(found, columns=["diagnostic", "term", "statistic", "df", "p"])


def normality(values: np.ndarray) -> dict[str, float]:
    """Shapiro and Wilk's W and its p value; missing for fewer than three values, or values that do not vary.

    Above 5,000 values p is only roughly right, as in scipy and R.
    """
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    if len(values) < 3 or np.ptp(values) == 0:
        return {"statistic": np.nan, "p": np.nan}
    if len(values) > 5000:
        values = np.quantile(values, np.linspace(0, 1, 5000))
    found = stats.shapiro(values)
    return {"statistic": float(found.statistic), "p": float(found.pvalue)}


def reliability(scores: np.ndarray) -> float:
    """Cronbach's α of scores (targets, templates): how far templates agree on which targets score high.

    k/(k−1) · (1 − Σ var of each template / var of the sum); missing for one template, or where a target lacks a score.
    """
    count = scores.shape[1] if scores.ndim == 2 else 0
    if count < 2 or len(scores) < 3 or not np.isfinite(scores).all() or not scores.sum(1).var() > 0:
        return np.nan
    return float(count / (count - 1) * (1 - scores.var(0, ddof=1).sum() / scores.sum(1).var(ddof=1)))


def influence(fit: Fit) -> pd.DataFrame:
    """How each target moves the regression: slopes without it, and Cook's distance of all its rows together.

    Cook's distance of a target is (β − β₋g)' X'X (β − β₋g) / (p s²); where a target has one row it is the usual one.

    Returns
    -------
    DataFrame with ``target, term, without, cook``.
    """
    names = fit.design.names
    left_out = without_each(fit, fit.design.targets)
    change = (left_out.to_numpy() - fit.params) * fit.design.units
    matrix = fit.design.matrix
    cook = ((change @ matrix.T) ** 2).sum(1) / (matrix.shape[1] * fit.results.mse_resid)
    slopes = left_out[[name for name in names if name in fit.design.terms]]
    long = slopes.rename_axis("target").melt(ignore_index=False, var_name="term", value_name="without").reset_index()
    return long.assign(cook=long["target"].map(dict(zip(left_out.index, cook, strict=True))))


def _products(slopes: np.ndarray) -> np.ndarray:
    """A constant, the slopes, their squares and products, without those that others determine."""
    slopes = slopes / slopes.std(0)
    first, second = np.triu_indices(slopes.shape[1])
    whole = np.column_stack([slopes, slopes[:, first] * slopes[:, second]])
    triangle, order = linalg.qr(whole - whole.mean(0), mode="r", pivoting=True)
    size = np.abs(np.diag(triangle))
    kept = np.sort(order[: int((size > 1e-9 * size[0]).sum())])
    return sm.add_constant(whole[:, kept], has_constant="add")
