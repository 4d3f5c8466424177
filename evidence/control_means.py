"""The verdict on many controls at once: the same numbers as ``evidence`` and ``decide``, in arrays.

All replicates of the control have the same upstream bias and prevalence. Least squares on one row per run and target, with run
effects, is then least squares on the means over runs, and leaving out a target's rows leaves out its mean.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

CAUSES = ("model", "dataset")


@dataclass(frozen=True)
class Judged:
    """The verdicts of D controls, and what they rest on.

    ``slopes`` (D, 2) of upstream bias and prevalence are standardised, with CRV3 ``covariance`` (D, 2, 2). ``together`` (D,): the joint test
    rejects. ``apart`` (D, 2): a slope's own interval excludes zero. ``detected`` (D, 2): by the rule of the report. ``verdict`` (D,).
    """

    slopes: np.ndarray
    covariance: np.ndarray
    together: np.ndarray
    apart: np.ndarray
    detected: np.ndarray
    verdict: np.ndarray


def regression(causes: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes (D, 2) of outcomes (D, G) on causes (D, G, 2) with a constant, and their CRV3 covariance (D, 2, 2).

    Leaving out row g changes the slopes by −(X'X)⁻¹ x e / (1 − h).
    """
    count = outcome.shape[1]
    causes = causes - causes.mean(1, keepdims=True)
    outcome = outcome - outcome.mean(1, keepdims=True)
    inverse = np.linalg.inv(causes.transpose(0, 2, 1) @ causes)
    weights = causes @ inverse
    slopes = (weights * outcome[:, :, None]).sum(1)
    leverage = (weights * causes).sum(2) + 1 / count
    residual = outcome - (causes @ slopes[:, :, None])[:, :, 0]
    left_out = weights * (residual / (1 - leverage))[:, :, None]
    return slopes, (count - 1) / count * left_out.transpose(0, 2, 1) @ left_out


def joint_f(slopes: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """β' V⁻¹ β / 2 of D pairs of slopes: the Wald test's F."""
    return (slopes * np.linalg.solve(covariance, slopes[:, :, None])[:, :, 0]).sum(1) / 2


def judge(causes: np.ndarray, means: np.ndarray, spread: np.ndarray, smallest: float) -> Judged:
    """The verdicts of D controls with G targets.

    Parameters
    ----------
    causes : upstream bias and prevalence (D, G, 2).
    means : bias, the mean over replicates (D, G).
    spread : standard deviation of bias over the targets of a run, root mean square over runs (D,).
    smallest : the smallest effect of interest.
    """
    count = means.shape[1]
    scale = causes.std(1) / spread[:, None]
    slopes, covariance = regression(causes, means)
    slopes, covariance = slopes * scale, covariance * scale[:, :, None] * scale[:, None, :]
    half = stats.t.ppf(0.975, count - 1)
    errors = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    hotelling = (count - 2) / (count - 1) * joint_f(slopes, covariance)
    together = hotelling > stats.f.ppf(0.95, 2, count - 2)
    apart = np.abs(slopes) > half * errors
    detected = apart & (np.abs(slopes) >= smallest) & together[:, None]
    signs = np.sign(slopes) * np.array([1, -1])
    difference = (signs * slopes).sum(1)
    error = np.sqrt((signs * (covariance @ signs[:, :, None])[:, :, 0]).sum(1))
    clear = np.abs(difference) > half * error
    larger = np.stack([difference > 0, difference < 0], axis=1)
    named = detected & larger & clear[:, None] & ~detected[:, ::-1]
    within = (np.abs(slopes) + half * errors < smallest).all(1)
    verdict = np.select(
        [~together, detected.all(1), named[:, 0], named[:, 1], ~detected.any(1) & within],
        ["neither detected", "both", *CAUSES, "neither detected"],
        "inconclusive",
    )
    return Judged(slopes, covariance, together, apart, detected, verdict)
