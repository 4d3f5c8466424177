"""Standard errors of a regression, of every kind that the reader may want to compare.

The papers' are not clustered. Their rows repeat: the dependent variable is copied over templates, and the same targets return in
every model. What a target is like beyond the regressors is then counted once a row, and errors come out several times too
small. Clustering by target counts it once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from biastransfer.analysis.regression import Fit

FULL = 1 - 1e-8
"""A leverage above this is one: the row fits itself, its residual is rounding, and HC3 weights have no value."""


def lsdv_hc3(fit: Fit) -> np.ndarray:
    """HC3 of the dummy-variable regression (MacKinnon & White 1985); R: ``sandwich::vcovHC(lm, "HC3")``."""
    if _leverage(fit.design.matrix).max() > FULL:
        return np.full((fit.design.slopes.shape[1],) * 2, np.nan)
    return _block(fit, covariance_of(fit, "HC3"))


def white1(fit: Fit) -> np.ndarray:
    """HC3 on demeaned data, whose leverages leave the effects out; R: ``plm::vcovHC(method = "white1", type = "HC3")``."""
    inverse, slopes, weighted = _demeaned(fit)
    scores = slopes * weighted[:, None]
    return inverse @ (scores.T @ scores) @ inverse


def arellano(fit: Fit) -> np.ndarray:
    """Clustered by model, with HC3 weights (Arellano 1987); R: ``plm::vcovHC(method = "arellano", type = "HC3")``."""
    inverse, slopes, weighted = _demeaned(fit)
    scores = pd.DataFrame(slopes * weighted[:, None]).groupby(fit.design.models).sum().to_numpy()
    return inverse @ (scores.T @ scores) @ inverse


def crv1_target(fit: Fit) -> np.ndarray:
    """Clustered by target, with the factor G/(G−1) · (N−1)/(N−K); R: ``sandwich::vcovCL(lm, ~target, type = "HC1")``."""
    codes = pd.factorize(fit.design.targets)[0]
    return _block(fit, covariance_of(fit, "cluster", groups=codes))


def crv3_target(fit: Fit) -> np.ndarray:
    """Clustered by target, from leaving one target out at a time (cluster jackknife, CRV3).

    (G−1)/G Σ (β₋g − β)(β₋g − β)' (MacKinnon, Nielsen & Webb 2023); R: ``sandwich::vcovJK(lm, ~target, center = "estimate")``.
    """
    return _jackknife(fit, fit.design.targets)


def two_way(fit: Fit) -> np.ndarray:
    """Clustered by target and by run: the cluster jackknife over either, less HC3 (Cameron, Gelbach & Miller 2011).

    A variance is at least that of either clustering. Targets repeat over runs, and a model's treatment is the same for all of its
    targets: errors clustered by target alone take each of them for a treatment of its own.
    """
    by_target, by_run = _jackknife(fit, fit.design.targets), _jackknife(fit, fit.design.models)
    both = by_target + by_run - white1(fit)
    least = np.maximum(np.diag(by_target), np.diag(by_run))
    np.fill_diagonal(both, np.fmax(np.diag(both), least))
    return both


def _jackknife(fit: Fit, clusters: np.ndarray) -> np.ndarray:
    """(G−1)/G Σ (β₋g − β)(β₋g − β)' of the slopes."""
    left_out, whole = without_each(fit, clusters), fit.params[: fit.design.slopes.shape[1]]
    count = len(left_out)
    difference = left_out[list(fit.design.slopes.columns)].to_numpy() - whole
    return (count - 1) / count * difference.T @ difference


def without_each(fit: Fit, clusters: np.ndarray) -> pd.DataFrame:
    """All parameters, effects too, when one cluster is left out, as in ``fit.params``: one row per cluster, in order.

    A slope that the others do not identify is missing.

    Parameters
    ----------
    clusters : shape (N,), the cluster of each row.
    """
    design = fit.design
    scale = np.sqrt((design.matrix**2).mean(0))
    matrix = design.matrix / scale
    codes, names = pd.factorize(clusters, sort=True)
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    products = np.stack([matrix[part].T @ matrix[part] for part in parts])
    moments = np.stack([matrix[part].T @ design.outcome[part] for part in parts])
    rest = products.sum(0) - products
    # An effect of the left-out target alone is no longer identified: the least solution sets it to zero.
    inverse = np.linalg.pinv(rest, rcond=1e-12, hermitian=True)
    solved = (inverse @ (moments.sum(0) - moments)[:, :, None])[:, :, 0] / (scale * design.units)
    k = design.slopes.shape[1]
    identified = np.einsum("gij,gji->gi", inverse, rest)[:, :k] > 1 - 1e-6
    solved[:, :k][~identified] = np.nan
    return pd.DataFrame(solved, index=names, columns=design.names)


@dataclass(frozen=True)
class Errors:
    """A kind of standard errors: how it is called, what it clusters by, and its covariance of the slopes (k, k)."""

    label: str
    cluster: str | None
    covariance: Callable[[Fit], np.ndarray]

    def degrees(self, fit: Fit) -> int:
        """Degrees of freedom of its t distribution: clusters less one, or those of the residuals."""
        if self.cluster is None:
            return int(fit.numbers["df2"])
        counts = {"model": fit.numbers["n_models"], "target": fit.numbers["n_targets"]}
        return int(counts.get(self.cluster, min(counts.values()))) - 1


KINDS: dict[str, Errors] = {
    "lsdv_hc3": Errors("HC3", None, lsdv_hc3),
    "white1": Errors("HC3, demeaned", None, white1),
    "arellano": Errors("clustered by model (Arellano)", "model", arellano),
    "crv1_target": Errors("clustered by target (CRV1)", "target", crv1_target),
    "crv3_target": Errors("clustered by target (CRV3)", "target", crv3_target),
    "two_way": Errors("clustered by target and run (CRV3)", "both", two_way),
}
"""Name -> kind, from the papers' to those that the answer rests on."""


def inference(fit: Fit, kind: str) -> pd.DataFrame:
    """Errors, 95 % intervals and p values of one kind for every term; empty where its clusters are fewer than two.

    Returns
    -------
    DataFrame with ``term, errors, estimate, se, df, low, high, p, standardised, standardised_low, standardised_high``. The
    constant, where there is one, is given for unclustered errors of the dummy-variable regression alone. Errors are missing where
    a row has a leverage of one (HC3 weights) or a single target determines a slope (CRV3).
    """
    found, degrees = KINDS[kind], KINDS[kind].degrees(fit)
    estimates = fit.estimates
    if not len(fit.design.slopes.columns) or degrees < 1:
        return pd.DataFrame()
    variances = pd.Series(np.diag(found.covariance(fit)), fit.design.slopes.columns)[list(fit.design.terms)]
    if "const" in estimates and kind == "lsdv_hc3":
        hopeless = variances.isna().any()
        to_zero = np.append(-fit.design.origin, 1.0)
        variances["const"] = np.nan if hopeless else to_zero @ covariance_of(fit, "HC3") @ to_zero
    table = pd.DataFrame({"estimate": estimates[variances.index], "se": np.sqrt(variances)})
    half = stats.t.ppf(0.975, degrees) * table["se"]
    table = table.assign(
        errors=kind,
        df=degrees,
        low=table["estimate"] - half,
        high=table["estimate"] + half,
        p=2 * stats.t.sf(np.abs(table["estimate"] / table["se"]), degrees),
    )
    spread = pd.Series(fit.design.spread).reindex(table.index)
    for column, source in (("standardised", "estimate"), ("standardised_low", "low"), ("standardised_high", "high")):
        table[column] = table[source] * spread
    return table.rename_axis("term").reset_index()


def covariance_of(fit: Fit, kind: str, **options: np.ndarray) -> np.ndarray:
    """Statsmodels' robust covariance of all of ``fit.params``, shape (k + G, k + G)."""
    covariance = fit.results.get_robustcov_results(kind, **options).cov_params()
    return covariance / np.outer(fit.design.units, fit.design.units)


def _block(fit: Fit, covariance: np.ndarray) -> np.ndarray:
    """The slopes' part of a covariance of all columns."""
    k = fit.design.slopes.shape[1]
    return covariance[:k, :k]


def _demeaned(fit: Fit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(X'X)⁻¹ and X of the demeaned slopes, and residuals over one less the leverages."""
    _, slopes = fit.design.within
    size = fit.design.units[: slopes.shape[1]]
    scaled = slopes / size
    inverse = np.linalg.inv(scaled.T @ scaled) / np.outer(size, size)
    leverage = np.einsum("ij,jk,ik->i", slopes, inverse, slopes)
    return inverse, slopes, fit.results.resid / np.where(leverage > FULL, np.nan, 1 - leverage)


def _leverage(matrix: np.ndarray) -> np.ndarray:
    """Diagonal of the projection on a matrix's columns."""
    return (np.linalg.qr(matrix)[0] ** 2).sum(1)
