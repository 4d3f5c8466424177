"""Where does bias come from: the verdict of a study, by a rule that is stated in its report.

It rests on the control (with its replicates): one row per run and target, standardised slopes of prevalence (the fine-tuning data)
and of upstream bias (the pre-trained model) in one regression, and intervals clustered by target (CRV3, t with G − 1 degrees
of freedom).
"""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from scipy import stats

from biastransfer.analysis.errors import crv3_target, inference
from biastransfer.analysis.regression import Fit

VERDICTS = ("dataset", "model", "both", "neither detected", "inconclusive")
CAUSES = {"dataset": "prevalence", "model": "upstream"}
"""Cause -> the term that stands for it."""
POWER = 0.8


@dataclass(frozen=True)
class Effect:
    """A cause's standardised slope, its interval, and the slope that would be found with a power of 80 %."""

    estimate: float
    low: float
    high: float
    detectable: float

    def detected(self, smallest: float) -> bool:
        """The interval excludes zero, and the slope is no smaller than what is of interest."""
        return self.low * self.high > 0 and abs(self.estimate) >= smallest

    def negligible(self, smallest: float) -> bool:
        """The whole interval is smaller than what is of interest."""
        return max(abs(self.low), abs(self.high)) < smallest

    def may_reach(self, size: float) -> bool:
        """The interval holds effects of this size."""
        return max(abs(self.low), abs(self.high)) >= size


@dataclass(frozen=True)
class Verdict:
    """The verdict, what it rests on, and why."""

    verdict: str
    reason: str
    effects: dict[str, Effect]
    joint_p: float
    n_targets: int

    def record(self) -> dict:
        """One row of a table."""
        found = {"verdict": self.verdict, "reason": self.reason, "joint_p": self.joint_p, "n_targets": self.n_targets}
        missing = Effect(np.nan, np.nan, np.nan, np.nan)
        for cause in CAUSES:
            effect = asdict(self.effects.get(cause, missing))
            found |= {f"{cause}_{name}": value for name, value in effect.items()}
        return found


def decide(effects: dict[str, Effect], joint_p: float, smallest: float) -> tuple[str, str]:
    """The rule: from the effects of both causes, and the p value of the test that both are zero, to verdict and reason.

    A cause is *detected* if its interval excludes zero and its slope is at least ``smallest``. The verdict is ``both`` if
    both are; ``dataset`` or ``model`` if one is and the other's interval holds no effect as large as that; ``neither
    detected`` if neither is and the two together are not either; ``inconclusive`` otherwise.
    """
    if set(effects) != set(CAUSES):
        lacking = " and ".join(cause for cause in CAUSES if cause not in effects)
        return "inconclusive", f"the effect of the {lacking} cannot be estimated: too few targets, or it does not vary"
    detected = [cause for cause, effect in effects.items() if effect.detected(smallest)]
    if len(detected) == 2:
        return "both", "both intervals exclude zero"
    if detected:
        found, other = detected[0], next(cause for cause in CAUSES if cause != detected[0])
        if effects[other].may_reach(abs(effects[found].estimate)):
            return "inconclusive", f"the {found} is detected, but the effect of the {other} may be as large"
        return found, f"the {found} is detected, and the interval of the {other} holds no effect as large"
    if joint_p < 0.05 and any(effect.may_reach(smallest) for effect in effects.values()):
        return "inconclusive", "the two together are detected, but not which of them"
    return "neither detected", "no interval excludes zero by an effect of interest"


def judge(fit: Fit | None, smallest: float) -> Verdict:
    """The verdict from the regression of the control.

    Parameters
    ----------
    fit : of the specification ``model_target``, or None where it could not be made.
    smallest : the smallest effect of interest, in standard deviations of bias per standard deviation of the cause.
    """
    if fit is None:
        return Verdict(*decide({}, np.nan, smallest), {}, np.nan, 0)
    table = inference(fit, "crv3_target")
    rows = table.set_index("term") if len(table) else table
    effects = {}
    for cause, term in CAUSES.items():
        if len(rows) and term in rows.index:
            row = rows.loc[term]
            error = (row["standardised_high"] - row["standardised_low"]) / 2 / stats.t.ppf(0.975, row["df"])
            needed = stats.t.ppf(0.975, row["df"]) + stats.t.ppf(POWER, row["df"])
            effects[cause] = Effect(
                float(row["standardised"]),
                float(row["standardised_low"]),
                float(row["standardised_high"]),
                float(needed * error),
            )
    joint_p = _joint_p(fit) if len(effects) == len(CAUSES) else np.nan
    return Verdict(*decide(effects, joint_p, smallest), effects, joint_p, int(fit.numbers["n_targets"]))


def _joint_p(fit: Fit) -> float:
    """p value of the Wald test that both slopes are zero, F with (2, G − 1) degrees of freedom."""
    terms = list(CAUSES.values())
    places = [fit.design.slopes.columns.get_loc(term) for term in terms]
    slopes = fit.estimates[terms].to_numpy()
    covariance = crv3_target(fit)[np.ix_(places, places)]
    statistic = float(slopes @ np.linalg.solve(covariance, slopes)) / len(terms)
    return float(stats.f.sf(statistic, len(terms), fit.numbers["n_targets"] - 1))


def frame(verdicts: dict[tuple[str, str], Verdict]) -> pd.DataFrame:
    """``task, upstream_measure`` and the numbers of each verdict, one row each."""
    return pd.DataFrame(
        [{"task": task, "upstream_measure": measure, **found.record()} for (task, measure), found in verdicts.items()]
    )
