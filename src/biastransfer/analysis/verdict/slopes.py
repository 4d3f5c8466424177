"""Slopes of bias on both causes over targets, for many studies at once: raw, corrected for error in the causes, within families.

Least squares from moments. A correction subtracts the variance of errors from that of a cause (Fuller 1987, section 2.2). Families
have an intercept each. Covariances are the jackknife's over targets, (G−1)/G Σ (β₋g − β)(β₋g − β)', in which the errors and the
intercepts are estimated again without each target. For raw slopes this is CRV3 by target (MacKinnon, Nielsen & Webb 2023).
"""

from dataclasses import dataclass

import numpy as np

from biastransfer.analysis.verdict.controls import Controls

FEWEST_FREE = 3
"""Targets less intercepts must be more than this."""
ROUNDING = 1e-8
"""Share of a cause's variance that may be left by rounding where it does not vary within families."""
LEAST_LEFT = 0.1
"""Share of a cause's variance within families that must be left when its errors are taken out."""


@dataclass(frozen=True)
class Estimator:
    """How slopes are estimated: ``corrected`` for known errors of the causes, within ``families``."""

    corrected: bool
    families: bool

    def of(self, controls: Controls) -> "Estimates":
        """Estimate the slopes of all studies."""
        controls = controls if self.families else controls.without_families()
        raw = estimate(controls.with_errors_of())
        if not self.corrected:
            return Estimates(raw, (raw, raw), raw)
        # Its own error only shrinks a slope. The error of the other cause gives a slope to a cause that does not act.
        model, dataset = (estimate(controls.with_errors_of(other)) for other in (1, 0))
        return Estimates(estimate(controls), (model, dataset), raw)

    def applies(self, controls: Controls) -> bool:
        """Whether there are errors to correct for, and families to be within, if it is for these."""
        return (controls.errors.any() or not self.corrected) and (controls.has_families or not self.families)


ESTIMATORS = {
    "raw": Estimator(False, False),
    "corrected": Estimator(True, False),
    "families": Estimator(False, True),
    "corrected_families": Estimator(True, True),
}
"""Name -> estimator; the last is the default."""


def nearest_estimator(name: str, controls: Controls) -> str:
    """The estimator itself, or what is left of it where there is nothing to correct for, or no family."""
    wanted = ESTIMATORS[name]
    corrected = wanted.corrected and bool(controls.errors.any())
    families = wanted.families and controls.has_families
    return next(key for key, each in ESTIMATORS.items() if each == Estimator(corrected, families))


@dataclass(frozen=True)
class Slopes:
    """Standardised slopes of D studies, on upstream bias and on prevalence.

    Attributes
    ----------
    values : shape (D, 2), standard deviations of a run's bias per standard deviation of the cause (of its true values, if corrected).
    covariance : shape (D, 2, 2).
    clusters : targets less the intercepts beyond the first; t has one degree of freedom fewer.
    sound : shape (D,), whether enough of both causes varies to tell their slopes, also without any one target.
    """

    values: np.ndarray
    covariance: np.ndarray
    clusters: int
    sound: np.ndarray

    @property
    def errors(self) -> np.ndarray:
        """Standard errors, shape (D, 2)."""
        return np.sqrt(np.einsum("dii->di", self.covariance))


@dataclass(frozen=True)
class Estimates:
    """Slopes, and those that the tests of zero use.

    Attributes
    ----------
    slopes : corrected for the errors of both causes, where the estimator corrects.
    tested : for the model and for the dataset, slopes that are corrected for the error of the other cause alone: a cause that does not
        act has a slope of zero in them, whatever its own error, and less noise.
    together : raw slopes, for the joint test: where neither cause acts, both are zero, whatever the errors.
    """

    slopes: Slopes
    tested: tuple[Slopes, Slopes]
    together: Slopes


def estimate(controls: Controls) -> Slopes:
    """Estimate the slopes of all studies, corrected for the errors of their causes."""
    values = np.concatenate([controls.causes, controls.bias[..., None], controls.others], axis=2)
    members = np.eye(controls.families.max() + 1)[controls.families]
    sizes = members.sum(0)
    means = np.einsum("gf,dgi->dfi", members / sizes, values)
    centred = values - means[:, controls.families]
    targets, free = len(controls.families), len(controls.families) - len(sizes)
    products = np.einsum("dgi,dgj->dij", centred, centred)
    own = np.where(sizes > 1, sizes / np.maximum(sizes - 1, 1), 1.0)[controls.families]
    rest = products[:, None] - own[:, None, None] * centred[..., :, None] * centred[..., None, :]
    errors, total = controls.errors, controls.errors.sum(1)
    least = ROUNDING * controls.causes.var(1)
    whole, sound = _solve(products / free, total / targets, least)
    without, sound_without = _solve(rest / (free - 1), (total[:, None] - errors) / (targets - 1), least[:, None])
    scale = _spread(controls) / controls.spread[:, None]
    apart = (without - whole[:, None]) * scale[:, None]
    covariance = (targets - 1) / targets * np.einsum("dgi,dgj->dij", apart, apart)
    return Slopes(whole * scale, covariance, free + 1, sound & sound_without.all(1) & (free > FEWEST_FREE))


def _solve(moments: np.ndarray, errors: np.ndarray, least: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes (..., 2) of moments (..., 3 + c, 3 + c) of both causes, bias and what is controlled for, and whether they are sound.

    Variances of the causes up to ``least`` are rounding.
    """
    kept = moments[..., :3, :3]
    if moments.shape[-1] > 3:
        across, others = moments[..., :3, 3:], moments[..., 3:, 3:]
        kept = kept - across @ np.linalg.pinv(others, rcond=1e-12, hermitian=True) @ np.swapaxes(across, -1, -2)
    upstream, prevalence = (kept[..., place, place] - errors[..., place] for place in (0, 1))
    both, model, dataset = kept[..., 0, 1], kept[..., 0, 2], kept[..., 1, 2]
    determinant = upstream * prevalence - both**2
    sound = (
        (upstream > np.maximum(LEAST_LEFT * kept[..., 0, 0], least[..., 0]))
        & (prevalence > np.maximum(LEAST_LEFT * kept[..., 1, 1], least[..., 1]))
        & (determinant > 1e-8 * kept[..., 0, 0] * kept[..., 1, 1])
    )
    determinant = np.where(sound, determinant, 1.0)
    slopes = np.stack([prevalence * model - both * dataset, upstream * dataset - both * model], -1)
    return np.where(sound[..., None], slopes / determinant[..., None], 0.0), sound


def _spread(controls: Controls) -> np.ndarray:
    """Standard deviation of the true values of either cause over all targets, shape (D, 2)."""
    return np.sqrt(controls.causes.var(1) * np.clip(np.nan_to_num(controls.reliability, nan=1.0), LEAST_LEFT, 1))
