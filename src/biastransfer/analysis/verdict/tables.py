"""The tables of the verdict: one row for every task and upstream measure, the same by every estimator, and what families share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from biastransfer.analysis.verdict.chances import Setting, chances
from biastransfer.analysis.verdict.controls import CAUSES, Control, control
from biastransfer.analysis.verdict.families import intraclass, residuals
from biastransfer.analysis.verdict.rule import Judgements, judge, reason
from biastransfer.analysis.verdict.slopes import ESTIMATORS, Estimator, nearest_estimator

PERMUTATIONS = 1999
LEAST_RELIABLE = 0.3
NUMBERS = [f"{name}_{number}" for name in (*CAUSES, "difference") for number in ("estimate", "low", "high")]


@dataclass(frozen=True)
class VerdictSettings:
    """Switches of the verdict: the estimator of the headline, the smallest effect of interest, the fewest training texts of a target, and the
    number of simulated studies (0 for none).
    """

    estimator: str
    smallest_effect: float
    min_training_texts: int
    simulated_studies: int
    seed: int


class VerdictTables(NamedTuple):
    """``verdicts``, ``estimators`` and rows of ``diagnostics`` without their keys ``group`` and ``specification``."""

    verdicts: pd.DataFrame
    estimators: pd.DataFrame
    diagnostics: pd.DataFrame


def verdict_tables(bias: pd.DataFrame, settings: VerdictSettings) -> VerdictTables:
    """Judge every task and upstream measure of ``bias.parquet``; the joint test also has Holm's correction over all of them."""
    verdicts, estimators, diagnostics = [], [], []
    for (task, measure), rows in bias.groupby(["task", "upstream_measure"], sort=True):
        keys = {"task": task, "upstream_measure": measure}
        found = control(rows, settings.min_training_texts)
        shared = _intraclass(found, settings.seed)
        each = by_estimator(found, shared["statistic"], settings)
        verdicts.append(keys | headline(found, each, settings))
        estimators.append(each.assign(**keys))
        diagnostics.append(keys | shared)
    table = pd.DataFrame(verdicts)
    known = table["joint_p"].notna() if "joint_p" in table else pd.Series(False, table.index)
    table["joint_holm_p"] = np.nan
    if known.any():
        table.loc[known, "joint_holm_p"] = multipletests(table.loc[known, "joint_p"], method="holm")[1]
    return VerdictTables(table, pd.concat(estimators, ignore_index=True), pd.DataFrame(diagnostics))


def by_estimator(found: Control, shared: float, settings: VerdictSettings) -> pd.DataFrame:
    """The verdict by every estimator that applies, and its chances in studies like this one; no row where nothing can be estimated.

    Parameters
    ----------
    shared : the intraclass correlation within families.
    """
    if found.values is None:
        return pd.DataFrame()
    smallest, flat = settings.smallest_effect, found.flat
    rows = []
    for name, estimator in ESTIMATORS.items():
        if estimator.applies(found.values):
            judged = judge(estimator.of(found.values), smallest, flat)
            rows.append({"estimator": name, **numbers(judged), "reason": reason(judged, smallest, flat)})
    table = pd.DataFrame(rows)
    table["headline"] = table["estimator"] == nearest_estimator(settings.estimator, found.values)
    if not settings.simulated_studies:
        return table
    alone = np.array([name is None for name in found.families])
    rest = residuals(found.values)[1] / float(found.values.spread[0])
    slopes = (
        table.set_index("estimator")[[f"{cause}_estimate" for cause in CAUSES]].fillna(0).set_axis(list(CAUSES), axis=1)
    )
    simulated = chances(
        found,
        Setting(shared, alone, rest),
        smallest,
        settings.simulated_studies,
        settings.seed,
        slopes.to_dict("index"),
        table.set_index("estimator")["verdict"].to_dict(),
    )
    return table.merge(simulated, on="estimator", validate="one_to_one")


def numbers(judged: Judgements) -> dict[str, object]:
    """The numbers of the first study's judgement; slopes that are not sound are missing."""
    slopes, sound = judged.slopes, bool(judged.slopes.sound[0])
    row: dict[str, object] = {
        "verdict": str(judged.verdict[0]),
        "joint_p": float(judged.joint_p[0]) if sound else np.nan,
    }
    for place, cause in enumerate(CAUSES):
        value, half = slopes.values[0, place], judged.half * slopes.errors[0, place]
        row |= dict(
            zip(
                (f"{cause}_estimate", f"{cause}_low", f"{cause}_high"), (value, value - half, value + half), strict=True
            )
        )
        row[f"{cause}_excluded"] = judged.excluded[0, place]
    row |= dict(zip(("difference_estimate", "difference_low", "difference_high"), judged.difference[0], strict=True))
    return {name: (value if sound or name in ("verdict", "joint_p") else np.nan) for name, value in row.items()}


def headline(found: Control, each: pd.DataFrame, settings: VerdictSettings) -> Mapping[str, object]:
    """The row of ``verdicts``."""
    facts = {
        "n_targets": len(found.targets) if found.values is not None else 0,
        "n_families": len(set(found.families) - {None}),
        "few_texts": list(found.few_texts),
        "reliability": np.nan,
    }
    if found.values is None:
        lacking = " and the ".join(found.lacking)
        why = f"the effect of the {lacking} cannot be estimated, because too few targets have values or the values do not vary"
        return facts | {"verdict": "inconclusive", "reason": why, "estimator": settings.estimator}
    if found.values.errors[0, :, 0].any():
        facts["reliability"] = float(found.values.reliability[0, 0])
    row = each[each["headline"]].iloc[0].drop(["headline"]).to_dict()
    turns = turning_reliability(found, ESTIMATORS[row["estimator"]].families, row["verdict"], settings.smallest_effect)
    return facts | row | {"turning_reliability": turns}


def turning_reliability(found: Control, families: bool, verdict: str, smallest: float) -> float:
    """The largest reliability of upstream bias at which the verdict would be another one; missing if it stays down to :data:`LEAST_RELIABLE`.

    Templates show only the errors that they do not share. This asks how large an error that all of them share would have to be.

    Parameters
    ----------
    families : whether slopes are within families.
    """
    values = found.values
    known = np.nan_to_num(values.reliability[0, 0], nan=1.0) if values.errors[0, :, 0].any() else 1.0
    variance = values.causes[0, :, 0].var(ddof=1)
    for reliability in np.arange(0.99, LEAST_RELIABLE - 0.001, -0.01):
        if reliability >= known:
            continue
        errors = values.errors.copy()
        errors[:, :, 0] = (1 - reliability) * variance
        estimates = Estimator(corrected=True, families=families).of(replace(values, errors=errors))
        if judge(estimates, smallest, found.flat).verdict[0] != verdict:
            return round(float(reliability), 2)
    return np.nan


def _intraclass(found: Control, seed: int) -> dict[str, object]:
    """The row of ``diagnostics`` on what families share."""
    row: dict[str, object] = {
        "diagnostic": "intraclass_correlation",
        "term": "residuals",
        "statistic": np.nan,
        "p": np.nan,
    }
    if found.values is None:
        return row
    known = np.array([name is not None for name in found.families])
    names = np.array([str(name) for name in found.families])[known]
    statistic, p = intraclass(residuals(found.values)[0][known], names, PERMUTATIONS, seed)
    return row | {"statistic": statistic, "p": p}
