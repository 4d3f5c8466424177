"""How often is the verdict's rule right in studies like this one: false detections, coverage and power, by simulation.

A simulated study has the targets, prevalences, families and errors of the real one. Its bias is the sum of a planted cause and of a rest
that is as large as the real one's, part of which families share.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from biastransfer.analysis.verdict.controls import CAUSES, Control, Controls
from biastransfer.analysis.verdict.rule import VERDICTS, Judgements, judge
from biastransfer.analysis.verdict.slopes import ESTIMATORS, LEAST_LEFT, Estimator

SIZES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Planted standardised slopes of a cause that acts alone."""
POWER_AT = 0.5
POWER = 0.8
TEMPLATES = 5


@dataclass(frozen=True)
class Setting:
    """What simulated studies have in common beyond their targets.

    Attributes
    ----------
    intraclass : correlation of what targets of one family have beyond both causes.
    rest : standard deviation of bias beyond both causes, over that of a run's bias over targets.
    alone : shape (G,), the targets without a family. They share an intercept in the regression, and nothing else.
    """

    intraclass: float
    alone: np.ndarray
    rest: float


def chances(
    control: Control,
    setting: Setting,
    smallest: float,
    draws: int,
    seed: int,
    found: Mapping[str, Mapping[str, float]],
    verdicts: Mapping[str, str],
) -> pd.DataFrame:
    """Simulate the study, once without a cause and once with either cause at each of :data:`SIZES`.

    Parameters
    ----------
    draws : simulated studies for each.
    found : estimator -> cause -> the slope that the real study has.
    verdicts : estimator -> the verdict of the real study.

    Returns
    -------
    DataFrame with ``estimator`` and, for both causes, ``{cause}_false`` (the share of studies that detect a cause that does not act: the
    highest, whether the other acts or not), ``{cause}_coverage`` (the lowest share of intervals that hold the planted slope),
    ``{cause}_power`` (at :data:`POWER_AT`) and ``{cause}_detectable``, the slope that is detected in 80 % of studies (missing above the
    largest planted one). If the cause has just the slope that was found, a study detects it with a chance of ``{cause}_chance``, and
    slopes that are detected are ``{cause}_exaggeration`` times too large on average (Gelman & Carlin 2014). If both have the slopes that
    were found, a study reaches the same verdict with a chance of ``verdict_chance``.
    """
    studies = draw(control.values, setting, draws, np.random.default_rng(seed))
    rows = []
    for name, estimator in ESTIMATORS.items():
        if not estimator.applies(control.values):
            continue
        simulated = {
            (cause, size): judged(studies, estimator, {cause: size}, smallest, control.flat)
            for cause in CAUSES
            for size in SIZES
        }
        row: dict[str, object] = {"estimator": name}
        for place, cause in enumerate(CAUSES):
            other = next(each for each in CAUSES if each != cause)
            detected = [float(simulated[cause, size].detected[:, place].mean()) for size in SIZES]
            row[f"{cause}_false"] = max(float(simulated[other, size].detected[:, place].mean()) for size in SIZES)
            row[f"{cause}_coverage"] = min(
                held(simulated[planted, size], place, size if planted == cause else 0.0)
                for planted in CAUSES
                for size in SIZES
            )
            row[f"{cause}_power"] = detected[SIZES.index(POWER_AT)]
            rising = np.maximum.accumulate(detected)
            row[f"{cause}_detectable"] = float(np.interp(POWER, rising, SIZES)) if rising[-1] >= POWER else np.nan
            slope = abs(found[name][cause])
            row[f"{cause}_chance"] = float(np.interp(slope, SIZES, rising))
            row[f"{cause}_exaggeration"] = float(
                np.interp(slope, SIZES[1:], [exaggerated(simulated[cause, size], place, size) for size in SIZES[1:]])
            )
        row["verdict_chance"] = verdict_shares(studies, estimator, found[name], smallest, control.flat)[verdicts[name]]
        rows.append(row)
    return pd.DataFrame(rows)


def verdict_shares(
    studies: "Studies", estimator: Estimator, slopes: Mapping[str, float], smallest: float, flat: Collection[str]
) -> dict[str, float]:
    """How often simulated studies reach each verdict if the causes have these slopes: verdict -> share."""
    found = judged(studies, estimator, slopes, smallest, flat)
    return {verdict: float((found.verdict == verdict).mean()) for verdict in VERDICTS}


@dataclass(frozen=True)
class Studies:
    """Simulated studies: their controls without bias, the true causes (D, G, 2) in standard deviations, and what else makes bias."""

    controls: Controls
    causes: np.ndarray
    rest: np.ndarray


def draw(values: Controls, setting: Setting, draws: int, random: np.random.Generator) -> Studies:
    """Draw studies like a real one.

    True upstream bias is drawn given what was measured: what prevalence, controls and families explain of it, and of the rest as much as
    its reliability says. New errors are added to it. Prevalence is as it is, and errors are added where they are known.
    """
    targets = len(values.families)
    observed, errors = values.causes[0], values.errors[0].mean(0)
    known = np.column_stack([np.eye(values.families.max() + 1)[values.families], observed[:, 1], values.others[0]])
    fitted = known @ np.linalg.lstsq(known, observed[:, 0])[0]
    rest = observed[:, 0] - fitted
    variance = max(float(rest @ rest) / max(targets - np.linalg.matrix_rank(known), 1), 1e-12)
    reliable = float(np.clip(1 - errors[0] / variance, LEAST_LEFT, 1))
    new = random.normal(size=(draws, targets)) * np.sqrt(reliable * (1 - reliable) * variance)
    upstream = fitted + reliable * rest + new
    prevalence = np.broadcast_to(observed[:, 1], upstream.shape)
    true = np.stack([upstream, prevalence], 2)
    templates = random.normal(size=(draws, targets, TEMPLATES)) * np.sqrt(TEMPLATES * errors[0])
    of_templates = ((templates - templates.mean(2, keepdims=True)) ** 2).sum(2) / (TEMPLATES * (TEMPLATES - 1))
    measured = true + np.stack([templates.mean(2), random.normal(size=(draws, targets)) * np.sqrt(errors[1])], 2)
    noises = np.stack([of_templates, np.full((draws, targets), errors[1])], 2)
    controls = Controls(
        np.zeros((draws, targets)), measured, noises, np.broadcast_to(values.others, (draws, *values.others.shape[1:])),
        values.families, np.ones(draws),
    )  # fmt: skip
    spread = true.std(1, keepdims=True)
    causes = (true - true.mean(1, keepdims=True)) / np.where(spread > 0, spread, 1)
    families = random.normal(size=(draws, values.families.max() + 1))[:, values.families]
    intraclass = np.where(setting.alone, 0, np.clip(np.nan_to_num(setting.intraclass), 0, 0.95))
    shared = np.sqrt(intraclass) * families + np.sqrt(1 - intraclass) * random.normal(size=(draws, targets))
    return Studies(controls, causes, setting.rest * shared)


def judged(
    studies: Studies, estimator: Estimator, slopes: Mapping[str, float], smallest: float, flat: Collection[str]
) -> Judgements:
    """The rule on the studies with planted slopes of some causes."""
    planted = sum(slope * studies.causes[:, :, list(CAUSES).index(cause)] for cause, slope in slopes.items())
    return judge(estimator.of(replace(studies.controls, bias=planted + studies.rest)), smallest, flat)


def exaggerated(found: Judgements, place: int, planted: float) -> float:
    """Mean size of the slopes that are detected, over the planted one; 1 where none is."""
    detected = found.detected[:, place]
    return float(np.abs(found.slopes.values[detected, place]).mean() / planted) if detected.any() else 1.0


def held(found: Judgements, place: int, planted: float) -> float:
    """Share of sound intervals that hold a planted slope; none sound: missing."""
    slopes = found.slopes
    inside = np.abs(slopes.values[:, place] - planted) <= found.half * slopes.errors[:, place]
    return float(inside[slopes.sound].mean()) if slopes.sound.any() else np.nan
