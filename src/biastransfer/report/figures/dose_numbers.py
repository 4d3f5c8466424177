"""Bias at each level of one intervention: the numbers of the dose figures."""

import math
from typing import NamedTuple

import pandas as pd

from biastransfer.analysis.outcome import outcome_of
from biastransfer.common.control import CONTROL, ORIGINAL
from biastransfer.report.conditions import Condition, Series, conditions_of, rounded
from biastransfer.report.figures.plotted_values import measured
from biastransfer.report.record_labels import control_level, family_label, level_text

_SHOWN = ["upstream", "prevalence", "downstream"]


class Bias(NamedTuple):
    """The downstream bias that a dose figure shows: its column, its label, and whether zero means no bias."""

    column: str
    label: str
    zero: bool


class Panel(NamedTuple):
    """One series of levels.

    Parameters
    ----------
    label : the family and the model in words; empty for an intervention on the model.
    rows : a row per level and target: ``place`` (of the level in order, from 0), ``level, tick`` (the level in words), ``target,
        upstream, prevalence, downstream``. The same model on the original data is at ``control_level``.
    """

    label: str
    rows: pd.DataFrame

    def by_level(self, column: str) -> pd.DataFrame:
        """A row per place, a column per target."""
        return self.rows.pivot(index="place", columns="target", values=column)

    def levels(self) -> pd.DataFrame:
        """``place, level, tick`` of each level."""
        return self.rows[["place", "level", "tick"]].drop_duplicates("place")


def changes_data(task: pd.DataFrame, intervention: str) -> bool:
    """Whether an intervention of a task's rows is on the training data."""
    return bool((task.loc[task["intervention"] == intervention, "data_intervention"] != ORIGINAL).any())


def bias_of(task: pd.DataFrame, intervention: str) -> Bias:
    """The gap for an intervention on the data, as in Figures 10 and 11 of Steed et al. (2022), else the outcome."""
    outcome = outcome_of(task)
    if changes_data(task, intervention):
        return Bias(*outcome.gap, zero=True)
    return Bias("downstream", outcome.label, zero=outcome.log)


def doses(task: pd.DataFrame, intervention: str) -> list[Panel]:
    """Bias at each level of an intervention, averaged over trials, and of the same model on the original data."""
    rows, bias = measured(task), bias_of(task, intervention)
    rows["downstream"] = rows[bias.column].where(rows["counts"])
    series: dict[Series, list[Condition]] = {}
    for condition in conditions_of(task):
        if condition.series.intervention == intervention and not math.isnan(condition.level):
            series.setdefault(condition.series, []).append(condition)
    return [Panel(_label(members[0]), _rows(rows, members)) for members in series.values()]


def _label(condition: Condition) -> str:
    """A series in words, by any of its conditions."""
    if not condition.changed_data:
        return ""
    family = family_label(condition.series.intervention, condition.series.family)
    return ", ".join(filter(None, (family, condition.model_label))) or "pre-trained model"


def _rows(rows: pd.DataFrame, members: list[Condition]) -> pd.DataFrame:
    """The rows of a panel, from :func:`measured` rows and the conditions of a series."""
    zero = control_level(members[0].series.intervention)
    changed = rows[rows["condition"].isin([condition.name for condition in members])]
    models = set(changed["model"]) if members[0].changed_data else {CONTROL}
    unchanged = rows["model"].isin(models) & (rows["data_intervention"] == ORIGINAL) & (rows["replicate"] == 0)
    parts = [(zero, (), level_text(zero), rows[unchanged])]
    for condition in members:
        tick = " + ".join(level_text(part) for part in condition.parts or (condition.level,))
        parts.append((rounded(condition.level), condition.parts, tick, rows[rows["condition"] == condition.name]))
    means = [
        part.groupby("target", sort=True)[_SHOWN].mean().reset_index().assign(place=place, level=level, tick=tick)
        for place, (level, _, tick, part) in enumerate(sorted(parts, key=lambda part: part[:2]))
    ]
    return pd.concat(means, ignore_index=True)
