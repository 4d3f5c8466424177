"""Where does bias come from: the verdict of a study, by a rule that its report states.

It uses the control (with its replicates): one row per run and target, standardised slopes of prevalence (the fine-tuning data)
and of upstream bias (the pre-trained model) in one regression, intervals clustered by target (CRV3, t with G − 1 degrees
of freedom), and a joint test before them. docs/table_truth.md shows how often it is right where the truth is known.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from biastransfer.analysis.closed_test import CONFIDENCE, detectable, joint_p
from biastransfer.analysis.regression import Fit
from biastransfer.analysis.standard_errors import crv3_target

VERDICTS = ("dataset", "model", "both", "neither detected", "inconclusive")
CAUSES = {"dataset": "prevalence", "model": "upstream"}
"""Cause -> its term in the regression."""
FLAT = 0.02
"""Standard deviation of prevalence over targets below which it cannot explain their biases."""


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

    def stands_out(self, smallest: float) -> bool:
        """The interval excludes zero, and the slope is no smaller than what is of interest."""
        return self.apart and abs(self.estimate) >= smallest

    def may_reach(self, size: float) -> bool:
        """The interval holds effects of this size."""
        return max(abs(self.low), abs(self.high)) >= size


@dataclass(frozen=True)
class Evidence:
    """The numbers that decide a verdict.

    ``effects``: cause -> its slope; a cause that cannot be estimated is missing. ``correlation``: of the two estimates. ``difference``:
    how much larger the dataset's slope is in size than the model's. ``joint_p``: of the test that both slopes are zero.
    ``flat``: the standard deviation of prevalence over targets, where it is below :data:`FLAT`.
    """

    effects: dict[str, Effect]
    correlation: float
    difference: Effect
    joint_p: float
    n_targets: int
    flat: float | None = None

    @property
    def together(self) -> bool:
        """The joint test rejects that both slopes are zero."""
        return self.joint_p < 1 - CONFIDENCE

    def detected(self, smallest: float) -> list[str]:
        """The causes that are detected: a closed test, the joint one first. A prevalence that hardly varies is none."""
        if not self.together:
            return []
        possible = {cause: effect for cause, effect in self.effects.items() if cause == "model" or self.flat is None}
        return [cause for cause, effect in possible.items() if effect.stands_out(smallest)]

    def detectable(self, smallest: float) -> dict[str, float]:
        """Cause -> the slope that would be detected with a chance of 80 % if the other were zero."""
        if set(self.effects) != set(CAUSES):
            return {}
        half = stats.t.ppf(0.5 + CONFIDENCE / 2, self.n_targets - 1)
        errors = {cause: (effect.high - effect.low) / 2 / half for cause, effect in self.effects.items()}
        return {cause: detectable(error, self.correlation, self.n_targets, smallest) for cause, error in errors.items()}


NOTHING = Evidence({}, np.nan, Effect(np.nan, np.nan, np.nan), np.nan, 0)


def evidence(fit: Fit, flat: float | None = None) -> Evidence:
    """The evidence in the regression of the control (specification ``model_target``).

    Parameters
    ----------
    flat : the standard deviation of prevalence over targets, where it is below :data:`FLAT`.
    """
    count = int(fit.numbers["n_targets"])
    names = list(fit.design.slopes.columns)
    scale = np.array([fit.design.spread[name] for name in names])
    slopes = fit.estimates[names].to_numpy() * scale
    covariance = crv3_target(fit) * np.outer(scale, scale)
    places = {cause: names.index(term) for cause, term in CAUSES.items() if term in names}
    places = {cause: place for cause, place in places.items() if np.isfinite(covariance[place, place])}
    half = stats.t.ppf(0.5 + CONFIDENCE / 2, count - 1)

    def effect(estimate: float, variance: float) -> Effect:
        error = float(np.sqrt(variance))
        return Effect(float(estimate), float(estimate - half * error), float(estimate + half * error))

    effects = {cause: effect(slopes[place], covariance[place, place]) for cause, place in places.items()}
    if len(effects) < len(CAUSES):
        return Evidence(effects, np.nan, NOTHING.difference, np.nan, count)
    chosen = [places[cause] for cause in CAUSES]
    both, block = slopes[chosen], covariance[np.ix_(chosen, chosen)]
    signs = np.sign(both) * np.array([1, -1])
    difference = effect(signs @ both, signs @ block @ signs)
    correlation = float(block[0, 1] / np.sqrt(block[0, 0] * block[1, 1]))
    return Evidence(effects, correlation, difference, joint_p(both, block, count), count, flat)


def decide(found: Evidence, smallest: float) -> tuple[str, str]:
    """The rule: from the evidence to verdict and reason.

    A cause is *detected* if the joint test rejects at 5 % that both slopes are zero, its own interval excludes zero, and its slope is
    at least ``smallest``. The verdict is ``both`` if both are; ``dataset`` or ``model`` if one is and it is the larger in size, the
    interval of the difference excluding zero; ``neither detected`` if the joint test does not reject, or all effects are smaller than
    is of interest; ``inconclusive`` otherwise. A prevalence that hardly varies over targets (:data:`FLAT`) cannot explain their
    differences: it is not detected, and the model need not have the larger slope.
    """
    if set(found.effects) != set(CAUSES):
        lacking = " and the ".join(cause for cause in CAUSES if cause not in found.effects)
        return (
            "inconclusive",
            f"the effect of the {lacking} cannot be estimated, because too few targets have values or the values do not vary",
        )
    if not found.together:
        return "neither detected", _not_together(found)
    detected = found.detected(smallest)
    if found.flat is not None:
        flat = f"prevalence hardly varies over targets (standard deviation {found.flat:.3f}), so it cannot explain their bias"
        if detected:
            return "model", f"the model is detected, and {flat}"
        if not found.effects["model"].apart:
            return "neither detected", f"the interval of the model includes zero, and {flat}"
    if len(detected) == 2:
        return "both", "both intervals exclude zero"
    if detected:
        cause, other = detected[0], next(name for name in CAUSES if name != detected[0])
        larger = abs(found.effects[cause].estimate) > abs(found.effects[other].estimate)
        if larger and found.difference.apart:
            return (
                cause,
                f"the {cause} is detected, the {other} is not, and the interval of their difference in size excludes zero",
            )
        return "inconclusive", f"the {cause} is detected, but the effect of the {other} may be as large"
    if any(effect.may_reach(smallest) for effect in found.effects.values()):
        return "inconclusive", "the joint test rejects, but neither cause alone has a detected effect of interest"
    return "neither detected", "both effects are smaller than the smallest effect of interest"


def _not_together(found: Evidence) -> str:
    """Why nothing is detected where the joint test does not reject."""
    reason = f"the joint test does not reject that both slopes are zero (p = {found.joint_p:.2f})"
    apart = [cause for cause in CAUSES if found.effects[cause].apart]
    if len(apart) == len(CAUSES):
        return f"{reason}; that each interval excludes zero does not count alone"
    return f"{reason}; the interval of the {apart[0]} excludes zero, but that alone does not count" if apart else reason


def record(fit: Fit | None, smallest: float, flat: float | None = None) -> dict:
    """The verdict of a regression as a row of the table ``verdicts``; None where the regression could not be made.

    Parameters
    ----------
    flat : see :func:`evidence`.
    smallest : the smallest effect of interest, in standard deviations of bias per standard deviation of the cause.
    """
    found = NOTHING if fit is None else evidence(fit, flat)
    verdict, reason = decide(found, smallest)
    row = {"verdict": verdict, "reason": reason, "joint_p": found.joint_p, "n_targets": found.n_targets}
    parts = {
        **{cause: found.effects.get(cause, NOTHING.difference) for cause in CAUSES},
        "difference": found.difference,
    }
    for name, effect in parts.items():
        row |= {f"{name}_estimate": effect.estimate, f"{name}_low": effect.low, f"{name}_high": effect.high}
    detectable = found.detectable(smallest)
    return row | {f"{cause}_detectable": detectable.get(cause, np.nan) for cause in CAUSES}


def frame(fits: dict[tuple[str, str], tuple[Fit | None, float | None]], smallest: float) -> pd.DataFrame:
    """``task, upstream_measure`` and the verdict of each, one row each; of every regression its ``flat``, see :func:`evidence`."""
    return pd.DataFrame(
        [
            {"task": task, "upstream_measure": measure, **record(fit, smallest, flat)}
            for (task, measure), (fit, flat) in fits.items()
        ]
    )
