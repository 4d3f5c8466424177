"""The rule: from the slopes of both causes to a verdict, for many studies at once.

Both slopes are tested together before each is tested alone: a closed test (Marcus, Peritz & Gabriel 1976). Where both are zero, 5 % of
studies then detect something; with two separate tests, 9 % would.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from biastransfer.analysis.verdict.controls import CAUSES
from biastransfer.analysis.verdict.slopes import Estimates, Slopes

VERDICTS = ("dataset", "model", "both", "absent", "neither detected", "inconclusive")
CONFIDENCE = 0.95
NAMES = {"model": "upstream bias", "dataset": "prevalence"}


@dataclass(frozen=True)
class Judgements:
    """What the rule says of D studies.

    Attributes
    ----------
    slopes : of the studies.
    joint_p : shape (D,), of the test that both slopes are zero.
    half : half the width of 95 % intervals over the standard error.
    excluded : shape (D, 2), the smallest size that the 90 % interval of a slope excludes: effects of this size or more are ruled out.
    difference : shape (D, 3), how much larger the slope of prevalence is in size, with its interval.
    apart, detected : shape (D, 2), whether the test of each cause alone rejects, and whether the cause is detected.
    verdict : shape (D,), each one of :data:`VERDICTS`.
    """

    slopes: Slopes
    joint_p: np.ndarray
    half: float
    excluded: np.ndarray
    difference: np.ndarray
    apart: np.ndarray
    detected: np.ndarray
    verdict: np.ndarray


def joint_p(slopes: np.ndarray, covariance: np.ndarray, clusters: int) -> np.ndarray:
    """p values of the test that all slopes (D, q) are zero, given their jackknife covariances (D, q, q).

    This is Hotelling's test: (G − q) / (q (G − 1)) · β' V⁻¹ β against F(q, G − q), with V estimated from G clusters. The Wald test,
    β' V⁻¹ β / q against F(q, G − 1), rejects too often. For two slopes that are zero, normal errors and 13, 28 and 50 targets it
    rejects in 7.4, 6.2 and 5.6 % of draws, Hotelling's in 6.0, 5.7 and 5.4 % (docs/table_truth.md has both).
    """
    count = slopes.shape[1]
    if clusters <= count:
        return np.full(len(slopes), np.nan)
    inverse = np.linalg.pinv(covariance, rcond=1e-12, hermitian=True)
    statistic = np.einsum("di,dij,dj->d", slopes, inverse, slopes)
    factor = (clusters - count) / (count * (clusters - 1))
    return stats.f.sf(factor * statistic, count, clusters - count)


def judge(estimates: Estimates, smallest: float, flat: Collection[str] = ()) -> Judgements:
    """The rule.

    A cause is *detected* if the joint test rejects at 5 % that both slopes are zero, its own test rejects too, and its effect is
    not shown to be smaller than ``smallest``. The verdict is ``both`` if both are. It is ``dataset`` or ``model`` if one is and it is
    the larger in size, the interval of the difference excluding zero. It is ``absent`` if both effects are shown to be smaller than
    ``smallest`` (their 90 % intervals lie within: two one-sided tests at 5 %, Schuirmann 1987). It is ``neither detected`` if the
    joint test does not reject, and ``inconclusive`` otherwise, or where the slopes are not sound.

    Parameters
    ----------
    smallest : the smallest effect of interest, in standard deviations of bias per standard deviation of the cause.
    flat : causes that hardly vary over targets, so they cannot explain their biases: they are not detected, and the other cause need
        not have the larger slope.
    """
    slopes, joint = estimates.slopes, estimates.together
    values, errors, degrees = slopes.values, slopes.errors, slopes.clusters - 1
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, degrees))
    together = joint_p(joint.values, joint.covariance, joint.clusters)
    excluded = np.abs(values) + stats.t.ppf(CONFIDENCE, degrees) * errors
    signs = np.where(values < 0, -1.0, 1.0) * np.array([-1.0, 1.0])
    larger = (signs * values).sum(1)
    width = half * np.sqrt(np.maximum(np.einsum("di,dij,dj->d", signs, slopes.covariance, signs), 0))
    difference = np.stack([larger, larger - width, larger + width], 1)
    apart = np.stack(
        [np.abs(each.values[:, place]) > half * each.errors[:, place] for place, each in enumerate(estimates.tested)], 1
    )
    small = excluded <= smallest
    rejects = (together < 1 - CONFIDENCE) & slopes.sound
    varies = np.array([cause not in flat for cause in CAUSES])
    detected = apart & ~small & rejects[:, None] & varies
    model, dataset = detected.T
    clear = np.abs(larger) > width
    verdict = np.select(
        [
            ~slopes.sound,
            model & dataset,
            model & (("dataset" in flat) | (clear & (larger < 0))),
            dataset & (("model" in flat) | (clear & (larger > 0))),
            small.all(1),
            ~rejects | ((len(flat) > 0) & ~(apart & varies).any(1)),
        ],
        ["inconclusive", "both", "model", "dataset", "absent", "neither detected"],
        "inconclusive",
    )
    return Judgements(slopes, together, half, excluded, difference, apart, detected, verdict)


def reason(found: Judgements, smallest: float, flat: Mapping[str, float]) -> str:
    """Why the rule says so of the first study.

    Parameters
    ----------
    flat : cause -> its relative spread, of causes that hardly vary.
    """
    verdict = found.verdict[0]
    apart = dict(zip(CAUSES, found.apart[0], strict=True))
    names = [cause for cause, detected in zip(CAUSES, found.detected[0], strict=True) if detected]
    hardly = " and ".join(
        f"{NAMES[cause]} hardly varies over targets (relative spread {flat[cause]:.3f})" for cause in flat
    )
    if not found.slopes.sound[0]:
        return "too little of a cause varies over targets, beyond its errors and within families, to tell the slopes"
    if verdict == "both":
        return "both causes are detected"
    if verdict == "absent":
        return f"both effects are smaller than {smallest:g}, the smallest effect of interest"
    if verdict in CAUSES and hardly:
        return f"the {verdict} is detected, and {hardly}, so it cannot explain their bias"
    if verdict in CAUSES:
        other = next(cause for cause in CAUSES if cause != verdict)
        return (
            f"the {verdict} is detected, the {other} is not, and the interval of their difference in size excludes zero"
        )
    if verdict == "neither detected":
        return _not_detected(found, [cause for cause in CAUSES if apart[cause]], hardly)
    if names:
        other = next(cause for cause in CAUSES if cause != names[0])
        return f"the {names[0]} is detected, but the effect of the {other} may be as large"
    return "the joint test rejects, but neither cause alone has a detected effect of interest"


def _not_detected(found: Judgements, apart: list[str], hardly: str) -> str:
    """Why nothing is detected."""
    if found.joint_p[0] < 1 - CONFIDENCE:
        return f"no other cause is significant, and {hardly}, so it cannot explain their bias"
    said = f"the joint test does not reject that both slopes are zero (p = {found.joint_p[0]:.2f})"
    if len(apart) == len(CAUSES):
        return f"{said}; that each cause alone is significant does not count"
    return f"{said}; the {apart[0]} alone is significant, but that does not count" if apart else said
