"""Where does bias come from: the verdict of a study, by a rule that is stated in its report.

It rests on the control (with its replicates): one row per run and target, standardised slopes of prevalence (the fine-tuning data)
and of upstream bias (the pre-trained model) in one regression, and intervals clustered by target (CRV3, t with G − 1 degrees
of freedom).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from biastransfer.analysis.errors import crv3_target
from biastransfer.analysis.regression import Fit

VERDICTS = ("dataset", "model", "both", "neither detected", "inconclusive")
CAUSES = {"dataset": "prevalence", "model": "upstream"}
"""Cause -> the term that stands for it."""
CONFIDENCE, POWER = 0.95, 0.8


@dataclass(frozen=True)
class Effect:
    """A standardised slope, or a difference of two, with its interval."""

    estimate: float
    low: float
    high: float

    @property
    def apart(self) -> bool:
        """The interval excludes zero."""
        return self.low * self.high > 0

    def detected(self, smallest: float) -> bool:
        """The interval excludes zero, and the slope is no smaller than what is of interest."""
        return self.apart and abs(self.estimate) >= smallest

    def may_reach(self, size: float) -> bool:
        """The interval holds effects of this size."""
        return max(abs(self.low), abs(self.high)) >= size


@dataclass(frozen=True)
class Evidence:
    """What a verdict rests on.

    ``effects``: cause -> its slope; a cause that cannot be estimated is missing. ``detectable``: cause -> the slope that would be detected
    with a chance of 80 %. ``difference``: how much larger the dataset's slope is in size than the model's. ``joint_p``: of the test that
    both slopes are zero.
    """

    effects: dict[str, Effect]
    detectable: dict[str, float]
    difference: Effect
    joint_p: float
    n_targets: int


NOTHING = Evidence({}, {}, Effect(np.nan, np.nan, np.nan), np.nan, 0)


def evidence(fit: Fit, smallest: float) -> Evidence:
    """The evidence in the regression of the control (specification ``model_target``).

    Parameters
    ----------
    smallest : the smallest effect of interest, in standard deviations of bias per standard deviation of the cause.
    """
    count = int(fit.numbers["n_targets"])
    names = list(fit.design.slopes.columns)
    scale = np.array([fit.design.spread[name] for name in names])
    slopes = fit.estimates[names].to_numpy() * scale
    covariance = crv3_target(fit) * np.outer(scale, scale)
    places = {cause: names.index(term) for cause, term in CAUSES.items() if term in names}
    places = {cause: place for cause, place in places.items() if np.isfinite(covariance[place, place])}
    half, power = (stats.t.ppf(share, count - 1) for share in (0.5 + CONFIDENCE / 2, POWER))

    def effect(estimate: float, variance: float) -> Effect:
        error = float(np.sqrt(variance))
        return Effect(float(estimate), float(estimate - half * error), float(estimate + half * error))

    effects = {cause: effect(slopes[place], covariance[place, place]) for cause, place in places.items()}
    errors = {cause: float(np.sqrt(covariance[place, place])) for cause, place in places.items()}
    detectable = {cause: max((half + power) * error, smallest + power * error) for cause, error in errors.items()}
    if len(effects) < len(CAUSES):
        return Evidence(effects, detectable, NOTHING.difference, np.nan, count)
    chosen = [places[cause] for cause in CAUSES]
    both, block = slopes[chosen], covariance[np.ix_(chosen, chosen)]
    signs = np.sign(both) * np.array([1, -1])
    difference = effect(signs @ both, signs @ block @ signs)
    statistic = float(both @ np.linalg.solve(block, both)) / len(both)
    joint_p = float(stats.f.sf(statistic, len(both), count - 1))
    return Evidence(effects, detectable, difference, joint_p, count)


def decide(found: Evidence, smallest: float) -> tuple[str, str]:
    """The rule: from the evidence to verdict and reason.

    A cause is *detected* if its interval excludes zero and its slope is at least ``smallest``. The verdict is ``both`` if both are;
    ``dataset`` or ``model`` if one is and it is the larger in size, the interval of the difference excluding zero; ``neither
    detected`` if neither is, and the two together are not either or are smaller than is of interest; ``inconclusive`` otherwise.
    """
    if set(found.effects) != set(CAUSES):
        lacking = " and ".join(cause for cause in CAUSES if cause not in found.effects)
        return (
            "inconclusive",
            f"the effect of the {lacking} cannot be estimated: too few targets have values, or these do not vary",
        )
    detected = [cause for cause, effect in found.effects.items() if effect.detected(smallest)]
    if len(detected) == 2:
        return "both", "both intervals exclude zero"
    if detected:
        cause, other = detected[0], next(name for name in CAUSES if name != detected[0])
        larger = abs(found.effects[cause].estimate) > abs(found.effects[other].estimate)
        if larger and found.difference.apart:
            return cause, f"the {cause} is detected, the {other} is not, and the difference in size excludes zero"
        return "inconclusive", f"the {cause} is detected, but the effect of the {other} may be as large"
    if found.joint_p < 1 - CONFIDENCE and any(effect.may_reach(smallest) for effect in found.effects.values()):
        return "inconclusive", "the two together are detected, but not which of them"
    return "neither detected", "no interval excludes zero by an effect of interest"


def record(fit: Fit | None, smallest: float) -> dict:
    """The verdict of a regression as a row of the table ``verdicts``; None where the regression could not be made."""
    found = NOTHING if fit is None else evidence(fit, smallest)
    verdict, reason = decide(found, smallest)
    row = {"verdict": verdict, "reason": reason, "joint_p": found.joint_p, "n_targets": found.n_targets}
    parts = {
        **{cause: found.effects.get(cause, NOTHING.difference) for cause in CAUSES},
        "difference": found.difference,
    }
    for name, effect in parts.items():
        row |= {f"{name}_estimate": effect.estimate, f"{name}_low": effect.low, f"{name}_high": effect.high}
    return row | {f"{cause}_detectable": found.detectable.get(cause, np.nan) for cause in CAUSES}


def frame(fits: dict[tuple[str, str], Fit | None], smallest: float) -> pd.DataFrame:
    """``task, upstream_measure`` and the verdict of each, one row each."""
    return pd.DataFrame(
        [{"task": task, "upstream_measure": measure, **record(fit, smallest)} for (task, measure), fit in fits.items()]
    )
