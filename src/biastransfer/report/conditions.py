"""The conditions of a task: what their runs differ in from the control, in words and in the order of figures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from biastransfer.analysis.comparisons import OTHER_SEEDS
from biastransfer.common.control import CONTROL, ORIGINAL
from biastransfer.report.catalogue import intervention_place
from biastransfer.report.record_labels import counts_texts, family_place, intervention_label

MOST_CONDITIONS = 8
"""More than these are shown by the strongest of each series."""


class Series(NamedTuple):
    """What conditions that differ in their level alone share."""

    intervention: str
    family: str
    model: str
    """The condition of the model; of an intervention on the model, the control."""


@dataclass(frozen=True)
class Condition:
    """What runs differ in from the control.

    Parameters
    ----------
    name : of the column ``condition``; of further replicates of the control, ``OTHER_SEEDS``.
    label : in words, such as "Gaussian noise 0.5" or "scrubbed toxic 1, random initialisation".
    changed_data : whether the intervention is on the training data.
    model_label : of a model with changed weights whose training data is changed too; else empty.
    level, parts : the level as one number (missing: NaN), and its numbers, such as 0.25 and 0.75.
    """

    name: str
    label: str
    changed_data: bool
    series: Series
    model_label: str = ""
    level: float = math.nan
    parts: tuple[float, ...] = ()

    @property
    def is_control(self) -> bool:
        """Whether it is the unchanged model on the unchanged data."""
        return self.name == CONTROL

    @property
    def strength(self) -> tuple[float, float]:
        """The sum of the level's numbers, then the smallest; the fewer texts, the stronger."""
        sign = -1 if counts_texts(self.series.intervention) else 1
        numbers = [sign * part for part in self.parts]
        return rounded(sum(numbers)), min(numbers, default=0)


def rounded(level: float) -> float:
    """A level without the error of its sum: 0.1 + 0.2 is 0.3."""
    return float(f"{level:.12g}")


class ModelFacts(NamedTuple):
    """A model's condition, what was done to its weights in words, and its place in figures."""

    condition: str
    label: str
    place: tuple


def models_of(task: pd.DataFrame) -> dict[str, ModelFacts]:
    """Facts of each model of a task's rows; of one without a run on the original data, no more than its name."""
    facts = {
        row.model: ModelFacts(
            row.condition,
            _words(row.model_intervention, row.level_label),
            (row.model_intervention != CONTROL, intervention_place(row.model_intervention), _finite(row.level)),
        )
        for row in task[task["data_intervention"] == ORIGINAL].drop_duplicates("model").itertuples(index=False)
    }
    rest = task.drop_duplicates("model").itertuples(index=False)
    return {
        row.model: ModelFacts(row.model, row.model, (True, intervention_place(row.model_intervention), 0.0))
        for row in rest
    } | facts


def condition_names(task: pd.DataFrame) -> pd.Series:
    """The name of each row's condition."""
    return task["condition"].mask((task["condition"] == CONTROL) & (task["replicate"] > 0), OTHER_SEEDS)


def conditions_of(task: pd.DataFrame) -> list[Condition]:
    """The conditions of a task's rows, in the order of figures.

    First the control and its other seeds, then interventions on the model, then those on the data, on the control first.
    """
    models = models_of(task)
    rows = task.assign(condition=condition_names(task)).drop_duplicates("condition")
    placed = [(_place(row, models[row.model]), _condition(row, models[row.model])) for row in rows.itertuples()]
    return [condition for _, condition in sorted(placed, key=lambda pair: pair[0])]


def condition_labels(bias: pd.DataFrame) -> dict[str, str]:
    """Condition -> its label, over the tasks of ``bias.parquet``."""
    return {condition.name: condition.label for _, rows in bias.groupby("task") for condition in conditions_of(rows)}


def _condition(row: Any, model: ModelFacts) -> Condition:
    changed = row.data_intervention != ORIGINAL
    model_label = model.label if changed and row.model_intervention != CONTROL else ""
    words = OTHER_SEEDS if row.condition == OTHER_SEEDS else _words(row.intervention, row.level_label)
    return Condition(
        name=row.condition,
        label=", ".join(filter(None, (words, model_label))),
        changed_data=changed,
        series=Series(row.intervention, row.family, model.condition if changed else CONTROL),
        model_label=model_label,
        level=row.level,
        parts=tuple(float(part) for part in row.level_parts),
    )


def _words(intervention: str, level: str) -> str:
    return f"{intervention_label(intervention)} {level}".strip()


def _place(row: Any, model: ModelFacts) -> tuple:
    changed = row.data_intervention != ORIGINAL
    parts = tuple(row.level_parts)
    level = (rounded(_finite(row.level)), parts, row.condition)
    series = (intervention_place(row.intervention), family_place(row.intervention, row.family), *level)
    return (row.condition != CONTROL, row.condition != OTHER_SEEDS, changed, model.place if changed else (), *series)


def _finite(level: float | None) -> float:
    return 0.0 if level is None or math.isnan(level) else level


def models_alone(conditions: Sequence[Condition]) -> list[Condition]:
    """The control and the interventions on the model, on the unchanged data; without other seeds."""
    return [condition for condition in conditions if not condition.changed_data and condition.name != OTHER_SEEDS]


def strongest(conditions: Sequence[Condition], most: int = MOST_CONDITIONS) -> list[Condition]:
    """Of conditions that differ in their level alone, the strongest; all, where they are at most ``most``."""
    if len(conditions) <= most:
        return list(conditions)
    best: dict[tuple[Series, str], Condition] = {}
    for condition in conditions:
        key = (condition.series, "" if condition.parts else condition.name)
        before = best.setdefault(key, condition)
        if condition.strength > before.strength:
            best[key] = condition
    kept = {condition.name for condition in best.values()}
    return [condition for condition in conditions if condition.name in kept]
