"""The fixed-effects regression of downstream on upstream bias (Steed et al. 2022, Eq. 4)::

    bias(m, y) = β0 + β1 · upstream(m, y, t) + β2 · prevalence(y) + f(t) + c(m)

with effects f of the templates and, in groups of several models, c of the models. As in the paper's tables: R² is within
models, F is the classical test of all k slopes on (k, N − G − k) degrees of freedom, standard errors are HC3.

The dependent variable is copied over the templates, and the same targets return in every model, so these errors are several
times too small. ``per_target`` averages both away: one row per target, and errors that can be believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm


@dataclass(frozen=True)
class Fit:
    """A regression: its slopes (``term, estimate, se, low, high, p, standardised, …``) and its numbers."""

    slopes: pd.DataFrame
    numbers: dict


def eq4(
    outcome: np.ndarray,
    regressors: pd.DataFrame,
    templates: Sequence[str],
    models: Sequence[str],
) -> Fit:
    """Estimate Eq. 4 by least squares with dummy variables (LSDV).

    Parameters
    ----------
    outcome : shape (N,).
    regressors : shape (N, …), upstream bias and covariates.
    templates, models : names, shape (N,); the effects.

    Returns
    -------
    Fit, with ``n_obs, n_models, r2_within, r2_adjusted, f, df1, df2, dropped``. A regressor that does not vary within the
    models, or that others determine, is dropped and named.
    """
    outcome = np.asarray(outcome, float)
    groups = pd.Series(list(models)).astype("category")
    count = groups.cat.categories.size
    effects = pd.get_dummies(pd.Series(list(templates)), prefix="template", drop_first=True, dtype=float)
    slopes = pd.concat([regressors.reset_index(drop=True).astype(float), effects], axis=1)
    kept, dropped = _identified(slopes, groups)
    slopes = slopes[kept]
    dummies = pd.get_dummies(groups, prefix="model", dtype=float)
    design = pd.concat([slopes, dummies], axis=1) if count > 1 else sm.add_constant(slopes, prepend=False)
    fit = sm.OLS(outcome, design).fit()
    robust = fit.get_robustcov_results("HC3", use_t=True)
    n, k = len(outcome), len(kept)
    df2 = n - count - k
    within = outcome - pd.Series(outcome).groupby(groups.to_numpy()).transform("mean").to_numpy()
    r2 = 1 - fit.ssr / float(within @ within)
    restriction = np.zeros((k, design.shape[1]))
    restriction[np.arange(k), np.arange(k)] = 1
    names = [name for name in kept if name in regressors] + (["const"] if count == 1 else [])
    interval = pd.DataFrame(robust.conf_int(), index=design.columns)
    table = pd.DataFrame(
        {
            "term": names,
            "estimate": fit.params[names].to_numpy(),
            "se": pd.Series(robust.bse, design.columns)[names].to_numpy(),
            "low": interval.loc[names, 0].to_numpy(),
            "high": interval.loc[names, 1].to_numpy(),
            "p": pd.Series(robust.pvalues, design.columns)[names].to_numpy(),
        }
    )
    spread = np.array([slopes[name].std() if name in slopes else np.nan for name in names]) / outcome.std(ddof=1)
    for column, source in (("standardised", "estimate"), ("standardised_low", "low"), ("standardised_high", "high")):
        table[column] = table[source].to_numpy() * spread
    numbers = {
        "n_obs": n,
        "n_models": count,
        "r2_within": r2,
        "r2_adjusted": 1 - (1 - r2) * (n - 1) / df2,
        "f": float(np.squeeze(fit.f_test(restriction).fvalue)) if k else np.nan,
        "df1": k,
        "df2": df2,
        "dropped": [name for name in dropped if name in regressors],
    }
    return Fit(table, numbers)


def per_target(table: pd.DataFrame, outcome: str, regressors: Sequence[str], models: Sequence[str]) -> Fit:
    """Estimate the same slopes on one row per target: means over templates and runs, HC3 errors.

    Run effects are taken out before averaging (the runs' means become the overall mean): where a target is missing in some
    runs, its mean would otherwise carry the effects of those that it is in. Without missing targets this changes nothing.

    Parameters
    ----------
    table : ``target``, the outcome and the regressors.
    models : name of each row's run.
    """
    values = table[[outcome, *regressors]].astype(float)
    values = values - values.groupby(np.asarray(models)).transform("mean") + values.mean()
    means = values.groupby(table["target"], sort=True).mean()
    single = ["all"] * len(means)
    return eq4(means[outcome].to_numpy(), means[list(regressors)], single, single)


def _identified(slopes: pd.DataFrame, groups: pd.Series) -> tuple[list[str], list[str]]:
    """Columns that vary within the groups and are not determined by those before them."""
    within = slopes - slopes.groupby(groups.to_numpy()).transform("mean")
    kept: list[str] = []
    for name in slopes:
        if within[name].abs().max() <= 1e-12 * max(1.0, slopes[name].abs().max()):
            continue
        scaled = within[[*kept, name]] / within[[*kept, name]].std()
        if np.linalg.matrix_rank(scaled.to_numpy(), tol=1e-8 * len(scaled)) == len(kept) + 1:
            kept.append(name)
    return kept, [name for name in slopes if name not in kept]
